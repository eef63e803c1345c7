/* What older C libraries and kernels do not have: glibc 2.28 is enough to build, Linux 4.18 to run. */
#ifndef BASE_COMPAT_H
#define BASE_COMPAT_H

/* "EBUSY"; NULL for what is not an error of Linux. As strerrorname_np, which glibc has since 2.32. */
const char *compat_error_name(int error);

/* Opens `path` as if the directory `root` were the file system's root, for links as well: openat2 of
 * Linux 5.6, in no glibc. Returns a descriptor or -1 with errno: ENOSYS before 5.6; EAGAIN when it is being
 * renamed all the time. */
int compat_open_in_root(int root, const char *path, int flags);

/* Closes the descriptor `first` and all above it. Allocates nothing. */
void compat_close_from(int first);

#endif
