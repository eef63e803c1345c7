#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "collect/collect.h"

/* ---- shares ---- */

#define VIRTIOFS "sys/fs/virtiofs"

/* The tag of the virtio device, which kernels since 6.9 show; NULL: unknown. */
static const char *virtiofs_tag(const struct scan *scan, const char *device)
{
	struct name_list entries = { 0 };
	const char **entry;
	(void)sysroot_list(scan->root, VIRTIOFS, &entries);
	array_each (entry, &entries) {
		if (text_same(sysroot_link_name(scan->root, PATH(VIRTIOFS "/%s/device", *entry)), device))
			return sysroot_read(scan->root, PATH(VIRTIOFS "/%s/tag", *entry));
	}
	return NULL;
}

/* Whether the source of the mount is the tag, which has no blanks at its end as it was read. */
static bool is_tag(const char *source, const char *tag)
{
	const char *rest = tag ? text_after(source, tag) : NULL;
	return rest && !rest[strspn(rest, " ")];
}

/* The source of a mount is the tag. Without a tag, every virtiofs mount counts for every such device. */
static bool is_share(const struct mount_fact *mount, bool virtiofs, const char *tag)
{
	if (virtiofs)
		return text_same(mount->type, "virtiofs") && (!tag || is_tag(mount->source, tag));
	return text_same(mount->type, "9p") && is_tag(mount->source, tag);
}

/* The 9p mounts of another transport have another source than any tag. */
static bool is_any_share(const struct scan *scan, const struct mount_fact *mount, bool virtiofs)
{
	struct name_list names = { 0 };
	const char **name;
	bool found = false;
	if (virtiofs || !text_same(mount->type, "9p"))
		return is_share(mount, virtiofs, NULL);
	(void)sysroot_list(scan->root, BUS_VIRTIO, &names);
	array_each (name, &names) {
		const char *tag = sysroot_read(scan->root, PATH(BUS_VIRTIO "/%s/mount_tag", *name));
		found |= is_share(mount, virtiofs, tag);
	}
	return found;
}

/* The shares that are mounted, one at several places counted once. */
static unsigned long count_shares(const struct scan *scan, bool virtiofs)
{
	unsigned long count = 0;
	const struct mount_fact *mount, *earlier;
	array_each (mount, &scan->mounts) {
		for (earlier = scan->mounts.items; earlier->number != mount->number; earlier++)
			;
		count += earlier == mount && is_any_share(scan, mount, virtiofs);
	}
	return count;
}

/* Each filesystem has a reference to the module, also when it is no longer mounted (umount -l), or is below
 * an overlay whose mount is hidden. Which device it is of is unknown. */
static void take_hidden_share(const struct scan *scan, const char *name, bool virtiofs, struct device *device)
{
	const char *references = sysroot_read(
		scan->root, PATH("sys/module/%s/refcnt", virtiofs ? "virtiofs" : "9pnet_virtio"));
	if (!references)
		use_simple(
			device, USE_UNKNOWN, name, "its driver does not tell whether a filesystem is in use");
	else if (strtoul(references, NULL, 10) > count_shares(scan, virtiofs))
		use_simple(
			device, USE_UNKNOWN, name, "a filesystem of the host is in use that no mount shows");
}

/* Filesystems that the host shares through a virtio device. */
static void take_share(struct scan *scan, const char *name, const char *driver, struct device *device)
{
	bool virtiofs = text_same(driver, "virtiofs");
	const char *tag = virtiofs ? virtiofs_tag(scan, name)
				   : sysroot_read(scan->root, PATH(BUS_VIRTIO "/%s/mount_tag", name));
	const struct mount_fact *mount;
	bool mounted = false;
	if (!virtiofs && !text_same(driver, "9pnet_virtio"))
		return;
	use_unknown(device, name, scan->mounts_error);
	array_each (mount, &scan->mounts)
		if (is_share(mount, virtiofs, tag)) {
			use_add(device, &(struct use){ USE_MOUNT, mount->source, mount->target, NULL,
						mount->process });
			mounted = true;
		}
	if (!mounted)
		take_hidden_share(scan, name, virtiofs, device);
}

/* ---- memory ---- */

/* What virtio_mem has added to the machine's memory is below the resource of the device
 * (virtio_mem_create_resource and virtio_mem_add_memory in drivers/virtio/virtio_mem.c). */
static void take_memory(struct scan *scan, const char *name, struct device *device)
{
	const char *resources = sysroot_read_file(scan->root, "proc/iomem", SYSROOT_TEXT_MAX);
	const char *line = text_format(" : %s\n", name);
	const char *found = resources ? strstr(resources, line) : NULL;
	const char *below = found ? strchr(found + strlen(line), ':') : NULL;
	use_unknown(device, "proc/iomem", resources ? 0 : -errno);
	if (text_starts(below, ": System RAM (virtio_mem)"))
		use_simple(device, USE_MEMORY, name, NULL);
}

