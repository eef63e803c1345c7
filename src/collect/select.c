#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base.h"
#include "collect/collect.h"

/* ---- the device of an interface, disk or framebuffer ---- */

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

/* ---- matches on collected data ---- */

static bool match_address(const struct device *device, const char *text)
{
	char address[20];
	return address_parse(text, address) && text_same(device->address, address);
}

static bool match_node(const struct device *device, const char *text)
{
	const struct vfio_node *const nodes[] = { &device->group, &device->cdev };
	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++) {
		if (!nodes[i]->name)
			continue;
		/* The bare number of a group is too ambiguous for a name. */
		bool bare = !isdigit((unsigned char)*text) && text_same(nodes[i]->name, text);
		if (bare || text_same(nodes[i]->path, text))
			return true;
	}
	return false;
}

static bool match_id(const struct device *device, const char *text)
{
	unsigned int vendor, id;
	return text_hex_pair(&text, &vendor, &id) && !*text && device->vendor == vendor &&
	       device->device == id;
}

/* Two, four or six digits: class, subclass, programming interface. */
static bool is_class(const char *digits)
{
	size_t length = strspn(digits, "0123456789abcdefABCDEF");
	return !digits[length] && (length == 2 || length == 4 || length == 6);
}

static bool match_class(const struct device *device, const char *text)
{
	const char *digits = text_after(text, "class=");
	if (!digits)
		return false;
	char class[7];
	snprintf(class, sizeof class, "%06x", device->class);
	return strncasecmp(class, digits, strlen(digits)) == 0;
}

static bool match_driver(const struct device *device, const char *text)
{
	const char *driver = text_after(text, "driver=");
	return driver && *driver && text_same(device->driver, driver);
}

/* ---- names that need sysfs ---- */

static void addresses_of_name(const struct sysroot *root, const char *name, struct name_list *addresses)
{
	static const char *const folders[] = { OWNER_INTERFACES, OWNER_DISKS };
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		auto_free char *path = text_format("%s/%s", folders[i], name);
		auto_free char *target = sysroot_readlink(root, path);
		/* A USB controller may have many devices behind it, so select it by address only. */
		if (target && !strstr(target, "/usb"))
			(void)owner_collect(root, folders[i], name, addresses);
	}
}

/* ---- resolution ---- */

static bool is_pattern(const char *text)
{
	unsigned int vendor, device;
	const char *at = text;
	bool id = text_hex_pair(&at, &vendor, &device) && !*at;
	return id || text_starts(text, "class=") || text_starts(text, "driver=");
}

/* Consists of the characters of an address (possibly with blanks, a comma or wildcards), but is not valid: a
 * typing error, not a name. */
static bool is_broken_address(const char *text)
{
	for (const char *at = text; *at; at++)
		if (!isxdigit((unsigned char)*at) && !isspace((unsigned char)*at) && !strchr(":.,*/xX", *at))
			return false;
	return strchr(text, ':');
}

/* The error in a malformed pattern, a new string; NULL: it is valid. */
static char *broken_pattern(const char *text)
{
	const char *class = text_after(text, "class="), *driver = text_after(text, "driver=");
	if (class && !is_class(class))
		return text_format("%s: invalid class, expected 2, 4 or 6 hexadecimal digits", text);
	if (driver && !text_is_name(driver))
		return text_format("%s: invalid driver name", text);
	return NULL;
}

static char *candidates(const struct device_refs *refs)
{
	char *text = text_copy("");
	struct device **device;
	array_each (device, refs)
		text_append(&text, "%s%s", *text ? ", " : "", (*device)->address);
	return text;
}

static char *why_not_found(const char *text)
{
	if (is_pattern(text))
		return text_format("no PCI device matches %s; see vfionoiommu list --all", text);
	if (!strchr(text, '/') && (strchr(text, ':') || strchr(text, '.')))
		return text_format("%s: no such PCI device; see vfionoiommu list --all", text);
	return text_format(
		"%s: no such PCI device, network interface, block device or VFIO node; see vfionoiommu list --all",
		text);
}

static void match_all(struct device_list *devices, const char *text, const struct name_list *addresses,
	struct device_refs *found)
{
	struct device *device;
	array_each (device, devices)
		if (match_address(device, text) || match_node(device, text) || match_id(device, text) ||
			match_class(device, text) || match_driver(device, text) ||
			name_list_has(addresses, device->address))
			*array_add(found) = device;
}

static void refs_merge(struct device_refs *to, const struct device_refs *from)
{
	struct device **device, **known;
	array_each (device, from) {
		bool twice = false;
		array_each (known, to)
			twice |= *known == *device;
		if (!twice)
			*array_add(to) = *device;
	}
}

int selector_resolve(const struct sysroot *root, struct device_list *devices, const char *text,
	struct device_refs *found, char **why)
{
	char address[20];
	const char *block = text_after(text, "/dev/");
	bool node = text_starts(text, "/dev/vfio/");
	const char *name = block && !node ? block : text;
	if (!*text) {
		*why = text_copy("empty DEVICE argument; see vfionoiommu list --all");
		return -EINVAL;
	}
	if ((*why = broken_pattern(text)))
		return -EINVAL;
	if (!is_pattern(text) && !address_parse(text, address) && is_broken_address(text)) {
		*why = text_format(
			"%s: invalid PCI address, expected [DOMAIN:]BUS:DEVICE.FUNCTION in hexadecimal (DEVICE up to 1f, FUNCTION up to 7), or VENDOR:DEVICE with four digits each",
			text);
		return -EINVAL;
	}
	auto_names struct name_list addresses = { 0 };
	if (!strchr(name, '/') && !text_starts(name, "."))
		addresses_of_name(root, name, &addresses);
	struct device_refs matches = { 0 };
	match_all(devices, text, &addresses, &matches);
	int error = 0;
	if (!matches.count) {
		*why = why_not_found(text);
		error = -ENOENT;
	} else if (matches.count > 1 && !is_pattern(text)) {
		auto_free char *names = candidates(&matches);
		*why = text_format("%s: ambiguous, matches %s; specify one address", text, names);
		error = -EEXIST;
	} else {
		refs_merge(found, &matches);
	}
	free(matches.items);
	return error;
}

/* ---- users and groups ---- */

/* An ID, or -1. (uid_t)-1 is not a valid ID. */
static long number(const char *text)
{
	char *end;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	bool is = *text >= '0' && *text <= '9' && !*end && !errno && value < UINT_MAX;
	return is ? (long)value : -1;
}

/* A user named like a number takes precedence over the ID, as in chown(1). */
static long user_id(const char *name)
{
	const struct passwd *user = getpwnam(name);
	return user ? (long)user->pw_uid : number(name);
}

static long group_id(const char *name)
{
	const struct group *group = getgrnam(name);
	return group ? (long)group->gr_gid : number(name);
}

static long own_group(long user)
{
	const struct passwd *entry = user < 0 ? NULL : getpwuid((uid_t)user);
	return entry ? (long)entry->pw_gid : -1;
}

int account_parse(const char *text, struct node_access *access)
{
	auto_free char *user = text_copy(text);
	char *group = strchr(user, ':');
	long user_number = -1, group_number = -1;
	if (group)
		*group++ = '\0';
	if (*user && (user_number = user_id(user)) < 0)
		return -EINVAL;
	if (group && *group)
		group_number = group_id(group);
	else if (group)
		group_number = own_group(user_number);
	if ((group && group_number < 0) || (user_number < 0 && group_number < 0))
		return -EINVAL;
	access->user = user_number;
	access->group = group_number;
	return 0;
}
