/* Replacements for functions that older C libraries and kernels lack. Requires glibc 2.28 to build and
 * Linux 4.18 to run. */
#ifndef BASE_COMPAT_H
#define BASE_COMPAT_H

/* "EBUSY"; NULL for an unknown number. Same as strerrorname_np, which glibc has since 2.32. */
const char *compat_error_name(int error);

/* Opens `path` as if the directory `root` were the root of the filesystem, also for links: openat2 of
 * Linux 5.6, which glibc does not wrap. Returns a descriptor, or -1 with errno: ENOSYS before 5.6; EAGAIN if
 * paths are being renamed concurrently. */
int compat_open_in_root(int root, const char *path, int flags);

/* Closes the descriptor `first` and all above it. Does not allocate. */
void compat_close_from(int first);

#endif
