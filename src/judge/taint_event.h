/* VFIO's messages about tainting in the kernel log, and whether the log is complete. */
#ifndef JUDGE_TAINT_EVENT_H
#define JUDGE_TAINT_EVENT_H

#include "model.h"

/* The first line of a record, "6,339,5140900,-;message"; more fields may precede the semicolon. */
struct log_line {
	unsigned long long facility;     /* 0: the kernel itself; writes to /dev/kmsg get another */
	unsigned long long sequence;     /* 0: the first since boot */
	unsigned long long microseconds; /* since boot */
	const char *message; /* points into the parsed text; ends at the newline or the end of the text */
};

/* Parses the line at `text`. Returns false, with `line` untouched, if it is not the first line of a record.
 */
bool log_line_parse(const char *text, struct log_line *line);

/* Parses a kernel message, which ends at the newline or the end of the text. Returns false, with `event`
 * untouched, if it is not a taint message of VFIO noiommu; else `device` is a new string, and the times are
 * 0. */
bool taint_event_parse(const char *message, struct taint_event *event);

enum log_state {
	LOG_EMPTY,
	LOG_WHOLE,       /* complete from the first record */
	LOG_OVERWRITTEN, /* the first ones are missing */
	LOG_DAMAGED,     /* other records are missing or malformed */
};

/* Adds the events in `log` to `events`, oldest first. Returns how complete the log is. */
enum log_state taint_event_find(const struct kernel_log *log, struct taint_event_list *events);

#endif
