/* A recording of the files that were read, for use with --sysroot. */
#ifndef COLLECT_RECORD_H
#define COLLECT_RECORD_H

#include "kernel/sysroot.h"
#include "model.h"

/* The maximum size of a recorded file, in bytes; longer files are recorded as unreadable. */
#define RECORD_SIZE_MAX (16 << 20)

/* Adds a record of each existing path in `notes`, of each link on the path, and of the targets of these
 * links, sorted and without duplicates: a directory precedes its entries. Files are read again, up to the
 * size in the notes. Unless `with_private`, private data is left out: see redact, and everything past the
 * first 64 bytes of a device's configuration space. Cannot fail: unreadable files have their error recorded.
 */
void record_collect(const struct sysroot *root, const struct sysroot_notes *notes, bool with_private,
	struct record_list *records);

#endif
