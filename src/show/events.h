/* Events, one a line: the view of `monitor`. */
#ifndef SHOW_EVENTS_H
#define SHOW_EVENTS_H

#include "model.h"

/* Prints the event to stdout and flushes it. Returns 0 or a negative errno; -EPIPE, the reader has closed the
 * pipe, is not reported again when the program ends. */
int event_print(const struct event *event, bool as_json);

#endif
