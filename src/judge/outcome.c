#include <errno.h>
#include <string.h>

#include "base/base.h"
#include "judge/judge.h"

/* ---- of bind and unbind ---- */

static const char *node_problem(const struct vfio_node *node, bool promised, const char *what)
{
	if (node->name && !node->noiommu)
		return text_format(
			"the %s is %s, not a noiommu node; noiommu mode may have been disabled meanwhile, see: vfionoiommu status",
			what, node->path);
	if (node->name && !node->present)
		return text_format(
			"the kernel registered %s, but it does not exist in /dev; devtmpfs may not be mounted, see: findmnt /dev",
			node->path);
	if (!node->name && promised)
		return text_format(
			"the kernel created no noiommu %s although it was built to; see: dmesg | grep vfio",
			what);
	return NULL;
}

static const char no_node[] =
	"the device is bound to vfio-pci, but the kernel created no node for it; see: dmesg | grep vfio";

const char *outcome_of_bind(const struct device *device, const struct access_case *access)
{
	if (!text_same(device->driver, "vfio-pci"))
		return text_format(
			"the kernel accepted the bind, but the driver is %s; another program may have changed it, see: dmesg | grep %s",
			device->driver ? device->driver : "none", device->address);
	/* The matrix predicts the nodes of noiommu devices only. */
	if (device->iommu == ANSWER_YES)
		return device->group.name || device->cdev.name ? NULL : no_node;
	const char *problem = node_problem(&device->group, access->group == PATH_WORKS, "group node");
	if (!problem)
		problem = node_problem(&device->cdev, access->cdev == PATH_WORKS, "cdev node");
	if (!problem && !device->group.name && !device->cdev.name)
		problem = no_node;
	return problem;
}

const char *outcome_surprise(const struct device *device, const struct access_case *access)
{
	if (device->iommu == ANSWER_YES)
		return NULL;
	if (device->group.name && access->group_node == ANSWER_NO)
		return text_format(
			"%s exists although this kernel was not expected to create it", device->group.path);
	if (device->cdev.name && access->cdev_node == ANSWER_NO)
		return text_format(
			"%s exists although this kernel was not expected to create it", device->cdev.path);
	if (!device->group.name && access->group_node == ANSWER_YES)
		return "the kernel created no group node (it would be unusable without a container)";
	if (device->group.name && access->group == PATH_IOMMUFD_ONLY)
		return text_format(
			"%s opens only with /dev/iommu in place of /dev/vfio/vfio: this kernel has no VFIO container",
			device->group.path);
	if (device->group.name && access->group == PATH_NONE)
		return text_format(
			"%s cannot be opened: this kernel has neither a VFIO container nor iommufd",
			device->group.path);
	return NULL;
}

static const char *or_none(const char *text)
{
	return text ? text : "none";
}

const char *outcome_of_unbind(const struct device *before, const struct device *after)
{
	const struct remembered *remembered = &before->remembered;
	bool restored = is_restorable(remembered);
	if (after->vfio && !restored)
		return text_format(
			"the kernel bound the device to %s again because of an ID in the driver's new_id list; remove it with: echo '%04x %04x' > /sys/bus/pci/drivers/%s/remove_id; vfionoiommu unbind %s",
			after->driver, after->vendor, after->device, after->driver, after->address);
	if (!restored)
		return NULL;
	if (!text_same(after->driver, remembered->driver))
		return text_format(
			"the driver is %s, but was %s before bind; another program may have changed it, see: dmesg | grep %s",
			or_none(after->driver), or_none(remembered->driver), after->address);
	if (!text_same(after->driver_override, remembered->driver_override))
		return text_format(
			"driver_override is %s, but was %s before bind; set it with: echo %s > /sys/bus/pci/devices/%s/driver_override",
			or_none(after->driver_override), or_none(remembered->driver_override),
			remembered->driver_override ? remembered->driver_override : "", after->address);
	return NULL;
}

