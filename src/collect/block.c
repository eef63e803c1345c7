#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/base.h"
#include "collect/collect.h"

/* ---- block devices ---- */

static struct block *find_number(const struct scan *scan, dev_t number)
{
	struct block *block;
	array_each (block, &scan->blocks)
		if (number && block->number == number)
			return block;
	return NULL;
}

static struct block *find_name(const struct scan *scan, const char *name)
{
	struct block *block;
	array_each (block, &scan->blocks)
		if (text_same(block->name, name))
			return block;
	return NULL;
}

/* Its node below /dev: the kernel's "cciss!c0d0" is cciss/c0d0. */
static const char *node_of(const struct block *block)
{
	char *node = text_format("dev/%s", block->name);
	for (char *mark = node; (mark = strchr(mark, '!'));)
		*mark = '/';
	return node;
}

/* Whether `path` (/dev/mapper/root, /dev/nvme0n1p2) is a node of the block device. */
static bool is_node(const struct scan *scan, const struct block *block, const char *path)
{
	auto_release const void *mark = keep(0);
	const char *node = text_after(path, "/dev/");
	const char *mapped = text_after(node, "mapper/");
	if (!mapped)
		return text_same(node, block->name);
	return text_same(mapped, sysroot_read(scan->root, PATH(CLASS_BLOCK "/%s/dm/name", block->name)));
}

/* The block device with the node `path`, or with the filesystem of the file `path`, as the kernel shows it.
 * The kernel shows a path of another mount namespace without the mount point: "/nvme0n1". `file` becomes
 * whether it is a file; NULL: do not tell. */
static struct block *find_path(const struct scan *scan, const char *path, bool *file)
{
	dev_t node = 0, filesystem = 0;
	struct block *block;
	const char *slash = strrchr(path, '/');
	bool found = scan->root->live && block_of_path(scan->root, path + 1, &node, &filesystem) == 0;
	if (file)
		*file = found && !node;
	if (found)
		return find_number(scan, node ? node : filesystem);
	array_each (block, &scan->blocks)
		if (is_node(scan, block, path))
			return block;
	return slash ? find_name(scan, slash + 1) : NULL;
}

/* ---- what a block device has below it ---- */

/* `file`: the file on it, if that and not the device itself is below; else NULL. */
static void add_below(struct scan *scan, struct block *block, struct block *below, const char *file);

static void add_slaves(struct scan *scan, struct block *block)
{
	struct name_list slaves = { 0 };
	const char *path = text_format(CLASS_BLOCK "/%s/slaves", block->name);
	const char **slave;
	scan_unknown(scan, path, sysroot_list(scan->root, path, &slaves));
	array_each (slave, &slaves)
		add_below(scan, block, find_name(scan, *slave), NULL);
}

/* A loop device: by numbers, which only root can read, else by the path, which can be too long for sysfs. */
static void add_backing_file(struct scan *scan, struct block *block)
{
	const char *file = sysroot_read(scan->root, PATH(CLASS_BLOCK "/%s/loop/backing_file", block->name));
	if (!file && errno == ENOENT)
		return;
	if (!progress_step(scan->processes.progress, block->name, 0)) {
		scan_unknown_because(scan, block->name, NO_ANSWER);
		return;
	}
	const char *node = node_of(block);
	dev_t below = 0, filesystem = 0;
	bool is_file = false;
	const char *shown = file ? file : "a file";
	struct block *found = file ? find_path(scan, file, &is_file) : NULL;
	if (scan->root->live && block_loop(scan->root, node, block->number, &below, &filesystem) == 0) {
		found = find_number(scan, below ? below : filesystem);
		is_file = !below;
	}
	add_below(scan, block, found, is_file ? shown : NULL);
}

/* zram writes pages that it cannot compress to another device. */
static void add_backing_device(struct scan *scan, struct block *block)
{
	const char *node = sysroot_read(scan->root, PATH(CLASS_BLOCK "/%s/backing_dev", block->name));
	if (node && *node == '/')
		add_below(scan, block, find_path(scan, node, NULL), NULL);
}

