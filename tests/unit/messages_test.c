/* The messages that only a kernel which breaks its promises, or is of another kind than those of the tests,
 * brings about: what is so, and what is said of it. All others are in tests/messages.bats and
 * tests/vm/guest/messages.bats. */
#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "judge/finding.h"
#include "judge/matrix.h"
#include "judge/outcome.h"
#include "judge/readiness.h"
#include "judge/verification.h"
#include "show/steps.h"
#include "show/words.h"
#include "tap.h"

#define ADDRESS "0000:00:04.0"
#define GROUP   "/dev/vfio/noiommu-0"
#define CDEV    "/dev/vfio/devices/noiommu-vfio0"

static bool says(char *sentence, const char *expected)
{
	bool well = text_same(sentence, expected);
	if (!well)
		printf("# %s\n", sentence ? sentence : "nothing");
	free(sentence);
	return well;
}

/* ---- verify ---- */

/* What is said when that step fails so, on a noiommu group or cdev. */
static bool fails(enum open_step step, int error, const char *sentence, const char *remedy)
{
	static struct finding_list findings; /* static: what it holds is not a leak */
	const struct host host = { .mode = MODE_ON };
	const struct device device = { .address = ADDRESS };
	bool cdev = step == STEP_OPEN_CDEV || step == STEP_OPEN_IOMMUFD || step >= STEP_BIND_IOMMUFD;
	const struct vfio_node node = {
		.name = "noiommu-0", .path = cdev ? CDEV : GROUP, .noiommu = true, .present = true
	};
	const struct opening opening = {
		.device = &device, .node = &node, .steps = { { step, -error } }, .count = 1
	};
	verification_judge(&host, &opening, &findings);
	const struct finding *last = &findings.items[findings.count - 1];
	if (!text_same(last->sentence, sentence) || !text_same(last->remedy, remedy))
		printf("# %s\n# %s\n", last->sentence, last->remedy);
	return text_same(last->sentence, sentence) && text_same(last->remedy, remedy);
}

static void test_verify(void)
{
	ok(fails(STEP_SET_IOMMU, EPERM,
		GROUP
		" does not open: Operation not permitted: the IOMMU does not remap interrupts, without which a "
		"device can forge them",
		"switch interrupt remapping on in the firmware or hypervisor, or: echo Y > "
		"/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"));
	ok(fails(STEP_BIND_IOMMUFD, EPERM,
		CDEV
		" does not open: Operation not permitted: the IOMMU does not remap interrupts, without which a "
		"device can forge them",
		"switch interrupt remapping on in the firmware or hypervisor, or: echo Y > "
		"/sys/module/iommufd/parameters/allow_unsafe_interrupts"));
	ok(fails(STEP_OPEN_GROUP, EPERM,
		GROUP
		" does not open: Operation not permitted: CAP_SYS_RAWIO is missing, which the node's owner and "
		"mode cannot replace",
		"run it as root, or: setcap cap_sys_rawio+ep PROGRAM"));
	ok(fails(STEP_OPEN_GROUP, EACCES,
		GROUP " does not open: Permission denied: this user may not open it, by its owner and mode",
		"vfionoiommu bind --owner USER " ADDRESS));
	ok(fails(STEP_OPEN_CONTAINER, EACCES,
		GROUP
		" does not open: Permission denied: this user may not open /dev/vfio/vfio, by its owner and mode",
		"chmod 0666 /dev/vfio/vfio"));
	ok(fails(STEP_OPEN_IOMMUFD, EACCES,
		CDEV
		" does not open: Permission denied: this user may not open /dev/iommu, by its owner and mode",
		"chown USER /dev/iommu"));
	ok(fails(STEP_GROUP_GET_STATUS, EADDRINUSE,
		GROUP
		" does not open: Device or resource busy: another device of its group is bound to another driver",
		"ls -l /sys/bus/pci/devices/" ADDRESS "/iommu_group/devices/*/driver"));
	ok(fails(STEP_OPEN_CONTAINER, ENOENT,
		GROUP
		" does not open: No such file or directory: there is neither /dev/vfio/vfio nor /dev/iommu",
		"modprobe -a vfio iommufd"));
	ok(fails(STEP_OPEN_CONTAINER, ENODEV,
		GROUP
		" does not open: No such device: neither /dev/vfio/vfio nor /dev/iommu has a driver behind it",
		"modprobe -a vfio iommufd"));
	ok(fails(STEP_OPEN_IOMMUFD, ENOENT,
		CDEV " does not open: No such file or directory: there is no /dev/iommu",
		"modprobe iommufd"));
	ok(fails(STEP_OPEN_IOMMUFD, ENODEV,
		CDEV " does not open: No such device: nothing stands behind /dev/iommu", "modprobe iommufd"));
	ok(fails(STEP_CHECK_EXTENSION, EOPNOTSUPP,
		GROUP
		" does not open: Operation not supported: the container does not know this kind of device",
		"modprobe vfio_iommu_type1"));
	ok(fails(STEP_OPEN_CDEV, ENOENT,
		CDEV " does not open: No such file or directory: there is no such node in /dev",
		"udevadm settle"));
	ok(fails(STEP_IOAS_MAP, ENOMEM,
		CDEV
		" does not open: Cannot allocate memory: a page could not be pinned: the limit of locked memory is "
		"reached",
		"ulimit -l unlimited"));
	ok(fails(STEP_GET_PA, EBADMSG,
		CDEV
		" does not open: Bad message: the physical address that the kernel names for a page is not that of "
		"the page",
		"vfionoiommu report machine.tar, and report it as a bug"));
	ok(fails(STEP_GET_PA, ENOTTY,
		CDEV
		" does not open: Inappropriate ioctl for device: this kernel does not know the step: it is too old",
		"vfionoiommu matrix"));
	ok(fails(STEP_OPEN_CDEV, ENODEV,
		CDEV " does not open: No such device: nothing stands behind the node any more",
		"vfionoiommu list " ADDRESS));
	ok(fails(STEP_OPEN_GROUP, EBUSY,
		GROUP
		" does not open: Device or resource busy: held, by a process that is not to be seen here",
		"fuser -v " GROUP ", as root and on the host"));
	ok(fails(STEP_GET_INFO, EIO, CDEV " does not open: Input/output error: the kernel refused it",
		"dmesg | grep " ADDRESS));
}