/* ---- of verify ---- */

#define TOKEN_MISSING "the kernel requires a VF token, because vfio-pci has the physical function, too"
#define TOKEN_REMEDY  "start the program with the token of the physical function (DPDK: --vfio-vf-token=UUID)"

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
	/* Neither needs a capability. */
	{ STEP_OPEN_CONTAINER, EPERM, FINDING_NODE_PERMISSION,
		"this container or unit may not open /dev/vfio/vfio (devices cgroup)",
		"start the container with --device /dev/vfio/vfio, or the unit with DeviceAllow=/dev/vfio/vfio" },
	{ STEP_OPEN_IOMMUFD, EPERM, FINDING_NODE_PERMISSION,
		"this container or unit may not open /dev/iommu (devices cgroup)",
		"start the container with --device /dev/iommu, or the unit with DeviceAllow=/dev/iommu" },
	{ STEP_COUNT, EPERM, FINDING_CAPABILITY_MISSING,
		"CAP_SYS_RAWIO is missing (required regardless of owner and mode)",
		"run the command as root, or: setcap cap_sys_rawio+ep PROGRAM" },
	{ STEP_OPEN_CONTAINER, EACCES, FINDING_NODE_PERMISSION,
		"the owner and mode of /dev/vfio/vfio deny access to this user",
		"chmod 0666 /dev/vfio/vfio" },
	{ STEP_OPEN_IOMMUFD, EACCES, FINDING_NODE_PERMISSION,
		"the owner and mode of /dev/iommu deny access to this user", "chown USER /dev/iommu" },
	/* The node is open already: vfio_pci_core_match_token_uuid in drivers/vfio/pci/vfio_pci_core.c. */
	{ STEP_GET_DEVICE_FD, EACCES, FINDING_OPEN_FAILED, TOKEN_MISSING, TOKEN_REMEDY },
	{ STEP_BIND_IOMMUFD, EACCES, FINDING_OPEN_FAILED, TOKEN_MISSING, TOKEN_REMEDY },
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
	bool iommufd = failed->step == STEP_OPEN_CONTAINER && opening->iommufd_as_container;
	enum open_step step = iommufd ? STEP_OPEN_IOMMUFD : failed->step;
	size_t i = 0;
	while ((meanings[i].step != STEP_COUNT && meanings[i].step != step) ||
		(meanings[i].error && meanings[i].error != -failed->error))
		i++;
	finding_add(findings, meanings[i].finding, address,
		text_fill(meanings[i].remedy, address, opening->node->path), "cannot open %s: %s: %s",
		opening->node->path, strerror(failed->error == -EADDRINUSE ? EBUSY : -failed->error),
		meanings[i].meaning);
}

void opening_judge_nodeless(const struct device *device, struct finding_list *findings)
{
	finding_add(findings, FINDING_NODE_MISSING, device->address, "vfionoiommu matrix",
		"the device is bound to VFIO but has no node to open it through");
}

void opening_judge(const struct host *host, const struct opening *opening, struct finding_list *findings)
{
	if (!opening->opened)
		judge_failure(host, opening, &opening->steps[opening->count - 1], findings);
	else if (opening->iommufd_as_container)
		finding_add(findings, FINDING_GROUP_NEEDS_IOMMUFD, opening->device->address,
			REMEDY_CONTAINER_LINK,
			"%s opens with /dev/iommu as its container: programs that require /dev/vfio/vfio, which is missing, will fail",
			opening->node->path);
}

void opening_judge_unbound(const struct device *device, struct finding_list *findings)
{
	const char *remedy = device_is_bridge(device) ? "vfionoiommu list --all"
						      : text_format("vfionoiommu bind %s", device->address);
	finding_add(findings, FINDING_DEVICE_NOT_BOUND, device->address, remedy,
		"the device is not bound to VFIO (driver: %s), so it cannot be opened",
		device->driver ? device->driver : "none");
}

/* ---- of verify --for ---- */

