/* A kernel's configuration file, plain or compressed with gzip. */
#ifndef KERNEL_KCONFIG_H
#define KERNEL_KCONFIG_H

#include "kernel/sysroot.h"
#include "model.h"

/* The limit of a configuration, in bytes after decompression. Real ones have about 300 KiB. */
#define KCONFIG_SIZE_MAX (4L * 1024 * 1024)

/* Parses one line of a configuration ("CONFIG_VFIO=m", "# CONFIG_VFIO is not set"); other lines are ignored.
 * The last line for a symbol wins, as in the kernel's scripts/kconfig. */
void kconfig_line(struct kconfig *config, const char *line);

/* Reads a configuration from the file descriptor `fd` and closes it; `source` becomes `name`. Returns 0, or a
 * negative errno with `config` untouched: -EFBIG: too large; -EBADMSG: corrupt compression; -ENODATA: no
 * CONFIG_ line. */
int kconfig_read_fd(int fd, const char *name, struct kconfig *config);

/* Reads the configuration `path` below `root`; `source` becomes "/PATH". Returns 0, or a negative errno with
 * `config` untouched: those of kconfig_read_fd, and -EISDIR or -EINVAL if it is not a regular file. */
int kconfig_read(const struct sysroot *root, const char *path, struct kconfig *config);

#endif
