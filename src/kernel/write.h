/* The only code that changes this machine: attributes and our own small files. All paths are absolute. */
#ifndef KERNEL_WRITE_H
#define KERNEL_WRITE_H

#include <stdbool.h>

#include "model.h"

/* Writes `value` to the existing attribute `path` in one write. Returns 0 or a negative errno: the kernel's
 * answer. */
int write_attribute(const char *path, const char *value);

/* The same in a child process, which is left alone if it has not ended after `seconds`: the kernel lets a
 * write wait without any way to end it. Then returns -ETIMEDOUT, and the write may still come about. */
int write_attribute_within(const char *path, const char *value, int seconds);

/* Makes the file `path` hold `value`, whole or not at all (written beside it, synced, renamed), with this
 * mode. Its directory is made when it is missing, to be entered by those who may read the file. Returns 0 or
 * a negative errno. */
int write_file(const char *path, const char *value, int mode);

/* Gives the device node `path` this owner and mode; what is -1 stays as it is. Returns 0 or a negative errno:
 * -EINVAL for what is not a character device. */
int write_access(const char *path, const struct node_access *access);

/* Removes the file `path`. Returns 0, also when it is not there, or a negative errno. */
int write_remove(const char *path);

/* Whether the last part of the target of the link `path` is `name`; with `name` NULL, whether there is no
 * such link. Allocates nothing. */
bool write_link_is(const char *path, const char *name);

#endif
