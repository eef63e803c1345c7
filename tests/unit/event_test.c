#include "base/base.h"
#include "collect/collect.h"
#include "tap.h"

#define CARD "/devices/pci0000:00/0000:00:09.0/0000:01:00.0"

static struct event event;

static bool is(const struct udev_event *from, enum event_kind kind, const char *address, const char *node)
{
	event = (struct event){ 0 };
	return event_translate(from, &event) && event.kind == kind && text_same(event.address, address) &&
	       text_same(event.node, node);
}

static bool is_ignored(const struct udev_event *from)
{
	struct event untouched = { .vendor = 7 };
	return !event_translate(from, &untouched) && untouched.vendor == 7 && !untouched.address;
}

static struct udev_event of_device(const char *action, const char *path)
{
	return (struct udev_event){ action, "pci", path, NULL, NULL, NULL };
}

static struct udev_event of_node(
	const char *action, const char *subsystem, const char *path, const char *node)
{
	return (struct udev_event){ action, subsystem, path, node, NULL, NULL };
}

static void test_devices(void)
{
	struct udev_event from = of_device("add", CARD);
	from.pci_id = "8086:10D3";
	from.driver = "e1000e";
	ok(is(&from, EVENT_ADDED, "0000:01:00.0", NULL));
	ok(event.vendor == 0x8086 && event.device == 0x10d3 && !event.driver);
	from.action = "bind";
	ok(is(&from, EVENT_BOUND, "0000:01:00.0", NULL));
	ok(text_same(event.driver, "e1000e"));
	from.action = "unbind";
	ok(is(&from, EVENT_UNBOUND, "0000:01:00.0", NULL));
	from.action = "remove";
	ok(is(&from, EVENT_REMOVED, "0000:01:00.0", NULL));
	from.action = "change";
	ok(is_ignored(&from));
	from.action = NULL;
	ok(is_ignored(&from));
	from = of_device("add", CARD);
	from.pci_id = "nonsense";
	ok(is(&from, EVENT_ADDED, "0000:01:00.0", NULL) && event.vendor == 0);
	from = of_device("add", "/devices/vmd/10000:00:02.0");
	ok(is(&from, EVENT_ADDED, "10000:00:02.0", NULL));
	from = of_device("add", "/devices/pci0000:00");
	ok(is_ignored(&from));
	from = of_device("add", "no path at all");
	ok(is_ignored(&from));
	from = of_device("add", NULL);
	ok(is_ignored(&from));
}

static void test_nodes(void)
{
	const char *group = "/devices/virtual/vfio/noiommu-0", *cdev = CARD "/vfio-dev/noiommu-vfio3";
	struct udev_event from = of_node("add", "vfio", group, "/dev/vfio/noiommu-0");
	ok(is(&from, EVENT_NODE_ADDED, NULL, "/dev/vfio/noiommu-0"));
	from = of_node("remove", "vfio", group, "/dev/vfio/noiommu-0");
	ok(is(&from, EVENT_NODE_REMOVED, NULL, "/dev/vfio/noiommu-0"));
	from = of_node("add", "vfio-dev", cdev, "/dev/vfio/devices/noiommu-vfio3");
	ok(is(&from, EVENT_NODE_ADDED, "0000:01:00.0", "/dev/vfio/devices/noiommu-vfio3"));
	from = of_node("remove", "vfio-dev", cdev, "/dev/vfio/devices/noiommu-vfio3");
	ok(is(&from, EVENT_NODE_REMOVED, "0000:01:00.0", "/dev/vfio/devices/noiommu-vfio3"));
	from = of_node("add", "vfio-dev", cdev, NULL); /* no cdev */
	ok(is_ignored(&from));
	from = of_node("bind", "vfio-dev", cdev, "/dev/vfio/devices/noiommu-vfio3");
	ok(is_ignored(&from));
	from = of_node("add", "vfio", group, "/dev/sda");
	ok(is_ignored(&from));
	/* The node of an emulated device (mdev) does not belong to its parent PCI device. */
	from = of_node("add", "vfio-dev", CARD "/83b8f4f2-509f-382f-3c1e-e6bfe0fa1001/vfio-dev/vfio0",
		"/dev/vfio/devices/vfio0");
	ok(is(&from, EVENT_NODE_ADDED, NULL, "/dev/vfio/devices/vfio0"));
}

int main(void)
{
	test_devices();
	test_nodes();
	return tap_done();
}
