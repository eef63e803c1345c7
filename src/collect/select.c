#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/base.h"
#include "collect/collect.h"

/* ---- the device of an interface, disk or framebuffer ---- */

/* An entry that does not exist (any more) has no owner. One that is not a link is an attribute of the folder,
 * such as bonding_masters. */
static int ignore_missing(int error)
{
	return error == -ENOENT || error == -ENOTDIR || error == -EINVAL ? 0 : error;
}

/* Adds the owners of those entries of the directory `path` whose names start with `prefix`, which are links
 * in `folder`. */
static int collect_entries(const struct sysroot *root, const char *path, const char *prefix,
	const char *folder, struct name_list *addresses)
{
	struct name_list entries = { 0 };
	const char **entry;
	int error = ignore_missing(sysroot_list(root, path, &entries));
	array_each (entry, &entries) {
		int unknown =
			text_starts(*entry, prefix) ? owner_collect(root, folder, *entry, addresses) : 0;
		error = unknown ? unknown : error;
	}
	return error;
}

/* The nodes of an NVMe namespace with multipath are below its subsystem, which links to its controllers. What
 * is on CXL memory is below the root of all of it (drivers/cxl/acpi.c), and a terminal hvc0 is below no
 * device: any memory device or virtio console may be behind it. */
int owner_collect(
	const struct sysroot *root, const char *folder, const char *name, struct name_list *addresses)
{
	char address[20];
	const char *path = text_format("%s/%s", folder, name);
	const char *target = sysroot_readlink(root, path);
	if (!target)
		return ignore_missing(-errno);
	if (address_last(target, address)) {
		*array_add(addresses) = text_copy(address);
	} else if (strstr(target, "/nvme-subsystem/")) {
		return collect_entries(root, PATH("%s/device", path), "nvme", "sys/class/nvme", addresses);
	} else if (strstr(target, "/ACPI0017:")) {
		return collect_entries(root, BUS_CXL, "mem", BUS_CXL, addresses);
	} else if (strstr(target, "/virtual/tty/hvc")) {
		return collect_entries(
			root, "sys/bus/virtio/drivers/virtio_console", "virtio", BUS_VIRTIO, addresses);
	}
	return 0;
}

/* ---- names ---- */

/* Device mapper on md on multipath ...: deeper stacks are not followed. */
#define STACK_MAX 8

/* Whether `text` is a PCI address, also as devlink (pci/0000:00:04.0), lshw (pci@...) and libvirt
 * (pci_0000_00_04_0) write it. */
static bool name_is_address(const char *text, char address[20])
{
	static const char *const prefixes[] = { "pci/", "pci@", "pci:" };
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (text_starts(text, prefixes[i]))
			return address_parse(text + strlen(prefixes[i]), address);
	char *copy = text_copy(text_after(text, "pci_"));
	if (!copy)
		return address_parse(text, address);
	char *function = strrchr(copy, '_');
	if (function)
		*function = '.';
	for (char *at = copy; *at; at++)
		if (*at == '_')
			*at = ':';
	return address_parse(copy, address);
}

/* Whether `text` is the hardware address of a network interface, 52:54:00:12:34:56 or with dashes. */
static bool name_is_hardware_address(const char *text)
{
	size_t bytes = 1;
	for (; isxdigit((unsigned char)text[0]) && isxdigit((unsigned char)text[1]); text += 3, bytes++)
		if (text[2] != ':' && text[2] != '-')
			return !text[2] && (bytes == 6 || bytes == 20); /* Ethernet, InfiniBand */
	return false;
}

/* Precedes the address of a USB controller, which may have many devices behind it. */
#define USB "usb "

/* Adds the last PCI device in `path`. Returns whether there is one. */
static bool add_last(const char *path, struct name_list *addresses)
{
	char address[20];
	if (!address_last(path, address))
		return false;
	name_list_add(addresses, text_format("%s%s", strstr(path, "/usb") ? USB : "", address));
	return true;
}

static void add_path(const struct sysroot *root, const char *path, int depth, struct name_list *addresses);

