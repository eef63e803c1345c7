/* vfionoiommu status: is this machine ready for noiommu, and if not, why. */
#include <stdio.h>

#include "base/array.h"
#include "cmd/session.h"
#include "collect/device.h"
#include "collect/stored.h"
#include "collect/taint.h"
#include "judge/finding.h"
#include "judge/nextboot.h"
#include "judge/persistence.h"
#include "judge/readiness.h"
#include "judge/safety.h"
#include "judge/taint.h"
#include "show/findings.h"
#include "show/json.h"
#include "show/status.h"

/* Unknown when the value is. */
static void collect_taint(const struct session *session, struct taint *taint)
{
	static struct kernel_log log;
	if (session->host.taint < 0)
		return;
	unsigned long long value = (unsigned long long)session->host.taint;
	taint_collect_log(&session->root, value, &log);
	taint_judge(value, &log, taint);
}

static bool stored_need_noiommu(const struct stored_list *list)
{
	const struct stored *stored;
	array_each (stored, list)
		if (!stored->allow_iommu)
			return true;
	return false;
}

static void show(
	struct session *session, const struct status_view *view, const struct device_refs *bound, bool ready)
{
	const struct options *options = session->options;
	if (options->json) {
		struct json *document = json_new();
		json_add_ready(document, ready);
		json_add_host(document, &session->host);
		json_add_access(document, &session->access);
		json_add_next_boot(document, view->next);
		json_add_devices(document, bound);
		json_add_findings(document, &session->findings);
		json_add_kernel_taint(document, view->taint);
		json_print(document);
		return;
	}
	status_print(&options->table, view);
	if (table_is_for_scripts(&options->table))
		return;
	printf("\n%s\n", ready ? "ready: vfionoiommu bind DEVICE" : "not ready:");
	findings_print(stdout, &session->findings, SEVERITY_NOTE);
}

static enum status status_main(int argc, char **argv, struct options *options)
{
	static struct session session;
	static struct arguments arguments;
	static struct device_refs bound;
	static struct taint taint;
	struct status_view view = { &session.host, &session.access, &session.next, &taint, 0 };
	struct device *device, **bound_device;
	const struct arguments_spec spec = {
		.doc = "Tell whether this machine is ready for noiommu, and if not, what is wrong and what mends it.\v"
		       "Exit status: 0 ready, 3 not ready.",
		.columns = &status_columns,
	};
	arguments_parse(&spec, argc, argv, options, &arguments);
	enum status status = session_open(&session, options);
	if (status)
		return status;
	session_collect_host(&session);
	readiness_judge(&session.host, &session.access, &session.findings);
	nextboot_judge(&session.host, &session.next, &session.findings);
	device_collect_remembered(&session.root, &session.devices);
	safety_judge_interrupted(&session.devices, &session.findings);
	persistence_judge(&session.stored, &session.devices, &session.findings);
	if (session.stored.count)
		persistence_judge_next_boot(&session.next, stored_collect_rule(&session.root),
			stored_need_noiommu(&session.stored), &session.findings);
	array_each (device, &session.devices)
		if (device_is_noiommu(device))
			*array_add(&bound) = device;
	array_each (bound_device, &bound)
		device_collect_details(&session.root, *bound_device);
	device_collect_names(&bound);
	view.noiommu_devices = bound.count;
	bool ready = !finding_blockers(&session.findings);
	if (!options->quiet) {
		collect_taint(&session, &taint);
		show(&session, &view, &bound, ready);
	}
	return ready ? STATUS_DONE : STATUS_REFUSED;
}

const struct command command_status = { "status", "tell whether this machine is ready for noiommu",
	status_main };
