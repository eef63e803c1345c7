/* Situations that only a misbehaving kernel, or a kernel unlike those of the tests, can cause: each must be
 * reported, with the right finding. `messages_test print` prints the messages instead, for
 * tests/golden/unit.txt. */
#include <errno.h>
#include <string.h>

#include "base/base.h"
#include "judge/judge.h"
#include "show/show.h"
#include "tap.h"

#define ADDRESS "0000:00:04.0"
#define GROUP   "/dev/vfio/noiommu-0"
#define CDEV    "/dev/vfio/devices/noiommu-vfio0"

static bool printing;

static void heading(const char *title)
{
	if (printing)
		printf("-- %s\n", title);
}

static void complains(const char *sentence)
{
	if (printing)
		puts(sentence ? sentence : "(nothing)");
	else
		ok(sentence);
}

/* Checks the last finding. */
static void finds(const struct finding_list *findings, const char *id)
{
	const struct finding_list last = { .items = findings->items + findings->count - 1, .count = 1 };
	if (printing)
		findings_print(&last);
	else
		ok(text_same(last.items->id, id));
}

/* ---- verify ---- */

static bool iommufd_as_container;

/* A failed step of opening a noiommu group or cdev. */
static void step_fails(enum open_step step, int error, const char *id)
{
	static struct finding_list findings;
	const struct host host = { .mode = MODE_ON };
	const struct device device = { .address = ADDRESS };
	bool cdev = step == STEP_OPEN_CDEV || step == STEP_OPEN_IOMMUFD || step >= STEP_BIND_IOMMUFD;
	const struct vfio_node node = {
		.name = "noiommu-0", .path = cdev ? CDEV : GROUP, .noiommu = true, .present = true
	};
	const struct opening opening = { .device = &device,
		.node = &node,
		.steps = { { step, -error } },
		.count = 1,
		.iommufd_as_container = iommufd_as_container };
	opening_judge(&host, &opening, &findings);
	heading(word_step(step));
	finds(&findings, id);
}

static void test_verify(void)
{
	step_fails(STEP_SET_IOMMU, EPERM, "interrupts-not-remapped");
	step_fails(STEP_BIND_IOMMUFD, EPERM, "interrupts-not-remapped");
	step_fails(STEP_OPEN_GROUP, EPERM, "capability-missing");
	step_fails(STEP_OPEN_GROUP, EACCES, "node-permission");
	step_fails(STEP_OPEN_CONTAINER, EACCES, "node-permission");
	step_fails(STEP_OPEN_IOMMUFD, EACCES, "node-permission");
	step_fails(STEP_GROUP_GET_STATUS, EADDRINUSE, "group-not-viable");
	step_fails(STEP_OPEN_CONTAINER, ENOENT, "container-missing");
	step_fails(STEP_OPEN_CONTAINER, ENODEV, "container-missing");
	step_fails(STEP_OPEN_IOMMUFD, ENOENT, "iommufd-missing");
	step_fails(STEP_OPEN_IOMMUFD, ENODEV, "iommufd-missing");
	step_fails(STEP_CHECK_EXTENSION, EOPNOTSUPP, "open-failed");
	step_fails(STEP_OPEN_CDEV, ENOENT, "node-missing");
	step_fails(STEP_IOAS_MAP, ENOMEM, "memory-limit");
	step_fails(STEP_GET_PA, EBADMSG, "physical-address-wrong");
	step_fails(STEP_GET_PA, ENOTTY, "kernel-too-old");
	step_fails(STEP_OPEN_CDEV, ENODEV, "node-missing");
	step_fails(STEP_OPEN_GROUP, EBUSY, "device-held");
	step_fails(STEP_GET_INFO, EIO, "open-failed");
	iommufd_as_container = true;
	step_fails(STEP_OPEN_CONTAINER, EPERM, "node-permission");
	step_fails(STEP_OPEN_CONTAINER, EACCES, "node-permission");
	iommufd_as_container = false;
}

/* ---- uses ---- */

