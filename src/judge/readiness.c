#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "judge/judge.h"

static const char *release(const struct host *host)
{
	return host->release ? host->release : "(unknown release)";
}

/* The remedy for missing module files. */
static const char *install_text(const struct host *host)
{
	const char *before = host->replaced ? "reboot if an update replaced it, or: " : "";
	if (host->module_package)
		return text_format("%s%s", before, host->module_package);
	return text_format("%sinstall the package that provides /lib/modules/%s", before,
		host->release ? host->release : "RELEASE");
}

static const char *replaced_text(const struct host *host)
{
	return host->replaced ? ": /lib/modules has those of another kernel" : "";
}

/* Adds that the file of the module `name` is missing, which says nothing about how the kernel was built. */
static void add_missing(const struct host *host, enum finding_kind kind, const char *name,
	enum kconfig_symbol symbol, struct finding_list *findings)
{
	const char *install = install_text(host);
	bool built = host->kconfig.value[symbol] >= KCONFIG_M;
	/* In a container the module files are on the host. */
	bool unknown = host->modules[MODULE_VFIO].state == MODULE_UNKNOWN;
	finding_add(findings, kind, NULL, install, "module %s %s kernel %s%s%s", name,
		built ? "is built for" : "is not installed for", release(host),
		!built    ? ""
		: unknown ? ", but was not found"
			  : ", but not installed",
		replaced_text(host));
}

/* Whether the configuration says that the kernel was built without it. */
static bool is_configured_off(const struct host *host, enum kconfig_symbol symbol)
{
	enum kconfig_value value = host->kconfig.value[symbol];
	return value == KCONFIG_N || value == KCONFIG_ABSENT;
}

/* Whether the kernel has vfio. If not, adds the reason and returns false. */
static bool judge_vfio(const struct host *host, struct finding_list *findings)
{
	enum module_state vfio = host->modules[MODULE_VFIO].state;
	if (vfio >= MODULE_AVAILABLE)
		return true;
	const char *install = install_text(host);
	if (is_configured_off(host, KCONFIG_VFIO))
		finding_add(findings, FINDING_KERNEL_WITHOUT_VFIO, NULL,
			"boot a kernel that has VFIO; what it needs: vfionoiommu matrix",
			"kernel %s was built without VFIO", release(host));
	else if (vfio == MODULE_MISSING || host->kconfig.value[KCONFIG_VFIO] != KCONFIG_UNKNOWN)
		add_missing(host, FINDING_VFIO_MISSING, "vfio", KCONFIG_VFIO, findings);
	else
		finding_add(findings, FINDING_VFIO_UNKNOWN, NULL, install,
			"cannot determine whether kernel %s has VFIO: neither its configuration nor its modules were found%s",
			release(host), replaced_text(host));
	return false;
}

static void judge_kernel(
	const struct host *host, const struct access_case *access, struct finding_list *findings)
{
	if (access->built[QUESTION_NOIOMMU].answer == ANSWER_NO)
		finding_add(findings, FINDING_KERNEL_WITHOUT_NOIOMMU, NULL, "vfionoiommu matrix",
			"kernel %s was built without VFIO noiommu support (CONFIG_VFIO_NOIOMMU)",
			release(host));
	else if (access->group == PATH_NONE && access->cdev == PATH_NONE &&
		 access->built[QUESTION_PCI].answer != ANSWER_NO)
		finding_add(findings, FINDING_KERNEL_WITHOUT_PATH, NULL, "vfionoiommu matrix",
			"kernel %s has no way to open a noiommu device: the group needs a container, and there is no noiommu cdev",
			release(host));
	else if (access->group == PATH_IOMMUFD_ONLY && access->cdev != PATH_WORKS)
		finding_add(findings, FINDING_GROUP_NEEDS_IOMMUFD, NULL, REMEDY_CONTAINER_LINK,
			"kernel %s has no VFIO container: the group opens only with /dev/iommu in place of /dev/vfio/vfio",
			release(host));
	if (!host->kconfig.source && !host->build_skipped)
		finding_add(findings, FINDING_KERNEL_CONFIG_UNKNOWN, NULL, NULL,
			"the configuration of kernel %s was not found: its features were determined from the running system and the module files",
			release(host));
	access_case_judge_sources(host, access, findings);
}

