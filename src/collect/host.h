/* The machine as a whole: kernel, configuration, mode, modules, taint. Facts only. */
#ifndef COLLECT_HOST_H
#define COLLECT_HOST_H

#include "kernel/sysroot.h"
#include "model.h"

/* Reads everything of struct host below `root`. Cannot fail: what cannot be read is unknown. */
void host_collect(const struct sysroot *root, struct host *host);

/* Reads again what acting may have changed: the mode, the modules, the taint. */
void host_collect_state(const struct sysroot *root, struct host *host);

#endif
