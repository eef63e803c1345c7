#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/base.h"
#include "show/show.h"

static enum print_color color_wanted;

void print_set_color(enum print_color color)
{
	color_wanted = color;
}

static bool is_colored(FILE *stream)
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
		out_of_memory();
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

void candidate_print(const char *word, const char *description)
{
	auto_free char *escaped = text_escape(description ? description : "");
	printf("%s%s%s\n", word, description ? "\t" : "", escaped);
}

void print_severity_line(FILE *stream, enum severity severity, const char *format, ...)
{
	static const char *const words[] = {
		[SEVERITY_NOTE] = "note",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_BLOCKER] = "error",
	};
	/* ECMA-48: bold, red; bold, yellow. */
	static const char *const colors[] = {
		[SEVERITY_WARNING] = "\033[1;33m",
		[SEVERITY_BLOCKER] = "\033[1;31m",
	};
	bool colored = severity != SEVERITY_NOTE && is_colored(stream);
	va_list arguments;
	va_start(arguments, format);
	auto_free char *line = line_format(format, arguments);
	va_end(arguments);
	auto_free char *whole = text_format("%s%s:%s %s", colored ? colors[severity] : "", words[severity],
		colored ? "\033[0m" : "", line);
	put_line(stream, whole);
}

/* ---- progress ---- */

#define ERASE_LINE "\r\033[K"

void progress_show(size_t ended, size_t count)
{
	const char *terminal = getenv("TERM");
	if (!isatty(STDERR_FILENO) || !terminal || text_same(terminal, "dumb"))
		return;
	fputs(ERASE_LINE, stderr);
	if (ended < count)
		fprintf(stderr, LOG_PREFIX "%zu of %zu devices done", ended, count);
	fflush(stderr);
}
