/* Signals that ask the program to end: a plan is not left halfway for them. */
#ifndef KERNEL_SIGNALS_H
#define KERNEL_SIGNALS_H

#include <stdbool.h>

/* From now on signals that ask to end, or say that the time is up, are only remembered; those that were
 * ignored from the start (nohup) still are. SIGPIPE is ignored: what writes then sees EPIPE. */
void signals_catch(void);

/* Whether one has come since. */
bool signals_caught(void);

/* Waits until `fd` can be read, at most `milliseconds` (-1: for ever). Returns 1; 0 when it cannot, yet;
 * -EINTR when such a signal has come. */
int signals_poll(int fd, int milliseconds);

#endif
