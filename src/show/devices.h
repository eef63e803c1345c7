/* Devices as a table: the view of `list`. */
#ifndef SHOW_DEVICES_H
#define SHOW_DEVICES_H

#include "model.h"
#include "show/table.h"

/* The columns of `list` and of `list --all`: the same columns with different defaults. */
extern const struct column_set device_columns;
extern const struct column_set device_columns_all;

/* Whether the table shows names from the hardware database. */
bool devices_show_names(const struct column_set *columns, const struct table_options *options);

/* Prints the devices to stdout. */
void devices_print(const struct column_set *columns, const struct table_options *options,
	const struct device_refs *devices);

#endif
