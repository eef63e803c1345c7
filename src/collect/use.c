#include "collect/use.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "collect/device.h"
#include "collect/host.h"
#include "collect/owner.h"
#include "kernel/mounts.h"
#include "kernel/network.h"

/* What is known of the machine while its devices are looked at. */
struct survey {
	const struct sysroot *root;
	struct device_list *devices;
	struct network_facts network;
	struct mount_facts mounts;
	int network_error, mounts_error; /* negative errno: they are not known, or not all of them */
	bool thorough;
};

static void use_add(struct use_list *uses, enum use_kind kind, const char *object, const char *detail)
{
	*array_add(uses) = (struct use){ kind, text_copy(object), text_copy(detail) };
}

/* `what` could not be read: whether it uses the device is not known. What is not there uses nothing. */
static void use_unknown(struct device *device, const char *what, int error)
{
	if (error && error != -ENOENT && error != -ENOTDIR)
		use_add(&device->uses, USE_UNKNOWN, what, strerror(-error));
}

static void all_unknown(const struct survey *survey, const char *what, int error)
{
	struct device *device;
	if (!error)
		return;
	array_each (device, survey->devices)
		use_unknown(device, what, error);
}

/* Calls `look` for each link in the folder and each PCI device that stands behind it. */
static void each_owned(const struct survey *survey, const char *folder,
	void (*look)(const struct survey *survey, const char *name, struct device *device))
{
	auto_names struct name_list names = { 0 };
	char **name, **address;
	all_unknown(survey, folder, sysroot_list(survey->root, folder, &names));
	array_each (name, &names) {
		auto_names struct name_list addresses = { 0 };
		all_unknown(survey, *name, owner_collect(survey->root, folder, *name, &addresses));
		array_each (address, &addresses) {
			struct device *device = device_find(survey->devices, *address);
			if (device)
				look(survey, *name, device);
		}
	}
}

/* ---- network ---- */

#define FLAG_UP 0x1 /* IFF_UP */

static void look_at_interface(const struct survey *survey, const char *name, struct device *device)
{
	auto_names struct name_list entries = { 0 };
	auto_free char *directory = text_format("sys/class/net/%s", name);
	auto_free char *flags_path = text_format("%s/flags", directory);
	auto_free char *flags = sysroot_read(survey->root, flags_path);
	const struct network_fact *fact;
	char **entry;
	device->interfaces++;
	use_unknown(device, flags_path, flags ? 0 : -errno);
	use_unknown(device, name, survey->network_error);
	if (flags && (strtoul(flags, NULL, 16) & FLAG_UP))
		use_add(&device->uses, USE_UP, name, NULL);
	array_each (fact, &survey->network)
		if (text_same(fact->interface, name))
			use_add(&device->uses, fact->route ? USE_ROUTE : USE_ADDRESS, name, fact->text);
	/* upper_NAME: every interface above, be it a bridge, a bond, a team, a vlan or a macvlan. */
	use_unknown(device, directory, sysroot_list(survey->root, directory, &entries));
	array_each (entry, &entries) {
		const char *upper = text_after(*entry, "upper_");
		if (upper)
			use_add(&device->uses, USE_ENSLAVED, name, upper);
	}
}

/* Drivers that make no interface of a network card. */
static bool is_userspace_driver(const char *driver)
{
	static const char *const drivers[] = { "uio_pci_generic", "igb_uio", "pci-stub", "xen-pciback" };
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (text_same(driver, drivers[i]))
			return true;
	return false;
}

static void look_elsewhere(struct device *device)
{
	bool network = device->class >> 16 == 0x02;
	if (network && device->driver && !device->vfio && !device->interfaces &&
		!is_userspace_driver(device->driver))
		use_add(&device->uses, USE_ELSEWHERE, device->driver, NULL);
}

/* ---- disks ---- */

/* As many block devices as are looked at that stand on one disk. */
#define HOLDERS_MAX 1000

/* Whether `source` (/dev/mapper/root, /dev/nvme0n1p2) is the block device `name`. */
static bool is_source(const struct survey *survey, const char *source, const char *name)
{
	const char *node = source ? text_after(source, "/dev/") : NULL;
	const char *mapped = node ? text_after(node, "mapper/") : NULL;
	if (!mapped)
		return node && text_same(node, name);
	auto_free char *path = text_format("sys/class/block/%s/dm/name", name);
	auto_free char *mapper_name = sysroot_read(survey->root, path);
	return text_same(mapped, mapper_name);
}

/* What is mounted of, or swap on, the block device `name`. Returns whether anything is. */
static bool look_at_mounts(const struct survey *survey, const char *name, struct device *device)
{
	auto_free char *path = text_format("sys/class/block/%s/dev", name);
	auto_free char *number = sysroot_read(survey->root, path);
	const struct mount_fact *mount;
	bool found = false;
	use_unknown(device, path, number ? 0 : -errno);
	array_each (mount, &survey->mounts) {
		/* By its number; btrfs has one of its own, and is told by its source. */
		bool same = (number && text_same(mount->device, number)) ||
			    is_source(survey, mount->source, name);
		if (same)
			use_add(&device->uses, mount->target ? USE_MOUNT : USE_SWAP, name, mount->target);
		found |= same;
	}
	return found;
}

