/* vfionoiommu enable, vfionoiommu disable: the mode of the kernel. */
#include "act/recipes.h"
#include "base/text.h"
#include "cmd/session.h"
#include "collect/nextboot.h"
#include "judge/finding.h"
#include "judge/nextboot.h"
#include "judge/readiness.h"
#include "show/devices.h"

static const struct argp_option mode_options[] = {
	{ "persistent", 'p', NULL, 0, "for the next boots, too", 0 },
	{ 0 },
};

static bool mode_parse(int key, char *argument, void *persistent)
{
	(void)argument;
	if (key == 'p')
		*(bool *)persistent = true;
	return key == 'p';
}

/* To switch the mode on, all must be ready but the mode; to switch it off, nobody may need it. */
static void judge(struct session *session, bool on)
{
	if (!on) {
		readiness_judge_disable(&session->devices, &session->findings);
		return;
	}
	readiness_judge(&session->host, &session->access, &session->findings);
	finding_drop(&session->findings, FINDING_NOIOMMU_DISABLED);
}

static bool is_so(const struct host *host, bool on)
{
	enum module_state vfio = host->modules[MODULE_VFIO].state;
	if (host->mode == (on ? MODE_ON : MODE_OFF))
		return true;
	/* Without vfio there is no mode to be on, and nothing is loaded to switch it off. */
	return !on && (host->mode == MODE_ABSENT || vfio == MODULE_AVAILABLE || vfio == MODULE_MISSING);
}

static bool set_now(struct session *session, bool on)
{
	struct plan plan = { 0 };
	if (is_so(&session->host, on)) {
		session_result(session, "noiommu mode", OUTCOME_UNCHANGED,
			text_format("is %s already", on ? "on" : "off"));
		return true;
	}
	recipe_mode(&plan, &session->host, on);
	bool well = session_run(session, "noiommu mode", &plan,
		text_format("would be switched %s", on ? "on" : "off"),
		text_format("switched %s", on ? "on" : "off"));
	session_refresh(session, NULL);
	return well;
}

/* Of the next boot. Returns whether the mode will be so, as far as can be told. */
static bool set_next(struct session *session, bool on)
{
	struct plan plan = { 0 };
	static struct next_boot after;
	const struct next_boot *next = &session->next;
	const char *word = on ? "on" : "off";
	/* Another file that says the same is as good. */
	if (next->mode != (on ? MODE_ON : MODE_OFF) &&
		session->host.modules[MODULE_VFIO].state != MODULE_BUILTIN)
		recipe_next_mode(&plan, next, nextboot_own_text, on);
	if (!plan.count && next->mode == (on ? MODE_ON : MODE_OFF))
		session_result(session, "next boot", OUTCOME_UNCHANGED,
			text_format("noiommu mode will be %s already", word));
	else if (plan.count &&
		 !session_run(session, "next boot", &plan, text_format("noiommu mode would be %s", word),
			 text_format("noiommu mode will be %s", word)))
		return false;
	nextboot_collect(&session->root, &session->host, &after);
	if (session->options->dry_run && plan.count)
		after.mode = on ? MODE_ON : MODE_OFF;
	nextboot_collect_initramfs(&session->root, &session->host, &after);
	return nextboot_judge_wanted(&session->host, &after, on, &session->findings);
}

static enum status mode_main(
	struct arguments_spec *spec, bool on, int argc, char **argv, struct options *options)
{
	static struct session session;
	static struct arguments arguments;
	static bool persistent;
	spec->options = mode_options;
	spec->parse = mode_parse;
	spec->input = &persistent;
	arguments_parse(spec, argc, argv, options, &arguments);
	enum status status = session_open_acting(&session, options);
	if (status)
		return status;
	if (!is_so(&session.host, on))
		judge(&session, on);
	if ((persistent || !is_so(&session.host, on)) && session_refused(&session))
		return STATUS_REFUSED;
	bool so = set_now(&session, on) && (!persistent || set_next(&session, on));
	status = session_finish(&session, &(struct device_refs){ 0 });
	return status || so ? status : STATUS_REFUSED;
}

static enum status enable_main(int argc, char **argv, struct options *options)
{
	struct arguments_spec spec = {
		.doc = "Switch noiommu mode on, until the next boot, or with --persistent for the next ones too; loads the module vfio where that is needed.\v"
		       "Unsafe: a device that is bound while the mode is on can read and write all of the memory.",
		.acting = true,
		.columns = &device_columns,
	};
	return mode_main(&spec, true, argc, argv, options);
}

static enum status disable_main(int argc, char **argv, struct options *options)
{
	struct arguments_spec spec = {
		.doc = "Switch noiommu mode off. Refuses while noiommu devices are bound, unless --force is given.",
		.acting = true,
		.columns = &device_columns,
	};
	return mode_main(&spec, false, argc, argv, options);
}

const struct command command_enable = { "enable", "switch noiommu mode on", enable_main };
const struct command command_disable = { "disable", "switch noiommu mode off", disable_main };
