/* vfionoiommu verify: opens devices, and reports which step fails. */
#include <stdio.h>

#include "base/base.h"
#include "cmd/cmd.h"
#include "collect/collect.h"
#include "judge/judge.h"

static void show(struct session *session, const struct opening_list *openings)
{
	const struct options *options = session->options;
	if (options->json) {
		struct json *document = json_new();
		json_add_openings(document, openings, options->verbose);
		json_add_findings(document, &session->findings);
		json_print(document);
		return;
	}
	openings_print(&options->table, openings, options->verbose);
}

static enum status verify_run(const struct options *options, struct arguments *arguments)
{
	static struct session session;
	static struct device_refs asked;
	static struct opening_list openings;
	const struct device **device;
	struct opening *opening;
	size_t unbound = 0, failed = 0;
	enum status status = session_open(&session, options);
	if (!status)
		status = session_select(&session, arguments, &asked);
	if (status)
		return status;
	session_collect_host(&session);
	array_each (device, &asked) {
		if (!(*device)->vfio) {
			verification_judge_unbound(*device, &session.findings);
			unbound++;
		} else if (!(*device)->group.name && !(*device)->cdev.name) {
			verification_judge_nodeless(*device, &session.findings);
			failed++;
		} else {
			opening_collect(&session.root, &session.devices, *device, &openings);
		}
	}
	array_each (opening, &openings) {
		verification_judge(&session.host, opening, &session.findings);
		failed += !opening->opened;
	}
	if (!options->quiet)
		show(&session, &openings);
	if (!options->json)
		findings_log(&session.findings, SEVERITY_WARNING);
	return failed ? STATUS_FAILED : unbound ? STATUS_REFUSED : STATUS_DONE;
}

const struct command command_verify = {
	.name = "verify",
	.summary = "open devices through their nodes, and report each step",
	.doc = "Open each DEVICE through each of its nodes, step by step like a program, and print the result of each "
	       "step and what the device offers (with -v also the physical address of a page). Nothing is written to "
	       "the device and no DMA is started; the kernel resets it when it is closed, as at any close.\v"
	       "Exit status: 0 all nodes open, 1 a node does not open, 3 a device is not bound to VFIO.",
	.usage = "DEVICE...",
	.value = VALUE_BOUND_DEVICE,
	.needs_argument = true,
	.live = true,
	.columns = &opening_columns,
	.run = verify_run,
};
