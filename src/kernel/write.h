/* The only code that makes changes on this machine: to attributes and to our own small files. All paths are
 * absolute. */
#ifndef KERNEL_WRITE_H
#define KERNEL_WRITE_H

#include <stdbool.h>

#include "model.h"

/* Writes `value` to the existing attribute `path` in a single write. Returns 0 or the kernel's negative
 * errno. */
int write_attribute(const char *path, const char *value);

/* The same in a child process, because a write can block in the kernel uninterruptibly. If it takes longer
 * than `seconds`, returns -ETIMEDOUT and leaves the child running, so the write may still complete later. */
int write_attribute_within(const char *path, const char *value, int seconds);

/* Atomically sets the content of the file `path` to `value` and its mode (writes a temporary file, syncs and
 * renames it). Creates its directory if necessary, accessible to those who may read the file. Returns 0 or a
 * negative errno. */
int write_file(const char *path, const char *value, int mode);

/* Sets the owner and mode of the device node `path`; -1 keeps the current value. Returns 0 or a negative
 * errno: -EINVAL: not a character device. */
int write_access(const char *path, const struct node_access *access);

/* Removes the file `path`. Returns 0, also if it does not exist, or a negative errno. */
int write_remove(const char *path);

/* Whether the last component of the target of the link `path` is `name`; with `name` NULL, whether the link
 * does not exist. Does not allocate. */
bool write_link_is(const char *path, const char *name);

#endif
