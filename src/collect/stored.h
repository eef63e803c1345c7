/* Persistent bindings. */
#ifndef COLLECT_STORED_H
#define COLLECT_STORED_H

#include "kernel/sysroot.h"
#include "model.h"

/* Reads all of /etc/vfionoiommu.d into `stored`, of which what it held before is freed, and ties each binding
 * to the device among `devices` that it is of. A file is used only if root alone can write it, and every word
 * in it is checked; else its `problem` says why not.
 */
void stored_collect_all(const struct sysroot *root, struct device_list *devices, struct stored_list *stored);

/* Whether the udev rule that binds them when they appear is installed; Source: the directories of udev(7). */
enum answer stored_collect_rule(const struct sysroot *root);

#endif
