#include "kernel/module.h"

#include <errno.h>
#include <libkmod.h>
#include <stdarg.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

static void cleanup_kmod(struct kmod_ctx **kmod)
{
	if (*kmod)
		kmod_unref(*kmod);
}

static void cleanup_modules(struct kmod_list **modules)
{
	if (*modules)
		kmod_module_unref_list(*modules);
}

#define auto_kmod    cleanup(cleanup_kmod)
#define auto_modules cleanup(cleanup_modules)

static void say_nothing(void *data, int priority, const char *file, int line, const char *function,
	const char *format, va_list arguments)
{
	(void)data, (void)priority, (void)file, (void)line, (void)function, (void)format, (void)arguments;
}

/* libkmod's context for one directory of modules; NULL: the running kernel's. kernel/ says nothing, nor may
 * it. */
static struct kmod_ctx *module_context(const char *directory)
{
	struct kmod_ctx *kmod = kmod_new(directory, NULL);
	if (kmod)
		kmod_set_log_fn(kmod, say_nothing, NULL);
	return kmod;
}

enum module_state module_lookup(const struct sysroot *root, const char *release, const char *name)
{
	/* Through the open directory, so that no link on the way leads out of the root. */
	auto_free char *path = text_format("lib/modules/%s", release);
	auto_fd int fd = sysroot_open_dir(root, path);
	if (fd < 0)
		return MODULE_UNKNOWN;
	auto_free char *directory = text_format("/proc/self/fd/%d", fd);
	auto_kmod struct kmod_ctx *kmod = module_context(directory);
	auto_free char *index = text_format("%s/modules.dep.bin", path);
	if (!kmod || sysroot_exists(root, index) != ANSWER_YES)
		return MODULE_UNKNOWN;
	auto_modules struct kmod_list *found = NULL;
	if (kmod_module_new_from_lookup(kmod, name, &found) < 0)
		return MODULE_UNKNOWN;
	if (!found)
		return MODULE_MISSING;
	struct kmod_module *module = kmod_module_get_module(found);
	bool file = kmod_module_get_path(module) != NULL;
	kmod_module_unref(module);
	return file ? MODULE_AVAILABLE : MODULE_BUILTIN;
}

int module_load(const char *name)
{
	auto_kmod struct kmod_ctx *kmod = module_context(NULL);
	if (!kmod)
		return -ENOMEM;
	auto_modules struct kmod_list *found = NULL;
	int error = kmod_module_new_from_lookup(kmod, name, &found);
	if (error < 0)
		return error;
	bool alias = strchr(name, ':') != NULL;
	if (!found)
		return alias ? 0 : -ENOENT;
	struct kmod_list *entry;
	kmod_list_foreach(entry, found)
	{
		struct kmod_module *module = kmod_module_get_module(entry);
		/* As modprobe does: a blacklist forbids the choice by alias, not by name. */
		error = kmod_module_probe_insert_module(
			module, KMOD_PROBE_APPLY_BLACKLIST_ALIAS_ONLY, NULL, NULL, NULL, NULL);
		kmod_module_unref(module);
		if (error < 0)
			return error;
	}
	return 0;
}
