#include <errno.h>
#include <poll.h>
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

void print_line(const char *format, ...)
{
	auto_free char *line = NULL;
	va_list arguments;
	va_start(arguments, format);
	int length = vasprintf(&line, format, arguments);
	va_end(arguments);
	if (length < 0)
		out_of_memory();
	auto_free char *escaped = text_escape(line);
	puts(escaped);
}

void candidate_print(const char *word, const char *description)
{
	auto_free char *escaped = text_escape(description ? description : "");
	printf("%s%s%s\n", word, description ? "\t" : "", escaped);
}

void print_text(const char *text)
{
	fputs(text, stdout);
}

static char *severity_format(FILE *stream, enum severity severity, const char *line)
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
	auto_free char *escaped = text_escape(line);
	return text_format("%s%s:%s %s", colored ? colors[severity] : "", words[severity],
		colored ? "\033[0m" : "", escaped);
}

void print_severity_line(enum severity severity, const char *line)
{
	auto_free char *whole = severity_format(stdout, severity, line);
	puts(whole);
}

void print_severity_log(enum severity severity, const char *line)
{
	auto_free char *whole = severity_format(stderr, severity, line);
	log_line(whole);
}

int print_end(void)
{
	/* fclose() does not report an earlier failed write. */
	bool failed = ferror(stdout);
	return fclose(stdout) ? -errno : failed ? -EIO : 0;
}

/* ---- progress ---- */

#define ERASE_LINE "\r\033[K"

/* Overwrites the line with this one; NULL: erases it. A terminal can be stopped (^S), which must not hold up
 * a plan. */
static void show_line(const char *line)
{
	const char *terminal = getenv("TERM");
	struct pollfd event = { .fd = STDERR_FILENO, .events = POLLOUT };
	if (!isatty(STDERR_FILENO) || !terminal || text_same(terminal, "dumb") || poll(&event, 1, 0) <= 0)
		return;
	fprintf(stderr, ERASE_LINE "%s%s", line ? LOG_PREFIX : "", line ? line : "");
	fflush(stderr);
}

void progress_show(size_t ended, size_t count)
{
	auto_free char *line = text_format("%zu of %zu devices done", ended, count);
	show_line(ended < count ? line : NULL);
}

static bool waiting;

void progress_wait(int process)
{
	auto_free char *line = process ? text_format("waiting for another instance (pid %d)", process)
				       : text_copy("waiting for another instance");
	show_line(line);
	waiting = true;
}

void progress_end_wait(void)
{
	if (waiting)
		show_line(NULL);
	waiting = false;
}
