/* What a container has to be given of this machine's nodes, to open a device. */
#ifndef JUDGE_CONTAINER_H
#define JUDGE_CONTAINER_H

#include "model.h"

/* Each noiommu device of `devices` with all nodes that there are, and by each way by which it can be opened
 * here. The list points into `devices`; the caller frees it by container_free. */
struct container_device_list container_judge(
	const struct device_list *devices, const struct access_case *access);
void container_free(struct container_device_list *list);

#endif
