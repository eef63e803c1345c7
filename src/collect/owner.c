#include "collect/owner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "collect/address.h"

/* An entry that does not exist (any more) has no owner. */
static int unless_missing(int error)
{
	return error == -ENOENT || error == -ENOTDIR ? 0 : error;
}

/* The address of the last PCI device in the target of the link `path`. Returns 1, 0 if there is none, or a
 * negative errno. */
static int address_behind(const struct sysroot *root, const char *path, char address[20])
{
	auto_free char *target = sysroot_readlink(root, path);
	int found = target ? 0 : unless_missing(-errno);
	char *rest = NULL;
	for (char *part = target ? strtok_r(target, "/", &rest) : NULL; part;
		part = strtok_r(NULL, "/", &rest))
		if (address_parse(part, address))
			found = 1;
	return found;
}

/* An NVMe namespace with multipath is below its subsystem, which links to its controllers. */
static int collect_subsystem(const struct sysroot *root, const char *name, struct name_list *addresses)
{
	auto_names struct name_list entries = { 0 };
	auto_free char *directory = text_format("sys/class/block/%s/device", name);
	int error = text_starts(name, "nvme") ? sysroot_list(root, directory, &entries) : 0;
	if (error)
		return unless_missing(error);
	char **entry;
	char address[20];
	array_each (entry, &entries) {
		auto_free char *path = text_format("sys/class/nvme/%s", *entry);
		int found = text_starts(*entry, "nvme") ? address_behind(root, path, address) : 0;
		if (found > 0)
			*array_add(addresses) = text_copy(address);
		else if (found < 0)
			error = found;
	}
	return error;
}

int owner_collect(
	const struct sysroot *root, const char *folder, const char *name, struct name_list *addresses)
{
	char address[20];
	auto_free char *path = text_format("%s/%s", folder, name);
	int found = address_behind(root, path, address);
	if (found > 0)
		*array_add(addresses) = text_copy(address);
	else if (!found && text_same(folder, OWNER_DISKS))
		return collect_subsystem(root, name, addresses);
	return found < 0 ? found : 0;
}
