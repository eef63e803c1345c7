/* The machine below one directory: this one (/), or a recorded one (--sysroot). All paths are relative to it,
 * without a leading slash ("sys/bus/pci"), and no link leads out of it. Reads only; what is written, see
 * write.h. */
#ifndef KERNEL_SYSROOT_H
#define KERNEL_SYSROOT_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model.h"

/* A path that was looked at below a root. */
struct sysroot_note {
	char *path;
	size_t read; /* bytes that were asked for; 0: only that it is there, and what it is, was of interest
		      */
};

struct sysroot_notes {
	struct sysroot_note *items;
	size_t count;
};

struct sysroot {
	int fd;
	bool live;                   /* it is this machine's own root */
	struct sysroot_notes *notes; /* all that is looked at from now on is noted here; NULL: nowhere */
};

/* The longest attribute that is read, in bytes. sysfs itself gives a page at most. */
#define SYSROOT_ATTRIBUTE_MAX 4096

/* Opens the directory `path` as the root, without notes. Returns 0 or a negative errno. */
int sysroot_open(struct sysroot *root, const char *path);

/* Notes, if notes are kept, that `read` bytes of `path` are asked for, or all (SYSROOT_ALL): for what a
 * library opens by itself. What is opened here is noted here. */
#define SYSROOT_ALL SIZE_MAX
void sysroot_note(const struct sysroot *root, const char *path, size_t read);

/* The files as the user who typed a path sees them: relative to the working directory, all links followed. */
#define SYSROOT_USER ((struct sysroot){ .fd = AT_FDCWD, .live = true })

/* An open file descriptor for reading of the regular file `path`, or a negative errno (-EINVAL: not a regular
 * file). The caller closes. */
int sysroot_open_file(const struct sysroot *root, const char *path);

/* An open file descriptor for reading and writing of the device node `path`, or a negative errno. The caller
 * closes. */
int sysroot_open_node(const struct sysroot *root, const char *path);
/* An open file descriptor for reading, which never waits, of the character device `path`, or a negative errno
 * (-ENODEV: it is not the device with the number `device`). The caller closes. */
int sysroot_open_device(const struct sysroot *root, const char *path, dev_t device);

/* An open file descriptor of the directory `path`, or a negative errno. The caller closes. */
int sysroot_open_dir(const struct sysroot *root, const char *path);

/* The attribute or small file `path`, trailing white space cut off, at most SYSROOT_ATTRIBUTE_MAX - 1 bytes:
 * a new string, which the caller frees, or NULL with errno set. */
char *sysroot_read(const struct sysroot *root, const char *path);

/* The same of a file that may be longer: its first `size` bytes at most. */
char *sysroot_read_file(const struct sysroot *root, const char *path, size_t size);

/* The first `size` bytes of the file `path`. Returns how many were read, or a negative errno. */
ssize_t sysroot_read_bytes(const struct sysroot *root, const char *path, void *to, size_t size);

/* The target of the link `path` as it stands there, or only the last part of it: a new string, which the
 * caller frees, or NULL with errno set. */
char *sysroot_readlink(const struct sysroot *root, const char *path);
char *sysroot_link_name(const struct sysroot *root, const char *path);

/* Whether `path` exists; ANSWER_UNKNOWN when it cannot be told (permissions). */
enum answer sysroot_exists(const struct sysroot *root, const char *path);

/* What `path` is, no link followed: one of S_IFMT's (stat(2)), or a negative errno. */
int sysroot_type(const struct sysroot *root, const char *path);

/* Owner and mode of the file `path`, no link followed. Returns 0 or a negative errno. */
int sysroot_access(const struct sysroot *root, const char *path, struct node_access *access);

/* Whether the kernel refuses to let the block device `path` be opened exclusively: a filesystem, swap or
 * another block device has it, in whichever mount namespace. It is opened for reading and closed again;
 * open(2) on O_EXCL. */
bool sysroot_is_exclusive(const struct sysroot *root, const char *path);

/* Whether `path` could be written by its own file system: NO when that is mounted read-only, UNKNOWN when
 * `path` does not exist or cannot be reached. Not a question of permissions. */
enum answer sysroot_writable(const struct sysroot *root, const char *path);

struct name_list {
	char **items;
	size_t count;
};

/* The names in the directory `path`, sorted, but for those that start with a dot, which sysfs does not have.
 * Returns 0 or a negative errno; free with name_list_free. */
int sysroot_list(const struct sysroot *root, const char *path, struct name_list *names);
void name_list_free(struct name_list *names);

bool name_list_has(const struct name_list *names, const char *name);

#define auto_names cleanup(name_list_free)

#endif