/* Adds what the entries of the directory `path` that start with `prefix` lead to. */
static void add_entries(const struct sysroot *root, const char *path, const char *prefix, int depth,
	struct name_list *addresses)
{
	struct name_list entries = { 0 };
	const char **entry;
	sysroot_list(root, path, &entries);
	array_each (entry, &entries) {
		const char *link = text_format("%s/%s", path, *entry);
		if (text_starts(*entry, prefix) && sysroot_type(root, link) == S_IFLNK)
			add_path(root, link, depth, addresses);
	}
}

/* Adds the devices below the virtual block device or network interface at `path`: those that it is made of,
 * or for NVMe multipath the controllers of its subsystem. */
static void add_lower(const struct sysroot *root, const char *path, int depth, struct name_list *addresses)
{
	bool interface = strstr(path, "/net/");
	add_entries(root, PATH("%s%s", path, interface ? "" : "/slaves"), interface ? "lower_" : "", depth,
		addresses);
	char *subsystem = text_copy(path);
	/* sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1 */
	static const char folder[] = "/nvme-subsystem/";
	char *name = strstr(subsystem, folder);
	char *end = name ? strchr(name + strlen(folder), '/') : NULL;
	if (end)
		*end = '\0';
	if (name)
		add_entries(root, subsystem, "nvme", depth, addresses);
}

/* The same; a partition of a virtual disk is made of what its disk is made of. */
static void add_virtual(const struct sysroot *root, const char *path, int depth, struct name_list *addresses)
{
	const char *disk_end = strrchr(path, '/');
	add_lower(root, path, depth, addresses);
	if (!disk_end || sysroot_exists(root, PATH("%s/partition", path)) != ANSWER_YES)
		return;
	add_lower(root, text_format("%.*s", (int)(disk_end - path), path), depth, addresses);
}

/* Adds the PCI devices that `path` below the root leads to. */
static void add_path(const struct sysroot *root, const char *path, int depth, struct name_list *addresses)
{
	const char *real = depth < STACK_MAX ? sysroot_real_path(root, path) : NULL;
	/* A recorded machine may have a link without what it leads to. */
	const char *target = real ? NULL : sysroot_readlink(root, path);
	if (target)
		add_last(target, addresses);
	if (!real || !text_starts(real, "sys/") || add_last(real, addresses))
		return;
	add_virtual(root, real, depth + 1, addresses);
}

static void add_node(const struct sysroot *root, const char *path, struct name_list *addresses)
{
	const char *directory = sysroot_node_directory(root, path);
	if (directory)
		add_path(root, directory, 0, addresses);
}

static void add_hardware_address(const struct sysroot *root, const char *text, struct name_list *addresses)
{
	struct name_list interfaces = { 0 };
	char *wanted = text_copy(text);
	const char **name;
	for (char *at = wanted; *at; at++)
		*at = (char)(*at == '-' ? ':' : tolower((unsigned char)*at));
	sysroot_list(root, CLASS_NET, &interfaces);
	array_each (name, &interfaces) {
		const char *address = sysroot_read(root, PATH(CLASS_NET "/%s/address", *name));
		if (!text_same(address, wanted))
			continue;
		const char *target = sysroot_readlink(root, PATH(CLASS_NET "/%s", *name));
		/* A bridge, a bond or a VLAN has the address of one that it is made of. */
		if (target)
			add_last(target, addresses);
	}
}

/* Adds the devices of all classes with this name. */
static void add_class_devices(const struct sysroot *root, const char *name, struct name_list *addresses)
{
	struct name_list classes = { 0 };
	const char **class;
	sysroot_list(root, "sys/class", &classes);
	array_each (class, &classes) {
		const char *path = text_format("sys/class/%s/%s", *class, name);
		if (sysroot_type(root, path) == S_IFLNK)
			add_path(root, path, 0, addresses);
	}
}

static void add_alternative_name(const struct sysroot *root, const char *name, struct name_list *addresses)
{
	const char *interface = root->live ? network_interface_name(name) : NULL;
	const char *path = interface ? text_format(CLASS_NET "/%s", interface) : NULL;
	if (path)
		add_path(root, path, 0, addresses);
}

/* Adds the addresses of the PCI devices that `text` names: a path in /sys, a link to one, a device node in
 * /dev or a link to one, a hardware address, or the name of a device in /sys/class (eth0, nvme0n1, uio0). A
 * device mapper or multipath device, a bond or a VLAN names all devices below it. */
