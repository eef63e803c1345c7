#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "judge/judge.h"

bool device_is_noiommu(const struct device *device)
{
	return device->group.noiommu || device->cdev.noiommu;
}

bool device_is_bridge(const struct device *device)
{
	unsigned int class = device->class >> 8;
	/* The host bridge and the ISA bridge have the header of an endpoint, but must keep their drivers. */
	if (class == 0x0600 || class == 0x0601)
		return true;
	if (device->header_type >= 0 && device->header_type != HEADER_TYPE_NONE)
		return device->header_type != 0;
	return class == 0x0604 || class == 0x0607;
}

static bool is_vfio_driver(const char *driver)
{
	return driver && strstr(driver, "vfio");
}

/* Drivers that give a device to a userspace program. */
static bool is_userspace_driver(const char *driver)
{
	return is_vfio_driver(driver) || text_is(driver, "uio_pci_generic", "igb_uio");
}

bool device_is_interrupted(const struct device *device)
{
	const struct remembered *remembered = &device->remembered;
	if (remembered->known != ANSWER_YES || device->vfio)
		return false;
	if (!device->driver)
		return true;
	/* If it has a third driver or override, another program set it since, and the saved state is
	 * obsolete. */
	return text_same(device->driver, remembered->driver) &&
	       (!device->has_override || is_vfio_driver(device->driver_override) ||
		       text_same(device->driver_override, remembered->driver_override) ||
		       /* While such a driver is bound: override_for in act/recipes.c. */
		       ((device->physical || is_userspace_driver(device->driver)) &&
			       text_same(device->driver_override, device->driver)));
}

/* Our udev rule keeps all drivers away from a device until the unit has bound it. */
static bool is_reserved(const struct device *device)
{
	return text_same(device->driver_override, "vfionoiommu");
}

bool device_is_stranded(const struct device *device)
{
	if (device->driver || device->vfio || device->error || device->remembered.known == ANSWER_YES)
		return false;
	return device->driver_override ? is_userspace_driver(device->driver_override) || is_reserved(device)
				       : device->kernel_driver != NULL;
}

static void judge_stored_override(const struct device *device, struct finding_list *findings)
{
	if (is_userspace_driver(device->stored_override))
		finding_add(findings, FINDING_OVERRIDE_STORED, device->address,
			text_format("driverctl unset-override %s", device->address),
			"driverctl will set driver_override to %s again at the next boot",
			device->stored_override);
}

void safety_judge_stranded(const struct device *device, struct finding_list *findings)
{
	if (!device_is_stranded(device))
		return;
	const char *remedy = text_format("vfionoiommu unbind %s", device->address);
	if (is_reserved(device))
		finding_add(findings, FINDING_DEVICE_STRANDED, device->address, remedy,
			"the device was kept free for its persistent binding, but is not bound: driver_override is %s, so no driver binds to it",
			device->driver_override);
	else if (device->driver_override)
		finding_add(findings, FINDING_DEVICE_STRANDED, device->address, remedy,
			"another program left the device without a driver: driver_override is %s, so no other driver binds to it",
			device->driver_override);
	else
		finding_add(findings, FINDING_DEVICE_STRANDED, device->address, remedy,
			"the device has no driver although %s is loaded: another program unbound it, or the driver failed",
			device->kernel_driver);
	judge_stored_override(device, findings);
}

struct remembered safety_before_bind(const struct device *device)
{
	bool vfio = is_vfio_driver(device->driver), override = is_vfio_driver(device->driver_override);
	bool userspace =
		!device->driver && (is_userspace_driver(device->driver_override) || is_reserved(device));
	return (struct remembered){
		.known = ANSWER_YES,
		.driver = vfio ? NULL : device->driver,
		.module = vfio ? NULL : device->driver_module,
		.driver_override =
			override || userspace || is_reserved(device) ? NULL : device->driver_override,
		.by_kernel = vfio || userspace,
	};
}

static bool uses(const struct device *device, enum use_kind kind)
{
	const struct use *use;
	array_each (use, &device->uses)
		if (use->kind == kind)
			return true;
	return false;
}

