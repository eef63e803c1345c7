/* vfionoiommu report: an archive of the files that the other commands read, for --sysroot. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "act/act.h"
#include "base/base.h"
#include "cmd/cmd.h"
#include "collect/collect.h"

static bool sensitive;

static const struct option_row report_options[] = {
	{ "include-sensitive", 0, NULL,
		"include serial numbers, MAC addresses in names, the full kernel log and command line, modprobe.d and mount options",
		.flag = &sensitive },
	{ "private", 0, NULL, NULL, .flag = &sensitive, .hidden = true },
	{ 0 },
};

/* Reads everything that the other commands read. The results do not matter: the root records the accesses. */
static void read_machine(const struct sysroot *root)
{
	static struct device_list devices;
	static struct stored_list stored;
	static struct host host;
	static struct next_boot next;
	static struct kernel_log log;
	static struct device_refs all;
	const struct device *device;
	device_collect_all(root, &devices);
	stored_collect_all(root, &devices, &stored);
	stored_collect_rule(root);
	device_collect_remembered(root, &devices, true);
	array_each (device, &devices)
		*array_add(&all) = device;
	device_collect_details(root, &devices, &all);
	stored_check(root, &stored, &all);
	use_collect_all(root, &devices);
	host_collect(root, &host);
	device_collect_driverless(root, host.release, &devices, &all, true);
	device_collect_kernel_driver(root, host.release, &devices, &all);
	nextboot_collect(root, NULL, &host, &next);
	if (host.taint >= 0)
		taint_collect_log(root, (unsigned long long)host.taint, &log);
}

/* The destination of the archive: a FILE, or "-", the default, for standard output, unless that is a
 * terminal. NULL after reporting an error. */
static const char *destination(const struct options *options)
{
	const struct arguments *arguments = &options->arguments;
	const char *to = arguments->count ? arguments->items[0] : "-";
	bool terminal = text_same(to, "-") && isatty(STDOUT_FILENO);
	if (arguments->count > 1)
		log_error("%zu FILE arguments: at most one is allowed", arguments->count);
	else if (!*to)
		log_error("FILE is empty");
	else if (terminal)
		log_error("not writing an archive to a terminal: FILE is missing");
	else if (options->json && text_same(to, "-"))
		log_error("--json needs a FILE, because it writes to standard output itself");
	else
		return to;
	log_hint("vfionoiommu report machine.tar");
	return NULL;
}

static void complain(const struct record_list *records)
{
	const struct record *record;
	size_t unreadable = 0;
	array_each (record, records) {
		unreadable += record->error != 0;
		if (record->error)
			log_verbose("/%s: could not read: %s", record->path, strerror(-record->error));
	}
	if (!unreadable)
		return;
	log_warning("%zu of %zu files and directories could not be read, and are marked so in the archive",
		unreadable, records->count);
	log_hint("%s", user_is_root() ? "-v lists them" : "-v lists them; root may read more");
}

static enum status write_to(const char *to, const struct record_list *records, const struct options *options)
{
	bool standard_output = text_same(to, "-");
	int error = recording_save(records, standard_output ? NULL : to);
	if (error == -EEXIST)
		log_error("%s: already exists; remove it, or name another FILE", to);
	else if (error)
		log_error("%s: could not be written: %s", standard_output ? "standard output" : to,
			usage_file_error(error));
	if (error)
		return STATUS_FAILED;
	if (options->quiet)
		return STATUS_DONE;
	complain(records);
	if (!standard_output) {
		log_note("%s: written", to);
		log_hint("mkdir machine; tar -xf %s -C machine; vfionoiommu --sysroot machine status", to);
	}
	if (options->json) {
		struct json *document = json_new();
		json_add_records(document, to, records);
		json_print(document);
	}
	return STATUS_DONE;
}

static enum status report_run(const struct options *options)
{
	static struct record_list records;
	struct sysroot root;
	const char *to = destination(options);
	if (!to)
		return STATUS_USAGE;
	if (!options_open_root(options, &root))
		return STATUS_FAILED;
	root.noted = true;
	read_machine(&root);
	record_collect(&root, sysroot_notes(), sensitive, &records);
	return write_to(to, &records, options);
}

const struct command command_report = {
	.name = "report",
	.summary = "write an archive of this machine for a bug report",
	.doc = "Write the files that vfionoiommu reads on this machine to FILE, a tar archive for a bug report. "
	       "Unpack it and use --sysroot to analyze it elsewhere. Without FILE, or with -, it is written to "
	       "standard output.\v"
	       "Included: the PCI devices with up to 64 bytes of their configuration space, their drivers, VFIO "
	       "nodes and saved state; the names of network interfaces, disks, volumes and exported disks (NVMe and SCSI targets), and the mount points; the "
	       "version, configuration, noiommu mode and taint of the kernel, the indexes of its modules and the "
	       "module files of vfio and iommufd; the settings of vfio in modprobe.d and on the kernel command line; "
	       "the time of each message in the kernel log, and the text of those with which VFIO taints the "
	       "kernel.\n\n"
	       "Not included: serial numbers, MAC and network addresses, the rest of the command line and of the "
	       "log, servers and options of mounted filesystems, and the files that processes have open.\n\n"
	       "Exit status: 0 written, 1 failure.",
	.usage = "[FILE]",
	.value = VALUE_FILE,
	.options = report_options,
	.run = report_run,
};
