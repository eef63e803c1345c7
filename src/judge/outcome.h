/* Did acting bring what it promised? */
#ifndef JUDGE_OUTCOME_H
#define JUDGE_OUTCOME_H

#include "model.h"

/* Whether `device`, as it is after a bind, is what `access` promised: on vfio-pci and with its nodes. NULL
 * when it is, else a new sentence that says what is not, which the caller frees. */
char *outcome_of_bind(const struct device *device, const struct access_case *access);

/* What of the nodes of `device`, which was bound well, is not as `access` predicted it, or not of use: a new
 * sentence, which the caller frees, or NULL. */
char *outcome_surprise(const struct device *device, const struct access_case *access);

/* Whether `after` is what giving `before` back must lead to: off VFIO, and on the driver that was remembered,
 * with its override. NULL when it is, else a new sentence, which the caller frees. */
char *outcome_of_unbind(const struct device *before, const struct device *after);

#endif
