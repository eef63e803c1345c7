/* VFIO's ioctls: containers, groups and devices; Documentation/driver-api/vfio.rst,
 * include/uapi/linux/vfio.h. Each takes open file descriptors and returns 0, or what is said, or a negative
 * errno: the kernel's answer. */
#ifndef KERNEL_VFIO_H
#define KERNEL_VFIO_H

#include "model.h"

/* How a container treats its devices' memory: VFIO_TYPE1v2_IOMMU, VFIO_NOIOMMU_IOMMU. */
int vfio_container_type(bool noiommu);

/* Whether `container` has this type: 0, or -EOPNOTSUPP. */
int vfio_container_check(int container, int type);
int vfio_container_set_type(int container, int type);

/* 0 when all devices of the group are bound to VFIO; -EADDRINUSE when not. */
int vfio_group_check_viable(int group);
int vfio_group_set_container(int group, int container);

/* The file descriptor of the device at `address`, which the caller closes. */
int vfio_group_get_device(int group, const char *address);

/* To `iommufd`, and to the address space `ioas` of it. */
int vfio_device_bind(int device, int iommufd);
int vfio_device_attach(int device, unsigned int ioas);

/* What the device offers; `offer` is untouched on failure. */
int vfio_device_offer(int device, struct device_offer *offer);

#endif
