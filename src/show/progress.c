#include "show/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

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
