/* One call of bind at work: the mode and the modules, then the devices side by side, each as one transaction.
 */
#ifndef CMD_BINDING_H
#define CMD_BINDING_H

#include "cmd/session.h"

/* What the command line asked for besides devices. */
struct wishes {
	bool enable, allow_iommu;
	bool persistent; /* at every boot */
	bool cdi;        /* containers are told */
	bool stored;     /* as the devices' persistent bindings say, and not as what follows */
	bool give;       /* the nodes get another owner or mode: `access` */
	struct node_access access;
};

/* Whether one of the devices is to become a noiommu device: one that has an IOMMU will not. */
bool binding_needs_noiommu(const struct device_refs *wanted, const struct wishes *wishes);

/* Binds the devices, or with --dry-run notes what would be done, and adds the results. What cannot be bound
 * ends as it was; if none could, the mode is as it was, too. */
void binding_run(struct session *session, const struct device_refs *wanted, const struct wishes *wishes);

/* Gives the nodes of a device that is bound already the owner and mode wished for, and adds the result. */
void binding_give(struct session *session, struct device *device, const struct wishes *wishes);

/* Writes down that a device that is bound is to be bound at every boot, and adds the result. */
void binding_store(struct session *session, struct device *device, const struct wishes *wishes);

/* Whether the device may be bound as an ordinary VFIO device. */
bool binding_allows_iommu(const struct device *device, const struct wishes *wishes);

#endif
