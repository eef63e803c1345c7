/* Read this first: every noun of the program as a struct. Filled by collect/, read by judge/ and show/, never
 * changed after collecting. All strings are owned by their struct and live as long as the program; NULL is
 * said at each.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>

/* Unknown is a value everywhere. */
enum answer { ANSWER_UNKNOWN = -1, ANSWER_NO = 0, ANSWER_YES = 1 };

/* ---- the kernel's configuration ---- */

/* The symbols that decide which paths exist; drivers/vfio/Kconfig and drivers/iommu/iommufd/Kconfig. */
#define KCONFIG_SYMBOLS(X)                                                                                   \
	X(VFIO)                                                                                              \
	X(VFIO_PCI)                                                                                          \
	X(VFIO_GROUP)       /* since 6.6; before, always built */                                            \
	X(VFIO_CONTAINER)   /* since 6.2; before, always built */                                            \
	X(VFIO_DEVICE_CDEV) /* since 6.6 */                                                                  \
	X(VFIO_NOIOMMU)                                                                                      \
	X(VFIO_GROUP_NOIOMMU)     /* only in v5 of the cdev-noiommu patches */                               \
	X(VFIO_CDEV_NOIOMMU)      /* only in v5 of the cdev-noiommu patches */                               \
	X(IOMMUFD)                /* since 6.2 */                                                            \
	X(IOMMUFD_NOIOMMU)        /* since 7.3, without a prompt: absent when off */                         \
	X(IOMMUFD_VFIO_CONTAINER) /* since 6.2: iommufd answers as /dev/vfio/vfio */                         \
	X(GENERIC_ATOMIC64)       /* some 32-bit machines: no noiommu cdev */

#define KCONFIG_ENUM(symbol) KCONFIG_##symbol,
enum kconfig_symbol { KCONFIG_SYMBOLS(KCONFIG_ENUM) KCONFIG_COUNT };
#undef KCONFIG_ENUM

enum kconfig_value {
	KCONFIG_UNKNOWN, /* no configuration was found */
	KCONFIG_ABSENT,  /* a configuration was read and does not name the symbol */
	KCONFIG_N,       /* "# CONFIG_X is not set", or =n */
	KCONFIG_M,
	KCONFIG_Y,
};

struct kconfig {
	char *source; /* the file it was read from; NULL: none was found, every value is KCONFIG_UNKNOWN */
	int version;  /* of the kernel, from the file's head: 703 for 7.3; 0: not named there */
	enum kconfig_value value[KCONFIG_COUNT];
};

/* ---- what is asked of a kernel, and who answers ---- */

enum question {
	QUESTION_GROUP,         /* VFIO_GROUP, or a kernel that always has it */
	QUESTION_CONTAINER,     /* VFIO_CONTAINER or IOMMUFD_VFIO_CONTAINER, or a kernel that always has it */
	QUESTION_CDEV,          /* VFIO_DEVICE_CDEV */
	QUESTION_IOMMUFD,       /* IOMMUFD */
	QUESTION_NOIOMMU,       /* VFIO_NOIOMMU, or either of the two that it once was */
	QUESTION_GROUP_NOIOMMU, /* VFIO_NOIOMMU or VFIO_GROUP_NOIOMMU */
	QUESTION_CDEV_NOIOMMU,  /* IOMMUFD_NOIOMMU or VFIO_CDEV_NOIOMMU */
	QUESTION_COUNT,
};

/* The surest first. */
enum source {
	SOURCE_SEEN,    /* the running kernel shows it */
	SOURCE_MODULES, /* its module files name it */
	SOURCE_CONFIG,  /* its configuration says so */
	SOURCE_RELEASE, /* it follows from the other answers, as kernels of this release are built */
	SOURCE_COUNT,
};

/* ---- the running system ---- */

enum module_state {
	MODULE_UNKNOWN,
	MODULE_MISSING,   /* neither loaded, nor built in, nor found for this kernel */
	MODULE_AVAILABLE, /* can be loaded */
	MODULE_LOADED,
	MODULE_BUILTIN,
};

enum module_index { MODULE_VFIO, MODULE_VFIO_PCI, MODULE_IOMMUFD, MODULE_COUNT };

struct module {
	const char *name; /* as the kernel's files have it: vfio_pci */
	enum module_state state;
};

/* /sys/module/vfio/parameters/enable_unsafe_noiommu_mode */
enum mode {
	MODE_UNKNOWN = -1, /* vfio is not loaded, or the parameter cannot be read */
	MODE_OFF = 0,
	MODE_ON = 1,
	MODE_ABSENT = 2, /* vfio is there and has no such parameter: built without VFIO_NOIOMMU */
};

