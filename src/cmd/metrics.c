/* vfionoiommu metrics: the status, for Prometheus. */
#include "show/metrics.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "cmd/overview.h"

static const struct argp_option metrics_options[] = {
	{ "write", OPTION_WRITE, "FILE", 0, "write them to FILE, atomically", 0 },
	{ 0 },
};

static enum status metrics_main(int argc, char **argv, struct options *options)
{
	static struct overview overview;
	static struct arguments arguments;
	static const char *file;
	const struct arguments_spec spec = {
		.doc = "Print the status as metrics in the text format of Prometheus, for the textfile collector of "
		       "node_exporter.\v"
		       "Unknown values are NaN. Exit status: 0 printed or written, 1 failure.",
		.options = metrics_options,
		.parse = arguments_parse_write,
		.input = &file,
	};
	arguments_parse(&spec, argc, argv, options, &arguments);
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
	auto_free char *text = metrics_format(&view);
	return session_give(session, file, text);
}

const struct command command_metrics = { "metrics", "print the status as metrics for Prometheus",
	metrics_main };
