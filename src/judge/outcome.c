#include "judge/outcome.h"

#include "base/text.h"

static char *node_problem(const struct vfio_node *node, bool promised, const char *what)
{
	if (node->name && !node->noiommu)
		return text_format(
			"its %s is %s, not a noiommu one: was the mode switched off meanwhile? See vfionoiommu status",
			what, node->path);
	if (node->name && !node->present)
		return text_format(
			"%s was registered, but is not in /dev: is a devtmpfs mounted there? See: findmnt /dev",
			node->path);
	if (!node->name && promised)
		return text_format(
			"the kernel made no noiommu %s, though it is built for it; it may say why: dmesg | grep vfio",
			what);
	return NULL;
}

static const char no_node[] =
	"it is on vfio-pci, but the kernel made no node for it; it may say why: dmesg | grep vfio";

char *outcome_of_bind(const struct device *device, const struct access_case *access)
{
	if (!text_same(device->driver, "vfio-pci"))
		return text_format(
			"the kernel took the bind, but the driver is %s: did another program change it? "
			"See: dmesg | grep %s",
			device->driver ? device->driver : "none", device->address);
	/* An ordinary VFIO device has the nodes that it has. */
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
			"%s exists, which this kernel was not expected to make", device->group.path);
	if (device->cdev.name && access->cdev_node == ANSWER_NO)
		return text_format(
			"%s exists, which this kernel was not expected to make", device->cdev.path);
	if (!device->group.name && access->group_node == ANSWER_YES)
		return text_copy(
			"this kernel made no group node, which without a container would be of little use anyway");
	if (device->group.name && access->group == PATH_IOMMUFD_ONLY)
		return text_format("%s opens only for what takes /dev/iommu in the place of /dev/vfio/vfio",
			device->group.path);
	if (device->group.name && access->group == PATH_NONE)
		return text_format("%s cannot be opened: this kernel has no container", device->group.path);
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
			"the kernel gave it to %s again, by an id in its new_id list; remove it with: "
			"echo '%04x %04x' > /sys/bus/pci/drivers/%s/remove_id",
			after->driver, after->vendor, after->device, after->driver);
	if (remembered->known != ANSWER_YES)
		return NULL;
	if (!text_same(after->driver, remembered->driver))
		return text_format(
			"its driver is %s, and was %s before bind: did another program change it? See: dmesg | grep %s",
			or_none(after->driver), or_none(remembered->driver), after->address);
	if (!text_same(after->driver_override, remembered->driver_override))
		return text_format(
			"its driver_override is %s, and was %s before bind; set it with: echo %s > /sys/bus/pci/devices/%s/driver_override",
			or_none(after->driver_override), or_none(remembered->driver_override),
			remembered->driver_override ? remembered->driver_override : "", after->address);
	return NULL;
}