/* Bit 6 of the taint, letter U: "userspace-defined naughtiness", set by each noiommu bind;
 * include/linux/panic.h. */
#define TAINT_USER (1 << 6)

struct host {
	char *release; /* /proc/sys/kernel/osrelease, or the kernel that was asked for; NULL: unknown */
	char *arch;    /* /proc/sys/kernel/arch, "x86_64"; NULL: unknown, as before 6.1 */
	bool running;  /* it is the kernel that runs; what only that can show is UNKNOWN otherwise */
	struct kconfig kconfig;
	struct module modules[MODULE_COUNT];
	enum mode mode;
	enum mode mode_at_load;           /* what it will be when vfio is loaded; UNKNOWN: not looked at */
	enum answer iommu;                /* /sys/class/iommu has an entry */
	enum answer seen[QUESTION_COUNT]; /* in the running kernel; UNKNOWN before vfio is in it */
	enum answer in_modules[QUESTION_COUNT]; /* by what its module files name */
	enum answer sysfs_writable;             /* NO: mounted read-only, as in a container */
	bool root;                              /* this process's effective user is root */
	long long taint;                        /* /proc/sys/kernel/tainted; -1: unknown */
};

/* ---- the next boot ---- */

/* What our own file in /etc/modprobe.d is. */
enum own_file {
	OWN_FILE_NONE,
	OWN_FILE_OURS,
	OWN_FILE_EDITED, /* not as we wrote it: it is the admin's now */
};

/* Who decides on the mode when vfio is loaded, or starts with the kernel, the next time. */
struct next_boot {
	enum mode mode;        /* OFF when nothing says otherwise */
	char *source;          /* "/etc/modprobe.d/dpdk.conf", "/proc/cmdline"; NULL: nothing says anything */
	enum own_file own;     /* our own file in modprobe.d ... */
	const char *own_path;  /* ... which is this */
	const char *boot_file; /* where this distribution takes the command line from; NULL: unknown */
	const char *boot_tool; /* what to do when that has changed; NULL: unknown */
	char *initramfs;       /* the image of this kernel; NULL: none was found */
	const char *initramfs_tool;     /* the command that rebuilds it; NULL: unknown */
	enum answer initramfs_has_vfio; /* UNKNOWN: it cannot be read */
	enum mode initramfs_mode;       /* what its own copy of modprobe.d says; UNKNOWN likewise */
};

/* ---- the taint ---- */

/* What the kernel has said since it was booted, as /dev/kmsg gives it: Documentation/ABI/testing/dev-kmsg. */
struct kernel_log {
	char *text;          /* its records, the oldest first; NULL: it was not looked at */
	int error;           /* negative errno of what ended the reading too early; 0: read to its end */
	long long boot_time; /* /proc/stat btime: seconds since 1970; -1: unknown */
};

struct taint_bit {
	int number;          /* 0 to 63 */
	char letter;         /* as in an oops; 0: a bit that is unknown here */
	const char *name;    /* include/linux/panic.h without TAINT_; NULL: unknown */
	const char *meaning; /* NULL: unknown */
};

struct taint_bit_list {
	struct taint_bit *items;
	size_t count;
};

/* VFIO said that it taints the kernel. */
struct taint_event {
	char *device;                    /* "0000:00:04.0", as the kernel calls it */
	bool cdev;                       /* for the cdev; else for the group */
	unsigned long long microseconds; /* since boot, by the log's clock, which stands still in a suspend */
	long long time;                  /* seconds since 1970; -1: unknown */
};

struct taint_event_list {
	struct taint_event *items;
	size_t count;
};

struct taint {
	bool known; /* the value is; all else is meaningless if not */
	unsigned long long value;
	struct taint_bit_list bits; /* those that are set, the lowest first */
	enum answer noiommu;        /* VFIO noiommu set TAINT_USER */
	char *reason;               /* why `noiommu` is UNKNOWN; NULL: it is not */
	struct taint_event_list events;
};

/* ---- the matrix verdict ---- */

struct answered {
	enum answer answer;
	enum source source; /* the one that counted; meaningless when the answer is UNKNOWN */
	bool contradicted;  /* a source of a lower rank says otherwise */
};

