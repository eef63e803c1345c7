/* Events of PCI devices and VFIO nodes. */
#ifndef COLLECT_EVENT_H
#define COLLECT_EVENT_H

#include <stdbool.h>

#include "kernel/sysroot.h"
#include "model.h"

struct udev_event;

/* Starts listening: to the events of udevd, which follow its rules, if it runs; else to the kernel's.
 * Termination signals are only recorded from now on, and SIGPIPE is ignored. Returns 0 or a negative errno.
 */
int event_listen(const struct sysroot *root);

/* Reads which nodes exist and which devices they belong to. Call it after event_listen, so that no event is
 * missed, and after each loss of events. */
void event_learn(const struct sysroot *root);

/* Waits up to `milliseconds` (-1: no limit) for the next event; free with event_free. Returns 0; -EAGAIN:
 * none yet; -EINTR: a termination signal was received; -ENOBUFS: events were lost; another negative errno. */
int event_next(const struct sysroot *root, int milliseconds, struct event *event);
void event_free(struct event *event);

/* Whether the node `path` existed at event_learn, or its event arrived since: udevd, if it runs, has finished
 * with it. */
bool event_knows_node(const char *path);

/* Translates an event of the kernel or udevd, which does not include the address for the node of a group.
 * Returns false, with `event` untouched, if the event is irrelevant. */
bool event_translate(const struct udev_event *from, struct event *event);

#endif
