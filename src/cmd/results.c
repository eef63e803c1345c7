#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "act/act.h"
#include "base/base.h"
#include "cmd/cmd.h"

static enum status begin(const struct options *options)
{
	int holder = 0;
	/* However this run ends: a process that it started may hold the locks for longer. */
	atexit(plan_end);
	int error =
		plan_begin(options->wait, &holder, options->quiet || options->verbose ? NULL : progress_wait);
	progress_end_wait();
	if (!error)
		return STATUS_DONE;
	const char *pid = holder ? text_format(" (pid %d)", holder) : "";
	if (error == -EAGAIN) {
		log_error("timed out after %d s waiting for another instance%s", options->wait, pid);
		log_hint("retry, or raise --wait");
	} else {
		log_error(RECIPE_LOCK ": could not lock: %s; nothing was changed", strerror(-error));
	}
	return STATUS_FAILED;
}

enum status session_open_acting(struct session *session, const struct options *options, enum scope scope)
{
	bool writes = !options->dry_run && user_is_root();
	enum status status = writes ? begin(options) : STATUS_DONE;
	return status ? status : session_open_whole(session, options, scope);
}

bool session_refused(const struct session *session)
{
	const struct options *options = session->options;
	if (!session_is_blocked(session))
		return false;
	plan_end();
	if (options->json && !options->quiet) {
		struct json *document = json_new();
		json_add_results(document, &session->results);
		json_add_findings(document, &session->findings);
		json_print(document);
	}
	findings_log(&session->findings, options->quiet ? SEVERITY_BLOCKER : SEVERITY_WARNING);
	return true;
}

struct result *session_result(
	struct session *session, const char *subject, enum outcome outcome, const char *sentence)
{
	struct result *result = array_add(&session->results);
	*result = (struct result){ .subject = subject, .outcome = outcome, .sentence = sentence };
	return result;
}

void session_plan(struct session *session, const char *subject, const struct plan *plan, const char *would,
	const char *done)
{
	struct result *result =
		session_result(session, subject, OUTCOME_PLANNED, session->options->dry_run ? would : done);
	result->plan = *plan;
	result->plan.subject = subject;
}

static void set_outcome(struct result *result, const struct job *job)
{
	result->job = *job;
	result->job.plan = &result->plan;
	result->outcome = job->error ? OUTCOME_FAILED : OUTCOME_CHANGED;
	if (job->error)
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
	const struct job *job;
	result = session->results.items;
	array_each (job, &jobs) {
		while (result->outcome != OUTCOME_PLANNED)
			result++;
		set_outcome(result++, job);
	}
}

bool session_is_running(const struct result *result)
{
	return result->job.error == -ETIMEDOUT || result->job.error == -EINTR;
}

bool session_run(struct session *session, const char *subject, const struct plan *plan, const char *would,
	const char *done)
{
	session_plan(session, subject, plan, would, done);
	session_work(session);
	return session->results.items[session->results.count - 1].outcome != OUTCOME_FAILED;
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

static bool has_failed(const struct session *session, const struct device *device)
{
	const struct result *result;
	array_each (result, &session->results)
		if (result->outcome == OUTCOME_FAILED && text_same(result->subject, device->address))
			return true;
	return false;
}

enum status session_finish(struct session *session, const struct device_refs *devices)
{
	const struct options *options = session->options;
	const struct result *result;
	const struct device **device;
	size_t failed = 0, failed_devices = 0;
	array_each (result, &session->results)
		failed += result->outcome == OUTCOME_FAILED;
	array_each (device, devices)
		failed_devices += has_failed(session, *device);
	plan_end();
	session_complete(session, devices,
		options->quiet ? 0 : table_needs(&device_columns, &options->table, options->json));
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

enum status session_write(const struct session *session, const char *file, const char *text)
{
	int error = file ? output_replace(file, text) : 0;
	if (error)
		log_error("%s: could not be written: %s", file, usage_file_error(error));
	else if (!file && !session->options->quiet)
		print_text(text);
	return error ? STATUS_FAILED : STATUS_DONE;
}
