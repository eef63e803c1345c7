/* DEVICE as a user types it -> devices. */
#ifndef COLLECT_SELECTOR_H
#define COLLECT_SELECTOR_H

#include "kernel/sysroot.h"
#include "model.h"

/* Adds the devices that `text` means to `found`, each once over all calls, in the order of `devices`: a PCI
 * address, a network interface, a block device, a VFIO node, or a pattern (vendor:device, class=, driver=),
 * which alone may mean several. Returns 0; -EINVAL when `text` cannot be a DEVICE; -ENOENT when there is no
 * such one; -EEXIST when it is ambiguous. With an error `why` is a new sentence that says so, which the
 * caller frees, and `found` is untouched. */
int selector_resolve(const struct sysroot *root, struct device_list *devices, const char *text,
	struct device_refs *found, char **why);

#endif
