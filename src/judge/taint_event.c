#include "judge/taint_event.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

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

static void add_event(
	const struct kernel_log *log, const struct log_line *line, struct taint_event_list *events)
{
	struct taint_event event;
	if (line->facility != 0 || !taint_event_parse(line->message, &event))
		return;
	event.microseconds = line->microseconds;
	event.time = log->boot_time < 0 ? -1 : log->boot_time + (long long)(line->microseconds / 1000000);
	*array_add(events) = event;
}

enum log_state taint_event_find(const struct kernel_log *log, struct taint_event_list *events)
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
		add_event(log, &line, events);
	}
	return state;
}
