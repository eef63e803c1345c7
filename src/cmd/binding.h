/* One run of bind: the mode and the modules, then all devices in parallel, each in one transaction. */
#ifndef CMD_BINDING_H
#define CMD_BINDING_H

#include "cmd/session.h"

/* The options of the command line. */
struct wishes {
	bool enable, allow_iommu;
	bool persistent; /* also bind at every boot */
	bool cdi;        /* update the CDI specification */
	bool stored;     /* use the persistent bindings of the devices instead of `access` */
	bool give;       /* set the owner or mode of the nodes: `access` */
	struct node_access access;
};

/* Whether one of the devices will be a noiommu device; a device that has an IOMMU will not. */
bool binding_needs_noiommu(const struct device_refs *wanted, const struct wishes *wishes);

/* Binds the devices, or with --dry-run plans it, and adds the results. A failed bind is rolled back; if all
 * fail, the mode is rolled back, too. */
void binding_run(struct session *session, const struct device_refs *wanted, const struct wishes *wishes);

/* Sets the owner and mode of the nodes of a device that is already bound, and adds the result. */
void binding_give(struct session *session, struct device *device, const struct wishes *wishes);

/* Saves a persistent binding of a bound device, and adds the result. */
void binding_store(struct session *session, struct device *device, const struct wishes *wishes);

/* Whether the device may be bound as an ordinary VFIO device. */
bool binding_allows_iommu(const struct device *device, const struct wishes *wishes);

#endif
