#include "judge/verification.h"

#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "judge/finding.h"

/* A step that failed so means that. The first that fits counts; {} stands for the device's address,
 * {detail} for the node. */
static const struct {
	enum open_step step; /* STEP_COUNT: any */
	int error;           /* 0: any */
	enum finding_kind finding;
	const char *meaning;
	const char *remedy; /* NULL: none */
} meanings[] = {
	/* A node of a noiommu device would not even have opened. */
	{ STEP_SET_IOMMU, EPERM, FINDING_INTERRUPTS_NOT_REMAPPED,
		"the IOMMU does not remap interrupts, without which a device can forge them",
		"switch interrupt remapping on in the firmware or hypervisor, or: echo Y "
		"> /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts" },
	{ STEP_BIND_IOMMUFD, EPERM, FINDING_INTERRUPTS_NOT_REMAPPED,
		"the IOMMU does not remap interrupts, without which a device can forge them",
		"switch interrupt remapping on in the firmware or hypervisor, or: echo Y "
		"> /sys/module/iommufd/parameters/allow_unsafe_interrupts" },
	{ STEP_COUNT, EPERM, FINDING_CAPABILITY_MISSING,
		"CAP_SYS_RAWIO is missing, which the node's owner and mode cannot replace",
		"run it as root, or: setcap cap_sys_rawio+ep PROGRAM" },
	{ STEP_OPEN_CONTAINER, EACCES, FINDING_NODE_PERMISSION,
		"this user may not open /dev/vfio/vfio, by its owner and mode", "chmod 0666 /dev/vfio/vfio" },
	{ STEP_OPEN_IOMMUFD, EACCES, FINDING_NODE_PERMISSION,
		"this user may not open /dev/iommu, by its owner and mode", "chown USER /dev/iommu" },
	{ STEP_COUNT, EACCES, FINDING_NODE_PERMISSION, "this user may not open it, by its owner and mode",
		"vfionoiommu bind --owner USER {}" },
	{ STEP_GROUP_GET_STATUS, EADDRINUSE, FINDING_GROUP_NOT_VIABLE,
		"another device of its group is bound to another driver",
		"ls -l /sys/bus/pci/devices/{}/iommu_group/devices/*/driver" },
	{ STEP_OPEN_CONTAINER, ENOENT, FINDING_CONTAINER_MISSING,
		"there is neither /dev/vfio/vfio nor /dev/iommu", "modprobe -a vfio iommufd" },
	{ STEP_OPEN_CONTAINER, ENODEV, FINDING_CONTAINER_MISSING,
		"neither /dev/vfio/vfio nor /dev/iommu has a driver behind it", "modprobe -a vfio iommufd" },
	{ STEP_OPEN_IOMMUFD, ENOENT, FINDING_IOMMUFD_MISSING, "there is no /dev/iommu", "modprobe iommufd" },
	{ STEP_OPEN_IOMMUFD, ENODEV, FINDING_IOMMUFD_MISSING, "nothing stands behind /dev/iommu",
		"modprobe iommufd" },
	{ STEP_CHECK_EXTENSION, EOPNOTSUPP, FINDING_OPEN_FAILED,
		"the container does not know this kind of device", "modprobe vfio_iommu_type1" },
	{ STEP_OPEN_GROUP, ENOENT, FINDING_NODE_MISSING, "there is no such node in /dev", "udevadm settle" },
	{ STEP_OPEN_CDEV, ENOENT, FINDING_NODE_MISSING, "there is no such node in /dev", "udevadm settle" },
	{ STEP_IOAS_MAP, ENOMEM, FINDING_MEMORY_LIMIT,
		"a page could not be pinned: the limit of locked memory is reached", "ulimit -l unlimited" },
	{ STEP_GET_PA, EBADMSG, FINDING_PHYSICAL_ADDRESS_WRONG,
		"the physical address that the kernel names for a page is not that of the page",
		"vfionoiommu report machine.tar, and report it as a bug" },
	{ STEP_COUNT, ENOTTY, FINDING_KERNEL_TOO_OLD, "this kernel does not know the step: it is too old",
		"vfionoiommu matrix" },
	{ STEP_COUNT, ENODEV, FINDING_NODE_MISSING, "nothing stands behind the node any more",
		"vfionoiommu list {}" },
	{ STEP_COUNT, EBUSY, FINDING_DEVICE_HELD, "held, by a process that is not to be seen here",
		"fuser -v {detail}, as root and on the host" },
	{ STEP_COUNT, 0, FINDING_OPEN_FAILED, "the kernel refused it", "dmesg | grep {}" },
};

