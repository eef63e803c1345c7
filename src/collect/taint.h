/* The kernel's taint and log. Facts only. */
#ifndef COLLECT_TAINT_H
#define COLLECT_TAINT_H

#include "kernel/sysroot.h"
#include "model.h"

/* The value of /proc/sys/kernel/tainted; -1: unknown. */
long long taint_collect_value(const struct sysroot *root);

/* Reads the log and the boot time, if TAINT_USER is set in `value`; else the log is not needed. Cannot fail:
 * `log` has the error. */
void taint_collect_log(const struct sysroot *root, unsigned long long value, struct kernel_log *log);

#endif
