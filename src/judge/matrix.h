/* The group/container/cdev/noiommu matrix: which paths a kernel offers to a device without an IOMMU. */
#ifndef JUDGE_MATRIX_H
#define JUDGE_MATRIX_H

#include "model.h"

/* The verdict on the kernel of `host`: each question is answered by the surest source that can. */
struct access_case access_case_judge(const struct host *host);

/* Adds what would open the paths that the kernel of `host` lacks by its verdict `access`, as the lines of its
 * configuration that would have to differ; nothing where both paths work, or where nothing is known. */
void access_case_advise(
	const struct host *host, const struct access_case *access, struct advice_list *advice);

/* Adds a finding for each question on which the configuration and the kernel contradict each other. */
void access_case_judge_sources(
	const struct host *host, const struct access_case *access, struct finding_list *findings);

#endif
