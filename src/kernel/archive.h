/* Archives, through libarchive: writes tar, reads cpio. */
#ifndef KERNEL_ARCHIVE_H
#define KERNEL_ARCHIVE_H

#include <sys/types.h>

#include "model.h"

/* ---- writing ---- */

struct archive_tar;

/* Starts a tar archive that is written to the open file descriptor `fd`. Returns NULL with errno set on
 * failure. Finish it with archive_tar_end. */
struct archive_tar *archive_tar_begin(int fd);

/* Appends a record. The archive contains no timestamps. Returns 0 or a negative errno. */
int archive_tar_add(struct archive_tar *tar, const struct record *record);

/* Writes the end of the archive and frees it; `fd` stays open. Returns 0 or a negative errno. */
int archive_tar_end(struct archive_tar *tar);

/* ---- reading ---- */

/* The current file of archive_each_file. */
struct archive_file;

/* Its first 64 KiB, valid until the next call; NULL if unreadable. */
const char *archive_file_text(struct archive_file *file);

/* Calls `take` for each regular file of the cpio archive, plain or compressed, at offset `at` of `fd`.
 * Unpacks at most `max` bytes of a compressed archive. Returns 0, with the offset past the archive in `*next`
 * (-1 for a compressed one), or a negative errno: -EBADMSG: not a cpio archive, or longer than `max`. */
int archive_each_file(int fd, off_t at, long long max,
	void (*take)(void *to, const char *name, struct archive_file *file), void *to, off_t *next);

#endif