/* Memory of a device that dax_kmem has added to that of the machine. */
static void take_dax(struct scan *scan, const char *name, struct device *device)
{
	if (text_same(sysroot_link_name(scan->root, PATH(BUS_DAX "/%s/driver", name)), "kmem"))
		use_simple(device, USE_MEMORY, name, NULL);
}

/* A region of CXL memory that is not persistent can be memory of the machine since the firmware started it.
 */
static void take_region(struct scan *scan, const char *name, struct device *device)
{
	const char *mode =
		text_starts(name, "region") ? sysroot_read(scan->root, PATH(BUS_CXL "/%s/mode", name)) : NULL;
	if (mode && strstr(mode, "ram"))
		use_simple(device, USE_MEMORY, name, NULL);
}

/* Without its driver nothing tells what the firmware did with the memory of a CXL device. */
static void take_firmware_memory(struct device *device)
{
	if (device->class >> 8 == 0x0502 && !text_same(device->driver, "cxl_pci"))
		use_simple(
			device, USE_UNKNOWN, "CXL", "the firmware may have given its memory to the machine");
}

/* ---- algorithms ---- */

/* The core that QuickAssist drivers leave their algorithms to. */
#define QAT_CORE "intel_qat"

/* Whether algorithms of the module `other` can be those of the driver: its own, those of a core below it, or
 * of a module above (ccp_crypto). What else is below is software that it falls back to. */
static bool is_related(const struct scan *scan, const char *driver, const char *other)
{
	auto_release const void *mark = keep(0);
	const char *above = text_format("sys/module/%s/holders/%s", driver, other);
	const char *core = text_format("sys/module/" QAT_CORE "/holders/%s", driver);
	return text_same(driver, other) || sysroot_exists(scan->root, above) == ANSWER_YES ||
	       (text_same(other, QAT_CORE) && sysroot_exists(scan->root, core) == ANSWER_YES);
}

