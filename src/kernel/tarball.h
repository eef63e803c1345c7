/* A tar archive, through libarchive. */
#ifndef KERNEL_TARBALL_H
#define KERNEL_TARBALL_H

#include "model.h"

struct tarball;

/* A new archive that is written to the open file descriptor `fd`, or NULL with errno set. End it with
 * tarball_close. */
struct tarball *tarball_open(int fd);

/* Appends a record. Nothing in the archive tells the time. Returns 0 or a negative errno. */
int tarball_add(struct tarball *tarball, const struct record *record);

/* Writes the end of the archive and frees it; `fd` stays open. Returns 0 or a negative errno. */
int tarball_close(struct tarball *tarball);

#endif
