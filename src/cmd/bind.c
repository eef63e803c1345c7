/* vfionoiommu bind: binds devices to vfio-pci, each in one transaction. */
#include <errno.h>
#include <stdlib.h>

#include "act/act.h"
#include "base/base.h"
#include "cmd/cmd.h"
#include "collect/collect.h"
#include "judge/judge.h"

/* The options of the command line. */
static struct {
	bool enable, allow_iommu;
	bool persistent; /* also bind at every boot */
	bool cdi;        /* update the CDI specification */
	bool stored;     /* use the persistent bindings of the devices instead of `access` */
	bool all;        /* what other commands have; it must not be taken for an abbreviation */
	bool give;       /* set the owner or mode of the nodes: `access` */
	struct node_access access;
} given = { .access = { -1, -1, -1 } };

/* ---- one run ---- */

/* One run: what is decided first, and then executed and reported. */
struct run {
	struct session session;
	struct device_refs asked, bound, wanted; /* all; those that are bound already, and those to bind */
	struct device_refs late;                 /* that were unbound after the event of the rule */
	enum status left;                        /* STATUS_REFUSED: a persistent binding is invalid */
};

/* Whether the device is bound as an ordinary VFIO device. */
static bool is_ordinary(const struct device *device)
{
	return device->vfio && device->iommu == ANSWER_YES;
}

/* Whether it may be, or is. */
static bool allows_iommu(const struct device *device)
{
	if (given.stored)
		return device->stored && device->stored->allow_iommu;
	return given.allow_iommu || is_ordinary(device);
}

static struct node_access access_for(const struct device *device)
{
	const struct node_access as_is = { -1, -1, -1 };
	if (given.stored)
		return device->stored ? device->stored->access : as_is;
	return given.give ? given.access : as_is;
}

static bool changes(const struct node_access *access)
{
	return access->user >= 0 || access->group >= 0 || access->mode >= 0;
}

/* Whether one of the devices will be a noiommu device. */
static bool needs_noiommu(const struct device_refs *wanted)
{
	const struct device **device;
	array_each (device, wanted)
		if (device_needs_noiommu(*device, allows_iommu(*device)))
			return true;
	return false;
}

/* An install command in modprobe.d replaces a module, and may report success without loading it. */
static bool is_loaded(struct session *session)
{
	if (session->host.modules[MODULE_VFIO_PCI].state != MODULE_AVAILABLE)
		return true;
	session_result(session, "modules", OUTCOME_FAILED,
		"vfio_pci is not loaded although modprobe reports success: an install command may replace it; see: modprobe --show-depends vfio-pci");
	return false;
}

/* Mode and modules, which all devices need. */
static bool prepare(struct session *session, bool noiommu)
{
	struct plan mode = { 0 }, modules = { 0 };
	if (noiommu)
		recipe_mode(&mode, &session->host, true);
	if (mode.count && !session_run(session, "noiommu mode", &mode, "would be enabled", "enabled"))
		return false;
	recipe_modules(&modules, &session->host);
	bool well = true;
	if (modules.count) {
		well = session_run(session, "modules", &modules, "would be loaded", "loaded");
		session->results.items[session->results.count - 1].incidental = true;
	}
	if (mode.count || modules.count)
		session_refresh(session, NULL);
	return well && (session->options->dry_run || !modules.count || is_loaded(session));
}

/* Restores a device that an interrupted run left in between, from the state that it saved. */
static bool recover(struct session *session, const struct device *device)
{
	struct plan plan = recipe_begin(device);
	recipe_unbind(&plan, device);
	bool well = session_run(session, device->address, &plan, "would be restored after an interrupted run",
		"restored after an interrupted run");
	if (!session->options->dry_run)
		session_refresh_one(session, device);
	return well;
}

/* Whether a device that has its driver again is in use since then, as by a rule of udev. */
static bool is_used_meanwhile(struct session *session, const struct device *device)
{
	size_t blockers = finding_blockers(&session->findings);
	if (!given.stored)
		use_wait_for_udev(&session->root);
	session_collect_uses(session);
	safety_judge_bind(&session->devices, device, allows_iommu(device), &session->findings);
	if (finding_blockers(&session->findings) == blockers)
		return false;
	session_result(session, device->address, OUTCOME_FAILED,
		"not bound: it is in use since it was restored, see below");
	return true;
}

static bool is_ready(struct session *session, const struct device *device)
{
	if (!device_is_interrupted(device))
		return true;
	return recover(session, device) && (session->options->dry_run || !is_used_meanwhile(session, device));
}

