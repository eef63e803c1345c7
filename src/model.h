/* Read this first: the structs of the program. collect/ fills them, judge/ and show/ read them, and nothing
 * changes them after collecting. Strings live in the arena (base.h), as long as the program but
 * for those of events; comments say where NULL is possible.
 * What commands do with them is in work.h. */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* An enum whose values have words, in tables, sentences and JSON, is a list X(VALUE, "word"); show/print.c
 * has the functions. */
#define ENUM_VALUE(value, word) value,

/* Every question can have the answer "unknown". */
enum answer { ANSWER_UNKNOWN = -1, ANSWER_NO = 0, ANSWER_YES = 1 };

/* ---- the kernel's configuration ---- */

/* The symbols that decide which paths exist, and the version of the kernel that introduced each;
 * drivers/vfio/Kconfig and drivers/iommu/iommufd/Kconfig. The order is that of their dependencies: what is
 * between VFIO and IOMMUFD depends on VFIO, what is below IOMMUFD on IOMMUFD. */
#define KCONFIG_SYMBOLS(X)                                                                                   \
	X(VFIO, 306)                                                                                         \
	X(VFIO_PCI, 306)                                                                                     \
	X(VFIO_PCI_CORE, 516)  /* promptless: vfio-pci, or a driver for one kind of card */                  \
	X(VFIO_GROUP, 606)     /* before, always built */                                                    \
	X(VFIO_CONTAINER, 602) /* before, always built */                                                    \
	X(VFIO_DEVICE_CDEV, 606)                                                                             \
	X(VFIO_NOIOMMU, 405)                                                                                 \
	X(VFIO_GROUP_NOIOMMU, 703) /* only in v5 of the cdev-noiommu patches, instead of VFIO_NOIOMMU */     \
	X(VFIO_CDEV_NOIOMMU, 703)  /* likewise */                                                            \
	X(IOMMUFD, 602)                                                                                      \
	X(IOMMUFD_NOIOMMU, 703)        /* promptless: absent when off */                                     \
	X(IOMMUFD_VFIO_CONTAINER, 602) /* iommufd answers as /dev/vfio/vfio */                               \
	X(GENERIC_ATOMIC64, 206)       /* promptless: some 32-bit architectures; no noiommu cdev */          \
	X(IOMMU_SUPPORT, 301)          /* IOMMUFD depends on it */                                           \
	X(SPAPR_TCE_IOMMU, 303)        /* PowerPC; excludes VFIO_DEVICE_CDEV */                              \
	X(PCI, 200)                                                                                          \
	X(MODULES, 200)

#define KCONFIG_ENUM(symbol, since) KCONFIG_##symbol,
enum kconfig_symbol { KCONFIG_SYMBOLS(KCONFIG_ENUM) KCONFIG_COUNT };
#undef KCONFIG_ENUM

#define KCONFIG_VALUES(X)                                                                                    \
	X(KCONFIG_UNKNOWN, "unknown") /* no configuration, or a partial one without it */                    \
	X(KCONFIG_ABSENT, "absent")   /* not named: the symbol is off, or this kernel lacks it */            \
	X(KCONFIG_N, "n")             /* "# CONFIG_X is not set", or =n */                                   \
	X(KCONFIG_M, "m")                                                                                    \
	X(KCONFIG_Y, "y")
enum kconfig_value { KCONFIG_VALUES(ENUM_VALUE) };

/* What it means if a configuration does not name a symbol. */
#define KCONFIG_KINDS(X)                                                                                     \
	X(KCONFIG_PARTIAL, "partial") /* nothing: a fragment, savedefconfig, or of no kernel */              \
	X(KCONFIG_PROMPTS, "prompts") /* off, if it has a prompt: a vendor's source configuration */         \
	X(KCONFIG_WHOLE, "whole")     /* off: a .config that Kconfig wrote */
enum kconfig_kind { KCONFIG_KINDS(ENUM_VALUE) };

struct kconfig {
	const char *source; /* the file it was read from; NULL: none found, all values are KCONFIG_UNKNOWN */
	int version;        /* kernel version from the header of the file: 703 for 7.3; 0: missing */
	bool rhel; /* the header is that of a kernel of Red Hat, which has newer symbols than its version */
	enum kconfig_kind kind;
	int named; /* the number of lines that name a symbol ... */
	int off;   /* ... of which are "# CONFIG_X is not set" */
	bool open; /* the last menu that ends is not the last of a whole file */
	enum kconfig_value value[KCONFIG_COUNT];
};

