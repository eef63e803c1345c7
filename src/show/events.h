/* Events, one on a line, as they come: the view of `monitor`. */
#ifndef SHOW_EVENTS_H
#define SHOW_EVENTS_H

#include "model.h"

/* Prints the event to stdout at once. Returns 0 or a negative errno; -EPIPE, its reader has gone, is not said
 * again when the program ends. */
int event_print(const struct event *event, bool as_json);

#endif
