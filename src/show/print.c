#include "show/print.h"

#include <stdarg.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"

void print_line(FILE *stream, const char *format, ...)
{
	va_list arguments;
	auto_free char *line = NULL;
	va_start(arguments, format);
	int length = vasprintf(&line, format, arguments);
	va_end(arguments);
	if (length < 0)
		log_out_of_memory();
	auto_free char *escaped = text_escape(line);
	fprintf(stream, "%s\n", escaped);
}