/* ---- bind and unbind ---- */

static void test_bind(void)
{
	struct device device = { .address = ADDRESS, .driver = "e1000e", .iommu = ANSWER_NO };
	struct vfio_node noiommu = { .name = "noiommu-0", .path = GROUP, .noiommu = true, .present = true };
	struct access_case group = { .group = PATH_WORKS, .cdev = PATH_NONE };
	const struct access_case none = { 0 };
	ok(says(outcome_of_bind(&device, &none),
		"the kernel took the bind, but the driver is e1000e: did another program change it? "
		"See: dmesg | grep " ADDRESS));
	device.driver = "vfio-pci";
	ok(says(outcome_of_bind(&device, &none),
		"it is on vfio-pci, but the kernel made no node for it; it may say why: dmesg | grep vfio"));
	ok(says(outcome_of_bind(&device, &group),
		"the kernel made no noiommu group node, though it is built for it; it may say why: dmesg | grep vfio"));
	group.group = PATH_NONE;
	group.cdev = PATH_WORKS;
	ok(says(outcome_of_bind(&device, &group),
		"the kernel made no noiommu cdev node, though it is built for it; it may say why: dmesg | grep vfio"));
	device.group = (struct vfio_node){ .name = "2", .path = "/dev/vfio/2", .present = true };
	ok(says(outcome_of_bind(&device, &none),
		"its group node is /dev/vfio/2, not a noiommu one: was the mode switched off meanwhile? See vfionoiommu "
		"status"));
	device.group = noiommu;
	device.group.present = false;
	ok(says(outcome_of_bind(&device, &none),
		GROUP " was registered, but is not in /dev: is a devtmpfs mounted there? See: findmnt /dev"));
}

static void test_surprise(void)
{
	const struct vfio_node node = {
		.name = "noiommu-0", .path = GROUP, .noiommu = true, .present = true
	};
	struct device device = { .address = ADDRESS, .iommu = ANSWER_NO, .group = node };
	struct access_case access = { .group_node = ANSWER_NO, .cdev_node = ANSWER_NO };
	ok(says(outcome_surprise(&device, &access),
		GROUP " exists, which this kernel was not expected to make"));
	access.group_node = ANSWER_YES;
	ok(says(outcome_surprise(&device, &access), GROUP " cannot be opened: this kernel has no container"));
	access.group = PATH_IOMMUFD_ONLY;
	ok(says(outcome_surprise(&device, &access),
		GROUP " opens only for what takes /dev/iommu in the place of /dev/vfio/vfio"));
	device.group = (struct vfio_node){ 0 };
	ok(says(outcome_surprise(&device, &access),
		"this kernel made no group node, which without a container would be of little use anyway"));
	device.cdev = (struct vfio_node){ .name = "noiommu-vfio0", .path = CDEV, .noiommu = true };
	ok(says(outcome_surprise(&device, &access),
		CDEV " exists, which this kernel was not expected to make"));
}

