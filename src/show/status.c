#include <stdio.h>
#include <time.h>

#include "base/base.h"
#include "show/show.h"

/* ---- the taint ---- */

CELL(get_bit, taint_bit, bit, text_format("%d", bit->number))
CELL(get_bit_value, taint_bit, bit, text_format("%llu", 1ULL << bit->number))
CELL(get_letter, taint_bit, bit, bit->letter ? text_format("%c", bit->letter) : NULL)
CELL(get_bit_name, taint_bit, bit, bit->name)
CELL(get_meaning, taint_bit, bit, bit->meaning ? bit->meaning : "unknown")

static const struct column bit_columns[] = {
	{ "BIT", "bit number", .get = get_bit },
	{ "VALUE", "numeric value of the bit", .get = get_bit_value },
	{ "LETTER", "letter that the kernel prints", .get = get_letter },
	{ "NAME", "name in the kernel source, without TAINT_", .get = get_bit_name },
	{ "MEANING", "what the bit means", .get = get_meaning, .fit = COLUMN_WRAP },
};

const struct column_set taint_columns = { bit_columns, ARRAY_SIZE(bit_columns), "BIT,LETTER,MEANING" };

const char *taint_event_seconds(const struct taint_event *event)
{
	return text_format("%llu.%06llu", event->microseconds / 1000000, event->microseconds % 1000000);
}

const char *taint_event_time(const struct taint_event *event)
{
	char text[40];
	struct tm utc;
	time_t time = event->time;
	if (event->time < 0 || !gmtime_r(&time, &utc))
		return NULL;
	return strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) ? text_copy(text) : NULL;
}

static void print_event(const struct taint_event *event)
{
	const char *seconds = taint_event_seconds(event);
	const char *time = taint_event_time(event);
	print_line("    %s (%s s after boot): %s of %s", time ? time : "time unknown", seconds,
		event->cdev ? "cdev" : "group", event->device);
}

static void print_user(const struct taint *taint)
{
	const struct taint_event *event;
	if (taint->noiommu == ANSWER_UNKNOWN)
		print_line("U: cause unknown: %s", taint->reason);
	else if (taint->noiommu == ANSWER_NO)
		print_line("U: not set by VFIO noiommu: the complete kernel log does not mention it");
	else
		print_line("U: set by VFIO noiommu:");
	array_each (event, &taint->events)
		print_event(event);
}

void taint_print(const struct table_options *options, const struct taint *taint)
{
	bool table_only = table_is_for_scripts(options);
	if (!table_only)
		printf("taint: %llu%s\n", taint->value, taint->bits.count ? "\n" : ", not tainted");
	table_print(&taint_columns, options, taint->bits.items, taint->bits.count, sizeof *taint->bits.items);
	if (table_only || !(taint->value & TAINT_USER))
		return;
	putchar('\n');
	print_user(taint);
}

/* What set U; NULL if U is not set. */
static const char *user_words(const struct taint *taint)
{
	if (!(taint->value & TAINT_USER))
		return NULL;
	if (taint->noiommu == ANSWER_UNKNOWN)
		return text_format("U: cause unknown: %s", taint->reason);
	if (taint->noiommu == ANSWER_NO)
		return "U: not set by VFIO noiommu";
	return text_format(
		"U: set by VFIO noiommu, last for %s", taint->events.items[taint->events.count - 1].device);
}

/* The taint in one line: "64 (U: set by VFIO noiommu, last for 0000:00:04.0)". */
static const char *taint_line(const struct taint *taint)
{
	const struct taint_bit *bit;
	const char *comma = "";
	if (!taint->known)
		return "unknown";
	char *line = text_format("%llu%s", taint->value, taint->value ? " (" : "");
	array_each (bit, &taint->bits) {
		if (bit->letter == 'U')
			continue;
		if (bit->letter)
			text_append(&line, "%s%c", comma, bit->letter);
		else
			text_append(&line, "%sbit %d", comma, bit->number);
		comma = ", ";
	}
	const char *user = user_words(taint);
	if (user)
		text_append(&line, "%s%s", comma, user);
	if (taint->value)
		text_append(&line, ")");
	return line;
}

