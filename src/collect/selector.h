/* Resolves the argument DEVICE to devices. */
#ifndef COLLECT_SELECTOR_H
#define COLLECT_SELECTOR_H

#include "kernel/sysroot.h"
#include "model.h"

/* Adds the devices that `text` selects to `found`, in the order of `devices`, without duplicates across
 * calls. `text` is a PCI address, a network interface, a block device, a VFIO node, or a pattern
 * (vendor:device, class=, driver=); only patterns can select several devices. Returns 0; -EINVAL: invalid
 * syntax; -ENOENT: no such device; -EEXIST: ambiguous. On an error `why` is a new sentence with the reason,
 * which the caller frees, and `found` is untouched. */
int selector_resolve(const struct sysroot *root, struct device_list *devices, const char *text,
	struct device_refs *found, char **why);

#endif
