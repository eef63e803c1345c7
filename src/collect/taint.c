#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "collect/collect.h"

/* A non-negative number, followed by the end of the text or one of `ends`; else -1. */
static long long parse_number(const char *text, const char *ends)
{
	char *end;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	return errno || end == text || value < 0 || (*end && !strchr(ends, *end)) ? -1 : value;
}

long long taint_collect_value(const struct sysroot *root)
{
	auto_free char *text = sysroot_read(root, "proc/sys/kernel/tainted");
	return text ? parse_number(text, "") : -1;
}

static long long collect_boot_time(const struct sysroot *root)
{
	/* It follows a line per processor, and a line with a number per interrupt. */
	static char text[1 << 20];
	ssize_t length = sysroot_read_bytes(root, "proc/stat", text, sizeof text - 1);
	if (length < 0)
		return -1;
	text[length] = '\0';
	const char *line = strstr(text, "\nbtime ");
	long long time = line ? parse_number(line + strlen("\nbtime "), "\n") : -1;
	/* Only years up to 9999 are plausible. */
	return time < 253402300800LL ? time : -1;
}

void taint_collect_log(const struct sysroot *root, unsigned long long value, struct kernel_log *log)
{
	if (!(value & TAINT_USER))
		return;
	log->error = klog_read(root, "dev/kmsg", &log->text);
	log->boot_time = collect_boot_time(root);
}
