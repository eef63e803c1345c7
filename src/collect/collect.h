/* Reads the machine once into the plain structs of model.h. Makes no decisions and prints nothing. */
#ifndef COLLECT_H
#define COLLECT_H

#include <stdbool.h>

#include "os/os.h"

/* ---- host.c ----
 * The machine as a whole: kernel, configuration, mode, modules, taint. Facts only. */

/* Reads all of struct host below `root`. Cannot fail: unreadable values are unknown. */
void host_collect(const struct sysroot *root, struct host *host);

/* The two parts of it: what the running kernel shows, and how it was built, if that was not read yet. The
 * module files, which cost more to read than all else, are read only if `evidence` is wanted or needed: vfio
 * is not loaded, or no configuration is found. */
void host_collect_running(const struct sysroot *root, struct host *host);
void host_collect_build(const struct sysroot *root, bool evidence, struct host *host);

/* Only its release and taint, and what judges whether changes can be made. */
void host_collect_basics(const struct sysroot *root, struct host *host);

/* Whether any device has an IOMMU: /sys/class/iommu has an entry. Of the live machine it is read once. */
enum answer host_collect_iommu(const struct sysroot *root);

/* Adds the releases of the installed kernels and of the running one, oldest first: those that have modules,
 * an image or a configuration. */
void host_list_kernels(const struct sysroot *root, struct name_list *releases);

/* The same for the installed kernel `release`, running or not, from its configuration and module files.
 * Returns 0, or -ENOENT with `host` untouched if it has neither. */
int host_collect_kernel(const struct sysroot *root, const char *release, struct host *host);

/* The same from a configuration file only: `path` as the user typed it, "-" for standard input. Returns 0, or
 * the negative errno of kconfig_read with `host` untouched. */
int host_collect_config(const char *path, struct host *host);

/* Merges a configuration that is not whole into `host`, of which only the configuration is known. Returns
 * whether it did; if not, they are of different kernels. */
bool host_merge_config(struct host *host, const struct host *fragment);

/* The release of the running kernel, or NULL. */
const char *host_release(const struct sysroot *root);

/* Reads again what bind and unbind can change: the mode, the modules, the taint. */
void host_collect_state(const struct sysroot *root, struct host *host);

/* ---- taint.c ----
 * The kernel's taint and log. Facts only. */

/* The value of /proc/sys/kernel/tainted; -1: unknown. */
long long taint_collect_value(const struct sysroot *root);

/* Reads the log and the boot time, if TAINT_USER is set in `value`; else the log is not needed. Cannot fail:
 * `log` has the error. */
void taint_collect_log(const struct sysroot *root, unsigned long long value, struct kernel_log *log);

/* The first line of a record, "6,339,5140900,-;message"; more fields may precede the semicolon. */
struct log_line {
	unsigned long long facility;     /* 0: the kernel itself; writes to /dev/kmsg get another */
	unsigned long long sequence;     /* 0: the first since boot */
	unsigned long long microseconds; /* since boot */
	const char *message; /* points into the parsed text; ends at the newline or the end of the text */
};

/* Parses the line at `text`. Returns false, with `line` untouched, if it is not the first line of a record.
 */
bool log_line_parse(const char *text, struct log_line *line);

/* Parses a kernel message, which ends at the newline or the end of the text. Returns false, with `event`
 * untouched, if it is not a taint message of VFIO noiommu; else `device` is set, and the times are 0. */
bool taint_event_parse(const char *message, struct taint_event *event);

/* Finds the events in `log->text`, and how complete the log is. */
void kernel_log_parse(struct kernel_log *log);

/* ---- nextboot.c ----
 * The settings of noiommu mode in modprobe.d(5). */

/* Reads all modprobe.d files below `root`, in modprobe's order: what the last of them sets the `parameter` of
 * type bool of `module` to (both names have underscores), and its path in `*source`; MODE_UNKNOWN and NULL if
 * none sets it. `own` is taken for the text of our own file; NULL: as it is. In `next` (NULL: do not look),
 * sets what they say of vfio_pci besides: `blocked`, `ids` and `ids_source`. Returns 0, or a negative errno
 * if a file could not be read. */
int modprobe_collect_option(const struct sysroot *root, const char *own, const char *module,
	const char *parameter, enum mode *mode, const char **source, struct next_boot *next);

