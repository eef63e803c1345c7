#include "show/json.h"

#include "base/array.h"
#include "base/text.h"
#include "show/words.h"

static struct json *action_object(const struct action *action)
{
	static const char *const kinds[] = {
		[ACTION_NONE] = "none",
		[ACTION_LOAD] = "load",
		[ACTION_TRY_LOAD] = "load",
		[ACTION_WRITE] = "write",
		[ACTION_DRIVER] = "write",
		[ACTION_SAVE] = "save",
		[ACTION_REMOVE] = "remove",
		[ACTION_WATCH] = "watch",
		[ACTION_SETTLE] = "settle",
		[ACTION_ACCESS] = "access",
	};
	struct node_access access = { -1, -1, -1 };
	struct json *to = value_object();
	value_add_text(to, "action", kinds[action->kind]);
	value_add_text(to, "path", action->path);
	/* The newline that clears driver_override is a value, not formatting. */
	if (text_same(action->value, "\n"))
		value_add_verbatim(to, "value", "\n");
	else
		value_add_text(to, "value", action->value);
	if (action->kind == ACTION_ACCESS)
		access = action->access;
	else if (action->kind == ACTION_SAVE)
		access.mode = action->access.mode;
	value_add_access(to, &access);
	return to;
}

void json_add_results(struct json *document, const struct result_list *results)
{
	struct json *list = value_list(0);
	const struct result *result;
	const struct step *step;
	bool changed = false, planned = false;
	array_each (result, results) {
		struct json *to = value_object();
		struct json *steps = value_list(0);
		value_add_text(to, "subject", result->subject);
		value_add_text(to, "outcome", word_outcome(result->outcome));
		value_add_bool(to, "changed", result->outcome == OUTCOME_CHANGED);
		value_add_text(to, "sentence", result->sentence);
		array_each (step, &result->plan)
			if (step->act.kind != ACTION_NONE)
				value_append(steps, action_object(&step->act));
		value_add(to, "steps", steps);
		value_append(list, to);
		changed |= result->outcome == OUTCOME_CHANGED;
		planned |= result->outcome == OUTCOME_PLANNED;
	}
	value_add(document, "results", list);
	value_add_bool(document, "changed", changed);
	value_add_bool(document, "planned", planned);
}

void json_add_taint(struct json *document, long long before, long long after)
{
	struct json *to = value_object();
	value_add_number(to, "before", before);
	value_add_number(to, "after", after);
	value_add(document, "taint", to);
}
