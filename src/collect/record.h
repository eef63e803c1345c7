/* What was looked at of a machine, as files that --sysroot reads again. */
#ifndef COLLECT_RECORD_H
#define COLLECT_RECORD_H

#include "kernel/sysroot.h"
#include "model.h"

/* How much of a file is recorded, in bytes; what is longer is recorded as unreadable. */
#define RECORD_SIZE_MAX (16 << 20)

/* Adds a record of each path in `notes` that is there, of each link on the way to it and of the links'
 * targets, sorted, each once: a directory comes before what is in it. Of files as much is read anew as the
 * notes say, and what is private is left out, unless `with_private`: see redact, and of a device's
 * configuration space what is behind the first 64 bytes. Cannot fail: what could not be read says so. */
void record_collect(const struct sysroot *root, const struct sysroot_notes *notes, bool with_private,
	struct record_list *records);

#endif
