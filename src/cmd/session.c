#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/act.h"
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
	safety_judge_fitness(&session->devices);
	return STATUS_DONE;
}

void session_collect_host(struct session *session)
{
	host_collect(&session->root, false, &session->host);
	nextboot_collect(&session->root, &session->host, &session->next);
	session->access = access_case_judge(&session->host);
	session->taint_before = session->host.taint;
}

static enum status begin(int seconds)
{
	int holder = 0;
	int error = plan_begin(seconds, &holder);
	if (!error)
		return STATUS_DONE;
	auto_free char *pid = holder ? text_format(" (pid %d)", holder) : text_copy("");
	if (error == -EAGAIN) {
		log_error("timed out after %d s waiting for another instance%s", seconds, pid);
		log_hint("retry, or raise --wait");
	} else {
		log_error(RECIPE_LOCK ": could not lock: %s; nothing was changed", strerror(-error));
	}
	return STATUS_FAILED;
}

enum status session_open_acting(struct session *session, const struct options *options)
{
	bool writes = !options->dry_run && host_is_root();
	if (writes && begin(options->wait))
		return STATUS_FAILED;
	enum status status = session_open(session, options);
	if (status)
		return status;
	session_collect_host(session);
	if (!options->dry_run)
		readiness_judge_acting(&session->host, &session->findings);
	return STATUS_DONE;
}

static const char *const selection_sentences[] = {
	[SELECTION_EMPTY] = "empty DEVICE argument; see vfionoiommu list --all",
	[SELECTION_BAD_CLASS] = "{}: invalid class, expected 2, 4 or 6 hexadecimal digits",
	[SELECTION_BAD_DRIVER] = "{}: invalid driver name",
	[SELECTION_BAD_ADDRESS] =
		"{}: invalid PCI address, expected [DOMAIN:]BUS:DEVICE.FUNCTION in hexadecimal (DEVICE up to 1f, FUNCTION up to 7), or VENDOR:DEVICE with four digits each",
	[SELECTION_NO_MATCH] = "no PCI device matches {}; see vfionoiommu list --all",
	[SELECTION_NO_HARDWARE] = "{}: no network interface of a PCI device has this address; see: ip link",
	[SELECTION_NO_ADDRESS] = "{}: no such PCI device; see vfionoiommu list --all",
	[SELECTION_NO_NAME] =
		"{}: no such PCI device, network interface, block device or VFIO node; see vfionoiommu list --all",
	[SELECTION_AMBIGUOUS] = "{}: ambiguous, matches {detail}; specify one address",
};

static enum status report_selection(
	enum selection selection, const char *text, const struct device_refs *found, size_t first)
{
	auto_free char *candidates = text_copy("");
	for (size_t i = first; i < found->count; i++)
		text_append(&candidates, "%s%s", i > first ? ", " : "", found->items[i]->address);
	auto_free char *sentence = text_fill(selection_sentences[selection], text, candidates);
	log_error("%s", sentence);
	return selection <= SELECTION_BAD_ADDRESS ? STATUS_USAGE : STATUS_FAILED;
}