static void name_collect(const struct sysroot *root, const char *text, struct name_list *addresses)
{
	const char *in_dev = text_after(text, "/dev/");
	const char *name = in_dev ? in_dev : text;
	if (name_is_hardware_address(text)) {
		add_hardware_address(root, text, addresses);
		return;
	}
	if (in_dev && !text_starts(in_dev, "vfio/"))
		add_node(root, text + 1, addresses);
	else if (*text == '/' && !in_dev)
		add_path(root, text + strspn(text, "/"), 0, addresses);
	/* A recorded machine has no nodes. */
	if (addresses->count || strchr(name, '/') || text_starts(name, "."))
		return;
	add_class_devices(root, name, addresses);
	if (!addresses->count)
		add_alternative_name(root, name, addresses);
}

/* ---- matches on collected data ---- */

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

static enum selection broken_pattern(const char *text)
{
	const char *class = text_after(text, "class="), *driver = text_after(text, "driver=");
	if (class && !is_class(class))
		return SELECTION_BAD_CLASS;
	return driver && !text_is_name(driver) ? SELECTION_BAD_DRIVER : SELECTION_DONE;
}

static enum selection not_found(const char *text)
{
	if (is_pattern(text))
		return SELECTION_NO_MATCH;
	if (name_is_hardware_address(text))
		return SELECTION_NO_HARDWARE;
	/* eth0.100 is the name of an interface. */
	bool numbers = !text[strspn(text, "0123456789abcdefABCDEF.")];
	if (!strchr(text, '/') && (strchr(text, ':') || (numbers && strchr(text, '.'))))
		return SELECTION_NO_ADDRESS;
	return SELECTION_NO_NAME;
}

/* The USB controller that what was named is behind; NULL: it is not. */
static const struct device *find_usb(const struct device_list *devices, const struct name_list *addresses)
{
	const char **address;
	array_each (address, addresses)
		if (text_after(*address, USB))
			return device_find(devices, text_after(*address, USB));
	return NULL;
}

static void match_all(const struct device_list *devices, const char *text, const struct name_list *addresses,
	struct device_refs *found)
{
	char address[20];
	bool is_address = name_is_address(text, address);
	const struct device *device = is_address ? device_find(devices, address) : NULL;
	if (device)
		*array_add(found) = device;
	if (is_address)
		return;
	array_each (device, devices)
		if (match_node(device, text) || match_id(device, text) || match_class(device, text) ||
			match_driver(device, text) || name_list_has(addresses, device->address))
			*array_add(found) = device;
}

static void refs_merge(struct device_refs *to, const struct device_refs *from)
{
	const struct device **device;
	array_each (device, from)
		if (!array_has(to, *device))
			*array_add(to) = *device;
}

static enum selection broken(const char *text)
{
	char address[20];
	if (!*text)
		return SELECTION_EMPTY;
	if (!is_pattern(text) && !name_is_address(text, address) && !name_is_hardware_address(text) &&
		is_broken_address(text))
		return SELECTION_BAD_ADDRESS;
	return broken_pattern(text);
}

enum selection selector_resolve(const struct sysroot *root, const struct device_list *devices,
	const char *text, struct device_refs *found)
{
	char address[20];
	enum selection selection = broken(text);
	if (selection)
		return selection;
	struct name_list addresses = { 0 };
	if (!is_pattern(text) && !name_is_address(text, address))
		name_collect(root, text, &addresses);
	struct device_refs matches = { 0 };
	const struct device **device;
	match_all(devices, text, &addresses, &matches);
	const struct device *usb = matches.count ? NULL : find_usb(devices, &addresses);
	if (usb) {
		*array_add(found) = usb;
		return SELECTION_BEHIND_USB;
	}
	if (!matches.count)
		return not_found(text);
	if (matches.count > 1 && !is_pattern(text))
		selection = SELECTION_AMBIGUOUS;
	else
		refs_merge(found, &matches);
	array_each (device, &matches)
		if (selection)
			*array_add(found) = *device;
	return selection;
}

/* ---- users and groups ---- */

/* An ID, or -1. (uid_t)-1 is not a valid ID. */
static long number(const char *text)
{
	unsigned long long value;
	return text_number(text, 10, UINT_MAX - 1, &value) ? (long)value : -1;
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
	char *user = text_copy(text);
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
