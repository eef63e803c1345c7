#include "show/json.h"

#include "base/array.h"
#include "show/words.h"

static struct json *node_object(const struct vfio_node *node)
{
	if (!node->name)
		return NULL;
	struct json *to = value_object();
	value_add_text(to, "name", node->name);
	value_add_text(to, "path", node->path);
	value_add_bool(to, "noiommu", node->noiommu);
	value_add_bool(to, "present", node->present);
	value_add_access(to, &node->access);
	return to;
}

static struct json *remembered_object(const struct remembered *remembered)
{
	if (remembered->known != ANSWER_YES)
		return NULL;
	struct json *to = value_object();
	value_add_text(to, "driver", remembered->driver);
	value_add_text(to, "module", remembered->module);
	value_add_text(to, "driver_override", remembered->driver_override);
	return to;
}

static struct json *stored_object(const struct stored *stored)
{
	if (!stored)
		return NULL;
	struct json *to = value_object();
	value_add_bool(to, "usable", !stored->problem && stored->same != ANSWER_NO);
	value_add_text(to, "problem", stored->problem);
	value_add_answer(to, "same_card", stored->same);
	return to;
}

static struct json *use_array(const struct use_list *uses)
{
	/* Most devices have none. */
	struct json *list = value_list(uses->count);
	const struct use *use;
	array_each (use, uses) {
		struct json *to = value_object();
		value_add_text(to, "kind", word_use(use->kind));
		value_add_text(to, "object", use->object);
		value_add_text(to, "detail", use->detail);
		value_append(list, to);
	}
	return list;
}

static struct json *device_object(const struct device *device)
{
	struct json *to = value_object();
	value_add_text(to, "address", device->address);
	value_add_hex(to, "vendor", 4, device->vendor);
	value_add_hex(to, "device", 4, device->device);
	value_add_hex(to, "subsystem_vendor", 4, device->subvendor);
	value_add_hex(to, "subsystem_device", 4, device->subdevice);
	value_add_hex(to, "class", 6, device->class);
	value_add_text(to, "modalias", device->modalias);
	value_add_text(to, "vendor_name", device->vendor_name);
	value_add_text(to, "device_name", device->device_name);
	value_add_text(to, "driver", device->driver);
	value_add_text(to, "unreadable", device->unreadable);
	value_add_text(to, "driver_override", device->driver_override);
	value_add_answer(to, "iommu", device->iommu);
	value_add_number(to, "iommu_group", device->iommu_group);
	value_add_text(to, "use", word_fitness(device->fitness));
	value_add(to, "uses", use_array(&device->uses));
	value_add(to, "group", node_object(&device->group));
	value_add(to, "cdev", node_object(&device->cdev));
	value_add(to, "before", remembered_object(&device->remembered));
	value_add(to, "persistent", stored_object(device->stored));
	return to;
}

void json_add_devices(struct json *document, const struct device_refs *devices)
{
	struct json *list = value_list(0);
	struct device **device;
	array_each (device, devices)
		value_append(list, device_object(*device));
	value_add(document, "devices", list);
}

void json_add_event(struct json *document, const struct event *event)
{
	struct json *to = document;
	value_add_text(to, "event", word_event(event->kind));
	value_add_text(to, "address", event->address);
	if (event->vendor) {
		value_add_hex(to, "vendor", 4, event->vendor);
		value_add_hex(to, "device", 4, event->device);
	}
	value_add_text(to, "driver", event->driver);
	value_add_text(to, "node", event->node);
}
