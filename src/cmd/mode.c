/* vfionoiommu enable, vfionoiommu disable: the mode of the kernel. */
#include "act/recipes.h"
#include "base/text.h"
#include "cmd/session.h"
#include "judge/finding.h"
#include "judge/readiness.h"
#include "show/devices.h"

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

static enum status mode_main(
	const struct arguments_spec *spec, bool on, int argc, char **argv, struct options *options)
{
	static struct session session;
	static struct arguments arguments;
	struct plan plan = { 0 };
	arguments_parse(spec, argc, argv, options, &arguments);
	enum status status = session_open_acting(&session, options);
	if (status)
		return status;
	bool already = session.host.mode == (on ? MODE_ON : MODE_OFF);
	/* Without vfio there is no mode to be on, and nothing is loaded to switch it off. */
	already |= !on && (session.host.mode == MODE_ABSENT ||
				  session.host.modules[MODULE_VFIO].state == MODULE_AVAILABLE ||
				  session.host.modules[MODULE_VFIO].state == MODULE_MISSING);
	if (already) {
		session_result(&session, "noiommu mode", OUTCOME_UNCHANGED,
			text_format("is %s already", on ? "on" : "off"));
		return session_finish(&session, &(struct device_refs){ 0 });
	}
	judge(&session, on);
	if (session_refused(&session))
		return STATUS_REFUSED;
	recipe_mode(&plan, &session.host, on);
	session_run(&session, "noiommu mode", &plan, text_format("would be switched %s", on ? "on" : "off"),
		text_format("switched %s", on ? "on" : "off"));
	session_refresh(&session, NULL);
	return session_finish(&session, &(struct device_refs){ 0 });
}

static enum status enable_main(int argc, char **argv, struct options *options)
{
	const struct arguments_spec spec = {
		.doc = "Switch noiommu mode on, until the next boot; loads the module vfio where that is needed.\v"
		       "Unsafe: a device that is bound while the mode is on can read and write all of the memory.",
		.acting = true,
		.columns = &device_columns,
	};
	return mode_main(&spec, true, argc, argv, options);
}

static enum status disable_main(int argc, char **argv, struct options *options)
{
	const struct arguments_spec spec = {
		.doc = "Switch noiommu mode off. Refuses while noiommu devices are bound, unless --force is given.",
		.acting = true,
		.columns = &device_columns,
	};
	return mode_main(&spec, false, argc, argv, options);
}

const struct command command_enable = { "enable", "switch noiommu mode on", enable_main };
const struct command command_disable = { "disable", "switch noiommu mode off", disable_main };
