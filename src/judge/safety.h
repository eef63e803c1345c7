/* May this device be given away, and may it be given back? */
#ifndef JUDGE_SAFETY_H
#define JUDGE_SAFETY_H

#include "model.h"

/* Whether `device` is bound as a noiommu device: a node of it says so. */
bool device_is_noiommu(const struct device *device);

/* Whether `device` has a header that no VFIO driver takes: a bridge. Its class tells where the header was not
 * read. */
bool device_is_bridge(const struct device *device);

/* Whether a run that was to bind or give back `device` was cut off: what it had is still written down, though
 * it is not bound to VFIO. Needs the device's details. */
bool device_is_interrupted(const struct device *device);

/* Adds a warning for each device that a run which was cut off left halfway. Needs what was remembered of
 * them. */
void safety_judge_interrupted(const struct device_list *devices, struct finding_list *findings);

/* The word for each device; the sentences are in safety_judge_bind. */
void safety_judge_fitness(struct device_list *devices);

/* Adds what speaks against binding `device` to vfio-pci: as a noiommu device, or with `allow_iommu` as an
 * ordinary one if it has an IOMMU. The uses of the device must have been looked at. */
void safety_judge_bind(const struct device *device, bool allow_iommu, struct finding_list *findings);

/* Adds what speaks against taking `device` away from VFIO: the processes that hold it. */
void safety_judge_unbind(const struct device *device, struct finding_list *findings);

/* Adds a note for each function in the slot of `device` that is neither bound to VFIO nor among the `wanted`:
 * a hot reset of the slot will be refused. */
void safety_judge_siblings(const struct device_list *devices, const struct device *device,
	const struct device_refs *wanted, struct finding_list *findings);

#endif
