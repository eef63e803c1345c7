/* What is written down for containers. */
#ifndef COLLECT_CONTAINER_H
#define COLLECT_CONTAINER_H

#include "kernel/sysroot.h"

/* Our own specification of the Container Device Interface, /run/cdi/vfionoiommu.json: a new string, which the
 * caller frees, or NULL when there is none that can be read. */
char *container_collect_specification(const struct sysroot *root);

#endif