/* Whether vfio-pci's parameter disable_denylist is set, or will be when the module is loaded: live, in
 * modprobe.d or on the kernel command line. */
bool denylist_collect_disabled(const struct sysroot *root);

/* The noiommu mode at the next boot. */

/* Collects what sets the mode, and host->mode_at_load: modprobe.d and the kernel command line, or for a
 * built-in vfio the command line only. The current command line stands for the next one, which the boot
 * loader does not expose. `own`: as above. Source: modprobe.d(5), /proc/cmdline. */
void nextboot_collect(const struct sysroot *root, const char *own, struct host *host, struct next_boot *next);

/* Adds what the initramfs of this kernel contains, which takes as long as unpacking it: the first image found
 * in the locations of Debian, Fedora, SUSE and Arch. */
void nextboot_collect_initramfs(const struct sysroot *root, const struct host *host, struct next_boot *next);

/* ---- device.c ----
 * PCI addresses as text. */

/* Whether `text` is a valid PCI address ("0000:00:04.0", "00:04.0", domains of up to 8 digits, upper or lower
 * case). If so, `address` is set to the kernel's form. Out-of-range numbers (device 32, function 8) are
 * invalid. */
bool address_parse(const char *text, char address[20]);

/* Sets `address` to that of the last PCI device in the path of a device in sysfs. Returns whether there is
 * one. */
bool address_last(const char *path, char address[20]);

/* PCI devices in sysfs. Facts only. */

#define PCI_DEVICES "sys/bus/pci/devices"

/* The path of an attribute of the device, for the call that it is an argument of: see PATH. */
#define DEVICE_PATH(device, attribute) PATH(PCI_DEVICES "/%s/%s", (device)->address, attribute)

/* The versions since when the kernel reads these attributes without the lock of the device, which it holds
 * while a driver is being bound or unbound: uevent_show in drivers/base/core.c, which takes it in 6.10 and in
 * stable releases of older kernels, and driver_override_show in drivers/pci/pci-sysfs.c. */
#define UEVENT_UNLOCKED   611
#define OVERRIDE_UNLOCKED 700

/* Reads what `list` needs of every PCI device below `root`, sorted by address. A device that vanishes
 * meanwhile is skipped; an unreadable device has its error set. Returns 0 or a negative errno: -ENOENT: there
 * is no PCI bus. */
int device_collect_all(const struct sysroot *root, struct device_list *devices);

/* Reads the device `address`, without what device_collect_details adds. Returns 0, or a negative errno with
 * `device` untouched. */
int device_collect(const struct sysroot *root, const char *address, struct device *device);

/* Whether nothing of the machine can be on top of the device, because it has no driver: what is on top of a
 * device is made by a driver, and is a folder below it in sysfs. A display may have the screen of the
 * firmware, and what is behind a bridge is below it: they never are bare. False, too, if it cannot be told.
 */
bool device_is_bare(const struct sysroot *root, const struct device *device);

/* In the following functions `some` are devices of `devices`. */

/* Waits up to `seconds` until the kernel has added the devices, and reads those again that it waited for:
 * a device appears in /sys before drivers can bind to it, which they can only after those of the devices
 * before it have been bound. Sets `adding` of those that it is still adding. Does nothing on a recorded
 * machine. Source: /proc/bus/pci, where pci_bus_add_device adds it. */
void device_wait_until_added(
	const struct sysroot *root, struct device_list *devices, const struct device_refs *some, int seconds);

/* Reads these devices again, with details, but for the header type. A device that is gone stays as it was. */
void device_collect_again(
	const struct sysroot *root, struct device_list *devices, const struct device_refs *some);

/* Adds what only bind and unbind need: driver_override, the driver's module, the instance, the saved state.
 */
void device_collect_details(
	const struct sysroot *root, struct device_list *devices, const struct device_refs *some);

/* Adds their driver_override. */
void device_collect_overrides(
	const struct sysroot *root, struct device_list *devices, const struct device_refs *some);

/* Adds the header type, from config. The kernel waits for the end of a reset of the device, and may have to
 * wake it up first: call it in a process that can be abandoned. */
void device_collect_header(const struct sysroot *root, struct device *device);

/* Reads the details of the devices that have a saved state in /run/vfionoiommu, also of those that are
 * `bound`, or only of those that an interrupted run left: usually none. */
void device_collect_remembered(const struct sysroot *root, struct device_list *devices, bool bound);

