/* What uses a device. Facts only: whether one of them forbids to give it away, judge/safety says. */
#ifndef COLLECT_USE_H
#define COLLECT_USE_H

#include "kernel/sysroot.h"
#include "model.h"

/* Fills in the uses of every device in one pass over the machine's interfaces, block devices and
 * framebuffers: sysfs, rtnetlink (live only), mountinfo, swaps. With `thorough` block devices that nothing
 * else is known of are opened exclusively, for reading, and closed again: that is refused when the kernel
 * uses one (live only, root only). */
void use_collect_all(const struct sysroot *root, struct device_list *devices, bool thorough);

/* Adds the processes that hold a node of one of the devices open, to its uses; /proc/PID/fd, as far as this
 * user may look. */
void use_collect_processes(const struct sysroot *root, const struct device_refs *devices);

#endif
