#include <errno.h>
#include <fcntl.h>
#include <libudev.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "os/os.h"

/* clang-format off */
#define FUNCTIONS(X) \
	X(udev_device_get_action) X(udev_device_get_devnode) X(udev_device_get_devnum) \
	X(udev_device_get_devpath) X(udev_device_get_property_value) X(udev_device_get_subsystem) \
	X(udev_device_unref) X(udev_hwdb_get_properties_list_entry) X(udev_hwdb_new) \
	X(udev_list_entry_get_name) X(udev_list_entry_get_next) \
	X(udev_list_entry_get_value) X(udev_monitor_enable_receiving) \
	X(udev_monitor_filter_add_match_subsystem_devtype) X(udev_monitor_get_fd) \
	X(udev_monitor_new_from_netlink) X(udev_monitor_receive_device) \
	X(udev_monitor_set_receive_buffer_size) X(udev_monitor_unref) X(udev_new) X(udev_unref)
/* clang-format on */
LIBRARY(libudev, "libudev.so.1", "libudev1", "required", "names of devices, and their events", FUNCTIONS);
/* For udev_list_entry_foreach. */
#define udev_list_entry_get_next sym_udev_list_entry_get_next

/* Bytes of pending events; one takes about 1 KiB. */
#define RECEIVE_BUFFER (16 << 20)

/* This machine's hardware database, until the end of this process; NULL: there is none. */
static struct udev_hwdb *hardware_database(void)
{
	static struct udev *udev;
	static struct udev_hwdb *database;
	if (!udev && library_load(&libudev) && (udev = sym_udev_new()))
		database = sym_udev_hwdb_new(udev);
	return database;
}

void udev_names_find(const char *modalias, const char **vendor, const char **model)
{
	struct udev_hwdb *database = modalias ? hardware_database() : NULL;
	*vendor = *model = NULL;
	if (!database)
		return;
	struct udev_list_entry *entry;
	udev_list_entry_foreach(entry, sym_udev_hwdb_get_properties_list_entry(database, modalias, 0))
	{
		const char *name = sym_udev_list_entry_get_name(entry);
		const char *value = sym_udev_list_entry_get_value(entry);
		if (!value)
			continue;
		if (!*vendor && text_same(name, "ID_VENDOR_FROM_DATABASE"))
			*vendor = text_copy(value);
		if (!*model && text_same(name, "ID_MODEL_FROM_DATABASE"))
			*model = text_copy(value);
	}
}

/* Running a plan asks this, which must not allocate. */
bool udev_is_heard(void)
{
	static char text[1 << 16];
	unsigned int protocol, groups;
	size_t length = 0;
	ssize_t got = 0;
	bool heard = false;
	if (network_is_separate())
		return false;
	auto_fd int fd = open("/proc/net/netlink", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && length < sizeof text - 1 &&
		(got = read(fd, text + length, sizeof text - 1 - length)) > 0)
		length += (size_t)got;
	text[length] = '\0';
	for (const char *line = text; line && !heard; line = strchr(line + 1, '\n'))
		heard = sscanf(line, "%*s %u %*u %x", &protocol, &groups) == 2 &&
			protocol == NETLINK_KOBJECT_UEVENT && (groups & 1);
	/* Unreadable, or longer. */
	return heard || fd < 0 || got != 0;
}

/* `source` is "udev" or "kernel". Returns 0 or a negative errno. */
static int monitor_open(const char *source, const char *const subsystems[], struct udev_monitor **monitor)
{
	if (!library_load(&libudev))
		return -ELIBACC;
	errno = 0;
	struct udev *udev = sym_udev_new();
	*monitor = udev ? sym_udev_monitor_new_from_netlink(udev, source) : NULL;
	int error = *monitor ? 0 : errno ? -errno : -ENOMEM;
	sym_udev_unref(udev);
	if (error)
		return error;
	for (; *subsystems && error >= 0; subsystems++)
		error = sym_udev_monitor_filter_add_match_subsystem_devtype(*monitor, *subsystems, NULL);
	/* Many VFs can appear at once. Only root can set this size; other users keep the default. */
	sym_udev_monitor_set_receive_buffer_size(*monitor, RECEIVE_BUFFER);
	if (error >= 0)
		error = sym_udev_monitor_enable_receiving(*monitor);
	if (error >= 0)
		return 0;
	sym_udev_monitor_unref(*monitor);
	*monitor = NULL;
	return error;
}

