/* The CDI specification for container engines. */
#ifndef COLLECT_CONTAINER_H
#define COLLECT_CONTAINER_H

#include "kernel/sysroot.h"

/* Our own specification for the Container Device Interface, /run/cdi/vfionoiommu.json: a new string, which
 * the caller frees, or NULL if there is no readable one. */
char *container_collect_specification(const struct sysroot *root);

#endif
