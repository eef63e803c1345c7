/* Runs a plan: each step in turn, and when one fails the undo of those before it, last first. */
#ifndef ACT_PLAN_H
#define ACT_PLAN_H

#include "model.h"

/* What everything that changes the machine starts with: from now on a signal to end lets the plan at work be
 * finished, and no other run is at work. Waits up to `seconds` for each other; returns 0 or the negative
 * errno of lock_take, with `holder`. Held until the program ends. */
int plan_begin(int seconds, int *holder);

/* Whether a signal to end has come since: no further plan should be begun. */
bool plan_interrupted(void);

/* Is told each action of a plan before it is taken. */
typedef void plan_announce(const struct plan *plan, const struct action *action);

/* Runs all steps that were not run yet. Returns 0, or the negative errno of the step that failed, after the
 * steps before it were undone; the plan's `failure` then says what failed, and whether the undo did.
 * Allocates nothing but what loading a module needs. */
int plan_run(struct plan *plan, plan_announce *announce);

/* Undoes the steps that were run, last first, all of them whatever fails. Returns 0 or the negative errno of
 * the first action that failed, which the plan's `failure` then names. */
int plan_undo(struct plan *plan, plan_announce *announce);

#endif