static void judge_vfio_pci(const struct host *host, struct finding_list *findings)
{
	enum module_state state = host->modules[MODULE_VFIO_PCI].state;
	bool not_built = is_configured_off(host, KCONFIG_VFIO_PCI);
	if (state != MODULE_MISSING && (state != MODULE_UNKNOWN || !not_built))
		return;
	if (not_built)
		finding_add(findings, FINDING_VFIO_PCI_MISSING, NULL, "boot a kernel with CONFIG_VFIO_PCI=m",
			"kernel %s was built without vfio-pci", release(host));
	else
		add_missing(host, FINDING_VFIO_PCI_MISSING, "vfio_pci", KCONFIG_VFIO_PCI, findings);
}

void readiness_judge_sysfs(const struct host *host, struct finding_list *findings)
{
	if (host->sysfs_writable == ANSWER_NO)
		finding_add(findings, FINDING_SYSFS_READ_ONLY, NULL,
			"run the command on the host, or in a container with a writable /sys",
			"/sys is mounted read-only (common in containers)");
}

/* What makes the kernel use the IOMMU that `host` describes. */
static const char *use_iommu_text(const struct host *host)
{
	if (text_same(host->unused_iommu, "ACPI DMAR"))
		return "boot with intel_iommu=on; the kernel needs CONFIG_INTEL_IOMMU=y, the BIOS VT-d enabled";
	if (text_same(host->unused_iommu, "ACPI IVRS"))
		return "boot without amd_iommu=off and iommu=off; the kernel needs CONFIG_AMD_IOMMU=y, the BIOS AMD-Vi enabled";
	if (text_same(host->unused_iommu, "ACPI VIOT"))
		return "boot a kernel with CONFIG_VIRTIO_IOMMU=y";
	return "boot a kernel with CONFIG_ARM_SMMU_V3=y and CONFIG_ARM_SMMU=y, or the driver of this IOMMU";
}

static void judge_iommu(const struct host *host, struct finding_list *findings)
{
	if (host->unused_iommu)
		finding_add(findings, FINDING_IOMMU_UNUSED, NULL, use_iommu_text(host),
			"this machine has an IOMMU (%s), but the kernel does not use it", host->unused_iommu);
}

void readiness_judge_unused_iommu(
	const struct host *host, const struct device *device, bool allow_iommu, struct finding_list *findings)
{
	if (!host->unused_iommu || allow_iommu || device->iommu == ANSWER_YES)
		return;
	finding_add(findings, FINDING_DEVICE_IOMMU_UNUSED, device->address,
		text_format(
			"%s; or: vfionoiommu bind --allow-iommu %s", use_iommu_text(host), device->address),
		"this machine has an IOMMU (%s) that the kernel does not use: with it, the device would be safe as an ordinary VFIO device",
		host->unused_iommu);
}

static void judge_mode(const struct host *host, struct finding_list *findings)
{
	enum module_state vfio = host->modules[MODULE_VFIO].state;
	if (host->mode == MODE_OFF && host->iommu == ANSWER_YES)
		finding_add(findings, FINDING_NOIOMMU_DISABLED, NULL,
			"vfionoiommu bind --allow-iommu DEVICE, or for a device without an IOMMU: vfionoiommu enable",
			"noiommu mode is disabled, and this machine has an IOMMU: bind its devices as ordinary VFIO devices");
	else if (host->mode == MODE_OFF)
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
	judge_iommu(host, findings);
}

void readiness_judge_blocked(const struct host *host, const struct next_boot *next, enum module_index module,
	struct finding_list *findings)
{
	bool of_vfio = !next->blocked_module || text_same(next->blocked_module, "vfio");
	if (!next->blocked || host->modules[module].state != MODULE_AVAILABLE ||
		(module == MODULE_VFIO && !of_vfio))
		return;
	const char *file = text_format("%.*s", (int)strcspn(next->blocked, " "), next->blocked);
	bool kernel = text_starts(file, "/proc/");
	const char *remedy =
		kernel ? "reboot, without the setting" : text_format("remove the line from %s", file);
	finding_add(findings, FINDING_MODULE_BLOCKED, NULL, remedy, "%s cannot be loaded: %s",
		module == MODULE_VFIO ? "vfio" : "vfio-pci", next->blocked);
}

