#include "judge/readiness.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "judge/finding.h"
#include "judge/matrix.h"

static const char *release(const struct host *host)
{
	return host->release ? host->release : "(unknown release)";
}

/* The remedy for missing module files. */
static char *install_text(const struct host *host)
{
	return text_format("install the package that provides /lib/modules/%s",
		host->release ? host->release : "RELEASE");
}

/* Whether the kernel has vfio. If not, adds the reason and returns false. */
static bool judge_vfio(const struct host *host, struct finding_list *findings)
{
	enum module_state vfio = host->modules[MODULE_VFIO].state;
	enum kconfig_value configured = host->kconfig.value[KCONFIG_VFIO];
	if (vfio == MODULE_LOADED || vfio == MODULE_BUILTIN || vfio == MODULE_AVAILABLE)
		return true;
	auto_free char *install = install_text(host);
	if (configured == KCONFIG_N || configured == KCONFIG_ABSENT)
		finding_add(findings, FINDING_KERNEL_WITHOUT_VFIO, NULL,
			"boot a kernel with CONFIG_VFIO=m, CONFIG_VFIO_PCI=m and CONFIG_VFIO_NOIOMMU=y",
			"kernel %s was built without VFIO", release(host));
	else if (vfio == MODULE_MISSING || (vfio == MODULE_UNKNOWN && configured != KCONFIG_UNKNOWN))
		finding_add(findings, FINDING_VFIO_MISSING, NULL, install,
			"module vfio is not installed for kernel %s", release(host));
	else
		finding_add(findings, FINDING_VFIO_UNKNOWN, NULL, install,
			"cannot determine whether kernel %s has VFIO: neither its configuration nor its modules were found",
			release(host));
	return false;
}

static void judge_kernel(
	const struct host *host, const struct access_case *access, struct finding_list *findings)
{
	if (access->built[QUESTION_NOIOMMU].answer == ANSWER_NO)
		finding_add(findings, FINDING_KERNEL_WITHOUT_NOIOMMU, NULL, "vfionoiommu matrix",
			"kernel %s was built without VFIO noiommu support (CONFIG_VFIO_NOIOMMU)",
			release(host));
	else if (access->group == PATH_NONE && access->cdev == PATH_NONE)
		finding_add(findings, FINDING_KERNEL_WITHOUT_PATH, NULL, "vfionoiommu matrix",
			"kernel %s has no way to open a noiommu device: the group needs a container, and there is no noiommu cdev",
			release(host));
	else if (access->group == PATH_IOMMUFD_ONLY && access->cdev != PATH_WORKS)
		finding_add(findings, FINDING_GROUP_NEEDS_IOMMUFD, NULL, "ln -s /dev/iommu /dev/vfio/vfio",
			"kernel %s has no VFIO container: the group opens only with /dev/iommu in place of /dev/vfio/vfio",
			release(host));
	if (!host->kconfig.source)
		finding_add(findings, FINDING_KERNEL_CONFIG_UNKNOWN, NULL, NULL,
			"the configuration of kernel %s was not found: its features were determined from the running system and the module files",
			release(host));
	access_case_judge_sources(host, access, findings);
}

static void judge_vfio_pci(const struct host *host, struct finding_list *findings)
{
	enum kconfig_value configured = host->kconfig.value[KCONFIG_VFIO_PCI];
	enum module_state state = host->modules[MODULE_VFIO_PCI].state;
	if (state != MODULE_MISSING && (state != MODULE_UNKNOWN || configured != KCONFIG_N))
		return;
	auto_free char *install = install_text(host);
	finding_add(findings, FINDING_VFIO_PCI_MISSING, NULL,
		configured == KCONFIG_N ? "boot a kernel with CONFIG_VFIO_PCI=m" : install,
		configured == KCONFIG_N ? "kernel %s was built without vfio-pci"
					: "module vfio_pci is not installed for kernel %s",
		release(host));
}

static void judge_sysfs(const struct host *host, struct finding_list *findings)
{
	if (host->sysfs_writable == ANSWER_NO)
		finding_add(findings, FINDING_SYSFS_READ_ONLY, NULL,
			"run the command on the host, or in a container with a writable /sys",
			"/sys is mounted read-only (common in containers)");
}

static void judge_mode(const struct host *host, struct finding_list *findings)
{
	enum module_state vfio = host->modules[MODULE_VFIO].state;
	if (host->mode == MODE_OFF)
		finding_add(findings, FINDING_NOIOMMU_DISABLED, NULL, "vfionoiommu enable",
			"noiommu mode is disabled: the kernel refuses to bind a device without an IOMMU to vfio-pci");
	else if (host->mode == MODE_UNKNOWN && vfio == MODULE_AVAILABLE && host->mode_at_load != MODE_ON)
		finding_add(findings, FINDING_NOIOMMU_DISABLED, NULL, "vfionoiommu enable",
			"noiommu mode is disabled: module vfio is not loaded");
	if (host->mode == MODE_ON && host->iommu == ANSWER_YES)
		finding_add(findings, FINDING_NOIOMMU_WITH_IOMMU, NULL, "vfionoiommu disable",
			"noiommu mode is enabled although this machine has an IOMMU: devices behind it do not need the mode, and while it is enabled DPDK uses physical addresses for all of them");
}

void readiness_judge(const struct host *host, const struct access_case *access, struct finding_list *findings)
{
	if (!judge_vfio(host, findings))
		return;
	judge_kernel(host, access, findings);
	if (access->built[QUESTION_NOIOMMU].answer == ANSWER_NO)
		return;
	judge_vfio_pci(host, findings);
	judge_mode(host, findings);
}

void readiness_judge_acting(const struct host *host, struct finding_list *findings)
{
	if (!host->root)
		finding_add(findings, FINDING_NOT_ROOT, NULL, "run the command again with sudo",
			"only root can do this");
	else
		judge_sysfs(host, findings);
}

void readiness_judge_disable(const struct device_list *devices, struct finding_list *findings)
{
	const struct device *device;
	array_each (device, devices) {
		if (!device->group.noiommu && !device->cdev.noiommu)
			continue;
		auto_free char *remedy = text_format("vfionoiommu unbind %s", device->address);
		finding_add(findings, FINDING_NOIOMMU_DEVICES_BOUND, device->address, remedy,
			"the device is bound as a noiommu device: while the mode is disabled, its %s",
			!device->group.noiommu ? "cdev node still opens"
			: device->cdev.noiommu ? "group node does not open (its cdev node still does)"
					       : "group node does not open");
	}
}
