/* vfionoiommu status: whether this machine is ready for noiommu, and if not, why. */
#include <stdio.h>

#include "base/base.h"
#include "cmd/cmd.h"
#include "collect/collect.h"
#include "judge/judge.h"

struct overview {
	struct session session;
	struct device_refs bound; /* the noiommu devices, with their details and names */
	struct taint taint;
	bool ready; /* no finding prevents a bind */
};

/* ---- the machine as a whole ---- */

static bool stored_need_noiommu(const struct session *session)
{
	const struct stored *stored;
	array_each (stored, &session->stored) {
		const struct device *device = device_find(&session->devices, stored->address);
		if (device ? device_needs_noiommu(device, stored->allow_iommu) : !stored->allow_iommu)
			return true;
	}
	return false;
}

static void judge(struct session *session)
{
	const struct device *device;
	readiness_judge(&session->host, &session->access, &session->findings);
	readiness_judge_sysfs(&session->host, &session->findings);
	readiness_judge_blocked(&session->host, &session->next, MODULE_VFIO_PCI, &session->findings);
	nextboot_judge(&session->host, &session->next, &session->findings);
	array_each (device, &session->devices)
		safety_judge_interrupted(device, &session->findings);
	array_each (device, &session->devices)
		safety_judge_stranded(device, &session->findings);
	persistence_judge(&session->stored, &session->devices, &session->findings);
	if (session->stored.count)
		persistence_judge_next_boot(&session->next, stored_collect_rule(&session->root),
			stored_need_noiommu(session), &session->findings);
}

/* Collects and judges everything but the taint. Returns STATUS_DONE, or STATUS_FAILED after reporting it. */
static enum status overview_collect(struct overview *overview, const struct options *options)
{
	struct session *session = &overview->session;
	const struct device *device;
	struct device_refs all = { 0 }, others = { 0 };
	enum status status = session_open(session, options);
	if (status)
		return status;
	session_collect_host(session, SCOPE_NEXT_BOOT);
	device_collect_remembered(&session->root, &session->devices, true);
	array_each (device, &session->devices) {
		struct device_refs *refs = device_is_noiommu(device) ? &overview->bound : &others;
		*array_add(refs) = device;
		*array_add(&all) = device;
	}
	device_collect_driverless(&session->root, session->host.release, &session->devices, &others, false);
	stored_check(&session->root, &session->stored, &all);
	judge(session);
	if (options->json && !options->quiet) {
		device_collect_overrides(&session->root, &session->devices, &overview->bound);
		device_collect_names(&session->devices, &overview->bound);
	}
	overview->ready = !finding_blockers(&session->findings);
	return STATUS_DONE;
}

/* The taint and its cause, which needs the kernel log. Stays unknown if the value is unknown. */
static void overview_collect_taint(struct overview *overview)
{
	static struct kernel_log log;
	const struct session *session = &overview->session;
	if (session->host.taint < 0)
		return;
	unsigned long long value = (unsigned long long)session->host.taint;
	taint_collect_log(&session->root, value, &log);
	taint_judge(value, &log, &overview->taint);
}

/* ---- status ---- */

static void show_json(const struct overview *overview)
{
	const struct session *session = &overview->session;
	struct json *document = json_new();
	json_add_ready(document, overview->ready);
	json_add_host(document, &session->host);
	json_add_access(document, &session->access);
	json_add_next_boot(document, &session->next);
	json_add_devices(document, &overview->bound);
	json_add_findings(document, &session->findings);
	json_add_kernel_taint(document, &overview->taint);
	json_print(document);
}

static void show_text(const struct overview *overview)
{
	const struct session *session = &overview->session;
	const struct table_options *table = &session->options->table;
	const struct status_view view = { &session->host, &session->access, &session->next, &overview->taint,
		overview->bound.count };
	status_print(table, &view);
	if (table_is_for_scripts(table))
		return;
	print_text(overview->ready ? "\nready\n    hint: vfionoiommu bind DEVICE\n" : "\nnot ready\n");
	findings_print(&session->findings);
}

static enum status status_run(const struct options *options)
{
	static struct overview overview;
	enum status status = overview_collect(&overview, options);
	if (status)
		return status;
	if (!options->quiet) {
		overview_collect_taint(&overview);
		if (options->json)
			show_json(&overview);
		else
			show_text(&overview);
	}
	return overview.ready ? STATUS_DONE : STATUS_REFUSED;
}

const struct command command_status = {
	.name = "status",
	.summary = "check whether this machine is ready for noiommu",
	.doc = "Check whether this machine is ready for noiommu; if not, print the reasons and the commands that fix them.\v"
	       "Exit status: 0 ready, 1 failure, 3 not ready.",
	.columns = &status_columns,
	.run = status_run,
};

/* ---- metrics ---- */

/* vfionoiommu metrics: the status, for Prometheus. */

static const char *file;

static const struct option_row metrics_options[] = {
	{ "write", 0, "FILE", "write them to FILE, atomically", .text = &file, .value = VALUE_FILE },
	{ 0 },
};

static enum status metrics_run(const struct options *options)
{
	static struct overview overview;
	if (options->json) {
		log_error("metrics does not support --json");
		log_hint("vfionoiommu status --json");
		return STATUS_USAGE;
	}
	enum status status = overview_collect(&overview, options);
	if (status)
		return status;
	overview_collect_taint(&overview);
	struct session *session = &overview.session;
	const struct metrics_view view = { &session->host, &session->access, &session->next, &overview.taint,
		&overview.bound, &session->findings, overview.ready };
	return session_write(session, file, metrics_format(&view));
}

const struct command command_metrics = {
	.name = "metrics",
	.summary = "print the status as metrics for Prometheus",
	.doc = "Print the status as metrics in the text format of Prometheus, for the textfile collector of "
	       "node_exporter.\v"
	       "Unknown values are NaN. Exit status: 0 printed or written, 1 failure.",
	.options = metrics_options,
	.run = metrics_run,
};
