#include <errno.h>
#include <libkmod.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "os/os.h"

/* clang-format off */
#define FUNCTIONS(X) \
	X(kmod_list_next) X(kmod_module_dependency_symbol_get_symbol) \
	X(kmod_module_dependency_symbols_free_list) X(kmod_module_get_dependency_symbols) \
	X(kmod_module_get_info) X(kmod_module_get_module) \
	X(kmod_module_get_name) X(kmod_module_get_path) X(kmod_module_info_free_list) X(kmod_module_info_get_key) \
	X(kmod_module_info_get_value) X(kmod_module_new_from_lookup) \
	X(kmod_module_new_from_path) X(kmod_module_probe_insert_module) \
	X(kmod_module_unref) X(kmod_module_unref_list) X(kmod_new) X(kmod_set_log_fn) X(kmod_unref)
/* clang-format on */
LIBRARY(libkmod, "libkmod.so.2", "libkmod2", "required", "states, parameters and loading of kernel modules",
	FUNCTIONS);
/* For kmod_list_foreach. */
#define kmod_list_next sym_kmod_list_next

/* The limit of modules.builtin.modinfo, in bytes. Real ones are smaller than 1 MiB. */
#define MODINFO_MAX (16 << 20)

static void cleanup_modules(struct kmod_list **modules)
{
	if (*modules)
		sym_kmod_module_unref_list(*modules);
}

static void cleanup_module(struct kmod_module **module)
{
	if (*module)
		sym_kmod_module_unref(*module);
}

#define auto_module  cleanup(cleanup_module)
#define auto_modules cleanup(cleanup_modules)

static void discard_message(void *data, int priority, const char *file, int line, const char *function,
	const char *format, va_list arguments)
{
	(void)data, (void)priority, (void)file, (void)line, (void)function, (void)format, (void)arguments;
}

/* libkmod's context for a directory of modules; NULL: the running kernel's. Returns NULL on failure. Silences
 * libkmod, because this layer prints nothing. */
static struct kmod_ctx *module_context(const char *directory)
{
	/* modprobe.d only affects loading, not which modules a kernel has. */
	static const char *const no_config[] = { NULL };
	struct kmod_ctx *kmod = NULL;
	if (library_load(&libkmod))
		kmod = sym_kmod_new(directory, directory ? no_config : NULL);
	if (kmod)
		sym_kmod_set_log_fn(kmod, discard_message, NULL);
	return kmod;
}

enum { INDEX_DEPENDENCIES, INDEX_ALIASES, INDEX_SYMBOLS, INDEX_COUNT = 6 };

static const char *const indexes[INDEX_COUNT] = { "dep.bin", "alias.bin", "symbols.bin", "builtin.bin",
	"builtin.alias.bin", "builtin.modinfo" };

/* The modules of a kernel below a root. */
struct module_files {
	struct sysroot root;
	char release[NAME_MAX + 2]; /* no directory has a longer name */
	int fd;                     /* of its directory */
	bool has_index[INDEX_COUNT];
	struct kmod_ctx *kmod; /* NULL: there are no indexes */
	/* The last module whose file was asked for. */
	char name[NAME_MAX + 2];
	int module_fd;
	struct kmod_module *module;
};

/* libkmod opens the indexes by name: it would follow a link out of a recorded machine, and block on a FIFO.
 */
static bool look_for_indexes(struct module_files *files, const char *directory)
{
	bool plain = true;
	for (size_t i = 0; i < INDEX_COUNT; i++) {
		int type = sysroot_type(&files->root, PATH("%s/modules.%s", directory, indexes[i]));
		files->has_index[i] = type >= 0;
		plain &= type == S_IFREG || type == -ENOENT || files->root.live;
	}
	return plain && files->has_index[INDEX_DEPENDENCIES];
}

/* Notes the files that libkmod opens. */
static void note_indexes(const struct sysroot *root, const char *directory)
{
	for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++)
		sysroot_note(root, PATH("%s/modules.%s", directory, indexes[i]), SYSROOT_ALL);
}

/* Opens the indexes through the directory's file descriptor, so that no link in the path leads out of the
 * root. */
