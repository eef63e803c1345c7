/* The meaning of a successful or failed attempt to open a device. */
#ifndef JUDGE_VERIFICATION_H
#define JUDGE_VERIFICATION_H

#include "model.h"

/* Adds why `opening` failed and how to fix it, or what the user has to know if it succeeded. `host` has the
 * mode, the device's uses have the processes that hold the node. */
void verification_judge(
	const struct host *host, const struct opening *opening, struct finding_list *findings);

/* Adds that `device` is bound to VFIO but has no node. */
void verification_judge_nodeless(const struct device *device, struct finding_list *findings);

/* Adds that `device` is not bound to VFIO and so cannot be opened. */
void verification_judge_unbound(const struct device *device, struct finding_list *findings);

#endif
