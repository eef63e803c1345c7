/* vfionoiommu verify: opens devices, and reports which step fails; with --for, whether a client runs there.
 */
#include <stdio.h>

#include "base/base.h"
#include "cmd/cmd.h"
#include "collect/collect.h"
#include "judge/judge.h"

static int client = CLIENT_NONE;

#define CLIENT_WORD(value, word) word,
static const char *const clients[] = { CLIENTS(CLIENT_WORD) NULL };

#define CLIENT_HELP(value, word) " " word
static const struct option_row verify_options[] = {
	{ "for", 0, "CLIENT", "also check what this client needs:" CLIENTS(CLIENT_HELP), .choice = &client,
		.choices = clients },
	{ 0 },
};

struct verification {
	struct session session;
	struct opening_list openings;
	struct client_facts facts; /* with --for */
	size_t failed;             /* openings, and devices without any node */
};

static void open_device(struct verification *verification, const struct device *device)
{
	struct session *session = &verification->session;
	const struct vfio_node *only =
		client == CLIENT_NONE ? NULL : client_node(client, &verification->facts, device);
	if (!device->vfio) {
		opening_judge_unbound(device, &session->findings);
	} else if (!device->group.name && !device->cdev.name) {
		opening_judge_nodeless(device, &session->findings);
		verification->failed++;
	} else if (client != CLIENT_NONE && !only) {
		client_judge_nodeless(client, &session->access, device, &session->findings);
	} else {
		opening_collect(&session->root, &session->devices, device, only, &verification->openings);
	}
}

static void judge(struct verification *verification)
{
	struct session *session = &verification->session;
	const struct opening *opening;
	array_each (opening, &verification->openings) {
		opening_judge(&session->host, opening, &session->findings);
		verification->failed += !opening->opened;
	}
	if (client != CLIENT_NONE)
		client_judge(client, &session->host, &verification->facts, &verification->openings,
			&session->findings);
}

static void show(const struct verification *verification)
{
	const struct options *options = verification->session.options;
	const struct finding_list *findings = &verification->session.findings;
	bool ready = !finding_blockers(findings);
	if (options->json) {
		struct json *document = json_new();
		json_add_openings(document, &verification->openings, options->verbose);
		json_add_client(document, client, &verification->facts, ready);
		json_add_findings(document, findings);
		json_print(document);
		return;
	}
	openings_print(&options->table, &verification->openings, options->verbose);
	if (client != CLIENT_NONE && !table_is_for_scripts(&options->table))
		client_print(client, &verification->facts, &verification->openings, ready);
}

static enum status verify_run(const struct options *options)
{
	static struct verification verification;
	static struct device_refs asked;
	struct session *session = &verification.session;
	const struct device **device;
	enum status status = session_open(session, options);
	if (!status)
		status = session_select(session, &options->arguments, &asked);
	if (status)
		return status;
	session_collect_host(session, SCOPE_KERNEL);
	if (client != CLIENT_NONE)
		client_facts_collect(&session->root, &verification.facts);
	array_each (device, &asked)
		open_device(&verification, *device);
	judge(&verification);
	if (!options->quiet)
		show(&verification);
	if (!options->json)
		findings_log(&session->findings, options->quiet          ? SEVERITY_BLOCKER
						 : client == CLIENT_NONE ? SEVERITY_WARNING
									 : SEVERITY_NOTE);
	return verification.failed           ? STATUS_FAILED
	       : session_is_blocked(session) ? STATUS_REFUSED
					     : STATUS_DONE;
}

const struct command command_verify = {
	.name = "verify",
	.summary = "open devices through their nodes, and report each step",
	.doc = "Open each DEVICE through each of its nodes, step by step like a program, and print the result of each "
	       "step and what the device offers (with -v also the physical address of a page). Nothing is written to "
	       "the device and no DMA is started; the kernel resets it when it is closed, as at any close.\v"
	       "With --for only the node is opened that the client would open, and what else the client needs is "
	       "checked: of this machine, of this kernel, and of the user and the limits of this process.\n"
	       "Exit status: 0 all nodes open, 1 a node does not open, 3 a device is not bound to VFIO, or with --for "
	       "the client lacks something.",
	.usage = "DEVICE...",
	.value = VALUE_BOUND_DEVICE,
	.needs_argument = true,
	.options = verify_options,
	.live = true,
	.columns = &opening_columns,
	.run = verify_run,
};
