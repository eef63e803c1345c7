/* vfionoiommu bind: binds devices to vfio-pci, each in one transaction. */
#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/log.h"
#include "cmd/binding.h"
#include "cmd/cdi.h"
#include "collect/account.h"
#include "collect/device.h"
#include "collect/stored.h"
#include "collect/use.h"
#include "judge/finding.h"
#include "judge/persistence.h"
#include "judge/readiness.h"
#include "judge/safety.h"
#include "judge/taint.h"
#include "show/devices.h"

enum { OPTION_ENABLE = 0x200, OPTION_ALLOW_IOMMU, OPTION_OWNER, OPTION_MODE, OPTION_STORED, OPTION_CDI };

static const struct argp_option bind_options[] = {
	{ "enable", OPTION_ENABLE, NULL, 0, "enable noiommu mode first, if it is disabled", 0 },
	{ "allow-iommu", OPTION_ALLOW_IOMMU, NULL, 0,
		"bind devices that have an IOMMU as ordinary VFIO devices", 0 },
	{ "owner", OPTION_OWNER, "USER[:GROUP]", 0, "set the owner of the nodes, by names or numbers", 0 },
	{ "mode", OPTION_MODE, "OCTAL", 0, "set the mode of the nodes, such as 0660", 0 },
	{ "persistent", 'p', NULL, 0, "also bind at every boot and hotplug", 0 },
	{ "cdi", OPTION_CDI, NULL, 0, "update the CDI specification /run/cdi/vfionoiommu.json", 0 },
	{ "stored", OPTION_STORED, NULL, 0, "apply persistent bindings (default: all), like the udev rule",
		0 },
	{ 0 },
};

struct words {
	struct wishes wishes;
	const char *owner, *mode; /* as typed; NULL: not given */
};

static bool bind_parse(int key, char *argument, void *input)
{
	struct words *words = input;
	switch (key) {
	case OPTION_ENABLE:
		words->wishes.enable = true;
		return true;
	case OPTION_ALLOW_IOMMU:
		words->wishes.allow_iommu = true;
		return true;
	case OPTION_OWNER:
		words->owner = argument;
		return true;
	case OPTION_MODE:
		words->mode = argument;
		return true;
	case 'p':
		words->wishes.persistent = true;
		return true;
	case OPTION_STORED:
		words->wishes.stored = true;
		return true;
	case OPTION_CDI:
		words->wishes.cdi = true;
		return true;
	default:
		return false;
	}
}

static int parse_mode(const char *text, int *mode)
{
	char *end;
	errno = 0;
	unsigned long value = strtoul(text, &end, 8);
	if (errno || *end || *text < '0' || *text > '7' || value > 0777)
		return -EINVAL;
	*mode = (int)value;
	return 0;
}

/* Returns STATUS_DONE, or STATUS_USAGE after reporting the error. */
static enum status parse_access(struct words *words)
{
	struct node_access *access = &words->wishes.access;
	words->wishes.give = words->owner || words->mode;
	if (words->wishes.stored &&
		(words->wishes.give || words->wishes.persistent || words->wishes.allow_iommu)) {
		log_error("--stored cannot be combined with --persistent, --owner, --mode or --allow-iommu");
		return STATUS_USAGE;
	}
	if (words->owner && account_parse(words->owner, access)) {
		log_error("--owner %s: no such user or group", words->owner);
		log_hint("getent passwd; getent group");
		return STATUS_USAGE;
	}
	if (words->mode && parse_mode(words->mode, &access->mode)) {
		log_error("--mode %s: not an octal mode up to 0777, such as 0660", words->mode);
		return STATUS_USAGE;
	}
	return STATUS_DONE;
}

/* --allow-iommu binds a device that has an IOMMU as an ordinary VFIO device. */
static bool is_bound(const struct device *device)
{
	return device_is_noiommu(device) || (device->vfio && device->iommu == ANSWER_YES);
}