/* A container that was told of noiommu when the mode was on does not know it any more when it is off. */
static bool is_mode(const struct host *host, const struct opening *opening, const struct step_result *failed)
{
	return opening->node->noiommu && host->mode == MODE_OFF &&
	       ((failed->step == STEP_CHECK_EXTENSION && failed->error == -EOPNOTSUPP) ||
		       (failed->step == STEP_SET_IOMMU && failed->error == -ENODEV));
}

/* A cdev that is open in another program takes no second one, and says so by EINVAL:
 * drivers/vfio/vfio_main.c, vfio_df_open. */
static bool says_held(const struct step_result *failed)
{
	return failed->error == -EBUSY || (failed->step == STEP_BIND_IOMMUFD && failed->error == -EINVAL);
}

static bool judge_holders(const struct opening *opening, struct finding_list *findings)
{
	const struct device *device = opening->device;
	const struct use *use;
	bool found = false;
	array_each (use, &device->uses) {
		if (use->kind != USE_PROCESS)
			continue;
		finding_add(findings, FINDING_DEVICE_HELD, device->address,
			"end that process, then type the same command again",
			"%s does not open: %s is held open by process %s", opening->node->path, use->object,
			use->detail);
		found = true;
	}
	return found;
}

static void judge_failure(const struct host *host, const struct opening *opening,
	const struct step_result *failed, struct finding_list *findings)
{
	const char *address = opening->device->address;
	if (is_mode(host, opening, failed)) {
		finding_add(findings, FINDING_NOIOMMU_DISABLED, address, "vfionoiommu enable",
			"%s does not open: noiommu mode was switched off since the bind",
			opening->node->path);
		return;
	}
	if (says_held(failed) && judge_holders(opening, findings))
		return;
	size_t i = 0;
	while ((meanings[i].step != STEP_COUNT && meanings[i].step != failed->step) ||
		(meanings[i].error && meanings[i].error != -failed->error))
		i++;
	auto_free char *remedy = text_fill(meanings[i].remedy, address, opening->node->path);
	finding_add(findings, meanings[i].finding, address, remedy, "%s does not open: %s: %s",
		opening->node->path, strerror(failed->error == -EADDRINUSE ? EBUSY : -failed->error),
		meanings[i].meaning);
}

void verification_judge_nodeless(const struct device *device, struct finding_list *findings)
{
	finding_add(findings, FINDING_NODE_MISSING, device->address, "vfionoiommu matrix",
		"is bound to VFIO, and has no node through which it could be opened");
}

void verification_judge(const struct host *host, const struct opening *opening, struct finding_list *findings)
{
	if (!opening->opened)
		judge_failure(host, opening, &opening->steps[opening->count - 1], findings);
	else if (opening->iommufd_as_container)
		finding_add(findings, FINDING_GROUP_NEEDS_IOMMUFD, opening->device->address,
			"ln -s /dev/iommu /dev/vfio/vfio",
			"%s opens with /dev/iommu as its container: a program that insists on /dev/vfio/vfio, which is not there, will fail",
			opening->node->path);
}

void verification_judge_unbound(const struct device *device, struct finding_list *findings)
{
	auto_free char *remedy = text_format("vfionoiommu bind %s", device->address);
	finding_add(findings, FINDING_DEVICE_NOT_BOUND, device->address, remedy,
		"is not bound to VFIO, but to %s: there is nothing to open",
		device->driver ? device->driver : "no driver");
}
