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
	return text_same(event.device, device) && event.cdev == cdev;
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

static enum log_state state_of(const char *text, size_t events)
{
	struct kernel_log log = { .text = text, .boot_time = -1 };
	kernel_log_parse(&log);
	return log.events.count == events ? log.state : (enum log_state) - 1;
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

static struct taint judged(const char *text, int error)
{
	struct taint taint;
	struct kernel_log log = { .text = text, .error = error };
	kernel_log_parse(&log);
	taint_judge(TAINT_USER, &log, &taint);
	return taint;
}

/* The rest is in golden/taint.txt. */
static void test_unreadable(void)
{
	/* An incomplete log can still have the message. */
	struct taint taint = judged("4,9,2,-;" CDEV "\n", -EIO);
	ok(taint.noiommu == ANSWER_YES && !taint.reason);
	taint = judged(BOOT, -EIO);
	ok(taint.noiommu == ANSWER_UNKNOWN && strstr(taint.reason, "cannot be read (Input/output error)"));
}

int main(void)
{
	test_line();
	test_event();
	test_log();
	test_unreadable();
	return tap_done();
}
