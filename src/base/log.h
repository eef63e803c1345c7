/* stderr: everything that is not the result. Bytes that are not printable are escaped on the way. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

/* Whether log_verbose() prints (-v). Off at the start. */
void log_set_verbose(bool verbose);

/* What every line on stderr begins with: in a journal, or behind a pipeline, nothing else names the program.
 */
#define LOG_PREFIX "vfionoiommu: "

/* One line on stderr, whose bytes are printable already. */
void log_line(const char *line);

/* One line on stderr each: "error: ..." that something went wrong, "warning: ..." or "note: ..." about what
 * was done, and "hint: ..." with the command to type next. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_hint(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One line on stderr with -v only: what is being done. */
void log_verbose(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reports that memory is exhausted and ends the program with status 1. */
void log_out_of_memory(void) __attribute__((noreturn));

#endif
