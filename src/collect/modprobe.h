/* The settings of noiommu mode in modprobe.d(5) and on the kernel command line. */
#ifndef COLLECT_MODPROBE_H
#define COLLECT_MODPROBE_H

#include "kernel/sysroot.h"

/* The mode that the last "options vfio enable_unsafe_noiommu_mode=..." in `text`, the content of a modprobe.d
 * file, sets; MODE_UNKNOWN if there is none. */
enum mode modprobe_text_mode(const char *text);

/* The same for `text`, a kernel command line ("vfio.enable_unsafe_noiommu_mode=1"). */
enum mode modprobe_cmdline_mode(const char *text);

/* Reads all modprobe.d files below `root`, in modprobe's order: the mode that the last of them sets, and its
 * path in `*source`, a new string; MODE_UNKNOWN and NULL if none sets it. Returns 0, or a negative errno if a
 * file could not be read. */
int modprobe_collect_mode(const struct sysroot *root, enum mode *mode, char **source);

#endif