/* Adds why those devices that have no driver may have none: driver_override, the one that driverctl stores,
 * and the loaded driver that the kernel `release` (NULL: unknown) has for the device. Without vfio-pci the
 * last only if the devices were `named`: then the user says that they should have one. Reads nothing for
 * devices that have one. */
void device_collect_driverless(const struct sysroot *root, const char *release, struct device_list *devices,
	const struct device_refs *some, bool named);

/* Adds the loaded driver that the kernel has for each device, bound or not, and driverctl's override.
 * Sources: modules.alias, /sys/module/NAME/drivers, /etc/driverctl.d. */
void device_collect_kernel_driver(const struct sysroot *root, const char *release,
	struct device_list *devices, const struct device_refs *some);

/* Lets the kernel choose the driver of those devices whose saved one does not exist any more: it is not
 * registered, and its module is not installed for the kernel `release`; and of those that had none although
 * the kernel has a loaded driver for them, as other programs leave them. */
void device_collect_saved_drivers(const struct sysroot *root, const char *release,
	struct device_list *devices, const struct device_refs *some);

/* The device at `address` in a list from device_collect_all, or NULL. */
struct device *device_find(const struct device_list *devices, const char *address);

/* Looks up the names of the devices in this machine's hardware database. */
void device_collect_names(struct device_list *devices, const struct device_refs *some);

/* Whether /run/vfionoiommu has a saved state for `address`; the device itself may be absent. */
bool device_is_remembered(const struct sysroot *root, const char *address);

/* Whether the device was unbound after the kernel's event with this sequence number. Needs the details. */
bool device_is_unbound_since(
	const struct sysroot *root, const struct device *device, unsigned long long event);

/* The serial number of `device` in `*serial`, "00-11-22-33-44-55-66-77", or NULL if it has none. Returns 0;
 * -ENODATA: it has no extended configuration space here; or -EACCES: it is unknown, because only root can
 * read that, or the device does not respond or is being reset. Source: the extended capability Device Serial
 * Number in the config attribute. */
int device_collect_serial(const struct sysroot *root, const struct device *device, const char **serial);

/* ---- device.c, persistent bindings ---- */

/* Reads all of /etc/vfionoiommu.d into `stored` anew, and links each binding with its device in `devices`. A
 * file is used only if root alone can write to it and every value in it is valid; else its `problem` has the
 * reason. No binding is usable before stored_check. */
void stored_collect_all(const struct sysroot *root, struct device_list *devices, struct stored_list *stored);

/* Decides which of the bindings of these devices are of the card that is there now. Source: their IDs, and
 * the serial number in config, which another process reads: see device_collect_serial. */
void stored_check(const struct sysroot *root, struct stored_list *stored, const struct device_refs *some);

/* What prevents that the udev rule applies the persistent bindings. Source: the directories of udev(7), of
 * which the first that has it counts; /run/udev/control. */
enum rule_state stored_collect_rule(const struct sysroot *root);

/* ---- use.c ----
 * The uses of a device. Facts only: judge/safety decides which of them prevent a bind. */

/* Adds the uses of all devices. Sources: sysfs, configfs, rtnetlink (live only), mountinfo, swaps, and the
 * files and namespaces of all processes. A disk without a known use is opened exclusively for reading, and
 * closed again: the open fails if something uses it (live only, root only). What cannot be read is a use of
 * the kind USE_UNKNOWN. */
void use_collect_all(const struct sysroot *root, struct device_list *devices);

/* The same of some of the devices and those in their slots, or of all. If the former are bare, only they are
 * looked at: themselves, and what processes have of their registers. Returns whether all were looked at. */
bool use_collect(const struct sysroot *root, struct device_list *devices, const struct device_refs *some);

/* Waits up to 3 seconds until udevd is idle: it opens every new disk for a moment. Does nothing on a recorded
 * machine. */
void use_wait_for_udev(const struct sysroot *root);

/* Opens the disks of the device exclusively, so that from now on no filesystem can be mounted from them, and
 * adds their descriptors to `held`. Returns false if one is in use. */
bool use_hold_disks(const struct sysroot *root, const struct device *device, struct descriptor_list *held);

/* Whether a network interface of the device in this network namespace is up. */
bool use_is_up(const struct sysroot *root, const struct device *device);

/* Adds only what processes have of the devices. */
void use_collect_processes(const struct sysroot *root, struct device_list *devices);