static void files_open(struct module_files *files, const struct sysroot *root, const char *release)
{
	const char *path = PATH("lib/modules/%s", release);
	*files = (struct module_files){ .root = *root, .module_fd = -1 };
	snprintf(files->release, sizeof files->release, "%s", release);
	files->fd = sysroot_open_dir(root, path);
	if (files->fd < 0 || !look_for_indexes(files, path))
		return;
	library_need(&libkmod);
	files->kmod = module_context(PATH("/proc/self/fd/%d", files->fd));
	note_indexes(root, path);
}

static void files_close_module(struct module_files *files)
{
	if (files->module)
		sym_kmod_module_unref(files->module);
	cleanup_fd(&files->module_fd);
	files->module = NULL;
	files->module_fd = -1;
	*files->name = '\0';
}

static void files_close(struct module_files *files)
{
	files_close_module(files);
	if (files->kmod)
		sym_kmod_unref(files->kmod);
	cleanup_fd(&files->fd);
}

/* The modules of the last kernel that was asked about, because each is asked several questions. */
static struct module_files *module_files(const struct sysroot *root, const char *release)
{
	static struct module_files last = { .fd = -1, .module_fd = -1 };
	bool same_root = last.root.fd == root->fd && last.root.noted == root->noted;
	if (same_root && text_same(last.release, release))
		return &last;
	files_close(&last);
	files_open(&last, root, release);
	return &last;
}

/* The first module with the name or alias `name`, or NULL. The caller unrefs it. */
static struct kmod_module *module_find(const struct module_files *files, const char *name)
{
	auto_modules struct kmod_list *found = NULL;
	if (!files->kmod || sym_kmod_module_new_from_lookup(files->kmod, name, &found) < 0 || !found)
		return NULL;
	return sym_kmod_module_get_module(found);
}

/* The same, to read its file; owned by `files`. Opens the file here, because its path is untrusted. */
static struct kmod_module *module_open(struct module_files *files, const char *name)
{
	if (text_same(files->name, name))
		return files->module;
	files_close_module(files);
	snprintf(files->name, sizeof files->name, "%s", name);
	struct kmod_module *found = module_find(files, name);
	const char *file = found ? sym_kmod_module_get_path(found) : NULL;
	if (!file)
		return files->module = found;
	const char *inside = text_after(file, text_format("/proc/self/fd/%d/", files->fd));
	files->module_fd = sysroot_open_file(
		&files->root, inside ? PATH("lib/modules/%s/%s", files->release, inside) : file + 1);
	sym_kmod_module_unref(found);
	if (files->module_fd >= 0)
		sym_kmod_module_new_from_path(
			files->kmod, PATH("/proc/self/fd/%d", files->module_fd), &files->module);
	return files->module;
}

void module_list_alias(
	const struct sysroot *root, const char *release, const char *alias, struct name_list *names)
{
	const struct module_files *files = module_files(root, release);
	auto_modules struct kmod_list *found = NULL;
	struct kmod_list *entry;
	if (!files->kmod || sym_kmod_module_new_from_lookup(files->kmod, alias, &found) < 0)
		return;
	kmod_list_foreach(entry, found)
	{
		struct kmod_module *module = sym_kmod_module_get_module(entry);
		*array_add(names) = text_copy(sym_kmod_module_get_name(module));
		sym_kmod_module_unref(module);
	}
}

enum module_state module_lookup(const struct sysroot *root, const char *release, const char *name)
{
	struct module_files *files = module_files(root, release);
	if (!files->kmod)
		return MODULE_UNKNOWN;
	auto_module struct kmod_module *module = module_find(files, name);
	if (!module)
		return MODULE_MISSING;
	return sym_kmod_module_get_path(module) ? MODULE_AVAILABLE : MODULE_BUILTIN;
}

enum answer module_answers(const struct sysroot *root, const char *release, const char *alias)
{
	int index = text_starts(alias, "symbol:") ? INDEX_SYMBOLS : INDEX_ALIASES;
	struct module_files *files = module_files(root, release);
	if (!files->kmod || !files->has_index[index])
		return ANSWER_UNKNOWN;
	auto_module struct kmod_module *module = module_find(files, alias);
	return module ? ANSWER_YES : ANSWER_NO;
}

/* The file consists of strings "NAME.KEY=VALUE", each terminated by a 0. Not read through libkmod, which
 * frees an uninitialized pointer if it does not list the module. */