/* "../../devices/virtual/block/loop0/loop0p1" */
static void add_disk(struct scan *scan, struct block *block)
{
	const char *target = sysroot_readlink(scan->root, PATH(CLASS_BLOCK "/%s", block->name));
	char *slash = target ? strrchr(target, '/') : NULL;
	if (slash)
		*slash = '\0';
	slash = target ? strrchr(target, '/') : NULL;
	struct block *disk = slash ? find_name(scan, slash + 1) : NULL;
	block->partition = disk;
	if (disk)
		add_below(scan, block, disk, NULL);
}

static void add_owner(struct block *block, struct device *device, const char *way)
{
	const struct block_owner *owner;
	array_each (owner, &block->owners)
		if (owner->device == device)
			return;
	*array_add(&block->owners) = (struct block_owner){ device, way };
}

/* The block devices on top that the kernel links: device mapper, md, bcache. */
static void add_holders(struct scan *scan, const struct block *block)
{
	struct name_list holders = { 0 };
	const char *path = text_format(CLASS_BLOCK "/%s/holders", block->name);
	const struct block_owner *owner;
	const char **holder;
	int error = sysroot_list(scan->root, path, &holders);
	array_each (owner, &block->owners) {
		use_unknown(owner->device, path, error);
		array_each (holder, &holders)
			use_add(owner->device,
				&(struct use){ USE_HELD, block->name, *holder, owner->way, NULL });
	}
}

/* Finds the devices below `block`: its own, or those of the block devices below it. */
static void find_owners(struct scan *scan, struct block *block)
{
	struct name_list addresses = { 0 };
	const char **address;
	if (block->known)
		return;
	/* Set first, in case of a circle. */
	block->known = true;
	scan_unknown(scan, block->name, owner_collect(scan->root, CLASS_BLOCK, block->name, &addresses));
	array_each (address, &addresses) {
		struct device *device = device_find(scan->devices, *address);
		if (device)
			add_owner(block, device, NULL);
	}
	if (!addresses.count) {
		add_slaves(scan, block);
		add_backing_file(scan, block);
		add_backing_device(scan, block);
		add_disk(scan, block);
		if (!block->owners.count && !block->bases.count)
			name_list_add(&block->bases, block->name);
	}
	if (block->owners.count)
		add_holders(scan, block);
}

static void add_below(struct scan *scan, struct block *block, struct block *below, const char *file)
{
	const struct block_owner *owner;
	const char **base;
	if (!below || below == block)
		return;
	find_owners(scan, below);
	array_each (base, &below->bases)
		name_list_add(&block->bases, *base);
	array_each (owner, &below->owners) {
		const char *name = file ? text_format("%s on %s", file, below->name) : below->name;
		add_owner(block, owner->device,
			owner->way ? text_format("over %s, %s", name, owner->way)
				   : text_format("over %s", name));
		if (!file && !block->partition)
			use_add(owner->device,
				&(struct use){ USE_HELD, below->name, block->name, owner->way, NULL });
	}
}

void blocks_collect(struct scan *scan)
{
	struct name_list names = { 0 };
	struct block *block;
	const char **name;
	scan_unknown(scan, CLASS_BLOCK, sysroot_list(scan->root, CLASS_BLOCK, &names));
	array_each (name, &names) {
		block = array_add(&scan->blocks);
		block->name = *name;
		const char *path = text_format(CLASS_BLOCK "/%s/dev", block->name);
		const char *number = sysroot_read(scan->root, path);
		/* The paths of an NVMe namespace with multipath have none. */
		scan_unknown(scan, path, number ? 0 : -errno);
		block->number = scan_number(number);
	}
	array_each (block, &scan->blocks)
		find_owners(scan, block);
}

/* ---- uses ---- */

static void add_use(const struct block *block, enum use_kind kind, const char *detail, const char *process)
{
	const struct block_owner *owner;
	array_each (owner, &block->owners)
		use_add(owner->device, &(struct use){ kind, block->name, detail, owner->way, process });
}

/* `object` may use any of the block devices. */
static void add_unknown(struct scan *scan, const char *object, const char *detail)
{
	const struct block *block;
	const struct block_owner *owner;
	array_each (block, &scan->blocks)
		array_each (owner, &block->owners)
			use_simple(owner->device, USE_UNKNOWN, object, detail);
}

/* Whether the block device is one of the source "/dev/sda:/dev/sdb". */
static bool is_among(const struct scan *scan, const struct block *block, const char *source)
{
	auto_release const void *mark = keep(0);
	char *rest = text_copy(source);
	for (char *node = strsep(&rest, ":"); node; node = strsep(&rest, ":"))
		if (is_node(scan, block, node))
			return true;
	return false;
}

