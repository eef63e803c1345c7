/* The group/container/cdev/noiommu matrix: which paths a kernel offers to a device without an IOMMU. */
#ifndef JUDGE_MATRIX_H
#define JUDGE_MATRIX_H

#include "model.h"

/* The verdict on the kernel of `host`, from its configuration and from what is seen of it running; what is
 * seen wins. */
struct access_case access_case_judge(const struct host *host);

#endif