/* ---- scan.c ----
 * The state of a scan of the machine for uses of its devices; for the files that the following functions are
 * in, not for other folders. */

struct node_list;

/* A PCI device below a block device. */
struct block_owner {
	struct device *device;
	const char *way; /* see struct use */
};

struct block {
	const char *name; /* "nvme0n1p2" */
	dev_t number;     /* 0: unknown, or none */
	struct {
		struct block_owner *items;
		size_t count;
	} owners;
	struct name_list bases; /* those without an owner that it is over, or itself: "sda", "nbd0" */
	bool known;             /* the owners are */
	bool partition;         /* of a virtual block device */
};

/* What the kernel reaches over the network. */
struct remote {
	enum use_kind kind; /* USE_SESSION, USE_FABRIC, USE_ISCSI or USE_CONNECTION, with their detail ... */
	const char *what, *process;
	const char *server;    /* its address */
	const char *interface; /* what routes to it; NULL: none in this network namespace */
};

/* A TCP connection of this network namespace. */
struct connection {
	unsigned long inode; /* of its socket */
	const char *peer;    /* address */
	struct {
		int *items;
		size_t count;
	} holders; /* process IDs; none: the kernel itself uses it */
};

struct scan {
	const struct sysroot *root;
	struct sysroot quiet; /* the same, without recording accesses */
	struct device_list *devices;
	struct {
		struct block *items;
		size_t count;
	} blocks;
	struct network_facts network;
	struct name_list programmed; /* interfaces with an XDP program */
	struct {
		struct remote *items;
		size_t count;
	} remotes;
	struct connection_list {
		struct connection *items;
		size_t count;
	} connections, still; /* by inode; those that are still established later */
	struct mount_facts mounts;
	struct process_facts processes;
	struct node_list *nodes;
	struct name_list links;        /* between devices, of which one depends on the other */
	const char *sockets;           /* lines of /proc/net/packet, for process.c; NULL: none */
	struct use_list unknown;       /* what may use any device, ... */
	struct use_list unknown_above; /* ... or any but those that nothing is on top of: device_is_bare */
	bool at_registers;             /* what is looked at now uses devices themselves */
	struct name_list algorithms;   /* the lines of /proc/crypto, once they are needed */
	int algorithms_error, network_error, mounts_error; /* negative errno: unknown or incomplete */
	bool unseen;                                       /* a network namespace could not be looked at */
};

/* Adds a copy of the use to a device that does not have it yet. */
void use_add(struct device *device, const struct use *use);

/* The same without a way. */
void use_simple(struct device *device, enum use_kind kind, const char *object, const char *detail);

/* `what` could not be read, so whether it uses the device is unknown. A missing `what` does not use it, nor
 * one that was removed while it was read. */
void use_unknown(struct device *device, const char *what, int error);

/* The same of any device, because of an error or `why`. scan_end adds it to the devices. */
void scan_unknown(struct scan *scan, const char *what, int error);
void scan_unknown_because(struct scan *scan, const char *what, const char *why);
void scan_end(struct scan *scan);

/* Why that is unknown at which a look got stuck. */
#define NO_ANSWER "the kernel does not answer"

/* Waits for `process`, which scans, until `end` is readable. Returns 0; -EAGAIN: it is stuck at something
 * that the next one leaves out, as `progress` says; -ETIMEDOUT: that is too much, or a signal was received.
 */
int scan_wait(int process, int end, struct progress *progress);

/* What it found goes through a file. scan_receive returns false if that is not whole. */
void scan_send(const struct device_list *devices, FILE *to);
bool scan_receive(struct device_list *devices, FILE *from);

/* What the scan was at when it was given up may use any device. */
void scan_give_up(struct device_list *devices, const struct progress *progress);

/* The device number in the text of an attribute, "259:0"; 0: none, also if `text` is NULL. */
dev_t scan_number(const char *text);

/* The PCI devices of a scan that something belongs to. */
struct owner_list {
	struct device **items;
	size_t count;
};

/* Adds the devices that the link `name` in the folder belongs to. Returns 0 or a negative errno, as
 * owner_collect.
 */
int scan_owners(const struct scan *scan, const struct sysroot *root, const char *folder, const char *name,
	struct owner_list *owners);

