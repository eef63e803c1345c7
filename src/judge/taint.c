#include <errno.h>
#include <string.h>

#include "base/base.h"
#include "judge/judge.h"

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

static const char *why_unknown(const struct kernel_log *log)
{
	if (log->error == -EFBIG)
		return "the kernel log is too long to read";
	if (log->error == -EPERM || log->error == -EACCES)
		return "only root can read the kernel log; run the command again with sudo";
	if (log->error)
		return text_format("the kernel log cannot be read (%s)", strerror(-log->error));
	if (log->state == LOG_EMPTY)
		return "the kernel log is empty";
	if (log->state == LOG_OVERWRITTEN)
		return "the beginning of the kernel log was overwritten";
	return "some lines of the kernel log are missing";
}

static void judge_user(const struct kernel_log *log, struct taint *taint)
{
	if (!log) {
		taint->noiommu = ANSWER_UNKNOWN;
		taint->reason = "the taint value alone does not show the cause";
		return;
	}
	taint->events = log->events;
	if (taint->events.count) {
		taint->noiommu = ANSWER_YES;
	} else if (log->error || log->state != LOG_WHOLE) {
		taint->noiommu = ANSWER_UNKNOWN;
		taint->reason = why_unknown(log);
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
