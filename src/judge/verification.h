/* What it means that a device did or did not open. */
#ifndef JUDGE_VERIFICATION_H
#define JUDGE_VERIFICATION_H

#include "model.h"

/* Adds why `opening` ended where it did, and what mends it; or, of one that went well, what the user has to
 * know. `host` tells the mode, the device's uses who holds the node. */
void verification_judge(
	const struct host *host, const struct opening *opening, struct finding_list *findings);

/* Adds that `device`, which is bound to VFIO, has no node. */
void verification_judge_nodeless(const struct device *device, struct finding_list *findings);

/* Adds that `device` is not bound to VFIO, so that there is nothing to open. */
void verification_judge_unbound(const struct device *device, struct finding_list *findings);

#endif
