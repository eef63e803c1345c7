#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "show/show.h"

/* ---- findings ---- */

/* An overridden error did not stop the command. */
static enum severity severity_of(const struct finding *finding)
{
	return finding->overridden ? SEVERITY_WARNING : finding->severity;
}

static const char *finding_format(const struct finding *finding)
{
	const char *subject = finding->subject;
	return text_format("%s%s%s%s [%s]", subject ? subject : "", subject ? ": " : "",
		finding->overridden ? "overridden by --force: " : "", finding->sentence, finding->id);
}

void findings_print(const struct finding_list *findings)
{
	const struct finding *finding;
	array_each (finding, findings) {
		print_severity_line(severity_of(finding), finding_format(finding));
		if (finding->remedy && !finding->overridden)
			print_line("    hint: %s", finding->remedy);
	}
}

void findings_log(const struct finding_list *findings, enum severity least)
{
	const struct finding *finding;
	array_each (finding, findings) {
		if (finding->severity < least)
			continue;
		print_severity_log(severity_of(finding), finding_format(finding));
		if (finding->remedy && !finding->overridden)
			log_hint("%s", finding->remedy);
	}
}

CELL(get_id, explanation, explanation, explanation->id)
CELL(get_severity, explanation, explanation, word_severity(explanation->severity))
CELL(get_forcible, explanation, explanation, explanation->forcible ? "yes" : "no")
CELL(get_meaning, explanation, explanation, explanation->meaning)
CELL(get_reason, explanation, explanation, explanation->reason)
CELL(get_remedy, explanation, explanation, explanation->remedy)

static const struct column explanation_list[] = {
	{ "FINDING", "id, as in brackets at the end of a message", .get = get_id },
	{ "SEVERITY", "blocker, warning or note", .get = get_severity },
	{ "FORCIBLE", "whether --force overrides it", .get = get_forcible },
	{ "MEANING", "what it means", .get = get_meaning, .fit = COLUMN_WRAP },
	{ "REASON", "why it is raised", .get = get_reason, .fit = COLUMN_WRAP },
	{ "REMEDY", "what to do", .get = get_remedy, .fit = COLUMN_WRAP },
};

const struct column_set explanation_columns = { explanation_list, ARRAY_SIZE(explanation_list),
	"FINDING,SEVERITY,MEANING" };

struct part {
	const char *name;
	const char *text;
};

CELL(get_part_name, part, part, part->name)
CELL(get_part_text, part, part, part->text)

void explanation_print(const struct explanation *explanation)
{
	static const struct column columns[] = {
		{ "PART", NULL, .get = get_part_name },
		{ "TEXT", NULL, .get = get_part_text, .fit = COLUMN_WRAP },
	};
	static const struct column_set set = { columns, ARRAY_SIZE(columns), "PART,TEXT" };
	const char *title = text_format("%s: %s%s", explanation->id, word_severity(explanation->severity),
		explanation->forcible ? ", which --force overrides" : "");
	const struct part parts[] = {
		{ "finding", title },
		{ "meaning", explanation->meaning },
		{ "reason", explanation->reason },
		{ "remedy", explanation->remedy },
	};
	table_print(
		&set, &(struct table_options){ .noheadings = true }, parts, ARRAY_SIZE(parts), sizeof *parts);
}

/* ---- actions, plans and results ---- */

static void access_format(const struct action *action, char sentence[ACTION_TEXT])
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
	snprintf(sentence, ACTION_TEXT, "set %s%s on %s", owner, mode, action->path);
}

/* The action as an imperative. Allocates nothing: a running plan prints it, too. */
static void action_format(const struct action *action, char sentence[ACTION_TEXT])
{
	const char *value = text_same(action->value, "\n") ? "a newline" : action->value;
	switch (action->kind) {
	case ACTION_LOAD:
	case ACTION_TRY_LOAD:
		snprintf(sentence, ACTION_TEXT, "load module %s", value);
		break;
	case ACTION_WRITE:
	case ACTION_DRIVER:
	case ACTION_TRY_DRIVER:
		snprintf(sentence, ACTION_TEXT, "write %s to %s", value, action->path);
		break;
	case ACTION_SAVE:
	case ACTION_TRY_SAVE:
		snprintf(sentence, ACTION_TEXT, "write file %s", action->path);
		break;
	case ACTION_REMOVE:
		snprintf(sentence, ACTION_TEXT, "remove %s", action->path);
		break;
	case ACTION_WATCH:
		snprintf(sentence, ACTION_TEXT, "listen to udev events");
		break;
	case ACTION_SETTLE:
		snprintf(sentence, ACTION_TEXT, "wait until udev has processed %s", action->path);
		break;
	case ACTION_ACCESS:
		access_format(action, sentence);
		break;
	case ACTION_NONE:
		snprintf(sentence, ACTION_TEXT, "do nothing");
		break;
	}
}

