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

/* Devices being unbound, and their state before. */
struct giving_list {
	struct giving {
		struct device *device, before;
		size_t result;
	} * items;
	size_t count;
};

/* Whether no driver is saved that could be restored: the kernel chooses one. */
static bool kernel_chooses(const struct device *device)
{
	return device->remembered.known != ANSWER_YES || device->remembered.by_kernel;
}

/* A stranded device is not bound, but has to get a driver. */
static const char *verb(const struct device *device)
{
	return device->driver || device->vfio || !kernel_chooses(device) ? "unbound" : "restored";
}

static void begin(struct session *session, const struct device *device)
{
	struct plan plan = recipe_begin(device);
	const struct remembered *remembered = &device->remembered;
	auto_free char *restored = kernel_chooses(device) ? text_copy("driver chosen by the kernel")
				   : remembered->driver
					   ? text_format("driver %s restored", remembered->driver)
					   : text_copy("no driver to restore");
	recipe_unbind(&plan, device);
	plan.limit = timeout ? timeout : -1;
	session_plan(session, device->address, &plan, text_format("would be %s, %s", verb(device), restored),
		text_format("%s, %s", verb(device), restored));
}

/* The process that the kernel waits for; NULL: unknown. `before` has the nodes that are gone. */
static const char *find_user(const struct session *session, struct device *before)
{
	const struct use *use;
	if (!before->uses.count)
		use_collect_processes(&session->root, &(struct device_list){ before, 1 });
	array_each (use, &before->uses)
		if (use->kind == USE_PROCESS)
			return use->detail;
	return NULL;
}

/* After the plan has run and the device was read again. */
static void finish(const struct session *session, struct giving *giving, struct result *result)
{
	bool well = result->outcome == OUTCOME_CHANGED;
	char *problem = well ? outcome_of_unbind(&giving->before, giving->device) : NULL;
	if (problem) {
		result->outcome = OUTCOME_FAILED;
		result->sentence = problem;
	} else if (result->job.error == -ETIMEDOUT) {
		result->sentence =
			failure_sentence(&result->job, result->subject, find_user(session, &giving->before));
	} else if (well && kernel_chooses(&giving->before)) {
		result->sentence = text_format("%s, driver chosen by the kernel: %s", verb(&giving->before),
			giving->device->driver ? giving->device->driver : "none");
	}
}

static void unbind_all(struct session *session, const struct device_refs *asked)
{
	struct giving_list givings = { 0 };
	struct giving *giving;
	struct device **device;
	array_each (device, asked) {
		if ((*device)->vfio || device_is_interrupted(*device) || device_is_stranded(*device)) {
			*array_add(&givings) = (struct giving){ *device, **device, session->results.count };
			begin(session, *device);
		} else {
			session_result(session, (*device)->address, OUTCOME_UNCHANGED,
				text_format("not bound to VFIO (driver: %s)",
					(*device)->driver ? (*device)->driver : "none"));
		}
	}
	session_work(session);
	if (!session->options->dry_run) {
		session_refresh(session, asked);
		array_each (giving, &givings)
			finish(session, giving, &session->results.items[giving->result]);
	}
	free(givings.items);
}

/* Removes the persistent binding, or notes that it remains. */
static void unstore(struct session *session, const struct device *device)
{
	struct plan plan = { 0 };
	auto_free char *remedy = text_format("vfionoiommu unbind --persistent %s", device->address);
	if (!device->stored)
		return;
	if (!persistent) {
		finding_add(&session->findings, FINDING_BINDING_REMAINS, device->address, remedy,
			"its persistent binding remains: it will be bound again at the next boot");
		return;
	}
	recipe_unstore(&plan, device->address);
	session_run(session, device->address, &plan, text_copy("persistent binding would be removed"),
		text_copy("persistent binding removed"));
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
static void add_all(struct session *session, struct device_refs *asked, struct name_list *gone)
{
	struct device *device;
	const struct stored *stored;
	device_collect_remembered(&session->root, &session->devices);
	array_each (device, &session->devices)
		if (device_is_noiommu(device) || device_is_interrupted(device) ||
			(persistent && device->stored))
			*array_add(asked) = device;
	array_each (stored, &session->stored)
		if (persistent && !stored->present)
			*array_add(gone) = text_copy(stored->address);
}

/* Moves the addresses of devices that are no longer present, but have saved state or a persistent binding,
 * from the arguments to `gone`. */
static void split_gone(const struct session *session, struct arguments *arguments, struct name_list *gone)
{
	char address[20];
	size_t kept = 0;
	for (size_t i = 0; i < arguments->count; i++) {
		bool known = address_parse(arguments->items[i], address) &&
			     !device_find(&session->devices, address) &&
			     (device_is_remembered(&session->root, address) ||
				     (persistent && is_stored(session, address)));
		if (known)
			*array_add(gone) = text_copy(address);
		else
			arguments->items[kept++] = arguments->items[i];
	}
	arguments->count = kept;
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

static enum status unbind_run(const struct options *options, struct arguments *arguments)
{
	static struct session session;
	static struct device_refs asked;
	static struct name_list gone;
	struct device **device;
	char **address;
	enum status status = session_open_acting(&session, options);
	if (status)
		return status;
	split_gone(&session, arguments, &gone);
	status = session_select(&session, arguments, &asked);
	if (status)
		return status;
	if (all)
		add_all(&session, &asked, &gone);
	array_each (device, &asked)
		device_collect_details(&session.root, *device);
	array_each (device, &asked)
		if ((*device)->vfio && kernel_chooses(*device))
			device_collect_kernel_driver(&session.root, session.host.release, *device);
	device_collect_driverless(&session.root, session.host.release, &asked);
	use_collect_processes(&session.root, &session.devices);
	array_each (device, &asked)
		safety_judge_unbind(*device, &session.findings);
	if (session_refused(&session))
		return STATUS_REFUSED;
	array_each (address, &gone)
		forget(&session, *address);
	unbind_all(&session, &asked);
	array_each (device, &asked)
		unstore(&session, *device);
	cdi_rewrite(&session, cdi, false, &asked);
	return session_finish(&session, &asked);
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
