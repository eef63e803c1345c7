/* What older C libraries and kernels do not have: glibc 2.28 is enough to build, Linux 4.18 to run. */
#ifndef BASE_COMPAT_H
#define BASE_COMPAT_H

/* Closes the descriptor `first` and all above it. Allocates nothing. */
void compat_close_from(int first);

#endif
