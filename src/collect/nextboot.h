/* What will become of noiommu mode at the next boot. */
#ifndef COLLECT_NEXTBOOT_H
#define COLLECT_NEXTBOOT_H

#include "kernel/sysroot.h"

/* What our own file holds. */
extern const char nextboot_own_text[];

/* Collects who sets the mode: modprobe.d and the kernel's command line (as it is now: what the boot loader
 * will give the next one is not to be seen), or for a vfio that is built in the command line alone. Source:
 * modprobe.d(5), /proc/cmdline. */
void nextboot_collect(const struct sysroot *root, const struct host *host, struct next_boot *next);

/* Adds what the initramfs of this kernel carries, which takes as long as unpacking it: the first image that
 * is found where Debian, Fedora, SUSE or Arch have it. */
void nextboot_collect_initramfs(const struct sysroot *root, const struct host *host, struct next_boot *next);

#endif