enum fitness safety_fitness(const struct device *device)
{
	if (device_is_noiommu(device))
		return FITNESS_BOUND;
	if (device->vfio)
		return FITNESS_VFIO;
	if (device_is_bridge(device) || device->header_type == HEADER_TYPE_NONE || device->denylisted ||
		device->iommu == ANSWER_YES || uses(device, USE_VFS))
		return FITNESS_IMPOSSIBLE;
	/* A known use takes precedence over an unknown one. */
	const struct use *use;
	array_each (use, &device->uses)
		if (use->kind != USE_UNKNOWN)
			return FITNESS_USED;
	return device->uses.count || device->error ? FITNESS_UNKNOWN : FITNESS_FREE;
}

/* The finding for each kind of use. {} is the object of the use, or the device's address if it has none;
 * {detail} is its detail. */
static const struct {
	enum finding_kind finding;
	const char *sentence;
	const char *remedy; /* NULL: none */
} use_rules[] = {
	[USE_UP] = { FINDING_INTERFACE_UP, "network interface {} is up", "ip link set {} down" },
	[USE_ADDRESS] = { FINDING_INTERFACE_ADDRESS, "network interface {} has the address {detail}",
		"ip address flush dev {}" },
	[USE_ROUTE] = { FINDING_INTERFACE_ROUTE, "network interface {} carries a route: {detail}",
		"ip route show dev {} table all" },
	[USE_SESSION] = { FINDING_INTERFACE_ROUTE,
		"network interface {} carries the route to the server of {detail}", "umount {detail}" },
	[USE_FABRIC] = { FINDING_INTERFACE_ROUTE,
		"network interface {} carries the route to the disks of {detail}",
		"lsblk; nvme disconnect -d {detail}" },
	[USE_ISCSI] = { FINDING_INTERFACE_ROUTE,
		"network interface {} carries the route to the disks of iSCSI session {detail}",
		"lsblk; iscsiadm --mode session --print 3" },
	[USE_CONNECTION] = { FINDING_INTERFACE_ROUTE,
		"network interface {} carries a TCP connection of the kernel to {detail}, as for NBD, Ceph or DRBD",
		"lsblk; findmnt" },
	[USE_PROGRAM] = { FINDING_DEVICE_HELD, "network interface {} has an XDP program attached",
		"ip link set {} xdp off" },
	[USE_ENSLAVED] = { FINDING_INTERFACE_ENSLAVED, "network interface {} is in use by interface {detail}",
		"ip link set {} nomaster" },
	[USE_FAILOVER] = { FINDING_INTERFACE_ENSLAVED,
		"network interface {} is in use by interface {detail} of a hypervisor (netvsc, net_failover)",
		"repeat the command with --force if {detail} can do without it" },
	[USE_UPPER] = { FINDING_INTERFACE_ENSLAVED, "network interface {} is in use by interface {detail}",
		"ip link delete {detail}" },
	[USE_ELSEWHERE] = { FINDING_INTERFACE_ELSEWHERE,
		"the device is bound to network driver {} but has no interface in this network namespace; it is probably in another one (a container)",
		"ip netns list" },
	[USE_MOUNT] = { FINDING_DISK_MOUNTED, "{} is mounted on {detail}", "umount {detail}" },
	[USE_SWAP] = { FINDING_DISK_SWAP, "{} is in use as swap", "swapoff /dev/{}" },
	[USE_HELD] = { FINDING_DISK_HELD, "{} is in use by {detail}", "lsblk /dev/{}" },
	[USE_DISPLAY] = { FINDING_DISPLAY_BOOT, "the device is the boot display: its screen would go dark",
		"repeat the command with --force, over ssh or from another screen" },
	[USE_FRAMEBUFFER] = { FINDING_DISPLAY_FRAMEBUFFER,
		"the device drives framebuffer {}: its screen would go dark",
		"repeat the command with --force, over ssh or from another screen" },
	[USE_VFS] = { FINDING_DEVICE_HAS_VFS, "{detail} virtual functions are enabled", NULL },
	[USE_UNKNOWN] = { FINDING_USE_UNKNOWN, "cannot determine whether the device is in use: {}: {detail}",
		"if nothing uses the device, repeat the command with --force" },
	[USE_CONSOLE] = { FINDING_DEVICE_HELD, "{} is a console of the kernel",
		"boot without console={} on the kernel command line" },
	[USE_DMA] = { FINDING_DEVICE_HELD, "the kernel uses the DMA channel {}",
		"repeat the command with --force if nothing needs it: cat /sys/class/dma/{}/in_use" },
	[USE_MEMORY] = { FINDING_DEVICE_HELD, "the kernel uses memory of {}",
		"take the memory offline, or have the host take it back (QEMU: requested-size=0), then repeat the command" },
	[USE_ALGORITHM] = { FINDING_DEVICE_HELD,
		"algorithm {} of the device is in use, as by dm-crypt, IPsec or an AF_ALG socket",
		"stop what uses it, until refcnt is 1: grep -A 3 {} /proc/crypto" },
	[USE_PANIC] = { FINDING_DEVICE_HELD, "through it, {} reports a panic of the kernel to the host",
		"repeat the command with --force if the host does not need these reports" },
	[USE_MODULE] = { FINDING_DEVICE_HELD,
		"module {} of its driver is in use, as by sockets, a watchdog or another module",
		"stop what uses it: lsmod | grep {}; ss --vsock --processes; fuser -v /dev/ipmi0 /dev/watchdog" },
	[USE_MEDIATED] = { FINDING_DEVICE_HELD,
		"the device has a mediated device, {}, as for a virtual machine",
		"stop what uses it, then: echo 1 >/sys/bus/mdev/devices/{}/remove" },
	[USE_KERNEL] = { FINDING_DEVICE_HELD, "the kernel uses the device for {detail}",
		"repeat the command with --force if the machine can do without it" },
	[USE_IOMMU] = { FINDING_DEVICE_HELD, "the device is the IOMMU of other devices", NULL },
	[USE_REMOTE] = { FINDING_DEVICE_HELD, "another machine uses USB device {} through USB/IP",
		"usbip unbind --busid={}" },
	[USE_GADGET] = { FINDING_DEVICE_HELD, "USB gadget {detail} runs on {}",
		"echo >/sys/kernel/config/usb_gadget/{detail}/UDC, or unload the module of {detail}" },
	[USE_WATCHDOG] = { FINDING_DEVICE_HELD,
		"the timer of {} is running: nothing would stop it from resetting the machine",
		"stop the program that has /dev/{} open, or wdctl /dev/{}" },
	[USE_PROCESS] = { FINDING_DEVICE_HELD, "{} is in use by process {detail}",
		"stop the process, then repeat the command" },
};

