#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/base.h"
#include "collect/collect.h"

/* ---- the nodes of all devices ---- */

/* A node of a PCI device, or of a block device on top of it, or a socket on its network interface. */
struct node {
	mode_t type; /* see struct process_file */
	dev_t number;
	const char *path; /* in a recording, which has no numbers; NULL: unknown; of a socket: what it is */
	struct device *device;
	const char *way; /* see struct use */
};

/* A file of a device in sysfs, through which its registers can be accessed. */
struct attribute_node {
	unsigned long inode;
	const char *name; /* "resource0" */
	struct device *device;
};

#define MAJORS 512 /* CHRDEV_MAJOR_MAX of include/linux/fs.h */

struct node_list {
	struct node *items;
	size_t count;
	struct {
		struct attribute_node *items;
		size_t count;
	} attributes;               /* read when first needed */
	const char *drivers;        /* proc/devices; NULL: not read yet */
	const char *majors[MAJORS]; /* see major_driver; NULL: not looked up yet */
};

static int by_number(const void *a, const void *b)
{
	const struct node *left = a, *right = b;
	if (left->type != right->type)
		return left->type < right->type ? -1 : 1;
	return left->number == right->number ? 0 : left->number < right->number ? -1 : 1;
}

/* The first node with the type and number; those with the same number follow. */
static const struct node *find_node(const struct node_list *nodes, const struct process_file *file)
{
	const struct node key = { .type = file->type, .number = file->number };
	const struct node *node =
		nodes->count ? bsearch(&key, nodes->items, nodes->count, sizeof key, by_number) : NULL;
	while (node && node > nodes->items && by_number(node - 1, &key) == 0)
		node--;
	return node;
}

/* Only in a recording: its uevent has the name of the node. */
static const char *path_of(const struct scan *scan, const char *folder)
{
	const char *uevent = scan->root->live ? NULL : sysroot_read(scan->root, PATH("%s/uevent", folder));
	const char *name = uevent ? text_value(uevent, "DEVNAME") : NULL;
	return name ? text_format("/dev/%s", name) : NULL;
}

#define CHARACTER_DEVICES "sys/dev/char"

/* `name`: "511:0". A report contains only the links of nodes that belong to a device. */
static void take_node(struct scan *scan, const char *name, struct device *device)
{
	const char *folder = text_format(CHARACTER_DEVICES "/%s", name);
	sysroot_note(scan->root, folder, 0);
	*array_add(scan->nodes) =
		(struct node){ S_IFCHR, scan_number(name), path_of(scan, folder), device, NULL };
}

/* A group's node is below no device. Without a number, the node is gone, but may still be open. */
static void add_vfio(
	struct scan *scan, struct device *device, const struct vfio_node *node, const char *folder)
{
	if (!node->name)
		return;
	const char *path = text_format("%s/%s/dev", folder, node->name);
	const char *number = sysroot_read(scan->root, path);
	*array_add(scan->nodes) = (struct node){ S_IFCHR, scan_number(number), node->path, device, NULL };
}

/* The longest table of sockets that is read, in bytes. */
#define SOCKETS_MAX (1 << 20)

/* The packet sockets of the interface: lines "SK REFERENCES TYPE PROTOCOL INTERFACE RUNNING MEMORY USER
 * INODE" (packet_seq_show in net/packet/af_packet.c). Sockets of all interfaces have the interface 0. */
static void take_sockets(struct scan *scan, const char *name, struct device *device)
{
	const char *number = sysroot_read(scan->root, PATH(CLASS_NET "/%s/ifindex", name));
	unsigned int own = number ? (unsigned int)strtoul(number, NULL, 10) : 0, index;
	unsigned long inode;
	for (const char *line = scan->sockets; own && line && *line;
		line += strcspn(line, "\n"), line += *line == '\n')
		if (sscanf(line, "%*s %*s %*s %*s %u %*s %*s %*s %lu", &index, &inode) == 2 && index == own)
			*array_add(scan->nodes) = (struct node){ S_IFSOCK, inode,
				text_format("a packet socket of %s", name), device, NULL };
}

