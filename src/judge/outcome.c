#include "judge/outcome.h"

#include "base/text.h"

static char *node_problem(const struct vfio_node *node, bool promised, const char *what)
{
	if (node->name && !node->noiommu)
		return text_format(
			"the %s is %s, not a noiommu node; noiommu mode may have been disabled meanwhile, see: vfionoiommu status",
			what, node->path);
	if (node->name && !node->present)
		return text_format(
			"the kernel registered %s, but it does not exist in /dev; devtmpfs may not be mounted, see: findmnt /dev",
			node->path);
	if (!node->name && promised)
		return text_format(
			"the kernel created no noiommu %s although it was built to; see: dmesg | grep vfio",
			what);
	return NULL;
}

static const char no_node[] =
	"the device is bound to vfio-pci, but the kernel created no node for it; see: dmesg | grep vfio";

char *outcome_of_bind(const struct device *device, const struct access_case *access)
{
	if (!text_same(device->driver, "vfio-pci"))
		return text_format(
			"the kernel accepted the bind, but the driver is %s; another program may have changed it, see: dmesg | grep %s",
			device->driver ? device->driver : "none", device->address);
	/* The matrix predicts the nodes of noiommu devices only. */
	if (device->iommu == ANSWER_YES)
		return device->group.name || device->cdev.name ? NULL : text_copy(no_node);
	char *problem = node_problem(&device->group, access->group == PATH_WORKS, "group node");
	if (!problem)
		problem = node_problem(&device->cdev, access->cdev == PATH_WORKS, "cdev node");
	if (!problem && !device->group.name && !device->cdev.name)
		problem = text_copy(no_node);
	return problem;
}

char *outcome_surprise(const struct device *device, const struct access_case *access)
{
	if (device->iommu == ANSWER_YES)
		return NULL;
	if (device->group.name && access->group_node == ANSWER_NO)
		return text_format(
			"%s exists although this kernel was not expected to create it", device->group.path);
	if (device->cdev.name && access->cdev_node == ANSWER_NO)
		return text_format(
			"%s exists although this kernel was not expected to create it", device->cdev.path);
	if (!device->group.name && access->group_node == ANSWER_YES)
		return text_copy(
			"the kernel created no group node (it would be unusable without a container)");
	if (device->group.name && access->group == PATH_IOMMUFD_ONLY)
		return text_format(
			"%s opens only with /dev/iommu in place of /dev/vfio/vfio: this kernel has no VFIO container",
			device->group.path);
	if (device->group.name && access->group == PATH_NONE)
		return text_format(
			"%s cannot be opened: this kernel has neither a VFIO container nor iommufd",
			device->group.path);
	return NULL;
}

static const char *or_none(const char *text)
{
	return text ? text : "none";
}

char *outcome_of_unbind(const struct device *before, const struct device *after)
{
	const struct remembered *remembered = &before->remembered;
	if (after->vfio && remembered->known != ANSWER_YES)
		return text_format(
			"the kernel bound the device to %s again because of an ID in the driver's new_id list; remove it with: echo '%04x %04x' > /sys/bus/pci/drivers/%s/remove_id",
			after->driver, after->vendor, after->device, after->driver);
	if (remembered->known != ANSWER_YES)
		return NULL;
	if (!text_same(after->driver, remembered->driver))
		return text_format(
			"the driver is %s, but was %s before bind; another program may have changed it, see: dmesg | grep %s",
			or_none(after->driver), or_none(remembered->driver), after->address);
	if (!text_same(after->driver_override, remembered->driver_override))
		return text_format(
			"driver_override is %s, but was %s before bind; set it with: echo %s > /sys/bus/pci/devices/%s/driver_override",
			or_none(after->driver_override), or_none(remembered->driver_override),
			remembered->driver_override ? remembered->driver_override : "", after->address);
	return NULL;
}
