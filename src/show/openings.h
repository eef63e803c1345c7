/* How devices opened, step by step, and what they offer: the view of `verify`. */
#ifndef SHOW_OPENINGS_H
#define SHOW_OPENINGS_H

#include "model.h"
#include "show/table.h"

extern const struct column_set opening_columns;

/* Prints to stdout what came of all the openings: a headline for each device, its steps, and what it offers.
 * With bare columns asked for, only the steps. `addresses` shows the physical addresses, too. */
void openings_print(const struct table_options *options, const struct opening_list *openings, bool addresses);

#endif