#define SOCKETS "proc/net/packet"

/* Only those of this network namespace, whose interfaces are ours. A kernel without packet sockets has no
 * such file. */
static void collect_sockets(struct scan *scan)
{
	if (!scan->root->live)
		return;
	const char *sockets = sysroot_read_file(&scan->quiet, SOCKETS, SOCKETS_MAX);
	scan_unknown(scan, "/" SOCKETS, !sockets ? -errno : strlen(sockets) == SOCKETS_MAX ? -E2BIG : 0);
	const char *first = sockets ? strchr(sockets, '\n') : NULL;
	scan->sockets = first;
	if (first && first[1])
		scan_each_owned(scan, &scan->quiet, CLASS_NET, take_sockets);
	scan->sockets = NULL;
}

/* Nodes of drivers that sysfs shows below no device: misc devices without a parent. */
static const struct {
	const char *driver, *node;
} misc_nodes[] = {
	{ "ccp", "sev" },
	{ "vboxguest", "vboxguest" },
	{ "vboxguest", "vboxuser" },
	{ "vmw_vmci", "vmci" },
	{ "nitro_enclaves", "nitro_enclaves" },
	{ "mpt3sas", "mpt3ctl" },
	{ "mpt3sas", "mpt2ctl" },
	{ "mptsas", "mptctl" },
	{ "mptspi", "mptctl" },
	{ "mptfc", "mptctl" },
};

static void add_misc(struct scan *scan, struct device *device, const char *class, const char *node)
{
	const char *number = sysroot_read(scan->root, PATH("sys/class/misc/%s/dev", class));
	if (number)
		*array_add(scan->nodes) = (struct node){ S_IFCHR, scan_number(number),
			text_format("/dev/%s", node), device, NULL };
}

#define RANDOM "sys/class/misc/hw_random/rng_current"

static void take_random(struct scan *scan, const char *name, struct device *device)
{
	(void)name;
	add_misc(scan, device, "hw_random", "hwrng");
}

/* The common node of random numbers reads from one source: "virtio_rng.0", or of a driver. */
static void collect_misc(struct scan *scan)
{
	const char *random = sysroot_read(scan->root, RANDOM);
	struct device *device;
	if (text_starts(random, "virtio_rng"))
		scan_each_owned(scan, scan->root, "sys/bus/virtio/drivers/virtio_rng", take_random);
	array_each (device, scan->devices) {
		for (size_t i = 0; device->driver && i < ARRAY_SIZE(misc_nodes); i++)
			if (text_same(device->driver, misc_nodes[i].driver))
				add_misc(scan, device, misc_nodes[i].node, misc_nodes[i].node);
		if (device->driver && text_starts(random, device->driver))
			add_misc(scan, device, "hw_random", "hwrng");
	}
}

static void collect_nodes(struct scan *scan)
{
	const struct block *block;
	const struct block_owner *owner;
	struct device *device;
	scan_each_owned(scan, &scan->quiet, CHARACTER_DEVICES, take_node);
	array_each (device, scan->devices) {
		if (!device->vfio)
			continue;
		add_vfio(scan, device, &device->group, "sys/class/vfio");
		add_vfio(scan, device, &device->cdev, DEVICE_PATH(device, "vfio-dev"));
	}
	array_each (block, &scan->blocks)
		array_each (owner, &block->owners)
			*array_add(scan->nodes) = (struct node){ S_IFBLK, block->number,
				text_format("/dev/%s", block->name), owner->device, owner->way };
	collect_misc(scan);
	collect_sockets(scan);
	if (scan->nodes->count)
		qsort(scan->nodes->items, scan->nodes->count, sizeof *scan->nodes->items, by_number);
}

/* ---- files of processes ---- */

#define VFIO_DEVICE "anon_inode:[vfio-device]"

static bool is_attribute(const char *name)
{
	return text_starts(name, "resource") || text_is(name, "config", "rom");
}

/* The attributes of all devices, by which a file is known whose path names none: a directory or file of sysfs
 * can be mounted somewhere else, as for a container. */
