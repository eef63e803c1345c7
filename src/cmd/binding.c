#include "cmd/binding.h"

#include <stdlib.h>

#include "act/plan.h"
#include "act/recipes.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "collect/device.h"
#include "judge/finding.h"
#include "judge/outcome.h"
#include "judge/safety.h"
#include "show/steps.h"

bool binding_allows_iommu(const struct device *device, const struct wishes *wishes)
{
	return wishes->stored ? device->stored && device->stored->allow_iommu : wishes->allow_iommu;
}

static struct node_access access_for(const struct device *device, const struct wishes *wishes)
{
	const struct node_access as_is = { -1, -1, -1 };
	if (wishes->stored)
		return device->stored ? device->stored->access : as_is;
	return wishes->give ? wishes->access : as_is;
}

static bool changes(const struct node_access *access)
{
	return access->user >= 0 || access->group >= 0 || access->mode >= 0;
}

bool binding_needs_noiommu(const struct device_refs *wanted, const struct wishes *wishes)
{
	struct device **device;
	array_each (device, wanted)
		if (!binding_allows_iommu(*device, wishes) || (*device)->iommu != ANSWER_YES)
			return true;
	return false;
}

/* Mode and modules, which all devices need. */
static bool prepare(struct session *session, bool noiommu)
{
	struct plan mode = { 0 }, modules = { 0 };
	if (noiommu)
		recipe_mode(&mode, &session->host, true);
	if (mode.count && !session_run(session, "noiommu mode", &mode, text_copy("would be enabled"),
				  text_copy("enabled")))
		return false;
	recipe_modules(&modules, &session->host);
	bool well = true;
	if (modules.count) {
		well = session_run(
			session, "modules", &modules, text_copy("would be loaded"), text_copy("loaded"));
		session->results.items[session->results.count - 1].incidental = true;
	}
	session_refresh(session, NULL);
	return well;
}

/* Without an expected node the bind has failed, and is rolled back like any other failure. */
static bool verify(struct session *session, struct device *device, struct result *result)
{
	char *problem = outcome_of_bind(device, &session->access);
	if (!problem) {
		char *surprise = outcome_surprise(device, &session->access);
		auto_free char *remedy = text_format("vfionoiommu verify %s", device->address);
		if (surprise)
			finding_add(&session->findings, FINDING_NODE_UNEXPECTED, device->address, remedy,
				"%s", surprise);
		free(surprise);
		return true;
	}
	plan_undo(&result->plan, action_announce);
	result->outcome = OUTCOME_FAILED;
	auto_free char *undone = undo_sentence(&result->plan.failure, device->address);
	result->sentence = text_format("%s; %s", problem, undone);
	session_refresh_one(session, device);
	return false;
}

/* Restores a device that an interrupted run left in between, from the state that it saved. */
static bool put_right(struct session *session, struct device *device)
{
	struct plan plan = { 0 };
	if (!device_is_interrupted(device))
		return true;
	recipe_unbind(&plan, device);
	bool well = session_run(session, device->address, &plan,
		text_copy("would be restored after an interrupted run"),
		text_copy("restored after an interrupted run"));
	if (!session->options->dry_run)
		session_refresh_one(session, device);
	return well;
}

/* The names of the nodes are known only now: the plan continues with them, and is rolled back as a whole if
 * that fails. */
static bool give(struct session *session, struct device *device, struct result *result,
	const struct node_access *access, bool settle)
{
	recipe_access(&result->plan, device, access, settle);
	bool well = !plan_run(&result->plan, action_announce);
	if (!well) {
		result->outcome = OUTCOME_FAILED;
		result->sentence = failure_sentence(&result->plan.failure, device->address);
	}
	session_refresh_one(session, device);
	return well;
}

/* Under --stored udevd runs this program and processes the nodes only after it exits: waiting would time out.
 */
static bool can_settle(const struct wishes *wishes)
{
	return !wishes->stored;
}

static void begin(struct session *session, const struct device *device, const struct wishes *wishes)
{
	struct plan plan = { .turn = recipe_turn(device) };
	const char *before = device->driver ? device->driver : "no driver";
	const struct node_access access = access_for(device, wishes);
	/* At boot the driver of the device is not loaded yet. */
	const struct remembered *instead = wishes->stored && !device->driver ? &device->stored->before : NULL;
	if (changes(&access) && can_settle(wishes))
		recipe_access_begin(&plan);
	recipe_bind(&plan, device, instead);
	if (changes(&access) && session->options->dry_run)
		recipe_access_ahead(&plan, &session->access, &access);
	session_plan(session, device->address, &plan,
		text_format("would be bound to vfio-pci (now: %s)", before),
		text_format("bound to vfio-pci (was: %s)", before));
}