/* A filesystem has the number of its block device; those of several devices have an anonymous one. Others
 * without a device have any source, which an ordinary user can choose. */
static bool is_on(const struct scan *scan, const struct mount_fact *mount, const struct block *block)
{
	if (mount->target && major(mount->number))
		return mount->number == block->number;
	if (text_same(mount->type, "bcachefs"))
		return is_among(scan, block, mount->source);
	return (!mount->target || text_same(mount->type, "btrfs")) && is_node(scan, block, mount->source);
}

/* The mount that has the file; the last one of those at the same place. NULL: unknown. */
static const struct mount_fact *mount_of(const struct scan *scan, const char *file)
{
	const struct mount_fact *mount, *found = NULL;
	array_each (mount, &scan->mounts) {
		const char *rest = mount->target && !mount->process ? text_after(file, mount->target) : NULL;
		bool below = rest && (*rest == '/' || text_same(mount->target, "/"));
		if (below && (!found || strlen(mount->target) >= strlen(found->target)))
			found = mount;
	}
	return found;
}

/* A file that is used as swap; a swap device is a node. The number of a file on btrfs is that of no block
 * device, and a recorded machine has none: then the mount names the block device. */
static void take_swap_file(struct scan *scan, const struct mount_fact *swap)
{
	bool file = false;
	const struct block *block;
	if (!swap->source || text_starts(swap->source, "/dev/"))
		return;
	const struct block *found = find_path(scan, swap->source, &file);
	const struct mount_fact *mount = found ? NULL : mount_of(scan, swap->source);
	if (found && file)
		add_use(found, USE_SWAP, swap->source, NULL);
	array_each (block, &scan->blocks)
		if (mount && is_on(scan, mount, block))
			add_use(block, USE_SWAP, swap->source, NULL);
}

static void take_mounts(struct scan *scan)
{
	const struct mount_fact *mount;
	const struct block *block;
	array_each (block, &scan->blocks) {
		const struct block_owner *owner;
		array_each (owner, &block->owners)
			use_unknown(owner->device, block->name, scan->mounts_error);
		array_each (mount, &scan->mounts)
			if (block->owners.count && is_on(scan, mount, block))
				add_use(block, mount->target ? USE_MOUNT : USE_SWAP, mount->target,
					mount->process);
	}
	array_each (mount, &scan->mounts)
		if (!mount->target)
			take_swap_file(scan, mount);
}

/* Whether the block device is over one whose path in sysfs contains `part`. */
static bool is_over(const struct scan *scan, const struct block *block, const char *part)
{
	auto_release const void *mark = keep(0);
	const char **base;
	array_each (base, &block->bases) {
		const char *target = sysroot_readlink(scan->root, PATH(CLASS_BLOCK "/%s", *base));
		if (strstr(text_format("%s/", target ? target : ""), part))
			return true;
	}
	return false;
}

void blocks_each_mount(struct scan *scan, const char *part, mount_take *take, const void *context)
{
	const struct block *block;
	const struct mount_fact *mount;
	array_each (block, &scan->blocks)
		if (is_over(scan, block, part))
			array_each (mount, &scan->mounts)
				if (mount->target && is_on(scan, mount, block))
					take(scan, mount, context);
}

#define CONFIGFS "sys/kernel/config/"

/* Where a filesystem or a target of the kernel names the block devices that it uses. */
static const struct exporter {
	const char *pattern; /* of a file with a path, or of a link to a block device */
	const char *user;
} exporters[] = {
	{ "sys/fs/btrfs/*/devices/*", "btrfs" }, { "sys/fs/bcachefs/*/*/block", "bcachefs" },
	{ CONFIGFS "nvmet/subsystems/*/namespaces/*/device_path", "NVMe target" },
	{ CONFIGFS "nvmet/subsystems/*/passthru/device_path", "NVMe target" }, /* /dev/nvme0 */
	{ CONFIGFS "target/core/*/*/info", "SCSI target" },
	{ CONFIGFS "usb_gadget/*/functions/*/lun.*/file", "USB gadget" },
	{ CONFIGFS "cluster/*/heartbeat/*/dev", "OCFS2 heartbeat" }, /* sda1 */
	{ "sys/bus/gadget/devices/*/lun*/file", "USB gadget" },      /* g_mass_storage */
	{ "sys/class/rnbd-server/ctl/devices/*/block_dev", "RNBD server" },
	{ "sys/bus/xen-backend/devices/*/physical_device", "Xen backend" }, /* 8:10, in hexadecimal */
};