static char *use_text(const struct device *device, const struct use *use, const char *pattern)
{
	return text_fill(pattern, use->object ? use->object : device->address,
		use->detail ? use->detail : "an unknown holder");
}

/* The sentence of some kinds depends on whether they have a detail. */
static const char *sentence_of(const struct use *use)
{
	if (use->kind == USE_ELSEWHERE && use->detail)
		return "network interface {} is in {detail}";
	if (use->kind == USE_SWAP && use->detail)
		return "{detail} on {} is in use as swap";
	return use_rules[use->kind].sentence;
}

static const char *use_sentence(const struct device *device, const struct use *use)
{
	const char *object = use->way ? text_format("%s (%s)", use->object, use->way) : use->object;
	const struct use shown = { .object = object, .detail = use->detail };
	char *sentence = use_text(device, &shown, sentence_of(use));
	if (use->process)
		text_append(&sentence, " in the mount namespace of process %s", use->process);
	return sentence;
}

/* The port of an Open vSwitch has the device of the datapath as its master, which releases none. */
#define SWITCH_MASTER "ovs-system"

/* How to end a use for which that of its kind does not work: of an interface by a switch, of a disk by a file
 * on it or another block device. Else NULL. */
static const char *special_remedy(const struct use *use)
{
	static const struct {
		const char *name, *remedy;
	} stacks[] = {
		{ "loop", "losetup --detach /dev/{detail}" },
		{ "md", "mdadm --stop /dev/{detail}" },
		{ "dm-", "dmsetup remove /dev/{detail}" },
	};
	if (use->kind == USE_ENSLAVED && text_same(use->detail, SWITCH_MASTER))
		return "ovs-vsctl del-port {}";
	if (use->kind == USE_SWAP && use->detail)
		return "swapoff {detail}";
	for (size_t i = 0; use->kind == USE_HELD && use->detail && i < ARRAY_SIZE(stacks); i++) {
		const char *number = text_after(use->detail, stacks[i].name);
		if (number && *number && !number[strspn(number, "0123456789")])
			return stacks[i].remedy;
	}
	return NULL;
}

