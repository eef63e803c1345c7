/* The vfio module and options in an initramfs. */
#ifndef KERNEL_INITRAMFS_H
#define KERNEL_INITRAMFS_H

#include "kernel/sysroot.h"

/* Scans the image `path`: sets whether it contains the module vfio, and appends the contents of all files in
 * its modprobe.d directories to `*modprobe`, which may be reallocated. Returns 0 or a negative errno:
 * -EBADMSG: not an initramfs. Format: Documentation/driver-api/early-userspace/buffer-format.rst. */
int initramfs_look(const struct sysroot *root, const char *path, bool *has_vfio, char **modprobe);

#endif