/* "VENDOR:DEVICE[:SUBVENDOR[:SUBDEVICE[:CLASS[:CLASS_MASK]]]]", in hexadecimal; ffffffff: any
 * (vfio_pci_fill_ids in drivers/vfio/pci/vfio_pci.c). */
static bool is_id_of(const char *id, const struct device *device)
{
	const unsigned int own[] = { device->vendor, device->device, device->subvendor, device->subdevice };
	unsigned int wanted[] = { 0, 0, UINT_MAX, UINT_MAX }, class = 0, mask = 0;
	if (sscanf(id, "%x:%x:%x:%x:%x:%x", &wanted[0], &wanted[1], &wanted[2], &wanted[3], &class, &mask) <
		2)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (wanted[i] != UINT_MAX && wanted[i] != own[i])
			return false;
	return ((class ^ device->class) & mask) == 0;
}

/* A device with an override takes only the driver that it names. */
static bool can_take(const struct device *device)
{
	return !device->driver && !device_is_bridge(device) &&
	       (!device->driver_override || text_same(device->driver_override, "vfio-pci"));
}

/* Another program left it so, or the module was removed while it had the device. */
static void judge_override(const struct device *device, struct finding_list *findings)
{
	finding_add(findings, FINDING_IDS_BIND_DEVICE, device->address,
		text_format("vfionoiommu unbind %s", device->address),
		"loading vfio-pci binds this device, too: its driver_override is %s",
		device->driver_override);
}

void readiness_judge_ids(const struct host *host, const struct next_boot *next,
	const struct device_list *devices, const struct device_refs *wanted, struct finding_list *findings)
{
	const struct device *device;
	char *rest = NULL;
	if (host->modules[MODULE_VFIO_PCI].state != MODULE_AVAILABLE)
		return;
	array_each (device, devices)
		if (device->driver_override && can_take(device) && !array_has(wanted, device))
			judge_override(device, findings);
	if (!next->ids)
		return;
	char *ids = text_copy(next->ids);
	for (const char *id = strtok_r(ids, ",", &rest); id; id = strtok_r(NULL, ",", &rest))
		array_each (device, devices) {
			if (!can_take(device) || array_has(wanted, device) || !is_id_of(id, device))
				continue;
			const char *remedy = text_format(
				"remove %s from ids= in %s; or afterwards: echo '%04x %04x' > /sys/bus/pci/drivers/vfio-pci/remove_id; vfionoiommu unbind %s",
				id, next->ids_source, device->vendor, device->device, device->address);
			finding_add(findings, FINDING_IDS_BIND_DEVICE, device->address, remedy,
				"loading vfio-pci binds this device, too: ids=%s in %s", next->ids,
				next->ids_source);
		}
}

bool device_needs_noiommu(const struct device *device, bool allow_iommu)
{
	return !allow_iommu || device->iommu != ANSWER_YES;
}

void readiness_judge_acting(const struct host *host, struct finding_list *findings)
{
	if (!host->root)
		finding_add(findings, FINDING_NOT_ROOT, NULL, "run the command again with sudo",
			"only root can do this");
	else
		readiness_judge_sysfs(host, findings);
}

void readiness_judge_disable(const struct device_list *devices, struct finding_list *findings)
{
	const struct device *device;
	array_each (device, devices) {
		bool group = device->group.noiommu;
		if (!device_is_noiommu(device))
			continue;
		finding_add(findings, FINDING_NOIOMMU_DEVICES_BOUND, device->address,
			text_format("vfionoiommu unbind %s", device->address),
			"the device is bound as a noiommu device: while the mode is disabled, its %s%s",
			group ? "group node does not open, except with iommufd as the container"
			      : "cdev node still opens",
			group && device->cdev.noiommu ? " (its cdev node still does)" : "");
	}
}

/* ---- the next boot ---- */

#define PARAMETER "vfio.enable_unsafe_noiommu_mode"
#define CMDLINE   "/proc/cmdline"

static const char *enabled_word(enum mode mode)
{
	return mode == MODE_ON ? "enabled" : "disabled";
}

static const char *because(const struct next_boot *next)
{
	return next->source ? text_format("set by %s", next->source) : "nothing sets it";
}