static void collect_attributes(const struct scan *scan)
{
	struct device *device;
	array_each (device, scan->devices) {
		struct name_list names = { 0 };
		const char *folder = text_format(PCI_DEVICES "/%s", device->address);
		const char **name;
		(void)sysroot_list(scan->root, folder, &names);
		array_each (name, &names) {
			if (is_attribute(*name))
				*array_add(&scan->nodes->attributes) = (struct attribute_node){
					sysroot_inode(scan->root, PATH("%s/%s", folder, *name)), *name, device
				};
		}
	}
}

/* Whether the inode must tell which attribute it is. Of a file below /sys/devices the path does; one
 * elsewhere below /sys, or of another sysfs, keeps its name. */
static bool needs_inode(const struct process_file *file)
{
	const char *base = file->path ? strrchr(file->path, '/') : NULL;
	if (!file->inode || text_starts(file->path, "/sys/devices/"))
		return false;
	return (base && is_attribute(base + 1)) || (file->ours && !text_starts(file->path, "/sys/"));
}

static struct device *attribute_by_inode(
	const struct scan *scan, const struct process_file *file, const char **name)
{
	const struct attribute_node *node;
	if (!needs_inode(file))
		return NULL;
	if (!scan->nodes->attributes.count)
		collect_attributes(scan);
	array_each (node, &scan->nodes->attributes)
		if (node->inode == file->inode) {
			*name = node->name;
			return node->device;
		}
	return NULL;
}

/* The PCI device whose attribute the file is, through which a process accesses its registers:
 * ".../0000:00:04.0/resource0" in any sysfs, "/proc/bus/pci/00/04.0". NULL: none. `name` is that of the
 * attribute. */
static struct device *attribute_by_path(const struct scan *scan, const char *path, const char **name)
{
	auto_release const void *mark = keep(0);
	char address[20];
	char *copy = text_copy(path);
	char *last = strrchr(copy, '/');
	if (!last)
		return NULL;
	*last++ = '\0';
	char *parent = strrchr(copy, '/');
	/* Memory of the device for other devices: p2pmem/allocate. */
	bool shared = text_same(parent, "/p2pmem");
	if (shared) {
		*parent = '\0';
		parent = strrchr(copy, '/');
	}
	if (!parent++)
		return NULL;
	*name = path + (last - copy);
	bool attribute = shared || is_attribute(last);
	const char *legacy = text_format("%s:%s", parent, last);
	bool known = attribute ? address_parse(parent, address)
			       : strstr(path, "/bus/pci/") && address_parse(legacy, address);
	return known ? device_find(scan->devices, address) : NULL;
}

static struct device *attribute_owner(
	const struct scan *scan, const struct process_file *file, const char **name)
{
	struct device *device = attribute_by_path(scan, file->path, name);
	return device ? device : attribute_by_inode(scan, file, name);
}

/* A recorded node, or one that is gone, is known by its path only. */
static bool is_node(const struct node *node, const struct process_file *file)
{
	return file->type && node->number ? node->type == file->type && node->number == file->number
					  : text_same(node->path, file->path);
}

/* Whether the file can be a node that is gone, as far as its path is known. Such nodes have the number 0.
 * Called for most open character devices of all processes. */
static bool can_be_gone(const struct node_list *nodes, const struct process_file *file)
{
	const struct process_file gone = { .type = S_IFCHR };
	const struct node *node = file->type == S_IFCHR ? find_node(nodes, &gone) : NULL;
	const struct node *end = nodes->items + nodes->count;
	for (; node && node < end && node->type == S_IFCHR && !node->number; node++)
		if (!file->path || is_node(node, file))
			return true;
	return false;
}

/* A mapping of physical memory, which can be that of a device. */
static bool is_memory(const struct process_file *file)
{
	return file->mapped && file->type == S_IFCHR && file->number == makedev(1, 1);
}

/* Whether sysfs shows nodes of this number. */
static bool shows_major(const struct scan *scan, unsigned int number)
{
	struct name_list names = { 0 };
	const char *start = text_format("%u:", number);
	const char **name;
	(void)sysroot_list(&scan->quiet, CHARACTER_DEVICES, &names);
	array_each (name, &names)
		if (text_starts(*name, start))
			return true;
	return false;
}

