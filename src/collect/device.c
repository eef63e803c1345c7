#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base.h"
#include "collect/collect.h"
#include "state/state.h"

/* ---- addresses ---- */

bool address_parse(const char *text, char address[20])
{
	unsigned long domain = 0, bus, slot, function;
	const char *at = text, *behind_domain = text;
	if (text_hex(&behind_domain, 4, 8, &domain)) {
		if (*behind_domain++ != ':')
			return false;
		at = behind_domain;
	}
	if (!text_hex(&at, 2, 2, &bus) || *at++ != ':' || !text_hex(&at, 2, 2, &slot) || *at++ != '.' ||
		!text_hex(&at, 1, 1, &function) || *at)
		return false;
	if (slot > 0x1f || function > 7)
		return false;
	/* The kernel compares addresses as strings, with a domain of at least four digits. */
	snprintf(address, 20, "%04lx:%02lx:%02lx.%lx", domain, bus, slot, function);
	return true;
}

bool address_last(const char *path, char address[20])
{
	char copy[PATH_MAX + 1], *rest = NULL;
	path_format(copy, "%s", path);
	bool found = false;
	for (char *part = strtok_r(copy, "/", &rest); part; part = strtok_r(NULL, "/", &rest))
		found |= address_parse(part, address);
	return found;
}

/* ---- devices ---- */

/* A single read returns the driver, class, IDs and modalias. */
static void parse_uevent(const char *text, struct device *device)
{
	const char *class = text_value(text, "PCI_CLASS");
	const char *id_at = text_value(text, "PCI_ID"), *subsystem_at = text_value(text, "PCI_SUBSYS_ID");
	device->driver = text_value(text, "DRIVER");
	device->modalias = text_value(text, "MODALIAS");
	device->class = class ? (unsigned int)strtoul(class, NULL, 16) & 0xffffff : 0;
	text_hex_pair(&id_at, &device->vendor, &device->device);
	text_hex_pair(&subsystem_at, &device->subvendor, &device->subdevice);
}

/* An attribute of each of these devices. */
static void collect_attributes(const struct sysroot *root, const struct name_list *addresses,
	const char *attribute, int unlocked, struct attribute_list *attributes)
{
	struct name_list paths = { 0 };
	const char **address;
	array_each (address, addresses)
		*array_add(&paths) = text_format(PCI_DEVICES "/%s/%s", *address, attribute);
	sysroot_read_locked(root, unlocked, &paths, attributes);
}

static struct attribute collect_attribute(
	const struct sysroot *root, const char *address, const char *attribute, int unlocked)
{
	struct attribute_list attributes = { 0 };
	collect_attributes(root, &(struct name_list){ &address, 1 }, attribute, unlocked, &attributes);
	return *attributes.items;
}

static void node_set(
	const struct sysroot *root, struct vfio_node *node, const char *directory, const char *name)
{
	node->name = name;
	node->path = text_format("%s/%s", directory, name);
	node->noiommu = text_starts(name, "noiommu-");
	node->access = (struct node_access){ -1, -1, -1 };
	node->present = sysroot_access(root, node->path + 1, &node->access) == 0;
}

/* Only the name of the group's class device shows that a group is noiommu; its number and name attribute do
 * not. */
static void collect_group(const struct sysroot *root, struct device *device)
{
	const char *number = sysroot_link_name(root, DEVICE_PATH(device, "iommu_group"));
	device->iommu_group = number ? atoi(number) : -1;
	if (!number)
		return;
	const char *const names[] = { text_format("noiommu-%s", number), number };
	for (size_t i = 0; i < ARRAY_SIZE(names) && !device->group.name; i++) {
		if (sysroot_exists(root, PATH("sys/class/vfio/%s", names[i])) == ANSWER_YES)
			node_set(root, &device->group, "/dev/vfio", names[i]);
	}
}

/* Every VFIO device has a vfio-dev/NAME (since 6.1); it has a cdev only if that contains `dev`. */
static void collect_cdev(const struct sysroot *root, struct device *device)
{
	struct name_list names = { 0 };
	const char *path = text_format(PCI_DEVICES "/%s/vfio-dev", device->address);
	if (sysroot_list(root, path, &names) || !names.count)
		return;
	device->vfio = true;
	if (sysroot_exists(root, PATH("%s/%s/dev", path, names.items[0])) == ANSWER_YES)
		node_set(root, &device->cdev, "/dev/vfio/devices", names.items[0]);
}

