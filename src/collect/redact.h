/* What is not this program's business is taken out of what it records. Pure: text in, text out. */
#ifndef COLLECT_REDACT_H
#define COLLECT_REDACT_H

#include "kernel/sysroot.h"

/* What is recorded of the file `path` (relative to the root) with the content `text`: a new string, which the
 * caller frees, or NULL when that is all of it. Left out are
 * - of the kernel log all texts but those by which VFIO taints the kernel; the heads show that none is
 * missing,
 * - of the kernel's command line all words that do not begin with vfio,
 * - of modprobe.d what does not name vfio,
 * - of the persistent bindings the serial numbers,
 * - of the mounted filesystems their options, and sources that are neither a block device by its own name
 *   nor the tag of a virtio device: what would be servers, users, and serial numbers. */
char *redact(const char *path, const char *text);

/* Puts numbers in the place of the MAC addresses in `text`, in place: interfaces are named by them where
 * nothing else tells them apart (enx525400123456, systemd.net-naming-scheme(7)). The same address becomes the
 * same number for as long as `known`, which is empty at first, is the same. */
void redact_names(char *text, struct name_list *known);

#endif
