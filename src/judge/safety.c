#include "judge/safety.h"

#include "base/array.h"
#include "base/text.h"
#include "judge/finding.h"

bool device_is_noiommu(const struct device *device)
{
	return device->group.noiommu || device->cdev.noiommu;
}

bool device_is_bridge(const struct device *device)
{
	if (device->header_type >= 0)
		return device->header_type != 0;
	unsigned int class = device->class >> 8;
	return class == 0x0604 || class == 0x0607;
}

bool device_is_interrupted(const struct device *device)
{
	const struct remembered *remembered = &device->remembered;
	if (!remembered->known || device->vfio)
		return false;
	bool driverless = !device->driver && remembered->driver;
	bool overridden = text_same(device->driver_override, "vfio-pci") &&
			  !text_same(device->driver_override, remembered->driver_override);
	return driverless || overridden;
}

static enum use judge_use(const struct device *device)
{
	if (device_is_noiommu(device))
		return USE_BOUND;
	if (device->vfio)
		return USE_VFIO;
	return device_is_bridge(device) || device->iommu == ANSWER_YES ? USE_IMPOSSIBLE : USE_FREE;
}

void safety_judge_use(struct device_list *devices)
{
	struct device *device;
	array_each (device, devices)
		device->use = judge_use(device);
}

void safety_judge_bind(const struct device *device, struct finding_list *findings)
{
	if (device_is_bridge(device))
		finding_add(findings, FINDING_DEVICE_IS_BRIDGE, device->address, NULL,
			"is a bridge: VFIO takes endpoints only; name the devices behind it");
	if (device->iommu == ANSWER_YES)
		finding_add(findings, FINDING_DEVICE_HAS_IOMMU, device->address, NULL,
			"has an IOMMU: noiommu is not for it, ordinary vfio-pci is safe");
}
