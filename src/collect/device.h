/* PCI devices as sysfs shows them. Facts only. */
#ifndef COLLECT_DEVICE_H
#define COLLECT_DEVICE_H

#include "kernel/sysroot.h"
#include "model.h"

/* Reads every PCI device below `root`, sorted by address: what `list` needs of it. One that vanishes
 * meanwhile is left out; one that cannot be read has the error. Returns 0 or a negative errno: -ENOENT there
 * is no PCI bus. */
int device_collect_all(const struct sysroot *root, struct device_list *devices);

/* Reads the device `address` anew, and what only binding needs (driver_override, header type, the driver's
 * module, what was remembered). Returns 0 or a negative errno with `device` untouched. */
int device_collect(const struct sysroot *root, const char *address, struct device *device);

/* Frees what was collected of the device, in whichever way, but for its uses. */
void device_free(struct device *device);

/* Reads what only binding needs into a device from device_collect_all. */
void device_collect_details(const struct sysroot *root, struct device *device);

/* Reads the details of those devices of which something is written down in /run/vfionoiommu: usually none. */
void device_collect_remembered(const struct sysroot *root, struct device_list *devices);

/* Frees what is in `remembered`, and not itself. */
void device_free_remembered(struct remembered *remembered);

/* The device at `address` in a list from device_collect_all; NULL: there is none. */
struct device *device_find(const struct device_list *devices, const char *address);

/* Looks the names of the devices up in this machine's hardware database. */
void device_collect_names(const struct device_refs *devices);

/* Whether something is written down in /run/vfionoiommu of a device at `address`, be it there or not. */
bool device_is_remembered(const struct sysroot *root, const char *address);

/* The serial number of `device` in `*serial`, "00-11-22-33-44-55-66-77", a new string, or NULL when it has
 * none. Returns 0, or -EACCES when it cannot be told: only root may read so far. Source: the extended
 * capability Device Serial Number in its config attribute. */
int device_collect_serial(const struct sysroot *root, const struct device *device, char **serial);

#endif