/* Adds a use, whose object is `name`, to these devices, of the machine. Returns whether there are any. */
bool scan_use(const struct scan *scan, const char *folder, const char *name, enum use_kind kind,
	const char *detail);

/* Calls `take` for each link in the folder and each PCI device that it belongs to. */
void scan_each_owned(struct scan *scan, const struct sysroot *root, const char *folder,
	void (*take)(struct scan *scan, const char *name, struct device *device));

/* ---- block.c ----
 * Block devices, and what is on top of them. */

/* Reads all block devices, and finds the PCI devices below each: directly, or through partitions, loop
 * devices, device mapper, md, zram and others. A block device on top of another is a use of it. */
void blocks_collect(struct scan *scan);

/* Adds their uses by filesystems, swap and targets. */
void blocks_take_uses(struct scan *scan);

/* Adds unknown exclusive users of those without such a use. */
void blocks_claim(struct scan *scan);

/* Calls `take` for each mount of a block device that is, or that is over one, whose path in sysfs contains
 * `part`. */
typedef void mount_take(struct scan *scan, const struct mount_fact *mount, const void *context);
void blocks_each_mount(struct scan *scan, const char *part, mount_take *take, const void *context);

/* ---- network.c ---- */

/* Reads the TCP connections. Call it before processes_collect, which finds those that processes hold. */
void network_collect_connections(struct scan *scan);

/* Marks the connection as held if its socket has this inode. */
void network_connection_held(const struct scan *scan, unsigned long inode, int pid);

/* Adds the uses of network interfaces. */
void network_collect(struct scan *scan);

/* ---- process.c ----
 * What processes have of a device: its nodes, by number; its registers, through files of sysfs; descriptors
 * and mappings of VFIO. */

/* Reads all processes. Needs the block devices, if they were collected. */
void processes_collect(struct scan *scan);

/* The same of devices that have no nodes: only what accesses their registers. */
void processes_collect_files(struct scan *scan);

/* ---- select.c ----
 * The PCI device of a network interface, block device, framebuffer or virtio device. */

/* The supported folders, which contain links. */
#define CLASS_NET      "sys/class/net"
#define CLASS_BLOCK    "sys/class/block"
#define CLASS_GRAPHICS "sys/class/graphics"
#define BUS_VIRTIO     "sys/bus/virtio/devices"
#define BUS_DAX        "sys/bus/dax/devices"
#define BUS_CXL        "sys/bus/cxl/devices"

/* Adds the address of the PCI device of the link `name` in `folder`, for an NVMe namespace with multipath
 * those of all controllers, for a terminal hvc0 those of all virtio consoles, for what is on CXL memory those
 * of all its devices; adds nothing if there is none. Returns 0, or a negative errno if the owner is unknown.
 */
int owner_collect(
	const struct sysroot *root, const char *folder, const char *name, struct name_list *addresses);

/* Resolves the argument DEVICE to devices. */

enum selection {
	SELECTION_DONE,
	SELECTION_EMPTY, /* invalid syntax, up to SELECTION_BAD_ADDRESS */
	SELECTION_BAD_CLASS,
	SELECTION_BAD_DRIVER,
	SELECTION_BAD_ADDRESS,
	SELECTION_NO_MATCH, /* no such device: a pattern, a MAC address, an address, or another name */
	SELECTION_NO_HARDWARE,
	SELECTION_NO_ADDRESS,
	SELECTION_NO_NAME,
	SELECTION_BEHIND_USB, /* `found` has the controller */
	SELECTION_AMBIGUOUS,  /* `found` has the candidates */
};

/* Adds the devices that `text` selects to `found`, in the order of `devices`, without duplicates across
 * calls. `text` is a PCI address, a name in /sys/class, a path, a hardware address, or a pattern
 * (vendor:device, class=, driver=); only patterns can select several devices. Unless it returns
 * SELECTION_DONE, _BEHIND_USB or _AMBIGUOUS, `found` is untouched. */
enum selection selector_resolve(const struct sysroot *root, const struct device_list *devices,
	const char *text, struct device_refs *found);

/* Users and groups of this machine, by name or ID. */

/* Reads "USER", "USER:GROUP", "USER:" (the user's own group) or ":GROUP" into `access->user` and `->group`;
 * an omitted part becomes -1. Returns 0, or -EINVAL if there is no such user or group. Source: the user
 * database (getpwnam(3)). */
int account_parse(const char *text, struct node_access *access);

