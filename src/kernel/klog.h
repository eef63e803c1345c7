/* The kernel's log. Only its bytes: what its records say, judge/taint_event knows. */
#ifndef KERNEL_KLOG_H
#define KERNEL_KLOG_H

#include "kernel/sysroot.h"

/* How much of a log is read, in bytes. */
#define KLOG_SIZE_MAX (16 << 20)

/* Reads all records of the log `path`, the oldest first: of this machine the device /dev/kmsg, of a recorded
 * one a file that holds them one behind the other. `*text` becomes a new string, which the caller frees.
 * Returns 0, or a negative errno, with `*text` what came before that: -EFBIG: longer than KLOG_SIZE_MAX;
 * -EBADMSG: a recorded log with a byte 0 in it; and those of open(2) and read(2). */
int klog_read(const struct sysroot *root, const char *path, char **text);

#endif
