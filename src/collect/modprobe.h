/* The configuration of modprobe, modprobe.d(5), as far as it sets noiommu mode. */
#ifndef COLLECT_MODPROBE_H
#define COLLECT_MODPROBE_H

#include "kernel/sysroot.h"

/* Reads `text`, of a file of modprobe.d: the mode that its last "options vfio enable_unsafe_noiommu_mode=..."
 * sets; MODE_UNKNOWN when it sets none. */
enum mode modprobe_text_mode(const char *text);

/* The same of `text`, a kernel's command line ("vfio.enable_unsafe_noiommu_mode=1"). */
enum mode modprobe_cmdline_mode(const char *text);

/* Goes through all files of modprobe.d below `root`, in modprobe's order: the mode that the last of them
 * sets, and in
 * `*source` its path, a new string; MODE_UNKNOWN and NULL when none does. Returns 0, or a negative errno when
 * one of them could not be read. */
int modprobe_collect_mode(const struct sysroot *root, enum mode *mode, char **source);

#endif
