#include <stdarg.h>
#include <stdio.h>

#include "base/base.h"

static bool verbose_wanted;

void log_set_verbose(bool verbose)
{
	verbose_wanted = verbose;
}

/* Writes each line with a single write, so that instances that share a stderr do not mix their lines. */
void log_line(const char *line)
{
	/* Keep the order of the lines if both streams are the same file. */
	fflush(NULL);
	fprintf(stderr, LOG_PREFIX "%s\n", line);
}

/* Uses buffers on the stack, because running a plan logs and must not allocate. */
__attribute__((format(printf, 2, 0))) static void log_format(
	const char *head, const char *format, va_list arguments)
{
	char line[8192];
	char escaped[sizeof line * 2];
	int length = snprintf(line, sizeof line, "%s", head);
	vsnprintf(line + length, sizeof line - (size_t)length, format, arguments);
	text_escape_into(escaped, sizeof escaped, line);
	log_line(escaped);
}

void log_error(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	log_format("error: ", format, arguments);
	va_end(arguments);
}

void log_warning(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	log_format("warning: ", format, arguments);
	va_end(arguments);
}

void log_note(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	log_format("note: ", format, arguments);
	va_end(arguments);
}

void log_hint(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	log_format("hint: ", format, arguments);
	va_end(arguments);
}

void log_verbose(const char *format, ...)
{
	if (!verbose_wanted)
		return;
	va_list arguments;
	va_start(arguments, format);
	log_format("", format, arguments);
	va_end(arguments);
}
