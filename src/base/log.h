/* Messages on stderr. Escapes unprintable bytes. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

/* Whether log_verbose() prints (-v). Initially false. */
void log_set_verbose(bool verbose);

/* The prefix of each line on stderr, to identify the program in a journal or pipeline. */
#define LOG_PREFIX "vfionoiommu: "

/* Prints a line on stderr without escaping. */
void log_line(const char *line);

/* Print a line on stderr: "error: ..." for a failure, "warning: ..." or "note: ..." about what was done,
 * "hint: ..." with the next command. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_hint(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints a line on stderr with -v only: what the program does. */
void log_verbose(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints an error and exits with status 1. */
void log_out_of_memory(void) __attribute__((noreturn));

#endif
