/* Lines of text, with what is not printable escaped; on stderr with the program's name before them. */
#ifndef SHOW_PRINT_H
#define SHOW_PRINT_H

#include <stdio.h>

#include "model.h"

enum print_color {
	COLOR_AUTO, /* on a terminal that has colours, and without NO_COLOR in the environment (no-color.org)
		     */
	COLOR_ALWAYS,
	COLOR_NEVER,
};

/* Whether heads are coloured from now on; COLOR_AUTO at first. */
void print_set_color(enum print_color color);

/* One line to `stream`. */
void print_line(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* One line to `stream`, with `head` and a colon before it, which have the colour of the severity. */
void print_headed_line(FILE *stream, enum severity severity, const char *head, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
