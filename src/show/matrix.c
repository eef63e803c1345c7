#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "show/show.h"

struct row {
	const char *kernel;
	bool this;
	int number;
	const struct access_case *access;
	enum answer noiommu; /* built, or in the row of no kernel: possible */
};

static enum answer built(const struct row *row, enum question question)
{
	return row->access->built[question].answer;
}

static const char *yes_or_no(enum answer answer)
{
	return answer == ANSWER_UNKNOWN ? "?" : answer == ANSWER_YES ? "y" : "n";
}

/* The reason of a path that does not work, as short as a table needs it; NULL: the other columns show it. */
static const char *short_reason(enum reason reason)
{
	static const char *const words[] = {
		[REASON_NO_PCI] = "no VFIO driver for PCI",
		[REASON_NO_CONTAINER] = "no container",
		[REASON_ATOMIC64] = "GENERIC_ATOMIC64",
		[REASON_SPAPR] = "SPAPR_TCE_IOMMU",
	};
	return reason < ARRAY_SIZE(words) ? words[reason] : NULL;
}

/* "Linux 7.0; noiommu devices have a cdev since 7.3, and no option of this kernel changes that" */
static const char *version_text(const struct access_case *access, bool cdev, int since)
{
	return text_format(
		"Linux %d.%d; noiommu devices have a %s since %d.%d, and no option of this kernel changes that",
		access->version / 100, access->version % 100, cdev ? "cdev" : "group", since / 100,
		since % 100);
}

/* The access paths with what is missing: "group works, no cdev before Linux 7.3"; `whole`: and why. */
static const char *result_text(const struct access_case *access, bool whole)
{
	bool group = access->group != PATH_NONE, cdev = access->cdev != PATH_NONE;
	enum reason reason = group ? access->cdev_reason : access->group_reason;
	int since = group ? access->cdev_since : access->group_since;
	const char *words = word_access(access), *why = short_reason(reason);
	if (!group && !cdev && reason == REASON_NOT_BUILT) {
		why = short_reason(access->cdev_reason);
		since = access->cdev_since;
		group = true;
	}
	if (access->group == PATH_UNKNOWN || (group && cdev) || (cdev && reason == REASON_NOT_BUILT) ||
		(!since && !why))
		return words;
	if (since) {
		return whole ? text_format("%s: %s", words, version_text(access, group, since))
			     : text_format("%s before Linux %d.%d", words, since / 100, since % 100);
	}
	if (!group && !cdev && reason == REASON_NO_CONTAINER)
		return text_format("blocked: no container%s",
			access->cdev_reason == REASON_NO_CONTAINER ? " (VFIO_GROUP=n enables the cdev)" : "");
	return text_format("%s: %s", words, why);
}

CELL(get_kernel, row, row, row->kernel)
CELL(get_this, row, row, row->this ? "*" : NULL)
CELL(get_case, row, row, row->number ? text_format("%d", row->number) : "?")
CELL(get_group, row, row, yes_or_no(built(row, QUESTION_GROUP)))
/* The container matters only to the group. */
CELL(get_container, row, row,
	built(row, QUESTION_GROUP) == ANSWER_NO ? NULL : yes_or_no(built(row, QUESTION_CONTAINER)))
CELL(get_cdev, row, row, yes_or_no(built(row, QUESTION_CDEV)))
CELL(get_noiommu, row, row, word_answer(row->noiommu))
CELL(get_result, row, row, result_text(row->access, false))

static const struct column columns[] = {
	{ "KERNEL", "kernel release or configuration file", .get = get_kernel },
	{ "THIS", "* marks the case of this kernel, or the running kernel", .get = get_this },
	{ "CASE", "case number, ? if unknown", .get = get_case },
	{ "GROUP", "whether /dev/vfio/N is built", .get = get_group },
	{ "CONTAINER", "whether /dev/vfio/vfio is built, by VFIO or by iommufd", .get = get_container },
	{ "CDEV", "whether /dev/vfio/devices/vfioX is built", .get = get_cdev },
	{ "NOIOMMU", "whether noiommu can be (of a kernel: is) built", .get = get_noiommu },
	{ "RESULT", "access to a device without an IOMMU", .get = get_result, .fit = COLUMN_WRAP },
};

const struct column_set matrix_columns = { columns, ARRAY_SIZE(columns),
	"THIS,CASE,GROUP,CONTAINER,CDEV,NOIOMMU,RESULT" };
const struct column_set matrix_columns_kernels = { columns, ARRAY_SIZE(columns),
	"KERNEL,CASE,GROUP,CONTAINER,CDEV,NOIOMMU,RESULT" };

/* With the running kernel among them. */
static const struct column_set matrix_columns_installed = { columns, ARRAY_SIZE(columns),
	"THIS,KERNEL,CASE,GROUP,CONTAINER,CDEV,NOIOMMU,RESULT" };

void matrix_print_cases(const struct table_options *options, const struct kernel *kernel)
{
	struct row rows[CASE_COUNT];
	for (int i = 0; i < CASE_COUNT; i++) {
		const struct access_case *access = &kernel->cases[i];
		bool this = i + 1 == kernel->access.number;
		rows[i] = (struct row){
			.kernel = this ? kernel->name : NULL,
			.this = this,
			.number = i + 1,
			.access = access,
			.noiommu = this ? access->built[QUESTION_NOIOMMU].answer : access->possible,
		};
	}
	table_print(&matrix_columns, options, rows, CASE_COUNT, sizeof *rows);
}