/* ---- new nodes ---- */

/* Enough for two nodes per device of a very large machine. The oldest are overwritten. */
#define SETTLED_MAX (1 << 14)

/* The device numbers of the nodes settled since udev_watch_begin. The size is fixed because running a plan
 * must not allocate. */
static struct {
	struct udev_monitor *monitor;
	dev_t nodes[SETTLED_MAX];
	size_t count;
} settled;

int udev_watch_begin(const char *control)
{
	/* What an earlier plan watched may have gone, and its numbers be used again. */
	if (settled.monitor)
		sym_udev_monitor_unref(settled.monitor);
	settled.monitor = NULL;
	settled.count = 0;
	if (access(control, F_OK) != 0 || !udev_is_heard())
		return -ENOENT;
	return monitor_open("udev", (const char *const[]){ "vfio", "vfio-dev", NULL }, &settled.monitor);
}

/* Returns 0, also if the message was not an event, or a negative errno: an event may have been lost. */
static int receive_settled(void)
{
	errno = 0;
	struct udev_device *device = sym_udev_monitor_receive_device(settled.monitor);
	if (!device)
		return errno == EAGAIN || errno == EINVAL || errno == EINTR ? 0 : -errno;
	if (text_same(sym_udev_device_get_action(device), "add"))
		settled.nodes[settled.count++ % SETTLED_MAX] = sym_udev_device_get_devnum(device);
	sym_udev_device_unref(device);
	return 0;
}

static bool is_settled(dev_t node)
{
	for (size_t i = 0; i < settled.count && i < SETTLED_MAX; i++)
		if (settled.nodes[i] == node)
			return true;
	return false;
}

int udev_watch_wait(const char *path, int seconds)
{
	struct stat node;
	long long end = clock_milliseconds() + seconds * 1000LL;
	int error = settled.monitor && stat(path, &node) < 0 ? -errno : 0;
	while (!error && settled.monitor && !is_settled(node.st_rdev)) {
		struct pollfd event = { .fd = sym_udev_monitor_get_fd(settled.monitor), .events = POLLIN };
		long long left = end - clock_milliseconds();
		if (left <= 0 || poll(&event, 1, (int)left) == 0)
			return -ETIME;
		if (event.revents)
			error = receive_settled();
	}
	return error;
}

/* ---- all events ---- */

static struct {
	struct udev_monitor *monitor;
	struct udev_device *device; /* of the last event; owns the strings passed to the caller */
} listening;

int udev_listen(bool all_settled)
{
	const char *const subsystems[] = { "pci", "vfio", "vfio-dev", NULL };
	return monitor_open(all_settled ? "udev" : "kernel", subsystems, &listening.monitor);
}

int udev_receive(int milliseconds, struct udev_event *event)
{
	struct pollfd arrival = { .fd = sym_udev_monitor_get_fd(listening.monitor), .events = POLLIN };
	int ready = signals_poll(&arrival, 1, milliseconds);
	if (ready <= 0)
		return ready ? ready : -EAGAIN;
	sym_udev_device_unref(listening.device);
	errno = 0;
	struct udev_device *device = listening.device = sym_udev_monitor_receive_device(listening.monitor);
	/* EINVAL, or with eudev no error: not an event. */
	if (!device)
		return errno == EINVAL || !errno ? -EAGAIN : -errno;
	*event = (struct udev_event){
		.action = sym_udev_device_get_action(device),
		.subsystem = sym_udev_device_get_subsystem(device),
		.path = sym_udev_device_get_devpath(device),
		.node = sym_udev_device_get_devnode(device),
		.driver = sym_udev_device_get_property_value(device, "DRIVER"),
		.pci_id = sym_udev_device_get_property_value(device, "PCI_ID"),
	};
	return 0;
}
