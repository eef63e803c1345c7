/* Lines of text, unprintable bytes escaped; on stderr each begins with the program's name. */
#ifndef SHOW_PRINT_H
#define SHOW_PRINT_H

#include <stdio.h>

#include "model.h"

enum print_color {
	COLOR_AUTO, /* on a terminal that has colors, unless NO_COLOR is set (no-color.org) */
	COLOR_ALWAYS,
	COLOR_NEVER,
};

/* When to color severities from now on; COLOR_AUTO until this is called. */
void print_set_color(enum print_color color);

/* One line to `stream`. */
void print_line(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* One line to `stream`, which begins with "error: ", "warning: " or "note: ", colored by severity. */
void print_severity_line(FILE *stream, enum severity severity, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
