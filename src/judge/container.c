#include <stdlib.h>

#include "base/base.h"
#include "judge/judge.h"

static void add_node(struct container_device *to, const char *path, const char *host_path)
{
	*array_add(to) = (struct container_node){ path, host_path };
}

static void add_group(struct container_device *to, const struct access_case *access)
{
	const struct vfio_node *group = &to->device->group;
	if (!group->present || access->group == PATH_NONE)
		return;
	add_node(to, group->path, group->path);
	/* On a kernel without a VFIO container, /dev/iommu serves as one under the name that programs open.
	 */
	add_node(to, "/dev/vfio/vfio", access->group == PATH_IOMMUFD_ONLY ? "/dev/iommu" : "/dev/vfio/vfio");
}

static void add_cdev(struct container_device *to, const struct access_case *access)
{
	const struct vfio_node *cdev = &to->device->cdev;
	if (!cdev->present || access->cdev == PATH_NONE)
		return;
	add_node(to, cdev->path, cdev->path);
	add_node(to, "/dev/iommu", "/dev/iommu");
}

static void add_device(struct container_device_list *list, const struct device *device,
	const struct access_case *access, enum container_way way)
{
	struct container_device found = { .device = device, .way = way };
	if (way != CONTAINER_CDEV)
		add_group(&found, access);
	if (way != CONTAINER_GROUP)
		add_cdev(&found, access);
	if (found.count)
		*array_add(list) = found;
}

struct container_device_list container_judge(
	const struct device_list *devices, const struct access_case *access)
{
	struct container_device_list list = { 0 };
	const struct device *device;
	array_each (device, devices)
		for (int way = CONTAINER_ALL; way <= CONTAINER_CDEV && device_is_noiommu(device); way++)
			add_device(&list, device, access, (enum container_way)way);
	return list;
}

void container_free(struct container_device_list *list)
{
	struct container_device *device;
	array_each (device, list)
		free(device->items);
	free(list->items);
	*list = (struct container_device_list){ 0 };
}