/* Whether the path is a node of one of the block devices. */
static bool is_member(const struct scan *scan, const struct name_list *members, const char *path)
{
	const char *slash = strrchr(path, '/');
	const struct block *block = find_path(scan, path, NULL);
	return (slash && name_list_has(members, slash + 1)) || (block && name_list_has(members, block->name));
}

/* The mount of a btrfs with several devices names only one of them. */
static bool take_btrfs(struct scan *scan, const char *path, const struct block *block)
{
	const struct mount_fact *mount;
	struct name_list members = { 0 };
	char *folder = text_copy(path);
	bool found = false;
	*strrchr(folder, '/') = '\0';
	scan_unknown(scan, folder, sysroot_list(scan->root, folder, &members));
	array_each (mount, &scan->mounts) {
		if (text_same(mount->type, "btrfs") && mount->source &&
			is_member(scan, &members, mount->source)) {
			add_use(block, USE_MOUNT, mount->target, mount->process);
			found = true;
		}
	}
	return found;
}

/* A path, or a backstore's "... File: /dev/sda  Size: ..." or "... UDEV PATH: /dev/sda  readonly: ...": the
 * path, in place, or NULL. */
static const char *exported_path(char *value)
{
	char *path = value && *value != '/' ? strstr(value, ": /") : value;
	char *end = path && path != value ? strstr(path, "  ") : NULL;
	if (end)
		*end = '\0';
	if (path && path != value)
		path += strlen(": ");
	return path && *path == '/' ? path : NULL;
}

/* What a target has open is unknown if its path leads nowhere: its node may have another name meanwhile, or
 * be in another mount namespace. */
static void take_unresolved(struct scan *scan, const char *path, const char *user)
{
	dev_t number, filesystem;
	if (!scan->root->live || block_of_path(scan->root, path + 1, &number, &filesystem) == 0)
		return;
	add_unknown(scan, user, text_format("there is no %s", path));
}

/* A controller has no block device of its own. Returns whether the path is that of one. */
static bool take_controller(struct scan *scan, const char *path, const char *user)
{
	const char *name = text_after(path, "/dev/");
	return name && scan_use(scan, "sys/class/nvme", name, USE_HELD, user);
}

/* A backstore that passes on what is no disk has no path: "... Channel ID: 0 Target ID: 0 LUN: 0 Host ID: 1"
 * (pscsi_show_configfs_dev_params in drivers/target/target_core_pscsi.c). */
static void take_passed(struct scan *scan, const char *info, const char *user)
{
	const char *found = info ? strstr(info, "Channel ID: ") : NULL;
	int channel, target, lun, host;
	if (!found || sscanf(found, "Channel ID: %d Target ID: %d LUN: %d Host ID: %d", &channel, &target,
			      &lun, &host) != 4)
		return;
	scan_use(scan, "sys/bus/scsi/devices", text_format("%d:%d:%d:%d", host, channel, target, lun),
		USE_HELD, user);
}

/* The block device that an exporter names: by its path, its name, or its number in hexadecimal. */
static const struct block *exported_block(const struct scan *scan, const char *value, const char *node)
{
	unsigned int major, minor;
	if (node)
		return find_path(scan, node, NULL);
	if (value && sscanf(value, "%x:%x", &major, &minor) == 2)
		return find_number(scan, makedev(major, minor));
	return value ? find_name(scan, value) : NULL;
}

/* `name`: the parts of the path that match an asterisk. A namespace or backstore that is not enabled has
 * nothing open. */
