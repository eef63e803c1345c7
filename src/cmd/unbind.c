/* vfionoiommu unbind: devices back to the drivers that they had, each as one transaction. */
#include "act/recipes.h"
#include "base/array.h"
#include "base/text.h"
#include "cmd/session.h"
#include "collect/device.h"
#include "collect/use.h"
#include "judge/outcome.h"
#include "judge/safety.h"
#include "show/devices.h"

static const struct argp_option unbind_options[] = {
	{ "all", 'a', NULL, 0, "every noiommu device, and what a run that was cut off left halfway", 0 },
	{ 0 },
};

static bool unbind_parse(int key, char *argument, void *all)
{
	(void)argument;
	if (key == 'a')
		*(bool *)all = true;
	return key == 'a';
}

static void unbind_one(struct session *session, struct device *device)
{
	struct plan plan = { 0 };
	struct device before = *device;
	const struct remembered *remembered = &before.remembered;
	const char *back = remembered->known != ANSWER_YES ? "the driver of the kernel's choice"
			   : remembered->driver            ? remembered->driver
							   : "no driver, as before";
	recipe_unbind(&plan, device);
	/* Who forces it from somebody's hands must not hang with them. */
	plan.deadline = session->options->force ? session->options->timeout : 0;
	bool well = session_run(session, device->address, &plan,
		text_format("would be given back to %s", back), text_format("given back to %s", back));
	/* A device that the kernel is still letting go must not even be read. */
	if (session->options->dry_run || (!well && plan.deadline))
		return;
	session_refresh(session, device);
	struct result *result = &session->results.items[session->results.count - 1];
	char *problem = well ? outcome_of_unbind(&before, device) : NULL;
	if (problem) {
		result->outcome = OUTCOME_FAILED;
		result->sentence = problem;
	} else if (well && remembered->known != ANSWER_YES) {
		result->sentence = text_format("given back to the kernel's choice of driver: %s",
			device->driver ? device->driver : "none");
	}
}

static void add_all(struct session *session, struct device_refs *asked)
{
	struct device *device;
	device_collect_remembered(&session->root, &session->devices);
	array_each (device, &session->devices)
		if (device_is_noiommu(device) || device_is_interrupted(device))
			*array_add(asked) = device;
}

static enum status unbind_main(int argc, char **argv, struct options *options)
{
	bool all = false;
	static struct session session;
	static struct arguments arguments;
	static struct device_refs asked;
	struct device **device;
	const struct arguments_spec spec = {
		.usage = "[DEVICE...]",
		.doc = "Give each DEVICE back to the driver that it had before bind, or to none if it had none. A device that "
		       "something else bound goes to the driver of the kernel's choice.",
		.options = unbind_options,
		.parse = unbind_parse,
		.input = &all,
		.acting = true,
		.needs_argument = true,
		.instead_of_argument = &all,
		.columns = &device_columns,
	};
	arguments_parse(&spec, argc, argv, options, &arguments);
	enum status status = session_open_acting(&session, options);
	if (!status)
		status = session_select(&session, &arguments, &asked);
	if (status)
		return status;
	if (all)
		add_all(&session, &asked);
	array_each (device, &asked) {
		device_collect_details(&session.root, *device);
		use_collect_processes(&session.root, *device);
		safety_judge_unbind(*device, &session.findings);
	}
	if (session_refused(&session))
		return STATUS_REFUSED;
	array_each (device, &asked) {
		if ((*device)->vfio || device_is_interrupted(*device))
			unbind_one(&session, *device);
		else
			session_result(&session, (*device)->address, OUTCOME_UNCHANGED,
				text_format("is not bound to VFIO, but to %s",
					(*device)->driver ? (*device)->driver : "no driver"));
	}
	return session_finish(&session, &asked);
}

const struct command command_unbind = { "unbind", "give devices back to the drivers they had", unbind_main };
