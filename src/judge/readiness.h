/* Whether this machine is ready for noiommu. */
#ifndef JUDGE_READINESS_H
#define JUDGE_READINESS_H

#include "model.h"

/* Adds the findings about the machine as a whole. */
void readiness_judge(
	const struct host *host, const struct access_case *access, struct finding_list *findings);

/* Adds what prevents any change to this machine: not root, a read-only sysfs. */
void readiness_judge_acting(const struct host *host, struct finding_list *findings);

/* Adds a blocker for each bound noiommu device: disabling the mode would break it. */
void readiness_judge_disable(const struct device_list *devices, struct finding_list *findings);

#endif