/* Devices that are already bound are not judged; all others are judged together. */
static void judge(struct session *session, const struct device_refs *asked, struct device_refs *bound,
	struct device_refs *wanted, const struct wishes *wishes)
{
	struct device **device;
	bool thorough = session->host.root;
	use_collect_all(&session->root, &session->devices, thorough);
	array_each (device, asked) {
		device_collect_details(&session->root, *device);
		*array_add(is_bound(*device) ? bound : wanted) = *device;
	}
	array_each (device, wanted) {
		safety_judge_bind(*device, binding_allows_iommu(*device, wishes), &session->findings);
		safety_judge_siblings(&session->devices, *device, wanted, &session->findings);
	}
	if (binding_needs_noiommu(wanted, wishes))
		readiness_judge(&session->host, &session->access, &session->findings);
	if (wishes->enable)
		finding_drop(&session->findings, FINDING_NOIOMMU_DISABLED);
	if (wishes->give && binding_needs_noiommu(asked, wishes))
		finding_add(&session->findings, FINDING_OWNER_NEEDS_CAPABILITY, NULL,
			"setcap cap_sys_rawio+ep PROGRAM; for the cdev also: chown USER /dev/iommu",
			"to open the nodes, their owner also needs CAP_SYS_RAWIO, and for the cdev access to /dev/iommu");
}

static void report_unstored(const struct device *device)
{
	log_error("%s: no persistent binding", device->address);
	log_hint("vfionoiommu bind --persistent %s", device->address);
}

/* Keeps those of the requested devices, or of all, that have a valid persistent binding. */
static enum status select_stored(struct session *session, struct device_refs *asked, bool all)
{
	struct device_refs usable = { 0 };
	struct device **asked_device, *device;
	const struct stored *stored;
	enum status status = STATUS_DONE;
	array_each (device, &session->devices)
		if (all && device->stored)
			*array_add(asked) = device;
	array_each (stored, &session->stored)
		if (all && !stored->present)
			persistence_judge_one(stored, &session->findings);
	array_each (asked_device, asked) {
		device = *asked_device;
		if (!device->stored)
			report_unstored(device);
		if (device->stored && persistence_judge_one(device->stored, &session->findings))
			*array_add(&usable) = device;
		else
			status = STATUS_REFUSED;
	}
	free(asked->items);
	*asked = usable;
	return status;
}

/* Saves persistent bindings for the devices that are bound, or with --dry-run would be. */
static void store_all(struct session *session, const struct device_refs *asked, const struct wishes *wishes)
{
	struct device **device;
	array_each (device, asked)
		if (is_bound(*device) || session->options->dry_run)
			binding_store(session, *device, wishes);
	persistence_judge_next_boot(&session->next, stored_collect_rule(&session->root),
		binding_needs_noiommu(asked, wishes), &session->findings);
}

static bool wants_cdi(const struct device_refs *asked, const struct wishes *wishes)
{
	struct device **device;
	array_each (device, asked)
		if (wishes->stored && (*device)->stored && (*device)->stored->cdi)
			return true;
	return wishes->cdi;
}

static enum status bind_main(int argc, char **argv, struct options *options)
{
	struct words words = { .wishes.access = { -1, -1, -1 } };
	const struct wishes *wishes = &words.wishes;
	static struct session session;
	static struct arguments arguments;
	static struct device_refs asked, bound, wanted;
	struct device **device;
	const struct arguments_spec spec = {
		.usage = "DEVICE...",
		.doc = "Bind each DEVICE to vfio-pci in noiommu mode. If a bind fails, all its changes are rolled back.\v"
		       "DEVICE: a PCI address, network interface, block device or VFIO node; or for all matching devices "
		       "vendor:device, class=0200 or driver=NAME.",
		.options = bind_options,
		.parse = bind_parse,
		.input = &words,
		.acting = true,
		.needs_argument = true,
		.argument_optional = &words.wishes.stored,
		.columns = &device_columns,
	};
	arguments_parse(&spec, argc, argv, options, &arguments);
	enum status status = parse_access(&words);
	if (!status)
		status = session_open_acting(&session, options);
	if (!status)
		status = session_select(&session, &arguments, &asked);
	if (status)
		return status;
	enum status left = wishes->stored ? select_stored(&session, &asked, !arguments.count) : STATUS_DONE;
	judge(&session, &asked, &bound, &wanted, wishes);
	if (session_refused(&session))
		return STATUS_REFUSED;
	array_each (device, &bound)
		binding_give(&session, *device, wishes);
	if (options->dry_run && binding_needs_noiommu(&wanted, wishes))
		taint_judge_bind(&session.host, &session.findings);
	if (wanted.count)
		binding_run(&session, &wanted, wishes);
	if (wishes->persistent)
		store_all(&session, &asked, wishes);
	cdi_rewrite(&session, wants_cdi(&asked, wishes), binding_needs_noiommu(&wanted, wishes), NULL);
	status = session_finish(&session, &asked);
	return status ? status : left;
}

const struct command command_bind = { "bind", "bind devices to vfio-pci in noiommu mode", bind_main };
