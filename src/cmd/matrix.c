/* vfionoiommu matrix: the access paths to a noiommu device that a kernel offers, and the evidence. */
#include <errno.h>
#include <stdio.h>

#include "base/base.h"
#include "cmd/cmd.h"
#include "collect/collect.h"
#include "judge/judge.h"

enum { OPTION_CONFIG = 0x200, OPTION_KERNEL };

/* The kernels to judge. */
static struct option_list wanted;

static bool installed; /* those of this machine, too */
static bool loosened;  /* by the Kconfig rule that was discussed for case 4 */

static const struct option_row matrix_options[] = {
	{ "config", OPTION_CONFIG, "FILE",
		"judge this kernel configuration, plain or gzip (-: stdin); repeatable", .list = &wanted,
		.value = VALUE_FILE },
	{ "kernel", OPTION_KERNEL, "RELEASE", "judge this installed kernel; repeatable", .list = &wanted,
		.value = VALUE_KERNEL },
	{ "installed", 0, NULL, "judge every installed kernel; * marks the running one", .flag = &installed },
	{ "loosened", 0, NULL, "judge by the loosened Kconfig rule: noiommu needs a container or the cdev",
		.flag = &loosened },
	{ 0 },
};

static const char *why(int error)
{
	switch (error) {
	case -EFBIG:
		return "too large for a kernel configuration";
	case -EBADMSG:
		return "damaged: decompression fails before the end";
	case -ENODATA:
		return "not a kernel configuration: no CONFIG_ line";
	default:
		return usage_file_error(error);
	}
}

static void report(int option, const char *name, int error)
{
	if (option == OPTION_KERNEL) {
		log_error("--kernel %s: neither its configuration nor its modules are installed", name);
		log_hint("ls /lib/modules");
	} else {
		log_error("--config %s: %s", name, why(error));
		log_hint("name a file such as /proc/config.gz or /boot/config-RELEASE");
	}
}

/* Merges a configuration that is not whole into that of the option before, as merge_config.sh does. */
static bool merge(struct kernel *fragment, struct kernel_list *kernels)
{
	struct kernel *before = kernels->count ? &kernels->items[kernels->count - 1] : NULL;
	if (!before || !host_merge_config(&before->host, &fragment->host))
		return false;
	before->name = text_format("%s + %s", before->name, fragment->name);
	return true;
}

static void judge(struct kernel *kernel)
{
	kernel->host.loosened = loosened;
	kernel->access = access_case_judge(&kernel->host);
	access_case_judge_sources(&kernel->host, &kernel->access, &kernel->findings);
	access_case_advise(&kernel->host, &kernel->access, &kernel->advice);
	access_case_judge_all(&kernel->host, &kernel->access, kernel->cases);
}

static enum status collect(
	const struct sysroot *root, int option, const char *name, struct kernel_list *kernels)
{
	struct kernel kernel = { 0 };
	int error = 0;
	if (option == OPTION_CONFIG)
		error = host_collect_config(name, &kernel.host);
	else if (option == OPTION_KERNEL)
		error = host_collect_kernel(root, name, &kernel.host);
	else
		host_collect(root, &kernel.host);
	if (error) {
		report(option, name, error);
		return STATUS_FAILED;
	}
	kernel.name = name ? name : kernel.host.release ? kernel.host.release : "this kernel";
	if (option != OPTION_CONFIG || !merge(&kernel, kernels))
		*array_add(kernels) = kernel;
	return STATUS_DONE;
}

static enum status collect_installed(const struct sysroot *root, struct kernel_list *kernels)
{
	static struct name_list releases;
	const char **release;
	enum status status = STATUS_DONE;
	host_list_kernels(root, &releases);
	array_each (release, &releases)
		status |= collect(root, OPTION_KERNEL, *release, kernels);
	return status;
}

/* Returns STATUS_DONE, or STATUS_USAGE after reporting the error. */
static enum status check_names(void)
{
	const struct option_value *kernel;
	array_each (kernel, &wanted) {
		if (kernel->key != OPTION_KERNEL || text_is_name(kernel->value))
			continue;
		log_error("--kernel %s: not the RELEASE of a kernel", kernel->value);
		log_hint("ls /lib/modules; for a file, use --config FILE");
		return STATUS_USAGE;
	}
	return STATUS_DONE;
}

static void show(const struct options *options, const struct kernel_list *kernels)
{
	const struct kernel *first = kernels->items;
	const struct table_options *table = &options->table;
	if (options->json) {
		struct json *document = json_new();
		json_add_kernels(document, kernels);
		json_print(document);
	} else if (kernels->count > 1 || installed) {
		matrix_print_kernels(table, kernels);
	} else if (kernels->count == 1) {
		matrix_print_cases(table, first);
		if (table_is_for_scripts(table))
			return;
		print_text("\n");
		matrix_print_evidence(first);
		findings_print(&first->findings);
	}
}

static enum status matrix_run(const struct options *options)
{
	static struct kernel_list kernels;
	const struct option_value *kernel;
	struct kernel *found;
	struct sysroot root;
	enum status status = check_names();
	if (status)
		return status;
	if (!options_open_root(options, &root))
		return STATUS_FAILED;
	array_each (kernel, &wanted)
		status |= collect(&root, kernel->key, kernel->value, &kernels);
	if (installed)
		status |= collect_installed(&root, &kernels);
	else if (!wanted.count)
		status = collect(&root, 0, NULL, &kernels);
	array_each (found, &kernels)
		judge(found);
	if (!options->quiet)
		show(options, &kernels);
	return status;
}

const struct command command_matrix = {
	.name = "matrix",
	.summary = "print the access paths that a kernel offers, and the evidence",
	.doc = "Print the group/container/cdev/noiommu matrix, mark the case of this kernel, and print the evidence.\v"
	       "If a configuration sets a symbol twice, the last line counts. A --config FILE that is not a whole "
	       "configuration (a fragment) is merged into the one before it, as merge_config.sh does; symbols that remain "
	       "unnamed are unknown. Linux 7.3 allows noiommu only with a container if VFIO_GROUP is set; by the loosened "
	       "rule, which was discussed instead, case 4 has a cdev. If the running kernel is among several kernels, the "
	       "column THIS comes first.",
	.options = matrix_options,
	.columns = &matrix_columns,
	.other_columns = &matrix_columns_kernels,
	.other_when = "for several kernels",
	.run = matrix_run,
};
