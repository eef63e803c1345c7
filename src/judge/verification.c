#include "judge/verification.h"

#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "judge/finding.h"

/* The meaning of a failed step; the first match wins. {} is the device's address, {detail} is the node. */
static const struct {
	enum open_step step; /* STEP_COUNT: any */
	int error;           /* 0: any */
	enum finding_kind finding;
	const char *meaning;
	const char *remedy; /* NULL: none */
} meanings[] = {
	/* The step fails like this for ordinary VFIO devices only: without the capability, a noiommu node
	   does not even open. */
	{ STEP_SET_IOMMU, EPERM, FINDING_INTERRUPTS_NOT_REMAPPED,
		"the IOMMU does not remap interrupts, so the device could forge them",
		"enable interrupt remapping in the firmware or hypervisor, or: echo Y "
		"> /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts" },
	{ STEP_BIND_IOMMUFD, EPERM, FINDING_INTERRUPTS_NOT_REMAPPED,
		"the IOMMU does not remap interrupts, so the device could forge them",
		"enable interrupt remapping in the firmware or hypervisor, or: echo Y "
		"> /sys/module/iommufd/parameters/allow_unsafe_interrupts" },
	{ STEP_COUNT, EPERM, FINDING_CAPABILITY_MISSING,
		"CAP_SYS_RAWIO is missing (required regardless of owner and mode)",
		"run the command as root, or: setcap cap_sys_rawio+ep PROGRAM" },
	{ STEP_OPEN_CONTAINER, EACCES, FINDING_NODE_PERMISSION,
		"the owner and mode of /dev/vfio/vfio deny access to this user",
		"chmod 0666 /dev/vfio/vfio" },
	{ STEP_OPEN_IOMMUFD, EACCES, FINDING_NODE_PERMISSION,
		"the owner and mode of /dev/iommu deny access to this user", "chown USER /dev/iommu" },
	{ STEP_COUNT, EACCES, FINDING_NODE_PERMISSION,
		"the owner and mode of the node deny access to this user",
		"vfionoiommu bind --owner USER {}" },
	{ STEP_GROUP_GET_STATUS, EADDRINUSE, FINDING_GROUP_NOT_VIABLE,
		"another device in the IOMMU group is bound to a non-VFIO driver",
		"ls -l /sys/bus/pci/devices/{}/iommu_group/devices/*/driver" },
	{ STEP_OPEN_CONTAINER, ENOENT, FINDING_CONTAINER_MISSING,
		"neither /dev/vfio/vfio nor /dev/iommu exists", "modprobe -a vfio iommufd" },
	{ STEP_OPEN_CONTAINER, ENODEV, FINDING_CONTAINER_MISSING,
		"neither /dev/vfio/vfio nor /dev/iommu has a driver", "modprobe -a vfio iommufd" },
	{ STEP_OPEN_IOMMUFD, ENOENT, FINDING_IOMMUFD_MISSING, "the node /dev/iommu does not exist",
		"modprobe iommufd" },
	{ STEP_OPEN_IOMMUFD, ENODEV, FINDING_IOMMUFD_MISSING, "the node /dev/iommu has no driver",
		"modprobe iommufd" },
	{ STEP_CHECK_EXTENSION, EOPNOTSUPP, FINDING_OPEN_FAILED,
		"the container does not support this type of device", "modprobe vfio_iommu_type1" },
	{ STEP_OPEN_GROUP, ENOENT, FINDING_NODE_MISSING, "the node does not exist", "udevadm settle" },
	{ STEP_OPEN_CDEV, ENOENT, FINDING_NODE_MISSING, "the node does not exist", "udevadm settle" },
	{ STEP_IOAS_MAP, ENOMEM, FINDING_MEMORY_LIMIT, "the limit of locked memory is reached",
		"ulimit -l unlimited" },
	{ STEP_GET_PA, EBADMSG, FINDING_PHYSICAL_ADDRESS_WRONG,
		"the kernel reports a wrong physical address for the page",
		"report a bug and attach the file written by: vfionoiommu report machine.tar" },
	{ STEP_COUNT, ENOTTY, FINDING_KERNEL_TOO_OLD, "this kernel is too old for this step",
		"vfionoiommu matrix" },
	{ STEP_COUNT, ENODEV, FINDING_NODE_MISSING, "the node no longer has a device",
		"vfionoiommu list {}" },
	{ STEP_COUNT, EBUSY, FINDING_DEVICE_HELD,
		"in use by a process of another user or outside this PID namespace",
		"as root on the host, run: fuser -v {detail}" },
	{ STEP_COUNT, 0, FINDING_OPEN_FAILED, "the kernel refused this step", "dmesg | grep {}" },
};

/* A container supports the noiommu type only while the mode is enabled. */
static bool is_mode(const struct host *host, const struct opening *opening, const struct step_result *failed)
{
	return opening->node->noiommu && host->mode == MODE_OFF &&
	       ((failed->step == STEP_CHECK_EXTENSION && failed->error == -EOPNOTSUPP) ||
		       (failed->step == STEP_SET_IOMMU && failed->error == -ENODEV));
}

/* The kernel returns EINVAL for a cdev that is already open in another process: drivers/vfio/vfio_main.c,
 * vfio_df_open. */
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
			"stop the process, then repeat the command",
			"cannot open %s: %s is in use by process %s", opening->node->path, use->object,
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
			"cannot open %s: noiommu mode was disabled after the bind", opening->node->path);
		return;
	}
	if (says_held(failed) && judge_holders(opening, findings))
		return;
	size_t i = 0;
	while ((meanings[i].step != STEP_COUNT && meanings[i].step != failed->step) ||
		(meanings[i].error && meanings[i].error != -failed->error))
		i++;
	auto_free char *remedy = text_fill(meanings[i].remedy, address, opening->node->path);
	finding_add(findings, meanings[i].finding, address, remedy, "cannot open %s: %s: %s",
		opening->node->path, strerror(failed->error == -EADDRINUSE ? EBUSY : -failed->error),
		meanings[i].meaning);
}

void verification_judge_nodeless(const struct device *device, struct finding_list *findings)
{
	finding_add(findings, FINDING_NODE_MISSING, device->address, "vfionoiommu matrix",
		"the device is bound to VFIO but has no node to open it through");
}

void verification_judge(const struct host *host, const struct opening *opening, struct finding_list *findings)
{
	if (!opening->opened)
		judge_failure(host, opening, &opening->steps[opening->count - 1], findings);
	else if (opening->iommufd_as_container)
		finding_add(findings, FINDING_GROUP_NEEDS_IOMMUFD, opening->device->address,
			"ln -s /dev/iommu /dev/vfio/vfio",
			"%s opens with /dev/iommu as its container: programs that require /dev/vfio/vfio, which is missing, will fail",
			opening->node->path);
}

void verification_judge_unbound(const struct device *device, struct finding_list *findings)
{
	auto_free char *remedy = text_format("vfionoiommu bind %s", device->address);
	finding_add(findings, FINDING_DEVICE_NOT_BOUND, device->address, remedy,
		"the device is not bound to VFIO (driver: %s), so it cannot be opened",
		device->driver ? device->driver : "none");
}
