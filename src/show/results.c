#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "show/show.h"

/* ---- findings ---- */

void findings_print(FILE *stream, const struct finding_list *findings, enum severity least)
{
	const struct finding *finding;
	array_each (finding, findings) {
		if (finding->severity < least)
			continue;
		const char *subject = finding->subject;
		/* An overridden error did not stop the command. */
		enum severity severity = finding->overridden ? SEVERITY_WARNING : finding->severity;
		print_severity_line(stream, severity, "%s%s%s%s [%s]", subject ? subject : "",
			subject ? ": " : "", finding->overridden ? "overridden by --force: " : "",
			finding->sentence, finding->id);
		if (finding->remedy && !finding->overridden)
			/* On stderr the program's name begins the line: indenting the rest shows nothing. */
			print_line(stream, "%shint: %s", stream == stderr ? "" : "    ", finding->remedy);
	}
}

/* ---- actions, plans and results ---- */

/* Long enough for any path in a recipe. */
#define SENTENCE_MAX 1024

static void access_format(const struct action *action, char sentence[SENTENCE_MAX])
{
	char owner[64] = "", mode[32] = "";
	const struct node_access *access = &action->access;
	if (access->user >= 0 && access->group >= 0)
		snprintf(owner, sizeof owner, "owner %ld:%ld", access->user, access->group);
	else if (access->user >= 0)
		snprintf(owner, sizeof owner, "owner %ld", access->user);
	else if (access->group >= 0)
		snprintf(owner, sizeof owner, "group %ld", access->group);
	if (access->mode >= 0)
		snprintf(mode, sizeof mode, "%smode %04o", *owner ? ", " : "", (unsigned int)access->mode);
	snprintf(sentence, SENTENCE_MAX, "set %s%s on %s", owner, mode, action->path);
}

/* The action as an imperative. Allocates nothing: a running plan prints it, too. */
static void action_format(const struct action *action, char sentence[SENTENCE_MAX])
{
	const char *value = text_same(action->value, "\n") ? "a newline" : action->value;
	switch (action->kind) {
	case ACTION_LOAD:
	case ACTION_TRY_LOAD:
		snprintf(sentence, SENTENCE_MAX, "load module %s", value);
		break;
	case ACTION_WRITE:
	case ACTION_DRIVER:
		snprintf(sentence, SENTENCE_MAX, "write %s to %s", value, action->path);
		break;
	case ACTION_SAVE:
		snprintf(sentence, SENTENCE_MAX, "write file %s", action->path);
		break;
	case ACTION_REMOVE:
		snprintf(sentence, SENTENCE_MAX, "remove %s", action->path);
		break;
	case ACTION_WATCH:
		snprintf(sentence, SENTENCE_MAX, "listen to udev events");
		break;
	case ACTION_SETTLE:
		snprintf(sentence, SENTENCE_MAX, "wait until udev has processed %s", action->path);
		break;
	case ACTION_ACCESS:
		access_format(action, sentence);
		break;
	case ACTION_NONE:
		snprintf(sentence, SENTENCE_MAX, "do nothing");
		break;
	}
}

void action_announce(const struct plan *plan, const struct action *action)
{
	char sentence[SENTENCE_MAX];
	action_format(action, sentence);
	log_verbose("%s: %s", plan->subject, sentence);
}

static void plan_print(const struct plan *plan)
{
	const struct step *step;
	char sentence[SENTENCE_MAX];
	array_each (step, plan) {
		if (step->act.kind == ACTION_NONE)
			continue;
		action_format(&step->act, sentence);
		print_line(stdout, "  %s", sentence);
	}
}

/* The kernel returns an error number; its log may say more. */
static bool is_kernels(const struct action *action)
{
	return action->kind == ACTION_LOAD || action->kind == ACTION_WRITE || action->kind == ACTION_DRIVER;
}

char *undo_sentence(const struct plan_failure *failure, const char *subject)
{
	char undo[SENTENCE_MAX];
	if (!failure->undo)
		return text_copy("all changes were rolled back");
	action_format(failure->undo, undo);
	auto_free char *again = strchr(subject, ':') ? text_format("run: vfionoiommu unbind %s", subject)
						     : text_copy("run: vfionoiommu status");
	return text_format(
		"rollback failed: could not %s: %s; %s", undo, strerror(-failure->undo_error), again);
}

char *failure_sentence(const struct plan_failure *failure, const char *subject)
{
	char act[SENTENCE_MAX];
	action_format(failure->action, act);
	if (failure->error == -ETIMEDOUT)
		return text_format(
			"%s timed out: the device is still open; the kernel finishes when it is closed, then run: "
			"vfionoiommu unbind %s",
			act, subject);
	auto_free char *undo = undo_sentence(failure, subject);
	return text_format("could not %s: %s%s; %s", act, strerror(-failure->error),
		is_kernels(failure->action) ? " (details: dmesg | tail)" : "", undo);
}

void results_print(const struct result_list *results, bool failures_only)
{
	const struct result *result;
	array_each (result, results) {
		if (result->outcome == OUTCOME_FAILED) {
			log_error("%s: %s", result->subject, result->sentence);
		} else if (result->incidental && result->outcome != OUTCOME_PLANNED) {
			log_verbose("%s: %s", result->subject, result->sentence);
		} else if (!failures_only) {
			print_line(stdout, "%s: %s", result->subject, result->sentence);
			if (result->outcome == OUTCOME_PLANNED)
				plan_print(&result->plan);
		}
	}
}
