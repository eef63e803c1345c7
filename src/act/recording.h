/* Puts what was recorded of a machine where the user wants it. */
#ifndef ACT_RECORDING_H
#define ACT_RECORDING_H

#include "model.h"

/* Writes the records as a tar archive to the open file descriptor `fd`. Returns 0 or a negative errno. */
int recording_send(const struct record_list *records, int fd);

/* The same as the new file `path`, mode 0600, whole or not at all. Returns 0, or a negative errno with
 * nothing left behind: -EEXIST: there is a file with this name; -EISDIR or -EINVAL: something else. */
int recording_save(const struct record_list *records, const char *path);

#endif
