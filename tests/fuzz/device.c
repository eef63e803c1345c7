/* A device in sysfs and its saved state: uevent, state, driver_override and configuration space, separated.
 * Tests collect/device and collect/event; act/recipes writes what was read. */
#include "act/act.h"
#include "base/base.h"
#include "collect/collect.h"
#include "fuzz.h"

#define ADDRESS "0000:00:04.0"
#define DEVICE  "sys/bus/pci/devices/" ADDRESS
#define STATE   "run/vfionoiommu/" ADDRESS

static void make_machine(struct part rest)
{
	fuzz_file(DEVICE "/uevent", fuzz_part(&rest));
	fuzz_file(STATE, fuzz_part(&rest));
	fuzz_file(DEVICE "/driver_override", fuzz_part(&rest));
	fuzz_file(DEVICE "/config", rest);
	static bool made;
	if (made)
		return;
	made = true;
	fuzz_link(DEVICE "/iommu_group", "../../../kernel/iommu_groups/0");
	fuzz_link(DEVICE "/driver/module", "../../../../module/vfio_pci");
	fuzz_file_text(DEVICE "/vfio-dev/noiommu-vfio0/dev", "511:0\n");
	fuzz_file_text("sys/class/vfio/noiommu-0/dev", "243:0\n");
}

/* Names in the saved state do not lead to other paths. */
static void check_paths(const struct plan *plan)
{
	for (const struct step *step = plan->items; step < plan->items + plan->count; step++) {
		const char *path = step->act.path;
		const char *driver = path ? text_after(path, "/sys/bus/pci/drivers/") : NULL;
		must(!path || !strstr(path, "/../"));
		must(!driver || (strchr(driver, '/') == strrchr(driver, '/') && *driver != '/'));
	}
}

/* An accepted file is the same after writing and reading it again. */
static void write_again(const struct device *device)
{
	struct device later;
	struct plan bind = { 0 }, unbind = { 0 };
	struct device bound = *device;
	bound.driver = "vfio-pci";
	recipe_bind(&bind, &bound, &device->remembered);
	recipe_unbind(&unbind, &bound);
	check_paths(&unbind);
	must(bind.items[0].act.kind == ACTION_SAVE && text_same(bind.items[0].act.path, "/" STATE));
	fuzz_file_text(STATE, bind.items[0].act.value);
	must(device_collect(fuzz_root(), ADDRESS, &later) == 0);
	must(fuzz_same_saved(&device->remembered, &later.remembered));
}

static void check(const struct device *device)
{
	const char *serial = NULL;
	must(device->vendor <= 0xffff && device->device <= 0xffff && device->class <= 0xffffff);
	must(device->subvendor <= 0xffff && device->subdevice <= 0xffff);
	must(device->header_type >= -1 && device->header_type <= 0x7f);
	must(!device_collect_serial(fuzz_root(), device, &serial) || !serial);
	must(!serial || strspn(serial, "0123456789abcdef-") == 23);
	if (device->remembered.known == ANSWER_YES)
		write_again(device);
}

/* The same text as an event of the kernel. */
static void translate(struct part part)
{
	struct event event = { .kind = (enum event_kind) - 1 };
	const char *text = fuzz_text(part);
	const char *action = text_value(text, "ACTION"), *subsystem = text_value(text, "SUBSYSTEM");
	const char *path = text_value(text, "DEVPATH"), *node = text_value(text, "DEVNAME");
	const char *driver = text_value(text, "DRIVER"), *id = text_value(text, "PCI_ID");
	const struct udev_event from = { action, subsystem, path, node, driver, id };
	if (event_translate(&from, &event))
		must(event.node || event.address);
	else
		must(event.kind == (enum event_kind) - 1 && !event.node && !event.address);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_release const void *mark = keep(0);
	struct part rest = { data, size };
	struct device device;
	make_machine(rest);
	if (device_collect(fuzz_root(), ADDRESS, &device) == 0)
		check(&device);
	translate(fuzz_part(&rest));
	return 0;
}
