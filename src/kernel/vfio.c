#include "kernel/vfio.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/array.h"
#include "kernel/vfio_uapi.h"

static int call(int fd, unsigned long request, void *argument)
{
	int result = ioctl(fd, request, argument);
	return result < 0 ? -errno : result;
}

int vfio_container_type(bool noiommu)
{
	return noiommu ? VFIO_NOIOMMU_IOMMU : VFIO_TYPE1v2_IOMMU;
}

int vfio_container_check(int container, int type)
{
	int has = ioctl(container, VFIO_CHECK_EXTENSION, (unsigned long)type);
	return has < 0 ? -errno : has ? 0 : -EOPNOTSUPP;
}

int vfio_container_set_type(int container, int type)
{
	return ioctl(container, VFIO_SET_IOMMU, (unsigned long)type) < 0 ? -errno : 0;
}

int vfio_group_check_viable(int group)
{
	struct vfio_group_status status = { .argsz = sizeof status };
	int error = call(group, VFIO_GROUP_GET_STATUS, &status);
	return error ? error : status.flags & VFIO_GROUP_FLAGS_VIABLE ? 0 : -EADDRINUSE;
}

int vfio_group_set_container(int group, int container)
{
	return call(group, VFIO_GROUP_SET_CONTAINER, &container);
}

int vfio_group_get_device(int group, const char *address)
{
	return call(group, VFIO_GROUP_GET_DEVICE_FD, (char *)address);
}

int vfio_device_bind(int device, int iommufd)
{
	struct uapi_bind_iommufd bind = { .argsz = sizeof bind, .iommufd = iommufd };
	return call(device, UAPI_BIND_IOMMUFD, &bind);
}

int vfio_device_attach(int device, unsigned int ioas)
{
	struct uapi_attach_pt attach = { .argsz = sizeof attach, .pt_id = ioas };
	return call(device, UAPI_ATTACH_PT, &attach);
}

static void add_regions(int device, unsigned int count, struct device_offer *offer)
{
	for (unsigned int index = 0; index < count && index < REGION_KINDS; index++) {
		struct vfio_region_info info = { .argsz = sizeof info, .index = index };
		if (call(device, VFIO_DEVICE_GET_REGION_INFO, &info) || !info.size)
			continue;
		offer->regions[index] = (struct region){
			.size = info.size,
			.read = info.flags & VFIO_REGION_INFO_FLAG_READ,
			.write = info.flags & VFIO_REGION_INFO_FLAG_WRITE,
			.mmap = info.flags & VFIO_REGION_INFO_FLAG_MMAP,
		};
	}
}

int vfio_device_offer(int device, struct device_offer *offer)
{
	struct vfio_device_info info = { .argsz = sizeof info };
	struct device_offer found = { .known = true };
	int error = call(device, VFIO_DEVICE_GET_INFO, &info);
	if (error)
		return error;
	found.reset = info.flags & VFIO_DEVICE_FLAGS_RESET;
	add_regions(device, info.num_regions, &found);
	for (unsigned int index = 0; index < info.num_irqs && index < INTERRUPT_KINDS; index++) {
		struct vfio_irq_info irq = { .argsz = sizeof irq, .index = index };
		if (call(device, VFIO_DEVICE_GET_IRQ_INFO, &irq) == 0)
			found.interrupts[index] = irq.count;
	}
	*offer = found;
	return 0;
}
