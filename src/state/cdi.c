#include "base/base.h"
#include "state/state.h"

/* The first version that allows names beginning with a digit, and hostPath. */
#define CDI_VERSION "0.5.0"
#define CDI_KIND    "vfionoiommu/device"

static void add_node(struct json *list, const char *path, const char *host_path)
{
	struct json *to = value_object();
	value_add_text(to, "path", path);
	if (!text_same(path, host_path))
		value_add_text(to, "hostPath", host_path);
	value_add_text(to, "permissions", "rw");
	value_append(list, to);
}

static void add_group(struct json *list, const struct device *device, const struct access_case *access)
{
	add_node(list, device->group.path, device->group.path);
	/* On a kernel without a VFIO container, /dev/iommu serves as one under the name that programs open.
	 */
	add_node(
		list, "/dev/vfio/vfio", access->group == PATH_IOMMUFD_ONLY ? "/dev/iommu" : "/dev/vfio/vfio");
}

static void add_cdev(struct json *list, const struct device *device)
{
	add_node(list, device->cdev.path, device->cdev.path);
	add_node(list, "/dev/iommu", "/dev/iommu");
}

static struct json *device_object(const struct device *device, const char *suffix, struct json *nodes)
{
	struct json *to = value_object(), *edits = value_object();
	value_add_text(to, "name", text_format("%s%s", device->address, suffix));
	value_add(edits, "deviceNodes", nodes);
	value_add(to, "containerEdits", edits);
	return to;
}

/* Adds the device once with all of its nodes and once for each access path. Returns how many were added. */
static size_t add_device(struct json *list, const struct device *device, const struct access_case *access)
{
	static const char *const suffixes[] = { "", "-group", "-cdev" };
	bool group = device->group.present && access->group != PATH_NONE;
	bool cdev = device->cdev.present && access->cdev != PATH_NONE;
	size_t added = 0;
	for (size_t way = 0; way < ARRAY_SIZE(suffixes); way++) {
		bool by_group = group && way != 2, by_cdev = cdev && way != 1;
		struct json *nodes = by_group || by_cdev ? value_list(4) : NULL;
		if (by_group)
			add_group(nodes, device, access);
		if (by_cdev)
			add_cdev(nodes, device);
		if (nodes)
			value_append(list, device_object(device, suffixes[way], nodes));
		added += nodes != NULL;
	}
	return added;
}

const char *cdi_format(const struct device_refs *devices, const struct access_case *access)
{
	struct json *document = value_object(), *list = value_list(devices->count * 3);
	const struct device **device;
	size_t count = 0;
	array_each (device, devices)
		count += add_device(list, *device, access);
	value_add_text(document, "cdiVersion", CDI_VERSION);
	value_add_text(document, "kind", CDI_KIND);
	value_add(document, "devices", list);
	const char *text = count ? text_format("%s\n", value_text(document, true)) : NULL;
	value_free(document);
	return text;
}
