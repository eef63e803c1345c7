/* The matrix, and the evidence for a verdict, as text. */
#ifndef SHOW_MATRIX_H
#define SHOW_MATRIX_H

#include "model.h"
#include "show/table.h"

extern const struct column_set matrix_columns;         /* the six cases */
extern const struct column_set matrix_columns_kernels; /* the same columns, for a row a kernel */

/* Prints the six cases to stdout, that of `kernel` marked. */
void matrix_print_cases(const struct table_options *options, const struct kernel *kernel);

/* Prints a row for each kernel to stdout. */
void matrix_print_kernels(const struct table_options *options, const struct kernel_list *kernels);

/* Prints the verdict on `kernel` to stdout, who said what, and what to change to get what it lacks. */
void matrix_print_evidence(const struct kernel *kernel);

#endif