/* What is built in belongs to the module "kernel", but its names have a part in common. */
static bool is_named_after(const char *name, const char *driver)
{
	static const struct {
		const char *driver, *part;
	} names[] = {
		{ "virtio_crypto", "virtio_crypto_" },
		{ "ccp", "-ccp" },
		{ "idxd", "-iaa" },
		{ "cxgb4", "chcr" },
		{ "hisi_sec2", "hisi_sec" },
		{ "hisi_hpre", "hpre" },
		{ "hisi_zip", "hisi-" },
		{ "4xxx", "qat_" },
		{ "420xx", "qat_" },
		{ "c3xxx", "qat_" },
		{ "c3xxxvf", "qat_" },
		{ "c6xx", "qat_" },
		{ "c6xxvf", "qat_" },
		{ "dh895xcc", "qat_" },
		{ "dh895xccvf", "qat_" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (text_same(driver, names[i].driver))
			return strstr(name, names[i].part);
	return false;
}

static void collect_algorithms(struct scan *scan)
{
	char *text = sysroot_read_file(scan->root, "proc/crypto", SYSROOT_TEXT_MAX), *rest = NULL;
	scan->algorithms_error = text ? 0 : -errno;
	for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line; line = strtok_r(NULL, "\n", &rest))
		*array_add(&scan->algorithms) = line;
}

/* Algorithms of the driver in `folder` that the kernel or a process uses: in /proc/crypto their refcnt is
 * above 1, that of each registered one (crypto_register_alg in crypto/algapi.c). */
static void take_algorithms(struct scan *scan, const char *driver, const char *folder, struct device *device)
{
	const char *of = sysroot_link_name(scan->root, PATH("%s/module", folder));
	char name[128] = "", module[64] = "";
	const char **line;
	int count;
	if (!scan->algorithms.count && !scan->algorithms_error)
		collect_algorithms(scan);
	use_unknown(device, "proc/crypto", scan->algorithms_error);
	array_each (line, &scan->algorithms) {
		(void)sscanf(*line, "driver : %127s", name);
		(void)sscanf(*line, "module : %63s", module);
		if (sscanf(*line, "refcnt : %d", &count) != 1 || count <= 1)
			continue;
		if (text_same(module, "kernel") ? is_named_after(name, driver)
						: of && is_related(scan, of, module))
			use_simple(device, USE_ALGORITHM, name, NULL);
	}
}

/* Coprocessors, encryption controllers and accelerators; and of other classes, those with algorithms in a
 * module above (iaa_crypto, chcr). */
static void take_accelerator(struct scan *scan, struct device *device)
{
	unsigned int class = device->class >> 16;
	if (class == 0x0b || class == 0x10 || class == 0x12 || text_is(device->driver, "idxd", "cxgb4"))
		take_algorithms(scan, device->driver, PATH("sys/bus/pci/drivers/%s", device->driver), device);
}

/* ---- users of a driver, gadgets ---- */

/* Drivers with a reference to a module for each user: each socket that is connected to the host
 * (vsock_assign_transport in net/vmw_vsock/af_vsock.c), each user of a management controller, such as its
 * watchdog (ipmi_create_user in drivers/char/ipmi/ipmi_msghandler.c). */
static const struct counted {
	const char *driver, *module;
	bool needed; /* the driver cannot work without it */
} counted[] = {
	{ "vmw_vsock_virtio_transport", "vmw_vsock_virtio_transport", true },
	{ "vmw_vmci", "vmw_vsock_vmci_transport", false },
	{ "ipmi_si", "ipmi_si", true },
	{ "ipmi_ssif", "ipmi_ssif", true },
};

static void take_users(struct scan *scan, const char *driver, struct device *device)
{
	const struct counted *known = counted, *end = counted + ARRAY_SIZE(counted);
	while (known < end && !text_same(driver, known->driver))
		known++;
	if (known == end)
		return;
	const char *count = sysroot_read(scan->root, PATH("sys/module/%s/refcnt", known->module));
	if (!count && known->needed)
		use_simple(device, USE_UNKNOWN, driver, "built into the kernel, it does not tell its users");
	else if (count && !text_same(count, "0"))
		use_simple(device, USE_MODULE, known->module, NULL);
}

#define BUS_CONTROLLERS "sys/bus/i2c/drivers/ipmi_ssif"

/* A management controller on the SMBus of the device. */
static void take_bus_users(struct scan *scan, const char *name, struct device *device)
{
	(void)name;
	take_users(scan, "ipmi_ssif", device);
}

/* MIDI ports that are open, also by the kernel's own sequencer (snd_rawmidi_proc_info_read in
 * sound/core/rawmidi.c). `name`: midiC0D0. */
static void take_midi(struct scan *scan, const char *name, struct device *device)
{
	unsigned int card, port;
	if (sscanf(name, "midiC%uD%u", &card, &port) != 2)
		return;
	const char *state = sysroot_read(scan->root, PATH("proc/asound/card%u/midi%u", card, port));
	if (state && strstr(state, "Owner PID"))
		use_simple(device, USE_KERNEL, name, text_format("the MIDI port %s", name));
}

/* A connection is "hci0:256". */
static void take_bluetooth(struct scan *scan, const char *name, struct device *device)
{
	(void)scan;
	if (strchr(name, ':'))
		use_simple(device, USE_KERNEL, name, text_format("the Bluetooth connection %s", name));
}

/* Memory that the host has taken back, and that the driver gives back to the machine when it is unbound. */
static void take_balloon(struct scan *scan, struct device *device)
{
	const char *counters = sysroot_read_file(scan->root, "proc/vmstat", SYSROOT_TEXT_MAX);
	const char *taken = counters ? strstr(counters, "\nballoon_inflate ") : NULL;
	const char *given = counters ? strstr(counters, "\nballoon_deflate ") : NULL;
	unsigned long long in = 0, out = 0;
	if (taken && given && sscanf(taken, " balloon_inflate %llu", &in) == 1 &&
		sscanf(given, " balloon_deflate %llu", &out) == 1 && in > out)
		use_simple(device, USE_KERNEL, "balloon", "memory that the host has taken back (balloon)");
}

/* Unbinding the driver ends the virtual machines that have one, or waits for them. */
static void take_mediated(struct scan *scan, const char *name, struct device *device)
{
	(void)scan;
	use_simple(device, USE_MEDIATED, name, NULL);
}

#define USB_SERVER "sys/bus/usb/drivers/usbip-host"

/* USB devices that another machine uses through USB/IP: their status is 2 (SDEV_ST_USED). */
static void take_usb_clients(struct scan *scan)
{
	struct name_list names = { 0 };
	const char **name;
	scan_unknown(scan, USB_SERVER, sysroot_list(scan->root, USB_SERVER, &names));
	array_each (name, &names) {
		if (text_same(sysroot_read(scan->root, PATH(USB_SERVER "/%s/usbip_status", *name)), "2"))
			scan_use(scan, USB_SERVER, *name, USE_REMOTE, NULL);
	}
}

#define USB_CONTROLLERS "sys/class/udc"

/* Its attribute function is the name of the gadget, if there is one. */
static void take_gadget(struct scan *scan, const char *name, struct device *device)
{
	const char *path = text_format(USB_CONTROLLERS "/%s/function", name);
	const char *gadget = sysroot_read(scan->root, path);
	use_unknown(device, path, gadget ? 0 : -errno);
	if (gadget && *gadget)
		use_simple(device, USE_GADGET, name, gadget);
}

static void take_virtio(struct scan *scan, const char *name, struct device *device)
{
	const char *path = text_format(BUS_VIRTIO "/%s/driver", name);
	const char *driver = sysroot_link_name(scan->root, path);
	take_users(scan, driver, device);
	if (text_same(driver, "virtio_iommu"))
		use_simple(device, USE_IOMMU, NULL, NULL);
	else if (text_same(driver, "virtio_mem"))
		take_memory(scan, name, device);
	else if (text_same(driver, "virtio_balloon"))
		take_balloon(scan, device);
	else if (text_same(driver, "virtio_crypto"))
		take_algorithms(scan, driver, path, device);
	else
		take_share(scan, name, driver, device);
}

/* ---- displays, virtual functions ---- */

static void take_framebuffer(struct scan *scan, const char *name, struct device *device)
{
	(void)scan;
	use_simple(device, USE_FRAMEBUFFER, name, NULL);
}

/* Counts the virtfnN links, and notes in the devices behind them whose functions they are. Reading
 * sriov_numvfs takes the lock of the device, which the kernel holds while it waits for a user of a virtual
 * function. */
static void take_functions(const struct scan *scan, struct device *device)
{
	int count = 0, error = 0;
	while (!error) {
		const char *address = sysroot_link_name(
			scan->root, PATH(PCI_DEVICES "/%s/virtfn%d", device->address, count));
		struct device *function = address ? device_find(scan->devices, address) : NULL;
		error = address ? 0 : -errno;
		count += !error;
		if (function && !function->physical)
			function->physical = device->address;
	}
	use_unknown(device, "virtfn", error);
	const char *functions = count ? text_format("%d", count) : NULL;
	if (functions)
		use_simple(device, USE_VFS, NULL, functions);
}

/* Before 6.9 a framebuffer of the firmware (efi-framebuffer.0, simple-framebuffer.0) is below no device. */
static bool has_firmware_screen(const struct scan *scan)
{
	struct name_list names = { 0 };
	const char **name;
	char address[20];
	bool found = false;
	(void)sysroot_list(scan->root, CLASS_GRAPHICS, &names);
	array_each (name, &names) {
		const char *target = sysroot_readlink(scan->root, PATH(CLASS_GRAPHICS "/%s", *name));
		found |= target && strstr(target, "-framebuffer.") && !address_last(target, address);
	}
	return found;
}

/* Only display devices have boot_vga. */
static bool is_boot_display(const struct scan *scan, const struct device *device)
{
	if (device->class >> 16 != 0x03)
		return false;
	return text_same(sysroot_read(scan->root, DEVICE_PATH(device, "boot_vga")), "1");
}

static bool has_boot_display(const struct scan *scan)
{
	const struct device *device;
	array_each (device, scan->devices)
		if (is_boot_display(scan, device))
			return true;
	return false;
}

static void take_display(const struct scan *scan, struct device *device)
{
	if (is_boot_display(scan, device))
		use_simple(device, USE_DISPLAY, NULL, NULL);
	/* One that is not VGA (class 0380), and has no driver of its own, may be the screen of the firmware.
	 */
	if (device->class >> 8 == 0x0380 && !device->driver && has_firmware_screen(scan) &&
		!has_boot_display(scan))
		use_simple(device, USE_UNKNOWN, "framebuffer", "the console may be on this display");
}

/* Devices of these drivers are in use without a user that the kernel shows. */
static const struct {
	const char *driver;
	enum use_kind kind;
	const char *object, *detail;
} used_drivers[] = {
	{ "pvpanic-pci", USE_PANIC, "pvpanic-pci", NULL },
	{ "pciback", USE_UNKNOWN, "pciback",
		"Xen may have given the device to another domain (xl pci-list)" },
	{ "xen-platform-pci", USE_KERNEL, "Xen", "all disks and networks of Xen" },
};

static void take_driver(struct device *device)
{
	for (size_t i = 0; i < ARRAY_SIZE(used_drivers); i++)
		if (text_same(device->driver, used_drivers[i].driver))
			use_simple(
				device, used_drivers[i].kind, used_drivers[i].object, used_drivers[i].detail);
}

/* Parts of the machine that are no bridges. */
static void take_platform(struct device *device)
{
	unsigned int class = device->class >> 8;
	if (class == 0x0800)
		use_simple(device, USE_KERNEL, "interrupts", "interrupts");
	else if (text_same(device->driver, "pcieport") && class != 0x0604)
		use_simple(device, USE_KERNEL, "PCIe", "services of PCIe, such as errors");
}

/* Folders of the host of a guest of VirtualBox. */
static void take_shared_folders(struct scan *scan, struct device *device)
{
	const struct mount_fact *mount;
	if (!text_same(device->driver, "vboxguest"))
		return;
	array_each (mount, &scan->mounts)
		if (text_same(mount->type, "vboxsf"))
			use_add(device, &(struct use){ USE_MOUNT, mount->source, mount->target, NULL,
						mount->process });
}

/* The kernel writes its messages to consoles, "tty0 ttyS4", and can have a debugger at one:
 * "kbd,ttyS4,115200". */
static void take_consoles(struct scan *scan, const char *path)
{
	char *active = sysroot_read(scan->root, path);
	char *rest = NULL;
	for (char *name = active ? strtok_r(active, " ,", &rest) : NULL; name;
		name = strtok_r(NULL, " ,", &rest))
		scan_use(scan, "sys/class/tty", name, USE_CONSOLE, NULL);
}

#define GPIO     "sys/class/gpio"
#define CHANNELS "sys/class/dma"

/* Channels of a DMA engine (ioatdma) that have clients in the kernel. */
static void take_channel(struct scan *scan, const char *name, struct device *device)
{
	const char *path = text_format(CHANNELS "/%s/in_use", name);
	const char *clients = sysroot_read(scan->root, path);
	use_unknown(device, path, clients ? 0 : -errno);
	if (clients && !text_same(clients, "0"))
		use_simple(device, USE_DMA, name, NULL);
}

#define WATCHDOGS "sys/class/watchdog"

/* Whether the watchdog belongs to the device. Some drivers, such as i6300esb, register it without a parent,
 * and name it like themselves. */
static bool is_watchdog_of(const struct name_list *owners, const char *identity, const struct device *device)
{
	return owners->count ? name_list_has(owners, device->address) : text_same(identity, device->driver);
}

/* The timer of a watchdog can run without a process. */
static void take_watchdog(struct scan *scan, const char *name)
{
	struct name_list owners = { 0 };
	const char *state = sysroot_read(scan->root, PATH(WATCHDOGS "/%s/state", name));
	const char *identity = sysroot_read(scan->root, PATH(WATCHDOGS "/%s/identity", name));
	struct device *device;
	(void)owner_collect(scan->root, WATCHDOGS, name, &owners);
	array_each (device, scan->devices) {
		bool of_it = identity && is_watchdog_of(&owners, identity, device);
		/* Kernels without WATCHDOG_SYSFS have neither. */
		if (!state && name_list_has(&owners, device->address))
			use_simple(
				device, USE_UNKNOWN, name, "the kernel does not tell whether its timer runs");
		if (of_it && text_same(state, "active"))
			use_simple(device, USE_WATCHDOG, name, NULL);
		/* The kernel alone may keep a timer of hpwdt quiet that the firmware started. */
		else if (of_it && strstr(identity, "HW Watchdog"))
			use_simple(device, USE_UNKNOWN, name, "the firmware may have started its timer");
	}
}

static void take_watchdogs(struct scan *scan)
{
	struct name_list names = { 0 };
	const char **name;
	scan_unknown(scan, WATCHDOGS, sysroot_list(scan->root, WATCHDOGS, &names));
	array_each (name, &names)
		take_watchdog(scan, *name);
}

/* What something has of the memory or ports of a device: of one without a driver (ramoops, ERST, a serial
 * port that was set to its address), or as ACPI the registers of a chipset (82371AB), whatever driver it has.
 */
static void take_region_of(const struct scan *scan, struct device *device, const char *name)
{
	char address[20];
	bool reserved = text_starts(name, "Reserved") || text_starts(name, "pnp ") ||
			text_starts(name, "PCI ") || address_parse(name, address);
	if (text_starts(name, "ACPI ") && device->class >> 8 == 0x0680)
		use_simple(device, USE_KERNEL, "ACPI", "ACPI power management");
	/* A driver that has come meanwhile has its own regions. */
	else if (!device->driver && !reserved &&
		 sysroot_exists(scan->root, DEVICE_PATH(device, "driver")) == ANSWER_NO)
		use_simple(device, USE_KERNEL, name, name);
}

/* In /proc/iomem and /proc/ioports such regions are below "0600-063f : 0000:00:01.3", that of the device. */
static void take_regions(struct scan *scan, char *lines)
{
	char *rest = NULL;
	struct device *owner = NULL;
	size_t own = 0;
	for (const char *line = lines ? strtok_r(lines, "\n", &rest) : NULL; line;
		line = strtok_r(NULL, "\n", &rest)) {
		const char *name = strstr(line, " : ");
		size_t depth = strspn(line, " ");
		if (!name)
			continue;
		name += strlen(" : ");
		if (owner && depth > own) {
			take_region_of(scan, owner, name);
			continue;
		}
		owner = device_find(scan->devices, name);
		own = depth;
	}
}

/* vfio-pci disables them when it is unbound. */
static void collect_functions(struct scan *scan)
{
	struct device *device;
	array_each (device, scan->devices)
		if (device->vfio)
			take_functions(scan, device);
}

/* What a device is by itself, without what is on top of it. */
static void collect_themselves(struct scan *scan)
{
	struct device *device;
	/* The first shows where the kernel is in memory, which is nothing for a report. */
	take_regions(scan, sysroot_read_file(&scan->quiet, "proc/iomem", SYSROOT_TEXT_MAX));
	take_regions(scan, sysroot_read_file(scan->root, "proc/ioports", SYSROOT_TEXT_MAX));
	array_each (device, scan->devices) {
		take_display(scan, device);
		take_driver(device);
		take_platform(device);
		take_shared_folders(scan, device);
		take_firmware_memory(device);
		if (device->is_iommu)
			use_simple(device, USE_IOMMU, NULL, NULL);
		take_users(scan, device->driver, device);
		if (device->driver)
			take_accelerator(scan, device);
		take_functions(scan, device);
	}
}

/* Lines of GPIO chips that were exported (Documentation/ABI/obsolete/sysfs-gpio). */
static void take_exported_lines(struct scan *scan)
{
	struct name_list names = { 0 };
	const char **name;
	(void)sysroot_list(scan->root, GPIO, &names);
	array_each (name, &names)
		if (!text_is(*name, "export", "unexport") && !text_starts(*name, "gpiochip") &&
			!text_starts(*name, "chip"))
			scan_use(scan, GPIO, *name, USE_KERNEL,
				text_format("GPIO line %s, which is exported in /sys/class/gpio", *name));
}

static void collect_others(struct scan *scan)
{
	scan_each_owned(scan, scan->root, CLASS_GRAPHICS, take_framebuffer);
	scan_each_owned(scan, scan->root, BUS_VIRTIO, take_virtio);
	take_consoles(scan, "sys/class/tty/console/active");
	take_consoles(scan, "sys/module/kgdboc/parameters/kgdboc");
	take_watchdogs(scan);
	take_exported_lines(scan);
	take_usb_clients(scan);
	scan_each_owned(scan, scan->root, "sys/bus/mdev/devices", take_mediated);
	scan_each_owned(scan, scan->root, BUS_DAX, take_dax);
	scan_each_owned(scan, scan->root, BUS_CXL, take_region);
	scan_each_owned(scan, scan->root, CHANNELS, take_channel);
	scan_each_owned(scan, scan->root, BUS_CONTROLLERS, take_bus_users);
	scan_each_owned(scan, scan->root, "sys/class/sound", take_midi);
	scan_each_owned(scan, scan->root, "sys/class/bluetooth", take_bluetooth);
	scan_each_owned(scan, scan->root, USB_CONTROLLERS, take_gadget);
}

/* Whether a read of its configuration would not wake the device up; unknown before 5.11. */
static bool is_awake(const struct scan *scan, const struct device *device)
{
	const char *state =
		scan->root->live ? sysroot_read(scan->root, DEVICE_PATH(device, "power_state")) : "D0";
	return state && !text_same(state, "D3cold");
}

/* Of the devices that are named, or else of those that seem to be free: one that does not respond cannot be
 * bound. This waits for the end of a reset of the device, and can wake it up. */
static void collect_headers(struct scan *scan)
{
	struct device *device;
	bool named = false;
	array_each (device, scan->devices)
		named |= device->detailed;
	array_each (device, scan->devices)
		if (named ? device->detailed
			  : !device->uses.count && !device->vfio && is_awake(scan, device)) {
			if (progress_step(scan->processes.progress, device->address, 0))
				device_collect_header(scan->root, device);
			else
				use_simple(device, USE_UNKNOWN, "config", NO_ANSWER);
		}
}

/* ---- mounts ---- */

/* A mount that only other namespaces have counts, too. */
static void collect_mounts(struct scan *scan)
{
	const struct process_namespace *namespace;
	scan->mounts_error = mount_facts(scan->root, &scan->mounts);
	array_each (namespace, &scan->processes.mount_namespaces) {
		int error = mount_facts_of(scan->root, namespace, &scan->mounts);
		/* Every process of it exited. */
		bool gone = error == -ENOENT || error == -ESRCH || error == -EINVAL;
		if (error && !gone && !scan->mounts_error)
			scan->mounts_error = error;
	}
}

/* ---- devices above ---- */

/* A bridge cannot be bound. */
static void take_behind(struct device *device, const struct device *below, const char *through)
{
	const struct use *use;
	if (!device || device == below || device->class >> 8 == 0x0604)
		return;
	array_each (use, &below->uses) {
		const char *way =
			text_format("%s%sbehind %s", use->way ? use->way : "", use->way ? ", " : "", through);
		if (use->kind != USE_VFS && use->kind != USE_DISPLAY)
			use_add(device,
				&(struct use){ use->kind, use->object, use->detail, way, use->process });
	}
}

#define LINKS "sys/class/devlink"

/* Adds the uses to the devices that `part`, the device or a bridge above it, depends on: the driver core
 * unbinds it first, as the tunnels of a Thunderbolt controller. Links have the names of both, "pci:SUPPLIER--
 * pci:CONSUMER"; one that does not unbind is "not tracked" (Documentation/ABI/testing/sysfs-class-devlink).
 */
static void take_suppliers(struct scan *scan, const struct device *below, const char *part)
{
	const char **link;
	char supplier[20], consumer[20];
	array_each (link, &scan->links) {
		if (sscanf(*link, "pci:%19[0-9a-f:.]--pci:%19s", supplier, consumer) != 2 ||
			!text_same(consumer, part))
			continue;
		if (text_same(sysroot_read(scan->root, PATH(LINKS "/%s/status", *link)), "active"))
			take_behind(device_find(scan->devices, supplier), below, part);
	}
}

/* The uses of a device are uses of the devices that it is behind: of a VMD controller, for example. */
static void take_above(struct scan *scan, const struct device *below)
{
	char address[20];
	char *target = sysroot_readlink(scan->root, PATH(PCI_DEVICES "/%s", below->address));
	char *rest = NULL;
	for (char *part = target ? strtok_r(target, "/", &rest) : NULL; part;
		part = strtok_r(NULL, "/", &rest)) {
		if (!address_parse(part, address))
			continue;
		take_behind(device_find(scan->devices, address), below, below->address);
		take_suppliers(scan, below, address);
	}
}

static void collect_above(struct scan *scan)
{
	const struct device *device;
	(void)sysroot_list(scan->root, LINKS, &scan->links);
	array_each (device, scan->devices)
		if (device->uses.count)
			take_above(scan, device);
}

/* ---- all ---- */

/* A part of a scan; each needs those before it. */
struct part {
	const char *what; /* it looks at */
	void (*take)(struct scan *scan);
};

static void take_part(struct scan *scan, const struct part *part)
{
	struct progress *progress = scan->processes.progress;
	if (progress)
		snprintf(progress->part, sizeof progress->part, "%s", part->what);
	if (progress_step(progress, part->what, 0)) {
		part->take(scan);
		return;
	}
	scan->at_registers = true;
	scan_unknown_because(scan, part->what, NO_ANSWER);
	scan->at_registers = false;
}

/* The scan, in a process of its own or not. */
static void look(const struct sysroot *root, struct device_list *devices, const struct part *parts,
	struct progress *progress)
{
	struct scan *scan = keep(sizeof *scan);
	*scan = (struct scan){
		.root = root, .quiet = sysroot_quiet(root), .devices = devices, .processes.progress = progress
	};
	for (const struct part *part = parts; part->take; part++)
		take_part(scan, part);
	scan_end(scan);
}

/* The same in a process of its own. Returns 0; -ETIMEDOUT: it was stuck, or a signal was received, and the
 * devices have that as a use; or another negative errno: there is no such process, or it could not answer. */
static int look_apart(const struct sysroot *root, struct device_list *devices, const struct part *parts,
	struct progress *progress)
{
	int error = -EAGAIN;
	while (error == -EAGAIN) {
		auto_fd int end = -1;
		auto_file FILE *answer = NULL;
		int process = process_fork(&end, &answer);
		if (process < 0)
			return process;
		if (process == 0) {
			progress->apart = true;
			look(root, devices, parts, progress);
			scan_send(devices, answer);
			process_end();
		}
		error = scan_wait(process, end, progress);
		int status = process_reap(process, error);
		/* It has said why. */
		if (status > 0) {
			process_relay(end);
			process_flush();
			exit(status);
		}
		if (!error && !scan_receive(devices, answer))
			error = -EBADMSG;
	}
	if (error == -ETIMEDOUT)
		scan_give_up(devices, progress);
	return error;
}

/* The kernel can make a look at a process or a disk wait as long as that is stuck, so another process looks,
 * and this one waits while it makes progress. A report is made of the accesses of this one. */
static void collect(const struct sysroot *root, struct device_list *devices, const struct part *parts)
{
	struct progress *progress = root->live ? process_share(sizeof *progress) : NULL;
	int error = progress ? look_apart(root, devices, parts, progress) : -ENOSYS;
	bool recorded = !error && root->noted;
	if (recorded || (error && error != -ETIMEDOUT))
		look(root, devices, parts, progress);
}

/* udevd has this file while it handles events. */
void use_wait_for_udev(const struct sysroot *root)
{
	long long end = clock_milliseconds() + 3000;
	while (root->live && sysroot_exists(root, "run/udev/queue") == ANSWER_YES &&
		clock_milliseconds() < end && clock_sleep(20))
		;
}

/* In a container, another filesystem can be mounted over a part of /sys. */
static void collect_hidden(struct scan *scan)
{
	static const char *const folders[] = { "sys/class", "sys/class/block", "sys/class/net",
		"sys/class/tty", "sys/dev", "sys/dev/block", "sys/dev/char", "sys/module", "sys/fs",
		"sys/bus/virtio", "sys/bus/scsi" };
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (scan->root->live &&
			!sysroot_same_filesystem(scan->root, folders[i], scan->root, "sys/bus/pci"))
			scan_unknown_because(scan, folders[i], "another filesystem is mounted there");
}

void use_collect_all(const struct sysroot *root, struct device_list *devices)
{
	static const struct part parts[] = {
		{ "sys/bus", collect_hidden },
		{ "sys/class/block", blocks_collect },
		{ "proc/net/tcp", network_collect_connections },
		{ "proc/*/fd", processes_collect },
		{ "proc/self/mountinfo", collect_mounts },
		{ "sys/kernel/config", blocks_take_uses },
		{ "the disks", blocks_claim },
		{ "sys/class/net", network_collect },
		{ "sys/class", collect_others },
		{ "sys/bus/pci/devices", collect_themselves },
		{ "sys/bus/pci/devices/*/config", collect_headers },
		{ "sys/class/devlink", collect_above },
		{ NULL, NULL },
	};
	collect(root, devices, parts);
}

/* ---- devices without a driver ---- */

/* The physical function of a virtual one, which is not among the devices of the scan. */
static void collect_physical(struct scan *scan)
{
	struct device *device;
	array_each (device, scan->devices)
		if (!device->detailed)
			device->physical = sysroot_link_name(scan->root, DEVICE_PATH(device, "physfn"));
}

/* A driver may have come while the others were looked at. */
static void collect_arrived(struct scan *scan)
{
	struct device *device;
	array_each (device, scan->devices)
		if (!device_is_bare(scan->root, device))
			use_simple(device, USE_UNKNOWN, "driver", HAS_CHANGED);
}

/* Marks the device, and those in its slot, unless VFIO has them: then they are in nobody's way. */
static void mark_slot(const struct device_list *devices, const struct device *device, bool *marked)
{
	size_t i = (size_t)(device - devices->items);
	const struct device *items = devices->items;
	while (i > 0 && device_same_slot(&items[i - 1], device))
		i--;
	for (; i < devices->count && device_same_slot(&items[i], device); i++)
		marked[i] |= &items[i] == device || !items[i].vfio;
}

/* Copies of the devices, and of those in their slots; none if one of them is not bare. */
static struct device_list copy_bare(
	const struct sysroot *root, const struct device_list *devices, const struct device_refs *some)
{
	struct device_list bare = { 0 };
	const struct device **device;
	bool *marked = keep(devices->count * sizeof *marked), all = true;
	array_each (device, some)
		mark_slot(devices, *device, marked);
	for (size_t i = 0; all && i < devices->count; i++) {
		all = !marked[i] || device_is_bare(root, &devices->items[i]);
		if (marked[i])
			*array_add(&bare) = devices->items[i];
	}
	if (!all)
		bare.count = 0;
	return bare;
}

bool use_collect(const struct sysroot *root, struct device_list *devices, const struct device_refs *some)
{
	static const struct part parts[] = {
		{ "proc/*/fd", processes_collect_files },
		{ "sys/bus/pci/devices", collect_themselves },
		{ "sys/bus/pci/devices/*/physfn", collect_physical },
		{ "sys/bus/pci/devices/*/config", collect_headers },
		{ "sys/bus/pci/devices/*/driver", collect_arrived },
		{ NULL, NULL },
	};
	const struct device *device;
	struct device_list bare =
		root->live && !root->noted ? copy_bare(root, devices, some) : (struct device_list){ 0 };
	if (!bare.count)
		use_collect_all(root, devices);
	else
		collect(root, &bare, parts);
	array_each (device, &bare)
		*device_find(devices, device->address) = *device;
	bool all = !bare.count;
	return all;
}

void use_collect_processes(const struct sysroot *root, struct device_list *devices)
{
	static const struct part parts[] = {
		{ "proc/*/fd", processes_collect },
		{ "sys/bus/pci/devices", collect_functions },
		{ "sys/class/devlink", collect_above },
		{ NULL, NULL },
	};
	collect(root, devices, parts);
}
