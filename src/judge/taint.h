/* The meaning of the kernel taint, and whether VFIO noiommu is a cause of it. */
#ifndef JUDGE_TAINT_H
#define JUDGE_TAINT_H

#include "model.h"

/* Decodes `value`. If TAINT_USER is set, determines from `log` whether VFIO noiommu set it; NULL: there is no
 * log. */
void taint_judge(unsigned long long value, const struct kernel_log *log, struct taint *taint);

/* Adds a note that binding a noiommu device will taint the kernel of `host`, unless it is already tainted. */
void taint_judge_bind(const struct host *host, struct finding_list *findings);

#endif
