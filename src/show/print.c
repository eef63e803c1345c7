#include "show/print.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"

static enum print_color color_wanted;

void print_set_color(enum print_color color)
{
	color_wanted = color;
}

static bool is_coloured(FILE *stream)
{
	const char *off = getenv("NO_COLOR"), *terminal = getenv("TERM");
	if (color_wanted != COLOR_AUTO)
		return color_wanted == COLOR_ALWAYS;
	return isatty(fileno(stream)) && (!off || !*off) && terminal && !text_same(terminal, "dumb");
}

__attribute__((format(printf, 1, 0))) static char *line_format(const char *format, va_list arguments)
{
	auto_free char *line = NULL;
	if (vasprintf(&line, format, arguments) < 0)
		log_out_of_memory();
	return text_escape(line);
}

static void put_line(FILE *stream, const char *line)
{
	if (stream == stderr)
		log_line(line);
	else
		fprintf(stream, "%s\n", line);
}

void print_line(FILE *stream, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	auto_free char *line = line_format(format, arguments);
	va_end(arguments);
	put_line(stream, line);
}

void print_headed_line(FILE *stream, enum severity severity, const char *head, const char *format, ...)
{
	/* ECMA-48: bold, red; bold, yellow. */
	static const char *const colours[] = {
		[SEVERITY_WARNING] = "\033[1;33m",
		[SEVERITY_BLOCKER] = "\033[1;31m",
	};
	bool coloured = severity != SEVERITY_NOTE && is_coloured(stream);
	va_list arguments;
	va_start(arguments, format);
	auto_free char *line = line_format(format, arguments);
	va_end(arguments);
	auto_free char *escaped = text_escape(head);
	auto_free char *headed = text_format(
		"%s%s:%s %s", coloured ? colours[severity] : "", escaped, coloured ? "\033[0m" : "", line);
	put_line(stream, headed);
}
