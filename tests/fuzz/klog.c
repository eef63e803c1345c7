/* The kernel log and the boot time: os/sysroot, collect/taint. A redacted log has the
 * same events, and no other text. */
#include "base/base.h"
#include "collect/collect.h"
#include "fuzz.h"

static bool same(const struct taint_event_list *a, const struct taint_event_list *b)
{
	bool same = a->count == b->count;
	for (size_t i = 0; same && i < a->count; i++)
		same = text_same(a->items[i].device, b->items[i].device) &&
		       a->items[i].cdev == b->items[i].cdev && a->items[i].time == b->items[i].time &&
		       a->items[i].microseconds == b->items[i].microseconds;
	return same;
}

/* A redacted log contains only headers and the texts of taint events. */
static void check_redacted(const char *text)
{
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		const char *message = line + strcspn(line, ";\n");
		struct taint_event event;
		must(strcspn(line, "\n") < strlen(line) && *line != ' ');
		if (text_starts(line, "?\n"))
			continue;
		must(*message == ';' && strspn(line, "0123456789,-") == (size_t)(message - line));
		if (message[1] == '\n')
			continue;
		must(taint_event_parse(message + 1, &event));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_release const void *mark = keep(0);
	struct part rest = { data, size };
	struct part text = fuzz_part(&rest);
	struct kernel_log log = { .boot_time = -1 };
	fuzz_file("dev/kmsg", text);
	fuzz_file("proc/stat", rest);
	taint_collect_log(fuzz_root(), TAINT_USER, &log);
	must(log.text && strlen(log.text) <= text.size);
	must(log.error == (memchr(text.data, '\0', text.size) ? -EBADMSG : 0));
	must(log.boot_time >= -1);
	const char *redacted = redact("dev/kmsg", log.text);
	struct kernel_log recorded = { .text = redacted, .boot_time = log.boot_time };
	kernel_log_parse(&recorded);
	must(log.state == recorded.state && same(&log.events, &recorded.events));
	check_redacted(redacted);
	return 0;
}
