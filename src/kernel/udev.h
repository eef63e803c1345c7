/* libudev: names of PCI devices from the hardware database, and device events. */
#ifndef KERNEL_UDEV_H
#define KERNEL_UDEV_H

#include <stdbool.h>

struct udev_names;

/* Opens this machine's hardware database (hwdb.bin). Returns NULL if there is none; udev_names_find then
 * finds nothing. */
struct udev_names *udev_names_open(void);
void udev_names_close(struct udev_names *names);

/* The vendor and model names for a modalias ("pci:v00008086d..."): new strings, which the caller frees, or
 * NULL if the database has no entry. */
void udev_names_find(struct udev_names *names, const char *modalias, char **vendor, char **model);

/* From now on records the nodes of VFIO groups and cdevs that udevd has settled. `control` is the control
 * socket of udevd. Returns 0; -ENOENT: the socket does not exist, so udevd is not running; or another
 * negative errno. */
int udev_watch_begin(const char *control);

/* Waits up to `seconds` until udevd has settled the new node `path`: until then udevd may still change its
 * owner and mode. Returns 0, immediately if nothing is watched, or a negative errno: -ETIME: timed out. */
int udev_watch_wait(const char *path, int seconds);

/* An event of a device; NULL members are not set. Valid until the next event. */
struct udev_event {
	const char *action;    /* "add", "remove", "bind", "unbind", ... */
	const char *subsystem; /* "pci", "vfio", "vfio-dev" */
	const char *path;      /* below /sys: "/devices/pci0000:00/0000:00:04.0" */
	const char *node;      /* its path in /dev */
	const char *driver;    /* "vfio-pci" */
	const char *pci_id;    /* "8086:10D3" */
};

/* Starts listening to the events of PCI devices and of VFIO groups and cdevs: with `settled` those of udevd,
 * sent after its rules have run, else those of the kernel. Returns 0 or a negative errno. */
int udev_listen(bool settled);

/* Waits up to `milliseconds` (-1: no limit) for the next event. Returns 0; -EAGAIN: none yet; -EINTR: a
 * termination signal was received (signals_catch); -ENOBUFS: events were lost; or another negative errno. */
int udev_receive(int milliseconds, struct udev_event *event);

#endif
