/* Runs the steps of a plan in order. If one fails, rolls back the completed steps in reverse order. */
#ifndef ACT_PLAN_H
#define ACT_PLAN_H

#include "model.h"

/* Call this before any change to the machine: from now on a termination signal does not interrupt a running
 * plan, and no other instance makes changes. Waits up to `seconds` for each other instance. Returns 0, or the
 * negative errno of lock_take, with `holder`. The lock is held until the program exits. */
int plan_begin(int seconds, int *holder);

/* Whether a termination signal was received: no further plan should be started. */
bool plan_interrupted(void);

/* Called before each action of a plan. */
typedef void plan_announce(const struct plan *plan, const struct action *action);

/* Runs the remaining steps. If one fails, rolls back and returns its negative errno; the plan's `failure`
 * then has the failed action, and the first failure of the rollback. After a timeout (-ETIMEDOUT) nothing is
 * rolled back. Allocates only what loading a module needs. */
int plan_run(struct plan *plan, plan_announce *announce);

/* Rolls back the completed steps in reverse order, continuing after failures. Returns 0, or the negative
 * errno of the first failed action, which is then in the plan's `failure`. */
int plan_undo(struct plan *plan, plan_announce *announce);

#endif
