/* The machine as a whole: kernel, configuration, mode, modules, taint. Facts only. */
#ifndef COLLECT_HOST_H
#define COLLECT_HOST_H

#include "kernel/sysroot.h"
#include "model.h"

/* Reads everything of struct host below `root`. Cannot fail: what cannot be read is unknown. */
void host_collect(const struct sysroot *root, struct host *host);

/* The same for the installed kernel `release`, which need not be the one that runs: its configuration and its
 * module files. Returns 0, or -ENOENT with `host` untouched when neither is there. */
int host_collect_kernel(const struct sysroot *root, const char *release, struct host *host);

/* The same for a kernel of which there is only a configuration: the file `path` as the user typed it, "-" for
 * standard input. Returns 0, or with `host` untouched the negative errno of kconfig_read. */
int host_collect_config(const char *path, struct host *host);

/* Whether this process's effective user is root. */
bool host_is_root(void);

/* Reads again what acting may have changed: the mode, the modules, the taint. */
void host_collect_state(const struct sysroot *root, struct host *host);

#endif
