/* The device nodes that a container (podman, docker) needs to open a device. */
#ifndef JUDGE_CONTAINER_H
#define JUDGE_CONTAINER_H

#include "model.h"

/* Each noiommu device of `devices`, once with all of its nodes and once for each access path that works on
 * this kernel. The list points into `devices`; free with container_free. */
struct container_device_list container_judge(
	const struct device_list *devices, const struct access_case *access);
void container_free(struct container_device_list *list);

#endif
