/* Will noiommu mode be at the next boot what it is now, and what it is wanted to be? */
#ifndef JUDGE_NEXTBOOT_H
#define JUDGE_NEXTBOOT_H

#include "model.h"

/* Adds a warning when the mode will be another after the next boot than it is now. */
void nextboot_judge(const struct host *host, const struct next_boot *next, struct finding_list *findings);

/* Adds what stands in the way of the next boot's mode being `on`, of which our own file cannot dispose:
 * another file, a vfio that is built in, an initramfs that is to be built again. Returns whether the mode
 * will be so. */
bool nextboot_judge_wanted(
	const struct host *host, const struct next_boot *next, bool on, struct finding_list *findings);

#endif
