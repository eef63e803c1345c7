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

#define KCONFIG_NAME(symbol) #symbol,
static const char *const names[KCONFIG_COUNT] = { KCONFIG_SYMBOLS(KCONFIG_NAME) };
#undef KCONFIG_NAME

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

/* "# Linux/x86 7.3.4 Kernel Configuration", the third line of every .config. */
static void kconfig_head(struct kconfig *config, const char *line)
{
	int major, minor;
	if (!config->version && sscanf(line, "# Linux/%*[^ ] %3d.%3d", &major, &minor) == 2 && major >= 0 &&
		minor >= 0)
		config->version = major * 100 + minor;
}

void kconfig_line(struct kconfig *config, const char *line)
{
	kconfig_head(config, line);
	const char *commented = text_after(line, "# ");
	const char *name = text_after(commented ? commented : line, "CONFIG_");
	if (!name)
		return;
	size_t length = strcspn(name, "= ");
	for (int symbol = 0; symbol < KCONFIG_COUNT; symbol++) {
		if (strlen(names[symbol]) != length || strncmp(names[symbol], name, length) != 0)
			continue;
		enum kconfig_value value = kconfig_value(name + length, commented);
		if (value != KCONFIG_UNKNOWN)
			config->value[symbol] = value;
	}
}

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
			any |= is_config_line(line);
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
	found.source = text_copy(name);
	*config = found;
	return 0;
}

int kconfig_read(const struct sysroot *root, const char *path, struct kconfig *config)
{
	int fd = sysroot_open_file(root, path);
	if (fd < 0)
		return fd;
	auto_free char *name = text_format("/%s", path);
	return kconfig_read_fd(fd, name, config);
}
