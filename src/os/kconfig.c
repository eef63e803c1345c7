#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/base.h"
#include "os/os.h"

/* clang-format off */
#define FUNCTIONS(X) \
	X(gzclose) X(gzdopen) X(gzerror) X(gzgets) X(gztell)
/* clang-format on */
LIBRARY(libz, "libz.so.1", "zlib1g", "required", "configurations of kernels", FUNCTIONS);

#define KCONFIG_SYMBOL(symbol, since) { #symbol, sizeof #symbol - 1, since },
static const struct {
	const char *name;
	size_t length;
	int since;
} symbols[KCONFIG_COUNT] = { KCONFIG_SYMBOLS(KCONFIG_SYMBOL) };
#undef KCONFIG_SYMBOL

/* The text after the name: "=y", "=m", "=n", or in a comment " is not set". Anything else is not a value. */
static enum kconfig_value kconfig_value(const char *rest, bool commented)
{
	if (commented)
		return text_starts(rest, " is not set") ? KCONFIG_N : KCONFIG_UNKNOWN;
	if (rest[0] != '=' || !rest[1] || (rest[2] && !isspace((unsigned char)rest[2])))
		return KCONFIG_UNKNOWN;
	return rest[1] == 'y'   ? KCONFIG_Y
	       : rest[1] == 'm' ? KCONFIG_M
	       : rest[1] == 'n' ? KCONFIG_N
				: KCONFIG_UNKNOWN;
}

/* "# Linux/x86 7.3.4 Kernel Configuration", the third line of a .config; vendors change the number of #, the
 * name before the slash and what follows the version. Up to 2.6.38: "# Linux kernel version: 2.6.32". Kconfig
 * of other programs writes others ("# Xen/x86 4.17 Configuration"). */
static void kconfig_head(struct kconfig *config, const char *line)
{
	int major, minor, end = 0;
	if (config->version || line[0] != '#')
		return;
	const char *title = line + strspn(line, "# \t");
	if (sscanf(title, "Linux/%*[^ ] %3d.%3d", &major, &minor) != 2 &&
		sscanf(title, "Linux kernel version: %3d.%3d", &major, &minor) != 2 &&
		(sscanf(title, "%*[^ /]/%*[^ ] %3d.%3d%n", &major, &minor, &end) != 2 ||
			!strstr(title + end, " Kernel Configuration")))
		return;
	if (major <= 0 || minor < 0)
		return;
	config->version = major * 100 + minor;
	/* 5.14.0-503.el9.x86_64 */
	const char *suffix = strstr(title, ".el");
	config->rhel = suffix && isdigit((unsigned char)suffix[strlen(".el")]);
}

/* Any of the drivers for one kind of card (MLX5_VFIO_PCI) has the part that they share built. */
static bool is_variant(const char *name, size_t length)
{
	static const char suffix[] = "_VFIO_PCI";
	return length >= sizeof suffix &&
	       strncmp(name + length - (sizeof suffix - 1), suffix, sizeof suffix - 1) == 0;
}

/* Kconfig ends each menu with such a line since 5.4; "Kernel hacking" is the last. */
static void kconfig_end_of_menu(struct kconfig *config, const char *line)
{
	const char *menu = text_after(line, "# end of ");
	if (menu)
		config->open = !text_starts(menu, "Kernel hacking");
}

void kconfig_line(struct kconfig *config, const char *line)
{
	const char *commented = text_after(line, "# ");
	const char *name = text_after(commented ? commented : line, "CONFIG_");
	if (!name) {
		kconfig_head(config, line);
		kconfig_end_of_menu(config, line);
		return;
	}
	size_t length = strcspn(name, "= ");
	bool off = commented && text_starts(name + length, " is not set");
	config->off += off;
	config->named += off || (!commented && name[length] == '=');
	enum kconfig_value value = kconfig_value(name + length, commented);
	if (value == KCONFIG_UNKNOWN)
		return;
	for (int symbol = 0; symbol < KCONFIG_COUNT; symbol++)
		if (symbols[symbol].length == length && strncmp(symbols[symbol].name, name, length) == 0)
			config->value[symbol] = value;
	if (is_variant(name, length) && value != KCONFIG_N)
		config->value[KCONFIG_VFIO_PCI_CORE] = value;
}

/* ---- what a configuration does not name ---- */

/* savedefconfig writes few such lines: up to a third of 300, a tenth of 2000. A vendor names 900 or more. */
#define MANY_OFF 200

/* Any .config names more: at least 500 (allnoconfig of 6.1 and 7.3, 9 architectures); what people quote of
 * one, fewer. */
#define MANY_NAMED 300

/* Whether the symbol is one that Kconfig decides: configurations that people edit do not have it. */
static bool is_promptless(int symbol)
{
	return symbol == KCONFIG_IOMMUFD_NOIOMMU || symbol == KCONFIG_VFIO_PCI_CORE ||
	       symbol == KCONFIG_GENERIC_ATOMIC64;
}

/* Whether it does not depend on an option of VFIO or iommufd. */
static bool is_independent(int symbol)
{
	return symbol >= KCONFIG_GENERIC_ATOMIC64;
}