/* ---- questions about a kernel, and the sources of the answers ---- */

#define QUESTIONS(X)                                                                                         \
	X(QUESTION_GROUP, "group")         /* VFIO_GROUP, or a kernel that always has it */                  \
	X(QUESTION_CONTAINER, "container") /* (IOMMUFD_)VFIO_CONTAINER, or a kernel that always has it */    \
	X(QUESTION_CDEV, "cdev")           /* VFIO_DEVICE_CDEV */                                            \
	X(QUESTION_IOMMUFD, "iommufd")     /* IOMMUFD */                                                     \
	X(QUESTION_NOIOMMU, "noiommu")     /* VFIO_NOIOMMU, VFIO_GROUP_NOIOMMU or VFIO_CDEV_NOIOMMU */       \
	X(QUESTION_GROUP_NOIOMMU, "group_noiommu") /* VFIO_NOIOMMU or VFIO_GROUP_NOIOMMU */                  \
	X(QUESTION_CDEV_NOIOMMU, "cdev_noiommu")   /* IOMMUFD_NOIOMMU or VFIO_CDEV_NOIOMMU */                \
	X(QUESTION_PCI, "pci")                     /* VFIO_PCI or another VFIO driver for PCI devices */
enum question { QUESTIONS(ENUM_VALUE) QUESTION_COUNT };

/* Most reliable first. */
#define SOURCES(X)                                                                                           \
	X(SOURCE_SEEN, "seen")       /* the running kernel shows it */                                       \
	X(SOURCE_MODULES, "modules") /* its module files show it */                                          \
	X(SOURCE_CONFIG, "config")   /* its configuration says so */                                         \
	X(SOURCE_RELEASE, "release") /* derived from the other answers for kernels of this release */
enum source { SOURCES(ENUM_VALUE) SOURCE_COUNT };

/* ---- the running system ---- */

/* In this order: from AVAILABLE on it can be had, from LOADED on it is there. */
#define MODULE_STATES(X)                                                                                     \
	X(MODULE_UNKNOWN, "unknown")                                                                         \
	X(MODULE_MISSING, "not installed") /* not loaded, not built in, and not installed for this kernel */ \
	X(MODULE_AVAILABLE, "not loaded")  /* can be loaded */                                               \
	X(MODULE_LOADED, "loaded")                                                                           \
	X(MODULE_BUILTIN, "built in")
enum module_state { MODULE_STATES(ENUM_VALUE) };

enum module_index { MODULE_VFIO, MODULE_VFIO_PCI, MODULE_IOMMUFD, MODULE_COUNT };

struct module {
	const char *name; /* as in the file name: vfio_pci */
	enum module_state state;
};

/* /sys/module/vfio/parameters/enable_unsafe_noiommu_mode */
enum mode {
	MODE_UNKNOWN = -1, /* vfio is not loaded, or the parameter cannot be read */
	MODE_OFF = 0,
	MODE_ON = 1,
	MODE_ABSENT = 2, /* vfio is loaded without the parameter: built without VFIO_NOIOMMU */
};

/* Bit 6 of the taint, letter U: "userspace-defined naughtiness", set by each noiommu bind;
 * include/linux/panic.h. */
#define TAINT_USER (1 << 6)

struct host {
	const char *release; /* /proc/sys/kernel/osrelease, or the requested kernel; NULL: unknown */
	const char *arch;    /* /proc/sys/kernel/arch, "x86_64"; NULL: unknown, as before 6.1 */
	bool loosened; /* judge by the loosened Kconfig rule: VFIO_NOIOMMU needs a container or the cdev */
	bool running;  /* it is the running kernel; if not, everything that needs a running kernel is UNKNOWN
			*/
	bool build_skipped; /* how it was built was not read: what the running kernel shows is enough */
	struct kconfig kconfig;
	struct module modules[MODULE_COUNT];
	bool replaced; /* running, but its modules were removed and those of another kernel are installed */
	const char *module_package; /* the command that installs its modules on this distribution; NULL:
				 unknown, or none is missing */
	enum mode mode;
	enum mode mode_at_load;   /* the mode once vfio is loaded; UNKNOWN: not collected */
	enum answer iommu;        /* /sys/class/iommu has an entry */
	const char *unused_iommu; /* what describes an IOMMU that this kernel does not use: "ACPI DMAR",
				     "ACPI IVRS", "ACPI IORT", "ACPI VIOT", "device tree"; NULL: none */
	bool qemu;                /* it runs in a guest of QEMU */
	enum answer seen[QUESTION_COUNT];       /* in the running kernel; UNKNOWN until vfio is loaded */
	enum answer in_modules[QUESTION_COUNT]; /* according to its module files, if they were needed */
	enum answer sysfs_writable;             /* NO: mounted read-only, as in a container */
	bool root;                              /* this process's effective user is root */
	long long taint;                        /* /proc/sys/kernel/tainted; -1: unknown */
};

