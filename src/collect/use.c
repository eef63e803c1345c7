#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "collect/collect.h"

/* The state of a scan of the machine for uses of its devices. */
struct scan {
	const struct sysroot *root;
	struct device_list *devices;
	struct network_facts network;
	struct mount_facts mounts;
	int network_error, mounts_error; /* negative errno: unknown or incomplete */
	bool thorough;
};

static void use_add(struct use_list *uses, enum use_kind kind, const char *object, const char *detail)
{
	*array_add(uses) = (struct use){ kind, text_copy(object), text_copy(detail) };
}

/* `what` could not be read, so whether it uses the device is unknown. A missing `what` does not use it. */
static void use_unknown(struct device *device, const char *what, int error)
{
	if (error && error != -ENOENT && error != -ENOTDIR)
		use_add(&device->uses, USE_UNKNOWN, what, strerror(-error));
}

static void all_unknown(const struct scan *scan, const char *what, int error)
{
	struct device *device;
	if (!error)
		return;
	array_each (device, scan->devices)
		use_unknown(device, what, error);
}

/* Calls `scan_link` for each link in the folder and each PCI device that it belongs to. */
static void each_owned(const struct scan *scan, const char *folder,
	void (*scan_link)(const struct scan *scan, const char *name, struct device *device))
{
	auto_names struct name_list names = { 0 };
	char **name, **address;
	all_unknown(scan, folder, sysroot_list(scan->root, folder, &names));
	array_each (name, &names) {
		auto_names struct name_list addresses = { 0 };
		all_unknown(scan, *name, owner_collect(scan->root, folder, *name, &addresses));
		array_each (address, &addresses) {
			struct device *device = device_find(scan->devices, *address);
			if (device)
				scan_link(scan, *name, device);
		}
	}
}

/* ---- network ---- */

#define FLAG_UP 0x1 /* IFF_UP */

static void scan_interface(const struct scan *scan, const char *name, struct device *device)
{
	auto_names struct name_list entries = { 0 };
	auto_free char *directory = text_format("sys/class/net/%s", name);
	auto_free char *flags_path = text_format("%s/flags", directory);
	auto_free char *flags = sysroot_read(scan->root, flags_path);
	const struct network_fact *fact;
	char **entry;
	device->interfaces++;
	use_unknown(device, flags_path, flags ? 0 : -errno);
	use_unknown(device, name, scan->network_error);
	if (flags && (strtoul(flags, NULL, 16) & FLAG_UP))
		use_add(&device->uses, USE_UP, name, NULL);
	array_each (fact, &scan->network)
		if (text_same(fact->interface, name))
			use_add(&device->uses, fact->route ? USE_ROUTE : USE_ADDRESS, name, fact->text);
	/* upper_NAME: any interface on top of it, such as a bridge, bond, team, vlan or macvlan. */
	use_unknown(device, directory, sysroot_list(scan->root, directory, &entries));
	array_each (entry, &entries) {
		const char *upper = text_after(*entry, "upper_");
		if (upper)
			use_add(&device->uses, USE_ENSLAVED, name, upper);
	}
}

/* Drivers that create no interface for a network card. */
static bool is_userspace_driver(const char *driver)
{
	static const char *const drivers[] = { "uio_pci_generic", "igb_uio", "pci-stub", "xen-pciback" };
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (text_same(driver, drivers[i]))
			return true;
	return false;
}

static void scan_other_namespaces(struct device *device)
{
	bool network = device->class >> 16 == 0x02;
	if (network && device->driver && !device->vfio && !device->interfaces &&
		!is_userspace_driver(device->driver))
		use_add(&device->uses, USE_ELSEWHERE, device->driver, NULL);
}

/* ---- disks ---- */

/* The limit of scanned block devices on top of a disk. */
#define HOLDERS_MAX 1000

/* Whether `source` (/dev/mapper/root, /dev/nvme0n1p2) is the block device `name`. */
static bool is_source(const struct scan *scan, const char *source, const char *name)
{
	const char *node = source ? text_after(source, "/dev/") : NULL;
	const char *mapped = node ? text_after(node, "mapper/") : NULL;
	if (!mapped)
		return node && text_same(node, name);
	auto_free char *path = text_format("sys/class/block/%s/dm/name", name);
	auto_free char *mapper_name = sysroot_read(scan->root, path);
	return text_same(mapped, mapper_name);
}

