/* vfionoiommu bind: devices to vfio-pci, each as one transaction. */
#include <stdlib.h>
#include <string.h>

#include "act/plan.h"
#include "act/recipes.h"
#include "base/array.h"
#include "base/text.h"
#include "cmd/session.h"
#include "collect/device.h"
#include "judge/finding.h"
#include "judge/outcome.h"
#include "judge/readiness.h"
#include "judge/safety.h"
#include "show/devices.h"
#include "show/steps.h"

enum { OPTION_ENABLE = 0x200 };

static const struct argp_option bind_options[] = {
	{ "enable", OPTION_ENABLE, NULL, 0, "switch noiommu mode on first, if it is off", 0 },
	{ 0 },
};

static bool bind_parse(int key, char *argument, void *enable)
{
	(void)argument;
	if (key == OPTION_ENABLE)
		*(bool *)enable = true;
	return key == OPTION_ENABLE;
}

/* Takes out those that are bound already, and judges the others together. */
static void judge(
	struct session *session, const struct device_refs *asked, struct device_refs *wanted, bool enable)
{
	struct device **device;
	array_each (device, asked) {
		device_collect_details(&session->root, *device);
		if (device_is_noiommu(*device)) {
			session_result(session, (*device)->address, OUTCOME_UNCHANGED,
				text_format("is bound to %s already", (*device)->driver));
			continue;
		}
		*array_add(wanted) = *device;
		safety_judge_bind(*device, &session->findings);
	}
	if (wanted->count)
		readiness_judge(&session->host, &session->access, &session->findings);
	if (enable)
		finding_drop(&session->findings, FINDING_NOIOMMU_DISABLED);
}

/* Mode and modules: what all devices need. */
static bool prepare(struct session *session)
{
	struct plan mode = { 0 }, modules = { 0 };
	recipe_mode(&mode, &session->host, true);
	if (mode.count && !session_run(session, "noiommu mode", &mode, text_copy("would be switched on"),
				  text_copy("switched on")))
		return false;
	recipe_modules(&modules, &session->host);
	bool well = true;
	if (modules.count) {
		well = session_run(
			session, "modules", &modules, text_copy("would be loaded"), text_copy("loaded"));
		session->results.items[session->results.count - 1].incidental = true;
	}
	session_refresh(session, NULL);
	return well;
}

/* A node that was promised and did not come makes the bind a failure, which is undone like any other. */
static bool verify(struct session *session, struct device *device)
{
	struct plan_failure failure = { 0 };
	session_refresh(session, device);
	char *problem = outcome_of_bind(device, &session->access);
	if (!problem) {
		char *surprise = outcome_surprise(device, &session->access);
		if (surprise)
			finding_add(&session->findings, FINDING_NODE_UNEXPECTED, device->address, NULL, "%s",
				surprise);
		free(surprise);
		return true;
	}
	struct result *result = &session->results.items[session->results.count - 1];
	bool undone = !plan_undo(&result->plan, action_announce, &failure);
	result->outcome = OUTCOME_FAILED;
	result->sentence = text_format("%s; %s", problem,
		undone ? "everything was put back as it was" : strerror(-failure.undo_error));
	session_refresh(session, device);
	return false;
}

static bool bind_one(struct session *session, struct device *device)
{
	struct plan plan = { 0 };
	const char *before = device->driver ? device->driver : "no driver";
	recipe_bind(&plan, device);
	if (!session_run(session, device->address, &plan,
		    text_format("would be bound to vfio-pci (now: %s)", before),
		    text_format("bound to vfio-pci (before: %s)", before))) {
		session_refresh(session, device);
		return false;
	}
	return session->options->dry_run || verify(session, device);
}

/* The mode was switched on for devices of which none could be bound: it goes off again. */
static void unprepare(struct session *session)
{
	struct plan_failure failure = { 0 };
	struct result *result;
	array_each (result, &session->results) {
		if (!text_same(result->subject, "noiommu mode") || result->outcome != OUTCOME_CHANGED)
			continue;
		if (plan_undo(&result->plan, action_announce, &failure))
			continue;
		result->outcome = OUTCOME_UNCHANGED;
		result->sentence = text_copy("switched off again");
	}
	session_refresh(session, NULL);
}

static enum status bind_main(int argc, char **argv, struct options *options)
{
	bool enable = false;
	static struct session session;
	static struct arguments arguments;
	static struct device_refs asked, wanted;
	struct device **device;
	const struct arguments_spec spec = {
		.usage = "DEVICE...",
		.doc = "Bind each DEVICE to vfio-pci as a noiommu device. If that fails, it ends as it was.\v"
		       "DEVICE: a PCI address, network interface, block device or VFIO node; or vendor:device, class=0200, "
		       "driver=NAME for all such.",
		.options = bind_options,
		.parse = bind_parse,
		.input = &enable,
		.acting = true,
		.needs_argument = true,
		.columns = &device_columns,
	};
	arguments_parse(&spec, argc, argv, options, &arguments);
	enum status status = session_open_acting(&session, options);
	if (!status)
		status = session_select(&session, &arguments, &asked);
	if (status)
		return status;
	judge(&session, &asked, &wanted, enable);
	if (session_refused(&session))
		return STATUS_REFUSED;
	if (wanted.count && prepare(&session)) {
		size_t bound = 0;
		array_each (device, &wanted)
			bound += bind_one(&session, *device);
		if (!bound)
			unprepare(&session);
	}
	return session_finish(&session, &asked);
}

const struct command command_bind = { "bind", "bind devices to vfio-pci as noiommu devices", bind_main };
