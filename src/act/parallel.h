/* Runs plans in parallel. */
#ifndef ACT_PARALLEL_H
#define ACT_PARALLEL_H

#include "act/plan.h"

/* Called periodically with the number of finished plans; called a last time when all have finished, if it was
 * called before. */
typedef void parallel_progress(size_t ended, size_t count);

/* Runs all plans with plan_run, and stores each result in the plan's `error`. Plans with the same `turn` run
 * sequentially, in order. Plans not started because of a termination signal get -ECANCELED. */
void parallel_run(struct plan **plans, size_t count, plan_announce *announce, parallel_progress *progress);

#endif
