/* Removes private data from recordings. Pure: text in, text out. */
#ifndef COLLECT_REDACT_H
#define COLLECT_REDACT_H

#include "kernel/sysroot.h"

/* The content to record for the file `path` (relative to the root) with the content `text`: a new string,
 * which the caller frees, or NULL to record all of it. Removed are
 * - from the kernel log, all texts except VFIO's taint messages; the headers stay, to show that no record is
 * missing,
 * - from the kernel command line, all words that do not start with vfio,
 * - from modprobe.d, all lines without vfio,
 * - from the persistent bindings, the serial numbers,
 * - from the mounted filesystems, options, and sources other than the kernel name of a block device or the
 * tag of a virtio device: these may contain servers, users and serial numbers. */
char *redact(const char *path, const char *text);

/* Replaces MAC addresses in interface names (enx525400123456, systemd.net-naming-scheme(7)) in `text` by
 * numbers, in place. An address always gets the same number as long as the caller passes the same `known`,
 * which is empty at first. */
void redact_names(char *text, struct name_list *known);

#endif
