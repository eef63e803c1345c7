#include <string.h>

#include "act/act.h"
#include "base/base.h"
#include "state/state.h"

#define VFIO_PCI_DRIVER "vfio-pci"
#define PCI_BUS         "/sys/bus/pci"
#define MODE_PARAMETER  "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode"
#define UDEV_CONTROL    "/run/udev/control"

static const struct action nothing = { .kind = ACTION_NONE };

static void add_step(struct plan *plan, struct action act, struct action undo)
{
	*array_add(plan) = (struct step){ .act = act, .undo = undo };
}

/* ---- actions ---- */

static struct action load(const char *module)
{
	return (struct action){ .kind = ACTION_LOAD, .value = module };
}

static struct action try_load(const char *module)
{
	return (struct action){ .kind = ACTION_TRY_LOAD, .value = module };
}

static struct action write_mode(bool on)
{
	return (struct action){ .kind = ACTION_WRITE, .path = MODE_PARAMETER, .value = on ? "Y" : "N" };
}

/* A newline clears the override: the kernel ignores a write of 0 bytes. */
static struct action write_override(const struct device *device, const char *driver)
{
	return (struct action){
		.kind = ACTION_WRITE,
		.path = text_format(PCI_BUS "/devices/%s/driver_override", device->address),
		.value = driver ? driver : "\n",
	};
}

/* A device may have had no driver because the one that the kernel has for it refuses it. */
static bool may_refuse(const struct device *device, const char *driver)
{
	return device->remembered.known == ANSWER_YES && !device->remembered.driver &&
	       text_same(driver, device->kernel_driver);
}

static struct action driver_action(
	const struct device *device, const char *driver, const char *attribute, bool bound)
{
	return (struct action){
		.kind = bound && may_refuse(device, driver) ? ACTION_TRY_DRIVER : ACTION_DRIVER,
		.path = text_format(PCI_BUS "/drivers/%s/%s", driver, attribute),
		.value = device->address,
		.link = text_format(PCI_BUS "/devices/%s/driver", device->address),
		.driver = bound ? driver : NULL,
	};
}

/* Without a driver there is nothing to write. */
static struct action bind_to(const struct device *device, const char *driver)
{
	return driver ? driver_action(device, driver, "bind", true) : nothing;
}

static struct action unbind_from(const struct device *device, const char *driver)
{
	return driver ? driver_action(device, driver, "unbind", false) : nothing;
}

static struct action probe(const struct device *device)
{
	return (struct action){
		.kind = ACTION_WRITE, .path = PCI_BUS "/drivers_probe", .value = device->address
	};
}

static struct action save_file(const char *path, const char *text, int mode)
{
	return (struct action){ .kind = ACTION_SAVE, .path = path, .value = text, .access.mode = mode };
}

static struct action remove_file(const char *path)
{
	return (struct action){ .kind = ACTION_REMOVE, .path = path };
}

static struct action save(const struct device *device, const struct remembered *state)
{
	return save_file(saved_state_path(device->address), saved_state_format(device, state), 0600);
}

static struct action forget(const char *address)
{
	return remove_file(saved_state_path(address));
}

static struct action change_access(const char *path, const struct node_access *access)
{
	return (struct action){ .kind = ACTION_ACCESS, .path = path, .access = *access };
}

/* ---- recipes ---- */

void recipe_modules(struct plan *plan, const struct host *host)
{
	if (host->modules[MODULE_IOMMUFD].state == MODULE_AVAILABLE)
		add_step(plan, load("iommufd"), nothing);
	if (host->modules[MODULE_VFIO_PCI].state < MODULE_LOADED)
		add_step(plan, load("vfio_pci"), nothing);
}

void recipe_mode(struct plan *plan, const struct host *host, bool on)
{
	if (host->mode == (on ? MODE_ON : MODE_OFF))
		return;
	if (host->modules[MODULE_VFIO].state < MODULE_LOADED)
		add_step(plan, load("vfio"), nothing);
	if (host->mode != MODE_UNKNOWN || host->mode_at_load != (on ? MODE_ON : MODE_OFF))
		add_step(plan, write_mode(on), write_mode(!on));
}

/* Drivers without a table of IDs bind only to a device whose override names them, or whose ID is in their
 * new_id. dpdk-devbind clears the override afterwards. */
static bool needs_override(const char *driver)
{
	return (driver && strstr(driver, "vfio")) ||
	       text_is(driver, "uio_pci_generic", "igb_uio", "pci-stub", "pciback");
}

/* The override to set while binding `driver`, if it is to be `override` in the end: the kernel binds a driver
 * only to a device whose override is unset or names that driver. Where sriov_drivers_autoprobe is off, a
 * virtual function must have one. */
static const char *override_for(const struct device *device, const char *driver, const char *override)
{
	return driver && (override || device->physical || needs_override(driver)) ? driver : override;
}

/* Switches `device` from its current driver and override to the driver `to` and the override `final`; loads
 * `module`, if any, in between. Writes the override before the unbind, so that a failed write leaves the
 * driver bound. The first steps have only an undo action: a rollback runs them last, when the override allows
 * the old driver. */