enum status session_select(
	struct session *session, const struct arguments *arguments, struct device_refs *found)
{
	char **argument;
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

bool session_refused(struct session *session)
{
	const struct options *options = session->options;
	if (!finding_blockers(&session->findings))
		return false;
	if (options->json && !options->quiet) {
		struct json *document = json_new();
		json_add_results(document, &session->results);
		json_add_findings(document, &session->findings);
		json_print(document);
	}
	findings_log(&session->findings, SEVERITY_WARNING);
	return true;
}

struct result *session_result(
	struct session *session, const char *subject, enum outcome outcome, char *sentence)
{
	struct result *result = array_add(&session->results);
	*result = (struct result){ .subject = subject, .outcome = outcome, .sentence = sentence };
	return result;
}

void session_plan(
	struct session *session, const char *subject, const struct plan *plan, char *would, char *done)
{
	bool dry = session->options->dry_run;
	struct result *result = session_result(session, subject, OUTCOME_PLANNED, dry ? would : done);
	result->plan = *plan;
	result->plan.subject = subject;
	free(dry ? done : would);
}

static void set_outcome(struct result *result, const struct job *job)
{
	result->job = *job;
	result->job.plan = &result->plan;
	result->outcome = job->error ? OUTCOME_FAILED : OUTCOME_CHANGED;
	if (!job->error)
		return;
	free(result->sentence);
	result->sentence = failure_sentence(job, result->subject, NULL);
}

void session_run_jobs(const struct session *session, struct job *jobs, size_t count)
{
	const struct options *options = session->options;
	parallel_run(jobs, count, action_announce, options->quiet || options->verbose ? NULL : progress_show);
}

void session_work(struct session *session)
{
	struct {
		struct job *items;
		size_t count;
	} jobs = { 0 };
	struct result *result;
	if (session->options->dry_run)
		return;
	array_each (result, &session->results)
		if (result->outcome == OUTCOME_PLANNED)
			*array_add(&jobs) = (struct job){ .plan = &result->plan };
	session_run_jobs(session, jobs.items, jobs.count);
	const struct job *job = jobs.items;
	array_each (result, &session->results)
		if (result->outcome == OUTCOME_PLANNED)
			set_outcome(result, job++);
	free(jobs.items);
}

bool session_is_running(const struct result *result)
{
	return result->job.error == -ETIMEDOUT || result->job.error == -EINTR;
}

bool session_run(
	struct session *session, const char *subject, const struct plan *plan, char *would, char *done)
{
	session_plan(session, subject, plan, would, done);
	session_work(session);
	return session->results.items[session->results.count - 1].outcome != OUTCOME_FAILED;
}

void session_refresh(struct session *session, const struct device_refs *devices)
{
	static const struct device_refs none;
	struct device **device;
	struct device fresh;
	if (session->options->dry_run)
		return;
	if (devices) {
		/* Of the machine, binding changes only the taint. */
		session->host.taint = taint_collect_value(&session->root);
	} else {
		host_collect_state(&session->root, &session->host);
		session->access = access_case_judge(&session->host);
	}
	array_each (device, devices ? devices : &none) {
		if (device_collect(&session->root, (*device)->address, &fresh))
			continue;
		fresh.stored = (*device)->stored;
		**device = fresh;
	}
	safety_judge_fitness(&session->devices);
}

void session_refresh_one(struct session *session, struct device *device)
{
	session_refresh(session, &(struct device_refs){ &device, 1 });
}

static void show_json(const struct session *session, const struct device_refs *devices)
{
	struct json *document = json_new();
	json_add_results(document, &session->results);
	json_add_findings(document, &session->findings);
	json_add_devices(document, devices);
	json_add_taint(document, session->taint_before, session->host.taint);
	json_print(document);
}

static void show_text(const struct session *session, const struct device_refs *devices)
{
	const struct options *options = session->options;
	const struct table_options *table = &options->table;
	bool columns_only = table_is_for_scripts(&options->table);
	if (options->quiet || options->dry_run || !devices->count)
		return;
	if (!columns_only)
		print_text("\n");
	devices_print(&device_columns, table, devices);
}

enum status session_finish(struct session *session, const struct device_refs *devices)
{
	const struct options *options = session->options;
	const struct result *result;
	struct device **device;
	size_t failed = 0, failed_devices = 0;
	array_each (result, &session->results) {
		failed += result->outcome == OUTCOME_FAILED;
		array_each (device, devices)
			failed_devices += result->outcome == OUTCOME_FAILED &&
					  text_same(result->subject, (*device)->address);
	}
	if (!options->dry_run)
		stored_collect_all(&session->root, &session->devices, &session->stored);
	plan_end();
	if (!options->quiet && table_needs(&device_columns, &options->table, options->json) & NEED_NAMES)
		device_collect_names(devices);
	bool table_only = table_is_for_scripts(&options->table) && !options->dry_run;
	results_print(&session->results, options->quiet || options->json || table_only);
	if (!options->json)
		show_text(session, devices);
	else if (!options->quiet)
		show_json(session, devices);
	long long before = session->taint_before, after = session->host.taint;
	if (!options->quiet && before >= 0 && after >= 0 && !(before & TAINT_USER) && (after & TAINT_USER))
		log_note(
			"the kernel is now tainted (%lld, was %lld): U set by VFIO noiommu, until the next boot",
			after, before);
	if (!options->json && !options->quiet)
		findings_log(&session->findings, SEVERITY_NOTE);
	if (failed_devices && devices->count > 1)
		log_error("%zu of %zu devices failed", failed_devices, devices->count);
	return failed ? STATUS_FAILED : STATUS_DONE;
}

enum status session_give(const struct session *session, const char *file, const char *text)
{
	int error = file ? output_replace(file, text) : 0;
	if (error)
		log_error("%s: could not be written: %s", file, usage_file_error(error));
	else if (!file && !session->options->quiet)
		print_text(text);
	return error ? STATUS_FAILED : STATUS_DONE;
}