/* The block devices that stand on `name`: device mapper, md, bcache ... Each is looked at once, however many
 * ways lead to it. */
static bool look_at_holders(
	const struct survey *survey, const char *name, struct device *device, struct name_list *seen)
{
	auto_names struct name_list holders = { 0 };
	auto_free char *directory = text_format("sys/class/block/%s/holders", name);
	char **holder;
	*array_add(seen) = text_copy(name);
	use_unknown(device, directory, sysroot_list(survey->root, directory, &holders));
	array_each (holder, &holders) {
		use_add(&device->uses, USE_HELD, name, *holder);
		if (name_list_has(seen, *holder) || seen->count >= HOLDERS_MAX)
			continue;
		look_at_mounts(survey, *holder, device);
		look_at_holders(survey, *holder, device, seen);
	}
	return holders.count > 0;
}

static void look_at_disk(const struct survey *survey, const char *name, struct device *device)
{
	auto_names struct name_list seen = { 0 };
	use_unknown(device, name, survey->mounts_error);
	bool known = look_at_mounts(survey, name, device);
	known |= look_at_holders(survey, name, device, &seen);
	auto_free char *node = text_format("dev/%s", name);
	if (!known && survey->thorough && survey->root->live && sysroot_is_exclusive(survey->root, node))
		use_add(&device->uses, USE_HELD, name, NULL);
}

/* Filesystems of the host that a virtio device brings: 9p by its tag; which virtiofs belongs to which device
 * only new kernels tell (/sys/fs/virtiofs, 6.9), so that each of them may be the one. */
static void look_at_share(const struct survey *survey, const char *name, struct device *device)
{
	auto_free char *tag_path = text_format(OWNER_VIRTIO "/%s/mount_tag", name);
	auto_free char *driver_path = text_format(OWNER_VIRTIO "/%s/driver", name);
	auto_free char *tag = sysroot_read(survey->root, tag_path);
	auto_free char *driver = sysroot_link_name(survey->root, driver_path);
	const struct mount_fact *mount;
	if (text_same(driver, "9pnet_virtio") || text_same(driver, "virtiofs"))
		use_unknown(device, name, survey->mounts_error);
	array_each (mount, &survey->mounts)
		if ((text_same(mount->type, "9p") && text_same(mount->source, tag)) ||
			(text_same(mount->type, "virtiofs") && text_same(driver, "virtiofs")))
			use_add(&device->uses, USE_MOUNT, mount->source, mount->target);
}

/* ---- displays, virtual functions ---- */

static void look_at_framebuffer(const struct survey *survey, const char *name, struct device *device)
{
	(void)survey;
	use_add(&device->uses, USE_FRAMEBUFFER, name, NULL);
}

static void look_at_attributes(const struct survey *survey, struct device *device)
{
	auto_free char *vga_path = text_format("sys/bus/pci/devices/%s/boot_vga", device->address);
	auto_free char *vfs_path = text_format("sys/bus/pci/devices/%s/sriov_numvfs", device->address);
	/* Only display devices have the first. */
	auto_free char *vga = device->class >> 16 == 0x03 ? sysroot_read(survey->root, vga_path) : NULL;
	auto_free char *vfs = sysroot_read(survey->root, vfs_path);
	use_unknown(device, vfs_path, vfs ? 0 : -errno);
	if (text_same(vga, "1"))
		use_add(&device->uses, USE_DISPLAY, NULL, NULL);
	if (vfs && atoi(vfs) > 0)
		use_add(&device->uses, USE_VFS, NULL, vfs);
}

void use_collect_all(const struct sysroot *root, struct device_list *devices, bool thorough)
{
	struct survey survey = { .root = root, .devices = devices, .thorough = thorough };
	struct device *device;
	if (root->live)
		survey.network_error = network_facts(&survey.network);
	survey.mounts_error = mount_facts(root, &survey.mounts);
	each_owned(&survey, OWNER_INTERFACES, look_at_interface);
	each_owned(&survey, OWNER_DISKS, look_at_disk);
	each_owned(&survey, OWNER_FRAMEBUFFERS, look_at_framebuffer);
	each_owned(&survey, OWNER_VIRTIO, look_at_share);
	array_each (device, devices) {
		look_at_attributes(&survey, device);
		look_elsewhere(device);
	}
	network_facts_free(&survey.network);
	mount_facts_free(&survey.mounts);
}

/* ---- processes ---- */

struct node_list {
	struct node {
		struct device *device;
		const char *path;
		bool held; /* by the process that is looked at */
	} * items;
	size_t count;
};

static void add_node(struct node_list *nodes, struct device *device, const struct vfio_node *node)
{
	if (node->name)
		*array_add(nodes) = (struct node){ .device = device, .path = node->path };
}

/* Returns whether `target` is one of them. */
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

static int look_at_process(const struct sysroot *root, const char *pid, struct node_list *nodes)
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
	/* It has ended meanwhile. */
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
		int failed = is_process ? look_at_process(root, *name, &nodes) : 0;
		error = error ? error : failed;
	}
	free(nodes.items);
	/* Other users' processes are hidden from who is not root, and cannot unbind anything either. */
	if (error == -EACCES && !host_is_root())
		return;
	array_each (device, devices)
		if ((*device)->group.name || (*device)->cdev.name)
			use_unknown(*device, "/proc/*/fd", error);
}
