/* What is written where, and in which order. Every path that is ever written is named here. */
#ifndef ACT_RECIPES_H
#define ACT_RECIPES_H

#include "model.h"

/* Held while anything is changed; not in /run/lock, which is not there yet when udev begins, and is
 * everybody's. */
#define RECIPE_LOCK "/run/vfionoiommu.lock"

/* Adds the steps to load what binding needs and is not there: vfio-pci, and iommufd where the kernel has it.
 */
void recipe_modules(struct plan *plan, const struct host *host);

/* Adds the steps to switch noiommu mode on or off; on loads vfio when it is not there. None when it is so
 * already. */
void recipe_mode(struct plan *plan, const struct host *host, bool on);

/* Adds the step to switch the mode of the next boot on, by our own file with `text` in modprobe.d, or to take
 * that file away; none when it is so already, or when the file is not ours any more. */
void recipe_next_mode(struct plan *plan, const struct next_boot *next, const char *text, bool on);

/* The turn in which the driver of `device` may be changed: plans of the same turn are not to be run at the
 * same time. A new string, which the caller frees. */
char *recipe_turn(const struct device *device);

/* Adds the steps to bind `device` to vfio-pci, or to give it back: to the driver and override that were
 * remembered, else to the driver of the kernel's choice. `device` must have its details. What is remembered
 * is what it has, or `instead`. */
void recipe_bind(struct plan *plan, const struct device *device, const struct remembered *instead);
void recipe_unbind(struct plan *plan, const struct device *device);

/* Adds the step to make the binding of `device`, which is bound, persistent, with what `device` remembers and
 * what is wished for its nodes and containers. `serial` is its serial number, NULL: none. */
void recipe_store(struct plan *plan, const struct device *device, const char *serial,
	const struct node_access *access, bool allow_iommu, bool cdi);

/* Adds the step to take the persistent binding of the device at `address` away. */
void recipe_unstore(struct plan *plan, const char *address);

/* Adds the step to make the specification for containers `text` (NULL: not known yet, for --dry-run), or to
 * take it away when it is to hold no device. */
void recipe_cdi(struct plan *plan, bool any, const char *text);

/* Adds the step to forget what the device at `address`, which is gone, had. */
void recipe_forget(struct plan *plan, const char *address);

/* Adds the step that must come before a bind whose nodes recipe_access is to change afterwards. */
void recipe_access_begin(struct plan *plan);

/* Adds the steps to give the nodes of `device` this owner and mode; new ones once udev has settled them. To
 * undo them gives the nodes back to whom they belong now. */
void recipe_access(
	struct plan *plan, const struct device *device, const struct node_access *access, bool fresh);

/* The same for a device that is not bound yet, by the nodes that are to be expected: to be shown, not to be
 * run. */
void recipe_access_ahead(
	struct plan *plan, const struct access_case *expected, const struct node_access *access);

#endif
