/* Is this machine ready for noiommu? */
#ifndef JUDGE_READINESS_H
#define JUDGE_READINESS_H

#include "model.h"

/* Adds what is wrong with the machine as a whole, or worth knowing, to `findings`. */
void readiness_judge(
	const struct host *host, const struct access_case *access, struct finding_list *findings);

/* Adds what keeps any command from changing this machine: not root, a read-only sysfs. */
void readiness_judge_acting(const struct host *host, struct finding_list *findings);

/* Adds a blocker when noiommu devices are bound: what keeps the mode from being switched off. */
void readiness_judge_disable(const struct device_list *devices, struct finding_list *findings);

#endif