/* The last use of a device that is to be bound. */
static void uses(const struct use *use, const char *id)
{
	static struct finding_list findings;
	const struct device_list none = { 0 };
	const struct device device = { .address = ADDRESS, .uses = { (struct use *)use, 1 } };
	safety_judge_bind(&none, &device, false, &findings);
	finds(&findings, id);
}

/* A network namespace that `process` has, or its mount namespace; NULL: it is mounted in ours. */
static void is_elsewhere(const char *detail, const char *process, const char *way)
{
	const struct use use = { USE_ELSEWHERE, "eth9", detail, way, process };
	uses(&use, "interface-elsewhere");
}

static void is_unknown(const char *object, const char *detail)
{
	const struct use use = { USE_UNKNOWN, object, detail, NULL, NULL };
	uses(&use, "use-unknown");
}

static void test_uses(void)
{
	const char container[] = "the network namespace /var/lib/box/rootfs/run/netns/x";
	heading("network namespaces");
	is_elsewhere("the network namespace of process 12 (sh)", NULL, NULL);
	is_elsewhere("the network namespace of process 1 (systemd)", NULL, NULL);
	is_elsewhere("the network namespace /run/netns/a b", NULL, NULL);
	is_elsewhere("the network namespace /run/netns/x", NULL, "over eth8");
	is_elsewhere("the network namespace /run/netns/x", "12 (sh)", NULL);
	is_elsewhere(container, NULL, NULL);
	is_elsewhere(container, "12 (sh)", NULL);
	is_elsewhere("the network namespace of this process, which /sys does not show", NULL, NULL);
	heading("a device that the kernel is adding");
	static struct finding_list findings;
	const struct device_list none = { 0 };
	safety_judge_bind(&none, &(struct device){ .address = ADDRESS, .adding = true }, false, &findings);
	finds(&findings, "device-not-added");
	heading("unknown uses");
	is_unknown("/proc/*/fd", "only root can see the open files of all processes");
	is_unknown("/proc/crypto", "Permission denied");
	is_unknown("driver", "it has changed meanwhile, try again");
	is_unknown("eth9", strerror(EINTR));
}

/* ---- bind and unbind ---- */

static void test_bind(void)
{
	struct device device = { .address = ADDRESS, .driver = "e1000e", .iommu = ANSWER_NO };
	struct access_case group = { .group = PATH_WORKS, .cdev = PATH_NONE };
	const struct access_case none = { 0 };
	heading("bind");
	complains(outcome_of_bind(&device, &none));
	device.driver = "vfio-pci";
	complains(outcome_of_bind(&device, &none));
	complains(outcome_of_bind(&device, &group));
	group.group = PATH_NONE;
	group.cdev = PATH_WORKS;
	complains(outcome_of_bind(&device, &group));
	device.group = (struct vfio_node){ .name = "2", .path = "/dev/vfio/2", .present = true };
	complains(outcome_of_bind(&device, &none));
	device.group = (struct vfio_node){ .name = "noiommu-0", .path = GROUP, .noiommu = true };
	complains(outcome_of_bind(&device, &none));
}

/* Prints it as bind does. */
static void surprises(const struct device *device, const struct access_case *access)
{
	static struct finding_list findings;
	const char *sentence = outcome_surprise(device, access);
	if (!printing)
		ok(sentence);
	finding_add(
		&findings, FINDING_NODE_UNEXPECTED, device->address, NULL, "%s", sentence ? sentence : "");
	finds(&findings, "node-unexpected");
}

static void test_surprise(void)
{
	const struct vfio_node node = {
		.name = "noiommu-0", .path = GROUP, .noiommu = true, .present = true
	};
	struct device device = { .address = ADDRESS, .iommu = ANSWER_NO, .group = node };
	struct access_case access = { .group_node = ANSWER_NO, .cdev_node = ANSWER_NO };
	heading("bind: other nodes than expected");
	surprises(&device, &access);
	access.group_node = ANSWER_YES;
	surprises(&device, &access);
	access.group = PATH_IOMMUFD_ONLY;
	surprises(&device, &access);
	device.group = (struct vfio_node){ 0 };
	surprises(&device, &access);
	device.cdev = (struct vfio_node){ .name = "noiommu-vfio0", .path = CDEV, .noiommu = true };
	surprises(&device, &access);
}

