#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/base.h"
#include "collect/collect.h"

void use_add(struct device *device, const struct use *use)
{
	const struct use *known;
	array_each (known, &device->uses)
		if (known->kind == use->kind && text_same(known->object, use->object) &&
			text_same(known->detail, use->detail) && text_same(known->process, use->process))
			return;
	*array_add(&device->uses) = (struct use){
		.kind = use->kind,
		.object = text_copy(use->object),
		.detail = text_copy(use->detail),
		.way = text_copy(use->way),
		.process = text_copy(use->process),
	};
}

void use_simple(struct device *device, enum use_kind kind, const char *object, const char *detail)
{
	use_add(device, &(struct use){ .kind = kind, .object = (char *)object, .detail = (char *)detail });
}

/* What is missing uses nothing. */
static bool is_missing(int error)
{
	return error == -ENOENT || error == -ENOTDIR;
}

void use_unknown(struct device *device, const char *what, int error)
{
	if (error && !is_missing(error))
		use_simple(device, USE_UNKNOWN, what, strerror(-error));
}

void scan_unknown(struct scan *scan, const char *what, int error)
{
	if (error && !is_missing(error))
		scan_unknown_because(scan, what, strerror(-error));
}

void scan_unknown_because(struct scan *scan, const char *what, const char *why)
{
	*array_add(&scan->unknown) =
		(struct use){ .kind = USE_UNKNOWN, .object = text_copy(what), .detail = text_copy(why) };
}

void scan_end(struct scan *scan)
{
	struct device *device;
	struct use *use;
	array_each (use, &scan->unknown) {
		array_each (device, scan->devices)
			use_add(device, use);
		free(use->object);
		free(use->detail);
	}
	free(scan->unknown.items);
}

dev_t scan_number(const char *text)
{
	unsigned int major, minor;
	return text && sscanf(text, "%u:%u", &major, &minor) == 2 ? makedev(major, minor) : 0;
}

int scan_owners(const struct scan *scan, const struct sysroot *root, const char *folder, const char *name,
	struct owner_list *owners)
{
	auto_names struct name_list addresses = { 0 };
	char **address;
	int error = owner_collect(root, folder, name, &addresses);
	array_each (address, &addresses) {
		struct device *device = device_find(scan->devices, *address);
		if (device)
			*array_add(owners) = device;
	}
	return error;
}

void owner_list_free(struct owner_list *owners)
{
	free(owners->items);
}

void scan_each_owned(struct scan *scan, const struct sysroot *root, const char *folder,
	void (*take)(struct scan *scan, const char *name, struct device *device))
{
	auto_names struct name_list names = { 0 };
	char **name;
	scan_unknown(scan, folder, sysroot_list(root, folder, &names));
	array_each (name, &names) {
		auto_owners struct owner_list owners = { 0 };
		struct device **owner;
		scan_unknown(scan, *name, scan_owners(scan, root, folder, *name, &owners));
		array_each (owner, &owners)
			take(scan, *name, *owner);
	}
}