/* The start of an ip(8) command in the network namespace of the use: that of a process, or one at a path.
 * NULL: it is neither. */
static const char *namespace_ip(const struct use *use)
{
	const char *where = text_after(use->detail, "the network namespace ");
	const char *process = text_after(where, "of process ");
	if (process)
		return text_format("nsenter --target %d --net ip", atoi(process));
	if (!where || *where != '/')
		return NULL;
	const char *root = use->process ? text_format("/proc/%d/root", atoi(use->process)) : NULL;
	const char *path = text_format("%s%s", root ? root : "", where);
	/* ip(8) knows those in this folder by name. */
	const char *known = text_after(where, "/run/netns/");
	const char *name = text_quote(known), *quoted = text_quote(path);
	if (known && use->process)
		return text_format("nsenter --target %d --mount ip -n %s", atoi(use->process), name);
	return known ? text_format("ip -n %s", name) : text_format("nsenter --net=%s ip", quoted);
}

/* How to get an interface, or what it is on top of, back from a network namespace that has a path or a
 * process: to that of process 1, where it has to be down. Else NULL. */
static const char *namespace_remedy(const struct use *use, const char *object)
{
	const char *ip = use->kind == USE_ELSEWHERE ? namespace_ip(use) : NULL;
	if (!ip)
		return NULL;
	if (text_starts(use->way, "over "))
		return text_format("%s link delete %s", ip, object);
	bool initial = text_starts(ip, "nsenter --target 1 --net");
	return text_format("%s link set %s %s", ip, object, initial ? "down" : "netns 1");
}

/* Whether this process is not root, and so what may use the device is hidden from it. */
static bool needs_root(const struct device *device)
{
	const struct use *use;
	array_each (use, &device->uses)
		if (use->kind == USE_UNKNOWN && text_same(use->detail, ONLY_ROOT_SEES))
			return true;
	return false;
}

/* Whether the cause of an unknown use may be gone the next time: something was changing. */
static bool is_passing(const struct use *use)
{
	return text_same(use->detail, HAS_CHANGED) || text_same(use->detail, strerror(EINTR)) ||
	       text_same(use->detail, strerror(EAGAIN));
}

static const char *use_remedy(const struct device *device, const struct use *use)
{
	if (use->kind == USE_UNKNOWN && needs_root(device))
		return "run the command again with sudo";
	if (use->kind == USE_UNKNOWN && is_passing(use))
		return "repeat the command";
	const char *object = text_quote(use->object), *detail = text_quote(use->detail);
	const struct use quoted = { .object = object, .detail = detail };
	const char *there = namespace_remedy(use, object);
	if (there)
		return there;
	if (use->process)
		return text_format("nsenter --target %d --mount umount %s", atoi(use->process), detail);
	const char *remedy = special_remedy(use);
	return use_text(device, &quoted, remedy ? remedy : use_rules[use->kind].remedy);
}

static void judge_uses(const struct device *device, struct finding_list *findings)
{
	const struct use *use;
	array_each (use, &device->uses)
		if (use->kind != USE_VFS)
			finding_add(findings, use_rules[use->kind].finding, device->address,
				use_remedy(device, use), "%s", use_sentence(device, use));
}

