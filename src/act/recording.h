/* Writes a recording of a machine. */
#ifndef ACT_RECORDING_H
#define ACT_RECORDING_H

#include "model.h"

/* Writes the records as a tar archive to the open file descriptor `fd`. Returns 0 or a negative errno. */
int recording_send(const struct record_list *records, int fd);

/* The same to the new file `path`, mode 0600, complete or not at all. Returns 0, or a negative errno with
 * nothing created: -EEXIST: `path` already exists; -EISDIR or -EINVAL: it is not a regular file. */
int recording_save(const struct record_list *records, const char *path);

#endif