static void collect_nodes(const struct sysroot *root, struct device *device)
{
	collect_cdev(root, device);
	/* Before 6.1, or without the cdev of 5.18's drivers for one kind of card, there is no vfio-dev. */
	if (device->vfio || (device->driver && strstr(device->driver, "vfio")))
		collect_group(root, device);
	device->vfio |= device->group.name != NULL;
}

/* Its IOMMU; a device that is one (AMD's) has a directory of this name instead. */
static void collect_iommu(const struct sysroot *root, struct device *device)
{
	int type = sysroot_type(root, DEVICE_PATH(device, "iommu"));
	device->is_iommu = type == S_IFDIR;
	device->iommu = type == S_IFLNK                       ? ANSWER_YES
			: type >= 0 || error_is_missing(type) ? ANSWER_NO
							      : ANSWER_UNKNOWN;
}

/* A present but unreadable device still counts as a device: `device` then has whatever else could be read. */
static int collect_base(const struct sysroot *root, const char *address, const struct attribute *uevent,
	bool no_iommu, struct device *device)
{
	*device = (struct device){ .address = text_copy(address),
		.header_type = -1,
		.iommu = ANSWER_NO,
		.iommu_group = -1,
		.error = uevent->error };
	if (uevent->text)
		parse_uevent(uevent->text, device);
	if (device->error)
		device->unreadable = text_format("uevent: %s", strerror(-device->error));
	if (!no_iommu)
		collect_iommu(root, device);
	/* A device without a driver has neither a group node nor a cdev. */
	if (device->driver || device->error)
		collect_nodes(root, device);
	return device->error;
}

/* Devices with errata: Intel QAT, DSA and IAX; drivers/vfio/pci/vfio_pci.c, pci_ids.h. */
static bool is_on_denylist(const struct device *device)
{
	static const unsigned int devices[] = { 0x0435, 0x0443, 0x19e2, 0x19e3, 0x37c8, 0x37c9, 0x0b25,
		0x0cfe };
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
		if (device->vendor == 0x8086 && device->device == devices[i])
			return true;
	return false;
}

/* Usually no device is on the denylist, and nothing is read. */
static void collect_denylisted(const struct sysroot *root, struct device_list *devices)
{
	enum answer disabled = ANSWER_UNKNOWN;
	struct device *device;
	array_each (device, devices) {
		if (is_on_denylist(device) && disabled == ANSWER_UNKNOWN)
			disabled = denylist_collect_disabled(root) ? ANSWER_YES : ANSWER_NO;
		device->denylisted = is_on_denylist(device) && disabled == ANSWER_NO;
	}
}

int device_collect_all(const struct sysroot *root, struct device_list *devices)
{
	struct name_list names = { 0 };
	int error = sysroot_list(root, PCI_DEVICES, &names);
	if (error)
		return error;
	struct attribute_list uevents = { 0 };
	collect_attributes(root, &names, "uevent", UEVENT_UNLOCKED, &uevents);
	/* A device has a link only to an IOMMU with such an entry (drivers/iommu/iommu-sysfs.c). */
	bool no_iommu = root->live && host_collect_iommu(root) == ANSWER_NO;
	for (size_t i = 0; i < names.count; i++) {
		struct device device;
		int failed = collect_base(root, names.items[i], &uevents.items[i], no_iommu, &device);
		if (!error_is_missing(failed))
			*array_add(devices) = device;
	}
	collect_denylisted(root, devices);
	return 0;
}

/* The folders that a device has without a driver: attributes of all devices, and of PCIe. */
static bool is_common_folder(const char *name)
{
	return text_is(name, "power", "link", "wakeup", "aer", "doe_features");
}

bool device_is_bare(const struct sysroot *root, const struct device *device)
{
	struct name_list folders = { 0 };
	unsigned int class = device->class >> 16;
	const char **folder;
	if (device->error || device->driver || class == 0x03 || class == 0x06 ||
		sysroot_exists(root, DEVICE_PATH(device, "driver")) != ANSWER_NO ||
		sysroot_exists(root, DEVICE_PATH(device, "virtfn0")) != ANSWER_NO ||
		sysroot_list_folders(root, DEVICE_PATH(device, "."), &folders))
		return false;
	array_each (folder, &folders)
		if (!is_common_folder(*folder))
			return false;
	return true;
}

