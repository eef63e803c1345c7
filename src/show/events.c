#include "show/events.h"

#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "show/json.h"
#include "show/print.h"

/* The event in words, a new string. */
static char *event_sentence(const struct event *event)
{
	switch (event->kind) {
	case EVENT_ADDED:
		return event->vendor ? text_format("added (%04x:%04x)", event->vendor, event->device)
				     : text_copy("added");
	case EVENT_REMOVED:
		return text_copy("removed");
	case EVENT_BOUND:
		return text_format("bound to %s", event->driver ? event->driver : "a driver");
	case EVENT_UNBOUND:
		return text_copy("unbound");
	case EVENT_NODE_ADDED:
		return text_format("node added: %s", event->node);
	case EVENT_NODE_REMOVED:
		return text_format("node removed: %s", event->node);
	}
	return NULL;
}

int event_print(const struct event *event, bool as_json)
{
	if (as_json) {
		struct json *document = json_new();
		json_add_event(document, event);
		value_print_line(document);
	} else {
		auto_free char *sentence = event_sentence(event);
		print_line(stdout, "%s: %s", event->address ? event->address : "-", sentence);
	}
	errno = EIO;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	int error = -errno;
	if (error == -EPIPE)
		clearerr(stdout);
	return error;
}