static void take_exported(struct scan *scan, const struct sysroot *root, const struct exporter *exporter,
	const char *path, const char *name)
{
	const char *link = sysroot_link_name(root, path);
	char *value = link ? NULL : sysroot_read(root, path);
	const int folder = (int)(strrchr(path, '/') - path);
	const char *enabled = link ? NULL : sysroot_read(root, PATH("%.*s/enable", folder, path));
	const char *node = exported_path(value);
	const char *user = text_format("%s %s", exporter->user, name);
	if (text_same(enabled, "0"))
		return;
	/* It can be on a server that does not answer. */
	if (node && !progress_step(scan->processes.progress, node, 0)) {
		add_unknown(scan, user, NO_ANSWER);
		return;
	}
	const struct block *block = link ? find_name(scan, link) : exported_block(scan, value, node);
	if (!block && !node)
		take_passed(scan, value, user);
	else if (!block && !take_controller(scan, node, user))
		take_unresolved(scan, node, user);
	else if (block && !(text_same(exporter->user, "btrfs") && take_btrfs(scan, path, block)))
		add_use(block, USE_HELD, user, NULL);
}

/* Matches the pattern from `rest` on below `path`. */
static void match(struct scan *scan, const struct sysroot *root, const struct exporter *exporter,
	const char *path, const char *rest, const char *name)
{
	struct name_list entries = { 0 };
	const char **entry;
	const char *star = strchr(rest, '*');
	if (!star) {
		take_exported(scan, root, exporter, PATH("%s%s", path, rest), name);
		return;
	}
	while (star > rest && star[-1] != '/')
		star--;
	size_t length = strcspn(star, "/");
	const char *part = text_format("%.*s", (int)length, star);
	const char *folder = text_format("%s%.*s", path, (int)(star - rest) - 1, rest);
	(void)sysroot_list(root, folder, &entries);
	array_each (entry, &entries) {
		const char *next = text_format("%s/%s", folder, *entry);
		const char *names = text_format("%s%s%s", name, *name ? "/" : "", *entry);
		if (fnmatch(part, *entry, 0) == 0)
			match(scan, root, exporter, next, star + length, star[length] ? names : name);
	}
}

/* configfs may be mounted in another namespace only, or no more. */
static void take_exporters(struct scan *scan)
{
	struct name_list names = { 0 };
	int error = sysroot_list(scan->root, CONFIGFS, &names);
	bool hidden = scan->root->live && !error && !names.count && user_is_root();
	auto_fd int fd = hidden ? sysroot_private("configfs") : -1;
	if (hidden && fd < 0)
		scan_unknown(scan, CONFIGFS, fd);
	const struct sysroot configfs = { .fd = fd, .live = true };
	for (size_t i = 0; i < ARRAY_SIZE(exporters); i++) {
		const char *below = fd >= 0 ? text_after(exporters[i].pattern, CONFIGFS) : NULL;
		match(scan, below ? &configfs : scan->root, &exporters[i], "",
			below ? below : exporters[i].pattern, "");
	}
}

/* The disks that an NFS server has a client write to directly (pNFS): nothing tells which. */
static void take_layouts(struct scan *scan)
{
	const char *clients = sysroot_read(scan->root, "sys/module/blocklayoutdriver/refcnt");
	if (clients && !text_same(clients, "0"))
		add_unknown(scan, "blocklayoutdriver", "an NFS server has a client write to disks");
}

/* Whether the device is the disk or one of its partitions, by their names: sda1 of sda, nvme0n1p1 of nvme0n1,
 * but neither sdaa nor nvme0n10. */
static bool is_part(const struct block *block, const struct block *disk)
{
	const char *number = text_after(block->name, disk->name);
	if (!number || !*number)
		return number;
	bool separated = isdigit((unsigned char)number[-1]);
	return separated ? *number == 'p' : isdigit((unsigned char)*number);
}

/* A value that udev found on a block device, or on the first of its partitions that has it; NULL: none. */
static const char *udev_value(const struct scan *scan, const struct block *disk, const char *key)
{
	const struct block *block;
	array_each (block, &scan->blocks) {
		if (!is_part(block, disk))
			continue;
		const char *data = sysroot_read_file(scan->root,
			PATH("run/udev/data/b%u:%u", major(block->number), minor(block->number)),
			SYSROOT_TEXT_MAX);
		const char *value = data ? text_value(data, key) : NULL;
		if (value)
			return value;
	}
	return NULL;
}

/* The datasets of a ZFS pool name it as their source: "tank/home". */
static void take_pool(struct scan *scan, const struct block *block, const char *pool)
{
	const struct mount_fact *mount;
	array_each (mount, &scan->mounts) {
		const char *rest = text_same(mount->type, "zfs") ? text_after(mount->source, pool) : NULL;
		if (rest && (!*rest || *rest == '/'))
			add_use(block, USE_MOUNT, mount->target, mount->process);
	}
}

