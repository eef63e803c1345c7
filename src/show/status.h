/* The machine as text: the view of `status`. */
#ifndef SHOW_STATUS_H
#define SHOW_STATUS_H

#include "model.h"
#include "show/table.h"

extern const struct column_set status_columns;

/* What status_print() shows. */
struct status_view {
	const struct host *host;
	const struct access_case *access;
	const struct next_boot *next;
	const struct taint *taint;
	size_t noiommu_devices;
};

/* Prints the machine to stdout, one item a row. */
void status_print(const struct table_options *options, const struct status_view *view);

#endif
