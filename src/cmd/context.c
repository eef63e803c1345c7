#include <errno.h>
#include <string.h>

#include "base/base.h"
#include "cmd/cmd.h"
#include "collect/collect.h"
#include "judge/judge.h"

static const char *why_no_bus(const struct options *options, int error)
{
	if (error != -ENOENT)
		return strerror(-error);
	return options->sysroot ? "no PCI bus: is this the directory of an unpacked report?"
				: "no PCI bus: is /sys mounted?";
}

static void judge_fitness(struct session *session)
{
	struct device *device;
	array_each (device, &session->devices)
		device->fitness = safety_fitness(device);
}

/* They count for a second; where a look takes long, as on a machine with many processes, for ten times as
 * long, since many plans that look again would take longer still. */
static long long fresh_until(long long began)
{
	long long took = clock_milliseconds() - began;
	return began + (took > 100 ? 10 * took : 1000);
}

void session_collect_uses(struct session *session)
{
	long long began = clock_milliseconds();
	use_collect_all(&session->root, &session->devices);
	session->fresh = session->fresh_all = fresh_until(began);
	judge_fitness(session);
}

void session_collect_uses_of(struct session *session, const struct device_refs *some)
{
	long long began = clock_milliseconds();
	bool all = use_collect(&session->root, &session->devices, some);
	session->fresh = fresh_until(began);
	if (all)
		session->fresh_all = session->fresh;
	judge_fitness(session);
}

void session_collect_overrides(struct session *session)
{
	const struct device *device;
	struct device_refs bare = { 0 };
	if (session->host.modules[MODULE_VFIO_PCI].state != MODULE_AVAILABLE)
		return;
	array_each (device, &session->devices)
		if (!device->driver && !device->error)
			*array_add(&bare) = device;
	device_collect_overrides(&session->root, &session->devices, &bare);
}

enum status session_open(struct session *session, const struct options *options)
{
	*session = (struct session){ .options = options, .findings.force = options->force };
	if (!options_open_root(options, &session->root))
		return STATUS_FAILED;
	int error = device_collect_all(&session->root, &session->devices);
	if (error) {
		log_error("%s/sys/bus/pci: %s", options->sysroot ? options->sysroot : "",
			why_no_bus(options, error));
		return STATUS_FAILED;
	}
	stored_collect_all(&session->root, &session->devices, &session->stored);
	judge_fitness(session);
	return STATUS_DONE;
}

/* Nothing else of the next boot is judged: what blocks the modules, and the mode once vfio is loaded. */
static bool will_load(const struct host *host)
{
	return host->mode == MODE_UNKNOWN || host->modules[MODULE_VFIO_PCI].state == MODULE_AVAILABLE;
}

/* Whether the running kernel itself shows that a bind works, and which nodes it creates. */
static bool shows_nodes(const struct host *host, const struct access_case *access)
{
	bool works = access->group == PATH_WORKS || access->cdev == PATH_WORKS;
	bool known = access->group != PATH_UNKNOWN && access->cdev != PATH_UNKNOWN &&
		     access->group_node != ANSWER_UNKNOWN && access->cdev_node != ANSWER_UNKNOWN;
	return works && known && host->mode == MODE_ON &&
	       host->modules[MODULE_VFIO_PCI].state >= MODULE_LOADED;
}

void session_collect_build(struct session *session)
{
	host_collect_build(&session->root, false, &session->host);
	session->access = access_case_judge(&session->host);
}

void session_collect_host(struct session *session, enum scope scope)
{
	struct host *host = &session->host;
	enum scope before = session->scope;
	if (before >= scope)
		return;
	session->scope = scope;
	if (scope == SCOPE_STATE) {
		host_collect_basics(&session->root, host);
		return;
	}
	if (before < SCOPE_NODES) {
		host_collect_running(&session->root, host);
		session->access = access_case_judge(host);
	}
	if (scope > SCOPE_NODES || !shows_nodes(host, &session->access))
		session_collect_build(session);
	if (scope == SCOPE_NEXT_BOOT || (before < SCOPE_NODES && will_load(host)))
		nextboot_collect(&session->root, NULL, host, &session->next);
}

