#include "kernel/udev.h"

#include <libudev.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"

struct udev_names {
	struct udev *udev;
	struct udev_hwdb *hwdb;
};

struct udev_names *udev_names_open(void)
{
	struct udev_names *names = calloc(1, sizeof *names);
	if (!names)
		log_out_of_memory();
	names->udev = udev_new();
	names->hwdb = names->udev ? udev_hwdb_new(names->udev) : NULL;
	if (names->hwdb)
		return names;
	udev_names_close(names);
	return NULL;
}

void udev_names_close(struct udev_names *names)
{
	if (!names)
		return;
	if (names->hwdb)
		udev_hwdb_unref(names->hwdb);
	if (names->udev)
		udev_unref(names->udev);
	free(names);
}

void udev_names_find(struct udev_names *names, const char *modalias, char **vendor, char **model)
{
	*vendor = *model = NULL;
	if (!names || !modalias)
		return;
	struct udev_list_entry *entry;
	udev_list_entry_foreach(entry, udev_hwdb_get_properties_list_entry(names->hwdb, modalias, 0))
	{
		const char *name = udev_list_entry_get_name(entry);
		const char *value = udev_list_entry_get_value(entry);
		if (!value)
			continue;
		if (!*vendor && text_same(name, "ID_VENDOR_FROM_DATABASE"))
			*vendor = text_copy(value);
		if (!*model && text_same(name, "ID_MODEL_FROM_DATABASE"))
			*model = text_copy(value);
	}
}
