/* vfionoiommu list: the devices and their nodes. */
#include <unistd.h>

#include "base/base.h"
#include "cmd/cmd.h"
#include "collect/collect.h"
#include "judge/judge.h"

static bool all;

static const struct option_row list_options[] = {
	{ "all", 'a', NULL, "list every PCI endpoint and whether it could be bound", .flag = &all },
	{ 0 },
};

static void choose(struct session *session, struct device_refs *shown)
{
	const struct device *device;
	array_each (device, &session->devices)
		if (all ? !device_is_bridge(device) : device_is_noiommu(device))
			*array_add(shown) = device;
}

static enum status list_run(const struct options *options)
{
	static struct session session;
	static struct device_refs shown;
	const struct device **device;
	const struct column_set *columns = all ? &device_columns_all : &device_columns;
	enum status status = session_open(&session, options);
	if (!status)
		status = session_select(&session, &options->arguments, &shown);
	if (status)
		return status;
	if (!options->arguments.count)
		choose(&session, &shown);
	if (options->quiet)
		return STATUS_DONE;
	stored_check(&session.root, &session.stored, &shown);
	unsigned int needs = table_needs(columns, &options->table, options->json);
	if (needs & NEED_USES)
		session_collect_uses(&session);
	device_collect_remembered(&session.root, &session.devices, needs & NEED_DETAILS);
	if (needs & NEED_DETAILS)
		device_collect_overrides(&session.root, &session.devices, &shown);
	session.host.release = host_release(&session.root);
	device_collect_driverless(&session.root, session.host.release, &session.devices, &shown, false);
	array_each (device, &shown) {
		safety_judge_interrupted(*device, &session.findings);
		safety_judge_stranded(*device, &session.findings);
	}
	if (needs & NEED_NAMES)
		device_collect_names(&session.devices, &shown);
	if (options->json) {
		struct json *document = json_new();
		json_add_devices(document, &shown);
		json_add_findings(document, &session.findings);
		json_print(document);
		return STATUS_DONE;
	}
	devices_print(columns, &options->table, &shown);
	findings_log(&session.findings, SEVERITY_NOTE);
	if (!shown.count && isatty(STDOUT_FILENO)) {
		log_note("no noiommu device is bound");
		log_hint("vfionoiommu list --all");
	}
	return STATUS_DONE;
}

const struct command command_list = {
	.name = "list",
	.summary = "list noiommu devices and their nodes",
	.doc = "List the noiommu devices and their nodes; with DEVICE, these devices, bound or not.",
	.usage = "[DEVICE...]",
	.value = VALUE_DEVICE,
	.options = list_options,
	.columns = &device_columns,
	.other_columns = &device_columns_all,
	.other_when = "with --all",
	.run = list_run,
};
