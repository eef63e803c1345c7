/* Will what is bound persistently be bound at the next boot, and is it bound now? */
#ifndef JUDGE_PERSISTENCE_H
#define JUDGE_PERSISTENCE_H

#include "model.h"

/* Adds what is wrong with the persistent bindings: another card at their address, none, a file that cannot be
 * used, a device that is not bound. */
void persistence_judge(
	const struct stored_list *stored, const struct device_list *devices, struct finding_list *findings);

/* The same of one binding. Returns whether the card that it is of is there. */
bool persistence_judge_one(const struct stored *stored, struct finding_list *findings);

/* Adds what the persistent bindings lack to come about at the next boot: the mode, if one of them is
 * `noiommu`, the udev rule (`rule`: it is installed). */
void persistence_judge_next_boot(
	const struct next_boot *next, enum answer rule, bool noiommu, struct finding_list *findings);

#endif
