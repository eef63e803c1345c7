/* What commands do with the machine that model.h describes: open devices, record it, change it, watch it,
 * compare kernels, explain findings. Shared by the layers that do it and show it. */
#ifndef WORK_H
#define WORK_H

#include "model.h"

/* ---- verify: opening devices ---- */

/* The steps to open a device, in order, of both paths. */
#define OPEN_STEPS(X)                                                                                        \
	X(STEP_OPEN_CONTAINER, "open container")                                                             \
	X(STEP_CHECK_EXTENSION, "VFIO_CHECK_EXTENSION")                                                      \
	X(STEP_OPEN_GROUP, "open group")                                                                     \
	X(STEP_GROUP_GET_STATUS, "VFIO_GROUP_GET_STATUS")                                                    \
	X(STEP_SET_CONTAINER, "VFIO_GROUP_SET_CONTAINER")                                                    \
	X(STEP_SET_IOMMU, "VFIO_SET_IOMMU")                                                                  \
	X(STEP_GET_DEVICE_FD, "VFIO_GROUP_GET_DEVICE_FD")                                                    \
	X(STEP_OPEN_CDEV, "open cdev")                                                                       \
	X(STEP_OPEN_IOMMUFD, "open iommufd")                                                                 \
	X(STEP_BIND_IOMMUFD, "VFIO_DEVICE_BIND_IOMMUFD")                                                     \
	X(STEP_IOAS_ALLOC, "IOMMU_IOAS_ALLOC")                                                               \
	X(STEP_ATTACH_PT, "VFIO_DEVICE_ATTACH_IOMMUFD_PT")                                                   \
	X(STEP_IOAS_MAP, "IOMMU_IOAS_MAP")                                                                   \
	X(STEP_GET_PA, "IOMMU_IOAS_NOIOMMU_GET_PA")                                                          \
	X(STEP_IOAS_UNMAP, "IOMMU_IOAS_UNMAP")                                                               \
	X(STEP_GET_INFO, "VFIO_DEVICE_GET_INFO")
enum open_step { OPEN_STEPS(ENUM_VALUE) STEP_COUNT };

struct step_result {
	enum open_step step;
	int error; /* 0, or a negative errno */
};

/* Indexes from include/uapi/linux/vfio.h for PCI: BAR 0 to 5, ROM, configuration space, VGA. */
#define REGION_KINDS 9

/* INTx, MSI, MSI-X, error, request */
#define INTERRUPT_KINDS 5

struct region {
	unsigned long long size; /* bytes; 0: no such region */
	bool read, write, mmap;
};

struct device_offer {
	bool known; /* a path was opened and returned it */
	struct region regions[REGION_KINDS];
	unsigned int interrupts[INTERRUPT_KINDS]; /* the number of each kind */
	bool reset;                               /* the device supports a reset */
};

/* An attempt to open a device through one of its nodes. It ends at the first failed step. */
struct opening {
	const struct device *device;
	const struct vfio_node *node;
	struct step_result steps[STEP_COUNT];
	size_t count;
	bool opened;                 /* all steps succeeded */
	bool iommufd_as_container;   /* /dev/vfio/vfio is missing, and /dev/iommu was used instead */
	unsigned long long physical; /* address that the kernel returned for a page; 0: not requested */
	enum answer physical_right;  /* it matches /proc/self/pagemap */
	struct device_offer offer;
};

struct opening_list {
	struct opening *items;
	size_t count;
};

/* ---- verify --for: what a program needs besides a node that opens ---- */

#define CLIENTS(X)                                                                                           \
	X(CLIENT_DPDK, "dpdk")                                                                               \
	X(CLIENT_SPDK, "spdk")                                                                               \
	X(CLIENT_QEMU, "qemu")                                                                               \
	X(CLIENT_CDEV, "cdev")   /* any program that opens the cdev */                                       \
	X(CLIENT_GROUP, "group") /* likewise the group */
enum client { CLIENTS(ENUM_VALUE) CLIENT_NONE };

