/* vfionoiommu explain: what findings mean, why they are raised, and what to do. */
#include <string.h>

#include "base/base.h"
#include "cmd/cmd.h"
#include "judge/judge.h"

/* The findings asked for. */
struct explained {
	const struct explanation **items;
	size_t count;
};

static const struct explanation *find(const char *id)
{
	const struct explanation *explanation;
	for (size_t i = 0; (explanation = finding_explanation(i)); i++)
		if (text_same(explanation->id, id))
			return explanation;
	return NULL;
}

/* How far an id is from what was typed; one that contains it is nearest. */
static size_t distance(const char *id, const char *typed)
{
	return *typed && strstr(id, typed) ? 0 : text_distance(typed, id);
}

/* The ids nearest to what was typed, at most 3: " a b c"; empty if none is near. */
static const char *nearest(const char *typed)
{
	const struct explanation *explanation;
	char *text = text_copy("");
	size_t count = 0;
	for (size_t far = 0; far <= 4 && !count; far++)
		for (size_t i = 0; (explanation = finding_explanation(i)) && count < 3; i++)
			if (distance(explanation->id, typed) == far) {
				text_append(&text, " %s", explanation->id);
				count++;
			}
	return text;
}

static enum status select_findings(const struct arguments *arguments, struct explained *explained)
{
	const struct explanation *explanation;
	const char **argument;
	for (size_t i = 0; !arguments->count && (explanation = finding_explanation(i)); i++)
		*array_add(explained) = explanation;
	array_each (argument, arguments) {
		explanation = find(*argument);
		if (!explanation) {
			log_error("unknown finding '%s'", *argument);
			log_hint("vfionoiommu explain%s", nearest(*argument));
			return STATUS_USAGE;
		}
		*array_add(explained) = explanation;
	}
	return STATUS_DONE;
}

static enum status explain_run(const struct options *options)
{
	static struct explained explained;
	enum status status = select_findings(&options->arguments, &explained);
	if (status || options->quiet)
		return status;
	if (options->json) {
		struct json *document = json_new();
		json_add_explanations(document, explained.items, explained.count);
		json_print(document);
	} else if (!options->arguments.count || table_is_for_scripts(&options->table)) {
		table_print_refs(&explanation_columns, &options->table, (const void *const *)explained.items,
			explained.count);
	} else {
		for (size_t i = 0; i < explained.count; i++) {
			if (i)
				print_line("%s", "");
			explanation_print(explained.items[i]);
		}
	}
	return STATUS_DONE;
}

const struct command command_explain = {
	.name = "explain",
	.summary = "explain a finding: its meaning, reason and remedy",
	.doc = "Explain each FINDING, the id in brackets at the end of a message: what it means, why it is raised, and "
	       "what to do. Without FINDING, list all.\v"
	       "Exit status: 0 explained, 2 there is no such finding.",
	.usage = "[FINDING...]",
	.value = VALUE_FINDING,
	.live = true,
	.columns = &explanation_columns,
	.run = explain_run,
};