/* ---- the machine ---- */

struct item {
	const char *name, *value;
};

CELL(get_item, item, item, item->name)
CELL(get_value, item, item, item->value)

static const struct column columns[] = {
	{ "ITEM", "property", .get = get_item },
	{ "VALUE", "current value", .get = get_value, .fit = COLUMN_WRAP },
};

const struct column_set status_columns = { columns, ARRAY_SIZE(columns), "ITEM,VALUE" };

static const char *kernel_value(const struct host *host)
{
	const char *release = host->release ? host->release : "unknown";
	if (!host->kconfig.source)
		return text_format("%s, configuration not found", release);
	return text_format("%s, configuration from %s%s", release, host->kconfig.source,
		host->kconfig.kind == KCONFIG_PARTIAL ? ", which is not whole" : "");
}

static const char *mode_value(const struct host *host, const struct access_case *access)
{
	if (access->built[QUESTION_NOIOMMU].answer == ANSWER_NO)
		return word_mode(MODE_ABSENT);
	if (host->mode == MODE_UNKNOWN && host->modules[MODULE_VFIO].state == MODULE_AVAILABLE)
		return host->mode_at_load == MODE_ON ? "vfio not loaded; enabled when it is loaded"
						     : "disabled: vfio not loaded";
	return word_enabled(host->mode);
}

static const char *module_words(const struct host *host, enum module_index module, enum kconfig_symbol symbol)
{
	enum module_state state = host->modules[module].state;
	bool built = state == MODULE_MISSING && host->kconfig.value[symbol] >= KCONFIG_M;
	return built ? "built, not installed" : word_module(state);
}

static const char *modules_value(const struct host *host)
{
	return text_format("vfio %s, vfio-pci %s, iommufd %s", module_words(host, MODULE_VFIO, KCONFIG_VFIO),
		module_words(host, MODULE_VFIO_PCI, KCONFIG_VFIO_PCI),
		module_words(host, MODULE_IOMMUFD, KCONFIG_IOMMUFD));
}

/* What a hypervisor could add. */
static const char *virtual_iommu(const struct host *host)
{
	if (text_same(host->arch, "x86_64"))
		return "-device intel-iommu, or virtio-iommu-pci";
	return text_same(host->arch, "aarch64") ? "-machine virt,iommu=smmuv3, or -device virtio-iommu-pci"
						: "-device virtio-iommu-pci";
}

static const char *iommu_value(const struct host *host)
{
	if (host->iommu == ANSWER_UNKNOWN)
		return "unknown";
	if (host->iommu == ANSWER_YES)
		return "present";
	if (host->unused_iommu)
		return text_format("present, but not used (%s)", host->unused_iommu);
	return host->qemu ? text_format("none; QEMU can provide one: %s", virtual_iommu(host)) : "none";
}

static const char *next_value(const struct next_boot *next, const struct access_case *access)
{
	if (access->built[QUESTION_NOIOMMU].answer == ANSWER_NO)
		return word_mode(MODE_ABSENT);
	if (next->mode != MODE_ON && next->mode != MODE_OFF)
		return word_mode(next->mode);
	if (!next->source)
		return text_format("%s by default", word_enabled(next->mode));
	return text_format("%s by %s", word_enabled(next->mode), next->source);
}

void status_print(const struct table_options *options, const struct status_view *view)
{
	const struct host *host = view->host;
	const struct item items[] = {
		{ "kernel", kernel_value(host) },
		{ "access", matrix_verdict(host, view->access) },
		{ "mode", mode_value(host, view->access) },
		{ "next boot", next_value(view->next, view->access) },
		{ "modules", modules_value(host) },
		{ "iommu", iommu_value(host) },
		{ "devices", text_format("%zu bound as noiommu", view->noiommu_devices) },
		{ "taint", taint_line(view->taint) },
	};
	table_print(&status_columns, options, items, ARRAY_SIZE(items), sizeof *items);
}
