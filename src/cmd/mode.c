/* vfionoiommu enable, vfionoiommu disable: the noiommu mode of the kernel. */
#include "act/act.h"
#include "base/base.h"
#include "cmd/cmd.h"
#include "collect/collect.h"
#include "judge/judge.h"
#include "state/state.h"

static bool persistent;

static const struct option_row mode_options[] = {
	{ "persistent", 'p', NULL, "also for the next boots", .flag = &persistent },
	{ 0 },
};

/* Enabling needs a machine that is ready but for the mode; disabling, that no device needs the mode. */
static void judge(struct session *session, bool on)
{
	if (!on) {
		readiness_judge_disable(&session->devices, &session->findings);
		return;
	}
	readiness_judge(&session->host, &session->access, &session->findings);
	readiness_judge_blocked(&session->host, &session->next, MODULE_VFIO, &session->findings);
	finding_drop(&session->findings, FINDING_NOIOMMU_DISABLED);
}

static bool is_so(const struct host *host, bool on)
{
	enum module_state vfio = host->modules[MODULE_VFIO].state;
	if (host->mode == (on ? MODE_ON : MODE_OFF))
		return true;
	/* Without vfio the mode cannot be enabled, and vfio is not loaded only to disable it. */
	return !on && (host->mode == MODE_ABSENT || vfio < MODULE_LOADED);
}

static bool set_now(struct session *session, bool on)
{
	struct plan plan = { 0 };
	const char *word = on ? "enabled" : "disabled";
	if (is_so(&session->host, on)) {
		session_result(session, "noiommu mode", OUTCOME_UNCHANGED, text_format("already %s", word));
		return true;
	}
	recipe_mode(&plan, &session->host, on);
	bool well = session_run(session, "noiommu mode", &plan, text_format("would be %s", word), word);
	session_refresh(session, NULL);
	/* An install command in modprobe.d may have loaded it in another way. */
	if (well && !session->options->dry_run && !is_so(&session->host, on)) {
		struct result *result = &session->results.items[session->results.count - 1];
		result->outcome = OUTCOME_FAILED;
		result->sentence = text_format("not %s, although no step failed", word);
		return false;
	}
	return well;
}

/* For the next boot. Returns whether, as far as is known, the mode will be as requested. */
static bool set_next(struct session *session, bool on)
{
	struct plan plan = { 0 };
	static struct next_boot after;
	const struct next_boot *next = &session->next;
	const char *word = on ? "enabled" : "disabled";
	/* Nothing to write if another file already sets the mode, or for a module that is built in; our own
	 * file is removed in any case: another kernel may read it. */
	if (!on || (!nextboot_is(next, on) && session->host.modules[MODULE_VFIO].state != MODULE_BUILTIN))
		recipe_next_mode(&plan, next, on);
	if (!plan.count && nextboot_is(next, on))
		session_result(session, "next boot", OUTCOME_UNCHANGED,
			text_format("noiommu mode already %s", word));
	else if (plan.count &&
		 !session_run(session, "next boot", &plan, text_format("noiommu mode would be %s", word),
			 text_format("noiommu mode will be %s", word)))
		return false;
	bool ahead = session->options->dry_run && plan.count;
	nextboot_collect(&session->root, ahead ? on ? modprobe_conf_text : "" : NULL, &session->host, &after);
	if (plan.count && !nextboot_is(&after, on)) {
		struct result *result = &session->results.items[session->results.count - 1];
		result->sentence = "another setting takes precedence over this change, see below";
	}
	nextboot_collect_initramfs(&session->root, &session->host, &after);
	return nextboot_judge_wanted(&session->host, &after, on, &session->findings);
}

static enum status mode_run(const struct options *options, bool on)
{
	static struct session session;
	enum status status = session_open_acting(&session, options, SCOPE_NEXT_BOOT);
	if (status)
		return status;
	if (!is_so(&session.host, on))
		judge(&session, on);
	if ((persistent || !is_so(&session.host, on)) && session_refused(&session))
		return STATUS_REFUSED;
	/* There was nothing to do. */
	finding_drop(&session.findings, FINDING_NOT_ROOT);
	bool so = set_now(&session, on) && (!persistent || set_next(&session, on));
	status = session_finish(&session, &(struct device_refs){ 0 });
	return status || so ? status : STATUS_REFUSED;
}

static enum status enable_run(const struct options *options)
{
	return mode_run(options, true);
}

static enum status disable_run(const struct options *options)
{
	return mode_run(options, false);
}

const struct command command_enable = {
	.name = "enable",
	.summary = "enable noiommu mode",
	.doc = "Enable noiommu mode until the next boot, with --persistent also for the next boots. Loads the module vfio if needed.\v"
	       "Unsafe: a device that is bound in noiommu mode can read and write all memory.",
	.options = mode_options,
	.acting = true,
	.run = enable_run,
};

const struct command command_disable = {
	.name = "disable",
	.summary = "disable noiommu mode",
	.doc = "Disable noiommu mode. Refused while noiommu devices are bound, unless --force is given.",
	.options = mode_options,
	.acting = true,
	.run = disable_run,
};
