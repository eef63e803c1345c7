/* What commands do with the machine that model.h describes: open devices, record it, change it, watch it.
 * Shared by the layers that do it and show it. */
#ifndef WORK_H
#define WORK_H

#include "model.h"

/* ---- verify: opening devices ---- */

/* The steps to open a device, in order, of both paths. */
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

enum action_kind {
	ACTION_NONE,
	ACTION_LOAD,     /* load the module with the name or alias `value` */
	ACTION_TRY_LOAD, /* the same, ignoring errors: the next step shows the result */
	ACTION_WRITE,    /* write `value` to the attribute `path` */
	ACTION_DRIVER,   /* the same, to change the driver: `link` must point to `driver` afterwards */
	ACTION_SAVE,     /* write `value` to the file `path` */
	ACTION_REMOVE,   /* remove the file `path`, if it exists */
	ACTION_WATCH,    /* start recording which nodes udev has settled */
	ACTION_SETTLE,   /* wait until udev has settled the node `path` */
	ACTION_ACCESS,   /* set the owner and mode of the node `path` to `access` */
};

struct action {
	enum action_kind kind;
	char *path;
	char *value;
	struct node_access access; /* ACTION_ACCESS; ACTION_SAVE: its mode */
	/* ACTION_DRIVER only; nothing is written if `link` already points to `driver`. */
	char *link;
	char *driver; /* the last component of the link's target; NULL: no link */
};

struct step {
	struct action act;
	struct action undo; /* runs if a later step fails */
};

/* The failure of a plan. */
struct plan_failure {
	const struct action *action; /* the failed action; NULL: none */
	int error;                   /* its negative errno */
	const struct action *undo;   /* the first failed action of the rollback; NULL: none */
	int undo_error;
};

struct plan {
	struct step *items;
	size_t count;
	const char *subject; /* a device's address, or what else to change: "noiommu mode" */
	char *turn;   /* serialization key: plans with equal keys (also NULL) do not run at the same time */
	int deadline; /* timeout in seconds for an unbind; 0: none */
	size_t done;  /* number of steps completed and not rolled back */
	int error;    /* the result: 0 or a negative errno; -ECANCELED: not started */
	struct plan_failure failure;
};

/* The outcome for one subject of a command that makes changes. */
enum outcome { OUTCOME_PLANNED, OUTCOME_CHANGED, OUTCOME_UNCHANGED, OUTCOME_FAILED };

struct result {
	const char *subject; /* a device's address, or what else was changed: "noiommu mode" */
	enum outcome outcome;
	bool incidental; /* the user did not request it: printed only with -v, if planned, or if it failed */
	char *sentence;
	struct plan plan; /* no steps if unchanged */
};

struct result_list {
	struct result *items;
	size_t count;
};

/* ---- monitor: events ---- */

enum event_kind {
	EVENT_ADDED,
	EVENT_REMOVED,
	EVENT_BOUND, /* to `driver` */
	EVENT_UNBOUND,
	EVENT_NODE_ADDED, /* the VFIO node `node`; the same for NODE_REMOVED */
	EVENT_NODE_REMOVED,
};

struct event {
	enum event_kind kind;
	char *address; /* of the PCI device; NULL: the node belongs to no PCI device, or to an unknown one */
	unsigned int vendor, device; /* of the added device; 0: unknown */
	char *driver;                /* NULL: none, or unknown */
	char *node;                  /* "/dev/vfio/noiommu-0"; NULL: not an event of a node */
};

#endif
