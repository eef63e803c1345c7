/* Which PCI device stands behind a network interface, a block device or a framebuffer. */
#ifndef COLLECT_OWNER_H
#define COLLECT_OWNER_H

#include "kernel/sysroot.h"

/* Adds the addresses of the PCI devices behind `name` of the class ("net", "block", "graphics"): of an NVMe
 * namespace with multipath all of its controllers'. Nothing where there is none. Returns 0, or a
 * negative errno when it cannot be told. Source: the links in /sys/class. */
int owner_collect(
	const struct sysroot *root, const char *class, const char *name, struct name_list *addresses);

#endif
