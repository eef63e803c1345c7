#include "collect/container.h"

#define SPECIFICATION_MAX (1 << 20)

char *container_collect_specification(const struct sysroot *root)
{
	return sysroot_read_file(root, "run/cdi/vfionoiommu.json", SPECIFICATION_MAX);
}