/* A missing attribute is a fact; an unreadable one is unknown. */
static void note_unreadable(struct device *device, const char *attribute)
{
	if (errno != ENOENT && errno != ENOTDIR && !device->unreadable)
		device->unreadable = text_format("%s: %s", attribute, strerror(errno));
}

/* A saved state that is malformed or names another device is not ours, so it is unknown. */
static void collect_remembered(const struct sysroot *root, struct device *device)
{
	const char *path = saved_state_path(device->address);
	const char *text = sysroot_read(root, path + 1);
	bool nothing = !text && (errno == ENOENT || errno == ENOTDIR);
	device->remembered.known = nothing ? ANSWER_NO : ANSWER_UNKNOWN;
	/* After a transient error the saved state may still be valid: bind must not overwrite it. */
	if (!text && (errno == EIO || errno == ENOMEM || errno == EMFILE || errno == ENFILE))
		note_unreadable(device, path + 1);
	if (text)
		saved_state_parse(text, device, &device->remembered);
}

static struct device *own(struct device_list *devices, const struct device *device)
{
	return &devices->items[device - devices->items];
}

/* An unset driver_override reads as "(null)". */
static void override_set(struct device *device, const struct attribute *attribute)
{
	const char *text = attribute->text;
	bool unset = !text || !*text || text_same(text, "(null)");
	device->has_override = true;
	device->driver_override = unset ? NULL : text;
	errno = -attribute->error;
	if (!text)
		note_unreadable(device, "driver_override");
}

void device_collect_overrides(
	const struct sysroot *root, struct device_list *devices, const struct device_refs *some)
{
	struct device_refs wanted = { 0 };
	struct name_list addresses = { 0 };
	struct attribute_list overrides = { 0 };
	const struct device **device;
	array_each (device, some)
		if (!(*device)->has_override) {
			*array_add(&wanted) = *device;
			*array_add(&addresses) = (*device)->address;
		}
	if (wanted.count)
		collect_attributes(root, &addresses, "driver_override", OVERRIDE_UNLOCKED, &overrides);
	for (size_t i = 0; i < wanted.count; i++)
		override_set(own(devices, wanted.items[i]), &overrides.items[i]);
}

/* /run may survive the boot in a container. */
static void collect_instance(const struct sysroot *root, struct device *device)
{
	unsigned long long inode = root->live ? sysroot_inode(root, DEVICE_PATH(device, ".")) : 0;
	static const char *boot;
	if (inode && !boot)
		boot = sysroot_read(root, "proc/sys/kernel/random/boot_id");
	if (inode && boot)
		device->instance = text_format("%s:%llu", boot, inode);
	device->inode = inode;
}

/* A byte of the configuration space. */
#define HEADER_TYPE 0x0e

void device_collect_header(const struct sysroot *root, struct device *device)
{
	unsigned char config[16];
	if (sysroot_read_bytes(root, DEVICE_PATH(device, "config"), config, sizeof config) == sizeof config)
		device->header_type = config[HEADER_TYPE] & 0x7f;
}

static void collect_details(const struct sysroot *root, struct device *device)
{
	device->detailed = true;
	if (device->driver)
		device->driver_module = sysroot_link_name(root, DEVICE_PATH(device, "driver/module"));
	if (device->driver && !device->driver_module)
		note_unreadable(device, "driver/module");
	device->physical = sysroot_link_name(root, DEVICE_PATH(device, "physfn"));
	collect_instance(root, device);
	collect_remembered(root, device);
}

void device_collect_details(
	const struct sysroot *root, struct device_list *devices, const struct device_refs *some)
{
	const struct device **device;
	device_collect_overrides(root, devices, some);
	array_each (device, some)
		if (!(*device)->detailed)
			collect_details(root, own(devices, *device));
}

/* ---- the driver that a device would have ---- */

#define DRIVERCTL "etc/driverctl.d"

