/* Whether bind and unbind had the expected result. */
#ifndef JUDGE_OUTCOME_H
#define JUDGE_OUTCOME_H

#include "model.h"

/* Compares `device`, read after a bind, with what `access` predicts: bound to vfio-pci, with its nodes.
 * Returns NULL if they match, else a new sentence with the difference, which the caller frees. */
char *outcome_of_bind(const struct device *device, const struct access_case *access);

/* The nodes of the successfully bound `device` that `access` did not predict or that are unusable: a new
 * sentence, which the caller frees, or NULL. */
char *outcome_surprise(const struct device *device, const struct access_case *access);

/* Compares `after` with the expected result of unbinding `before`: not bound to VFIO, and the saved driver
 * and driver_override restored. Returns NULL if they match, else a new sentence, which the caller frees. */
char *outcome_of_unbind(const struct device *before, const struct device *after);

#endif
