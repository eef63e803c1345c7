/* The uses of a device. Facts only: judge/safety decides which of them prevent a bind. */
#ifndef COLLECT_USE_H
#define COLLECT_USE_H

#include "kernel/sysroot.h"
#include "model.h"

/* Adds the uses of all devices in one pass over the machine's interfaces, block devices, framebuffers and
 * virtio devices. Sources: sysfs, rtnetlink (live only), mountinfo, swaps. With `thorough`, block devices
 * without a known use are opened exclusively for reading, and closed again: the open fails if the kernel uses
 * the block device (live only, root only). */
void use_collect_all(const struct sysroot *root, struct device_list *devices, bool thorough);

/* Adds the processes that have a node of a device open to its uses. Source: /proc/PID/fd, as far as this user
 * has access. */
void use_collect_processes(const struct sysroot *root, const struct device_refs *devices);

#endif
