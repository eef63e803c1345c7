/* The writes and their order, on which the rollback of a failed bind depends. */
#include <string.h>

#include "act/act.h"
#include "base/base.h"
#include "tap.h"

static struct device e1000e(void)
{
	return (struct device){ .address = "0000:00:04.0", .driver = "e1000e", .driver_module = "e1000e" };
}

static bool writes(const struct action *action, const char *value, const char *path)
{
	return (action->kind == ACTION_WRITE || action->kind == ACTION_DRIVER) &&
	       text_same(action->value, value) && text_same(action->path, path);
}

#define ADDRESS  "0000:00:04.0"
#define OVERRIDE "/sys/bus/pci/devices/0000:00:04.0/driver_override"

static void test_bind(void)
{
	static struct plan plan;
	struct device device = e1000e();
	const struct remembered before = { .driver = "e1000e", .module = "e1000e" };
	recipe_bind(&plan, &device, &before);
	ok(plan.count == 5);
	ok(plan.items[0].act.kind == ACTION_SAVE && plan.items[0].undo.kind == ACTION_REMOVE);
	ok(strstr(plan.items[0].act.value, "\nADDRESS=0000:00:04.0\nDRIVER=e1000e\nMODULE=e1000e\n"));
	ok(plan.items[1].act.kind == ACTION_NONE);
	ok(writes(&plan.items[1].undo, ADDRESS, "/sys/bus/pci/drivers/e1000e/bind"));
	ok(writes(&plan.items[2].act, "vfio-pci", OVERRIDE));
	ok(writes(&plan.items[2].undo, "\n", OVERRIDE));
	ok(writes(&plan.items[3].act, ADDRESS, "/sys/bus/pci/drivers/e1000e/unbind"));
	ok(writes(&plan.items[4].act, ADDRESS, "/sys/bus/pci/drivers/vfio-pci/bind"));
	ok(text_same(plan.items[4].act.driver, "vfio-pci"));
	ok(writes(&plan.items[4].undo, ADDRESS, "/sys/bus/pci/drivers/vfio-pci/unbind"));
}

static void test_bind_without_driver(void)
{
	static struct plan plan;
	struct device device = { .address = "0000:00:06.0", .driver_override = "something" };
	const struct remembered before = { .driver_override = "something" };
	recipe_bind(&plan, &device, &before);
	ok(plan.count == 5);
	ok(strstr(plan.items[0].act.value, "\nADDRESS=0000:00:06.0\nDRIVER_OVERRIDE=something\n"));
	ok(plan.items[1].undo.kind == ACTION_NONE);
	ok(text_same(plan.items[2].undo.value, "something"));
	ok(plan.items[3].act.kind == ACTION_NONE);
}

static void test_unbind(void)
{
	static struct plan plan;
	struct device device = { .address = ADDRESS,
		.driver = "vfio-pci",
		.driver_override = "vfio-pci",
		.remembered = { .known = ANSWER_YES, .driver = "e1000e", .module = "e1000e" } };
	recipe_unbind(&plan, &device);
	ok(plan.count == 6);
	ok(writes(&plan.items[0].undo, ADDRESS, "/sys/bus/pci/drivers/vfio-pci/bind"));
	ok(writes(&plan.items[1].act, "\n", OVERRIDE) && writes(&plan.items[1].undo, "vfio-pci", OVERRIDE));
	ok(writes(&plan.items[2].act, ADDRESS, "/sys/bus/pci/drivers/vfio-pci/unbind"));
	ok(plan.items[3].act.kind == ACTION_TRY_LOAD && text_same(plan.items[3].act.value, "e1000e"));
	ok(writes(&plan.items[4].act, ADDRESS, "/sys/bus/pci/drivers/e1000e/bind"));
	ok(plan.items[5].act.kind == ACTION_REMOVE && plan.items[5].undo.kind == ACTION_SAVE);
}

/* The kernel binds only the driver that the override names: it is set to the driver for the bind, and
 * restored afterwards. */
static void test_override_of_another_driver(void)
{
	static struct plan plan, back;
	struct device device = e1000e();
	device.driver_override = "other";
	const struct remembered before = { .driver = "e1000e", .driver_override = "other" };
	recipe_bind(&plan, &device, &before);
	ok(plan.count == 6);
	ok(plan.items[1].act.kind == ACTION_NONE && writes(&plan.items[1].undo, "other", OVERRIDE));
	ok(writes(&plan.items[2].undo, ADDRESS, "/sys/bus/pci/drivers/e1000e/bind"));
	ok(writes(&plan.items[3].act, "vfio-pci", OVERRIDE) &&
		writes(&plan.items[3].undo, "e1000e", OVERRIDE));
	struct device bound = { .address = ADDRESS,
		.driver = "vfio-pci",
		.driver_override = "vfio-pci",
		.remembered = { .known = ANSWER_YES, .driver = "e1000e", .driver_override = "vfio-pci" } };
	recipe_unbind(&back, &bound);
	ok(writes(&back.items[1].act, "e1000e", OVERRIDE) &&
		writes(&back.items[1].undo, "vfio-pci", OVERRIDE));
	ok(writes(&back.items[3].act, ADDRESS, "/sys/bus/pci/drivers/e1000e/bind"));
	ok(writes(&back.items[4].act, "vfio-pci", OVERRIDE) &&
		writes(&back.items[4].undo, "e1000e", OVERRIDE));
}

