/* Which PCI device stands behind a network interface, a block device, a framebuffer or a virtio device. */
#ifndef COLLECT_OWNER_H
#define COLLECT_OWNER_H

#include "kernel/sysroot.h"

/* The folders of links that can be asked about. */
#define OWNER_INTERFACES   "sys/class/net"
#define OWNER_DISKS        "sys/class/block"
#define OWNER_FRAMEBUFFERS "sys/class/graphics"
#define OWNER_VIRTIO       "sys/bus/virtio/devices"

/* Adds the addresses of the PCI devices behind the link `name` in the folder: of an NVMe namespace with
 * multipath all of its controllers'. Nothing where there is none. Returns 0, or a negative errno when it
 * cannot be told. */
int owner_collect(
	const struct sysroot *root, const char *folder, const char *name, struct name_list *addresses);

#endif
