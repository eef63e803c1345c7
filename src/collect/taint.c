#include <ctype.h>
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
	const char *text = sysroot_read(root, "proc/sys/kernel/tainted");
	return text ? parse_number(text, "") : -1;
}

static long long collect_boot_time(const struct sysroot *root)
{
	/* It follows a line per processor, and a line with a number per interrupt. */
	const char *text = sysroot_read_file(root, "proc/stat", SYSROOT_TEXT_MAX);
	const char *line = text ? strstr(text, "\nbtime ") : NULL;
	long long time = line ? parse_number(line + strlen("\nbtime "), "\n") : -1;
	/* Only years up to 9999 are plausible. */
	return time < 253402300800LL ? time : -1;
}

/* Parses a number followed by a comma at `*text`, and advances `*text` past both. */
static bool take_number(const char **text, unsigned long long *number)
{
	char *end;
	if (!isdigit((unsigned char)**text))
		return false;
	errno = 0;
	*number = strtoull(*text, &end, 10);
	*text = end + 1;
	return !errno && *end == ',';
}

bool log_line_parse(const char *text, struct log_line *line)
{
	struct log_line found;
	unsigned long long priority;
	if (!take_number(&text, &priority) || !take_number(&text, &found.sequence) ||
		!take_number(&text, &found.microseconds))
		return false;
	text += strcspn(text, ";\n");
	if (*text != ';')
		return false;
	found.facility = priority >> 3;
	found.message = text + 1;
	*line = found;
	return true;
}

static bool is_line(const char *text, const char *line)
{
	const char *rest = text_after(text, line);
	return rest && (*rest == '\n' || !*rest);
}

/* "DRIVER DEVICE: Adding kernel taint for vfio-noiommu ...", from dev_warn() in drivers/vfio/group.c and,
 * since 7.3, vfio_main.c. The match is exact because other messages quote user input. */
bool taint_event_parse(const char *message, struct taint_event *event)
{
	size_t driver = strcspn(message, " \n");
	if (!driver || message[driver] != ' ')
		return false;
	const char *device = message + driver + 1;
	size_t length = strcspn(device, " \n");
	const char *what = text_after(device + length, " Adding kernel taint for vfio-noiommu ");
	if (!what || length < 2 || device[length - 1] != ':')
		return false;
	bool cdev = is_line(what, "cdev") || is_line(what, "cdev on device");
	if (!cdev && !is_line(what, "group on device"))
		return false;
	*event = (struct taint_event){
		.device = text_format("%.*s", (int)length - 1, device),
		.cdev = cdev,
	};
	return true;
}

static void add_event(struct kernel_log *log, const struct log_line *line)
{
	struct taint_event event;
	if (line->facility != 0 || !taint_event_parse(line->message, &event))
		return;
	event.microseconds = line->microseconds;
	event.time = log->boot_time < 0 ? -1 : log->boot_time + (long long)(line->microseconds / 1000000);
	*array_add(&log->events) = event;
}

void kernel_log_parse(struct kernel_log *log)
{
	enum log_state state = LOG_EMPTY;
	unsigned long long next = 0;
	for (const char *at = log->text, *end; *at; at = end + (*end == '\n')) {
		struct log_line line;
		end = at + strcspn(at, "\n");
		/* KEY=value: continues the previous record. */
		if (*at == ' ')
			continue;
		if (!log_line_parse(at, &line)) {
			state = LOG_DAMAGED;
			continue;
		}
		if (line.sequence != next)
			state = state == LOG_EMPTY ? LOG_OVERWRITTEN : LOG_DAMAGED;
		else if (state == LOG_EMPTY)
			state = LOG_WHOLE;
		next = line.sequence + 1;
		add_event(log, &line);
	}
	log->state = state;
}

void taint_collect_log(const struct sysroot *root, unsigned long long value, struct kernel_log *log)
{
	if (!(value & TAINT_USER))
		return;
	log->error = klog_read(root, "dev/kmsg", &log->text);
	log->boot_time = collect_boot_time(root);
	kernel_log_parse(log);
}
