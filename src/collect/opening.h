/* Opens a device through its nodes as an application would, and records each step. */
#ifndef COLLECT_OPENING_H
#define COLLECT_OPENING_H

#include "kernel/sysroot.h"
#include "model.h"

/* Opens `device`, which must be bound to VFIO, through each of its nodes in turn, and adds the results. Does
 * not write to the device and starts no DMA. The kernel resets the device at the close, as at any close. If
 * an attempt fails, adds the processes that hold a node to the uses of `device`. */
void opening_collect(const struct sysroot *root, struct device *device, struct opening_list *openings);

#endif