/* The name with which the driver of a node registered its number, "" unless it is that of a PCI driver
 * "195 nvidia-frontend" for nvidia. */
static const char *major_driver(const struct scan *scan, unsigned int number)
{
	struct node_list *nodes = scan->nodes;
	const struct device *device;
	const char *key = text_format("\n%3u ", number);
	if (!nodes->drivers)
		nodes->drivers = sysroot_read_file(scan->root, "proc/devices", SYSROOT_TEXT_MAX);
	if (!nodes->drivers)
		nodes->drivers = "";
	const char *found = strstr(nodes->drivers, key), *blocks = strstr(nodes->drivers, "\nBlock");
	const char *name = found && (!blocks || found < blocks) ? found + strlen(key) : "";
	const char *longest = "";
	array_each (device, scan->devices)
		if (device->driver && text_starts(name, device->driver) &&
			strlen(device->driver) > strlen(longest))
			longest = device->driver;
	return nodes->majors[number] = *longest && shows_major(scan, number) ? "" : longest;
}

/* The driver of a node that sysfs does not show, as those of nvidia; NULL: none. */
static const char *hidden_driver(const struct scan *scan, const struct process_file *file)
{
	unsigned int number = major(file->number);
	if (!scan->root->live || file->type != S_IFCHR || number >= MAJORS)
		return NULL;
	const char *driver = scan->nodes->majors[number];
	if (!driver)
		driver = major_driver(scan, number);
	return *driver ? driver : NULL;
}

/* Descriptors of a driver that outlive its node. */
static const struct {
	const char *name, *driver; /* a part of the driver's name */
} leftovers[] = {
	{ "anon_inode:ne-vm", "nitro_enclaves" },
	{ "anon_inode:[i915_perf]", "i915" },
	{ "anon_inode:[xe_oa]", "xe" },
	{ "anon_inode:[perf_event]", "_uncore" },
};

static bool is_leftover(const struct process_file *file)
{
	for (size_t i = 0; i < ARRAY_SIZE(leftovers); i++)
		if (text_same(file->path, leftovers[i].name))
			return true;
	return false;
}

static void take_leftover(struct scan *scan, const struct process_file *file)
{
	struct device *device;
	const char *detail =
		text_format("process %s has it of a device that the kernel does not name", file->process);
	for (size_t i = 0; i < ARRAY_SIZE(leftovers); i++)
		array_each (device, scan->devices)
			if (text_same(file->path, leftovers[i].name) && device->driver &&
				strstr(device->driver, leftovers[i].driver))
				use_simple(device, USE_UNKNOWN, file->path, detail);
}

#define GPIO_CHIPS "sys/bus/gpio/devices"
#define CHIP       "gpio-chip:\t"

/* Lines that a process keeps of a GPIO chip, whose node it has closed. */
static bool is_lines(const struct process_file *file)
{
	return text_starts(file->path, "anon_inode:gpio-");
}

static bool is_wanted(const struct process_file *file, const void *context)
{
	const struct scan *scan = context;
	const struct node *node;
	const char *name;
	if (file->type == S_IFSOCK)
		network_connection_held(scan, file->number, file->pid);
	if (file->type)
		return is_memory(file) || find_node(scan->nodes, file) || can_be_gone(scan->nodes, file) ||
		       hidden_driver(scan, file);
	if (text_same(file->path, VFIO_DEVICE) || is_leftover(file) || is_lines(file) ||
		attribute_owner(scan, file, &name))
		return true;
	array_each (node, scan->nodes)
		if (!scan->root->live && is_node(node, file))
			return true;
	return false;
}

/* The flags of open(2), which fdinfo has in octal; 0: unknown. */
static unsigned long flags_of(const struct process_file *file)
{
	const char *flags = file->info ? strstr(file->info, "flags:") : NULL;
	return flags ? strtoul(flags + strlen("flags:"), NULL, 8) : 0;
}

static bool can_write(const struct process_file *file)
{
	return file->mapped || flags_of(file) & O_ACCMODE;
}

