/* One run at a time. */
#ifndef KERNEL_LOCK_H
#define KERNEL_LOCK_H

/* Takes the lock file `path`, in a folder where only this user may make files, waiting up to `seconds` for
 * each other run that holds it to end. Returns a file descriptor that holds the lock until it is closed, or a
 * negative errno: -EAGAIN somebody else holds it still, and `*holder` is their process id, 0 when it cannot
 * be told. */
int lock_take(const char *path, int seconds, int *holder);

#endif
