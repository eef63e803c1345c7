/* Whether persistent bindings are applied now and will be applied at the next boot. */
#ifndef JUDGE_PERSISTENCE_H
#define JUDGE_PERSISTENCE_H

#include "model.h"

/* Adds the problems of the persistent bindings: a different card at the address, no card, an invalid file, a
 * device that is not bound. */
void persistence_judge(
	const struct stored_list *stored, const struct device_list *devices, struct finding_list *findings);

/* The same for one binding, except whether the device is bound. Returns whether its card is present. */
bool persistence_judge_one(const struct stored *stored, struct finding_list *findings);

/* Adds what prevents the persistent bindings from being applied at the next boot: noiommu mode is disabled,
 * if one of them needs it (`noiommu`), or the udev rule is missing (`rule`: it is installed). */
void persistence_judge_next_boot(
	const struct next_boot *next, enum answer rule, bool noiommu, struct finding_list *findings);

#endif
