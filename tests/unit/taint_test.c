#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "collect/collect.h"
#include "judge/judge.h"
#include "tap.h"

#define BOOT  "5,0,0,-;Linux version 7.3.4\n"
#define GROUP "vfio-pci 0000:00:04.0: Adding kernel taint for vfio-noiommu group on device"
#define CDEV  "vfio-pci 0000:00:04.0: Adding kernel taint for vfio-noiommu cdev"
#define KEYS  " SUBSYSTEM=pci\n DEVICE=+pci:0000:00:04.0\n"

static bool is_line(const char *text, unsigned long long sequence, const char *message)
{
	struct log_line line;
	return log_line_parse(text, &line) && line.facility == 0 && line.sequence == sequence &&
	       line.microseconds == 5140900 && text_same(line.message, message);
}

static bool is_no_line(const char *text)
{
	struct log_line line = { .facility = 7 };
	return !log_line_parse(text, &line) && line.facility == 7 && !line.message;
}

static void test_line(void)
{
	struct log_line line;
	ok(is_line("6,339,5140900,-;hello", 339, "hello"));
	ok(is_line("4,0,5140900,c;", 0, ""));
	ok(is_line("6,339,5140900,-,caller=T12;hello", 339, "hello"));
	ok(is_line("6,339,5140900,-;a;b,c", 339, "a;b,c"));
	ok(is_line("6,18446744073709551615,5140900,-;x", 18446744073709551615ULL, "x"));
	ok(log_line_parse("12,1,2,-;by a user", &line) && line.facility == 1);
	ok(is_no_line(""));
	ok(is_no_line("6,339,5140900,-"));
	ok(is_no_line("6,339,5140900,-\n;message"));
	ok(is_no_line("6,339;message"));
	ok(is_no_line("6,339,,-;message"));
	ok(is_no_line(",,,;message"));
	ok(is_no_line("-6,339,5140900,-;message"));
	ok(is_no_line("6, 339,5140900,-;message"));
	ok(is_no_line("6,18446744073709551616,5140900,-;message"));
	ok(is_no_line(" DEVICE=+pci:0000:00:04.0"));
}

static bool is_event(const char *message, const char *device, bool cdev)
{
	struct taint_event event;
	if (!taint_event_parse(message, &event))
		return false;
	bool same = text_same(event.device, device) && event.cdev == cdev;
	free(event.device);
	return same;
}

static bool is_no_event(const char *message)
{
	struct taint_event event = { .cdev = true };
	return !taint_event_parse(message, &event) && event.cdev && !event.device;
}

static void test_event(void)
{
	ok(is_event(GROUP, "0000:00:04.0", false));
	ok(is_event(CDEV, "0000:00:04.0", true));
	ok(is_event(CDEV " on device\n SUBSYSTEM=pci", "0000:00:04.0", true));
	ok(is_event("mlx5_vfio_pci 10000:e1:00.1: Adding kernel taint for vfio-noiommu group on device\n",
		"10000:e1:00.1", false));
	ok(is_no_event("overlayfs: unrecognized option \"" GROUP "\""));
	ok(is_no_event("overlayfs: " GROUP));
	ok(is_no_event(GROUP "s"));
	ok(is_no_event(GROUP " or not"));
	ok(is_no_event("vfio-pci 0000:00:04.0: Adding kernel taint for vfio-noiommu"));
	ok(is_no_event("vfio-pci 0000:00:04.0: Adding kernel taint for vfio-noiommu \n"));
	ok(is_no_event("vfio-pci 0000:00:04.0 Adding kernel taint for vfio-noiommu cdev"));
	ok(is_no_event("vfio-pci : Adding kernel taint for vfio-noiommu cdev"));
	ok(is_no_event(" 0000:00:04.0: Adding kernel taint for vfio-noiommu cdev"));
	ok(is_no_event("vfio-pci 0000:00:04.0: vfio-noiommu device opened by user (dpdk-testpmd:1)"));
	ok(is_no_event("vfio-pci\n0000:00:04.0: Adding kernel taint for vfio-noiommu cdev"));
	ok(is_no_event("vfio-pci 0000:00:04.0:"));
	ok(is_no_event("vfio-pci "));
	ok(is_no_event(""));
}

static void free_events(struct taint_event_list *events)
{
	struct taint_event *event;
	array_each (event, events)
		free(event->device);
	free(events->items);
}

static enum log_state state_of(const char *text, size_t events)
{
	struct kernel_log log = { .text = (char *)text, .boot_time = -1 };
	kernel_log_parse(&log);
	bool same = log.events.count == events;
	free_events(&log.events);
	return same ? log.state : (enum log_state) - 1;
}

