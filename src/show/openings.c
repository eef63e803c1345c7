#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "show/show.h"

/* A row of the table. */
struct row {
	const struct opening *opening;
	const struct step_result *result;
	bool addresses;
};

struct rows {
	struct row *items;
	size_t count;
};

CELL(get_address, row, line, line->opening->device->address)
CELL(get_node, row, line, line->opening->node->path)

static const char *get_step(const void *row)
{
	const struct row *line = row;
	const struct opening *opening = line->opening;
	switch (line->result->step) {
	case STEP_OPEN_CONTAINER:
		return opening->iommufd_as_container ? "open /dev/iommu" : "open /dev/vfio/vfio";
	case STEP_OPEN_GROUP:
	case STEP_OPEN_CDEV:
		return text_format("open %s", opening->node->path);
	case STEP_OPEN_IOMMUFD:
		return "open /dev/iommu";
	default:
		return word_step(line->result->step);
	}
}

static const char *get_result(const void *row)
{
	int error = ((const struct row *)row)->result->error;
	return error ? word_error(-error) : "ok";
}

static const char *get_detail(const void *row)
{
	const struct row *line = row;
	const struct opening *opening = line->opening;
	if (line->result->error)
		return text_copy(strerror(-line->result->error));
	if (line->result->step == STEP_OPEN_CONTAINER && opening->iommufd_as_container)
		return "in place of /dev/vfio/vfio";
	if (line->result->step != STEP_GET_PA)
		return NULL;
	const char *compared = opening->physical_right == ANSWER_YES ? "matches /proc/self/pagemap"
								     : "not compared with /proc/self/pagemap";
	return line->addresses ? text_format("%#llx, %s", opening->physical, compared) : compared;
}

static const struct column columns[] = {
	{ "ADDRESS", "PCI address of the device", .get = get_address },
	{ "NODE", "node through which the device is opened", .get = get_node },
	{ "STEP", "step, named after its ioctl", .get = get_step },
	{ "RESULT", "ok, or the name of the error", .get = get_result },
	{ "DETAIL", "meaning of the error, or the observed value", .get = get_detail, .fit = COLUMN_WRAP },
};

const struct column_set opening_columns = { columns, ARRAY_SIZE(columns), "STEP,RESULT,DETAIL" };

/* The steps of one opening, or of all of them. */
static void steps_print(const struct table_options *options, const struct opening_list *openings,
	const struct opening *only, bool addresses)
{
	struct rows rows = { 0 };
	const struct opening *opening;
	array_each (opening, openings)
		for (size_t i = 0; (!only || opening == only) && i < opening->count; i++)
			*array_add(&rows) = (struct row){ opening, &opening->steps[i], addresses };
	table_print(&opening_columns, options, rows.items, rows.count, sizeof *rows.items);
}

/* ---- what the device offers ---- */

/* "128K", like lspci. */
static const char *size_text(unsigned long long size)
{
	static const char units[] = "KMGTPE";
	const char *unit = NULL;
	while (size && size % 1024 == 0 && (!unit || unit[1])) {
		size /= 1024;
		unit = unit ? unit + 1 : units;
	}
	return unit ? text_format("%llu%c", size, *unit) : text_format("%llu", size);
}

static void offer_print(const struct device_offer *offer)
{
	char *interrupts = text_copy("");
	putchar('\n');
	for (int i = 0; i < REGION_KINDS; i++) {
		const struct region *region = &offer->regions[i];
		if (region->size)
			print_line("region %-6s %5s %s%s%s", word_region(i), size_text(region->size),
				region->read ? " read" : "", region->write ? " write" : "",
				region->mmap ? " mmap" : "");
	}
	for (int i = 0; i < INTERRUPT_KINDS; i++)
		if (offer->interrupts[i])
			text_append(&interrupts, " %u %s,", offer->interrupts[i], word_interrupt(i));
	size_t length = strlen(interrupts);
	print_line("interrupts:%.*s", length ? (int)length - 1 : 5, length ? interrupts : " none");
	print_line("reset: %s", offer->reset ? "yes" : "no");
}

/* ---- a device ---- */

static void headline_print(const struct opening_list *openings, const struct device *device)
{
	const char *through = NULL;
	const struct opening *opening;
	array_each (opening, openings) {
		if (opening->device != device || !opening->opened)
			continue;
		through = through ? text_format("%s and %s", through, opening->node->path)
				  : opening->node->path;
	}
	if (through)
		print_line("%s: opens through %s", device->address, through);
	else
		print_line("%s: does not open", device->address);
}

void openings_print(const struct table_options *options, const struct opening_list *openings, bool addresses)
{
	const struct opening *opening;
	const struct device *device = NULL;
	const struct device_offer *offer = NULL;
	if (table_is_for_scripts(options)) {
		steps_print(options, openings, NULL, addresses);
		return;
	}
	array_each (opening, openings) {
		if (opening->device != device) {
			if (device)
				putchar('\n');
			device = opening->device;
			offer = NULL;
			headline_print(openings, device);
		}
		putchar('\n');
		print_line("through %s:", opening->node->path);
		steps_print(options, openings, opening, addresses);
		if (!offer && opening->offer.known)
			offer = &opening->offer;
		bool last = opening + 1 == openings->items + openings->count || opening[1].device != device;
		if (last && offer)
			offer_print(offer);
	}
}

/* ---- a client ---- */

void client_print(
	enum client client, const struct client_facts *facts, const struct opening_list *openings, bool ready)
{
	bool limited = facts->lock_limit >= 0;
	const char *huge = size_text(facts->huge_free * 1024);
	const char *limit = limited ? size_text((unsigned long long)facts->lock_limit) : NULL;
	if (openings->count)
		putchar('\n');
	print_line("%s: %sready", word_client(client), ready ? "" : "not ");
	print_line("huge pages: %s free, hugetlbfs %s%s", huge, facts->hugetlbfs ? "on " : "not mounted",
		facts->hugetlbfs ? facts->hugetlbfs : "");
	print_line("locked memory: %s%s", limited ? limit : "unlimited",
		limited && facts->locks_freely ? ", without effect (CAP_IPC_LOCK)" : "");
	print_line("physical addresses: %s in /proc/self/pagemap", facts->sees_physical ? "shown" : "hidden");
}
