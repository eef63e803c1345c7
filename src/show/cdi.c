#include "base/base.h"
#include "show/show.h"

/* The first version that allows names beginning with a digit, and hostPath. */
#define CDI_VERSION "0.5.0"
#define CDI_KIND    "vfionoiommu/device"

static struct json *nodes_list(const struct container_device *device)
{
	struct json *list = value_list(device->count);
	const struct container_node *node;
	array_each (node, device) {
		struct json *to = value_object();
		value_add_text(to, "path", node->path);
		if (!text_same(node->path, node->host_path))
			value_add_text(to, "hostPath", node->host_path);
		value_add_text(to, "permissions", "rw");
		value_append(list, to);
	}
	return list;
}

static struct json *device_object(const struct container_device *device)
{
	static const char *const suffixes[] = {
		[CONTAINER_ALL] = "",
		[CONTAINER_GROUP] = "-group",
		[CONTAINER_CDEV] = "-cdev",
	};
	auto_free char *name = text_format("%s%s", device->device->address, suffixes[device->way]);
	struct json *to = value_object(), *edits = value_object();
	value_add_text(to, "name", name);
	value_add(edits, "deviceNodes", nodes_list(device));
	value_add(to, "containerEdits", edits);
	return to;
}

char *cdi_format(const struct container_device_list *devices)
{
	if (!devices->count)
		return NULL;
	struct json *document = value_object(), *list = value_list(devices->count);
	const struct container_device *device;
	array_each (device, devices)
		value_append(list, device_object(device));
	value_add_text(document, "cdiVersion", CDI_VERSION);
	value_add_text(document, "kind", CDI_KIND);
	value_add(document, "devices", list);
	char *text = text_format("%s\n", value_text(document, true));
	value_free(document);
	return text;
}