/* What a noiommu device can be opened through. */
enum path {
	PATH_UNKNOWN = -1,
	PATH_NONE,
	PATH_WORKS,
	PATH_IOMMUFD_ONLY, /* the group, with an /dev/iommu fd in the place of the container that there is not
			    */
};

struct access_case {
	int number;                            /* 1 to 6, the row of the matrix; 0: unknown */
	struct answered built[QUESTION_COUNT]; /* what the kernel was built with */
	enum answer possible;  /* whether this kernel's Kconfig lets VFIO_NOIOMMU be selected so */
	enum path group, cdev; /* what works on a noiommu device */
	enum answer group_node, cdev_node; /* which nodes its bind makes, working or not */
};

/* ---- devices ---- */

/* Who may open a node, as far as its owner and mode say. */
struct node_access {
	long user, group; /* ids; -1: unknown, or to be left as it is */
	int mode;         /* 0660; -1: likewise */
};

struct vfio_node {
	char *name;   /* "noiommu-0", "noiommu-vfio3", "2", "vfio0"; NULL: there is none */
	char *path;   /* "/dev/vfio/noiommu-0"; NULL like name */
	bool noiommu; /* the name says so: the only proof */
	bool present; /* `path` exists in /dev */
	struct node_access access;
};

/* What bind wrote down of a device before it changed it: /run/vfionoiommu/ADDRESS. */
struct remembered {
	enum answer known; /* UNKNOWN: there is something, which cannot be read, or is not of this device */
	char *driver;      /* NULL: it had none */
	char *module;      /* of that driver; NULL: built in, or no driver */
	char *driver_override; /* NULL: none was set */
};

/* What can be said of a device in a word; judged by judge/safety. */
enum fitness {
	FITNESS_FREE,       /* nothing speaks against binding it */
	FITNESS_BOUND,      /* is a noiommu device */
	FITNESS_VFIO,       /* is an ordinary VFIO device */
	FITNESS_USED,       /* something uses it */
	FITNESS_UNKNOWN,    /* whether something uses it cannot be told */
	FITNESS_IMPOSSIBLE, /* cannot be a noiommu device */
};

enum use_kind {
	USE_UP,        /* network interface `object` is up */
	USE_ADDRESS,   /* ... has the address `detail` */
	USE_ROUTE,     /* ... carries the route to `detail` */
	USE_ENSLAVED,  /* ... is below the interface `detail` */
	USE_ELSEWHERE, /* a network driver `object` is bound, and no interface is to be seen in this namespace
			*/
	USE_MOUNT,     /* block device `object` is mounted on `detail` */
	USE_SWAP,      /* ... is swap */
	USE_HELD,      /* ... is opened exclusively; `detail` is what stands on it, NULL: unknown */
	USE_DISPLAY,   /* the display that the machine booted with */
	USE_FRAMEBUFFER, /* framebuffer `object` */
	USE_VFS,         /* `detail` virtual functions are enabled */
	USE_UNKNOWN,     /* what `object` has to do with it could not be read: `detail` */
	USE_PROCESS,     /* node `object` is open in the process `detail`: "1234 (dpdk-testpmd)" */
};

/* A fact: something uses a device. */
struct use {
	enum use_kind kind;
	char *object; /* "eth0", "nvme0n1p2", "/dev/vfio/noiommu-0"; NULL: the device itself */
	char *detail; /* see the kinds; NULL where there is nothing more to say */
};

struct use_list {
	struct use *items;
	size_t count;
};

/* A function on the PCI bus: /sys/bus/pci/devices/ADDRESS. */
struct device {
	char *address; /* "0000:00:04.0": the directory's name, lower case, the domain of 4 to 8 digits */
	unsigned int vendor, device, subvendor, subdevice; /* uevent PCI_ID, PCI_SUBSYS_ID; 0 when unknown */
	unsigned int class;                                /* uevent PCI_CLASS: 24 bits, 0x020000 */
	char *modalias;                                    /* uevent MODALIAS; NULL: unknown */
	char *driver;                                      /* uevent DRIVER; NULL: none */
	char *driver_module;   /* driver/module's target; NULL: built in, none, or not looked at */
	char *driver_override; /* NULL: none, or unknown */
	int error;             /* negative errno: its uevent is there and could not be read; else 0 */
	char *unreadable;      /* the first detail that is there and could not be read; NULL: none */
	int header_type;       /* config byte 0x0e without its multi-function bit; -1: not read */
	enum answer iommu;     /* ADDRESS/iommu exists: a real one */
	int iommu_group;       /* iommu_group's target; -1: none. May be fabricated by noiommu */
	bool vfio;             /* bound to a VFIO driver: has vfio-dev/, or a group node */
	struct vfio_node group;
	struct vfio_node cdev;
	struct remembered remembered;
	struct use_list uses; /* empty unless looked at */
	int interfaces;       /* network interfaces of it that are to be seen */
	enum fitness fitness;
	const struct stored *stored;     /* its persistent binding; NULL: none, or not looked at */
	char *vendor_name, *device_name; /* hwdb; NULL: not known there, or not looked up */
};