/* The seconds that a step of a bind may take: the driver that a device had can be slow to release it. */
#define BIND_SECONDS 30

/* The binds of one run. */
struct binding_list {
	struct binding {
		struct session *session;
		const struct device *device;
		long long fresh; /* until when its uses count */
		size_t result;
	} * items;
	size_t count;
};

/* A plan can wait: for modules to load, for a slow device in its slot. Then what was judged is old, unless
 * all devices have been looked at for another one. */
static bool is_old(const struct binding *binding)
{
	long long now = clock_milliseconds();
	return now >= binding->fresh && now >= binding->session->fresh_all;
}

static void look_again(const struct binding *binding)
{
	if (!given.stored)
		use_wait_for_udev(&binding->session->root);
	session_collect_uses_of(
		binding->session, &(struct device_refs){ (const struct device **)&binding->device, 1 });
}

/* What began to use the device since it was judged. From now on no filesystem can. */
static const char *guard(struct plan *plan)
{
	const struct binding *binding = plan->data;
	struct session *session = binding->session;
	const struct device *device = binding->device;
	struct finding_list found = { .force = session->findings.force };
	const struct finding *finding;
	if (is_old(binding))
		look_again(binding);
	bool held =
		!device->driver || found.force ||
		(!use_is_up(&session->root, device) && use_hold_disks(&session->root, device, &plan->held));
	if (!held) {
		plan_release(plan);
		look_again(binding);
	}
	safety_judge_bind(&session->devices, device, allows_iommu(device), &found);
	array_each (finding, &found)
		if (finding->severity == SEVERITY_BLOCKER && !finding->overridden)
			return text_format("it is in use since it was looked at: %s [%s]", finding->sentence,
				finding->id);
	return held ? NULL : "a disk or network interface of it was in use for a moment: retry";
}

/* What is wrong with the nodes of the device. If they are not as the running kernel promised, how it was
 * built counts: another kernel of this version can be built otherwise. */
static const char *judge_device(struct session *session, const struct device *device,
	const char *(*outcome)(const struct device *device, const struct access_case *access))
{
	const char *problem = outcome(device, &session->access);
	if (!problem || !session->host.build_skipped)
		return problem;
	session_collect_build(session);
	return outcome(device, &session->access);
}

static void add_access(
	struct plan *plan, const struct device *device, const struct node_access *access, bool fresh)
{
	recipe_access(plan, &device->group, access, fresh);
	recipe_access(plan, &device->cdev, access, fresh);
}

/* The bind has failed if an expected node is missing. The names of the nodes are known only now: the plan
 * continues with them. Under --stored udevd runs this program, and processes the nodes only after it exits:
 * waiting for that would time out. */
static const char *check(struct plan *plan)
{
	const struct binding *binding = plan->data;
	struct device device = *binding->device;
	const struct node_access access = access_for(&device);
	device_collect(&binding->session->root, device.address, &device);
	const char *problem = judge_device(binding->session, &device, outcome_of_bind);
	if (!problem && changes(&access))
		add_access(plan, &device, &access, !given.stored);
	return problem;
}

/* The device as it will be when its bind begins: with --dry-run nothing has restored one that an interrupted
 * run left. */
static struct device as_restored(const struct device *device)
{
	struct device restored = *device;
	if (!device_is_interrupted(device))
		return restored;
	restored.driver = device->remembered.driver;
	restored.driver_module = device->remembered.module;
	restored.driver_override = device->remembered.driver_override;
	return restored;
}

static void begin(struct binding *binding)
{
	struct session *session = binding->session;
	const struct device restored = as_restored(binding->device), *device = &restored;
	struct plan plan = recipe_begin(device);
	const char *before = device->driver ? device->driver : "no driver";
	const struct node_access access = access_for(device);
	/* At boot the driver of the device is not loaded yet. */
	const struct remembered before_bind =
		given.stored && !device->driver ? device->stored->before : safety_before_bind(device);
	plan.limit = BIND_SECONDS;
	plan.guard = guard;
	plan.check = check;
	plan.data = binding;
	if (changes(&access) && !given.stored)
		recipe_access_begin(&plan);
	recipe_bind(&plan, device, &before_bind);
	if (changes(&access) && session->options->dry_run)
		recipe_access_ahead(&plan, &session->access, &access);
	binding->result = session->results.count;
	session_plan(session, device->address, &plan,
		text_format("would be bound to vfio-pci (now: %s)", before),
		text_format("bound to vfio-pci (was: %s)", before));
}