/* After the plan has run and the device was read again: whether it is bound as intended. */
static bool finish(
	struct session *session, struct device *device, struct result *result, const struct wishes *wishes)
{
	const struct node_access access = access_for(device, wishes);
	return result->outcome == OUTCOME_CHANGED && verify(session, device, result) &&
	       (!changes(&access) || give(session, device, result, &access, can_settle(wishes)));
}

static bool has_access(const struct vfio_node *node, const struct node_access *access)
{
	return !node->name || ((access->user < 0 || access->user == node->access.user) &&
				      (access->group < 0 || access->group == node->access.group) &&
				      (access->mode < 0 || access->mode == node->access.mode));
}

void binding_give(struct session *session, struct device *device, const struct wishes *wishes)
{
	struct plan plan = { 0 };
	const struct node_access access = access_for(device, wishes);
	/* The uevent, which names the driver, may be unreadable. */
	const char *driver = device->driver ? device->driver : "a VFIO driver";
	if (has_access(&device->group, &access) && has_access(&device->cdev, &access)) {
		session_result(session, device->address, OUTCOME_UNCHANGED,
			text_format("already bound to %s", driver));
		return;
	}
	recipe_access(&plan, device, &access, false);
	session_run(session, device->address, &plan,
		text_format("already bound to %s; owner and mode of the nodes would be changed", driver),
		text_format("already bound to %s; owner and mode of the nodes changed", driver));
	if (!session->options->dry_run)
		session_refresh_one(session, device);
}

static bool is_stored(
	const struct device *device, const struct node_access *access, bool allow_iommu, bool cdi)
{
	const struct stored *stored = device->stored;
	return stored && !stored->problem && stored->same == ANSWER_YES &&
	       stored->allow_iommu == allow_iommu && stored->cdi == cdi &&
	       stored->access.user == access->user && stored->access.group == access->group &&
	       stored->access.mode == access->mode;
}

void binding_store(struct session *session, struct device *device, const struct wishes *wishes)
{
	struct plan plan = { 0 };
	auto_free char *serial = NULL;
	const struct node_access access = access_for(device, wishes);
	bool allow_iommu = binding_allows_iommu(device, wishes);
	if (is_stored(device, &access, allow_iommu, wishes->cdi)) {
		session_result(session, device->address, OUTCOME_UNCHANGED,
			text_copy("persistent binding already up to date"));
		return;
	}
	/* Only root gets here, and root can read the serial number. */
	device_collect_serial(&session->root, device, &serial);
	recipe_store(&plan, device, serial, &access, allow_iommu, wishes->cdi);
	session_run(session, device->address, &plan, text_copy("persistent binding would be saved"),
		text_copy("persistent binding saved"));
}

/* No device could be bound: disables the mode again. */
static void unprepare(struct session *session)
{
	struct result *result;
	array_each (result, &session->results) {
		if (!text_same(result->subject, "noiommu mode") || result->outcome != OUTCOME_CHANGED)
			continue;
		bool off = !plan_undo(&result->plan, action_announce);
		result->outcome = off ? OUTCOME_UNCHANGED : OUTCOME_FAILED;
		free(result->sentence);
		result->sentence = off ? text_copy("disabled again, because no device was bound")
				       : undo_sentence(&result->plan.failure, result->subject);
	}
	session_refresh(session, NULL);
}

void binding_run(struct session *session, const struct device_refs *wanted, const struct wishes *wishes)
{
	struct device_refs begun = { 0 };
	struct device **device;
	size_t bound = 0;
	bool prepared = prepare(session, binding_needs_noiommu(wanted, wishes));
	array_each (device, wanted) {
		if (!prepared)
			session_result(session, (*device)->address, OUTCOME_FAILED,
				text_copy("skipped: a prerequisite failed, see above"));
		else if (put_right(session, *device))
			*array_add(&begun) = *device;
	}
	size_t first = session->results.count;
	array_each (device, &begun)
		begin(session, *device, wishes);
	session_work(session);
	if (!session->options->dry_run) {
		session_refresh(session, &begun);
		array_each (device, &begun)
			bound += finish(session, *device, &session->results.items[first++], wishes);
		if (!bound)
			unprepare(session);
	}
	free(begun.items);
}