/* What this machine and this process offer a client. */
struct client_facts {
	enum answer container;        /* /dev/vfio/vfio exists */
	unsigned long long huge_size; /* of huge pages that a program can take, KiB; 0: there are none */
	unsigned long long huge_free; /* of these, KiB; without a hugetlbfs of all sizes together */
	const char *hugetlbfs;        /* where it is mounted; NULL: nowhere */
	long long lock_limit;         /* of locked memory, bytes (RLIMIT_MEMLOCK); -1: none, or unknown */
	bool locks_freely;            /* CAP_IPC_LOCK: the limit does not apply */
	bool sees_physical;           /* /proc/self/pagemap shows physical addresses */
};

/* ---- report: a recording, for --sysroot ---- */

enum record_kind { RECORD_DIRECTORY, RECORD_LINK, RECORD_FILE };

struct record {
	char *path;            /* relative to the root, without links: "sys/bus/pci" */
	size_t read;           /* requested bytes; 0: only its existence and type */
	enum record_kind kind; /* a device node is an empty file */
	struct node_access
		access; /* of a node its own; else root's, without the permissions that were missing */
	char *content;  /* of a link, its target; NULL: empty */
	size_t size;    /* of the content, in bytes */
	int error;      /* negative errno if it exists but is unreadable; else 0 */
};

struct record_list {
	struct record *items;
	size_t count;
};

/* ---- bind, unbind, enable, disable: plans and their results ---- */

#define ACTION_KINDS(X)                                                                                      \
	X(ACTION_NONE, "none")                                                                               \
	X(ACTION_LOAD, "load")        /* load the module with the name or alias `value` */                   \
	X(ACTION_TRY_LOAD, "load")    /* the same, ignoring errors: the next step shows the result */        \
	X(ACTION_WRITE, "write")      /* write `value` to the attribute `path` */                            \
	X(ACTION_DRIVER, "write")     /* the same; then `link` must point to `driver` */                     \
	X(ACTION_TRY_DRIVER, "write") /* the same, ignoring errors: the driver may refuse the device */      \
	X(ACTION_SAVE, "save")        /* write `value` to the file `path` */                                 \
	X(ACTION_TRY_SAVE, "save")    /* the same, ignoring errors: it only orders events of udev */         \
	X(ACTION_REMOVE, "remove")    /* remove the file `path`, if it exists */                             \
	X(ACTION_WATCH, "watch")      /* start recording which nodes udev has settled */                     \
	X(ACTION_SETTLE, "settle")    /* wait until udev has settled the node `path` */                      \
	X(ACTION_ACCESS, "access")    /* set the owner and mode of the node `path` to `access` */
enum action_kind { ACTION_KINDS(ENUM_VALUE) };

struct action {
	enum action_kind kind;
	const char *path;
	const char *value;
	struct node_access access; /* ACTION_ACCESS; ACTION_SAVE, ACTION_TRY_SAVE: its mode */
	/* ACTION_DRIVER, _TRY_DRIVER only: the write has succeeded if `link` then points to `driver`. */
	const char *link;
	const char *driver; /* the last component of the link's target; NULL: no link */
};

struct step {
	struct action act;
	struct action undo; /* runs if a later step fails */
};

struct descriptor_list {
	int *items;
	size_t count;
};

struct plan {
	struct step *items;
	size_t count;
	const char *subject; /* a device's address, or what else to change: "noiommu mode" */
	const char
		*turn; /* serialization key: plans with equal keys (also NULL) do not run at the same time */
	const char *lock;   /* folder in sysfs of the device that is locked while the plan runs; NULL: none */
	const char *driver; /* that this device must still have when the plan starts; NULL: any or none */
	unsigned long long
		inode; /* of `lock`, which a device that appeared meanwhile does not have; 0: any */
	int limit;     /* seconds that a step may take; 0: the default; -1: no limit */
	/* Called before the first step that takes or gives a driver, in the process that runs the plan, with
	 * the lock; NULL: nothing to do. Returns as `check`. What it adds to `held` is closed after the step.
	 */
	const char *(*guard)(struct plan *plan);
	struct descriptor_list held;
	/* Called after the last step, in the process that runs the plan; NULL: nothing to do. May add steps.
	 * Returns NULL, or a sentence with the problem: then the plan has failed. */
	const char *(*check)(struct plan *plan);
	void *data; /* for `guard` and `check` */
};

/* The length of an action as text; every path in a recipe is shorter. */
#define ACTION_TEXT 512

