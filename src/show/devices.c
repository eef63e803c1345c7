#include <errno.h>
#include <stdio.h>
#include <stdio_ext.h>

#include "base/base.h"
#include "show/show.h"

CELL(get_address, device, device, device->address)
CELL(get_id, device, device, text_format("%04x:%04x", device->vendor, device->device))
CELL(get_class, device, device, text_format("%04x", device->class >> 8))
CELL(get_driver, device, device, device->error ? "?" : device->driver)
CELL(get_group, device, device, device->group.path)
CELL(get_cdev, device, device, device->cdev.path)

static const char *get_use(const void *row)
{
	const struct device *device = row;
	const char *word = word_fitness(device->fitness);
	const struct use *use;
	if (device->fitness == FITNESS_USED)
		array_each (use, &device->uses)
			if (use->kind != USE_UNKNOWN && use->object)
				return text_format("%s:%s", word, use->object);
	return word;
}

static const char *get_persistent(const void *row)
{
	const struct device *device = row;
	if (!device->stored)
		return NULL;
	bool invalid = !device->stored->usable;
	return invalid ? "invalid" : "yes";
}

CELL(get_iommu, device, device, word_answer(device->iommu))
CELL(get_override, device, device, device->driver_override)
CELL(get_before, device, device, device->remembered.driver)
CELL(get_vendor, device, device, device->vendor_name)
CELL(get_name, device, device, device->device_name)

static const struct column columns[] = {
	{ "ADDRESS", "PCI address", .get = get_address },
	{ "ID", "vendor:device", .get = get_id },
	{ "CLASS", "PCI class and subclass", .get = get_class },
	{ "DRIVER", "current driver, ? if unreadable", .get = get_driver },
	{ "USE", "bound, vfio, free, used, used:BY-WHAT, impossible or unknown", .get = get_use,
		.needs = NEED_USES },
	{ "GROUP", "group node", .get = get_group },
	{ "CDEV", "cdev node", .get = get_cdev },
	{ "IOMMU", "yes if a real IOMMU isolates the device", .get = get_iommu },
	{ "OVERRIDE", "driver_override", .get = get_override, .needs = NEED_DETAILS },
	{ "ORIG-DRIVER", "driver that unbind restores (root only)", .get = get_before,
		.needs = NEED_DETAILS },
	{ "PERSISTENT", "persistent binding: yes, or invalid (other card, bad file)", .get = get_persistent,
		.fit = COLUMN_DROP },
	{ "VENDOR", "vendor name", .get = get_vendor, .fit = COLUMN_CUT, .needs = NEED_NAMES },
	{ "NAME", "device name", .get = get_name, .fit = COLUMN_CUT, .needs = NEED_NAMES },
};

const struct column_set device_columns = { columns, ARRAY_SIZE(columns),
	"ADDRESS,DRIVER,GROUP,CDEV,PERSISTENT,NAME" };
const struct column_set device_columns_all = { columns, ARRAY_SIZE(columns),
	"ADDRESS,ID,CLASS,DRIVER,USE,NAME" };

void devices_print(
	const struct column_set *set, const struct table_options *options, const struct device_refs *devices)
{
	table_print_refs(set, options, (const void *const *)devices->items, devices->count);
}

/* ---- events ---- */

/* The event in words. */
static const char *event_sentence(const struct event *event)
{
	switch (event->kind) {
	case EVENT_ADDED:
		return event->vendor ? text_format("added (%04x:%04x)", event->vendor, event->device)
				     : "added";
	case EVENT_REMOVED:
		return "removed";
	case EVENT_BOUND:
		return text_format("bound to %s", event->driver ? event->driver : "a driver");
	case EVENT_UNBOUND:
		return "unbound";
	case EVENT_NODE_ADDED:
		return text_format("node added: %s", event->node);
	case EVENT_NODE_REMOVED:
		return text_format("node removed: %s", event->node);
	}
	return NULL;
}

int event_print(const struct event *event, bool as_json, bool pretty)
{
	if (as_json) {
		struct json *document = json_new();
		json_add_event(document, event);
		pretty ? json_print(document) : json_print_line(document);
	} else {
		print_line("%s: %s", event->address ? event->address : "-", event_sentence(event));
	}
	errno = EIO;
	if (!ferror(stdout) && fflush(stdout) == 0)
		return 0;
	int error = -errno;
	if (error == -EPIPE)
		clearerr(stdout);
	/* A signal ended the wait for a reader: the rest would wait for one again. */
	if (error == -EINTR) {
		__fpurge(stdout);
		clearerr(stdout);
	}
	return error;
}
