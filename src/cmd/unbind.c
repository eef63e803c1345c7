/* vfionoiommu unbind: restores the drivers of devices, each in one transaction. */
#include <errno.h>

#include "act/act.h"
#include "base/base.h"
#include "cmd/cmd.h"
#include "collect/collect.h"
#include "judge/judge.h"

static bool all, persistent, cdi;
static int timeout = 10; /* of a device in use, in seconds; 0: none */

static const struct option_row unbind_options[] = {
	{ "all", 'a', NULL, "all noiommu devices, and those left by an interrupted run", .flag = &all,
		.instead = true },
	{ "persistent", 'p', NULL, "also remove the persistent binding", .flag = &persistent },
	{ "cdi", 0, NULL, "update the CDI specification /run/cdi/vfionoiommu.json", .flag = &cdi },
	{ "timeout", 0, "SECONDS", "timeout for a device in use (default 10; 0: none)", .seconds = &timeout },
	{ 0 },
};

/* One run: what is decided first, and then executed and reported. */
struct unbinding {
	struct session session;
	struct device_refs asked;
	struct name_list gone; /* addresses of devices that are no longer present */
	struct {
		struct item {
			const struct device *device;
			struct device before;
			size_t result;
		} * items;
		size_t count;
	} items; /* the devices to unbind, of `asked` */
};

/* A stranded device is not bound, but has to get a driver. */
static const char *verb(const struct device *device)
{
	return device->driver || device->vfio || is_restorable(&device->remembered) ? "unbound" : "restored";
}

static void plan_unbind(struct session *session, const struct device *device)
{
	struct plan plan = recipe_begin(device);
	const struct remembered *remembered = &device->remembered;
	const char *restored = !is_restorable(remembered) ? "driver chosen by the kernel"
			       : remembered->driver ? text_format("driver %s restored", remembered->driver)
						    : "no driver to restore";
	/* The saved state is removed last: where the filesystem is full it could not be written again. What
	 * the failed unit of the device does is nothing that its next start would have to respect. */
	if (device->stored && !persistent && !event_of_rule(&session->root, device->address, "add"))
		recipe_unbound(&plan, device, event_last(&session->root));
	recipe_unbind(&plan, device);
	plan.limit = timeout ? timeout : -1;
	session_plan(session, device->address, &plan, text_format("would be %s, %s", verb(device), restored),
		text_format("%s, %s", verb(device), restored));
}

/* The process that the kernel waits for; NULL: unknown. `before` has the nodes that are gone. */
static const char *find_user(const struct session *session, struct item *item)
{
	const struct use *use;
	if (!item->before.uses.count)
		use_collect_processes(&session->root, &(struct device_list){ &item->before, 1 });
	array_each (use, &item->before.uses)
		if (use->kind == USE_PROCESS)
			return use->detail;
	return NULL;
}

/* After the plan has run and the device was read again. */
static void judge_outcome(const struct session *session, struct item *item, struct result *result)
{
	bool well = result->outcome == OUTCOME_CHANGED;
	const char *problem = well ? outcome_of_unbind(&item->before, item->device) : NULL;
	if (problem) {
		result->outcome = OUTCOME_FAILED;
		result->sentence = problem;
	} else if (result->job.error == -ETIMEDOUT) {
		result->sentence = failure_sentence(&result->job, result->subject, find_user(session, item));
	} else if (well && !is_restorable(&item->before.remembered)) {
		result->sentence = text_format("%s, driver chosen by the kernel: %s", verb(&item->before),
			item->device->driver ? item->device->driver : "none");
	}
}

/* A device whose unbind was rolled back has new nodes. */
static void restore_access(struct session *session, const struct item *item)
{
	const struct device *device = item->device, *before = &item->before;
	use_wait_for_udev(&session->root);
	session_refresh_one(session, device);
	struct plan plan = recipe_begin(device);
	recipe_access(&plan, &device->group, &before->group.access, false);
	recipe_access(&plan, &device->cdev, &before->cdev.access, false);
	if (!plan.count)
		return;
	session_run(session, device->address, &plan, "owner and mode of the nodes would be restored",
		"owner and mode of the nodes restored");
	session_refresh_one(session, device);
}

/* Needs the details. Another device stays as it is, whatever uses it, and so does one that appeared after the
 * removal that udevd processes now. */
static bool is_changed(const struct session *session, const struct device *device)
{
	return !event_of_rule(&session->root, device->address, "remove") &&
	       (device->vfio || device_is_interrupted(device) || device_is_stranded(device));
}

static void unbind_all(struct unbinding *run)
{
	struct session *session = &run->session;
	struct item *item;
	const struct device **device;
	array_each (device, &run->asked) {
		if (is_changed(session, *device)) {
			*array_add(&run->items) = (struct item){ *device, **device, session->results.count };
			plan_unbind(session, *device);
		} else {
			session_result(session, (*device)->address, OUTCOME_UNCHANGED,
				(*device)->vfio
					? "not unbound: it appeared after the removal that udevd processes now"
					: text_format("not bound to VFIO (driver: %s)",
						  (*device)->driver ? (*device)->driver : "none"));
		}
	}
	session_work(session);
	session_refresh(session, &run->asked);
	array_each (item, &run->items) {
		struct result *result = &session->results.items[item->result];
		if (!session->options->dry_run)
			judge_outcome(session, item, result);
		if (result->job.run && result->job.run->rolled_back && !session_is_running(result))
			restore_access(session, item);
	}
}

