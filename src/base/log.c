#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

static bool verbose_wanted;

void log_set_verbose(bool verbose)
{
	verbose_wanted = verbose;
}

/* One write for one line: two runs that share a stderr must not mix their lines. */
void log_line(const char *line)
{
	/* Where both lead to the same place, what was printed before stands before. */
	fflush(stdout);
	fprintf(stderr, LOG_PREFIX "%s\n", line);
}

/* From the stack: a run plan may log, and it must not allocate. */
__attribute__((format(printf, 1, 0))) static void log_format(const char *format, va_list arguments)
{
	char line[2048];
	char escaped[sizeof line * 2];
	vsnprintf(line, sizeof line, format, arguments);
	text_escape_into(escaped, sizeof escaped, line);
	log_line(escaped);
}

void log_error(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	log_format(format, arguments);
	va_end(arguments);
}

void log_verbose(const char *format, ...)
{
	if (!verbose_wanted)
		return;
	va_list arguments;
	va_start(arguments, format);
	log_format(format, arguments);
	va_end(arguments);
}

void log_out_of_memory(void)
{
	static const char message[] = LOG_PREFIX "out of memory\n";
	(void)!write(STDERR_FILENO, message, sizeof message - 1);
	_exit(EXIT_FAILURE);
}
