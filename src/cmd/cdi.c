/* vfionoiommu cdi: the bound devices, for containers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/output.h"
#include "act/recipes.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"
#include "cmd/cdi.h"
#include "collect/container.h"
#include "judge/container.h"
#include "show/cdi.h"

static const struct argp_option cdi_options[] = {
	{ "write", OPTION_WRITE, "FILE", 0,
		"replace FILE by it, whole, instead of printing it; without a device FILE is removed", 0 },
	{ 0 },
};

/* The standard knows no specification without a device. */
static enum status say_none(const struct session *session, const char *file)
{
	int error = file ? output_remove(file) : 0;
	if (error)
		log_error("%s: could not be removed: %s", file, usage_file_error(error));
	else if (!file)
		log_error("no noiommu device is bound that a container could be given; bind one with: "
			  "vfionoiommu bind DEVICE");
	else if (!session->options->quiet)
		printf("%s: is not there, as no noiommu device is bound\n", file);
	return error ? STATUS_FAILED : file ? STATUS_DONE : STATUS_REFUSED;
}

static const struct device_refs no_devices;

static bool is_among(const struct device *device, const struct device_refs *devices)
{
	struct device **one;
	array_each (one, devices)
		if (*one == device)
			return true;
	return false;
}

/* The specification, without those that are leaving. NULL: no device is left. */
static char *text_without(const struct session *session, const struct device_refs *leaving)
{
	struct container_device_list devices = container_judge(&session->devices, &session->access),
				     left = { 0 };
	struct container_device *device;
	array_each (device, &devices)
		if (!is_among(device->device, leaving))
			*array_add(&left) = *device;
	char *text = cdi_format(&left);
	free(left.items);
	container_free(&devices);
	return text;
}

void cdi_rewrite(struct session *session, bool asked, bool coming, const struct device_refs *leaving)
{
	struct plan plan = { 0 };
	bool dry = session->options->dry_run;
	/* The nodes of those that are not bound yet have no names. */
	bool unknown = dry && coming;
	auto_free char *before = container_collect_specification(&session->root);
	if (!asked && !before)
		return;
	auto_free char *text = text_without(session, dry && leaving ? leaving : &no_devices);
	if (!unknown && text_same(text, before)) {
		if (asked)
			session_result(session, "containers", OUTCOME_UNCHANGED,
				text_copy(text ? "know the bound devices already" : "know of no device"));
		return;
	}
	recipe_cdi(&plan, unknown || text, unknown ? NULL : text);
	session_run(session, "containers", &plan,
		text_copy(unknown || text ? "would be told which devices are bound"
					  : "would be told that no device is bound"),
		text_copy(text ? "were told which devices are bound" : "were told that no device is bound"));
}

static enum status cdi_main(int argc, char **argv, struct options *options)
{
	static struct session session;
	static struct arguments arguments;
	static const char *file;
	const struct arguments_spec spec = {
		.doc = "Print a specification of the Container Device Interface (CDI), by which podman and others give the "
		       "bound devices to a container: --device vfionoiommu/device=ADDRESS for all of a device's nodes, "
		       "ADDRESS-group or ADDRESS-cdev for those of one way.\v"
		       "They look for it in /etc/cdi and /run/cdi. The container needs CAP_SYS_RAWIO besides, and then has "
		       "all of the machine's memory in its hands.\n\n"
		       "Exit status: 0 it was printed or written, 1 it could not be, 3 no device is bound.",
		.options = cdi_options,
		.parse = arguments_parse_write,
		.input = &file,
	};
	arguments_parse(&spec, argc, argv, options, &arguments);
	enum status status = session_open(&session, options);
	if (status)
		return status;
	session_collect_host(&session);
	auto_free char *text = text_without(&session, &no_devices);
	return text ? session_give(&session, file, text) : say_none(&session, file);
}

const struct command command_cdi = { "cdi", "print the bound devices for containers (CDI)", cdi_main };