static void switch_driver(
	struct plan *plan, const struct device *device, const char *to, const char *final, const char *module)
{
	const char *from = device->driver, *before = device->driver_override;
	const char *back = override_for(device, from, before), *on = override_for(device, to, final);
	if (from && text_same(from, to)) {
		if (!text_same(before, final))
			add_step(plan, write_override(device, final), write_override(device, before));
		return;
	}
	if (!text_same(back, before))
		add_step(plan, nothing, write_override(device, before));
	add_step(plan, nothing, bind_to(device, from));
	add_step(plan, text_same(before, on) ? nothing : write_override(device, on),
		text_same(on, back) ? nothing : write_override(device, back));
	add_step(plan, unbind_from(device, from), nothing);
	if (module)
		add_step(plan, try_load(module), nothing);
	add_step(plan, bind_to(device, to), unbind_from(device, to));
	if (!text_same(on, final))
		add_step(plan, write_override(device, final), write_override(device, on));
}

/* Drivers whose devices cannot be unbound in parallel. nvidia: removes entries of /proc/driver/nvidia for
 * each, so that concurrent reads for another device fail (xapi's toolstack holds a mutex since CA-123007). */
static bool is_one_at_a_time(const char *driver)
{
	return text_is(driver, "nvidia");
}

static const char *turn_of(const struct device *device)
{
	if (is_one_at_a_time(device->driver))
		return device->driver;
	if (is_one_at_a_time(device->remembered.driver))
		return device->remembered.driver;
	/* The functions of a slot belong to one card: their drivers share its firmware, and may reset it. */
	const char *function = strrchr(device->address, '.');
	return function ? text_format("%.*s", (int)(function - device->address), device->address)
			: device->address;
}

struct plan recipe_begin(const struct device *device)
{
	return (struct plan){
		.subject = device->address,
		.turn = turn_of(device),
		.lock = text_format(PCI_BUS "/devices/%s", device->address),
		.driver = device->driver,
		.inode = device->inode,
	};
}

void recipe_bind(struct plan *plan, const struct device *device, const struct remembered *before)
{
	add_step(plan, save(device, before), forget(device->address));
	switch_driver(plan, device, VFIO_PCI_DRIVER, VFIO_PCI_DRIVER, NULL);
}

/* Another program bound it, or left it without a driver. Clears its override if that names the driver to
 * unbind, or keeps other drivers away. Names the driver of the kernel if that is known: a probe could bind
 * the device to VFIO again, because of an ID in new_id, and reports success even if no driver binds. */
static void unbind_from_other(struct plan *plan, const struct device *device)
{
	bool clear = !device->driver || text_same(device->driver_override, device->driver);
	switch_driver(plan, device, device->kernel_driver, clear ? NULL : device->driver_override,
		device->modalias);
	if (!device->kernel_driver)
		add_step(plan, probe(device), nothing);
}

void recipe_unbind(struct plan *plan, const struct device *device)
{
	const struct remembered *remembered = &device->remembered;
	if (is_restorable(remembered))
		switch_driver(
			plan, device, remembered->driver, remembered->driver_override, remembered->module);
	else
		unbind_from_other(plan, device);
	if (remembered->known == ANSWER_YES)
		add_step(plan, forget(device->address), save(device, remembered));
}

void recipe_unbound(struct plan *plan, const struct device *device, unsigned long long event)
{
	struct action note = save_file(unbound_path(device->address), unbound_format(device, event), 0644);
	note.kind = ACTION_TRY_SAVE;
	add_step(plan, note, remove_file(unbound_path(device->address)));
}

void recipe_access_begin(struct plan *plan)
{
	add_step(plan, (struct action){ .kind = ACTION_WATCH, .path = UDEV_CONTROL }, nothing);
}

static void set_node_access(struct plan *plan, const char *path, const struct node_access *access,
	const struct node_access *before, bool fresh)
{
	if (fresh)
		add_step(plan, (struct action){ .kind = ACTION_SETTLE, .path = path }, nothing);
	add_step(plan, change_access(path, access), change_access(path, before));
}

static bool has_access(const struct vfio_node *node, const struct node_access *access)
{
	return (access->user < 0 || access->user == node->access.user) &&
	       (access->group < 0 || access->group == node->access.group) &&
	       (access->mode < 0 || access->mode == node->access.mode);
}

void recipe_access(
	struct plan *plan, const struct vfio_node *node, const struct node_access *access, bool fresh)
{
	if (node->name && (fresh || !has_access(node, access)))
		set_node_access(plan, node->path, access, &node->access, fresh);
}

void recipe_access_ahead(
	struct plan *plan, const struct access_case *expected, const struct node_access *access)
{
	if (expected->group_node == ANSWER_YES)
		set_node_access(plan, "/dev/vfio/noiommu-N", access, access, true);
	if (expected->cdev_node == ANSWER_YES)
		set_node_access(plan, "/dev/vfio/devices/noiommu-vfioX", access, access, true);
}

void recipe_next_mode(struct plan *plan, const struct next_boot *next, bool on)
{
	if (next->own != (on ? OWN_FILE_NONE : OWN_FILE_OURS))
		return;
	const struct action save = save_file(MODPROBE_CONF_FILE, modprobe_conf_text, 0644);
	const struct action remove = remove_file(MODPROBE_CONF_FILE);
	add_step(plan, on ? save : remove, on ? remove : save);
}

void recipe_store(struct plan *plan, const struct stored *binding)
{
	add_step(plan, save_file(persist_path(binding->address), persist_format(binding), 0644), nothing);
}

void recipe_unstore(struct plan *plan, const char *address)
{
	add_step(plan, remove_file(persist_path(address)), nothing);
}

void recipe_forget(struct plan *plan, const char *address)
{
	add_step(plan, forget(address), nothing);
}

void recipe_cdi(struct plan *plan, bool any, const char *text)
{
	add_step(plan, any ? save_file(CDI_FILE, text, 0644) : remove_file(CDI_FILE), nothing);
}
