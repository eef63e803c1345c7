/* vfionoiommu taint: the meaning of the kernel's taint, and whether VFIO noiommu caused it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cmd/cmd.h"
#include "collect/collect.h"
#include "judge/judge.h"

enum { OPTION_CHECK = 0x200, OPTION_VALUE };

static const struct argp_option taint_options[] = {
	{ "check", OPTION_CHECK, NULL, 0, "exit 3 if VFIO noiommu tainted the kernel, 0 if not, 1 if unknown",
		0 },
	{ "value", OPTION_VALUE, "NUMBER", 0, "decode this number (decimal or 0x...) instead", 0 },
	{ 0 },
};

/* The options of the command line. */
struct wishes {
	bool check;
	const char *value; /* NULL: read that of the kernel */
};

static bool taint_parse(int key, char *argument, void *input)
{
	struct wishes *wishes = input;
	if (key == OPTION_CHECK)
		wishes->check = true;
	else if (key == OPTION_VALUE)
		wishes->value = argument;
	else
		return false;
	return true;
}

/* Decimal, also with leading zeros, or hexadecimal after 0x; 64 bits. */
static bool parse_value(const char *text, unsigned long long *value)
{
	bool hex = text_starts(text, "0x") || text_starts(text, "0X");
	text += hex ? 2 : 0;
	/* strtoull() would accept spaces, signs and a second 0x. */
	if (!*text || text[strspn(text, hex ? "0123456789abcdefABCDEF" : "0123456789")])
		return false;
	errno = 0;
	*value = strtoull(text, NULL, hex ? 16 : 10);
	return !errno;
}

static enum status decode(const struct wishes *wishes, struct taint *taint)
{
	unsigned long long value;
	if (wishes->check) {
		log_error("--check and --value exclude each other");
		return STATUS_USAGE;
	}
	if (!parse_value(wishes->value, &value)) {
		log_error("--value %s: not a 64-bit number, decimal or 0x...", wishes->value);
		return STATUS_USAGE;
	}
	taint_judge(value, NULL, taint);
	return STATUS_DONE;
}

static enum status read_kernel(const struct options *options, struct taint *taint)
{
	static struct kernel_log log;
	struct sysroot root;
	if (!options_open_root(options, &root))
		return STATUS_FAILED;
	long long value = taint_collect_value(&root);
	if (value < 0) {
		log_error("%s/proc/sys/kernel/tainted: unreadable, or not a number",
			options->sysroot ? options->sysroot : "");
		return STATUS_FAILED;
	}
	taint_collect_log(&root, (unsigned long long)value, &log);
	taint_judge((unsigned long long)value, &log, taint);
	return STATUS_DONE;
}

static enum status check(const struct taint *taint)
{
	return taint->noiommu == ANSWER_YES  ? STATUS_REFUSED
	       : taint->noiommu == ANSWER_NO ? STATUS_DONE
					     : STATUS_FAILED;
}

static enum status taint_main(int argc, char **argv, struct options *options)
{
	static struct wishes wishes;
	static struct arguments arguments;
	static struct taint taint;
	const struct arguments_spec spec = {
		.doc = "Decode the kernel's taint; if U is set, find out from the kernel log whether VFIO noiommu set it, when, "
		       "and for which device.\v"
		       "Reading the log may need root (sysctl kernel.dmesg_restrict). Its clock stops while the machine is "
		       "suspended: after that, the times shown are too early.\n\n"
		       "Exit status: 0 decoded, 1 failure; with --check as described there.",
		.options = taint_options,
		.parse = taint_parse,
		.input = &wishes,
		.columns = &taint_columns,
	};
	arguments_parse(&spec, argc, argv, options, &arguments);
	enum status status = wishes.value ? decode(&wishes, &taint) : read_kernel(options, &taint);
	if (status)
		return status;
	if (options->json && !options->quiet) {
		struct json *document = json_new();
		json_add_kernel_taint(document, &taint);
		json_print(document);
	} else if (!options->quiet) {
		taint_print(&options->table, &taint);
	}
	return wishes.check ? check(&taint) : STATUS_DONE;
}

const struct command command_taint = { "taint", "decode the kernel's taint, and its cause", taint_main };
