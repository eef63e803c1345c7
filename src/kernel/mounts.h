/* Mounts and swap, through libmount. */
#ifndef KERNEL_MOUNTS_H
#define KERNEL_MOUNTS_H

#include "kernel/sysroot.h"

struct mount_fact {
	char *type;   /* ext4, virtiofs */
	char *source; /* as mountinfo or swaps has it: /dev/nvme0n1p2 */
	char *device; /* "259:2", as sysfs' dev has it; anonymous for btrfs; NULL: swap */
	char *target; /* the mount point; NULL: swap */
};

struct mount_facts {
	struct mount_fact *items;
	size_t count;
};

/* Adds the mounts of this mount namespace (/proc/self/mountinfo) and swap (/proc/swaps) below `root`. Returns
 * 0, or a negative errno if one of them is unreadable: -ENOENT on a kernel without swap. */
int mount_facts(const struct sysroot *root, struct mount_facts *facts);
void mount_facts_free(struct mount_facts *facts);

#endif
