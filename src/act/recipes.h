/* The writes to make and their order. All paths that are written are defined here. */
#ifndef ACT_RECIPES_H
#define ACT_RECIPES_H

#include "model.h"

/* The lock file. Not in /run/lock, which does not exist yet when udev starts, and is writable by all users.
 */
#define RECIPE_LOCK "/run/vfionoiommu.lock"

/* Adds the steps to load the missing modules for bind: vfio-pci, and iommufd if the kernel has it. */
void recipe_modules(struct plan *plan, const struct host *host);

/* Adds the steps to enable or disable noiommu mode, including loading vfio. Adds none if the mode is already
 * set. */
void recipe_mode(struct plan *plan, const struct host *host, bool on);

/* Adds the step to enable the mode at the next boot, by writing our own file with `text` to modprobe.d, or to
 * remove that file. Adds none if it is already done, or if the file was edited. */
void recipe_next_mode(struct plan *plan, const struct next_boot *next, const char *text, bool on);

/* The serialization key of `device`: plans with the same key must not run at the same time. A new string,
 * which the caller frees. */
char *recipe_turn(const struct device *device);

/* Adds the steps to bind `device` to vfio-pci, or to unbind it: restores the saved driver and override, or
 * without a saved state lets the kernel choose the driver. `device` must have its details. bind saves the
 * current driver and override, or `instead`. */
void recipe_bind(struct plan *plan, const struct device *device, const struct remembered *instead);
void recipe_unbind(struct plan *plan, const struct device *device);

/* Adds the step to make the binding of the bound `device` persistent, with its saved state and the given
 * options. `serial` is its serial number, NULL: none. */
void recipe_store(struct plan *plan, const struct device *device, const char *serial,
	const struct node_access *access, bool allow_iommu, bool cdi);

/* Adds the step to remove the persistent binding of the device at `address`. */
void recipe_unstore(struct plan *plan, const char *address);

/* Adds the step to write `text` as the CDI specification (NULL: not known yet, for --dry-run), or to remove
 * the specification unless it contains `any` device. */
void recipe_cdi(struct plan *plan, bool any, const char *text);

/* Adds the step to remove the saved state of the device at `address`, which is no longer present. */
void recipe_forget(struct plan *plan, const char *address);

/* Adds the step required before a bind if recipe_access follows. */
void recipe_access_begin(struct plan *plan);

/* Adds the steps to set the owner and mode of the nodes of `device`, if they are `fresh` after udev has
 * settled them. The undo restores their current owner and mode. */
void recipe_access(
	struct plan *plan, const struct device *device, const struct node_access *access, bool fresh);

/* The same for a device that is not bound yet, with the expected nodes; for --dry-run only. */
void recipe_access_ahead(
	struct plan *plan, const struct access_case *expected, const struct node_access *access);

#endif