/* An exclusive open of a disk fails also if one of its partitions is in use. The user is unknown, but what
 * udev found on the disk is a hint. */
static void take_unknown(struct scan *scan, const struct block *block)
{
	const char *type = udev_value(scan, block, "E:ID_FS_TYPE");
	const char *label = udev_value(scan, block, "E:ID_FS_LABEL");
	const char *holder = text_format("an unknown holder (contents: %s%s%s)", type ? type : "",
		label ? " " : "", label ? label : "");
	add_use(block, USE_HELD, type ? holder : NULL, NULL);
	if (text_same(type, "zfs_member") && label)
		take_pool(scan, block, label);
}

/* It may be another run that claims it, for a moment. Returns as block_claim. */
static int claim_patiently(const struct sysroot *root, const struct block *block)
{
	const char *node = node_of(block);
	int fd = block_claim(root, node, block->number);
	for (int tries = 0; tries < 3 && fd == -EBUSY; tries++) {
		clock_sleep(10);
		fd = block_claim(root, node, block->number);
	}
	return fd;
}

static void claim(struct scan *scan, const struct block *block)
{
	const char *node = node_of(block);
	const struct block_owner *owner;
	if (!progress_step(scan->processes.progress, node, 0)) {
		array_each (owner, &block->owners)
			use_simple(owner->device, USE_UNKNOWN, PATH("/%s", node), NO_ANSWER);
		return;
	}
	auto_fd int fd = claim_patiently(scan->root, block);
	bool none = fd == -ENXIO || fd == -ENODEV || fd == -ENOMEDIUM;
	if (fd == -EBUSY)
		take_unknown(scan, block);
	else if (fd < 0 && !none)
		array_each (owner, &block->owners)
			use_unknown(owner->device, node, fd);
}

/* If a disk does not answer, the others may not, either. */
static bool has_known_use(const struct device *device)
{
	const struct use *use;
	array_each (use, &device->uses)
		if (use->kind == USE_MOUNT || use->kind == USE_SWAP || use->kind == USE_HELD ||
			(use->kind == USE_UNKNOWN && text_same(use->detail, NO_ANSWER)))
			return true;
	return false;
}

/* A disk can have several owners, each with other disks. */
static bool needs_claim(const struct block *block)
{
	const struct block_owner *owner;
	array_each (owner, &block->owners)
		if (!has_known_use(owner->device))
			return true;
	return false;
}

void blocks_take_uses(struct scan *scan)
{
	take_mounts(scan);
	take_exporters(scan);
	take_layouts(scan);
}

void blocks_claim(struct scan *scan)
{
	const struct block *block;
	array_each (block, &scan->blocks)
		/* A report cannot contain the answer. */
		if (scan->root->live && !scan->root->noted && user_is_root() && block->number &&
			needs_claim(block))
			claim(scan, block);
}

/* Whether the disk is one of this device only: one that another controller has, too, stays. */
static bool is_disk_of(const struct sysroot *root, const char *name, const struct device *device)
{
	auto_release const void *mark = keep(0);
	struct name_list addresses = { 0 };
	(void)owner_collect(root, CLASS_BLOCK, name, &addresses);
	return addresses.count == 1 && text_same(*addresses.items, device->address);
}

bool use_hold_disks(const struct sysroot *root, const struct device *device, struct descriptor_list *held)
{
	struct name_list names = { 0 };
	const char **name;
	bool all = true;
	(void)sysroot_list(root, CLASS_BLOCK, &names);
	array_each (name, &names) {
		/* The descriptor of a disk stands for its partitions. */
		if (!is_disk_of(root, *name, device) ||
			sysroot_exists(root, PATH(CLASS_BLOCK "/%s/partition", *name)) != ANSWER_NO)
			continue;
		const char *number = sysroot_read(root, PATH(CLASS_BLOCK "/%s/dev", *name));
		const struct block block = { .name = *name, .number = scan_number(number) };
		int fd = block.number ? claim_patiently(root, &block) : -ENXIO;
		all &= fd != -EBUSY;
		if (fd >= 0)
			*array_add(held) = fd;
	}
	return all;
}