enum status session_open_whole(struct session *session, const struct options *options, enum scope scope)
{
	enum status status = session_open(session, options);
	if (status)
		return status;
	session_collect_host(session, scope);
	session->taint_before = session->host.taint;
	if (!options->dry_run)
		readiness_judge_acting(&session->host, &session->findings);
	return STATUS_DONE;
}

#define LIST_ALL "vfionoiommu list --all"

static const struct {
	const char *sentence, *hint;
} selection_errors[] = {
	[SELECTION_EMPTY] = { "empty DEVICE argument", LIST_ALL },
	[SELECTION_BAD_CLASS] = { "{}: invalid class, expected 2, 4 or 6 hexadecimal digits", NULL },
	[SELECTION_BAD_DRIVER] = { "{}: invalid driver name", NULL },
	[SELECTION_BAD_ADDRESS] = { "{}: invalid PCI address, expected [DOMAIN:]BUS:DEVICE.FUNCTION in hexadecimal (DEVICE up to 1f, FUNCTION up to 7), or VENDOR:DEVICE with four digits each",
		NULL },
	[SELECTION_NO_MATCH] = { "no PCI device matches {}", LIST_ALL },
	[SELECTION_NO_HARDWARE] = { "{}: no network interface of a PCI device has this address", "ip link" },
	[SELECTION_NO_ADDRESS] = { "{}: no such PCI device", LIST_ALL },
	[SELECTION_NO_NAME] = { "{}: no such PCI device, network interface, block device or VFIO node",
		LIST_ALL },
	[SELECTION_BEHIND_USB] = { "{}: is behind the USB controller {detail}, which can be bound only as a whole",
		LIST_ALL },
	[SELECTION_AMBIGUOUS] = { "{}: ambiguous, matches {detail}; specify one address", NULL },
};

static enum status report_selection(
	enum selection selection, const char *text, const struct device_refs *found, size_t first)
{
	char *candidates = text_copy("");
	for (size_t i = first; i < found->count; i++)
		text_append(&candidates, "%s%s", i > first ? ", " : "", found->items[i]->address);
	log_error("%s", text_fill(selection_errors[selection].sentence, text, candidates));
	if (selection_errors[selection].hint)
		log_hint("%s", selection_errors[selection].hint);
	return selection <= SELECTION_BAD_ADDRESS ? STATUS_USAGE : STATUS_FAILED;
}

enum status session_select(
	struct session *session, const struct arguments *arguments, struct device_refs *found)
{
	const char **argument;
	enum status status = STATUS_DONE;
	array_each (argument, arguments) {
		size_t first = found->count;
		enum selection selection =
			selector_resolve(&session->root, &session->devices, *argument, found);
		if (!selection)
			continue;
		enum status failed = report_selection(selection, *argument, found, first);
		if (failed == STATUS_USAGE || !status)
			status = failed;
	}
	return status;
}

void session_refresh(struct session *session, const struct device_refs *devices)
{
	if (session->options->dry_run)
		return;
	if (devices) {
		/* Of the machine, binding changes only the taint. */
		session->host.taint = taint_collect_value(&session->root);
		device_collect_again(&session->root, &session->devices, devices);
	} else {
		host_collect_state(&session->root, &session->host);
		session->access = access_case_judge(&session->host);
	}
	judge_fitness(session);
}

void session_refresh_one(struct session *session, const struct device *device)
{
	session_refresh(session, &(struct device_refs){ &device, 1 });
}

void session_complete(struct session *session, const struct device_refs *devices, unsigned int needs)
{
	const struct device **device;
	bool driven = false;
	if (!session->options->dry_run)
		stored_collect_all(&session->root, &session->devices, &session->stored);
	stored_check(&session->root, &session->stored, devices);
	array_each (device, devices)
		driven |= !(*device)->vfio;
	/* What was read again has no uses, which its driver may have brought back. */
	if (driven && !session->options->dry_run && needs & NEED_USES)
		session_collect_uses(session);
	if (needs & NEED_NAMES)
		device_collect_names(&session->devices, devices);
}

bool session_is_blocked(const struct session *session)
{
	return finding_blockers(&session->findings);
}
