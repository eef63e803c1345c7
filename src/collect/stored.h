/* Persistent bindings. */
#ifndef COLLECT_STORED_H
#define COLLECT_STORED_H

#include "kernel/sysroot.h"
#include "model.h"

/* Reads all of /etc/vfionoiommu.d into `stored`, after freeing its old content, and links each binding with
 * its device in `devices`. A file is used only if root alone can write to it and every value in it is valid;
 * else its `problem` has the reason. */
void stored_collect_all(const struct sysroot *root, struct device_list *devices, struct stored_list *stored);

/* Whether the udev rule that applies persistent bindings is installed. Source: the directories of udev(7). */
enum answer stored_collect_rule(const struct sysroot *root);

#endif
