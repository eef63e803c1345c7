/* What happens to PCI devices and to VFIO's nodes, as it happens. */
#ifndef COLLECT_EVENT_H
#define COLLECT_EVENT_H

#include <stdbool.h>

#include "kernel/sysroot.h"
#include "model.h"

struct udev_event;

/* From now on what happens is noted: as udevd has settled it, where that is at work, else as the kernel says
 * it. Signals that ask to end are only remembered, and SIGPIPE is ignored. Returns 0 or a negative errno. */
int event_listen(const struct sysroot *root);

/* Learns which nodes there are, and of which devices. To be called after event_listen, so that nothing is
 * missed, and after every loss. */
void event_learn(const struct sysroot *root);

/* The next event, for which it waits at most `milliseconds` (-1: for ever); free with event_free. Returns 0;
 * -EAGAIN when there is none yet; -EINTR when a signal asked to end; -ENOBUFS when some were lost; another
 * negative errno. */
int event_next(const struct sysroot *root, int milliseconds, struct event *event);
void event_free(struct event *event);

/* Whether the node `path` was there when it was learnt, or its event has been seen since: udevd, where it is
 * at work, is done with it. */
bool event_knows_node(const char *path);

/* What the kernel or udevd says, in the words of the model; the address of a group's node is not said there.
 * Returns false when it is of no interest; then `event` is untouched. */
bool event_translate(const struct udev_event *from, struct event *event);

#endif