/* Older versions of driverctl name the file by the address only. */
static void collect_stored_overrides(
	const struct sysroot *root, struct device_list *devices, const struct device_refs *some)
{
	struct name_list names = { 0 };
	const struct device **each;
	if (!some->count || sysroot_list(root, DRIVERCTL, &names))
		return;
	array_each (each, some) {
		struct device *device = own(devices, *each);
		const char *name = text_format("pci-%s", device->address);
		const char *file = name_list_has(&names, name) ? name : device->address;
		if (name_list_has(&names, file) && !device->stored_override)
			device->stored_override = sysroot_read(root, PATH(DRIVERCTL "/%s", file));
	}
}

/* The PCI drivers of the module `name`, if it is loaded or built in. */
static void collect_drivers(const struct sysroot *root, const char *name, struct name_list *drivers)
{
	struct name_list entries = { 0 };
	const char **entry;
	sysroot_list(root, PATH("sys/module/%s/drivers", name), &entries);
	array_each (entry, &entries)
		if (text_starts(*entry, "pci:"))
			*array_add(drivers) = text_after(*entry, "pci:");
}

static const char *kernel_driver(const struct sysroot *root, const char *release, const struct device *device)
{
	struct name_list modules = { 0 }, drivers = { 0 };
	const char **module;
	if (!device->modalias || !release)
		return NULL;
	module_list_alias(root, release, device->modalias, &modules);
	array_each (module, &modules)
		collect_drivers(root, *module, &drivers);
	return drivers.count == 1 ? drivers.items[0] : NULL;
}

static const struct device *find_kind(const struct device_refs *devices, const char *modalias)
{
	const struct device **device;
	array_each (device, devices)
		if (text_same((*device)->modalias, modalias))
			return *device;
	return NULL;
}

/* A lookup costs more than everything else about a device, and many devices are of the same kind. */
static void collect_kernel_drivers(const struct sysroot *root, const char *release,
	struct device_list *devices, const struct device_refs *some)
{
	struct device_refs known = { 0 };
	const struct device **each;
	array_each (each, some) {
		struct device *device = own(devices, *each);
		const struct device *same = find_kind(&known, device->modalias);
		if (device->kernel_driver)
			continue;
		device->kernel_driver = same ? same->kernel_driver : kernel_driver(root, release, device);
		if (!same)
			*array_add(&known) = device;
	}
}

void device_collect_kernel_driver(const struct sysroot *root, const char *release,
	struct device_list *devices, const struct device_refs *some)
{
	collect_stored_overrides(root, devices, some);
	collect_kernel_drivers(root, release, devices, some);
}

/* Whether a program may have left the device without a driver by an ID in a driver's new_id, which cannot be
 * read: it is of a kind that has a driver in common machines. */
static bool may_have_lost_driver(const struct device *device)
{
	static const unsigned char classes[] = { 0x01, 0x02, 0x03, 0x04, 0x0b, 0x0c, 0x0d, 0x10, 0x12 };
	return memchr(classes, (int)(device->class >> 16), sizeof classes);
}

/* A virtual function may be without a driver on purpose. */
static void collect_lost_drivers(const struct sysroot *root, const char *release, struct device_list *devices,
	const struct device_refs *lost)
{
	const struct device **device;
	collect_kernel_drivers(root, release, devices, lost);
	array_each (device, lost) {
		const char *probes =
			(*device)->kernel_driver
				? sysroot_read(root, DEVICE_PATH(*device, "physfn/sriov_drivers_autoprobe"))
				: NULL;
		if (text_same(probes, "0"))
			own(devices, *device)->kernel_driver = NULL;
	}
}

/* Whether the saved driver cannot come back: it is not registered, and its module is not installed. */
static bool is_gone_driver(const struct sysroot *root, const char *release, const struct remembered *saved)
{
	/* A recording has only the drivers that devices have. */
	if (!saved->driver || !root->live)
		return false;
	if (sysroot_exists(root, PATH("sys/bus/pci/drivers/%s", saved->driver)) != ANSWER_NO)
		return false;
	return !saved->module || !release || module_lookup(root, release, saved->module) == MODULE_MISSING;
}

