/* PCI devices in sysfs. Facts only. */
#ifndef COLLECT_DEVICE_H
#define COLLECT_DEVICE_H

#include "kernel/sysroot.h"
#include "model.h"

/* Reads what `list` needs of every PCI device below `root`, sorted by address. A device that vanishes
 * meanwhile is skipped; an unreadable device has its error set. Returns 0 or a negative errno: -ENOENT: there
 * is no PCI bus. */
int device_collect_all(const struct sysroot *root, struct device_list *devices);

/* Reads the device `address` again, including what only bind and unbind need (driver_override, header type,
 * the driver's module, the saved state). Returns 0, or a negative errno with `device` untouched. */
int device_collect(const struct sysroot *root, const char *address, struct device *device);

/* Frees everything in `device` except its uses. */
void device_free(struct device *device);

/* Adds what only bind and unbind need to a device from device_collect_all. */
void device_collect_details(const struct sysroot *root, struct device *device);

/* Reads the details of the devices that have a saved state in /run/vfionoiommu: usually none. */
void device_collect_remembered(const struct sysroot *root, struct device_list *devices);

/* Frees the members of `remembered`, but not the struct itself. */
void device_free_remembered(struct remembered *remembered);

/* The device at `address` in a list from device_collect_all, or NULL. */
struct device *device_find(const struct device_list *devices, const char *address);

/* Looks up the names of the devices in this machine's hardware database. */
void device_collect_names(const struct device_refs *devices);

/* Whether /run/vfionoiommu has a saved state for `address`; the device itself may be absent. */
bool device_is_remembered(const struct sysroot *root, const char *address);

/* The serial number of `device` in `*serial`, "00-11-22-33-44-55-66-77": a new string, or NULL if it has
 * none. Returns 0, or -EACCES if it is unknown because only root can read the extended configuration space.
 * Source: the extended capability Device Serial Number in the config attribute. */
int device_collect_serial(const struct sysroot *root, const struct device *device, char **serial);

#endif