void matrix_print_kernels(const struct table_options *options, const struct kernel_list *kernels)
{
	struct {
		struct row *items;
		size_t count;
	} rows = { 0 };
	const struct kernel *kernel;
	bool running = false;
	array_each (kernel, kernels) {
		running |= kernel->host.running;
		*array_add(&rows) = (struct row){
			.kernel = kernel->name,
			.this = kernel->host.running,
			.number = kernel->access.number,
			.access = &kernel->access,
			.noiommu = kernel->access.built[QUESTION_NOIOMMU].answer,
		};
	}
	table_print(running ? &matrix_columns_installed : &matrix_columns_kernels, options, rows.items,
		rows.count, sizeof *rows.items);
}

/* What explains the result further; "": nothing. */
static const char *explanation(const struct access_case *access)
{
	enum reason reason = access->cdev == PATH_UNKNOWN || access->group == PATH_WORKS
				     ? access->cdev_reason
				     : access->group_reason;
	switch (reason) {
	case REASON_PARTIAL:
		return ", as this is not a whole configuration";
	case REASON_PROMPTS:
		return ", as this configuration has no promptless symbols";
	case REASON_ATOMIC64:
		return " (this architecture has no 64-bit compare-and-exchange)";
	case REASON_SPAPR:
		return " (it excludes VFIO_DEVICE_CDEV)";
	default:
		return "";
	}
}

const char *matrix_verdict(const struct host *host, const struct access_case *access)
{
	const char *result = result_text(access, true), *why = explanation(access);
	enum answer noiommu = access->built[QUESTION_NOIOMMU].answer;
	const char *built = noiommu == ANSWER_YES  ? "noiommu built"
			    : noiommu == ANSWER_NO ? "noiommu not built"
						   : "noiommu unknown";
	enum kconfig_value vfio = host->kconfig.value[KCONFIG_VFIO];
	if (access->number == 6 && (vfio == KCONFIG_N || vfio == KCONFIG_ABSENT))
		return text_format("VFIO not built: %s%s", result, why);
	if (!access->number && noiommu == ANSWER_UNKNOWN)
		return text_format("%s%s", result, why);
	return text_format("%s, %s: %s%s", word_case(access->number), built, result, why);
}

static void print_config(const struct kconfig *config)
{
	if (!config->source) {
		print_line("configuration: not found; give it with --config FILE");
		return;
	}
	char *line = text_format("configuration: %s:", config->source);
	for (int symbol = 0; symbol < KCONFIG_COUNT; symbol++)
		if (config->value[symbol] >= KCONFIG_N)
			text_append(
				&line, " %s=%s", word_symbol(symbol), word_kconfig(config->value[symbol]));
	print_line("%s", line);
	if (config->kind == KCONFIG_PARTIAL)
		print_line(
			"    not a whole configuration: symbols that it does not name are unknown; judge the .config that make olddefconfig writes from it");
	else if (config->kind == KCONFIG_PROMPTS)
		print_line(
			"    without header and promptless symbols (IOMMUFD_NOIOMMU): these are unknown; judge the .config that make olddefconfig writes from it");
}

static void print_answers(const char *source, const enum answer *answers, const char *nothing)
{
	char *line = text_format("%s:", source);
	bool any = false;
	for (int question = 0; question < QUESTION_COUNT; question++) {
		if (answers[question] == ANSWER_UNKNOWN)
			continue;
		text_append(&line, " %s=%s", word_question(question), yes_or_no(answers[question]));
		any = true;
	}
	print_line("%s%s", line, any ? "" : nothing);
}

static void print_version(const struct kernel *kernel)
{
	int version = kernel->access.version;
	if (version)
		print_line("judged as: Linux %d.%d, according to %s%s", version / 100, version % 100,
			kernel->host.kconfig.version ? "the header of the configuration" : "its release",
			kernel->host.loosened ? ", with the loosened Kconfig rule" : "");
	else
		print_line("judged as: Linux 7.3 or later, as its version is unknown%s",
			kernel->host.loosened ? ", with the loosened Kconfig rule" : "");
}

static void print_since(const char *path, int since)
{
	if (since)
		print_line("newer kernel needed: %d.%d, for the %s", since / 100, since % 100, path);
}

void matrix_print_evidence(const struct kernel *kernel)
{
	const struct advice *advice;
	print_line("%s: %s", kernel->name, matrix_verdict(&kernel->host, &kernel->access));
	print_version(kernel);
	print_config(&kernel->host.kconfig);
	if (kernel->host.running)
		print_answers("running kernel", kernel->host.seen, " unknown: vfio is not loaded");
	if (kernel->host.release)
		print_answers("module files", kernel->host.in_modules, " not found");
	array_each (advice, &kernel->advice) {
		char *lines = text_copy(advice->lines), *rest = NULL;
		print_line("Kconfig changes needed %s:", advice->goal);
		for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
			print_line("    %s", line);
	}
	print_since("group", kernel->access.group_since);
	print_since("cdev", kernel->access.cdev_since);
}
