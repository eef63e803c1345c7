#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "show/show.h"

struct row {
	const char *kernel;
	bool this;
	int number;
	enum answer group, container, cdev;
	const char *noiommu, *result;
};

static const char *yes_or_no(enum answer answer)
{
	return answer == ANSWER_UNKNOWN ? "?" : answer == ANSWER_YES ? "y" : "n";
}

CELL(get_kernel, row, row, text_copy(row->kernel))
CELL(get_this, row, row, text_copy(row->this ? "*" : NULL))
CELL(get_case, row, row, row->number ? text_format("%d", row->number) : text_copy("?"))
CELL(get_group, row, row, text_copy(yes_or_no(row->group)))
/* The container matters only to the group. */
CELL(get_container, row, row, text_copy(row->group == ANSWER_NO ? NULL : yes_or_no(row->container)))
CELL(get_cdev, row, row, text_copy(yes_or_no(row->cdev)))
CELL(get_noiommu, row, row, text_copy(row->noiommu))
CELL(get_result, row, row, text_copy(row->result))

static const struct column columns[] = {
	{ "KERNEL", "kernel release or configuration file", .get = get_kernel },
	{ "THIS", "* marks the case of this kernel", .get = get_this },
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

/* Linux 7.3 and later; Documentation/driver-api/vfio.rst, and drivers/vfio/Kconfig. */
static const struct row cases[] = {
	{ NULL, false, 1, 1, 1, 0, "yes", "group works" },
	{ NULL, false, 2, 1, 0, 0, "no", "blocked: no container" },
	{ NULL, false, 3, 1, 1, 1, "yes", "group and cdev both work" },
	{ NULL, false, 4, 1, 0, 1, "no", "blocked: no container (VFIO_GROUP=n enables the cdev)" },
	{ NULL, false, 5, 0, 0, 1, "yes", "cdev works" },
	{ NULL, false, 6, 0, 0, 0, "no", "no access path" },
};

void matrix_print_cases(const struct table_options *options, const struct kernel *kernel)
{
	struct row rows[ARRAY_SIZE(cases)];
	const void *refs[ARRAY_SIZE(cases)];
	memcpy(rows, cases, sizeof rows);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		rows[i].this = rows[i].number == kernel->access.number;
		rows[i].kernel = rows[i].this ? kernel->name : NULL;
		refs[i] = &rows[i];
	}
	table_print(&matrix_columns, options, refs, ARRAY_SIZE(cases));
}

void matrix_print_kernels(const struct table_options *options, const struct kernel_list *kernels)
{
	struct row *rows = NULL;
	const void **refs = NULL;
	size_t count = 0;
	const struct kernel *kernel;
	array_each (kernel, kernels) {
		const struct access_case *access = &kernel->access;
		rows = array_room(rows, count, sizeof *rows);
		rows[count++] = (struct row){
			.kernel = kernel->name,
			.number = access->number,
			.group = access->built[QUESTION_GROUP].answer,
			.container = access->built[QUESTION_CONTAINER].answer,
			.cdev = access->built[QUESTION_CDEV].answer,
			.noiommu = word_answer(access->built[QUESTION_NOIOMMU].answer),
			.result = word_access(access),
		};
	}
	for (size_t i = 0; i < count; i++) {
		refs = array_room(refs, i, sizeof *refs);
		refs[i] = &rows[i];
	}
	table_print(&matrix_columns_kernels, options, refs, count);
	free(rows);
	free(refs);
}

/* What makes the verdict uncertain; "": nothing. */
static const char *doubt(const struct host *host, const struct access_case *access)
{
	const struct kconfig *config = &host->kconfig;
	if ((access->group != PATH_UNKNOWN && access->cdev != PATH_UNKNOWN) || !config->source)
		return "";
	return config->kind == KCONFIG_PARTIAL   ? ", as this is not a whole configuration"
	       : config->kind == KCONFIG_PROMPTS ? ", as this configuration has no promptless symbols"
						 : "";
}

char *matrix_verdict(const struct host *host, const struct access_case *access)
{
	const char *why = doubt(host, access);
	enum answer noiommu = access->built[QUESTION_NOIOMMU].answer;
	const char *built = noiommu == ANSWER_YES  ? "noiommu built"
			    : noiommu == ANSWER_NO ? "noiommu not built"
						   : "noiommu unknown";
	enum kconfig_value vfio = host->kconfig.value[KCONFIG_VFIO];
	if (access->number == 6 && (vfio == KCONFIG_N || vfio == KCONFIG_ABSENT))
		return text_format("VFIO not built: %s", word_access(access));
	if (!access->number && noiommu == ANSWER_UNKNOWN)
		return text_format("%s%s", word_access(access), why);
	return text_format("%s, %s: %s%s", word_case(access->number), built, word_access(access), why);
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
	free(line);
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
	free(line);
}

void matrix_print_evidence(const struct kernel *kernel)
{
	const struct advice *advice;
	auto_free char *verdict = matrix_verdict(&kernel->host, &kernel->access);
	print_line("%s: %s", kernel->name, verdict);
	print_config(&kernel->host.kconfig);
	if (kernel->host.running)
		print_answers("running kernel", kernel->host.seen, " nothing: vfio is not loaded");
	if (kernel->host.release)
		print_answers("module files", kernel->host.in_modules, " not found");
	array_each (advice, &kernel->advice) {
		char *lines = text_copy(advice->lines), *rest = NULL;
		print_line("Kconfig changes needed %s:", advice->goal);
		for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
			print_line("    %s", line);
		free(lines);
	}
}
