#include "show/status.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/text.h"
#include "show/matrix.h"
#include "show/taint.h"
#include "show/words.h"

struct item {
	const char *name;
	char *value;
};

static char *get_item(const void *row)
{
	const struct item *item = row;
	return text_copy(item->name);
}

static char *get_value(const void *row)
{
	const struct item *item = row;
	return text_copy(item->value);
}

static const struct column columns[] = {
	{ "ITEM", "property", get_item, COLUMN_WHOLE },
	{ "VALUE", "current value", get_value, COLUMN_WRAP },
};

const struct column_set status_columns = { columns, ARRAY_SIZE(columns), "ITEM,VALUE" };

static char *kernel_value(const struct host *host)
{
	const char *release = host->release ? host->release : "unknown";
	if (!host->kconfig.source)
		return text_format("%s, configuration not found", release);
	return text_format("%s, configuration from %s", release, host->kconfig.source);
}

static char *mode_value(const struct host *host, const struct access_case *access)
{
	if (access->built[QUESTION_NOIOMMU].answer == ANSWER_NO)
		return text_copy(word_mode(MODE_ABSENT));
	if (host->mode == MODE_UNKNOWN && host->modules[MODULE_VFIO].state == MODULE_AVAILABLE)
		return text_copy(host->mode_at_load == MODE_ON ? "vfio not loaded; enabled when it is loaded"
							       : "disabled: vfio not loaded");
	return text_copy(word_enabled(host->mode));
}

static char *modules_value(const struct host *host)
{
	return text_format("vfio %s, vfio-pci %s, iommufd %s", word_module(host->modules[MODULE_VFIO].state),
		word_module(host->modules[MODULE_VFIO_PCI].state),
		word_module(host->modules[MODULE_IOMMUFD].state));
}

static char *next_value(const struct next_boot *next, const struct access_case *access)
{
	if (access->built[QUESTION_NOIOMMU].answer == ANSWER_NO)
		return text_copy(word_mode(MODE_ABSENT));
	if (next->mode != MODE_ON && next->mode != MODE_OFF)
		return text_copy(word_mode(next->mode));
	if (!next->source)
		return text_format("%s by default", word_enabled(next->mode));
	return text_format("%s by %s", word_enabled(next->mode), next->source);
}

void status_print(const struct table_options *options, const struct status_view *view)
{
	const struct host *host = view->host;
	const char *iommu = host->iommu == ANSWER_YES  ? "present"
			    : host->iommu == ANSWER_NO ? "none"
						       : "unknown";
	const struct item items[] = {
		{ "kernel", kernel_value(host) },
		{ "access", matrix_verdict(host, view->access) },
		{ "mode", mode_value(host, view->access) },
		{ "next boot", next_value(view->next, view->access) },
		{ "modules", modules_value(host) },
		{ "iommu", text_copy(iommu) },
		{ "devices", text_format("%zu bound as noiommu", view->noiommu_devices) },
		{ "taint", taint_line(view->taint) },
	};
	const void *rows[ARRAY_SIZE(items)];
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		rows[i] = &items[i];
	table_print(&status_columns, options, rows, ARRAY_SIZE(items));
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		free(items[i].value);
}
