/* What the kernel's taint means, and whether VFIO noiommu is a cause of it. */
#ifndef JUDGE_TAINT_H
#define JUDGE_TAINT_H

#include "model.h"

/* Decodes `value`, and if TAINT_USER is in it judges by `log` who set it; NULL: the number alone is known. */
void taint_judge(unsigned long long value, const struct kernel_log *log, struct taint *taint);

/* Says that binding a noiommu device will taint the kernel of `host`, unless it is tainted so already. */
void taint_judge_bind(const struct host *host, struct finding_list *findings);

#endif