/* What a plan has done, in memory that is shared with the process that runs it. */
struct plan_run {
	int process;                 /* its PID; 0: not started */
	int holder;                  /* with -EALREADY, the PID of the other process; 0: unknown */
	bool ended;                  /* the other members do not change any more */
	size_t done;                 /* number of steps completed and not rolled back */
	const struct action *action; /* the action that runs now, if the plan had it from the start */
	long long since;             /* when it began, see clock_milliseconds */
	int error;                   /* the result: 0 or a negative errno */
	bool by_kernel;              /* ... which the kernel's log may explain */
	char step[ACTION_TEXT];      /* the current or failed action, or with -EPROTO the problem */
	bool rolled_back;            /* there were steps to undo */
	char undo[ACTION_TEXT];      /* the first failed action of the rollback; "": none */
	int undo_error;              /* its negative errno */
};

/* A plan to run. */
struct job {
	const struct plan *plan;
	struct plan_run *run;
	enum job_state { JOB_WAITING, JOB_RUNNING, JOB_ENDED } state;
	/* 0, or the negative errno of the failed step; -EPROTO: the check failed; -ECANCELED: not started
	 * because of a termination signal; -EALREADY: another process is changing the device; -ECHILD: the
	 * process was killed; and if the process is still running, -ETIMEDOUT, or -EINTR after a signal. */
	int error;
};

/* The outcome for one subject of a command that makes changes. */
#define OUTCOMES(X)                                                                                          \
	X(OUTCOME_PLANNED, "planned")                                                                        \
	X(OUTCOME_CHANGED, "changed")                                                                        \
	X(OUTCOME_UNCHANGED, "unchanged")                                                                    \
	X(OUTCOME_FAILED, "failed")
enum outcome { OUTCOMES(ENUM_VALUE) };

struct result {
	const char *subject; /* a device's address, or what else was changed: "noiommu mode" */
	enum outcome outcome;
	bool incidental; /* the user did not request it: printed only with -v, if planned, or if it failed */
	const char *sentence;
	struct plan plan; /* no steps if unchanged */
	struct job job;   /* of the plan */
};

struct result_list {
	struct result *items;
	size_t count;
};

/* ---- monitor: events ---- */

#define EVENT_KINDS(X)                                                                                       \
	X(EVENT_ADDED, "added")                                                                              \
	X(EVENT_REMOVED, "removed")                                                                          \
	X(EVENT_BOUND, "bound") /* to `driver` */                                                            \
	X(EVENT_UNBOUND, "unbound")                                                                          \
	X(EVENT_NODE_ADDED, "node-added") /* the VFIO node `node`; the same for NODE_REMOVED */              \
	X(EVENT_NODE_REMOVED, "node-removed")
enum event_kind { EVENT_KINDS(ENUM_VALUE) };

struct event {
	enum event_kind kind;
	const char *address; /* of the PCI device; NULL: the node belongs to no PCI device, or to an unknown
				one */
	unsigned int vendor, device; /* of the added device; 0: unknown */
	const char *driver;          /* NULL: none, or unknown */
	const char *node;            /* "/dev/vfio/noiommu-0"; NULL: not an event of a node */
};

/* ---- matrix: kernels, and what they lack ---- */

/* The configuration changes needed to get a missing path. */
struct advice {
	const char *goal;  /* "for the group" */
	const char *lines; /* the CONFIG_ lines to change, separated by newlines */
};

struct advice_list {
	struct advice *items;
	size_t count;
};

/* A kernel, running or not, with its verdict and findings. */
struct kernel {
	const char *name; /* as the user specified it: a release, or a configuration file */
	struct host host;
	struct access_case access;
	struct access_case
		cases[CASE_COUNT]; /* the rows of the matrix for this version; one of them is `access` */
	struct finding_list findings;
	struct advice_list advice;
};

struct kernel_list {
	struct kernel *items;
	size_t count;
};

/* ---- explain: findings ---- */

/* What a finding means on any machine; ADDRESS and NAME stand for what a message names. */
struct explanation {
	const char *id;
	enum severity severity;
	bool forcible;
	const char *meaning; /* one sentence */
	const char *reason;  /* why it is raised */
	const char *remedy;  /* what to do */
};

#endif
