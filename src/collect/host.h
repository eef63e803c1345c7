/* The machine as a whole: kernel, configuration, mode, modules, taint. Facts only. */
#ifndef COLLECT_HOST_H
#define COLLECT_HOST_H

#include "kernel/sysroot.h"
#include "model.h"

/* Reads all of struct host below `root`. Cannot fail: unreadable values are unknown. */
void host_collect(const struct sysroot *root, struct host *host);

/* The same for the installed kernel `release`, running or not, from its configuration and module files.
 * Returns 0, or -ENOENT with `host` untouched if it has neither. */
int host_collect_kernel(const struct sysroot *root, const char *release, struct host *host);

/* The same from a configuration file only: `path` as the user typed it, "-" for standard input. Returns 0, or
 * the negative errno of kconfig_read with `host` untouched. */
int host_collect_config(const char *path, struct host *host);

/* Whether the effective user of this process is root. */
bool host_is_root(void);

/* Reads again what bind and unbind can change: the mode, the modules, the taint. */
void host_collect_state(const struct sysroot *root, struct host *host);

#endif
