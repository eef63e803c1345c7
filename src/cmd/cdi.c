/* vfionoiommu cdi: the bound devices as a CDI specification, for containers. */
#include <stdio.h>

#include "act/act.h"
#include "base/base.h"
#include "cmd/cmd.h"
#include "collect/collect.h"
#include "judge/judge.h"
#include "state/state.h"

static const char *file;

static const struct option_row cdi_options[] = {
	{ "write", 0, "FILE", "write it to FILE, atomically; without a bound device remove FILE",
		.text = &file, .value = VALUE_FILE },
	{ 0 },
};

static void report_none(void)
{
	log_error("no noiommu device is bound");
	log_hint("vfionoiommu bind DEVICE");
}

/* The standard allows no specification without a device. */
static enum status say_none(const struct session *session, const struct device_refs *bound)
{
	if (bound->count) {
		log_error("%s: is bound, but has no node here that opens", bound->items[0]->address);
		log_hint("vfionoiommu list; vfionoiommu matrix");
		return STATUS_REFUSED;
	}
	int error = file ? output_remove(file) : 0;
	if (error)
		log_error("%s: could not be removed: %s", file, usage_file_error(error));
	else if (!file)
		report_none();
	else if (!session->options->quiet)
		print_line("%s: absent, because no noiommu device is bound", file);
	return error ? STATUS_FAILED : file ? STATUS_DONE : STATUS_REFUSED;
}

/* The bound devices but those `leaving`, which may be NULL. */
static struct device_refs find_bound(const struct session *session, const struct device_refs *leaving)
{
	struct device_refs bound = { 0 };
	const struct device *device;
	array_each (device, &session->devices)
		if (device_is_noiommu(device) && !(leaving && array_has(leaving, device)))
			*array_add(&bound) = device;
	return bound;
}

void cdi_begin(struct session *session, bool asked)
{
	session->cdi = sysroot_read_file(&session->root, &CDI_FILE[1], SYSROOT_TEXT_MAX);
	if (asked || session->cdi)
		value_begin();
}

void cdi_rewrite(struct session *session, bool asked, bool coming, const struct device_refs *leaving)
{
	struct plan plan = { 0 };
	bool dry = session->options->dry_run;
	/* Devices that are not bound yet have nodes of unknown names. */
	bool unknown = dry && coming;
	if (!asked && !session->cdi)
		return;
	session_collect_host(session, SCOPE_KERNEL);
	const struct device_refs bound = find_bound(session, dry ? leaving : NULL);
	const char *text = cdi_format(&bound, &session->access);
	/* In a container without the nodes the specification of the host stays. */
	if (!text && !unknown && bound.count) {
		if (asked)
			session_result(session, "containers", OUTCOME_UNCHANGED,
				"CDI specification unchanged: no bound device has a node here that opens");
		return;
	}
	if (!unknown && text_same(text, session->cdi)) {
		if (asked)
			session_result(session, "containers", OUTCOME_UNCHANGED,
				text ? "CDI specification already up to date"
				     : "no CDI specification: no noiommu device is bound");
		return;
	}
	recipe_cdi(&plan, unknown || text, unknown ? NULL : text);
	session_run(session, "containers", &plan,
		unknown || text ? "CDI specification would be updated"
				: "CDI specification would be removed: no noiommu device is bound",
		text ? "CDI specification updated" : "CDI specification removed: no noiommu device is bound");
}

static enum status cdi_run(const struct options *options)
{
	static struct session session;
	enum status status = session_open(&session, options);
	if (status)
		return status;
	session_collect_host(&session, SCOPE_KERNEL);
	const struct device_refs bound = find_bound(&session, NULL);
	const char *text = cdi_format(&bound, &session.access);
	return text ? session_write(&session, file, text) : say_none(&session, &bound);
}

const struct command command_cdi = {
	.name = "cdi",
	.summary = "print a CDI specification of the bound devices, for containers",
	.doc = "Print the bound devices as a specification of the Container Device Interface (CDI), for podman and "
	       "other engines: --device vfionoiommu/device=ADDRESS adds all nodes of a device to a container, "
	       "ADDRESS-group or ADDRESS-cdev those of one access path.\v"
	       "Engines read specifications in /etc/cdi and /run/cdi. The container also needs CAP_SYS_RAWIO, and "
	       "can then access all memory of the machine.\n\n"
	       "Exit status: 0 printed or written, 1 failure, 3 no device is bound, or none has a node here.",
	.options = cdi_options,
	.run = cdi_run,
};
