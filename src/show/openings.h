/* The steps of opening devices, and what the devices offer: the view of `verify`. */
#ifndef SHOW_OPENINGS_H
#define SHOW_OPENINGS_H

#include "model.h"
#include "show/table.h"

extern const struct column_set opening_columns;

/* Prints the openings to stdout: for each device a headline, the steps, and what it offers; only the steps if
 * the options ask for bare columns. `addresses`: physical addresses as well. */
void openings_print(const struct table_options *options, const struct opening_list *openings, bool addresses);

#endif
