/* The matrix, and the evidence for the case of a kernel, as text. */
#ifndef SHOW_MATRIX_H
#define SHOW_MATRIX_H

#include "model.h"
#include "show/table.h"

extern const struct column_set matrix_columns;         /* the six cases */
extern const struct column_set matrix_columns_kernels; /* the same columns, one row a kernel */

/* "group+container+cdev (case 3), noiommu built: group and cdev both work"; "VFIO not built: no access path".
 * A new string. */
char *matrix_verdict(const struct host *host, const struct access_case *access);

/* Prints the six cases to stdout and marks the case of `kernel`. */
void matrix_print_cases(const struct table_options *options, const struct kernel *kernel);

/* Prints one row for each kernel to stdout. */
void matrix_print_kernels(const struct table_options *options, const struct kernel_list *kernels);

/* Prints to stdout the verdict on `kernel`, what each source says, and the Kconfig changes for a missing
 * path. */
void matrix_print_evidence(const struct kernel *kernel);

#endif