static void test_unbind(void)
{
	struct device before = { .address = ADDRESS,
		.remembered = { ANSWER_YES, .driver = "e1000e", .driver_override = "e1000e" } };
	struct device after = { .address = ADDRESS, .vendor = 0x8086, .device = 0x10d3 };
	heading("unbind");
	complains(outcome_of_unbind(&before, &after));
	after.driver = "e1000e";
	complains(outcome_of_unbind(&before, &after));
	before.remembered.known = ANSWER_NO;
	after.driver = "vfio-pci";
	after.vfio = true;
	complains(outcome_of_unbind(&before, &after));
}

static void job_fails(struct plan_run *run, int error, const char *subject)
{
	const struct job job = { .run = run, .error = error };
	complains(failure_sentence(&job, subject, NULL));
}

static void test_steps(void)
{
	static struct plan_run run = { .step = "write " ADDRESS " to /sys/x/unbind", .rolled_back = true };
	const struct action load = { .kind = ACTION_LOAD };
	const struct job held = { .run = &run, .error = -ETIMEDOUT };
	heading("a plan");
	job_fails(&run, -ECANCELED, ADDRESS);
	job_fails(&run, -EAGAIN, ADDRESS);
	run.process = 100;
	run.holder = 99;
	run.by_kernel = true;
	job_fails(&run, -EBUSY, ADDRESS);
	job_fails(&run, -EALREADY, ADDRESS);
	job_fails(&run, -ECHILD, ADDRESS);
	job_fails(&run, -EINTR, ADDRESS);
	job_fails(&run, -ETIMEDOUT, ADDRESS);
	job_fails(&run, -ETIMEDOUT, "noiommu mode");
	complains(failure_sentence(&held, ADDRESS, "98 (dpdk-testpmd)"));
	run.undo_error = -EIO;
	strcpy(run.undo, "write a newline to /sys/x/driver_override");
	job_fails(&run, -EBUSY, ADDRESS);
	job_fails(&run, -EBUSY, "noiommu mode");
	strcpy(run.step, "the kernel made no group node");
	job_fails(&run, -EPROTO, ADDRESS);
	run.undo_error = 0;
	run.rolled_back = false;
	run.action = &load;
	strcpy(run.step, "load module vfio_pci");
	job_fails(&run, -EKEYREJECTED, "modules");
	job_fails(&run, -EPERM, "modules");
	job_fails(&run, -ENOENT, "modules");
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
		.built = { [QUESTION_NOIOMMU] = { .answer = ANSWER_YES } } };
	readiness_judge(&host, &access, &findings);
	heading("modules");
	finds(&findings, "vfio-pci-missing");
	host.sysfs_writable = ANSWER_NO;
	readiness_judge_sysfs(&host, &findings);
	heading("sysfs");
	finds(&findings, "sysfs-read-only");
}

/* Only root's files are trusted. */
static void test_stored(void)
{
	static struct finding_list findings;
	struct stored stored = { .address = ADDRESS,
		.problem = "must be owned by root and writable by root only",
		.exposed = "/etc/vfionoiommu.d" };
	heading("persistent bindings");
	persistence_judge_one(&stored, &findings);
	finds(&findings, "binding-unusable");
}

/* Each pair of group and cdev has a description. */
static void test_paths(void)
{
	heading("paths");
	for (enum path group = PATH_UNKNOWN; group <= PATH_IOMMUFD_ONLY; group++)
		for (enum path cdev = PATH_UNKNOWN; cdev <= PATH_WORKS; cdev++) {
			const struct access_case access = { .group = group, .cdev = cdev };
			complains(word_access(&access));
		}
}

int main(int argc, char **argv)
{
	printing = argc > 1 && text_same(argv[1], "print");
	test_verify();
	test_uses();
	test_bind();
	test_surprise();
	test_unbind();
	test_steps();
	test_modules();
	test_stored();
	test_paths();
	return printing ? 0 : tap_done();
}
