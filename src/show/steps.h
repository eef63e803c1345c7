/* Actions, plans and their results as text. */
#ifndef SHOW_STEPS_H
#define SHOW_STEPS_H

#include "model.h"

/* With -v, prints the action of the plan to stderr. */
void action_announce(const struct plan *plan, const struct action *action);

/* The end of a sentence: whether the rollback succeeded, and if not, the command to run for `subject` (the
 * address of a device, or what else the plan changes). A new string, which the caller frees. */
char *undo_sentence(const struct plan_failure *failure, const char *subject);

/* A sentence: why a plan failed, and whether the rollback succeeded. A new string, which the caller frees. */
char *failure_sentence(const struct plan_failure *failure, const char *subject);

/* Prints "SUBJECT: SENTENCE" for each result: failures to stderr, others to stdout, followed by the plan if
 * it was not run. `failures_only`: nothing to stdout. */
void results_print(const struct result_list *results, bool failures_only);

#endif
