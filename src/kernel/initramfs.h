/* What an initramfs carries of vfio. */
#ifndef KERNEL_INITRAMFS_H
#define KERNEL_INITRAMFS_H

#include "kernel/sysroot.h"

/* Looks through the image `path`: whether it has the module vfio, and in `*modprobe`, a string that may move,
 * all that it has in its modprobe.d directories, one file behind the other. Returns 0 or a negative errno:
 * -EBADMSG for what is no initramfs. Format: Documentation/driver-api/early-userspace/buffer-format.rst. */
int initramfs_look(const struct sysroot *root, const char *path, bool *has_vfio, char **modprobe);

#endif
