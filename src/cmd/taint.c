/* vfionoiommu taint: the meaning of the kernel's taint, and whether VFIO noiommu caused it. */
#include "base/base.h"
#include "cmd/cmd.h"
#include "collect/collect.h"
#include "judge/judge.h"

static bool check;
static const char *value; /* NULL: read that of the kernel */

static const struct option_row taint_options[] = {
	{ "check", 0, NULL, "exit 3 if VFIO noiommu tainted the kernel, 0 if not, 1 if unknown",
		.flag = &check },
	{ "value", 0, "NUMBER", "decode this number (decimal or 0x...) instead", .text = &value },
	{ 0 },
};

/* Decimal, also with leading zeros, or hexadecimal after 0x; 64 bits. */
static bool parse_value(const char *text, unsigned long long *number)
{
	bool hex = text_starts(text, "0x") || text_starts(text, "0X");
	return text_number(hex ? text + 2 : text, hex ? 16 : 10, ULLONG_MAX, number);
}

static enum status decode(struct taint *taint)
{
	unsigned long long number;
	if (check) {
		log_error("--check and --value exclude each other");
		return STATUS_USAGE;
	}
	if (!parse_value(value, &number)) {
		log_error("--value %s: not a 64-bit number, decimal or 0x...", value);
		return STATUS_USAGE;
	}
	taint_judge(number, NULL, taint);
	return STATUS_DONE;
}

static enum status read_kernel(const struct options *options, struct taint *taint)
{
	static struct kernel_log log;
	struct sysroot root;
	if (!options_open_root(options, &root))
		return STATUS_FAILED;
	long long number = taint_collect_value(&root);
	if (number < 0) {
		log_error("%s/proc/sys/kernel/tainted: unreadable, or not a number",
			options->sysroot ? options->sysroot : "");
		return STATUS_FAILED;
	}
	taint_collect_log(&root, (unsigned long long)number, &log);
	taint_judge((unsigned long long)number, &log, taint);
	return STATUS_DONE;
}

static enum status status_of(const struct taint *taint)
{
	return taint->noiommu == ANSWER_YES  ? STATUS_REFUSED
	       : taint->noiommu == ANSWER_NO ? STATUS_DONE
					     : STATUS_FAILED;
}

static enum status taint_run(const struct options *options)
{
	static struct taint taint;
	enum status status = value ? decode(&taint) : read_kernel(options, &taint);
	if (status)
		return status;
	if (options->json && !options->quiet) {
		struct json *document = json_new();
		json_add_kernel_taint(document, &taint);
		json_print(document);
	} else if (!options->quiet) {
		taint_print(&options->table, &taint);
	}
	return check ? status_of(&taint) : STATUS_DONE;
}

const struct command command_taint = {
	.name = "taint",
	.summary = "decode the kernel's taint, and its cause",
	.doc = "Decode the kernel's taint; if U is set, find out from the kernel log whether VFIO noiommu set it, when, "
	       "and for which device.\v"
	       "Reading the log may need root (sysctl kernel.dmesg_restrict). Its clock stops while the machine is "
	       "suspended: after that, the times shown are too early.\n\n"
	       "Exit status: 0 decoded, 1 failure; with --check as described there.",
	.options = taint_options,
	.columns = &taint_columns,
	.run = taint_run,
};