static enum answer builtin_has_parameter(
	const struct module_files *files, const char *name, const char *parameter)
{
	static char all[MODINFO_MAX + 1];
	const char *path = PATH("lib/modules/%s/modules.builtin.modinfo", files->release);
	const char *start = text_format("%s.", name), *wanted = text_format("%s.parm=%s:", name, parameter);
	ssize_t length = sysroot_read_bytes(&files->root, path, all, MODINFO_MAX);
	enum answer answer = ANSWER_UNKNOWN;
	if (length < 0)
		return answer;
	all[length] = '\0';
	for (const char *at = all; at < all + length && answer != ANSWER_YES; at += strlen(at) + 1) {
		if (text_starts(at, wanted))
			answer = ANSWER_YES;
		else if (text_starts(at, start))
			answer = ANSWER_NO;
	}
	return answer;
}

enum answer module_has_parameter(
	const struct sysroot *root, const char *release, const char *name, const char *parameter)
{
	struct module_files *files = module_files(root, release);
	struct kmod_module *module = module_open(files, name);
	struct kmod_list *info = NULL, *entry;
	if (module && !sym_kmod_module_get_path(module))
		return builtin_has_parameter(files, name, parameter);
	if (!module || sym_kmod_module_get_info(module, &info) < 0 || !info)
		return ANSWER_UNKNOWN;
	enum answer answer = ANSWER_NO;
	size_t length = strlen(parameter);
	kmod_list_foreach(entry, info)
	{
		/* "parm: NAME:DESCRIPTION" */
		const char *value = sym_kmod_module_info_get_value(entry);
		if (text_same(sym_kmod_module_info_get_key(entry), "parm") && value &&
			strncmp(value, parameter, length) == 0 && value[length] == ':')
			answer = ANSWER_YES;
	}
	sym_kmod_module_info_free_list(info);
	return answer;
}

enum answer module_uses(const struct sysroot *root, const char *release, const char *name, const char *symbol)
{
	struct module_files *files = module_files(root, release);
	struct kmod_module *module = module_open(files, name);
	struct kmod_list *symbols = NULL, *entry;
	if (!module || !sym_kmod_module_get_path(module) ||
		sym_kmod_module_get_dependency_symbols(module, &symbols) < 0 || !symbols)
		return ANSWER_UNKNOWN;
	enum answer answer = ANSWER_NO;
	kmod_list_foreach(entry, symbols) if (text_same(sym_kmod_module_dependency_symbol_get_symbol(entry),
						      symbol)) answer = ANSWER_YES;
	sym_kmod_module_dependency_symbols_free_list(symbols);
	return answer;
}

/* The module is usually loaded already: then libkmod is not needed. Does not allocate. */
static bool is_live(const char *name)
{
	static const char live[] = "live\n";
	char path[300], state[sizeof live];
	snprintf(path, sizeof path, "sys/module/%s/initstate", name);
	auto_fd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_fd int file = openat(root, path, O_RDONLY | O_CLOEXEC);
	ssize_t length = read(file, state, sizeof state);
	return length == sizeof live - 1 && memcmp(state, live, sizeof live - 1) == 0;
}

/* The context for loading, with the configuration in modprobe.d, which is read once. NULL: it failed. */
static struct kmod_ctx *loading_context(void)
{
	static struct kmod_ctx *kmod;
	if (!kmod)
		kmod = module_context(NULL);
	return kmod;
}

int module_load(const char *name)
{
	if (is_live(name))
		return 0;
	struct kmod_ctx *kmod = loading_context();
	if (!kmod)
		return library_load(&libkmod) ? -ENOMEM : -ELIBACC;
	auto_modules struct kmod_list *found = NULL;
	int error = sym_kmod_module_new_from_lookup(kmod, name, &found);
	if (error < 0)
		return error;
	bool alias = strchr(name, ':') != NULL;
	if (!found)
		return alias ? 0 : -ENOENT;
	struct kmod_list *entry;
	kmod_list_foreach(entry, found)
	{
		struct kmod_module *module = sym_kmod_module_get_module(entry);
		/* As in modprobe, a blacklist applies to aliases, not to names. */
		error = sym_kmod_module_probe_insert_module(
			module, KMOD_PROBE_APPLY_BLACKLIST_ALIAS_ONLY, NULL, NULL, NULL, NULL);
		sym_kmod_module_unref(module);
		if (error < 0)
			return error;
	}
	return 0;
}
