/* The machine as a whole: what status and metrics tell. */
#ifndef CMD_OVERVIEW_H
#define CMD_OVERVIEW_H

#include "cmd/session.h"

struct overview {
	struct session session;
	struct device_refs bound; /* the noiommu devices, with their details and names */
	struct taint taint;
	bool ready; /* nothing is in the way of a bind */
};

/* Collects and judges everything but the taint. Returns STATUS_DONE, or STATUS_FAILED after saying why. */
enum status overview_collect(struct overview *overview, const struct options *options);

/* The taint, with who set it: the kernel's log has to be read for that. Stays unknown when its value is. */
void overview_collect_taint(struct overview *overview);

#endif
