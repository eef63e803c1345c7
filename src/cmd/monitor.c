/* vfionoiommu monitor: devices and their nodes as they come and go. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "cmd/arguments.h"
#include "collect/address.h"
#include "collect/device.h"
#include "collect/event.h"
#include "command.h"
#include "show/events.h"

enum { OPTION_UNTIL = 0x200, OPTION_TIMEOUT };

static const struct argp_option monitor_options[] = {
	{ "until", OPTION_UNTIL, "ADDRESS", 0,
		"show only this device, which need not be there yet, and end when it is bound to VFIO and has its nodes",
		0 },
	{ "timeout", OPTION_TIMEOUT, "SECONDS", 0, "end after this time", 0 },
	{ 0 },
};

struct words {
	const char *until, *timeout; /* as they were typed; NULL: not */
};

struct monitoring {
	const struct options *options;
	struct sysroot root;
	char until[20]; /* a device's address; "": of no device */
	int seconds;    /* -1: for ever */
	long long end;  /* by the monotonic clock, in milliseconds; meaningless without `seconds` */
	bool bound;     /* `until` is, to the end: while it is being bound a node may still be missing */
};

static bool monitor_parse(int key, char *argument, void *input)
{
	struct words *words = input;
	if (key == OPTION_UNTIL)
		words->until = argument;
	else if (key == OPTION_TIMEOUT)
		words->timeout = argument;
	else
		return false;
	return true;
}

/* Returns STATUS_USAGE after saying what is wrong. */
static enum status parse_words(const struct words *words, struct monitoring *monitoring)
{
	if (words->until && !address_parse(words->until, monitoring->until)) {
		log_error("--until %s: not a PCI address such as 0000:00:04.0; see vfionoiommu list --all",
			words->until);
		return STATUS_USAGE;
	}
	if (words->timeout && !options_parse_seconds(words->timeout, &monitoring->seconds)) {
		log_error("--timeout %s: not a number of seconds up to 86400", words->timeout);
		return STATUS_USAGE;
	}
	return STATUS_DONE;
}

/* What there is now: at the beginning, and after a loss. */
static void learn(struct monitoring *monitoring)
{
	struct device device;
	event_learn(&monitoring->root);
	monitoring->bound = false;
	if (device_collect(&monitoring->root, monitoring->until, &device))
		return;
	monitoring->bound = device.driver;
	device_free(&device);
}

/* Subscribes before it looks, so that nothing is missed. */
static enum status begin(struct monitoring *monitoring)
{
	int error = sysroot_open(&monitoring->root, "/");
	if (!error)
		error = event_listen(&monitoring->root);
	if (error) {
		log_error("the events cannot be listened to: %s", strerror(-error));
		return STATUS_FAILED;
	}
	monitoring->end = clock_milliseconds() + monitoring->seconds * 1000LL;
	learn(monitoring);
	return STATUS_DONE;
}

static bool is_missing(const struct vfio_node *node)
{
	return node->name && !(node->present && event_knows_node(node->path));
}

/* Why the device has not got its nodes, as a new sentence; NULL: it has. */
static char *what_is_missing(const struct monitoring *monitoring)
{
	struct device device;
	char *why = NULL;
	if (device_collect(&monitoring->root, monitoring->until, &device))
		return text_copy("there is no such PCI device; see vfionoiommu list --all");
	if (!device.vfio)
		why = text_format("is bound to %s; bind it with: vfionoiommu bind %s",
			device.driver ? device.driver : "no driver", device.address);
	else if (!monitoring->bound)
		why = text_copy("is still being bound; wait longer with --timeout");
	else if (is_missing(&device.group) || is_missing(&device.cdev))
		why = text_format("%s is not in /dev yet; wait longer with --timeout",
			is_missing(&device.group) ? device.group.path : device.cdev.path);
	else if (!device.group.name && !device.cdev.name)
		why = text_copy("is bound to VFIO, and has no node; see vfionoiommu matrix");
	device_free(&device);
	return why;
}

static int show(struct monitoring *monitoring, const struct event *event)
{
	const struct options *options = monitoring->options;
	bool of_it = text_same(event->address, monitoring->until);
	if (of_it && !event->node)
		monitoring->bound = event->kind == EVENT_BOUND;
	if (options->quiet || (*monitoring->until && !of_it))
		return 0;
	return event_print(event, options->json);
}

/* Waits for one event and shows it. Returns 0 or a negative errno: -ETIME, the time is over; -EINTR, a signal
 * asked to end; others have been said, or will be when stdout is closed. */
static int step(struct monitoring *monitoring)
{
	struct event event;
	long long left = monitoring->seconds < 0 ? -1 : monitoring->end - clock_milliseconds();
	if (monitoring->seconds >= 0 && left <= 0)
		return -ETIME;
	int error = event_next(&monitoring->root, (int)left, &event);
	if (error == -EAGAIN)
		return 0;
	if (error == -ENOBUFS) {
		log_error(
			"some events were lost, as more came at once than could be taken; what there is now: vfionoiommu list --all");
		learn(monitoring);
		return 0;
	}
	if (error && error != -EINTR)
		log_error("the events cannot be read: %s", strerror(-error));
	if (error)
		return error;
	error = show(monitoring, &event);
	event_free(&event);
	return error;
}

/* Whoever waits for a device must not go on without it. */
static enum status run(struct monitoring *monitoring)
{
	int error;
	do {
		auto_free char *why = *monitoring->until ? what_is_missing(monitoring) : NULL;
		if (*monitoring->until && !why)
			return STATUS_DONE;
		error = step(monitoring);
		if (error == -ETIME && why)
			log_error("%s: has not got its nodes within %d s: %s", monitoring->until,
				monitoring->seconds, why);
	} while (!error);
	return !*monitoring->until && (error == -ETIME || error == -EINTR) ? STATUS_DONE : STATUS_FAILED;
}

static enum status monitor_main(int argc, char **argv, struct options *options)
{
	struct words words = { 0 };
	struct monitoring monitoring = { .options = options, .seconds = -1 };
	static struct arguments arguments;
	const struct arguments_spec spec = {
		.doc = "Print PCI devices and VFIO's nodes as they come and go, one event on a line, until interrupted. "
		       "With --json each line is an object of its own.\v"
		       "Where udevd is at work an event is printed when that is done with it.\n"
		       "Exit status: 0 interrupted, or the time is over; with --until: 0 the device has its nodes, 1 it has not.",
		.options = monitor_options,
		.parse = monitor_parse,
		.input = &words,
		.live = true,
	};
	arguments_parse(&spec, argc, argv, options, &arguments);
	enum status status = parse_words(&words, &monitoring);
	if (!status)
		status = begin(&monitoring);
	return status ? status : run(&monitoring);
}

const struct command command_monitor = { "monitor", "print devices and their nodes as they come and go",
	monitor_main };
