/* The taint as text: the view of `taint`, and its line in `status`. */
#ifndef SHOW_TAINT_H
#define SHOW_TAINT_H

#include "model.h"
#include "show/table.h"

extern const struct column_set taint_columns;

/* Prints to stdout the value, a table of its bits, and what set U. `taint` is known. */
void taint_print(const struct table_options *options, const struct taint *taint);

/* The taint in one line: "64 (U: set by VFIO noiommu, last for 0000:00:04.0)". A new string. */
char *taint_line(const struct taint *taint);

/* Seconds since boot: "12.345678"; the time in UTC: "2026-11-21T14:30:00Z", NULL: unknown. New strings. */
char *taint_event_seconds(const struct taint_event *event);
char *taint_event_time(const struct taint_event *event);

#endif