/* ---- the next boot ---- */

/* The state of our own file in /etc/modprobe.d. */
enum own_file {
	OWN_FILE_NONE,
	OWN_FILE_OURS,
	OWN_FILE_EDITED, /* differs from what we write: it belongs to the admin now */
};

/* What sets the mode when vfio is loaded, or initialized as a built-in, after the next boot. */
struct next_boot {
	enum mode mode;      /* OFF if nothing sets it */
	const char *source;  /* "/etc/modprobe.d/dpdk.conf", "/proc/cmdline"; NULL: nothing sets it */
	enum own_file own;   /* our own file in modprobe.d ... */
	const char *blocked; /* "/etc/modprobe.d/x.conf line 3: install vfio-pci /bin/false": why vfio_pci is
			      * not loaded; NULL: nothing prevents it */
	const char *blocked_module; /* that `blocked` names: vfio_pci, or one that it needs; NULL: none, or
				     * all modules are blocked */
	const char *ids; /* "8086:10d3,1234:11e8": what vfio_pci also binds when it is loaded; NULL: none */
	const char *ids_source; /* as source */
	const char *own_path;   /* ... which is this */
	const char *boot_file;  /* the setting of the command line on this distribution; NULL: unknown */
	const char *boot_tool;  /* the command that applies a change of it; {} is args or remove-args; NULL:
				   unknown */
	const char *initramfs;  /* the image of this kernel; NULL: none found */
	const char *initramfs_tool;     /* the command that rebuilds it; NULL: unknown */
	enum answer initramfs_has_vfio; /* UNKNOWN: unreadable */
	enum mode initramfs_mode;       /* set by its copy of modprobe.d; UNKNOWN: unreadable */
};

/* ---- the taint ---- */

struct taint_bit {
	int number;          /* 0 to 63 */
	char letter;         /* as in an oops; 0: unknown bit */
	const char *name;    /* include/linux/panic.h without TAINT_; NULL: unknown */
	const char *meaning; /* NULL: unknown */
};

struct taint_bit_list {
	struct taint_bit *items;
	size_t count;
};

/* A taint message of VFIO. */
struct taint_event {
	const char *device;              /* "0000:00:04.0", as in the message */
	bool cdev;                       /* for the cdev; else for the group */
	unsigned long long microseconds; /* since boot, by the log's clock, which stops during suspend */
	long long time;                  /* seconds since 1970; -1: unknown */
};

struct taint_event_list {
	struct taint_event *items;
	size_t count;
};

enum log_state {
	LOG_EMPTY,
	LOG_WHOLE,       /* complete from the first record */
	LOG_OVERWRITTEN, /* the first ones are missing */
	LOG_DAMAGED,     /* other records are missing or malformed */
};

/* The kernel log, in the format of /dev/kmsg: Documentation/ABI/testing/dev-kmsg. */
struct kernel_log {
	const char *text;    /* its records, oldest first; NULL: not collected */
	int error;           /* negative errno if reading failed; 0: complete */
	long long boot_time; /* /proc/stat btime: seconds since 1970; -1: unknown */
	enum log_state state;
	struct taint_event_list events; /* VFIO's messages about tainting, oldest first */
};

struct taint {
	bool known; /* `value` is known; if not, the other members are meaningless */
	unsigned long long value;
	struct taint_bit_list bits; /* the bits that are set, lowest first */
	enum answer noiommu;        /* VFIO noiommu set TAINT_USER */
	const char *reason;         /* why `noiommu` is UNKNOWN; else NULL */
	struct taint_event_list events;
};

/* ---- the matrix verdict ---- */

struct answered {
	enum answer answer;
	enum source source; /* the source of the answer; meaningless if it is UNKNOWN */
	bool contradicted;  /* a less reliable source disagrees */
};

/* Whether a path to open a noiommu device works. */
enum path {
	PATH_UNKNOWN = -1,
	PATH_NONE,
	PATH_WORKS,
	PATH_IOMMUFD_ONLY, /* the group works with /dev/iommu in place of the missing container */
};

