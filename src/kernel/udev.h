/* libudev: the names of PCI devices from its hardware database, and its events. */
#ifndef KERNEL_UDEV_H
#define KERNEL_UDEV_H

#include <stdbool.h>

struct udev_names;

/* Opens this machine's hardware database (hwdb.bin). NULL when there is none; udev_names_find then finds
 * nothing. */
struct udev_names *udev_names_open(void);
void udev_names_close(struct udev_names *names);

/* The vendor's and the model's name for a modalias ("pci:v00008086d..."): new strings, which the caller
 * frees, or NULL where the database does not know. */
void udev_names_find(struct udev_names *names, const char *modalias, char **vendor, char **model);

/* From now on nodes of VFIO's groups and cdevs that udevd has settled are noted. `control` is the socket on
 * which udevd listens. Returns 0; -ENOENT when it is not there, as no udevd is at work; another negative
 * errno. */
int udev_watch_begin(const char *control);

/* Waits up to `seconds` until udevd has settled the new node `path`: until then it may still change its owner
 * and mode. Returns 0, at once when nothing is watched, or a negative errno: -ETIME when the time is over. */
int udev_watch_wait(const char *path, int seconds);

/* What is said of a device that comes, goes or changes; NULL: not said. Good until the next one. */
struct udev_event {
	const char *action;    /* "add", "remove", "bind", "unbind", ... */
	const char *subsystem; /* "pci", "vfio", "vfio-dev" */
	const char *path;      /* below /sys: "/devices/pci0000:00/0000:00:04.0" */
	const char *node;      /* its path in /dev */
	const char *driver;    /* "vfio-pci" */
	const char *pci_id;    /* "8086:10D3" */
};

/* From now on the events of PCI devices and of VFIO's groups and cdevs are noted: those of udevd, which come
 * when it has settled them, or else the kernel's own. Returns 0 or a negative errno. */
int udev_listen(bool settled);

/* The next event, for which it waits at most `milliseconds` (-1: for ever). Returns 0; -EAGAIN when there is
 * none yet; -EINTR when a signal asked to end (signals_catch); -ENOBUFS when some were lost; another negative
 * errno. */
int udev_receive(int milliseconds, struct udev_event *event);

#endif