/* A card can have hundreds of virtual functions. */
#define FUNCTIONS_MAX 8

/* Adds ", 0000:08:00.1 bound to vfio-pci (/dev/vfio/noiommu-0 is in use by process 12 (dpdk-testpmd))". */
static void append_function(char **states, const struct device *function)
{
	const struct use *use = function->uses.count ? function->uses.items : NULL;
	const char *sentence = use ? use_sentence(function, use) : NULL;
	text_append(states, ", %s %s%s", function->address,
		function->driver ? "bound to " : "without a driver",
		function->driver ? function->driver : "");
	if (sentence)
		text_append(states, " (%s)", sentence);
}

/* Adds how to end the use of a virtual function: the kernel waits for it while it disables the functions. */
static void append_end_of_use(char **remedy, const struct device *function)
{
	const struct use *use = function->uses.items;
	const char *end = use->kind == USE_PROCESS ? use_text(function, use, "stop process {detail}")
						   : use_remedy(function, use);
	const char *step = end ? text_format("%s; then ", end) : NULL;
	/* One process can use many functions. */
	if (step && !strstr(*remedy, step))
		text_append(remedy, "%s", step);
}

/* The virtual functions of `device`, with their drivers and users, and how to disable them so that nothing is
 * taken from anything and nothing waits. */
static void judge_functions(const struct device_list *devices, const struct device *device,
	enum finding_kind kind, struct finding_list *findings)
{
	char *states = text_copy(""), *first = text_copy(""), *unbind = text_copy("");
	const struct device *function;
	const struct use *use;
	size_t named = 0;
	array_each (function, devices) {
		if (!text_same(function->physical, device->address))
			continue;
		if (named++ < FUNCTIONS_MAX)
			append_function(&states, function);
		if (function->uses.count)
			append_end_of_use(&first, function);
		if (function->vfio)
			text_append(&unbind, " %s", function->address);
	}
	const char *remedy = text_format("%s%s%s%secho 0 > /sys/bus/pci/devices/%s/sriov_numvfs", first,
		*unbind ? "vfionoiommu unbind" : "", unbind, *unbind ? " && " : "", device->address);
	array_each (use, &device->uses)
		if (use->kind == USE_VFS)
			finding_add(findings, kind, device->address, remedy,
				"the device has virtual functions enabled (%s%s%s): the kernel %s",
				use->detail, *states ? ": " : "", *states ? states + strlen(", ") : "",
				device->vfio ? "removes them with the driver, and waits for their users"
					     : "refuses to bind it to vfio-pci");
}

static void judge_readable(const struct device *device, struct finding_list *findings)
{
	if (device->unreadable)
		finding_add(findings, FINDING_DEVICE_UNREADABLE, device->address,
			text_format("dmesg | grep %s", device->address),
			"the current driver state is unreadable, so it could not be restored: %s",
			device->unreadable);
}

static void judge_denylist(const struct device *device, struct finding_list *findings)
{
	if (device->denylisted)
		finding_add(findings, FINDING_DEVICE_DENYLISTED, device->address,
			text_format(
				"echo 'options vfio-pci disable_denylist=1' > /etc/modprobe.d/vfio-pci-denylist.conf; then reboot, or if no device is bound: modprobe -r vfio-pci; vfionoiommu bind --enable %s",
				device->address),
			"the device is on the vfio-pci denylist (known errata): the kernel refuses to bind it to vfio-pci, unless its parameter disable_denylist is set");
}