void action_announce(const struct plan *plan, const struct action *action, char text[ACTION_TEXT])
{
	action_format(action, text);
	log_verbose("%s: %s", plan->subject, text);
}

static void plan_print(const struct plan *plan)
{
	const struct step *step;
	char sentence[ACTION_TEXT];
	array_each (step, plan) {
		if (step->act.kind == ACTION_NONE)
			continue;
		action_format(&step->act, sentence);
		print_line("  %s", sentence);
	}
}

/* The command that shows or restores the state of `subject`. */
static const char *command_for(const char *verb, const char *subject)
{
	return strchr(subject, ':') ? text_format("vfionoiommu %s %s", verb, subject) : "vfionoiommu status";
}

static const char *undo_sentence(const struct plan_run *run, const char *subject)
{
	if (!run->undo_error)
		return run->rolled_back ? "all changes were rolled back" : "nothing was changed by it";
	return text_format("rollback failed: could not %s: %s; run: %s", run->undo,
		strerror(-run->undo_error), command_for("unbind", subject));
}

/* A process is still running the plan. */
static const char *unfinished_sentence(const struct job *job, const char *subject, const char *user)
{
	const struct plan_run *run = job->run;
	const char *check = command_for("list", subject);
	const char *why = user ? text_format("process %s uses the device", user)
			       : "the device is in use, or its driver is slow";
	if (job->error == -EINTR)
		return text_format(
			"interrupted by a signal; process %d completes the command: %s; check with: %s",
			run->process, run->step, check);
	return text_format(
		"%s timed out: %s; when the kernel finishes, process %d completes the command; check with: %s",
		run->step, why, run->process, check);
}

/* Some errors of loading a module have few reasons. */
static const char *step_error(const struct job *job)
{
	const struct action *action = job->run->action;
	if (!action || action->kind != ACTION_LOAD)
		return strerror(-job->error);
	if (job->error == -EKEYREJECTED)
		return "the kernel loads only modules signed with a key that it knows (Secure Boot, or module.sig_enforce)";
	if (job->error == -EPERM)
		return "the kernel does not permit it (modules_disabled, or lockdown, for example by Secure Boot)";
	if (job->error == -EINVAL)
		return "Invalid argument, as from an install command in modprobe.d that fails, see: modprobe --show-depends vfio-pci";
	return strerror(-job->error);
}

const char *failure_sentence(const struct job *job, const char *subject, const char *user)
{
	const struct plan_run *run = job->run;
	if (job->error == -ECANCELED)
		return "not started: interrupted by a signal";
	if (!run->process)
		return text_format("could not start a process: %s", strerror(-job->error));
	const char *holder = run->holder ? text_format("process %d", run->holder) : "another process";
	if (job->error == -EALREADY)
		return text_format(
			"%s is changing the device, and waits in the kernel; retry when it has ended",
			holder);
	if (job->error == -ETIMEDOUT || job->error == -EINTR)
		return unfinished_sentence(job, subject, user);
	if (job->error == -ECHILD) {
		return text_format("could not %s: process %d was killed; run: %s", run->step, run->process,
			command_for("unbind", subject));
	}
	const char *undo = undo_sentence(run, subject);
	if (job->error == -EPROTO)
		return text_format("%s; %s", run->step, undo);
	return text_format("could not %s: %s%s; %s", run->step, step_error(job),
		run->by_kernel ? " (details: dmesg | tail)" : "", undo);
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
			print_line("%s: %s", result->subject, result->sentence);
			if (result->outcome == OUTCOME_PLANNED)
				plan_print(&result->plan);
		}
	}
}
