/* The machine as a whole, for status and metrics. */
#ifndef CMD_OVERVIEW_H
#define CMD_OVERVIEW_H

#include "cmd/session.h"

struct overview {
	struct session session;
	struct device_refs bound; /* the noiommu devices, with their details and names */
	struct taint taint;
	bool ready; /* no finding prevents a bind */
};

/* Collects and judges everything but the taint. Returns STATUS_DONE, or STATUS_FAILED after reporting it. */
enum status overview_collect(struct overview *overview, const struct options *options);

/* The taint and its cause, which needs the kernel log. Stays unknown if the value is unknown. */
void overview_collect_taint(struct overview *overview);

#endif
