/* The noiommu mode at the next boot. */
#ifndef COLLECT_NEXTBOOT_H
#define COLLECT_NEXTBOOT_H

#include "kernel/sysroot.h"

/* The content of our own file. */
extern const char nextboot_own_text[];

/* Collects what sets the mode: modprobe.d and the kernel command line, or for a built-in vfio the command
 * line only. The current command line stands for the next one, which the boot loader does not expose. Source:
 * modprobe.d(5), /proc/cmdline. */
void nextboot_collect(const struct sysroot *root, const struct host *host, struct next_boot *next);

/* Adds what the initramfs of this kernel contains, which takes as long as unpacking it: the first image found
 * in the locations of Debian, Fedora, SUSE and Arch. */
void nextboot_collect_initramfs(const struct sysroot *root, const struct host *host, struct next_boot *next);

#endif
