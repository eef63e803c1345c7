/* The kernel log as text; judge/taint_event parses its records. */
#ifndef KERNEL_KLOG_H
#define KERNEL_KLOG_H

#include "kernel/sysroot.h"

/* The limit of a log, in bytes. */
#define KLOG_SIZE_MAX (16 << 20)

/* Reads all records of the log `path`, oldest first. On this machine it is the device /dev/kmsg; in a
 * recording it is a file with the concatenated records. `*text` becomes a new string, which the caller frees.
 * Returns 0, or a negative errno with the records read so far in `*text`: -EFBIG: longer than KLOG_SIZE_MAX;
 * -EBADMSG: the recorded log contains a 0 byte; and those of open(2) and read(2). */
int klog_read(const struct sysroot *root, const char *path, char **text);

#endif
