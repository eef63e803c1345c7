/* VFIO's ioctls: containers, groups and devices; Documentation/driver-api/vfio.rst,
 * include/uapi/linux/vfio.h. Each takes open file descriptors and returns 0, or the value documented below,
 * or the kernel's negative errno. */
#ifndef KERNEL_VFIO_H
#define KERNEL_VFIO_H

#include "model.h"

/* The IOMMU type of a container: VFIO_TYPE1v2_IOMMU or VFIO_NOIOMMU_IOMMU. */
int vfio_container_type(bool noiommu);

/* Whether `container` supports this type: 0, or -EOPNOTSUPP. */
int vfio_container_check(int container, int type);
int vfio_container_set_type(int container, int type);

/* 0 if all devices in the group are bound to VFIO, else -EADDRINUSE. */
int vfio_group_check_viable(int group);
int vfio_group_set_container(int group, int container);

/* A file descriptor of the device at `address`, which the caller closes. */
int vfio_group_get_device(int group, const char *address);

/* Binds the device to `iommufd`, and attaches it to the address space `ioas`. */
int vfio_device_bind(int device, int iommufd);
int vfio_device_attach(int device, unsigned int ioas);

/* Reads the regions and interrupts of the device; `offer` is untouched on failure. */
int vfio_device_offer(int device, struct device_offer *offer);

#endif
