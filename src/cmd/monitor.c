/* vfionoiommu monitor: events of PCI devices and their VFIO nodes. */
#include <errno.h>
#include <string.h>

#include "base/base.h"
#include "cmd/cmd.h"
#include "collect/collect.h"
#include "judge/judge.h"

static const char *until; /* as typed; NULL: not given */
static int seconds = -1;  /* -1: no timeout */

static const struct option_row monitor_options[] = {
	{ "until", 0, "ADDRESS",
		"print only this device, and exit when it is bound to VFIO and its nodes exist",
		.text = &until, .value = VALUE_DEVICE },
	{ "timeout", 0, "SECONDS", "exit after this time", .seconds = &seconds },
	{ 0 },
};

struct monitoring {
	const struct options *options;
	struct sysroot root;
	char until[20]; /* the address of the device; "": none */
	long long end;  /* by the monotonic clock, in milliseconds; meaningless without a timeout */
	bool bound;     /* the bind of `until` is complete: before that a node may still be missing */
};

/* Reads the current state, at the start and after lost events. */
static void learn(struct monitoring *monitoring)
{
	struct device device;
	event_learn(&monitoring->root);
	monitoring->bound = false;
	if (device_collect(&monitoring->root, monitoring->until, &device))
		return;
	monitoring->bound = device.driver;
}

/* Subscribes before it reads the current state, so that no event is missed. */
static enum status begin(struct monitoring *monitoring)
{
	bool settled = false;
	int error = sysroot_open(&monitoring->root, "/");
	if (!error)
		error = event_listen(&monitoring->root, &settled);
	if (error) {
		log_error("could not listen to events: %s", strerror(-error));
		return STATUS_FAILED;
	}
	log_verbose("listening for events of %s", settled ? "udevd" : "the kernel (udevd is not running)");
	monitoring->end = clock_milliseconds() + seconds * 1000LL;
	learn(monitoring);
	return STATUS_DONE;
}

static bool is_missing(const struct vfio_node *node)
{
	return node->name && !(node->present && event_knows_node(node->path));
}

/* Why the nodes of the device do not exist yet, as a sentence; NULL: they exist. */
static const char *what_is_missing(const struct monitoring *monitoring)
{
	struct device device;
	if (device_collect(&monitoring->root, monitoring->until, &device))
		return "no such PCI device";
	if (!device.vfio)
		return text_format("bound to %s, not to VFIO", device.driver ? device.driver : "no driver");
	if (!monitoring->bound)
		return "the bind is still running";
	if (is_missing(&device.group) || is_missing(&device.cdev))
		return text_format("%s does not exist yet",
			is_missing(&device.group) ? device.group.path : device.cdev.path);
	return device.group.name || device.cdev.name ? NULL : "bound to VFIO, but it has no node";
}

static int show(struct monitoring *monitoring, const struct event *event)
{
	const struct options *options = monitoring->options;
	bool of_it = text_same(event->address, monitoring->until);
	if (of_it && !event->node)
		monitoring->bound = event->kind == EVENT_BOUND;
	if (options->quiet || (*monitoring->until && !of_it))
		return 0;
	return event_print(event, options->json, options->pretty);
}

/* Waits for one event and prints it. Returns 0 or a negative errno: -ETIME, timed out; -EINTR, interrupted by
 * a signal; others are reported here, or when stdout is closed. */
static int step(struct monitoring *monitoring)
{
	struct event event;
	long long left = seconds < 0 ? -1 : monitoring->end - clock_milliseconds();
	if (seconds >= 0 && left <= 0)
		return -ETIME;
	int error = event_next(&monitoring->root, (int)left, &event);
	if (error == -EAGAIN)
		return 0;
	if (error == -ENOBUFS) {
		log_warning("event buffer overrun: some events were lost");
		log_hint("vfionoiommu list --all");
		learn(monitoring);
		return 0;
	}
	if (error && error != -EINTR)
		log_error("could not read events: %s", strerror(-error));
	return error ? error : show(monitoring, &event);
}

static void report_timeout(const struct monitoring *monitoring, const char *why)
{
	struct device device;
	log_error("%s: timed out after %d s waiting for its nodes: %s", monitoring->until, seconds, why);
	if (device_collect(&monitoring->root, monitoring->until, &device)) {
		log_hint("vfionoiommu list --all");
		return;
	}
	if (device_is_bridge(&device))
		log_hint("vfionoiommu list --all");
	else if (!device.vfio)
		log_hint("vfionoiommu bind %s", device.address);
	else if (device.group.name || device.cdev.name)
		log_hint("raise --timeout");
	else
		log_hint("vfionoiommu matrix");
}

/* With --until, success means that the nodes exist: a script continues only then. */
static enum status run(struct monitoring *monitoring)
{
	int error;
	do {
		/* There may be very many events. */
		auto_release const void *mark = keep(0);
		const char *why = *monitoring->until ? what_is_missing(monitoring) : NULL;
		if (*monitoring->until && !why)
			return STATUS_DONE;
		error = step(monitoring);
		if (error == -ETIME && why)
			report_timeout(monitoring, why);
	} while (!error);
	return !*monitoring->until && (error == -ETIME || error == -EINTR) ? STATUS_DONE : STATUS_FAILED;
}

static enum status monitor_run(const struct options *options)
{
	struct monitoring monitoring = { .options = options };
	if (until && !address_parse(until, monitoring.until)) {
		log_error("--until %s: not a PCI address such as 0000:00:04.0", until);
		log_hint("vfionoiommu list --all");
		return STATUS_USAGE;
	}
	enum status status = begin(&monitoring);
	return status ? status : run(&monitoring);
}

const struct command command_monitor = {
	.name = "monitor",
	.summary = "print events of devices and their nodes",
	.doc = "Print events of PCI devices and their VFIO nodes, one a line, until interrupted. With --json each "
	       "line is one object.\v"
	       "If udevd is running, an event is printed after udevd has processed it.\n"
	       "Exit status: 0 interrupted or timed out; with --until: 0 the nodes exist, 1 they do not.",
	.options = monitor_options,
	.live = true,
	.run = monitor_run,
};
