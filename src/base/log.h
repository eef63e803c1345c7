/* stderr: everything that is not the result. Bytes that are not printable are escaped on the way. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

/* Whether log_verbose() prints (-v). Off at the start. */
void log_set_verbose(bool verbose);

/* What every line on stderr begins with: in a journal, or behind a pipeline, nobody else says who spoke. */
#define LOG_PREFIX "vfionoiommu: "

/* One line on stderr, whose bytes are printable already. */
void log_line(const char *line);

/* One line on stderr: something went wrong, or must be known. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One line on stderr with -v only: what is being done. */
void log_verbose(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says that memory is used up and ends the program with status 1. */
void log_out_of_memory(void) __attribute__((noreturn));

#endif
