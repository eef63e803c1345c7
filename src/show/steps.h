/* Actions, plans and what became of them as text. */
#ifndef SHOW_STEPS_H
#define SHOW_STEPS_H

#include "model.h"

/* Says on stderr, with -v only, that the action of the plan is being taken. */
void action_announce(const struct plan *plan, const struct action *action);

/* Whether all that was done could be put back, as the end of a sentence, with what to type if not for
 * `subject` (a device's address, or what else was to be changed): a new string, which the caller frees. */
char *undo_sentence(const struct plan_failure *failure, const char *subject);

/* Why a plan failed, and whether all of it was undone, as a sentence: a new string, which the caller frees.
 */
char *failure_sentence(const struct plan_failure *failure, const char *subject);

/* "SUBJECT: SENTENCE" for each result, failures to stderr, all else to stdout with its plan under it if it
 * was only planned; with `failures_only` nothing to stdout. */
void results_print(const struct result_list *results, bool failures_only);

#endif
