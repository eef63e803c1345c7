/* The bound devices as a specification of the Container Device Interface. */
#ifndef SHOW_CDI_H
#define SHOW_CDI_H

#include "model.h"

/* The specification, by which `podman run --device vfionoiommu/device=ADDRESS` knows each device: under its
 * address with all nodes that there are, behind it "-group" and "-cdev" with those of one way. Its version is
 * the lowest that has all of that, as the standard recommends. A new string, which the caller frees; NULL
 * when the list is empty, as the standard wants at least one device. */
char *cdi_format(const struct container_device_list *devices);

#endif