#define CASE_COUNT 6

/* Why a path does not work, or is unknown. */
#define REASONS(X)                                                                                           \
	X(REASON_NONE, NULL)                    /* it works */                                               \
	X(REASON_UNKNOWN, "unknown")            /* too little is known */                                    \
	X(REASON_PARTIAL, "partial-config")     /* the configuration is not whole */                         \
	X(REASON_PROMPTS, "promptless-unknown") /* it lacks the promptless symbols only */                   \
	X(REASON_NO_VFIO, "vfio-not-built")                                                                  \
	X(REASON_NO_PCI, "pci-driver-not-built") /* no VFIO driver for PCI devices */                        \
	X(REASON_NOT_BUILT, "not-built")         /* VFIO_GROUP or VFIO_DEVICE_CDEV is not set */             \
	X(REASON_NO_CONTAINER, "no-container")   /* VFIO_GROUP is set without a container */                 \
	X(REASON_NO_NOIOMMU, "noiommu-not-built")                                                            \
	X(REASON_VERSION, "kernel-too-old")                                                                  \
	X(REASON_ATOMIC64, "generic-atomic64")                                                               \
	X(REASON_SPAPR, "spapr-tce-iommu")
enum reason { REASONS(ENUM_VALUE) REASON_COUNT };

struct access_case {
	int number;                            /* 1 to 6, the row of the matrix; 0: unknown */
	struct answered built[QUESTION_COUNT]; /* the features built into the kernel */
	enum answer possible;  /* whether the kernel's Kconfig allows VFIO_NOIOMMU with these features */
	enum path group, cdev; /* the paths to a noiommu device */
	enum answer group_node, cdev_node; /* the nodes that a bind creates, usable or not */
	int version;                       /* the kernel version judged by: 703 for 7.3; 0: unknown */
	enum reason group_reason, cdev_reason;
	int group_since, cdev_since; /* the version that has the path; 0: this one can have it */
};

/* ---- devices ---- */

/* Owner and mode of a node. */
struct node_access {
	long user, group; /* IDs; -1: unknown, or keep the current value */
	int mode;         /* 0660; -1: likewise */
};

struct vfio_node {
	const char *name; /* "noiommu-0", "noiommu-vfio3", "2", "vfio0"; NULL: no node */
	const char *path; /* "/dev/vfio/noiommu-0"; NULL like name */
	bool noiommu;     /* from the name, which is the only proof */
	bool present;     /* `path` exists in /dev */
	struct node_access access;
};

/* The state that bind saved before it changed the device: /run/vfionoiommu/ADDRESS. */
struct remembered {
	enum answer known; /* UNKNOWN: a saved state exists but is unreadable, invalid or of another device */
	const char *driver;          /* NULL: no driver */
	const char *module;          /* of that driver; NULL: built in, or no driver */
	const char *driver_override; /* NULL: none was set */
	bool by_kernel; /* another program had it for userspace: unbind lets the kernel choose the driver */
};

/* Whether unbind restores the driver that it names, or none; else the kernel chooses one. */
static inline bool is_restorable(const struct remembered *saved)
{
	return saved->known == ANSWER_YES && !saved->by_kernel;
}

/* Whether a device can be bound. */
#define FITNESSES(X)                                                                                         \
	X(FITNESS_FREE, "free")             /* can be bound */                                               \
	X(FITNESS_BOUND, "bound")           /* is bound as a noiommu device */                               \
	X(FITNESS_VFIO, "vfio")             /* is bound as an ordinary VFIO device */                        \
	X(FITNESS_USED, "used")             /* is in use */                                                  \
	X(FITNESS_UNKNOWN, "unknown")       /* may be in use */                                              \
	X(FITNESS_IMPOSSIBLE, "impossible") /* cannot be a noiommu device */
enum fitness { FITNESSES(ENUM_VALUE) };

