/* Kernel modules, through libkmod. */
#ifndef KERNEL_MODULE_H
#define KERNEL_MODULE_H

#include "kernel/sysroot.h"
#include "model.h"

/* Whether the module `name` of the kernel `release` is there to be loaded, or built in, by the indexes in
 * /lib/modules/RELEASE below `root` (modules.dep, modules.builtin): MODULE_AVAILABLE, _BUILTIN, _MISSING, or
 * _UNKNOWN when there are no such indexes. Does not look whether it is loaded. */
enum module_state module_lookup(const struct sysroot *root, const char *release, const char *name);

/* Whether one of the modules that `name` means takes the parameter `parameter` (the parm: lines of modinfo;
 * of a module that is built in, modules.builtin.modinfo). UNKNOWN when there is no such module, or its
 * information is not there. */
enum answer module_has_parameter(
	const struct sysroot *root, const char *release, const char *name, const char *parameter);

/* Whether some module answers to `alias`: "symbol:NAME" for what a module exports, "devname:NAME" for a node.
 * UNKNOWN without the indexes. Of what is built in, symbols are not listed. */
enum answer module_answers(const struct sysroot *root, const char *release, const char *alias);

/* Whether the file of the module `name` uses `symbol` of another. UNKNOWN when it has no file. */
enum answer module_uses(
	const struct sysroot *root, const char *release, const char *name, const char *symbol);

/* Loads the module with this name or alias (a device's modalias), with its dependencies and modprobe.d's
 * options, and waits until it is live. An alias that several modules answer to loads all of them but the
 * blacklisted. Returns 0, also when it is loaded already, built in, or when nothing answers to a modalias;
 * -ENOENT when there is no such module; another negative errno from the kernel. Only for this machine. */
int module_load(const char *name);

#endif