/* Adds the mounts and swap of the block device `name`. Returns whether there are any. */
static bool scan_mounts(const struct scan *scan, const char *name, struct device *device)
{
	auto_free char *path = text_format("sys/class/block/%s/dev", name);
	auto_free char *number = sysroot_read(scan->root, path);
	const struct mount_fact *mount;
	bool found = false;
	use_unknown(device, path, number ? 0 : -errno);
	array_each (mount, &scan->mounts) {
		/* By device number, or for btrfs, which has anonymous numbers, by source. */
		bool same =
			(number && text_same(mount->device, number)) || is_source(scan, mount->source, name);
		if (same)
			use_add(&device->uses, mount->target ? USE_MOUNT : USE_SWAP, name, mount->target);
		found |= same;
	}
	return found;
}

/* Adds the block devices on top of `name`: device mapper, md, bcache ... Each is scanned once, even if
 * several paths lead to it. */
static bool scan_holders(
	const struct scan *scan, const char *name, struct device *device, struct name_list *seen)
{
	auto_names struct name_list holders = { 0 };
	auto_free char *directory = text_format("sys/class/block/%s/holders", name);
	char **holder;
	*array_add(seen) = text_copy(name);
	use_unknown(device, directory, sysroot_list(scan->root, directory, &holders));
	array_each (holder, &holders) {
		use_add(&device->uses, USE_HELD, name, *holder);
		if (name_list_has(seen, *holder) || seen->count >= HOLDERS_MAX)
			continue;
		scan_mounts(scan, *holder, device);
		scan_holders(scan, *holder, device, seen);
	}
	return holders.count > 0;
}

static void scan_disk(const struct scan *scan, const char *name, struct device *device)
{
	auto_names struct name_list seen = { 0 };
	use_unknown(device, name, scan->mounts_error);
	bool known = scan_mounts(scan, name, device);
	known |= scan_holders(scan, name, device, &seen);
	auto_free char *node = text_format("dev/%s", name);
	if (!known && scan->thorough && scan->root->live && sysroot_is_exclusive(scan->root, node))
		use_add(&device->uses, USE_HELD, name, NULL);
}

/* Filesystems that the host shares through a virtio device: 9p is matched by tag. Only kernels since 6.9 show
 * which virtiofs belongs to which device (/sys/fs/virtiofs), so every virtiofs mount counts for every device.
 */
static void scan_share(const struct scan *scan, const char *name, struct device *device)
{
	auto_free char *tag_path = text_format(OWNER_VIRTIO "/%s/mount_tag", name);
	auto_free char *driver_path = text_format(OWNER_VIRTIO "/%s/driver", name);
	auto_free char *tag = sysroot_read(scan->root, tag_path);
	auto_free char *driver = sysroot_link_name(scan->root, driver_path);
	const struct mount_fact *mount;
	if (text_same(driver, "9pnet_virtio") || text_same(driver, "virtiofs"))
		use_unknown(device, name, scan->mounts_error);
	array_each (mount, &scan->mounts)
		if ((text_same(mount->type, "9p") && text_same(mount->source, tag)) ||
			(text_same(mount->type, "virtiofs") && text_same(driver, "virtiofs")))
			use_add(&device->uses, USE_MOUNT, mount->source, mount->target);
}

/* ---- displays, virtual functions ---- */

static void scan_framebuffer(const struct scan *scan, const char *name, struct device *device)
{
	(void)scan;
	use_add(&device->uses, USE_FRAMEBUFFER, name, NULL);
}

/* Counts the virtfnN links, and notes in the devices behind them whose functions they are. Reading
 * sriov_numvfs takes the lock of the device, which the kernel holds while it waits for a user of a virtual
 * function. */
static void scan_functions(const struct scan *scan, struct device *device)
{
	int count = 0, error = 0;
	while (!error) {
		auto_free char *path = text_format("sys/bus/pci/devices/%s/virtfn%d", device->address, count);
		auto_free char *address = sysroot_link_name(scan->root, path);
		struct device *function = address ? device_find(scan->devices, address) : NULL;
		error = address ? 0 : -errno;
		count += !error;
		if (function && !function->physical)
			function->physical = text_copy(device->address);
	}
	use_unknown(device, "virtfn", error);
	auto_free char *functions = text_format("%d", count);
	if (count)
		use_add(&device->uses, USE_VFS, NULL, functions);
}