#define USE_KINDS(X)                                                                                         \
	X(USE_UP, "up")           /* network interface `object` is up */                                     \
	X(USE_ADDRESS, "address") /* ... has the address `detail` */                                         \
	X(USE_ROUTE, "route")     /* ... carries the route `detail` */                                       \
	X(USE_SESSION, "session") /* ... carries the route to the server of the mount `detail` */            \
	X(USE_FABRIC, "fabric")   /* ... carries the route to the disks of the controller `detail` */        \
	X(USE_ISCSI, "iscsi")     /* ... carries the route to the disks of the iSCSI session `detail` */     \
	X(USE_CONNECTION, "connection")   /* ... carries a TCP connection of the kernel to `detail` */       \
	X(USE_PROGRAM, "program")         /* ... has an XDP program attached */                              \
	X(USE_ENSLAVED, "enslaved")       /* ... is a port of the interface `detail` */                      \
	X(USE_FAILOVER, "failover")       /* ... likewise of one of a hypervisor, which adds it by itself */ \
	X(USE_UPPER, "upper")             /* ... has the interface `detail` on top of it */                  \
	X(USE_ELSEWHERE, "elsewhere")     /* network interface `object` is in `detail`, another namespace;   \
					   * NULL: network driver `object` has no interface in ours */       \
	X(USE_MOUNT, "mount")             /* block device `object` is mounted on `detail` */                 \
	X(USE_SWAP, "swap")               /* ... is used as swap, or the file `detail` on it */              \
	X(USE_HELD, "held")               /* ... is in use by `detail`; NULL: unknown */                     \
	X(USE_DISPLAY, "display")         /* the boot display */                                             \
	X(USE_FRAMEBUFFER, "framebuffer") /* framebuffer `object` */                                         \
	X(USE_VFS, "vfs")                 /* `detail` virtual functions are enabled */                       \
	X(USE_UNKNOWN, "unknown")         /* `object`, which may use it, could not be read: `detail` */      \
	X(USE_CONSOLE, "console")         /* terminal `object` is a console of the kernel */                 \
	X(USE_DMA, "dma")                 /* the kernel copies memory with DMA channel `object` */           \
	X(USE_MEMORY, "memory")           /* the kernel uses memory of its part `object` */                  \
	X(USE_ALGORITHM, "algorithm")     /* its algorithm `object` is in use */                             \
	X(USE_PANIC, "panic")             /* driver `object` reports a panic of the kernel */                \
	X(USE_MODULE, "module")           /* module `object` of its driver has users */                      \
	X(USE_MEDIATED, "mediated")       /* its mediated device `object` exists */                          \
	X(USE_KERNEL, "kernel")           /* the kernel uses it for `detail`, in short `object` */           \
	X(USE_IOMMU, "iommu")             /* the device is the IOMMU of other devices */                     \
	X(USE_REMOTE, "remote")           /* another machine uses the USB device `object` through USB/IP */  \
	X(USE_GADGET, "gadget")           /* USB gadget `detail` runs on the controller `object` */          \
	X(USE_WATCHDOG, "watchdog")       /* the timer of watchdog `object` is running */                    \
	X(USE_PROCESS, "process") /* node `object` is open in the process `detail`: "1234 (dpdk-testpmd)" */
enum use_kind { USE_KINDS(ENUM_VALUE) };

/* Details of USE_UNKNOWN: another user can tell, or the next look. */
#define ONLY_ROOT_SEES "only root can see the open files of all processes"
#define HAS_CHANGED    "it has changed meanwhile, try again"

/* A use of a device. */
struct use {
	enum use_kind kind;
	const char *object;  /* "eth0", "nvme0n1p2", "/dev/vfio/noiommu-0"; NULL: the device itself */
	const char *detail;  /* see enum use_kind; NULL: none */
	const char *way;     /* from the object to the device: "over dm-0, over sda1", "behind 10000:e1:00.0";
			      * NULL: direct */
	const char *process; /* USE_MOUNT, USE_SESSION, USE_ELSEWHERE: the process in whose mount namespace it
			  is, or the path of the network namespace, "1234 (sh)"; NULL: in ours */
};

struct use_list {
	struct use *items;
	size_t count;
};

/* The header type that is read from a device that does not respond: all bits are set. */
#define HEADER_TYPE_NONE 0x7f

