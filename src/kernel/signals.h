/* Termination signals: they do not interrupt a running plan. */
#ifndef KERNEL_SIGNALS_H
#define KERNEL_SIGNALS_H

#include <stdbool.h>

/* From now on termination and timer signals are only recorded; a SIGHUP that the parent ignores (nohup) stays
 * ignored. SIGPIPE is ignored, so writes fail with EPIPE. */
void signals_catch(void);

/* Whether a signal was received since. */
bool signals_caught(void);

/* Waits up to `milliseconds` (-1: no limit) until `fd` is readable. Returns 1; 0: timed out; -EINTR: a
 * termination signal was received. */
int signals_poll(int fd, int milliseconds);

#endif
