/* The machine below a directory: this one (/) or a recorded one (--sysroot). All paths are relative to it,
 * without a leading slash ("sys/bus/pci"), and no link leads out of it. Read-only; see write.h for writing.
 */
#ifndef KERNEL_SYSROOT_H
#define KERNEL_SYSROOT_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model.h"

/* A path that was accessed below a root. */
struct sysroot_note {
	char *path;
	size_t read; /* requested bytes; 0: only its existence and type */
};

struct sysroot_notes {
	struct sysroot_note *items;
	size_t count;
};

struct sysroot {
	int fd;
	bool live;                   /* it is this machine's own root */
	struct sysroot_notes *notes; /* records all accesses; NULL: do not record */
};

/* The limit of an attribute, in bytes. sysfs returns at most a page. */
#define SYSROOT_ATTRIBUTE_MAX 4096

/* Opens the directory `path` as the root, without notes. Returns 0 or a negative errno. */
int sysroot_open(struct sysroot *root, const char *path);

/* Records an access to `read` bytes of `path`, or all (SYSROOT_ALL), if there are notes. For files that a
 * library opens; the functions below record their own accesses. */
#define SYSROOT_ALL SIZE_MAX
void sysroot_note(const struct sysroot *root, const char *path, size_t read);

/* The files as the user sees them: paths are relative to the working directory, and all links are followed.
 */
#define SYSROOT_USER ((struct sysroot){ .fd = AT_FDCWD, .live = true })

/* An open file descriptor for reading of the regular file `path`, or a negative errno (-EINVAL: not a regular
 * file). The caller closes. */
int sysroot_open_file(const struct sysroot *root, const char *path);

/* An open file descriptor for reading and writing of the device node `path`, or a negative errno. The caller
 * closes. */
int sysroot_open_node(const struct sysroot *root, const char *path);
/* An open, non-blocking file descriptor for reading of the character device `path`, or a negative errno
 * (-ENODEV: it is not the device with the number `device`). The caller closes. */
int sysroot_open_device(const struct sysroot *root, const char *path, dev_t device);

/* An open file descriptor of the directory `path`, or a negative errno. The caller closes. */
int sysroot_open_dir(const struct sysroot *root, const char *path);

/* The content of the attribute or small file `path`, at most SYSROOT_ATTRIBUTE_MAX - 1 bytes, without
 * trailing white space: a new string, which the caller frees, or NULL with errno set. */
char *sysroot_read(const struct sysroot *root, const char *path);

/* The first `size` bytes of a longer file, including trailing white space. */
char *sysroot_read_file(const struct sysroot *root, const char *path, size_t size);

/* Reads up to `size` bytes of the file `path`. Returns how many were read, or a negative errno. */
ssize_t sysroot_read_bytes(const struct sysroot *root, const char *path, void *to, size_t size);

/* The target of the link `path`, or only its last component: a new string, which the caller frees, or NULL
 * with errno set. */
char *sysroot_readlink(const struct sysroot *root, const char *path);
char *sysroot_link_name(const struct sysroot *root, const char *path);

/* Whether `path` exists; ANSWER_UNKNOWN on other errors (permissions). */
enum answer sysroot_exists(const struct sysroot *root, const char *path);

/* The type of `path`, one of S_IFMT (stat(2)), or a negative errno. Does not follow links. */
int sysroot_type(const struct sysroot *root, const char *path);

/* The owner and mode of the file `path`. Does not follow links. Returns 0 or a negative errno. */
int sysroot_access(const struct sysroot *root, const char *path, struct node_access *access);

/* Whether the kernel refuses an exclusive open of the block device `path`, because a filesystem, swap or
 * another block device uses it, in any mount namespace. Opens it for reading and closes it again; see O_EXCL
 * in open(2). */
bool sysroot_is_exclusive(const struct sysroot *root, const char *path);

/* Whether the filesystem of `path` is writable: NO if it is mounted read-only, UNKNOWN if `path` is missing
 * or inaccessible. Ignores permissions. */
enum answer sysroot_writable(const struct sysroot *root, const char *path);

struct name_list {
	char **items;
	size_t count;
};

/* The names in the directory `path`, sorted, except those that start with a dot (sysfs has none). Returns 0
 * or a negative errno; free with name_list_free. */
int sysroot_list(const struct sysroot *root, const char *path, struct name_list *names);
void name_list_free(struct name_list *names);

bool name_list_has(const struct name_list *names, const char *name);

#define auto_names cleanup(name_list_free)

#endif
