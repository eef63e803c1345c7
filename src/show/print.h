/* Lines of text on stdout, with what is not printable escaped. */
#ifndef SHOW_PRINT_H
#define SHOW_PRINT_H

#include <stdio.h>

/* One line to `stream`. */
void print_line(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
