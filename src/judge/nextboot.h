/* Whether noiommu mode at the next boot matches the current mode and the requested mode. */
#ifndef JUDGE_NEXTBOOT_H
#define JUDGE_NEXTBOOT_H

#include "model.h"

/* Adds a warning if the mode after the next boot will differ from the current mode. */
void nextboot_judge(const struct host *host, const struct next_boot *next, struct finding_list *findings);

/* Adds what prevents the mode `on` at the next boot and cannot be changed through our own file: another file,
 * a built-in vfio, a stale initramfs. Returns whether the next boot will have the mode `on`. */
bool nextboot_judge_wanted(
	const struct host *host, const struct next_boot *next, bool on, struct finding_list *findings);

#endif
