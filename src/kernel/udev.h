/* libudev: the names of PCI devices from its hardware database. */
#ifndef KERNEL_UDEV_H
#define KERNEL_UDEV_H

struct udev_names;

/* Opens this machine's hardware database (hwdb.bin). NULL when there is none; udev_names_find then finds
 * nothing. */
struct udev_names *udev_names_open(void);
void udev_names_close(struct udev_names *names);

/* The vendor's and the model's name for a modalias ("pci:v00008086d..."): new strings, which the caller
 * frees, or NULL where the database does not know. */
void udev_names_find(struct udev_names *names, const char *modalias, char **vendor, char **model);

#endif