static void test_log(void)
{
	ok(state_of("", 0) == LOG_EMPTY);
	ok(state_of(BOOT, 0) == LOG_WHOLE);
	ok(state_of(BOOT "4,1,2,-;" GROUP "\n" KEYS "4,2,3,-;" CDEV "\n" KEYS, 2) == LOG_WHOLE);
	ok(state_of(BOOT "4,1,2,-;" GROUP, 1) == LOG_WHOLE);
	ok(state_of("4,1,2,-;" GROUP "\n" KEYS, 1) == LOG_OVERWRITTEN);
	ok(state_of("4,7,2,-;x\n4,8,2,-;y\n", 0) == LOG_OVERWRITTEN);
	ok(state_of(BOOT "4,2,2,-;x\n", 0) == LOG_DAMAGED);
	ok(state_of(BOOT BOOT, 0) == LOG_DAMAGED);
	ok(state_of(BOOT "what?\n4,1,2,-;x\n", 0) == LOG_DAMAGED);
	ok(state_of("what?\n" BOOT, 0) == LOG_DAMAGED);
	ok(state_of("\n", 0) == LOG_DAMAGED);
	/* Only messages of the kernel itself count: 12 is the priority of writes to /dev/kmsg. */
	ok(state_of(BOOT "12,1,2,-;" GROUP "\n", 0) == LOG_WHOLE);
	/* A line that starts with a blank is not a record. */
	ok(state_of(BOOT " 4,1,2,-;" GROUP "\n", 0) == LOG_WHOLE);
}

static void free_taint(struct taint *taint)
{
	free_events(&taint->events);
	free(taint->bits.items);
	free(taint->reason);
}

/* NULL as text: there is no log. */
static struct taint judged(unsigned long long value, const char *text, int error)
{
	struct taint taint;
	struct kernel_log log = { .text = (char *)text, .error = error, .boot_time = 1000 };
	if (text)
		kernel_log_parse(&log);
	taint_judge(value, text ? &log : NULL, &taint);
	return taint;
}

static bool says(unsigned long long value, const char *text, int error, enum answer answer)
{
	struct taint taint = judged(value, text, error);
	bool well = taint.known && taint.noiommu == answer && !taint.reason;
	free_taint(&taint);
	return well;
}

static bool is_unknown(const char *text, int error, const char *why)
{
	struct taint taint = judged(64, text, error);
	bool well = taint.noiommu == ANSWER_UNKNOWN && strstr(taint.reason, why);
	free_taint(&taint);
	return well;
}

static void test_verdict(void)
{
	struct taint taint = judged(64, BOOT "4,1,2500000,-;" GROUP "\n", 0);
	ok(taint.noiommu == ANSWER_YES && !taint.reason && taint.events.count == 1);
	ok(taint.events.items[0].microseconds == 2500000 && taint.events.items[0].time == 1002);
	free_taint(&taint);
	ok(says(64, BOOT, 0, ANSWER_NO));
	/* Without U the log is not needed. */
	ok(says(4096, NULL, 0, ANSWER_NO));
	/* An incomplete log can still have the message. */
	ok(says(64, "4,9,2,-;" CDEV "\n", -EIO, ANSWER_YES));
	ok(is_unknown(NULL, 0, "the taint value alone"));
	ok(is_unknown("", -EPERM, "only root can read the kernel log"));
	ok(is_unknown(BOOT, -EIO, "cannot be read (Input/output error)"));
	ok(is_unknown(BOOT, -EFBIG, "too long"));
	ok(is_unknown("4,9,2,-;x\n", 0, "beginning of the kernel log was overwritten"));
	ok(is_unknown(BOOT "4,9,2,-;x\n", 0, "some lines of the kernel log are missing"));
	ok(is_unknown("", 0, "empty"));
}

static void test_bits(void)
{
	char letters[65] = "";
	struct taint taint = judged(0, NULL, 0);
	ok(taint.known && !taint.bits.count);
	taint = judged(0xfffff, NULL, 0);
	ok(taint.bits.count == 20);
	for (size_t i = 0; i < taint.bits.count; i++) {
		letters[i] = taint.bits.items[i].letter;
		ok(taint.bits.items[i].number == (int)i && taint.bits.items[i].name &&
			taint.bits.items[i].meaning);
	}
	ok(text_same(letters, "PFSRMBUDAWCIOELKXTNJ"));
	free_taint(&taint);
	taint = judged(1ULL << 63 | 1 << 20, NULL, 0);
	ok(taint.bits.count == 2 && taint.bits.items[0].number == 20 && taint.bits.items[1].number == 63);
	ok(!taint.bits.items[0].letter && !taint.bits.items[0].name && !taint.bits.items[0].meaning);
	free_taint(&taint);
}

static bool warns(long long before)
{
	struct finding_list findings = { 0 };
	const struct host host = { .taint = before };
	taint_judge_bind(&host, &findings);
	if (!findings.count)
		return false;
	bool well = findings.count == 1 && text_same(findings.items[0].id, "kernel-will-taint") &&
		    findings.items[0].severity == SEVERITY_NOTE;
	free(findings.items[0].sentence);
	free(findings.items);
	return well;
}

int main(void)
{
	test_line();
	test_event();
	test_log();
	test_verdict();
	test_bits();
	ok(warns(0) && warns(4096) && warns(-1));
	ok(!warns(64) && !warns(4160));
	return tap_done();
}