/* The boot loader sets the kernel command line, so the user has to edit its configuration. */
static const char *change_parameter(const struct next_boot *next, bool on)
{
	const char *tool = text_fill(next->boot_tool, on ? "args" : "remove-args", NULL);
	return text_format("%s " PARAMETER "=1 %s %s%s%s", on ? "add" : "remove", on ? "to" : "from",
		next->boot_file ? next->boot_file
				: "the kernel command line in the boot loader configuration",
		tool ? ", then: " : "", tool ? tool : "");
}

/* How to change what sets the mode at the next boot, which is not our own file. */
static const char *change_source(const struct next_boot *next, bool on)
{
	return text_same(next->source, CMDLINE) ? change_parameter(next, on)
						: text_format("edit %s", next->source);
}

/* What is off now but not later may be so by mistake: judge_mode says how to enable it. */
static const char *keep_disabled(const struct next_boot *next)
{
	bool ours = next->own == OWN_FILE_OURS && text_same(next->source, next->own_path);
	return text_format("to keep it disabled: %s",
		ours ? "vfionoiommu disable --persistent" : change_source(next, false));
}

void nextboot_judge(const struct host *host, const struct next_boot *next, struct finding_list *findings)
{
	bool when_loaded = host->mode == MODE_UNKNOWN && host->mode_at_load == MODE_ON;
	bool on_now = host->mode == MODE_ON || when_loaded, on_then = next->mode == MODE_ON;
	if (host->mode == MODE_ABSENT || next->mode == MODE_ABSENT || next->mode == MODE_UNKNOWN ||
		on_now == on_then)
		return;
	finding_add(findings, FINDING_NEXT_BOOT_DIFFERS, NULL,
		on_now ? "vfionoiommu enable --persistent" : keep_disabled(next),
		"noiommu mode is %s now but will be %s after the next boot (%s)",
		enabled_word(on_now ? MODE_ON : MODE_OFF), enabled_word(next->mode), because(next));
}

/* Only the kernel command line sets parameters of a built-in vfio. */
static void judge_builtin(const struct next_boot *next, bool on, struct finding_list *findings)
{
	finding_add(findings, FINDING_NEXT_BOOT_PARAMETER, NULL, change_parameter(next, on),
		"vfio is built into this kernel: only " PARAMETER
		" on the kernel command line sets noiommu mode at the next boot");
}

static void judge_other(const struct next_boot *next, bool on, struct finding_list *findings)
{
	const char *remedy = change_source(next, on);
	if (next->own == OWN_FILE_EDITED) {
		finding_add(findings, FINDING_MODE_SET_ELSEWHERE, NULL,
			text_format("edit %s", next->own_path),
			"%s differs from what vfionoiommu writes and is left unchanged", next->own_path);
	} else if (next->mode == MODE_UNKNOWN)
		finding_add(findings, FINDING_NEXT_BOOT_UNKNOWN, NULL,
			"grep -r enable_unsafe_noiommu_mode /proc/cmdline /etc/modprobe.d",
			"the settings of noiommu mode at the next boot could not be read");
	else
		finding_add(findings, FINDING_MODE_SET_ELSEWHERE, NULL, remedy,
			"%s %s noiommu mode at the next boot; vfionoiommu does not manage this setting",
			next->source, on ? "disables" : "enables");
}

static void judge_initramfs(const struct next_boot *next, bool on, struct finding_list *findings)
{
	const char *remedy = next->initramfs_tool;
	if (!next->initramfs || next->initramfs_has_vfio == ANSWER_NO)
		return;
	if (next->initramfs_has_vfio == ANSWER_UNKNOWN)
		finding_add(findings, FINDING_INITRAMFS_UNKNOWN, NULL, remedy,
			"cannot determine whether %s contains vfio; if it does, rebuild it", next->initramfs);
	else if (next->initramfs_mode != (on ? MODE_ON : MODE_OFF))
		finding_add(findings, FINDING_INITRAMFS_STALE, NULL, remedy,
			"%s contains vfio and leaves noiommu mode %s; rebuild it", next->initramfs,
			enabled_word(next->initramfs_mode));
}

bool nextboot_is(const struct next_boot *next, bool on)
{
	return on ? next->mode == MODE_ON : next->mode == MODE_OFF || next->mode == MODE_ABSENT;
}