void device_collect_saved_drivers(const struct sysroot *root, const char *release,
	struct device_list *devices, const struct device_refs *some)
{
	struct device_refs lost = { 0 };
	const struct device **device;
	array_each (device, some) {
		struct remembered *saved = &own(devices, *device)->remembered;
		if (!is_restorable(saved))
			continue;
		saved->by_kernel = is_gone_driver(root, release, saved);
		if (!saved->driver && !saved->driver_override && may_have_lost_driver(*device))
			*array_add(&lost) = *device;
	}
	collect_lost_drivers(root, release, devices, &lost);
	array_each (device, &lost)
		own(devices, *device)->remembered.by_kernel = (*device)->kernel_driver;
}

void device_collect_driverless(const struct sysroot *root, const char *release, struct device_list *devices,
	const struct device_refs *some, bool named)
{
	bool has_new_id = sysroot_exists(root, "sys/bus/pci/drivers/vfio-pci") == ANSWER_YES;
	struct device_refs driverless = { 0 }, suspect = { 0 }, lost = { 0 };
	const struct device **device;
	array_each (device, some)
		if (!(*device)->driver && !(*device)->error && (*device)->class >> 16 != 0x06)
			*array_add(&driverless) = *device;
	device_collect_overrides(root, devices, &driverless);
	array_each (device, &driverless) {
		bool is_lost = !(*device)->driver_override &&
			       (named || (has_new_id && may_have_lost_driver(*device)));
		if (is_lost)
			*array_add(&lost) = *device;
		if (is_lost || (*device)->driver_override)
			*array_add(&suspect) = *device;
	}
	collect_stored_overrides(root, devices, &suspect);
	collect_lost_drivers(root, release, devices, &lost);
}

void device_collect_remembered(const struct sysroot *root, struct device_list *devices, bool bound)
{
	struct name_list names = { 0 };
	struct device_refs saved = { 0 };
	struct device *device;
	if (sysroot_list(root, &SAVED_STATE_DIRECTORY[1], &names))
		return;
	array_each (device, devices)
		if ((bound || !device->vfio) && name_list_has(&names, device->address))
			*array_add(&saved) = device;
	device_collect_details(root, devices, &saved);
}

int device_collect(const struct sysroot *root, const char *address, struct device *device)
{
	struct device found;
	const struct attribute uevent = collect_attribute(root, address, "uevent", UEVENT_UNLOCKED);
	int error = collect_base(root, address, &uevent, false, &found);
	if (!error)
		*device = found;
	return error;
}

void device_collect_again(
	const struct sysroot *root, struct device_list *devices, const struct device_refs *some)
{
	const struct device **device;
	struct device fresh;
	array_each (device, some) {
		const struct device *only = &fresh;
		if (device_collect(root, (*device)->address, &fresh))
			continue;
		fresh.stored = (*device)->stored;
		fresh.header_type = (*device)->header_type;
		device_collect_details(
			root, &(struct device_list){ &fresh, 1 }, &(struct device_refs){ &only, 1 });
		*own(devices, *device) = fresh;
	}
	collect_denylisted(root, devices);
}

/* /proc/bus/pci/01/00.0, or on some architectures and in other domains /proc/bus/pci/0001:01/00.0. */
static bool is_adding(const struct sysroot *root, const struct device *device)
{
	auto_release const void *mark = keep(0);
	char *path = text_format("proc/bus/pci/%s", device->address);
	char *slot = strrchr(path, ':');
	if (!root->live || device->driver || !slot)
		return false;
	*slot = '/';
	return sysroot_exists(root, path) == ANSWER_NO &&
	       sysroot_exists(root, PATH("proc/bus/pci/%s", strchr(path, ':') + 1)) == ANSWER_NO &&
	       sysroot_exists(root, "proc/bus/pci/devices") == ANSWER_YES &&
	       sysroot_exists(root, DEVICE_PATH(device, ".")) == ANSWER_YES;
}

void device_wait_until_added(
	const struct sysroot *root, struct device_list *devices, const struct device_refs *some, int seconds)
{
	long long end = clock_milliseconds() + seconds * 1000LL;
	struct device_refs waited = { 0 };
	const struct device **device;
	array_each (device, some)
		if (is_adding(root, *device))
			*array_add(&waited) = *device;
	array_each (device, &waited)
		while (is_adding(root, *device) && clock_milliseconds() < end && clock_sleep(20))
			;
	device_collect_again(root, devices, &waited);
	array_each (device, &waited)
		own(devices, *device)->adding = is_adding(root, *device);
}

