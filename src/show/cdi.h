/* The bound devices as a specification of the Container Device Interface. */
#ifndef SHOW_CDI_H
#define SHOW_CDI_H

#include "model.h"

/* The specification that resolves `podman run --device vfionoiommu/device=ADDRESS`: ADDRESS names all nodes
 * of the device, ADDRESS-group and ADDRESS-cdev the nodes of one access path. The version is the lowest that
 * supports all of this, as the standard recommends. A new string, which the caller frees; NULL when the list
 * is empty, because the standard requires at least one device. */
char *cdi_format(const struct container_device_list *devices);

#endif
