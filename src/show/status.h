/* The machine as text: the view of `status`. */
#ifndef SHOW_STATUS_H
#define SHOW_STATUS_H

#include "model.h"
#include "show/table.h"

extern const struct column_set status_columns;

/* Prints the machine, item by item, to stdout. `devices` are the noiommu devices among all. */
void status_print(const struct table_options *options, const struct host *host,
	const struct access_case *access, const struct taint *taint, size_t noiommu_devices);

#endif