struct device_list {
	struct device *items;
	size_t count;
};

/* A persistent binding: what stands in /etc/vfionoiommu.d/ADDRESS. */
struct stored {
	char *address;
	char *problem; /* why it cannot be used; NULL: it can, and the rest is set */
	unsigned int vendor, device, subvendor, subdevice;
	char *serial;             /* NULL: the card had none */
	bool allow_iommu;         /* as an ordinary VFIO device, if it has an IOMMU */
	bool cdi;                 /* containers are told of it */
	struct remembered before; /* what unbind is to give back */
	struct node_access access;
	bool present;     /* there is a device at that address ... */
	enum answer same; /* ... and it is the one that was bound; UNKNOWN: only root may read its serial
			     number */
};

struct stored_list {
	struct stored *items;
	size_t count;
};

/* Pointers into a device_list: what was asked for. */
struct device_refs {
	struct device **items;
	size_t count;
};

/* ---- a device that is opened for real ---- */

/* What a program does to open a device, in this order on either path. */
enum open_step {
	STEP_OPEN_CONTAINER,
	STEP_CHECK_EXTENSION,
	STEP_OPEN_GROUP,
	STEP_GROUP_GET_STATUS,
	STEP_SET_CONTAINER,
	STEP_SET_IOMMU,
	STEP_GET_DEVICE_FD,
	STEP_OPEN_CDEV,
	STEP_OPEN_IOMMUFD,
	STEP_BIND_IOMMUFD,
	STEP_IOAS_ALLOC,
	STEP_ATTACH_PT,
	STEP_IOAS_MAP,
	STEP_GET_PA,
	STEP_IOAS_UNMAP,
	STEP_GET_INFO,
	STEP_COUNT,
};

struct step_result {
	enum open_step step;
	int error; /* 0, or a negative errno */
};

/* As include/uapi/linux/vfio.h numbers them for PCI: BAR 0 to 5, ROM, configuration space, VGA. */
#define REGION_KINDS 9
/* INTx, MSI, MSI-X, error, request */
#define INTERRUPT_KINDS 5

struct region {
	unsigned long long size; /* bytes; 0: there is none */
	bool read, write, mmap;
};

struct device_offer {
	bool known; /* a path was opened, and told */
	struct region regions[REGION_KINDS];
	unsigned int interrupts[INTERRUPT_KINDS]; /* how many of each kind */
	bool reset;                               /* the device can be reset by itself */
};

/* One device, opened through one of its nodes, step by step until one failed. */
struct opening {
	const struct device *device;
	const struct vfio_node *node;
	struct step_result steps[STEP_COUNT];
	size_t count;
	bool opened;                 /* all of the steps went well */
	bool iommufd_as_container;   /* there is no /dev/vfio/vfio: /dev/iommu was taken in its place */
	unsigned long long physical; /* address that the kernel named for a page; 0: not asked */
	enum answer physical_right;  /* it is that of the page, by /proc/self/pagemap */
	struct device_offer offer;
};

struct opening_list {
	struct opening *items;
	size_t count;
};

/* ---- what is said about readiness and safety ---- */

enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_BLOCKER };

struct finding {
	const char *id; /* stable, for scripts: "noiommu-disabled" */
	enum severity severity;
	bool forcible;   /* a blocker that --force overrides */
	bool overridden; /* --force has */
	char *subject;   /* a device's address; NULL: the machine */
	char *sentence;  /* what is so, and why it matters */
	char *remedy;    /* the next command to type; NULL: there is none */
};

struct finding_list {
	struct finding *items;
	size_t count;
};

/* What to change in a kernel's configuration to get a path that it has not. */
struct advice {
	const char *goal; /* "for the group" */
	char *lines;      /* CONFIG_ lines that differ from what it has, one below the other */
};

struct advice_list {
	struct advice *items;
	size_t count;
};

/* A kernel, running or not, and all that is said about it. */
struct kernel {
	const char *name; /* as it was asked for: a release, or a configuration file */
	struct host host;
	struct access_case access;
	struct finding_list findings;
	struct advice_list advice;
};