void safety_judge_bind(const struct device_list *devices, const struct device *device, bool allow_iommu,
	struct finding_list *findings)
{
	if (device_is_bridge(device))
		finding_add(findings, FINDING_DEVICE_IS_BRIDGE, device->address, "vfionoiommu list --all",
			"the device is a bridge: VFIO supports endpoints only; specify the devices behind it");
	if (device->adding)
		finding_add(findings, FINDING_DEVICE_NOT_ADDED, device->address,
			"retry with --wait 60; if it stays so: dmesg | tail",
			"the kernel is still adding the device: it cannot be bound until the drivers of those before it have been");
	if (device->header_type == HEADER_TYPE_NONE)
		finding_add(findings, FINDING_DEVICE_NOT_RESPONDING, device->address,
			"reset or replug the device, or power off",
			"the device does not respond: its configuration space reads as ff");
	if (device->iommu == ANSWER_YES && !allow_iommu) {
		finding_add(findings, FINDING_DEVICE_HAS_IOMMU, device->address,
			text_format("vfionoiommu bind --allow-iommu %s", device->address),
			"the device has an IOMMU: it does not need noiommu, and is safe as an ordinary VFIO device");
	}
	judge_denylist(device, findings);
	judge_readable(device, findings);
	judge_functions(devices, device, FINDING_DEVICE_HAS_VFS, findings);
	judge_uses(device, findings);
}

/* Whether a virtual function of the device has a user or a driver of its own. */
static bool has_used_functions(const struct device_list *devices, const struct device *device)
{
	const struct device *function;
	array_each (function, devices)
		if (text_same(function->physical, device->address) &&
			(function->uses.count || (function->driver && !function->vfio)))
			return true;
	return false;
}

/* What is unknown of its uses does not matter for a device that has its driver again, or gets one. */
static bool loses_driver(const struct device *device)
{
	return device->vfio || (device->driver && !device_is_interrupted(device));
}

void safety_judge_unbind(
	const struct device_list *devices, const struct device *device, struct finding_list *findings)
{
	if (device->vfio && device->remembered.known == ANSWER_UNKNOWN)
		finding_add(findings, FINDING_MEMORY_UNUSABLE, device->address, NULL,
			"the saved state in /run/vfionoiommu/%s is unreadable, invalid or of another device; the kernel will choose the driver",
			device->address);
	judge_readable(device, findings);
	if (loses_driver(device) || (!device->driver && uses(device, USE_PROCESS))) {
		if (has_used_functions(devices, device))
			judge_functions(devices, device, FINDING_DEVICE_HELD, findings);
		judge_uses(device, findings);
	}
	judge_stored_override(device, findings);
}

static bool share_slot(const struct device *a, const struct device *b)
{
	/* A virtual function has a reset of its own, whatever its number. */
	return a != b && !a->physical && !b->physical && device_same_slot(a, b);
}

void safety_judge_siblings(const struct device_list *devices, const struct device *device,
	const struct device_refs *wanted, struct finding_list *findings)
{
	const struct device *sibling;
	char *unbound = text_copy(""), *bind = text_copy("vfionoiommu bind");
	size_t count = 0, possible = 0;
	array_each (sibling, devices) {
		if (!share_slot(device, sibling))
			continue;
		bool is_wanted = array_has(wanted, sibling);
		/* One note for the slot. */
		if (is_wanted && strcmp(sibling->address, device->address) < 0)
			return;
		if (is_wanted || sibling->vfio)
			continue;
		text_append(&unbound, "%s%s", count++ ? ", " : "", sibling->address);
		if (safety_fitness(sibling) != FITNESS_FREE)
			continue;
		text_append(&bind, " %s", sibling->address);
		possible++;
	}
	if (count)
		finding_add(findings, FINDING_SIBLING_UNBOUND, device->address, possible ? bind : NULL,
			"%s in the same slot %s not bound to VFIO: the kernel will refuse a hot reset of the slot",
			unbound, count > 1 ? "are" : "is");
}

/* It is as it was: only the saved state remains, as after an unbind in a container, which has another /run.
 */
static bool is_restored(const struct device *device)
{
	const struct remembered *remembered = &device->remembered;
	return device->driver && text_same(device->driver, remembered->driver) && device->has_override &&
	       text_same(device->driver_override, remembered->driver_override);
}

void safety_judge_interrupted(const struct device *device, struct finding_list *findings)
{
	if (!device_is_interrupted(device) || is_restored(device))
		return;
	finding_add(findings, FINDING_DEVICE_INTERRUPTED, device->address,
		text_format("vfionoiommu unbind %s", device->address),
		"an interrupted run left the device between two drivers");
}
