/* vfionoiommu bind: devices to vfio-pci, each as one transaction. */
#include <stdlib.h>

#include "act/plan.h"
#include "act/recipes.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "cmd/session.h"
#include "collect/device.h"
#include "collect/use.h"
#include "judge/finding.h"
#include "judge/outcome.h"
#include "judge/readiness.h"
#include "judge/safety.h"
#include "judge/taint.h"
#include "show/devices.h"
#include "show/steps.h"

enum { OPTION_ENABLE = 0x200, OPTION_ALLOW_IOMMU };

/* What the command line asked for besides devices. */
struct wishes {
	bool enable, allow_iommu;
};

static const struct argp_option bind_options[] = {
	{ "enable", OPTION_ENABLE, NULL, 0, "switch noiommu mode on first, if it is off", 0 },
	{ "allow-iommu", OPTION_ALLOW_IOMMU, NULL, 0,
		"bind a device that has an IOMMU too, as an ordinary VFIO device", 0 },
	{ 0 },
};

static bool bind_parse(int key, char *argument, void *input)
{
	struct wishes *wishes = input;
	(void)argument;
	if (key == OPTION_ENABLE)
		wishes->enable = true;
	else if (key == OPTION_ALLOW_IOMMU)
		wishes->allow_iommu = true;
	else
		return false;
	return true;
}

/* An ordinary VFIO device is what --allow-iommu makes of one with an IOMMU. */
static bool is_bound(const struct device *device)
{
	return device_is_noiommu(device) || (device->vfio && device->iommu == ANSWER_YES);
}

static bool needs_noiommu(const struct device_refs *wanted, const struct wishes *wishes)
{
	struct device **device;
	array_each (device, wanted)
		if (!wishes->allow_iommu || (*device)->iommu != ANSWER_YES)
			return true;
	return false;
}

/* Takes out those that are bound already, and judges the others together. */
static void judge(struct session *session, const struct device_refs *asked, struct device_refs *wanted,
	const struct wishes *wishes)
{
	struct device **device;
	bool thorough = session->host.root;
	use_collect_all(&session->root, &session->devices, thorough);
	array_each (device, asked) {
		device_collect_details(&session->root, *device);
		if (is_bound(*device))
			session_result(session, (*device)->address, OUTCOME_UNCHANGED,
				text_format("is bound to %s already", (*device)->driver));
		else
			*array_add(wanted) = *device;
	}
	array_each (device, wanted) {
		safety_judge_bind(*device, wishes->allow_iommu, &session->findings);
		safety_judge_siblings(&session->devices, *device, wanted, &session->findings);
	}
	if (needs_noiommu(wanted, wishes))
		readiness_judge(&session->host, &session->access, &session->findings);
	if (wishes->enable)
		finding_drop(&session->findings, FINDING_NOIOMMU_DISABLED);
}

/* Mode and modules: what all devices need. */
static bool prepare(struct session *session, bool noiommu)
{
	struct plan mode = { 0 }, modules = { 0 };
	if (noiommu)
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
	plan_undo(&result->plan, action_announce, &failure);
	result->outcome = OUTCOME_FAILED;
	auto_free char *undone = undo_sentence(&failure);
	result->sentence = text_format("%s; %s", problem, undone);
	session_refresh(session, device);
	return false;
}

/* A run that was cut off left the device halfway: what that one had written down is done first. */
static bool put_right(struct session *session, struct device *device)
{
	struct plan plan = { 0 };
	if (!device_is_interrupted(device))
		return true;
	recipe_unbind(&plan, device);
	bool well = session_run(session, device->address, &plan,
		text_copy("would be put back after a run that was cut off"),
		text_copy("put back after a run that was cut off"));
	if (!session->options->dry_run)
		session_refresh(session, device);
	return well;
}

static bool bind_one(struct session *session, struct device *device)
{
	struct plan plan = { 0 };
	if (!put_right(session, device))
		return false;
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
		bool off = !plan_undo(&result->plan, action_announce, &failure);
		result->outcome = off ? OUTCOME_UNCHANGED : OUTCOME_FAILED;
		free(result->sentence);
		result->sentence = off ? text_copy("switched off again") : undo_sentence(&failure);
	}
	session_refresh(session, NULL);
}

static void bind_all(struct session *session, const struct device_refs *wanted, const struct wishes *wishes)
{
	struct device **device;
	size_t bound = 0;
	bool prepared = prepare(session, needs_noiommu(wanted, wishes));
	array_each (device, wanted) {
		if (prepared)
			bound += bind_one(session, *device);
		else
			session_result(session, (*device)->address, OUTCOME_FAILED,
				text_copy("was not touched, as what it needs failed"));
	}
	if (!bound && !session->options->dry_run)
		unprepare(session);
}

static enum status bind_main(int argc, char **argv, struct options *options)
{
	struct wishes wishes = { 0 };
	static struct session session;
	static struct arguments arguments;
	static struct device_refs asked, wanted;
	const struct arguments_spec spec = {
		.usage = "DEVICE...",
		.doc = "Bind each DEVICE to vfio-pci as a noiommu device. If that fails, it ends as it was.\v"
		       "DEVICE: a PCI address, network interface, block device or VFIO node; or vendor:device, class=0200, "
		       "driver=NAME for all such.",
		.options = bind_options,
		.parse = bind_parse,
		.input = &wishes,
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
	judge(&session, &asked, &wanted, &wishes);
	if (session_refused(&session))
		return STATUS_REFUSED;
	if (options->dry_run && needs_noiommu(&wanted, &wishes))
		taint_judge_bind(&session.host, &session.findings);
	if (wanted.count)
		bind_all(&session, &wanted, &wishes);
	return session_finish(&session, &asked);
}

const struct command command_bind = { "bind", "bind devices to vfio-pci as noiommu devices", bind_main };