static void scan_display(const struct scan *scan, struct device *device)
{
	auto_free char *path = text_format("sys/bus/pci/devices/%s/boot_vga", device->address);
	/* Only display devices have boot_vga. */
	auto_free char *vga = device->class >> 16 == 0x03 ? sysroot_read(scan->root, path) : NULL;
	if (text_same(vga, "1"))
		use_add(&device->uses, USE_DISPLAY, NULL, NULL);
}

void use_collect_all(const struct sysroot *root, struct device_list *devices, bool thorough)
{
	struct scan scan = { .root = root, .devices = devices, .thorough = thorough };
	struct device *device;
	if (root->live)
		scan.network_error = network_facts(&scan.network);
	scan.mounts_error = mount_facts(root, &scan.mounts);
	each_owned(&scan, OWNER_INTERFACES, scan_interface);
	each_owned(&scan, OWNER_DISKS, scan_disk);
	each_owned(&scan, OWNER_FRAMEBUFFERS, scan_framebuffer);
	each_owned(&scan, OWNER_VIRTIO, scan_share);
	array_each (device, devices) {
		scan_display(&scan, device);
		scan_functions(&scan, device);
		scan_other_namespaces(device);
	}
	network_facts_free(&scan.network);
	mount_facts_free(&scan.mounts);
}

/* ---- processes ---- */

struct node_list {
	struct node {
		struct device *device;
		const char *path;
		bool held; /* by the process being scanned */
	} * items;
	size_t count;
};

static void add_node(struct node_list *nodes, struct device *device, const struct vfio_node *node)
{
	if (node->name)
		*array_add(nodes) = (struct node){ .device = device, .path = node->path };
}

/* Marks the nodes with the path `target`. Returns whether there are any. */
static bool note_file(struct node_list *nodes, const char *target)
{
	struct node *node;
	bool found = false;
	array_each (node, nodes)
		if (text_same(target, node->path))
			found = node->held = true;
	return found;
}

static void add_process(const struct sysroot *root, const char *pid, struct node_list *nodes)
{
	auto_free char *path = text_format("proc/%s/comm", pid);
	auto_free char *comm = sysroot_read(root, path);
	auto_free char *process = text_format("%s (%s)", pid, comm ? comm : "?");
	struct node *node;
	array_each (node, nodes) {
		if (node->held)
			use_add(&node->device->uses, USE_PROCESS, node->path, process);
		node->held = false;
	}
}

static int scan_process(const struct sysroot *root, const char *pid, struct node_list *nodes)
{
	auto_names struct name_list files = { 0 };
	auto_free char *directory = text_format("proc/%s/fd", pid);
	char **file;
	bool holds = false;
	int error = sysroot_list(root, directory, &files);
	array_each (file, &files) {
		auto_free char *path = text_format("%s/%s", directory, *file);
		auto_free char *target = sysroot_readlink(root, path);
		error = target || errno == ENOENT ? error : -errno;
		holds |= note_file(nodes, target);
	}
	if (holds)
		add_process(root, pid, nodes);
	/* The process exited meanwhile. */
	return error == -ESRCH || error == -ENOENT ? 0 : error;
}

void use_collect_processes(const struct sysroot *root, const struct device_refs *devices)
{
	auto_names struct name_list names = { 0 };
	struct node_list nodes = { 0 };
	struct device **device;
	char **name;
	array_each (device, devices) {
		add_node(&nodes, *device, &(*device)->group);
		add_node(&nodes, *device, &(*device)->cdev);
	}
	int error = nodes.count ? sysroot_list(root, "proc", &names) : 0;
	array_each (name, &names) {
		bool is_process = (*name)[strspn(*name, "0123456789")] == '\0';
		int failed = is_process ? scan_process(root, *name, &nodes) : 0;
		error = error ? error : failed;
	}
	free(nodes.items);
	/* A user other than root cannot see the processes of other users, but cannot unbind anything either.
	 */
	if (error == -EACCES && !host_is_root())
		return;
	array_each (device, devices)
		if ((*device)->group.name || (*device)->cdev.name)
			use_unknown(*device, "/proc/*/fd", error);
}