void device_collect_names(struct device_list *devices, const struct device_refs *some)
{
	struct device_refs known = { 0 };
	const struct device **each;
	array_each (each, some) {
		struct device *device = own(devices, *each);
		const struct device *same = find_kind(&known, device->modalias);
		if (same) {
			device->vendor_name = same->vendor_name;
			device->device_name = same->device_name;
			continue;
		}
		udev_names_find(device->modalias, &device->vendor_name, &device->device_name);
		*array_add(&known) = device;
	}
}

static int by_address(const void *address, const void *device)
{
	return strcmp(address, ((const struct device *)device)->address);
}

struct device *device_find(const struct device_list *devices, const char *address)
{
	return devices->count
		       ? bsearch(address, devices->items, devices->count, sizeof *devices->items, by_address)
		       : NULL;
}

bool device_is_remembered(const struct sysroot *root, const char *address)
{
	return sysroot_exists(root, saved_state_path(address) + 1) == ANSWER_YES;
}

bool device_is_unbound_since(
	const struct sysroot *root, const struct device *device, unsigned long long event)
{
	const char *text = sysroot_read(root, unbound_path(device->address) + 1);
	return text && unbound_is_newer(text, device, event);
}

/* PCI Express Base Specification, Device Serial Number Extended Capability; all little-endian. */
#define EXTENDED_START    0x100
#define EXTENDED_END      0x1000
#define CAPABILITY_SERIAL 0x0003

static unsigned int word_at(const unsigned char *config, size_t at)
{
	return config[at] | (unsigned int)config[at + 1] << 8 | (unsigned int)config[at + 2] << 16 |
	       (unsigned int)config[at + 3] << 24;
}

static const char *find_serial(const unsigned char *config)
{
	size_t at = EXTENDED_START;
	/* Limited by the available space, because a malformed list may be circular. */
	for (int i = 0;
		i < (EXTENDED_END - EXTENDED_START) / 8 && at >= EXTENDED_START && at <= EXTENDED_END - 12;
		i++) {
		unsigned int head = word_at(config, at);
		const unsigned char *byte = config + at + 4;
		if ((head & 0xffff) == CAPABILITY_SERIAL)
			return text_format("%02x-%02x-%02x-%02x-%02x-%02x-%02x-%02x", byte[7], byte[6],
				byte[5], byte[4], byte[3], byte[2], byte[1], byte[0]);
		at = head >> 20 & ~3U;
	}
	return NULL;
}

static int parse_serial(const struct attribute *attribute, const char **serial)
{
	const unsigned char *config = (const unsigned char *)attribute->text;
	/* Without PCI Express, or MMCONFIG, only these bytes exist. */
	if (attribute->length == EXTENDED_START)
		return -ENODATA;
	/* A device that does not respond reads as ff, of a virtual function only the IDs do. */
	if (attribute->length < EXTENDED_END || config[HEADER_TYPE] == 0xff)
		return -EACCES;
	*serial = find_serial(config);
	return 0;
}

static void collect_configs(
	const struct sysroot *root, const struct device_refs *devices, struct attribute_list *configs)
{
	struct name_list paths = { 0 };
	const struct device **device;
	array_each (device, devices)
		*array_add(&paths) = text_format(PCI_DEVICES "/%s/config", (*device)->address);
	if (paths.count)
		sysroot_read_apart(root, &paths, EXTENDED_END, configs);
}

int device_collect_serial(const struct sysroot *root, const struct device *device, const char **serial)
{
	struct attribute_list configs = { 0 };
	collect_configs(root, &(struct device_refs){ &device, 1 }, &configs);
	return parse_serial(configs.items, serial);
}

/* ---- persistent bindings ---- */

#define RULE "60-vfionoiommu.rules"

/* Whether only root can write to `path`. The files of a recorded machine belong to the user who unpacked
 * them. */
static bool is_roots(const struct sysroot *root, const char *path)
{
	struct node_access access;
	if (!root->live)
		return true;
	return sysroot_access(root, path, &access) == 0 && access.user == 0 && !(access.mode & 022);
}