/* ---- opening.c ----
 * Opens a device through its nodes as an application would, and records each step. */

/* Opens `device` of `devices`, which must be bound to VFIO, through its node `only`, or with NULL through
 * each of its nodes in turn, and adds the results. Does not write to the device and starts no DMA. The kernel
 * resets the device at the close, as at any close. If an attempt fails, adds the processes that hold a node
 * to the uses of `device`. */
void opening_collect(const struct sysroot *root, struct device_list *devices, const struct device *device,
	const struct vfio_node *only, struct opening_list *openings);

/* Reads what this machine and this process offer a client. Cannot fail: what cannot be read is not there, and
 * a limit that cannot be read is none. Sources: /sys/kernel/mm/hugepages, /proc/self/mountinfo, status and
 * pagemap, getrlimit(2). */
void client_facts_collect(const struct sysroot *root, struct client_facts *facts);

/* As in the text of /proc/PID/status; see struct client_facts. */
bool locks_freely_parse(const char *status);

/* ---- event.c ----
 * Events of PCI devices and VFIO nodes. */

struct udev_event;

/* Starts listening: to the events of udevd, which follow its rules, if it runs (`settled`); else to the
 * kernel's. Termination signals are only recorded from now on, and SIGPIPE is ignored. Returns 0 or a
 * negative errno.
 */
int event_listen(const struct sysroot *root, bool *settled);

/* Reads which nodes exist and which devices they belong to. Call it after event_listen, so that no event is
 * missed, and after each loss of events. */
void event_learn(const struct sysroot *root);

/* Waits up to `milliseconds` (-1: no limit) for the next event. Returns 0; -EAGAIN: none yet; -EINTR: a
 * termination signal was received; -ENOBUFS: events were lost; another negative errno. */
int event_next(const struct sysroot *root, int milliseconds, struct event *event);

/* The sequence number of the event of the PCI device `address` with this action ("add") for which a rule of
 * udevd runs this program, from the variables that udevd sets for it, or starts the unit that runs it, from
 * udevd's database; 0: neither runs it. */
unsigned long long event_of_rule(const struct sysroot *root, const char *address, const char *action);

/* The sequence number of the kernel's last event, from /sys/kernel/uevent_seqnum; 0: unknown. */
unsigned long long event_last(const struct sysroot *root);

/* Whether the node `path` existed at event_learn, or its event arrived since: udevd, if it runs, has finished
 * with it. */
bool event_knows_node(const char *path);

/* Translates an event of the kernel or udevd, which does not include the address for the node of a group.
 * Returns false, with `event` untouched, if the event is irrelevant. */
bool event_translate(const struct udev_event *from, struct event *event);

/* ---- record.c ----
 * Removes private data from recordings. Pure: text in, text out. */

/* The content to record for the file `path` (relative to the root) with the content `text`, or NULL to
 * record all of it. Removed are
 * - from the kernel log, all texts except VFIO's taint messages; the headers stay, to show that no record is
 * missing,
 * - from the kernel command line, all words that start with neither vfio nor module_blacklist=,
 * - from modprobe.d, the text of all lines without vfio,
 * - from configfs, names of disks that are not those of the kernel,
 * - from the persistent bindings, the serial numbers,
 * - from the mounted filesystems, options, and sources other than the kernel name of a block device or the
 * tag of a virtio device: these may contain servers, users and serial numbers. */
char *redact(const char *path, const char *text);

/* Replaces MAC addresses in interface names (enx525400123456, systemd.net-naming-scheme(7)) in `text` by
 * numbers, in place. An address always gets the same number as long as the caller passes the same `known`,
 * which is empty at first. */
void redact_names(char *text, struct name_list *known);

/* A recording of the files that were read, for use with --sysroot. */

/* The maximum size of a recorded file, in bytes; longer files are recorded as unreadable. */
#define RECORD_SIZE_MAX (16 << 20)

/* Adds a record of each existing path in `notes`, of each link on the path, and of the targets of these
 * links, sorted and without duplicates: a directory precedes its entries. Files are read again, up to the
 * size in the notes. Unless `with_private`, private data is left out: see redact, and everything past the
 * first 64 bytes of a device's configuration space. Cannot fail: unreadable files have their error recorded.
 */
void record_collect(const struct sysroot *root, const struct sysroot_note *notes, bool with_private,
	struct record_list *records);

#endif
