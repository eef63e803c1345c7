/* Archives, through libarchive: tar is written, cpio is read. */
#ifndef KERNEL_ARCHIVE_H
#define KERNEL_ARCHIVE_H

#include <sys/types.h>

#include "model.h"

/* ---- writing ---- */

struct archive_tar;

/* A new tar archive that is written to the open file descriptor `fd`, or NULL with errno set. End it with
 * archive_tar_end. */
struct archive_tar *archive_tar_begin(int fd);

/* Appends a record. Nothing in the archive tells the time. Returns 0 or a negative errno. */
int archive_tar_add(struct archive_tar *tar, const struct record *record);

/* Writes the end of the archive and frees it; `fd` stays open. Returns 0 or a negative errno. */
int archive_tar_end(struct archive_tar *tar);

/* ---- reading ---- */

/* A file in an archive, while archive_each_file is at it. */
struct archive_file;

/* Its first 64 KiB, until the next call; NULL when they cannot be read. */
const char *archive_file_text(struct archive_file *file);

/* Calls `take` for each regular file of the cpio archive, plain or compressed, that begins at byte `at` of
 * `fd`. Of what is compressed `max` bytes are unpacked at most. Returns 0 and in `*next` the byte behind the
 * archive, -1 for one that is compressed; or a negative errno: -EBADMSG for what is no such archive, or is
 * longer. */
int archive_each_file(int fd, off_t at, long long max,
	void (*take)(void *to, const char *name, struct archive_file *file), void *to, off_t *next);

#endif
