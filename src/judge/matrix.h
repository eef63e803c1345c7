/* The group/container/cdev/noiommu matrix: the access paths that a kernel provides for a device without an
 * IOMMU. */
#ifndef JUDGE_MATRIX_H
#define JUDGE_MATRIX_H

#include "model.h"

/* The verdict on the kernel of `host`. The most reliable available source answers each question. */
struct access_case access_case_judge(const struct host *host);

/* Adds the configuration lines to change to get the paths that the kernel of `host` lacks according to
 * `access`. Adds nothing if both paths work or if nothing is known. */
void access_case_advise(
	const struct host *host, const struct access_case *access, struct advice_list *advice);

/* Adds a finding for each question on which two sources contradict each other. */
void access_case_judge_sources(
	const struct host *host, const struct access_case *access, struct finding_list *findings);

#endif
