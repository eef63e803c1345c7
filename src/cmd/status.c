/* vfionoiommu status: whether this machine is ready for noiommu, and if not, why. */
#include <stdio.h>

#include "cmd/overview.h"
#include "show/findings.h"
#include "show/json.h"
#include "show/status.h"

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
	value_print(document);
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
	printf("\n%s\n", overview->ready ? "ready\n    hint: vfionoiommu bind DEVICE" : "not ready");
	findings_print(stdout, &session->findings, SEVERITY_NOTE);
}

static enum status status_main(int argc, char **argv, struct options *options)
{
	static struct overview overview;
	static struct arguments arguments;
	const struct arguments_spec spec = {
		.doc = "Check whether this machine is ready for noiommu; if not, print the reasons and the commands that fix them.\v"
		       "Exit status: 0 ready, 3 not ready.",
		.columns = &status_columns,
	};
	arguments_parse(&spec, argc, argv, options, &arguments);
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

const struct command command_status = { "status", "check whether this machine is ready for noiommu",
	status_main };