/* dpdk-devbind binds such a driver with an override, and clears that: without one it would not bind again. */
static void test_driver_without_ids(void)
{
	static struct plan plan, back;
	struct device device = { .address = ADDRESS, .driver = "uio_pci_generic" };
	const struct remembered before = { .driver = "uio_pci_generic", .module = "uio_pci_generic" };
	recipe_bind(&plan, &device, &before);
	ok(writes(&plan.items[1].undo, "\n", OVERRIDE));
	ok(writes(&plan.items[2].undo, ADDRESS, "/sys/bus/pci/drivers/uio_pci_generic/bind"));
	ok(writes(&plan.items[3].act, "vfio-pci", OVERRIDE) &&
		writes(&plan.items[3].undo, "uio_pci_generic", OVERRIDE));
	struct device bound = { .address = ADDRESS,
		.driver = "vfio-pci",
		.driver_override = "vfio-pci",
		.remembered = { .known = ANSWER_YES, .driver = "uio_pci_generic" } };
	recipe_unbind(&back, &bound);
	ok(writes(&back.items[1].act, "uio_pci_generic", OVERRIDE));
	ok(writes(&back.items[3].act, ADDRESS, "/sys/bus/pci/drivers/uio_pci_generic/bind"));
	ok(writes(&back.items[4].act, "\n", OVERRIDE));
}

/* Where sriov_drivers_autoprobe is off, the kernel binds to a virtual function only what its override names.
 */
static void test_virtual_function(void)
{
	static struct plan plan, back;
	struct device device = e1000e();
	device.physical = "0000:00:03.0";
	const struct remembered before = { .driver = "e1000e", .module = "e1000e" };
	recipe_bind(&plan, &device, &before);
	ok(writes(&plan.items[3].undo, "e1000e", OVERRIDE));
	ok(writes(&plan.items[1].undo, "\n", OVERRIDE));
	struct device bound = { .address = ADDRESS,
		.physical = "0000:00:03.0",
		.driver = "vfio-pci",
		.driver_override = "vfio-pci",
		.remembered = { .known = ANSWER_YES, .driver = "e1000e" } };
	recipe_unbind(&back, &bound);
	ok(writes(&back.items[1].act, "e1000e", OVERRIDE));
	ok(writes(&back.items[3].act, ADDRESS, "/sys/bus/pci/drivers/e1000e/bind"));
	ok(writes(&back.items[4].act, "\n", OVERRIDE));
}

/* Interrupted right after the first write: the card is still bound to its driver, which must not be unbound.
 */
static void test_unbind_after_interrupted_bind(void)
{
	static struct plan plan;
	struct device device = e1000e();
	device.driver_override = "vfio-pci";
	device.remembered = (struct remembered){ .known = ANSWER_YES, .driver = "e1000e" };
	recipe_unbind(&plan, &device);
	ok(plan.count == 2 && writes(&plan.items[0].act, "\n", OVERRIDE));
	ok(plan.items[1].act.kind == ACTION_REMOVE);
}

/* A probe would bind vfio-pci again, if the device's ID is in its new_id list. */
static void test_unbind_to_driver_of_kernel(void)
{
	static struct plan plan;
	struct device device = {
		.address = ADDRESS, .driver = "vfio-pci", .kernel_driver = "e1000e", .modalias = "pci:v1"
	};
	recipe_unbind(&plan, &device);
	ok(writes(&plan.items[plan.count - 1].act, ADDRESS, "/sys/bus/pci/drivers/e1000e/bind"));
	ok(text_same(plan.items[plan.count - 1].act.driver, "e1000e"));
}

static void test_mode(void)
{
	static struct plan plan;
	struct host host = { .mode = MODE_UNKNOWN };
	host.modules[MODULE_VFIO].state = MODULE_AVAILABLE;
	recipe_mode(&plan, &host, true);
	ok(plan.count == 2 && plan.items[0].act.kind == ACTION_LOAD);
	ok(writes(&plan.items[1].act, "Y", "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode"));
	ok(text_same(plan.items[1].undo.value, "N"));
	static struct plan none;
	host.mode = MODE_ON;
	recipe_mode(&none, &host, true);
	ok(none.count == 0);
}

int main(void)
{
	test_bind();
	test_bind_without_driver();
	test_unbind();
	test_override_of_another_driver();
	test_driver_without_ids();
	test_virtual_function();
	test_unbind_after_interrupted_bind();
	test_unbind_to_driver_of_kernel();
	test_mode();
	return tap_done();
}
