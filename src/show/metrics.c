#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "show/show.h"

static void head(FILE *to, const char *name, const char *help)
{
	fprintf(to, "# HELP vfionoiommu_%s %s\n# TYPE vfionoiommu_%s gauge\n", name, help, name);
}

static void gauge(FILE *to, const char *name, const char *help, const char *value)
{
	head(to, name, help);
	fprintf(to, "vfionoiommu_%s %s\n", name, value);
}

static const char *answer_value(enum answer answer)
{
	return answer == ANSWER_UNKNOWN ? "NaN" : answer == ANSWER_YES ? "1" : "0";
}

static const char *mode_value(enum mode mode)
{
	return mode == MODE_UNKNOWN ? "NaN" : mode == MODE_ON ? "1" : "0";
}

/* The first label opens the braces. NULL becomes the empty label, which Prometheus treats as absent. */
static void label(FILE *to, bool first, const char *name, const char *value)
{
	const char *escaped = text_escape(value);
	fprintf(to, "%c%s=\"", first ? '{' : ',', name);
	for (const char *at = escaped ? escaped : ""; *at; at++)
		fprintf(to, "%s%c", *at == '\\' || *at == '"' ? "\\" : "", *at);
	fputc('"', to);
}

static void label_hex(FILE *to, const char *name, unsigned int value)
{
	label(to, false, name, text_format("%04x", value));
}

static void add_device(FILE *to, const struct device *device)
{
	fputs("vfionoiommu_device_info", to);
	label(to, true, "address", device->address);
	label_hex(to, "vendor", device->vendor);
	label_hex(to, "device", device->device);
	label(to, false, "driver", device->driver);
	label(to, false, "group", device->group.present ? device->group.path : NULL);
	label(to, false, "cdev", device->cdev.present ? device->cdev.path : NULL);
	label(to, false, "persistent", word_answer(device->stored ? ANSWER_YES : ANSWER_NO));
	fputs("} 1\n", to);
}

static void add_devices(FILE *to, const struct device_refs *bound)
{
	const struct device **device;
	gauge(to, "devices", "Number of PCI devices bound as noiommu devices.",
		text_format("%zu", bound->count));
	if (!bound->count)
		return;
	head(to, "device_info", "A noiommu device and its nodes.");
	array_each (device, bound)
		add_device(to, *device);
}

/* How many findings share the id and severity of this one, counted at the first of them; 0 at the others. */
static size_t count_kind(const struct finding_list *findings, const struct finding *one)
{
	size_t count = 0;
	const struct finding *finding;
	array_each (finding, findings) {
		bool same = text_same(finding->id, one->id) && finding->severity == one->severity;
		if (same && finding < one)
			return 0;
		count += same;
	}
	return count;
}

static void add_findings(FILE *to, const struct finding_list *findings)
{
	const struct finding *finding;
	if (!findings->count)
		return;
	head(to, "findings", "Number of findings of vfionoiommu status, by id and severity.");
	array_each (finding, findings) {
		size_t count = count_kind(findings, finding);
		if (!count)
			continue;
		fputs("vfionoiommu_findings", to);
		label(to, true, "id", finding->id);
		label(to, false, "severity", word_severity(finding->severity));
		fprintf(to, "} %zu\n", count);
	}
}

static void add_info(FILE *to, const struct metrics_view *view)
{
	head(to, "info", "Version of vfionoiommu, and the kernel.");
	fputs("vfionoiommu_info", to);
	label(to, true, "version", VERSION);
	label(to, false, "release", view->host->release);
	label(to, false, "group", word_path(view->access->group));
	label(to, false, "cdev", word_path(view->access->cdev));
	fputs("} 1\n", to);
}

const char *metrics_format(const struct metrics_view *view)
{
	char *text = NULL;
	size_t size;
	int number = view->access->number;
	const char *matrix_case = number ? text_format("%d", number) : "NaN";
	bool never = view->access->built[QUESTION_NOIOMMU].answer == ANSWER_NO;
	enum module_state vfio = view->host->modules[MODULE_VFIO].state;
	bool without = never || vfio == MODULE_MISSING || vfio == MODULE_AVAILABLE;
	enum answer by_noiommu = view->taint->known ? view->taint->noiommu : ANSWER_UNKNOWN;
	FILE *to = open_memstream(&text, &size);
	if (!to)
		out_of_memory();
	add_info(to, view);
	gauge(to, "ready", "Whether the machine is ready for vfionoiommu bind.", view->ready ? "1" : "0");
	gauge(to, "mode_enabled", "Whether noiommu mode is enabled.",
		mode_value(without ? MODE_ABSENT : view->host->mode));
	gauge(to, "next_boot_mode_enabled", "Whether noiommu mode will be enabled after the next boot.",
		mode_value(never ? MODE_ABSENT : view->next->mode));
	gauge(to, "matrix_case", "Case of the kernel, 1 to 6, as in vfionoiommu matrix.", matrix_case);
	gauge(to, "kernel_tainted_by_noiommu", "Whether VFIO noiommu has tainted the kernel since boot.",
		answer_value(by_noiommu));
	add_devices(to, view->bound);
	add_findings(to, view->findings);
	if (fclose(to) != 0)
		out_of_memory();
	const char *kept = text_copy(text);
	free(text);
	return kept;
}
