/* The machine as metrics, for the textfile collector of Prometheus' node_exporter. */
#ifndef SHOW_METRICS_H
#define SHOW_METRICS_H

#include "model.h"

struct metrics_view {
	const struct host *host;
	const struct access_case *access;
	const struct next_boot *next;
	const struct taint *taint;
	const struct device_refs *bound;
	const struct finding_list *findings;
	bool ready;
};

/* All metrics in the text format of Prometheus, version 0.0.4; unknown values are NaN. A new string, which
 * the caller frees. */
char *metrics_format(const struct metrics_view *view);

#endif