struct kernel_list {
	struct kernel *items;
	size_t count;
};

/* ---- what is recorded of a machine, to be read with --sysroot ---- */

enum record_kind { RECORD_DIRECTORY, RECORD_LINK, RECORD_FILE };

struct record {
	char *path;  /* relative to the root, through no link: "sys/bus/pci" */
	size_t read; /* bytes of it that were asked for; 0: that it is there, and what it is, was all of
			interest */
	enum record_kind kind; /* a device node is an empty file */
	struct node_access
		access; /* of a node its own; else root's, without what could not be done with it */
	char *content;  /* of a link its target; NULL: empty */
	size_t size;    /* of the content, in bytes */
	int error;      /* negative errno: it is there, and could not be read; 0: it could */
};

struct record_list {
	struct record *items;
	size_t count;
};

/* ---- what is done ---- */

enum action_kind {
	ACTION_NONE,
	ACTION_LOAD,     /* load the module whose name or alias is `value` */
	ACTION_TRY_LOAD, /* the same, whatever comes of it: what follows tells */
	ACTION_WRITE,    /* `value` into the attribute `path` */
	ACTION_DRIVER, /* the same, to change the driver: afterwards the link `link` must lead to `driver` */
	ACTION_SAVE,   /* `value` as the whole of the file `path` */
	ACTION_REMOVE, /* the file `path`; nothing when it is not there */
	ACTION_WATCH,  /* from now on note which nodes udev has settled */
	ACTION_SETTLE, /* wait until udev has settled the node `path` */
	ACTION_ACCESS, /* owner and mode of the node `path`: `access` */
};

struct action {
	enum action_kind kind;
	char *path;
	char *value;
	struct node_access access; /* ACTION_ACCESS; ACTION_SAVE: its mode */
	/* ACTION_DRIVER only; nothing is written when it is so already. */
	char *link;
	char *driver; /* the last part of the link's target; NULL: there is no link */
};

struct step {
	struct action act;
	struct action undo; /* run when a later step fails */
};

/* By which way a container is to open a device. */
enum container_way { CONTAINER_ALL, CONTAINER_GROUP, CONTAINER_CDEV };

/* What a container has to be given for it. */
struct container_device {
	const struct device *device;
	enum container_way way;
	struct container_node {
		const char *path, *host_path; /* in the container, and on this machine */
	} * items;
	size_t count;
};

struct container_device_list {
	struct container_device *items;
	size_t count;
};

/* What stopped a plan. */
struct plan_failure {
	const struct action *action; /* the action that failed; NULL: none did */
	int error;                   /* its negative errno */
	const struct action *undo;   /* the first action of the undo that failed; NULL: all was undone */
	int undo_error;
};

struct plan {
	struct step *items;
	size_t count;
	const char *subject; /* a device's address, or what else is to be changed: "noiommu mode" */
	char *turn;          /* plans of one turn are not run at the same time; NULL is a turn, too */
	int deadline;        /* seconds that the kernel may take to let a device go; 0: for ever */
	size_t done;         /* steps that were run and not undone */
	int error;           /* what running it came to: 0 or a negative errno, -ECANCELED: not begun */
	struct plan_failure failure;
};

/* What became of one subject of a command that acts. */
enum outcome { OUTCOME_PLANNED, OUTCOME_CHANGED, OUTCOME_UNCHANGED, OUTCOME_FAILED };

struct result {
	const char *subject; /* a device's address, or what else was to be changed: "noiommu mode" */
	enum outcome outcome;
	bool incidental; /* nobody asked for it by name: said with -v, when only planned, or when it failed */
	char *sentence;
	struct plan plan; /* what was to be done; no steps when unchanged */
};

struct result_list {
	struct result *items;
	size_t count;
};

/* ---- what happens ---- */

enum event_kind {
	EVENT_ADDED,
	EVENT_REMOVED,
	EVENT_BOUND, /* to `driver` */
	EVENT_UNBOUND,
	EVENT_NODE_ADDED, /* `node` of VFIO, likewise below */
	EVENT_NODE_REMOVED,
};

struct event {
	enum event_kind kind;
	char *address; /* of the PCI device; NULL: the node is that of no PCI device, or of one unknown */
	unsigned int vendor, device; /* of what was added; 0: unknown */
	char *driver;                /* NULL: none, or unknown */
	char *node;                  /* "/dev/vfio/noiommu-0"; NULL: the event is not of one */
};

#endif