static void test_unbind(void)
{
	struct device before = { .address = ADDRESS, .remembered = { ANSWER_YES, "e1000e", NULL, "e1000e" } };
	struct device after = { .address = ADDRESS, .vendor = 0x8086, .device = 0x10d3 };
	ok(says(outcome_of_unbind(&before, &after),
		"its driver is none, and was e1000e before bind: did another program change it? "
		"See: dmesg | grep " ADDRESS));
	after.driver = "e1000e";
	ok(says(outcome_of_unbind(&before, &after),
		"its driver_override is none, and was e1000e before bind; set it with: echo e1000e > "
		"/sys/bus/pci/devices/" ADDRESS "/driver_override"));
	before.remembered.known = ANSWER_NO;
	after.driver = "vfio-pci";
	after.vfio = true;
	ok(says(outcome_of_unbind(&before, &after),
		"the kernel gave it to vfio-pci again, by an id in its new_id list; remove it with: echo '8086 10d3' > "
		"/sys/bus/pci/drivers/vfio-pci/remove_id"));
}

static void test_steps(void)
{
	const struct action act = { .kind = ACTION_DRIVER, .path = "/sys/x/unbind", .value = ADDRESS };
	const struct action undo = { .kind = ACTION_WRITE, .path = "/sys/x/driver_override", .value = "\n" };
	struct plan_failure failure = { .action = &act, .error = -EBUSY };
	ok(says(failure_sentence(&failure, ADDRESS),
		"could not write " ADDRESS
		" to /sys/x/unbind: Device or resource busy; everything was put back as it "
		"was; the kernel may say why: dmesg | tail"));
	failure.undo = &undo;
	failure.undo_error = -EIO;
	ok(says(undo_sentence(&failure, ADDRESS),
		"and putting it back failed: could not write a newline to /sys/x/driver_override: Input/output error; "
		"try again with: vfionoiommu unbind " ADDRESS));
	ok(says(undo_sentence(&failure, "noiommu mode"),
		"and putting it back failed: could not write a newline to /sys/x/driver_override: Input/output error; "
		"see vfionoiommu status"));
	failure.error = -ETIMEDOUT;
	ok(says(failure_sentence(&failure, ADDRESS),
		"could not write " ADDRESS
		" to /sys/x/unbind in time: the kernel waits for whoever holds the device, "
		"and will let it go when that has ended; then type: vfionoiommu unbind " ADDRESS));
}

/* ---- the kernel ---- */

static void test_modules(void)
{
	static struct finding_list findings;
	struct host host = {
		.release = "7.3.4", .mode = MODE_ON, .kconfig = { .source = "/proc/config.gz" }
	};
	host.modules[MODULE_VFIO].state = MODULE_LOADED;
	host.modules[MODULE_VFIO_PCI].state = MODULE_MISSING;
	const struct access_case access = { .group = PATH_WORKS,
		.built[QUESTION_NOIOMMU].answer = ANSWER_YES };
	readiness_judge(&host, &access, &findings);
	ok(findings.count == 1);
	ok(text_same(findings.items[0].sentence, "the module vfio_pci of kernel 7.3.4 is not installed"));
	ok(text_same(findings.items[0].remedy, "install the package that brings /lib/modules/7.3.4"));
}

static bool paths(enum path group, enum path cdev, const char *expected)
{
	const struct access_case access = { .group = group, .cdev = cdev };
	return text_same(word_access(&access), expected);
}

static void test_paths(void)
{
	ok(paths(PATH_UNKNOWN, PATH_NONE, "no cdev, group unknown"));
	ok(paths(PATH_UNKNOWN, PATH_WORKS, "cdev works, group unknown"));
	ok(paths(PATH_NONE, PATH_UNKNOWN, "no group, cdev unknown"));
	ok(paths(PATH_WORKS, PATH_UNKNOWN, "group works, cdev unknown"));
	ok(paths(PATH_IOMMUFD_ONLY, PATH_UNKNOWN, "group with /dev/iommu only, cdev unknown"));
	ok(paths(PATH_IOMMUFD_ONLY, PATH_NONE, "group with /dev/iommu only, no cdev"));
}

/* As JSON has them; on the table the node's own name stands. */
static void test_names_of_steps(void)
{
	ok(text_same(word_step(STEP_OPEN_CONTAINER), "open container"));
	ok(text_same(word_step(STEP_OPEN_GROUP), "open group"));
	ok(text_same(word_step(STEP_OPEN_CDEV), "open cdev"));
	ok(text_same(word_step(STEP_OPEN_IOMMUFD), "open iommufd"));
}

int main(void)
{
	test_verify();
	test_bind();
	test_surprise();
	test_unbind();
	test_steps();
	test_modules();
	test_paths();
	test_names_of_steps();
	return tap_done();
}
