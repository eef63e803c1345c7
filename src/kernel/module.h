/* Kernel modules, through libkmod. */
#ifndef KERNEL_MODULE_H
#define KERNEL_MODULE_H

#include "kernel/sysroot.h"
#include "model.h"

/* Whether the module `name` of the kernel `release` can be loaded or is built in, according to the indexes in
 * /lib/modules/RELEASE below `root` (modules.dep, modules.builtin): MODULE_AVAILABLE, _BUILTIN, _MISSING, or
 * _UNKNOWN if there are no indexes. Does not check whether it is loaded. */
enum module_state module_lookup(const struct sysroot *root, const char *release, const char *name);

/* Whether the module `name` has the parameter `parameter`, according to the parm: lines of modinfo, for a
 * built-in module of modules.builtin.modinfo. UNKNOWN if the module or its information does not exist. */
enum answer module_has_parameter(
	const struct sysroot *root, const char *release, const char *name, const char *parameter);

/* Whether a module has the alias `alias`: "symbol:NAME" for an exported symbol, "devname:NAME" for a node.
 * UNKNOWN without indexes, which do not list the symbols of built-in modules. */
enum answer module_answers(const struct sysroot *root, const char *release, const char *alias);

/* Whether the file of the module `name` imports `symbol`. UNKNOWN if it has no file. */
enum answer module_uses(
	const struct sysroot *root, const char *release, const char *name, const char *symbol);

/* Loads the module with this name or alias (a device's modalias) on this machine, with its dependencies and
 * the options of modprobe.d, and waits until it is live. If several modules have the alias, loads all of them
 * that are not blacklisted. Returns 0, also if the module is already loaded or built in, or no module has the
 * alias; -ENOENT: no such module; or another negative errno of the kernel. */
int module_load(const char *name);

#endif