static void add_process(
	struct device *device, const struct process_file *file, const char *what, const char *way)
{
	use_add(device, &(struct use){ USE_PROCESS, what, file->process, way, NULL });
}

/* The value of this key in fdinfo; NULL: there is none. */
static const char *info_value(const struct process_file *file, const char *key)
{
	const char *value = file->info ? strstr(file->info, key) : NULL;
	if (!value)
		return NULL;
	value += strlen(key);
	return text_format("%.*s", (int)strcspn(value, "\n"), value);
}

/* fdinfo names the chip, "gpiochip0", but not for the old interface. */
static void take_lines(struct scan *scan, const struct process_file *file)
{
	struct name_list chips = { 0 };
	const char **name;
	const char *chip = info_value(file, CHIP);
	const char *detail = text_format(
		"process %s has lines of a GPIO chip that the kernel does not name", file->process);
	(void)sysroot_list(&scan->quiet, GPIO_CHIPS, &chips);
	array_each (name, &chips) {
		struct owner_list owners = { 0 };
		struct device **owner;
		if (chip && !text_same(*name, chip))
			continue;
		(void)scan_owners(scan, &scan->quiet, GPIO_CHIPS, *name, &owners);
		array_each (owner, &owners)
			if (chip)
				add_process(*owner, file, *name, NULL);
			else
				use_simple(*owner, USE_UNKNOWN, *name, detail);
	}
}

#define SYSPATH "vfio-device-syspath:"

/* Whether another file of the process shows which VFIO device it has. */
static bool is_explained(const struct scan *scan, const struct process_file *file)
{
	const struct process_file *other;
	array_each (other, &scan->processes.files) {
		const struct node *node = other->type ? find_node(scan->nodes, other) : NULL;
		if (text_same(other->process, file->process) && !(flags_of(other) & O_PATH) &&
			((node && node->device->vfio) || (other->info && strstr(other->info, SYSPATH))))
			return true;
	}
	return false;
}

/* fdinfo names the device since 7.3: "vfio-device-syspath: /sys/devices/pci0000:00/0000:00:04.0", that of a
 * mediated device is below it. Before, and for a mapping, it can be any VFIO device. */
static void take_vfio_device(struct scan *scan, const struct process_file *file)
{
	char address[20];
	const char *path = info_value(file, SYSPATH);
	struct device *device, *only = NULL;
	size_t count = 0;
	if (path) {
		only = address_last(path, address) ? device_find(scan->devices, address) : NULL;
		if (only)
			add_process(only, file, file->path, NULL);
		return;
	}
	if (is_explained(scan, file))
		return;
	array_each (device, scan->devices)
		if (device->vfio && ++count)
			only = device;
	if (count == 1)
		add_process(only, file, file->path, NULL);
	const char *detail =
		text_format("process %s has a VFIO device open that the kernel does not name", file->process);
	array_each (device, scan->devices)
		if (device->vfio && count > 1)
			use_simple(device, USE_UNKNOWN, file->path, detail);
}

#define MEMORY 0x200 /* IORESOURCE_MEM */

/* Whether the mapping overlaps a BAR. `resource`: a line "START END FLAGS" for each, in hexadecimal. */
static bool overlaps(const char *resource, const struct process_file *file)
{
	unsigned long long start, end, flags;
	for (const char *line = resource; line && sscanf(line, " %llx %llx %llx", &start, &end, &flags) == 3;
		line = strchr(line + 1, '\n'))
		if (end && (flags & MEMORY) && start < file->offset + file->length && file->offset <= end)
			return true;
	return false;
}

/* Most machines have no process that maps physical memory. */
static void take_memory(struct scan *scan)
{
	const struct process_file *file;
	struct device *device;
	bool any = false;
	array_each (file, &scan->processes.files)
		any |= is_memory(file);
	if (!any)
		return;
	array_each (device, scan->devices) {
		const char *resource = sysroot_read(scan->root, DEVICE_PATH(device, "resource"));
		array_each (file, &scan->processes.files)
			if (is_memory(file) && overlaps(resource, file))
				add_process(device, file, "the memory of a BAR, through /dev/mem,", NULL);
	}
}

