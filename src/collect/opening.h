/* Opens a device the way a program would, through one of its nodes, and notes how far that came. */
#ifndef COLLECT_OPENING_H
#define COLLECT_OPENING_H

#include "kernel/sysroot.h"
#include "model.h"

/* Opens `device`, which must be bound to VFIO, through each node that it has, one after the other, and adds
 * what came of it. Nothing is written to the device and no DMA is started; all is closed again, at which the
 * kernel resets the device as at any close. Where a node is held, `device` gets the processes that hold it as
 * uses. */
void opening_collect(const struct sysroot *root, struct device *device, struct opening_list *openings);

#endif
