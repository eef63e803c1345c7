/* Runs plans side by side. */
#ifndef ACT_PARALLEL_H
#define ACT_PARALLEL_H

#include "act/plan.h"

/* Is told from time to time how many of the plans have ended; when all have, once more if it was told before.
 */
typedef void parallel_progress(size_t ended, size_t count);

/* Runs all plans, each as plan_run does, with its result in its `error`; those with the same `turn` one after
 * the other, in their order. What a signal to end kept from being begun has -ECANCELED. */
void parallel_run(struct plan **plans, size_t count, plan_announce *announce, parallel_progress *progress);

#endif
