#include "act/recipes.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

#define VFIO_PCI_DRIVER "vfio-pci"
#define PCI_BUS         "/sys/bus/pci"
#define MODE_PARAMETER  "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode"
#define STATE_DIRECTORY "/run/vfionoiommu"

static const struct action nothing = { .kind = ACTION_NONE };

static void add_step(struct plan *plan, struct action act, struct action undo)
{
	*array_add(plan) = (struct step){ .act = act, .undo = undo };
}

/* ---- actions ---- */

static struct action load(const char *module)
{
	return (struct action){ .kind = ACTION_LOAD, .value = text_copy(module) };
}

static struct action write_mode(bool on)
{
	return (struct action){
		.kind = ACTION_WRITE, .path = text_copy(MODE_PARAMETER), .value = text_copy(on ? "Y" : "N")
	};
}

/* No override is written as a newline: the kernel drops a write of no bytes. */
static struct action write_override(const struct device *device, const char *driver)
{
	return (struct action){
		.kind = ACTION_WRITE,
		.path = text_format(PCI_BUS "/devices/%s/driver_override", device->address),
		.value = text_copy(driver ? driver : "\n"),
	};
}

static struct action change_driver(
	const struct device *device, const char *driver, const char *attribute, bool bound)
{
	return (struct action){
		.kind = ACTION_DRIVER,
		.path = text_format(PCI_BUS "/drivers/%s/%s", driver, attribute),
		.value = text_copy(device->address),
		.link = text_format(PCI_BUS "/devices/%s/driver", device->address),
		.driver = text_copy(bound ? driver : NULL),
	};
}

/* From no driver to no driver there is nothing to write. */
static struct action bind_to(const struct device *device, const char *driver)
{
	return driver ? change_driver(device, driver, "bind", true) : nothing;
}

static struct action unbind_from(const struct device *device, const char *driver)
{
	return driver ? change_driver(device, driver, "unbind", false) : nothing;
}

static struct action probe(const struct device *device)
{
	return (struct action){ .kind = ACTION_WRITE,
		.path = text_copy(PCI_BUS "/drivers_probe"),
		.value = text_copy(device->address) };
}

/* The format of uevent, read again by collect/device. */
static void append_value(char **text, const char *key, const char *value)
{
	if (!value)
		return;
	char *longer = text_format("%s%s=%s\n", *text, key, value);
	free(*text);
	*text = longer;
}

static struct action save(
	const struct device *device, const char *driver, const char *module, const char *override)
{
	struct action action = {
		.kind = ACTION_SAVE,
		.path = text_format(STATE_DIRECTORY "/%s", device->address),
		.value = text_format("ADDRESS=%s\n", device->address),
	};
	append_value(&action.value, "DRIVER", driver);
	append_value(&action.value, "MODULE", module);
	append_value(&action.value, "DRIVER_OVERRIDE", override);
	return action;
}

static struct action forget(const struct device *device)
{
	return (struct action){ .kind = ACTION_REMOVE,
		.path = text_format(STATE_DIRECTORY "/%s", device->address) };
}

/* ---- recipes ---- */

void recipe_modules(struct plan *plan, const struct host *host)
{
	enum module_state vfio_pci = host->modules[MODULE_VFIO_PCI].state;
	if (host->modules[MODULE_IOMMUFD].state == MODULE_AVAILABLE)
		add_step(plan, load("iommufd"), nothing);
	if (vfio_pci != MODULE_LOADED && vfio_pci != MODULE_BUILTIN)
		add_step(plan, load("vfio_pci"), nothing);
}

void recipe_mode(struct plan *plan, const struct host *host, bool on)
{
	if (host->mode == (on ? MODE_ON : MODE_OFF))
		return;
	enum module_state vfio = host->modules[MODULE_VFIO].state;
	if (vfio != MODULE_LOADED && vfio != MODULE_BUILTIN)
		add_step(plan, load("vfio"), nothing);
	add_step(plan, write_mode(on), write_mode(!on));
}

/* The override comes before the old driver is let go, so that a refusal of it has cost nothing; yet it must
 * be put back before the old driver can take the device again. Hence the first step, which only has an undo.
 */
static void hand_over(struct plan *plan, const struct device *device, const char *to, const char *override)
{
	add_step(plan, nothing, bind_to(device, device->driver));
	if (!text_same(device->driver_override, override))
		add_step(plan, write_override(device, override),
			write_override(device, device->driver_override));
	add_step(plan, unbind_from(device, device->driver), nothing);
	add_step(plan, bind_to(device, to), unbind_from(device, to));
}

void recipe_bind(struct plan *plan, const struct device *device)
{
	add_step(plan, save(device, device->driver, device->driver_module, device->driver_override),
		forget(device));
	hand_over(plan, device, VFIO_PCI_DRIVER, VFIO_PCI_DRIVER);
}

void recipe_unbind(struct plan *plan, const struct device *device)
{
	const struct remembered *remembered = &device->remembered;
	if (remembered->known) {
		if (remembered->module)
			add_step(plan, load(remembered->module), nothing);
		hand_over(plan, device, remembered->driver, remembered->driver_override);
		add_step(plan, forget(device),
			save(device, remembered->driver, remembered->module, remembered->driver_override));
		return;
	}
	/* Somebody else bound it. Their override, if it names the driver that it must leave, goes with it. */
	bool theirs = text_same(device->driver_override, device->driver);
	if (device->modalias)
		add_step(plan, load(device->modalias), nothing);
	hand_over(plan, device, NULL, theirs ? NULL : device->driver_override);
	add_step(plan, probe(device), nothing);
}