/* VFIO has a prompt; since 5.13 it depends on nothing, so each kernel's configuration names it. */
static enum kconfig_kind kconfig_kind(const struct kconfig *config)
{
	bool vfio = config->value[KCONFIG_VFIO] != KCONFIG_ABSENT;
	bool complete = config->named >= MANY_NAMED && !config->open;
	if (config->version && complete && (vfio || config->version < 513))
		return KCONFIG_WHOLE;
	bool many_off = config->off >= MANY_OFF && config->off >= config->named / 4;
	return vfio && many_off && !config->open ? KCONFIG_PROMPTS : KCONFIG_PARTIAL;
}

void kconfig_conclude(struct kconfig *config)
{
	config->kind = kconfig_kind(config);
	bool off = config->value[KCONFIG_VFIO] == KCONFIG_N;
	for (int symbol = 0; symbol < KCONFIG_COUNT; symbol++)
		if (config->value[symbol] == KCONFIG_ABSENT && !(off && symbol < KCONFIG_IOMMUFD) &&
			(config->kind == KCONFIG_PARTIAL ||
				(config->kind == KCONFIG_PROMPTS && is_promptless(symbol))))
			config->value[symbol] = KCONFIG_UNKNOWN;
}

/* ---- merging ---- */

/* Whether kernels of this version lack the symbol. */
static bool is_too_new(const struct kconfig *config, int symbol)
{
	return config->version && config->version < symbols[symbol].since;
}

static bool names_symbol(const struct kconfig *config, int symbol)
{
	return config->value[symbol] >= KCONFIG_N;
}

/* Turns off the symbols from `first` to `last`. */
static void turn_off(struct kconfig *config, int first, int last)
{
	for (int symbol = first; symbol <= last; symbol++)
		config->value[symbol] = KCONFIG_N;
}

/* What depends on something that is off is off. */
static void merge_dependencies(struct kconfig *config)
{
	enum kconfig_value *value = config->value;
	if (value[KCONFIG_VFIO] == KCONFIG_N)
		turn_off(config, KCONFIG_VFIO_PCI, KCONFIG_VFIO_CDEV_NOIOMMU);
	if (value[KCONFIG_IOMMUFD] == KCONFIG_N) {
		turn_off(config, KCONFIG_IOMMUFD_NOIOMMU, KCONFIG_IOMMUFD_VFIO_CONTAINER);
		value[KCONFIG_VFIO_DEVICE_CDEV] = KCONFIG_N;
		/* VFIO selects them. */
		if (value[KCONFIG_VFIO_GROUP] == KCONFIG_N)
			value[KCONFIG_VFIO_GROUP] = KCONFIG_UNKNOWN;
	}
	if (value[KCONFIG_VFIO_GROUP] == KCONFIG_N)
		value[KCONFIG_VFIO_CONTAINER] = value[KCONFIG_IOMMUFD_VFIO_CONTAINER] = KCONFIG_N;
}

void kconfig_merge(struct kconfig *config, const struct kconfig *fragment)
{
	bool changed = false;
	for (int symbol = 0; symbol < KCONFIG_COUNT; symbol++)
		changed |= names_symbol(fragment, symbol) && config->value[symbol] != fragment->value[symbol];
	if (!changed)
		return;
	for (int symbol = 0; symbol < KCONFIG_COUNT; symbol++) {
		enum kconfig_value *value = &config->value[symbol];
		bool decided = *value == KCONFIG_ABSENT || is_promptless(symbol);
		if (is_too_new(config, symbol))
			continue;
		if (names_symbol(fragment, symbol))
			*value = fragment->value[symbol];
		else if (decided && !is_independent(symbol))
			*value = KCONFIG_UNKNOWN;
	}
	config->kind = KCONFIG_PARTIAL;
	merge_dependencies(config);
}

/* ---- reading ---- */

static bool is_config_line(const char *line)
{
	return text_starts(line, "CONFIG_") || text_starts(line, "# CONFIG_");
}

int kconfig_read_fd(int fd, const char *name, struct kconfig *config)
{
	library_need(&libz);
	gzFile file = sym_gzdopen(fd, "rb");
	if (!file) {
		close(fd);
		return -ENOMEM;
	}
	struct kconfig found = { 0 };
	for (int symbol = 0; symbol < KCONFIG_COUNT; symbol++)
		found.value[symbol] = KCONFIG_ABSENT;
	char line[1024], *last = &line[sizeof line - 2];
	bool any = false, continued = false;
	int error = 0;
	*last = '\n';
	while (!error && sym_gzgets(file, line, sizeof line)) {
		/* The rest of an overlong line is not a line of its own. */
		if (!continued) {
			any = any || is_config_line(line);
			kconfig_line(&found, line);
		}
		continued = *last && *last != '\n';
		*last = '\n';
		if (sym_gztell(file) > KCONFIG_SIZE_MAX)
			error = -EFBIG;
	}
	int state;
	sym_gzerror(file, &state);
	if (!error && state == Z_ERRNO)
		error = errno ? -errno : -EIO;
	if (!error && state != Z_OK && state != Z_STREAM_END)
		error = -EBADMSG;
	/* zlib reports a truncated stream only at the close. */
	if (sym_gzclose(file) != Z_OK && !error)
		error = -EBADMSG;
	if (!error && !any)
		error = -ENODATA;
	if (error)
		return error;
	kconfig_conclude(&found);
	found.source = name;
	*config = found;
	return 0;
}

int kconfig_read(const struct sysroot *root, const char *path, struct kconfig *config)
{
	int fd = sysroot_open_file(root, path);
	if (fd < 0)
		return fd;
	return kconfig_read_fd(fd, text_format("/%s", path), config);
}
