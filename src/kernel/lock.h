/* A lock file, so that only one instance makes changes at a time. */
#ifndef KERNEL_LOCK_H
#define KERNEL_LOCK_H

/* Acquires the lock file `path`, which must be in a directory that only this user can write to. Waits up to
 * `seconds` for each holder. Returns a file descriptor that holds the lock until it is closed, or a negative
 * errno: -EAGAIN: timed out, and `*holder` is the process ID of the holder, 0 if unknown. */
int lock_take(const char *path, int seconds, int *holder);

#endif