static void judge_nodes(struct session *session, const struct device *device)
{
	const char *surprise = judge_device(session, device, outcome_surprise);
	if (surprise)
		finding_add(&session->findings, FINDING_NODE_UNEXPECTED, device->address,
			text_format("vfionoiommu verify %s", device->address), "%s", surprise);
}

static const struct result *result_of(const struct binding *binding)
{
	return &binding->session->results.items[binding->result];
}

/* Sets the owner and mode of the nodes of a device that is already bound, and adds the result. */
static void set_access(struct session *session, const struct device *device)
{
	const struct node_access access = access_for(device);
	/* The uevent, which names the driver, may be unreadable. */
	const char *driver = device->driver ? device->driver : "a VFIO driver";
	struct plan plan = recipe_begin(device);
	add_access(&plan, device, &access, false);
	if (!plan.count) {
		struct result *result = session_result(session, device->address, OUTCOME_UNCHANGED,
			text_format("already bound to %s", driver));
		result->plan = plan;
		return;
	}
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

/* Saves a persistent binding of a bound device, and adds the result. */
static void save_binding(struct session *session, const struct device *device)
{
	struct plan plan = { 0 };
	const char *serial = NULL;
	const struct node_access access = access_for(device);
	bool allow_iommu = allows_iommu(device);
	if (is_stored(device, &access, allow_iommu, given.cdi)) {
		session_result(
			session, device->address, OUTCOME_UNCHANGED, "persistent binding already up to date");
		return;
	}
	/* Another tool may have bound it: then the kernel chooses its driver. */
	const struct remembered before =
		device->remembered.known == ANSWER_YES ? device->remembered : safety_before_bind(device);
	int error = device_collect_serial(&session->root, device, &serial);
	if (error && error != -ENODATA && !session->options->dry_run) {
		session_result(session, device->address, OUTCOME_FAILED,
			text_format(
				"persistent binding not saved: its serial number could not be read; retry: vfionoiommu bind --persistent %s",
				device->address));
		return;
	}
	const struct stored binding = {
		.address = device->address,
		.vendor = device->vendor,
		.device = device->device,
		.subvendor = device->subvendor,
		.subdevice = device->subdevice,
		.serial = serial,
		.allow_iommu = allow_iommu,
		.cdi = given.cdi,
		.before = before,
		.access = access,
	};
	recipe_store(&plan, &binding);
	session_run(session, device->address, &plan, "persistent binding would be saved",
		"persistent binding saved");
}

/* Whether this run enabled the mode. One that is set for the next boot is enabled by loading vfio. */
static bool has_enabled(const struct result *result)
{
	const struct step *step;
	bool written = false;
	array_each (step, &result->plan)
		written |= step->act.kind == ACTION_WRITE;
	return written && text_same(result->subject, "noiommu mode") && result->outcome == OUTCOME_CHANGED;
}

/* No device could be bound: disables the mode again. */
static void disable_again(struct session *session)
{
	struct result *result;
	array_each (result, &session->results) {
		if (!has_enabled(result))
			continue;
		struct plan plan = { .subject = result->subject };
		struct job job = { .plan = &plan };
		recipe_mode(&plan, &session->host, false);
		session_run_jobs(session, &job, 1);
		/* After a signal it stays enabled. */
		if (job.error == -ECANCELED)
			return;
		result->outcome = job.error ? OUTCOME_FAILED : OUTCOME_UNCHANGED;
		result->sentence = job.error ? failure_sentence(&job, result->subject, NULL)
					     : "disabled again, because no device was bound";
	}
	session_refresh(session, NULL);
}

/* After the plans have run. `bound`: so many devices already were. */
static void finish(struct session *session, const struct binding_list *bindings, size_t bound)
{
	const struct binding *binding;
	array_each (binding, bindings) {
		const struct result *result = result_of(binding);
		if (result->outcome == OUTCOME_CHANGED)
			judge_nodes(session, binding->device);
		bound += result->outcome == OUTCOME_CHANGED || session_is_running(result);
	}
	if (!bound)
		disable_again(session);
}

/* Binds the devices, or with --dry-run plans it, and adds the results. A failed bind is rolled back; if all
 * fail, the mode is rolled back, too. */
static void run_binds(struct run *run)
{
	struct session *session = &run->session;
	const struct device_refs *wanted = &run->wanted;
	struct binding_list bindings = { 0 };
	struct device_refs ready = { 0 };
	struct binding *binding;
	const struct device **device;
	const long long fresh = session->fresh;
	/* First: loading vfio-pci would bind one whose override names it. */
	array_each (device, wanted)
		if (is_ready(session, *device))
			*array_add(&ready) = *device;
	bool prepared = ready.count && prepare(session, needs_noiommu(&ready));
	array_each (device, &ready) {
		if (!prepared)
			session_result(session, (*device)->address, OUTCOME_FAILED,
				"skipped: a prerequisite failed, see above");
		else
			*array_add(&bindings) = (struct binding){ session, *device, fresh, 0 };
	}
	array_each (binding, &bindings)
		begin(binding);
	session_work(session);
	session_refresh(session, wanted);
	if (!session->options->dry_run)
		finish(session, &bindings, run->bound.count);
}

/* ---- the command ---- */

static const char *given_owner, *given_mode; /* as typed; NULL: not given */

static const struct option_row bind_options[] = {
	{ "enable", 0, NULL, "enable noiommu mode first, if it is disabled", .flag = &given.enable },
	{ "allow-iommu", 0, NULL, "also bind devices that have an IOMMU, as ordinary VFIO devices",
		.flag = &given.allow_iommu },
	{ "owner", 0, "USER[:GROUP]", "set the owner of the nodes, by names or numbers", .text = &given_owner,
		.value = VALUE_OWNER },
	{ "mode", 0, "OCTAL", "set the mode of the nodes, such as 0660", .text = &given_mode },
	{ "persistent", 'p', NULL, "also bind at every boot and hotplug", .flag = &given.persistent },
	{ "cdi", 0, NULL, "update the CDI specification /run/cdi/vfionoiommu.json", .flag = &given.cdi },
	{ "stored", 0, NULL, "apply persistent bindings (default: all)", .flag = &given.stored,
		.suffices = true },
	{ "all", 0, NULL, NULL, .flag = &given.all, .hidden = true },
	{ 0 },
};

static int parse_mode(const char *text, int *mode)
{
	unsigned long long value;
	if (!text_number(text, 8, 0777, &value))
		return -EINVAL;
	*mode = (int)value;
	return 0;
}

/* Returns STATUS_DONE, or STATUS_USAGE after reporting the error. */
static enum status parse_access(void)
{
	given.give = given_owner || given_mode;
	if (given.all) {
		log_error("bind has no --all: name each DEVICE, or a pattern such as driver=NAME");
		log_hint("vfionoiommu list --all");
		return STATUS_USAGE;
	}
	if (given.stored && (given.give || given.persistent || given.allow_iommu)) {
		log_error("--stored cannot be combined with --persistent, --owner, --mode or --allow-iommu");
		return STATUS_USAGE;
	}
	if (given_owner && account_parse(given_owner, &given.access)) {
		log_error("--owner %s: no such user or group", given_owner);
		log_hint("getent passwd; getent group");
		return STATUS_USAGE;
	}
	if (given_mode && parse_mode(given_mode, &given.access.mode)) {
		log_error("--mode %s: not an octal mode up to 0777, such as 0660", given_mode);
		return STATUS_USAGE;
	}
	return STATUS_DONE;
}

/* --allow-iommu binds a device that has an IOMMU as an ordinary VFIO device. */
static bool is_bound(const struct device *device)
{
	return device_is_noiommu(device) || is_ordinary(device);
}

/* The mode can have been disabled since they were bound. */
static bool enables_for_bound(const struct run *run)
{
	return given.enable && run->session.host.mode != MODE_ON && needs_noiommu(&run->bound);
}

/* Devices that are already bound are not judged; all others are judged together. */
static void judge(struct run *run)
{
	struct session *session = &run->session;
	const struct device **device;
	device_wait_until_added(&session->root, &session->devices, &run->asked, session->options->wait);
	/* Under --stored udevd waits for this program. */
	if (!given.stored)
		use_wait_for_udev(&session->root);
	device_collect_details(&session->root, &session->devices, &run->asked);
	array_each (device, &run->asked)
		*array_add(is_bound(*device) ? &run->bound : &run->wanted) = *device;
	/* JSON has the uses of those that are bound already, too. */
	const struct device_refs *looked_at = session->options->json ? &run->asked : &run->wanted;
	if (looked_at->count)
		session_collect_uses_of(session, looked_at);
	array_each (device, &run->wanted) {
		safety_judge_bind(&session->devices, *device, allows_iommu(*device), &session->findings);
		readiness_judge_unused_iommu(
			&session->host, *device, allows_iommu(*device), &session->findings);
		safety_judge_siblings(&session->devices, *device, &run->wanted, &session->findings);
	}
	if (run->wanted.count) {
		session_collect_overrides(session);
		readiness_judge_blocked(&session->host, &session->next, MODULE_VFIO_PCI, &session->findings);
		readiness_judge_ids(
			&session->host, &session->next, &session->devices, &run->wanted, &session->findings);
	}
	if (needs_noiommu(&run->wanted) || enables_for_bound(run))
		readiness_judge(&session->host, &session->access, &session->findings);
	if (given.enable)
		finding_drop(&session->findings, FINDING_NOIOMMU_DISABLED);
	if (given.give && needs_noiommu(&run->asked))
		finding_add(&session->findings, FINDING_OWNER_NEEDS_CAPABILITY, NULL,
			"setcap cap_sys_rawio+ep PROGRAM; for the cdev also: chown USER /dev/iommu",
			"to open the nodes, their owner also needs CAP_SYS_RAWIO, and for the cdev access to /dev/iommu");
}

static void report_unstored(const struct device *device)
{
	log_error("%s: no persistent binding", device->address);
	log_hint("vfionoiommu bind --persistent %s", device->address);
}

/* Whether udevd processes the event of the device only now, after an unbind of the admin. */
static bool is_late(struct session *session, const struct device *device)
{
	unsigned long long event = event_of_rule(&session->root, device->address, "add");
	if (!event)
		return false;
	device_collect_details(&session->root, &session->devices, &(struct device_refs){ &device, 1 });
	return device_is_unbound_since(&session->root, device, event);
}

/* The rule keeps all drivers away from a device that it is to bind. */
static void skip_late(struct session *session, const struct device *device)
{
	const char *why = text_format(
		"not bound: it was unbound after the event that udevd processes now; to bind it: vfionoiommu bind --stored %s",
		device->address);
	if (!device_is_stranded(device)) {
		session_result(session, device->address, OUTCOME_UNCHANGED, why);
		return;
	}
	struct plan plan = recipe_begin(device);
	recipe_unbind(&plan, device);
	session_run(session, device->address, &plan, why, why);
}

/* All devices that have a persistent binding. */
static void add_stored(struct run *run)
{
	const struct device *device;
	const struct stored *stored;
	array_each (device, &run->session.devices)
		if (device->stored)
			*array_add(&run->asked) = device;
	array_each (stored, &run->session.stored)
		if (!stored->present)
			persistence_judge_one(stored, &run->session.findings);
}

/* Keeps those of the requested devices that have a valid persistent binding. */
static enum status select_stored(struct run *run)
{
	struct session *session = &run->session;
	struct device_refs *asked = &run->asked;
	struct device_refs usable = { 0 };
	const struct device **asked_device, *device;
	enum status status = STATUS_DONE;
	array_each (asked_device, asked) {
		device = *asked_device;
		if (!device->stored)
			report_unstored(device);
		if (device->stored && !is_bound(device) && is_late(session, device))
			*array_add(&run->late) = device;
		else if (device->stored && persistence_judge_one(device->stored, &session->findings))
			*array_add(&usable) = device;
		else
			status = STATUS_REFUSED;
	}
	*asked = usable;
	return status;
}

/* Whether a process that is left completes the bind. */
static bool is_being_bound(const struct session *session, const struct device *device)
{
	const struct result *result;
	array_each (result, &session->results)
		if (text_same(result->subject, device->address) && session_is_running(result))
			return true;
	return false;
}

/* Saves persistent bindings for the devices that are bound, or with --dry-run would be. Returns whether they
 * will be used: the folder may belong to somebody else. */
static bool save_bindings(struct session *session, const struct device_refs *asked)
{
	const struct device **device;
	bool usable = true;
	array_each (device, asked) {
		if (is_bound(*device) || session->options->dry_run)
			save_binding(session, *device);
		else if (is_being_bound(session, *device))
			session_result(session, (*device)->address, OUTCOME_FAILED,
				text_format(
					"persistent binding not saved; when it is bound: vfionoiommu bind --persistent %s",
					(*device)->address));
	}
	persistence_judge_next_boot(&session->next, stored_collect_rule(&session->root), needs_noiommu(asked),
		&session->findings);
	if (session->options->dry_run)
		return true;
	stored_collect_all(&session->root, &session->devices, &session->stored);
	stored_check(&session->root, &session->stored, asked);
	array_each (device, asked)
		if ((*device)->stored)
			usable &= persistence_judge_one((*device)->stored, &session->findings);
	return usable;
}

/* The process that completes a bind does not update it. */
static void report_late_cdi(struct session *session, const struct device_refs *asked)
{
	const struct device **device;
	array_each (device, asked)
		if (is_being_bound(session, *device))
			session_result(session, (*device)->address, OUTCOME_FAILED,
				text_format(
					"not in the CDI specification; when it is bound: vfionoiommu bind --cdi %s",
					(*device)->address));
}

static bool wants_cdi(const struct device_refs *asked)
{
	const struct device **device;
	array_each (device, asked)
		if (given.stored && (*device)->stored && (*device)->stored->cdi)
			return true;
	return given.cdi;
}

/* With --dry-run, what is printed of nodes that do not exist yet depends on how the kernel was built. */
static enum scope scope_of(bool dry_run)
{
	bool ahead = dry_run && (given.give || given.stored);
	return given.persistent ? SCOPE_NEXT_BOOT : ahead ? SCOPE_KERNEL : SCOPE_NODES;
}

/* Collects and judges; changes nothing. */
static enum status decide(struct run *run, const struct options *options)
{
	enum status status = parse_access();
	if (!status)
		status = session_open_acting(&run->session, options, scope_of(options->dry_run));
	if (!status)
		status = session_select(&run->session, &options->arguments, &run->asked);
	if (status)
		return status;
	if (given.stored && !options->arguments.count)
		add_stored(run);
	if (given.stored || given.persistent)
		stored_check(&run->session.root, &run->session.stored, &run->asked);
	if (given.stored)
		run->left = select_stored(run);
	judge(run);
	cdi_begin(&run->session, wants_cdi(&run->asked));
	return session_refused(&run->session) ? STATUS_REFUSED : STATUS_DONE;
}

static void execute(struct run *run)
{
	struct session *session = &run->session;
	const bool noiommu = needs_noiommu(&run->wanted);
	const struct device **device;
	array_each (device, &run->late)
		skip_late(session, *device);
	array_each (device, &run->bound)
		set_access(session, *device);
	if (session->options->dry_run && noiommu)
		taint_judge_bind(&session->host, &session->findings);
	if (run->wanted.count)
		run_binds(run);
	else if (enables_for_bound(run))
		(void)prepare(session, true);
	if (given.persistent && !save_bindings(session, &run->asked))
		run->left = STATUS_REFUSED;
	cdi_rewrite(session, wants_cdi(&run->asked), noiommu, NULL);
	if (wants_cdi(&run->asked))
		report_late_cdi(session, &run->asked);
}

/* Lists the devices that could be bound. */
static enum status offer(const struct options *options)
{
	static struct session session;
	static struct device_refs found;
	const struct device *device;
	enum status status = session_open(&session, options);
	if (status)
		return status;
	session_collect_uses(&session);
	array_each (device, &session.devices)
		if (device->fitness == FITNESS_FREE)
			*array_add(&found) = device;
	device_collect_names(&session.devices, &found);
	stored_check(&session.root, &session.stored, &found);
	devices_print(&device_columns_all, &options->table, &found);
	log_error("DEVICE is missing: %s", found.count ? "name one or more of these" : "no device is free");
	log_hint("%s", found.count ? "vfionoiommu bind ADDRESS" : "vfionoiommu list --all");
	return STATUS_USAGE;
}

static enum status bind_run(const struct options *options)
{
	static struct run run;
	if (!options->arguments.count && !given.stored)
		return offer(options);
	enum status status = decide(&run, options);
	if (status)
		return status;
	execute(&run);
	status = session_finish(&run.session, &run.asked);
	return status ? status : run.left;
}

const struct command command_bind = {
	.name = "bind",
	.summary = "bind devices to vfio-pci in noiommu mode",
	.doc = "Bind each DEVICE to vfio-pci in noiommu mode. If a bind fails, all its changes are rolled back.\v"
	       "DEVICE: a PCI address, network interface, block device or VFIO node; or for all matching devices "
	       "vendor:device, class=0200 or driver=NAME.",
	.usage = "DEVICE...",
	.value = VALUE_FREE_DEVICE,
	.needs_argument = true,
	.offers = true,
	.options = bind_options,
	.acting = true,
	.columns = &device_columns,
	.run = bind_run,
};
