/* vfionoiommu report: what is read of this machine, as one archive for --sysroot. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "act/recording.h"
#include "base/array.h"
#include "base/log.h"
#include "base/text.h"
#include "cmd/arguments.h"
#include "collect/device.h"
#include "collect/host.h"
#include "collect/nextboot.h"
#include "collect/record.h"
#include "collect/stored.h"
#include "collect/taint.h"
#include "collect/use.h"
#include "command.h"
#include "show/json.h"

enum { OPTION_PRIVATE = 0x200 };

static const struct argp_option report_options[] = {
	{ "private", OPTION_PRIVATE, NULL, 0,
		"with what is read and otherwise left out: serial numbers, MAC addresses in names, the whole kernel log and command line, modprobe.d, the options of mounted filesystems",
		0 },
	{ 0 },
};

static bool report_parse(int key, char *argument, void *with_private)
{
	(void)argument;
	if (key == OPTION_PRIVATE)
		*(bool *)with_private = true;
	return key == OPTION_PRIVATE;
}

/* All that the other commands look at. What comes of it does not matter: the root notes what it was. */
static void look_at_machine(const struct sysroot *root)
{
	static struct device_list devices;
	static struct stored_list stored;
	static struct host host;
	static struct next_boot next;
	static struct kernel_log log;
	struct device *device;
	device_collect_all(root, &devices);
	stored_collect_all(root, &devices, &stored);
	stored_collect_rule(root);
	device_collect_remembered(root, &devices);
	use_collect_all(root, &devices, false);
	array_each (device, &devices)
		device_collect_details(root, device);
	host_collect(root, &host);
	nextboot_collect(root, &host, &next);
	if (host.taint >= 0)
		taint_collect_log(root, (unsigned long long)host.taint, &log);
}

/* Where the archive goes: a FILE, or "-" for standard output, which is also where it goes without one, unless
 * that is a terminal. NULL after saying what is wrong. */
static const char *destination(const struct options *options, const struct arguments *arguments)
{
	const char *to = arguments->count ? arguments->items[0] : "-";
	bool terminal = text_same(to, "-") && isatty(STDOUT_FILENO);
	if (arguments->count > 1)
		log_error("give one FILE, not %zu", arguments->count);
	else if (!*to)
		log_error("FILE is empty; name one: vfionoiommu report machine.tar");
	else if (terminal)
		log_error("an archive is not for a terminal; name a FILE: vfionoiommu report machine.tar");
	else if (options->json && text_same(to, "-"))
		log_error(
			"--json needs a FILE, as standard output cannot be both: vfionoiommu report --json machine.tar");
	else
		return to;
	return NULL;
}

static void complain(const struct record_list *records)
{
	const struct record *record;
	size_t unreadable = 0;
	array_each (record, records) {
		unreadable += record->error != 0;
		if (record->error)
			log_verbose("/%s: could not be read: %s", record->path, strerror(-record->error));
	}
	if (unreadable)
		log_error(
			"%zu of %zu files and folders could not be read, and are recorded so; -v names them%s",
			unreadable, records->count, host_is_root() ? "" : "; root may read more");
}

static enum status write_to(const char *to, const struct record_list *records, const struct options *options)
{
	bool standard_output = text_same(to, "-");
	int error = standard_output ? recording_send(records, STDOUT_FILENO) : recording_save(records, to);
	if (error == -EEXIST)
		log_error("%s: exists already; remove it, or name another FILE", to);
	else if (error)
		log_error("%s: could not be written: %s", standard_output ? "standard output" : to,
			usage_file_error(error));
	if (error)
		return STATUS_FAILED;
	if (options->quiet)
		return STATUS_DONE;
	complain(records);
	if (!standard_output)
		log_error("%s: read it with: mkdir machine; tar -xf %s -C machine; "
			  "vfionoiommu --sysroot machine status",
			to, to);
	if (options->json) {
		struct json *document = json_new();
		json_add_records(document, to, records);
		value_print(document);
	}
	return STATUS_DONE;
}

static enum status report_main(int argc, char **argv, struct options *options)
{
	bool with_private = false;
	static struct arguments arguments;
	static struct sysroot_notes notes;
	static struct record_list records;
	struct sysroot root;
	const struct arguments_spec spec = {
		.usage = "[FILE]",
		.doc = "Write what vfionoiommu reads of this machine into FILE, a tar archive, to be attached to a report of "
		       "a bug: unpacked, --sysroot reads it as this machine. Without FILE, or as -, it goes to standard "
		       "output.\v"
		       "What is in it: the PCI devices with up to 64 bytes of their configuration space, their drivers, "
		       "their VFIO nodes, and what bind remembers of them; the names of network interfaces, disks and "
		       "volumes, and what is mounted where; the kernel's version, configuration, mode and taint, the indexes "
		       "of its modules and the files of vfio and iommufd; what modprobe.d and the kernel's command line say "
		       "of vfio; of the kernel log the time of each message, and the text of those by which VFIO taints the "
		       "kernel.\n\n"
		       "What is not in it: serial numbers, MAC and network addresses, other words of the command line and "
		       "the log, servers and options of mounted filesystems.\n\n"
		       "Exit status: 0 written, 1 not written.",
		.options = report_options,
		.parse = report_parse,
		.input = &with_private,
	};
	arguments_parse(&spec, argc, argv, options, &arguments);
	const char *to = destination(options, &arguments);
	if (!to)
		return STATUS_USAGE;
	if (!options_open_root(options, &root))
		return STATUS_FAILED;
	root.notes = &notes;
	look_at_machine(&root);
	record_collect(&root, &notes, with_private, &records);
	return write_to(to, &records, options);
}

const struct command command_report = { "report", "write what is read of this machine into an archive",
	report_main };
