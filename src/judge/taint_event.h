/* What VFIO said in the kernel's log when it tainted the kernel, and whether that log is all there. */
#ifndef JUDGE_TAINT_EVENT_H
#define JUDGE_TAINT_EVENT_H

#include "model.h"

/* The head line of a record: "6,339,5140900,-;message", more fields may stand before the semicolon. */
struct log_line {
	unsigned long long facility;     /* 0: the kernel itself. What is written to /dev/kmsg gets another */
	unsigned long long sequence;     /* 0: the first since boot */
	unsigned long long microseconds; /* since boot */
	const char *message;             /* in the text that was parsed, until the newline or its end */
};

/* Parses the line at `text`. Returns false, with `line` untouched, when it is none. */
bool log_line_parse(const char *text, struct log_line *line);

/* Parses a message of the kernel until the newline or its end. Returns false, with `event` untouched, when it
 * is not that of VFIO noiommu; otherwise `device` is a new string, and the times are left at 0. */
bool taint_event_parse(const char *message, struct taint_event *event);

enum log_state {
	LOG_EMPTY,
	LOG_WHOLE,       /* from the first record on, none missing */
	LOG_OVERWRITTEN, /* the first ones are missing */
	LOG_DAMAGED,     /* others are missing, or cannot be read */
};

/* Adds the events in `log` to `events`, the oldest first. Returns what is there of the log. */
enum log_state taint_event_find(const struct kernel_log *log, struct taint_event_list *events);

#endif
