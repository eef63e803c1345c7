#include "judge/taint.h"

#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "judge/finding.h"
#include "judge/taint_event.h"

/* By number: all that Linux 7.3 has; kernel/panic.c, include/linux/panic.h. */
static const struct taint_bit bits[] = {
	{ 0, 'P', "PROPRIETARY_MODULE", "a proprietary module was loaded" },
	{ 1, 'F', "FORCED_MODULE", "a module was loaded by force" },
	{ 2, 'S', "CPU_OUT_OF_SPEC", "the processor or the system is used out of its specification" },
	{ 3, 'R', "FORCED_RMMOD", "a module was removed by force" },
	{ 4, 'M', "MACHINE_CHECK", "the processor reported a machine check" },
	{ 5, 'B', "BAD_PAGE", "a bad page of memory was found" },
	{ 6, 'U', "USER", "userspace did something unsafe, as each VFIO noiommu bind does" },
	{ 7, 'D', "DIE", "the kernel has died: an oops or a bug" },
	{ 8, 'A', "OVERRIDDEN_ACPI_TABLE", "an ACPI table was overridden" },
	{ 9, 'W', "WARN", "the kernel has issued a warning" },
	{ 10, 'C', "CRAP", "a staging driver was loaded" },
	{ 11, 'I', "FIRMWARE_WORKAROUND", "a bug of the firmware is worked around" },
	{ 12, 'O', "OOT_MODULE", "a module built outside the kernel's tree was loaded" },
	{ 13, 'E', "UNSIGNED_MODULE", "an unsigned module was loaded" },
	{ 14, 'L', "SOFTLOCKUP", "a processor was stuck: soft lockup" },
	{ 15, 'K', "LIVEPATCH", "the kernel was live-patched" },
	{ 16, 'X', "AUX", "what the distribution defines" },
	{ 17, 'T', "RANDSTRUCT", "built with randomized structure layouts" },
	{ 18, 'N', "TEST", "a test inside the kernel was run, as KUnit's" },
	{ 19, 'J', "FWCTL", "firmware was changed through fwctl's debug interface" },
};

static char *why_unknown(const struct kernel_log *log, enum log_state state)
{
	if (log->error == -EFBIG)
		return text_copy("the kernel log is longer than what is read of it");
	if (log->error == -EPERM || log->error == -EACCES)
		return text_copy("only root may read the kernel log: run it again with sudo");
	if (log->error)
		return text_format("the kernel log is not readable (%s)", strerror(-log->error));
	if (state == LOG_EMPTY)
		return text_copy("the kernel log is empty");
	if (state == LOG_OVERWRITTEN)
		return text_copy("the kernel log does not say, and its beginning was overwritten");
	return text_copy("the kernel log does not say, and some of its lines are missing");
}

static void judge_user(const struct kernel_log *log, struct taint *taint)
{
	if (!log) {
		taint->noiommu = ANSWER_UNKNOWN;
		taint->reason = text_copy("the number alone does not say who set it");
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
			"binding will taint the kernel: U (%d), until the next boot", TAINT_USER);
}