/* Removes the persistent binding, or notes that it remains. */
static void unstore(struct session *session, const struct device *device)
{
	struct plan plan = { 0 };
	if (!device->stored)
		return;
	if (!persistent) {
		finding_add(&session->findings, FINDING_BINDING_REMAINS, device->address,
			text_format("vfionoiommu unbind --persistent %s", device->address),
			"its persistent binding remains: it will be bound again at the next boot");
		return;
	}
	recipe_unstore(&plan, device->address);
	session_run(session, device->address, &plan, "persistent binding would be removed",
		"persistent binding removed");
}

static bool is_stored(const struct session *session, const char *address)
{
	const struct stored *stored;
	array_each (stored, &session->stored)
		if (text_same(stored->address, address))
			return true;
	return false;
}

/* The devices of --all; with --persistent also those with a persistent binding that are not bound now. */
static void add_all(struct unbinding *run)
{
	struct session *session = &run->session;
	const struct device *device;
	const struct stored *stored;
	device_collect_remembered(&session->root, &session->devices, true);
	array_each (device, &session->devices)
		if (device_is_noiommu(device) || device_is_interrupted(device) ||
			(persistent && device->stored))
			*array_add(&run->asked) = device;
	array_each (stored, &session->stored)
		if (persistent && !stored->present)
			*array_add(&run->gone) = stored->address;
}

/* Adds the addresses of devices that are no longer present, but have saved state or a persistent binding, to
 * `gone`, and returns the other arguments. */
static struct arguments split_gone(const struct session *session, struct name_list *gone)
{
	const char **argument;
	char address[20];
	struct arguments others = { 0 };
	array_each (argument, &session->options->arguments) {
		bool known = address_parse(*argument, address) && !device_find(&session->devices, address) &&
			     (device_is_remembered(&session->root, address) ||
				     (persistent && is_stored(session, address)));
		if (known)
			*array_add(gone) = text_copy(address);
		else
			*array_add(&others) = *argument;
	}
	return others;
}

/* Removes what is saved about a device that was unplugged. */
static void forget(struct session *session, const char *address)
{
	struct plan plan = { 0 };
	bool saved = device_is_remembered(&session->root, address);
	bool stored = persistent && is_stored(session, address);
	const char *what = !stored ? "saved state"
			   : saved ? "saved state and persistent binding"
				   : "persistent binding";
	if (saved)
		recipe_forget(&plan, address);
	if (stored)
		recipe_unstore(&plan, address);
	session_run(session, address, &plan,
		text_format("device no longer present; %s would be removed", what),
		text_format("device no longer present; %s removed", what));
}

/* Needs the details. */
static void collect_drivers(struct session *session, const struct device_refs *asked)
{
	struct device_refs chosen = { 0 };
	const struct device **device;
	device_collect_saved_drivers(&session->root, session->host.release, &session->devices, asked);
	array_each (device, asked)
		if ((*device)->vfio && !is_restorable(&(*device)->remembered))
			*array_add(&chosen) = *device;
	device_collect_kernel_driver(&session->root, session->host.release, &session->devices, &chosen);
	device_collect_driverless(&session->root, session->host.release, &session->devices, asked, true);
}

/* Collects and judges; changes nothing. */
static enum status decide(struct unbinding *run, const struct options *options)
{
	struct session *session = &run->session;
	const struct device **device;
	enum status status = session_open_acting(session, options, SCOPE_STATE);
	if (status)
		return status;
	const struct arguments others = split_gone(session, &run->gone);
	status = session_select(session, &others, &run->asked);
	if (status)
		return status;
	if (all)
		add_all(run);
	cdi_begin(session, cdi);
	device_collect_details(&session->root, &session->devices, &run->asked);
	collect_drivers(session, &run->asked);
	use_collect_processes(&session->root, &session->devices);
	array_each (device, &run->asked)
		if (is_changed(session, *device) || (*device)->unreadable)
			safety_judge_unbind(&session->devices, *device, &session->findings);
	return session_refused(session) ? STATUS_REFUSED : STATUS_DONE;
}

static void execute(struct unbinding *run)
{
	const struct device **device;
	const char **address;
	array_each (address, &run->gone)
		forget(&run->session, *address);
	unbind_all(run);
	array_each (device, &run->asked)
		unstore(&run->session, *device);
	cdi_rewrite(&run->session, cdi, false, &run->asked);
}

static enum status unbind_run(const struct options *options)
{
	static struct unbinding run;
	enum status status = decide(&run, options);
	if (status)
		return status;
	execute(&run);
	return session_finish(&run.session, &run.asked);
}

const struct command command_unbind = {
	.name = "unbind",
	.summary = "unbind devices and restore their drivers",
	.doc = "Unbind each DEVICE from VFIO and restore the driver that it had before bind. For a device that "
	       "another program bound, the kernel chooses the driver.",
	.usage = "[DEVICE...]",
	.value = VALUE_BOUND_DEVICE,
	.needs_argument = true,
	.options = unbind_options,
	.acting = true,
	.columns = &device_columns,
	.run = unbind_run,
};