/* From their sources: DPDK 22.11 and the development of 26.11 (lib/eal/linux: eal.c, eal_vfio.c,
 * eal_vfio_cdev.c, eal_hugepage_info.c; drivers/bus/pci/linux), SPDK 26.09-pre, which supports DPDK up
 * to 26.03 (lib/env_dpdk: init.c, pci_dpdk.c), QEMU (hw/vfio: container.c, iommufd.c). */
static const struct {
	const char *name;
	bool group, cdev; /* opens it; if it can open both, the group unless there is no container */
	bool iommu;       /* only of a device with an IOMMU */
	bool dpdk;        /* huge pages, their physical addresses in noiommu mode, and /dev/vfio/vfio */
	const char *cdev_only, *cdev_remedy; /* the restriction on opening the cdev; NULL: none */
	const char *interrupts;              /* the option for another kind than MSI-X; {} is the kind */
} clients[] = {
	[CLIENT_DPDK] = { "DPDK", .group = true, .cdev = true, .dpdk = true, .cdev_only = "since 26.11",
		.cdev_remedy = "use DPDK 26.11 or later",
		.interrupts = "if its driver needs interrupts, start the program with: --vfio-intr={}" },
	[CLIENT_SPDK] = { "SPDK", .group = true, .dpdk = true,
		.interrupts =
			"if its driver needs interrupts, start the program with: --env-context=--vfio-intr={}" },
	[CLIENT_QEMU] = { "QEMU", .group = true, .cdev = true, .iommu = true, .cdev_only = "with iommufd",
		.cdev_remedy =
			"start it with: -object iommufd,id=iommufd0 -device vfio-pci,host={},iommufd=iommufd0" },
	[CLIENT_CDEV] = { "the client", .cdev = true },
	[CLIENT_GROUP] = { "the client", .group = true },
};

const struct vfio_node *client_node(
	enum client client, const struct client_facts *facts, const struct device *device)
{
	bool group = clients[client].group && device->group.name;
	bool cdev = clients[client].cdev && device->cdev.name;
	if (clients[client].iommu && device_is_noiommu(device))
		return NULL;
	if (group && (!cdev || facts->container != ANSWER_NO))
		return &device->group;
	return cdev ? &device->cdev : NULL;
}

void client_judge_nodeless(enum client client, const struct access_case *access, const struct device *device,
	struct finding_list *findings)
{
	const char *name = clients[client].name;
	if (clients[client].iommu && device_is_noiommu(device)) {
		finding_add(findings, FINDING_CLIENT_NEEDS_IOMMU, device->address,
			text_format(
				"enable the IOMMU, then: vfionoiommu bind --allow-iommu %s", device->address),
			"%s cannot use a noiommu device: it opens only devices behind an IOMMU", name);
		return;
	}
	const char *number = access->number ? text_format(" (case %d)", access->number) : "";
	finding_add(findings, FINDING_CLIENT_NODE_MISSING, device->address, "vfionoiommu matrix",
		"the device has no %s, which %s opens, on this kernel%s",
		clients[client].group ? "group" : "cdev", name, number);
}

static void judge_huge_pages(
	const char *name, const struct client_facts *facts, struct finding_list *findings)
{
	unsigned long long size = facts->huge_size, gigabyte = 1 << 20;
	if (facts->huge_free && facts->hugetlbfs)
		return;
	const char *reserve =
		text_format("echo %llu > /sys/kernel/mm/hugepages/hugepages-%llukB/nr_hugepages",
			size && size < gigabyte ? gigabyte / size : 1, size);
	finding_add(findings, FINDING_CLIENT_HUGE_PAGES, NULL,
		facts->huge_free ? "mkdir -p /dev/hugepages && mount -t hugetlbfs hugetlbfs /dev/hugepages"
		: size           ? reserve
				 : "boot a kernel with CONFIG_HUGETLBFS=y",
		"%s needs huge pages, and %s", name,
		facts->huge_free ? "hugetlbfs is not mounted"
		: size           ? "none is free"
				 : "this kernel has none");
}

