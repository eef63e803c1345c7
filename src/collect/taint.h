/* The kernel's taint, and what its log says. Facts only. */
#ifndef COLLECT_TAINT_H
#define COLLECT_TAINT_H

#include "kernel/sysroot.h"
#include "model.h"

/* The value of /proc/sys/kernel/tainted; -1: unknown. */
long long taint_collect_value(const struct sysroot *root);

/* Reads the log and the time of the boot, if TAINT_USER is in `value`: else there is nothing to ask it.
 * Cannot fail: what could not be read is said in `log`. */
void taint_collect_log(const struct sysroot *root, unsigned long long value, struct kernel_log *log);

#endif
