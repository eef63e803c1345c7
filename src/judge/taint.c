#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "judge/judge.h"

/* ---- VFIO's messages ---- */

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

/* ---- the verdict ---- */

/* All bits of Linux 7.3, by number; kernel/panic.c, include/linux/panic.h. */
static const struct taint_bit bits[] = {
	{ 0, 'P', "PROPRIETARY_MODULE", "a proprietary module was loaded" },
	{ 1, 'F', "FORCED_MODULE", "a module was force-loaded" },
	{ 2, 'S', "CPU_OUT_OF_SPEC", "the processor or system is used out of specification" },
	{ 3, 'R', "FORCED_RMMOD", "a module was force-unloaded" },
	{ 4, 'M', "MACHINE_CHECK", "the processor reported a machine check" },
	{ 5, 'B', "BAD_PAGE", "a bad memory page was found" },
	{ 6, 'U', "USER", "userspace did something unsafe, such as a VFIO noiommu bind" },
	{ 7, 'D', "DIE", "the kernel hit an oops or BUG" },
	{ 8, 'A', "OVERRIDDEN_ACPI_TABLE", "an ACPI table was overridden" },
	{ 9, 'W', "WARN", "the kernel issued a warning" },
	{ 10, 'C', "CRAP", "a staging driver was loaded" },
	{ 11, 'I', "FIRMWARE_WORKAROUND", "a firmware bug is worked around" },
	{ 12, 'O', "OOT_MODULE", "an out-of-tree module was loaded" },
	{ 13, 'E', "UNSIGNED_MODULE", "an unsigned module was loaded" },
	{ 14, 'L', "SOFTLOCKUP", "a soft lockup occurred" },
	{ 15, 'K', "LIVEPATCH", "the kernel was live-patched" },
	{ 16, 'X', "AUX", "defined by the distribution" },
	{ 17, 'T', "RANDSTRUCT", "the kernel was built with randomized structure layout" },
	{ 18, 'N', "TEST", "an in-kernel test was run, such as KUnit" },
	{ 19, 'J', "FWCTL", "firmware was modified through the fwctl debug interface" },
};

static char *why_unknown(const struct kernel_log *log, enum log_state state)
{
	if (log->error == -EFBIG)
		return text_copy("the kernel log is too long to read");
	if (log->error == -EPERM || log->error == -EACCES)
		return text_copy("only root can read the kernel log; run the command again with sudo");
	if (log->error)
		return text_format("the kernel log cannot be read (%s)", strerror(-log->error));
	if (state == LOG_EMPTY)
		return text_copy("the kernel log is empty");
	if (state == LOG_OVERWRITTEN)
		return text_copy("the beginning of the kernel log was overwritten");
	return text_copy("some lines of the kernel log are missing");
}

static void judge_user(const struct kernel_log *log, struct taint *taint)
{
	if (!log) {
		taint->noiommu = ANSWER_UNKNOWN;
		taint->reason = text_copy("the taint value alone does not show the cause");
		return;
	}
	enum log_state state = taint_event_find(log, &taint->events);
	if (taint->events.count) {
		taint->noiommu = ANSWER_YES;
	} else if (log->error || state != LOG_WHOLE) {
		taint->noiommu = ANSWER_UNKNOWN;
		taint->reason = why_unknown(log, state);
	}
}

void taint_judge(unsigned long long value, const struct kernel_log *log, struct taint *taint)
{
	*taint = (struct taint){ .known = true, .value = value, .noiommu = ANSWER_NO };
	for (int number = 0; number < 64; number++)
		if (value >> number & 1)
			*array_add(&taint->bits) = number < (int)ARRAY_SIZE(bits)
							   ? bits[number]
							   : (struct taint_bit){ .number = number };
	if (value & TAINT_USER)
		judge_user(log, taint);
}

void taint_judge_bind(const struct host *host, struct finding_list *findings)
{
	if (host->taint < 0 || !(host->taint & TAINT_USER))
		finding_add(findings, FINDING_KERNEL_WILL_TAINT, NULL, NULL,
			"binding will taint the kernel (U, %d) until the next boot", TAINT_USER);
}
