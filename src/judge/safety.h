/* Whether a device can be bound and unbound safely. */
#ifndef JUDGE_SAFETY_H
#define JUDGE_SAFETY_H

#include "model.h"

/* Whether `device` is bound as a noiommu device. The names of its nodes are the proof. */
bool device_is_noiommu(const struct device *device);

/* Whether `device` has a header that VFIO drivers reject: a bridge. Uses the class if the header was not
 * read. */
bool device_is_bridge(const struct device *device);

/* Whether a bind or unbind of `device` was interrupted: its saved state exists, but it is not bound to VFIO.
 * Needs the device's details. */
bool device_is_interrupted(const struct device *device);

/* Adds a warning for each device that an interrupted run left behind. Needs the saved state of the devices.
 */
void safety_judge_interrupted(const struct device_list *devices, struct finding_list *findings);

/* Sets the fitness of each device; safety_judge_bind adds the reasons. */
void safety_judge_fitness(struct device_list *devices);

/* Adds what prevents binding `device` to vfio-pci: as a noiommu device, or with `allow_iommu` as an ordinary
 * VFIO device if it has an IOMMU. Needs the uses of the device. */
void safety_judge_bind(const struct device *device, bool allow_iommu, struct finding_list *findings);

/* Adds what prevents unbinding `device` from VFIO: the processes that use it. */
void safety_judge_unbind(const struct device *device, struct finding_list *findings);

/* Adds a note for each function in the slot of `device` that is neither bound to VFIO nor among the `wanted`:
 * the kernel refuses a hot reset of such a slot. */
void safety_judge_siblings(const struct device_list *devices, const struct device *device,
	const struct device_refs *wanted, struct finding_list *findings);

#endif
