#include <errno.h>
#include <stdio.h>

#include "base/base.h"
#include "show/show.h"

static char *get_address(const void *row)
{
	const struct device *device = row;
	return text_copy(device->address);
}

static char *get_id(const void *row)
{
	const struct device *device = row;
	return text_format("%04x:%04x", device->vendor, device->device);
}

static char *get_class(const void *row)
{
	const struct device *device = row;
	return text_format("%04x", device->class >> 8);
}

static char *get_driver(const void *row)
{
	const struct device *device = row;
	return text_copy(device->error ? "?" : device->driver);
}

static char *get_group(const void *row)
{
	const struct device *device = row;
	return text_copy(device->group.path);
}

static char *get_cdev(const void *row)
{
	const struct device *device = row;
	return text_copy(device->cdev.path);
}

static char *get_use(const void *row)
{
	const struct device *device = row;
	const char *word = word_fitness(device->fitness);
	const struct use *use;
	if (device->fitness == FITNESS_USED)
		array_each (use, &device->uses)
			if (use->kind != USE_UNKNOWN && use->object)
				return text_format("%s:%s", word, use->object);
	return text_copy(word);
}

static char *get_persistent(const void *row)
{
	const struct device *device = row;
	if (!device->stored)
		return NULL;
	bool invalid = device->stored->problem || device->stored->same == ANSWER_NO;
	return text_copy(invalid ? "invalid" : "yes");
}

static char *get_iommu(const void *row)
{
	const struct device *device = row;
	return text_copy(word_answer(device->iommu));
}

static char *get_override(const void *row)
{
	const struct device *device = row;
	return text_copy(device->driver_override);
}

static char *get_before(const void *row)
{
	const struct device *device = row;
	return text_copy(device->remembered.driver);
}

static char *get_vendor(const void *row)
{
	const struct device *device = row;
	return text_copy(device->vendor_name);
}

static char *get_name(const void *row)
{
	const struct device *device = row;
	return text_copy(device->device_name);
}

static const struct column columns[] = {
	{ "ADDRESS", "PCI address", get_address, COLUMN_WHOLE },
	{ "ID", "vendor:device", get_id, COLUMN_WHOLE },
	{ "CLASS", "PCI class and subclass", get_class, COLUMN_WHOLE },
	{ "DRIVER", "current driver, ? if unreadable", get_driver, COLUMN_WHOLE },
	{ "USE", "bound, vfio, free, used, used:BY-WHAT, impossible or unknown", get_use, COLUMN_WHOLE },
	{ "GROUP", "group node", get_group, COLUMN_WHOLE },
	{ "CDEV", "cdev node", get_cdev, COLUMN_WHOLE },
	{ "IOMMU", "yes if a real IOMMU isolates the device", get_iommu, COLUMN_WHOLE },
	{ "OVERRIDE", "driver_override", get_override, COLUMN_WHOLE },
	{ "ORIG-DRIVER", "driver that unbind restores (root only)", get_before, COLUMN_WHOLE },
	{ "PERSISTENT", "persistent binding: yes, or invalid (other card, bad file)", get_persistent,
		COLUMN_DROP },
	{ "VENDOR", "vendor name", get_vendor, COLUMN_CUT },
	{ "NAME", "device name", get_name, COLUMN_CUT },
};

const struct column_set device_columns = { columns, ARRAY_SIZE(columns),
	"ADDRESS,DRIVER,GROUP,CDEV,PERSISTENT,NAME" };
const struct column_set device_columns_all = { columns, ARRAY_SIZE(columns),
	"ADDRESS,ID,CLASS,DRIVER,USE,NAME" };

bool devices_show_names(const struct column_set *set, const struct table_options *options)
{
	return table_shows(set, options, "NAME") || table_shows(set, options, "VENDOR");
}

void devices_print(
	const struct column_set *set, const struct table_options *options, const struct device_refs *devices)
{
	table_print(set, options, (const void *const *)devices->items, devices->count);
}

/* ---- events ---- */

/* The event in words, a new string. */
static char *event_sentence(const struct event *event)
{
	switch (event->kind) {
	case EVENT_ADDED:
		return event->vendor ? text_format("added (%04x:%04x)", event->vendor, event->device)
				     : text_copy("added");
	case EVENT_REMOVED:
		return text_copy("removed");
	case EVENT_BOUND:
		return text_format("bound to %s", event->driver ? event->driver : "a driver");
	case EVENT_UNBOUND:
		return text_copy("unbound");
	case EVENT_NODE_ADDED:
		return text_format("node added: %s", event->node);
	case EVENT_NODE_REMOVED:
		return text_format("node removed: %s", event->node);
	}
	return NULL;
}

int event_print(const struct event *event, bool as_json)
{
	if (as_json) {
		struct json *document = json_new();
		json_add_event(document, event);
		json_print_line(document);
	} else {
		auto_free char *sentence = event_sentence(event);
		print_line(stdout, "%s: %s", event->address ? event->address : "-", sentence);
	}
	errno = EIO;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	int error = -errno;
	if (error == -EPIPE)
		clearerr(stdout);
	return error;
}