static void judge_lock_limit(enum client client, const struct client_facts *facts,
	const struct opening *opening, struct finding_list *findings)
{
	bool maps = !opening->node->noiommu || opening->node == &opening->device->cdev;
	unsigned long long limit = facts->lock_limit < 0 ? 0 : (unsigned long long)facts->lock_limit / 1024;
	bool dpdk = clients[client].dpdk;
	if (!maps || facts->locks_freely || facts->lock_limit < 0 ||
		(dpdk && facts->huge_free && limit >= facts->huge_free))
		return;
	finding_add(findings,
		dpdk && limit < facts->huge_size ? FINDING_MEMORY_LIMIT : FINDING_CLIENT_MEMORY_LIMIT,
		opening->device->address, "ulimit -l unlimited",
		"memory that %s maps for DMA counts as locked memory, of which this process may have %llu KiB",
		clients[client].name, limit);
}

static void judge_interrupts(enum client client, const struct opening *opening, struct finding_list *findings)
{
	enum { INTX, MSI, MSIX };
	const char *address = opening->device->address;
	const unsigned int *has = opening->offer.interrupts;
	if (!opening->offer.known || has[MSIX])
		return;
	if (!has[INTX] && !has[MSI]) {
		finding_add(findings, FINDING_CLIENT_INTERRUPTS, address, NULL,
			"the device has no interrupts: %s can only poll it", clients[client].name);
	} else if (clients[client].interrupts) {
		const char *remedy = text_fill(clients[client].interrupts, has[MSI] ? "msi" : "legacy", NULL);
		finding_add(findings, FINDING_CLIENT_INTERRUPTS, address, remedy,
			"%s uses MSI-X interrupts, which the device does not have", clients[client].name);
	}
}

static void judge_client_opening(enum client client, const struct host *host,
	const struct client_facts *facts, const struct opening *opening, struct finding_list *findings)
{
	const char *address = opening->device->address, *name = clients[client].name;
	if (clients[client].dpdk && opening->iommufd_as_container) {
		finding_drop(findings, FINDING_GROUP_NEEDS_IOMMUFD);
		finding_add(findings, FINDING_CLIENT_NODE_MISSING, address, REMEDY_CONTAINER_LINK,
			"%s opens a group with /dev/vfio/vfio, which does not exist", name);
	}
	if (clients[client].dpdk && opening->node->noiommu && opening->opened && host->mode == MODE_OFF)
		finding_add(findings, FINDING_NOIOMMU_DISABLED, address, "vfionoiommu enable",
			"%s looks for noiommu nodes only while noiommu mode is enabled", name);
	if (opening->node == &opening->device->cdev && clients[client].cdev_only) {
		finding_add(findings, FINDING_CLIENT_VERSION, address,
			text_fill(clients[client].cdev_remedy, address, NULL), "%s opens %s only %s", name,
			opening->node->path, clients[client].cdev_only);
	}
	judge_lock_limit(client, facts, opening, findings);
	judge_interrupts(client, opening, findings);
}

void client_judge(enum client client, const struct host *host, const struct client_facts *facts,
	const struct opening_list *openings, struct finding_list *findings)
{
	const char *name = clients[client].name;
	const struct opening *opening;
	array_each (opening, openings)
		judge_client_opening(client, host, facts, opening, findings);
	if (!clients[client].dpdk)
		return;
	judge_huge_pages(name, facts, findings);
	if (host->mode == MODE_ON && !facts->sees_physical)
		finding_add(findings, FINDING_CLIENT_PHYSICAL_ADDRESS, NULL,
			"run the program as root, or: setcap "
			"cap_dac_read_search,cap_ipc_lock,cap_sys_admin,cap_sys_rawio+ep PROGRAM",
			"%s needs physical addresses, which /proc/self/pagemap hides from this process",
			name);
}
