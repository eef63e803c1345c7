#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "collect/collect.h"

/* The existing nodes and their devices: once a node is removed, nothing links it to its device. They live on
 * from event to event, unlike what is in the arena. */
static struct known {
	struct known *next;
	char address[20]; /* "": see struct event */
	char path[];
} * nodes;

/* Where the node is in the list, or its end. */
static struct known **find_node(const char *path)
{
	struct known **known = &nodes;
	while (*known && !text_same((*known)->path, path))
		known = &(*known)->next;
	return known;
}

static void forget_node(struct known **known)
{
	struct known *forgotten = *known;
	if (!forgotten)
		return;
	*known = forgotten->next;
	free(forgotten);
}

static void learn_node(const char *path, const char *address)
{
	struct known *known = malloc(sizeof *known + strlen(path) + 1);
	if (!known)
		out_of_memory();
	forget_node(find_node(path));
	known->next = nodes;
	snprintf(known->address, sizeof known->address, "%s", address ? address : "");
	memcpy(known->path, path, strlen(path) + 1);
	nodes = known;
}

bool event_knows_node(const char *path)
{
	return *find_node(path);
}

int event_listen(const struct sysroot *root, bool *settled)
{
	*settled = sysroot_exists(root, "run/udev/control") == ANSWER_YES && udev_is_heard();
	signals_catch(false);
	return udev_listen(*settled);
}

void event_learn(const struct sysroot *root)
{
	auto_release const void *mark = keep(0);
	struct device_list devices = { 0 };
	struct device *device;
	while (nodes)
		forget_node(&nodes);
	device_collect_all(root, &devices);
	array_each (device, &devices) {
		if (device->group.present)
			learn_node(device->group.path, device->address);
		if (device->cdev.present)
			learn_node(device->cdev.path, device->address);
	}
}

/* The address of the device whose bind created the node of the group, or NULL. An ordinary group can contain
 * several devices, some of them unbound. If none is bound yet, because the bind is still in progress, returns
 * the first. */
static const char *group_address(const struct sysroot *root, const char *node)
{
	const char *name = text_after(node, "/dev/vfio/");
	const char *number = text_after(name, "noiommu-");
	struct name_list names = { 0 };
	char address[20];
	const char **item, *found = NULL;
	if (sysroot_list(root, PATH("sys/kernel/iommu_groups/%s/devices", number ? number : name), &names))
		return NULL;
	array_each (item, &names) {
		struct device device;
		if (!address_parse(*item, address) || device_collect(root, address, &device))
			continue;
		if (text_same(device.group.path, node))
			return device.address;
		found = found ? found : device.address;
	}
	return found;
}

/* The last component of `path` before `end`, if it is an address, or NULL. */
static const char *path_address(const char *path, const char *end)
{
	char part[20], address[20];
	const char *slash = end ? memrchr(path, '/', (size_t)(end - path)) : NULL;
	size_t length = slash ? (size_t)(end - slash - 1) : sizeof part;
	if (length >= sizeof part)
		return NULL;
	memcpy(part, slash + 1, length);
	part[length] = '\0';
	return address_parse(part, address) ? text_copy(address) : NULL;
}

static bool translate_device(const struct udev_event *from, struct event *event)
{
	static const char *const actions[] = {
		[EVENT_ADDED] = "add",
		[EVENT_REMOVED] = "remove",
		[EVENT_BOUND] = "bind",
		[EVENT_UNBOUND] = "unbind",
	};
	size_t kind = 0;
	while (kind < ARRAY_SIZE(actions) && !text_same(from->action, actions[kind]))
		kind++;
	const char *address = path_address(from->path, from->path + strlen(from->path));
	if (kind == ARRAY_SIZE(actions) || !address)
		return false;
	*event = (struct event){ .kind = (enum event_kind)kind, .address = address };
	const char *id = from->pci_id;
	if (event->kind == EVENT_ADDED)
		text_hex_pair(&id, &event->vendor, &event->device);
	if (event->kind == EVENT_BOUND)
		event->driver = text_copy(from->driver);
	return true;
}

static bool translate_node(const struct udev_event *from, struct event *event)
{
	bool added = text_same(from->action, "add");
	/* Without cdev support, a vfio-dev has no node. */
	if (!text_starts(from->node, "/dev/vfio/") || (!added && !text_same(from->action, "remove")))
		return false;
	*event = (struct event){
		.kind = added ? EVENT_NODE_ADDED : EVENT_NODE_REMOVED,
		.address = path_address(from->path, strstr(from->path, "/vfio-dev/")),
		.node = text_copy(from->node),
	};
	return true;
}

bool event_translate(const struct udev_event *from, struct event *event)
{
	if (!from->path || !from->subsystem)
		return false;
	return text_same(from->subsystem, "pci") ? translate_device(from, event)
						 : translate_node(from, event);
}

/* Adds the address of the node's device to the event, and updates the known nodes. */
static void complete(const struct sysroot *root, struct event *event)
{
	if (!event->node)
		return;
	struct known **known = find_node(event->node);
	if (event->kind == EVENT_NODE_ADDED) {
		if (!event->address)
			event->address = group_address(root, event->node);
		learn_node(event->node, event->address);
	} else if (*known) {
		if (!event->address && *(*known)->address)
			event->address = text_copy((*known)->address);
		forget_node(known);
	}
}

int event_next(const struct sysroot *root, int milliseconds, struct event *event)
{
	struct udev_event raw;
	int error = udev_receive(milliseconds, &raw);
	if (error)
		return error;
	if (!event_translate(&raw, event))
		return -EAGAIN;
	complete(root, event);
	return 0;
}

/* What the rule has noted for the unit that it starts. */
static const char *event_of_unit(const struct sysroot *root, const char *address)
{
	const char *data = sysroot_read_file(root, PATH("run/udev/data/+pci:%s", address), SYSROOT_TEXT_MAX);
	return data ? text_value(data, "E:VFIONOIOMMU_EVENT") : NULL;
}

unsigned long long event_of_rule(const struct sysroot *root, const char *address, const char *action)
{
	const char *subsystem = getenv("SUBSYSTEM"), *now = getenv("ACTION"), *number = getenv("SEQNUM");
	if (!text_same(subsystem, "pci") || !text_same(now, action))
		return 0;
	/* Of a binding that is newer than its device, the rule has noted no event. */
	const char *noted = number ? NULL : event_of_unit(root, address);
	return number ? strtoull(number, NULL, 10) : noted ? strtoull(noted, NULL, 10) : 1;
}

unsigned long long event_last(const struct sysroot *root)
{
	const char *number = sysroot_read(root, "sys/kernel/uevent_seqnum");
	return number ? strtoull(number, NULL, 10) : 0;
}
