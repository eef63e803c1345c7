/* The PCI device of a network interface, block device, framebuffer or virtio device. */
#ifndef COLLECT_OWNER_H
#define COLLECT_OWNER_H

#include "kernel/sysroot.h"

/* The supported folders, which contain links. */
#define OWNER_INTERFACES   "sys/class/net"
#define OWNER_DISKS        "sys/class/block"
#define OWNER_FRAMEBUFFERS "sys/class/graphics"
#define OWNER_VIRTIO       "sys/bus/virtio/devices"

/* Adds the address of the PCI device of the link `name` in `folder`, for an NVMe namespace with multipath
 * those of all controllers; adds nothing if there is none. Returns 0, or a negative errno if the owner is
 * unknown. */
int owner_collect(
	const struct sysroot *root, const char *folder, const char *name, struct name_list *addresses);

#endif