bool nextboot_judge_wanted(
	const struct host *host, const struct next_boot *next, bool on, struct finding_list *findings)
{
	bool so = nextboot_is(next, on);
	bool builtin = host->modules[MODULE_VFIO].state == MODULE_BUILTIN;
	if (!so && builtin)
		judge_builtin(next, on, findings);
	else if (!so)
		judge_other(next, on, findings);
	if (!builtin)
		judge_initramfs(next, on, findings);
	return so;
}

/* ---- persistent bindings ---- */

/* A file or folder that others can change stays wrong if only the binding is removed. */
static void judge_exposed(const struct stored *stored, struct finding_list *findings)
{
	const char *path = stored->exposed;
	const char *remedy =
		stored->linked
			? text_format(
				  "replace the link by a copy of what it leads to, owned by root: %s", path)
			: text_format("chown root: %s && chmod go-w %s", path, path);
	finding_add(findings, FINDING_BINDING_UNUSABLE, stored->address, remedy,
		"the persistent binding is ignored: %s %s", path, stored->problem);
}

bool persistence_judge_one(const struct stored *stored, struct finding_list *findings)
{
	const char *forget = text_format("vfionoiommu unbind --persistent %s", stored->address);
	const char *retry = text_format("vfionoiommu bind --stored %s", stored->address);
	/* What is at the address now may be bound, too, and stays so. */
	const char *remove = text_format("rm /etc/vfionoiommu.d/%s", stored->address);
	if (stored->exposed)
		judge_exposed(stored, findings);
	else if (stored->problem)
		finding_add(findings, FINDING_BINDING_UNUSABLE, stored->address, remove,
			"the persistent binding is ignored: /etc/vfionoiommu.d/%s %s", stored->address,
			stored->problem);
	else if (!stored->present)
		finding_add(findings, FINDING_BINDING_ABSENT, stored->address, forget,
			"a persistent binding exists, but there is no device at this address");
	else if (stored->same == ANSWER_NO)
		finding_add(findings, FINDING_BINDING_OTHER_CARD, stored->address, remove,
			"the persistent binding is ignored: it belongs to a different card (%04x:%04x%s%s)",
			stored->vendor, stored->device, stored->serial ? ", serial number " : "",
			stored->serial ? stored->serial : "");
	else if (!stored->usable)
		finding_add(findings, FINDING_BINDING_UNUSABLE, stored->address, retry,
			"the persistent binding is ignored: it is for serial number %s, but that of the device could not be read",
			stored->serial);
	else
		return true;
	return false;
}

void persistence_judge(
	const struct stored_list *stored, const struct device_list *devices, struct finding_list *findings)
{
	const struct stored *binding;
	const struct device *device;
	array_each (binding, stored)
		persistence_judge_one(binding, findings);
	array_each (device, devices) {
		if (!device->stored || !device->stored->usable || device->vfio)
			continue;
		finding_add(findings, FINDING_BINDING_NOT_BOUND, device->address,
			text_format("vfionoiommu bind --stored %s", device->address),
			"the device has a persistent binding but is not bound to VFIO (driver: %s)",
			device->driver ? device->driver : "none");
	}
}

static const struct {
	const char *why, *remedy;
} without_rule[] = {
	[RULE_MISSING] = { "the udev rule 60-vfionoiommu.rules is not installed",
		"run make install in the source directory of vfionoiommu" },
	[RULE_MASKED] = { "the udev rule 60-vfionoiommu.rules is masked by an empty file or a link",
		"find /etc/udev /run/udev -name 60-vfionoiommu.rules" },
	[RULE_WITHOUT_UDEVD] = { "no udevd is running",
		"have the init system run at boot: vfionoiommu bind --stored" },
};

void persistence_judge_next_boot(
	const struct next_boot *next, enum rule_state rule, bool noiommu, struct finding_list *findings)
{
	if (noiommu && next->mode != MODE_ON)
		finding_add(findings, FINDING_BINDING_WITHOUT_MODE, NULL, "vfionoiommu enable --persistent",
			"noiommu mode %s disabled at the next boot, but the persistent bindings require it",
			next->mode == MODE_UNKNOWN ? "may be" : "will be");
	if (rule != RULE_APPLIES)
		finding_add(findings, FINDING_BINDING_WITHOUT_RULE, NULL, without_rule[rule].remedy,
			"%s: persistent bindings will not be applied at boot", without_rule[rule].why);
}