static void take_file(struct scan *scan, const struct process_file *file)
{
	const struct node *node;
	const char *name;
	struct device *device;
	/* It names the node, and has not opened it. */
	if (flags_of(file) & O_PATH)
		return;
	array_each (node, scan->nodes)
		if (is_node(node, file))
			add_process(node->device, file, node->type == S_IFSOCK ? node->path : file->path,
				node->way);
	const char *driver = hidden_driver(scan, file);
	array_each (device, scan->devices)
		if (driver && text_same(device->driver, driver))
			add_process(device, file, file->path, NULL);
	if (file->type)
		return;
	if (text_same(file->path, VFIO_DEVICE))
		take_vfio_device(scan, file);
	else if (is_lines(file))
		take_lines(scan, file);
	else if (is_leftover(file))
		take_leftover(scan, file);
	else if ((device = attribute_owner(scan, file, &name)) && can_write(file))
		add_process(device, file, name, NULL);
}

/* Whether the packet socket exists still. */
static bool has_socket(const struct sysroot *root, unsigned long inode)
{
	auto_release const void *mark = keep(0);
	const char *sockets = sysroot_read_file(root, SOCKETS, SOCKETS_MAX);
	unsigned long other;
	for (const char *line = sockets; line && *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (sscanf(line, "%*s %*s %*s %*s %*s %*s %*s %*s %lu", &other) == 1 && other == inode)
			return true;
	return false;
}

/* Packet sockets that no process has open: one that is only mapped, or in a message, is in use, too. */
static void take_orphans(struct scan *scan)
{
	const struct node *node;
	const struct process_file *file;
	array_each (node, scan->nodes) {
		bool held = node->type != S_IFSOCK;
		array_each (file, &scan->processes.files)
			held |= is_node(node, file);
		if (!held && has_socket(&scan->quiet, node->number))
			use_simple(node->device, USE_UNKNOWN, node->path,
				"no process that can be seen has it open");
	}
}

/* Processes that the look got stuck at. */
static void take_skipped(struct scan *scan)
{
	const char **name;
	array_each (name, &scan->processes.skipped)
		scan_unknown_because(scan, text_format("process %s", *name),
			"the kernel does not show what it has open: it may be stuck");
	array_each (name, &scan->processes.in_flight)
		scan_unknown_because(scan, text_format("process %s", *name),
			"a message that it has not received contains open files, which the kernel does not name");
}

/* The first process that could not be looked at. */
static void take_unreadable(struct scan *scan)
{
	const struct process_facts *facts = &scan->processes;
	const char *what = facts->unreadable ? text_format("process %s", facts->unreadable) : "/proc";
	if (facts->error == -EACCES && !user_is_root())
		scan_unknown_because(scan, "/proc/*/fd", ONLY_ROOT_SEES);
	else
		scan_unknown(scan, what, facts->error);
}

static void look_at_processes(struct scan *scan)
{
	struct progress *progress = scan->processes.progress;
	const struct process_file *file;
	scan->at_registers = true;
	process_facts_collect(scan->root, is_wanted, scan, &scan->processes);
	if (progress)
		progress_step(progress, progress->part, 0);
	take_skipped(scan);
	array_each (file, &scan->processes.files)
		take_file(scan, file);
	take_orphans(scan);
	take_memory(scan);
	take_unreadable(scan);
	if (scan->root->live && sysroot_exists(scan->root, "proc/filesystems") == ANSWER_NO)
		scan_unknown_because(scan, "/proc", "mounted with subset=pid, it lacks what the kernel uses");
	if (scan->processes.hidden)
		scan_unknown_because(scan, "/proc", "processes of other users or PID namespaces are hidden");
	scan->at_registers = false;
}

void processes_collect(struct scan *scan)
{
	scan->nodes = keep(sizeof *scan->nodes);
	collect_nodes(scan);
	look_at_processes(scan);
}

void processes_collect_files(struct scan *scan)
{
	scan->nodes = keep(sizeof *scan->nodes);
	scan->processes.files_only = true;
	look_at_processes(scan);
}
