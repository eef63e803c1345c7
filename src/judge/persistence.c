#include "judge/persistence.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "judge/finding.h"

bool persistence_judge_one(const struct stored *stored, struct finding_list *findings)
{
	auto_free char *remedy = text_format("vfionoiommu unbind --persistent %s", stored->address);
	if (stored->problem)
		finding_add(findings, FINDING_BINDING_UNUSABLE, stored->address, remedy,
			"the persistent binding is ignored: /etc/vfionoiommu.d/%s %s", stored->address,
			stored->problem);
	else if (!stored->present)
		finding_add(findings, FINDING_BINDING_ABSENT, stored->address, remedy,
			"a persistent binding exists, but there is no device at this address");
	else if (stored->same == ANSWER_NO)
		finding_add(findings, FINDING_BINDING_OTHER_CARD, stored->address, remedy,
			"the persistent binding is ignored: it belongs to a different card (%04x:%04x%s%s)",
			stored->vendor, stored->device, stored->serial ? ", serial number " : "",
			stored->serial ? stored->serial : "");
	else
		return true;
	return false;
}

void persistence_judge(
	const struct stored_list *stored, const struct device_list *devices, struct finding_list *findings)
{
	const struct stored *binding;
	const struct device *device;
	array_each (binding, stored)
		persistence_judge_one(binding, findings);
	array_each (device, devices) {
		if (!device->stored || device->stored->same == ANSWER_NO || device->stored->problem ||
			device->vfio)
			continue;
		auto_free char *remedy = text_format("vfionoiommu bind --stored %s", device->address);
		finding_add(findings, FINDING_BINDING_NOT_BOUND, device->address, remedy,
			"the device has a persistent binding but is not bound to VFIO (driver: %s)",
			device->driver ? device->driver : "none");
	}
}

void persistence_judge_next_boot(
	const struct next_boot *next, enum answer rule, bool noiommu, struct finding_list *findings)
{
	if (noiommu && next->mode != MODE_ON)
		finding_add(findings, FINDING_BINDING_WITHOUT_MODE, NULL, "vfionoiommu enable --persistent",
			"noiommu mode %s disabled at the next boot, but the persistent bindings require it",
			next->mode == MODE_UNKNOWN ? "may be" : "will be");
	if (rule == ANSWER_NO)
		finding_add(findings, FINDING_BINDING_WITHOUT_RULE, NULL,
			"run make install in the source directory of vfionoiommu",
			"the udev rule 60-vfionoiommu.rules is not installed: persistent bindings will not be applied at boot");
}