/* Whether other users may change `path`, or what it leads to if it is a link. Sets the problem. */
static bool is_exposed(const struct sysroot *root, const char *path, struct stored *stored)
{
	int type = sysroot_type(root, path + 1);
	stored->linked = type == S_IFLNK;
	if (type >= 0 && !stored->linked && is_roots(root, path + 1))
		return false;
	stored->exposed = type < 0 ? NULL : path;
	stored->problem = type < 0         ? text_format("cannot be read: %s", strerror(-type))
			  : stored->linked ? "must not be a link"
					   : "must be owned by root and writable by root only";
	return true;
}

static void read_stored(const struct sysroot *root, struct stored *stored)
{
	const char *path = persist_path(stored->address);
	if (is_exposed(root, PERSIST_DIRECTORY, stored) || is_exposed(root, path, stored))
		return;
	const char *text = sysroot_read(root, path + 1);
	if (!text)
		stored->problem = text_format("cannot be read: %s", strerror(errno));
	else if (!persist_parse(text, stored))
		stored->problem = "is malformed";
}

static bool has_ids(const struct device *device, const struct stored *stored)
{
	return stored->vendor == device->vendor && stored->device == device->device &&
	       stored->subvendor == device->subvendor && stored->subdevice == device->subdevice;
}

/* A serial number that even root cannot read may be that of another card. */
static bool is_usable(const struct sysroot *root, const struct stored *stored)
{
	bool unsure = stored->same == ANSWER_UNKNOWN && root->live && user_is_root();
	return stored->same != ANSWER_NO && !unsure;
}

static void check_serial(const struct sysroot *root, const struct attribute *config, struct stored *stored)
{
	const char *serial = NULL;
	int error = parse_serial(config, &serial);
	stored->same =
		error ? stored->serial ? ANSWER_UNKNOWN : ANSWER_YES : text_same(serial, stored->serial);
	stored->usable = is_usable(root, stored);
}

static struct stored *own_stored(struct stored_list *list, const struct device *device)
{
	return device->stored ? &list->items[device->stored - list->items] : NULL;
}

void stored_check(const struct sysroot *root, struct stored_list *list, const struct device_refs *some)
{
	auto_release const void *mark = keep(0);
	struct device_refs alike = { 0 };
	struct attribute_list configs = { 0 };
	const struct device **device;
	array_each (device, some) {
		struct stored *stored = own_stored(list, *device);
		if (!stored || stored->problem)
			continue;
		stored->same = ANSWER_NO;
		if (has_ids(*device, stored))
			*array_add(&alike) = *device;
	}
	collect_configs(root, &alike, &configs);
	for (size_t i = 0; i < alike.count; i++)
		check_serial(root, &configs.items[i], own_stored(list, alike.items[i]));
}

void stored_collect_all(const struct sysroot *root, struct device_list *devices, struct stored_list *list)
{
	struct name_list names = { 0 };
	const char **name;
	char address[20];
	struct stored *stored;
	struct device *device;
	*list = (struct stored_list){ 0 };
	array_each (device, devices)
		device->stored = NULL;
	sysroot_list(root, &PERSIST_DIRECTORY[1], &names);
	array_each (name, &names) {
		if (!address_parse(*name, address) || !text_same(*name, address))
			continue;
		stored = array_add(list);
		*stored = (struct stored){ .address = *name, .same = ANSWER_UNKNOWN };
		read_stored(root, stored);
	}
	array_each (stored, list) {
		device = device_find(devices, stored->address);
		stored->present = device != NULL;
		if (device)
			device->stored = stored;
	}
}

enum rule_state stored_collect_rule(const struct sysroot *root)
{
	static const char *const directories[] = { "etc", "run", "usr/local/lib", "usr/lib", "lib" };
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		const char *path = PATH("%s/udev/rules.d/" RULE, directories[i]);
		if (sysroot_exists(root, path) != ANSWER_YES)
			continue;
		const char *text = sysroot_read(root, path);
		if (!text || !*text)
			return RULE_MASKED;
		return root->live && sysroot_exists(root, "run/udev/control") == ANSWER_NO
			       ? RULE_WITHOUT_UDEVD
			       : RULE_APPLIES;
	}
	return RULE_MISSING;
}
