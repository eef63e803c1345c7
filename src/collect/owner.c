#include "collect/owner.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "collect/address.h"

/* The address of the PCI device that the link `path` leads through last; false when it leads through none. */
static bool address_behind(const struct sysroot *root, const char *path, char address[20])
{
	auto_free char *target = sysroot_readlink(root, path);
	bool found = false;
	char *rest = NULL;
	for (char *part = target ? strtok_r(target, "/", &rest) : NULL; part;
		part = strtok_r(NULL, "/", &rest))
		found |= address_parse(part, address);
	return found;
}

/* An NVMe namespace with multipath lies below its subsystem, which links to its controllers. */
static void collect_subsystem(const struct sysroot *root, const char *name, struct name_list *addresses)
{
	auto_names struct name_list entries = { 0 };
	auto_free char *directory = text_format("sys/class/block/%s/device", name);
	if (!text_starts(name, "nvme") || sysroot_list(root, directory, &entries))
		return;
	char **entry;
	char address[20];
	array_each (entry, &entries) {
		auto_free char *path = text_format("sys/class/nvme/%s", *entry);
		if (text_starts(*entry, "nvme") && address_behind(root, path, address))
			*array_add(addresses) = text_copy(address);
	}
}

void owner_collect(
	const struct sysroot *root, const char *class, const char *name, struct name_list *addresses)
{
	char address[20];
	auto_free char *path = text_format("sys/class/%s/%s", class, name);
	if (address_behind(root, path, address))
		*array_add(addresses) = text_copy(address);
	else if (text_same(class, "block"))
		collect_subsystem(root, name, addresses);
}