/* A function on the PCI bus: /sys/bus/pci/devices/ADDRESS. */
struct device {
	const char *address; /* "0000:00:04.0": its directory's name, lower case, a domain of 4 to 8 digits */
	unsigned int vendor, device, subvendor, subdevice; /* uevent PCI_ID, PCI_SUBSYS_ID; 0 when unknown */
	unsigned int class;                                /* uevent PCI_CLASS: 24 bits, 0x020000 */
	const char *modalias;                              /* uevent MODALIAS; NULL: unknown */
	const char *driver;                                /* uevent DRIVER; NULL: none */
	const char *driver_module;   /* target of driver/module; NULL: built in, none, or not collected */
	const char *driver_override; /* NULL: none, unknown, or not collected */
	bool has_override;           /* it is collected, or unreadable */
	int error;                   /* negative errno if its uevent exists but is unreadable; else 0 */
	const char *unreadable;      /* the first detail that exists but is unreadable; NULL: none */
	bool detailed;               /* its details are collected: device_collect_details */
	int header_type;   /* config byte 0x0e without its multi-function bit; -1: not read; 0x7f: the
			    * device does not respond */
	enum answer iommu; /* ADDRESS/iommu is a link: it has a real IOMMU */
	bool is_iommu;     /* it is an IOMMU itself (AMD's), of other devices */
	int iommu_group;   /* target of iommu_group; -1: none. noiommu fabricates groups, too */
	bool vfio;         /* bound to a VFIO driver: has vfio-dev/, or a group node */
	struct vfio_node group;
	struct vfio_node cdev;
	const char *instance; /* differs after it was removed and appeared again, as a virtual function does:
			       * boot ID and inode of its directory; NULL: not collected, or a recorded one */
	unsigned long long inode; /* that inode; 0: likewise */
	struct remembered remembered;
	bool adding;          /* the kernel is still adding it: see device_wait_until_added */
	bool denylisted;      /* vfio-pci refuses it: on its denylist, and disable_denylist will not be set */
	const char *physical; /* address of its physical function; NULL: not virtual, or not collected */
	const char *kernel_driver;   /* the loaded driver that matches modalias; NULL: none, several, or not
				      * collected
				      */
	const char *stored_override; /* driverctl's: /etc/driverctl.d; NULL: none, or not collected */
	struct use_list uses;        /* empty unless collected */
	int interfaces;              /* number of its network interfaces, in any namespace */
	enum fitness fitness;        /* set by cmd/context.c, which has it judged */
	const struct stored *stored; /* its persistent binding; NULL: none, or not collected */
	const char *vendor_name, *device_name; /* from hwdb; NULL: no entry, or not looked up */
};

/* Whether their addresses differ at most in their function. */
static inline bool device_same_slot(const struct device *a, const struct device *b)
{
	size_t length = strlen(a->address);
	return strlen(b->address) == length && strncmp(a->address, b->address, length - 1) == 0;
}

struct device_list {
	struct device *items;
	size_t count;
};

/* A persistent binding: /etc/vfionoiommu.d/ADDRESS. */
struct stored {
	const char *address;
	const char *problem; /* why it is invalid; NULL: it is valid, and the rest is set */
	const char *exposed; /* its file or the folder, if users other than root can change it; else NULL */
	bool linked;         /* ... because that is a link */
	unsigned int vendor, device, subvendor, subdevice;
	const char *serial;       /* NULL: the card has none */
	bool allow_iommu;         /* bind as an ordinary VFIO device if it has an IOMMU */
	bool cdi;                 /* include in the CDI specification */
	struct remembered before; /* the state that unbind restores */
	struct node_access access;
	bool present;     /* a device exists at the address ... */
	enum answer same; /* ... and is the same card; UNKNOWN: its serial number could not be read */
	bool usable;      /* it is valid, and not of another card than the device at the address */
};

/* The udev rule that applies them. */
enum rule_state { RULE_APPLIES, RULE_MISSING, RULE_MASKED, RULE_WITHOUT_UDEVD };

struct stored_list {
	struct stored *items;
	size_t count;
};

/* Pointers into a device_list: the selected devices. */
struct device_refs {
	const struct device **items;
	size_t count;
};

/* ---- findings about readiness and safety ---- */

#define SEVERITIES(X)                                                                                        \
	X(SEVERITY_NOTE, "note")                                                                             \
	X(SEVERITY_WARNING, "warning")                                                                       \
	X(SEVERITY_BLOCKER, "blocker")
enum severity { SEVERITIES(ENUM_VALUE) };

struct finding {
	const char *id; /* stable, for scripts: "noiommu-disabled" */
	enum severity severity;
	bool forcible;        /* a blocker that --force overrides */
	bool overridden;      /* --force does */
	const char *subject;  /* a device's address; NULL: the machine */
	const char *sentence; /* the problem and why it matters */
	const char *remedy;   /* the next command, or a short instruction; NULL: none */
};

struct finding_list {
	struct finding *items;
	size_t count;
	bool force; /* --force overrides the forcible ones */
};

#endif
