#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/base.h"
#include "collect/collect.h"

void use_add(struct device *device, const struct use *use)
{
	const struct use *known;
	array_each (known, &device->uses)
		if (known->kind == use->kind && text_same(known->object, use->object) &&
			text_same(known->detail, use->detail) && text_same(known->process, use->process))
			return;
	*array_add(&device->uses) = (struct use){
		.kind = use->kind,
		.object = text_copy(use->object),
		.detail = text_copy(use->detail),
		.way = text_copy(use->way),
		.process = text_copy(use->process),
	};
}

void use_simple(struct device *device, enum use_kind kind, const char *object, const char *detail)
{
	use_add(device, &(struct use){ .kind = kind, .object = object, .detail = detail });
}

/* Paths are relative to the root of the machine. */
static const char *shown(const char *what)
{
	bool path = text_starts(what, "sys/") || text_starts(what, "proc/") || text_starts(what, "dev/");
	return text_format("%s%s", path ? "/" : "", what);
}

void use_unknown(struct device *device, const char *what, int error)
{
	if (error && !error_is_missing(error))
		use_simple(device, USE_UNKNOWN, shown(what), strerror(-error));
}

void scan_unknown(struct scan *scan, const char *what, int error)
{
	if (error && !error_is_missing(error))
		scan_unknown_because(scan, what, strerror(-error));
}

void scan_unknown_because(struct scan *scan, const char *what, const char *why)
{
	*array_add(scan->at_registers ? &scan->unknown : &scan->unknown_above) =
		(struct use){ .kind = USE_UNKNOWN, .object = shown(what), .detail = text_copy(why) };
}

static void add_uses(struct device *device, const struct use_list *uses)
{
	const struct use *use;
	array_each (use, uses)
		use_add(device, use);
}

void scan_end(struct scan *scan)
{
	struct device *device;
	array_each (device, scan->devices) {
		add_uses(device, &scan->unknown);
		if (scan->unknown_above.count && !(scan->root->live && device_is_bare(scan->root, device)))
			add_uses(device, &scan->unknown_above);
	}
}

dev_t scan_number(const char *text)
{
	unsigned int major, minor;
	return text && sscanf(text, "%u:%u", &major, &minor) == 2 ? makedev(major, minor) : 0;
}

int scan_owners(const struct scan *scan, const struct sysroot *root, const char *folder, const char *name,
	struct owner_list *owners)
{
	struct name_list addresses = { 0 };
	const char **address;
	int error = owner_collect(root, folder, name, &addresses);
	array_each (address, &addresses) {
		struct device *device = device_find(scan->devices, *address);
		if (device)
			*array_add(owners) = device;
	}
	return error;
}

bool scan_use(
	const struct scan *scan, const char *folder, const char *name, enum use_kind kind, const char *detail)
{
	struct owner_list owners = { 0 };
	struct device **owner;
	(void)scan_owners(scan, scan->root, folder, name, &owners);
	array_each (owner, &owners)
		use_simple(*owner, kind, name, detail);
	return owners.count;
}

void scan_each_owned(struct scan *scan, const struct sysroot *root, const char *folder,
	void (*take)(struct scan *scan, const char *name, struct device *device))
{
	struct name_list names = { 0 };
	const char **name;
	scan_unknown(scan, folder, sysroot_list(root, folder, &names));
	array_each (name, &names) {
		struct owner_list owners = { 0 };
		struct device **owner;
		scan_unknown(scan, *name, scan_owners(scan, root, folder, *name, &owners));
		array_each (owner, &owners)
			take(scan, *name, *owner);
	}
}

/* ---- a scan in a process of its own ---- */

/* After so many glances without progress the kernel is taken for stuck. One alone may be late: both processes
 * may have been stopped (^Z). */
#define GLANCES   10
#define GLANCE_MS 300

/* After so many places, the parts of the scan that they belong to are left out: many disks can be stuck. */
#define PLACES_MAX 4

/* Has the next look leave out what this one got stuck at. Returns false if it is too much. */
static bool leave_out(struct progress *progress)
{
	const int process = progress->process;
	if (process && progress->stuck_count < ARRAY_SIZE(progress->stuck)) {
		progress->stuck[progress->stuck_count++] = process;
		return true;
	}
	if (progress->place_count == ARRAY_SIZE(progress->places))
		return false;
	bool alone = !process && progress->place_count < PLACES_MAX;
	snprintf(progress->places[progress->place_count++], sizeof *progress->places, "%s",
		alone ? progress->what : progress->part);
	return true;
}

int scan_wait(int process, int end, struct progress *progress)
{
	unsigned long steps;
	int ready = 0, idle = 0;
	while (!ready && idle < GLANCES) {
		steps = progress->steps;
		ready = process_wait(end, GLANCE_MS);
		idle = progress->steps != steps || process_is_running(process) ? 0 : idle + 1;
	}
	if (ready > 0)
		return 0;
	return ready == 0 && leave_out(progress) ? -EAGAIN : -ETIMEDOUT;
}

void scan_give_up(struct device_list *devices, const struct progress *progress)
{
	struct device *device;
	const char *what =
		progress->process ? text_format("process %d", progress->process) : shown(progress->what);
	array_each (device, devices)
		use_simple(device, USE_UNKNOWN, what, NO_ANSWER);
}

static void send_text(FILE *to, const char *text)
{
	fputc(text ? 1 : 0, to);
	if (text)
		fwrite(text, 1, strlen(text) + 1, to);
}

static const char *receive_text(FILE *from)
{
	static char *text;
	static size_t size;
	return fgetc(from) == 1 && getdelim(&text, &size, '\0', from) > 0 ? text_copy(text) : NULL;
}

#define WHOLE '.' /* the last byte */

void scan_send(const struct device_list *devices, FILE *to)
{
	const struct device *device;
	const struct use *use;
	array_each (device, devices) {
		fwrite(&device->interfaces, sizeof device->interfaces, 1, to);
		fwrite(&device->header_type, sizeof device->header_type, 1, to);
		fwrite(&device->uses.count, sizeof device->uses.count, 1, to);
		send_text(to, device->physical);
		array_each (use, &device->uses) {
			fwrite(&use->kind, sizeof use->kind, 1, to);
			send_text(to, use->object);
			send_text(to, use->detail);
			send_text(to, use->way);
			send_text(to, use->process);
		}
	}
	fputc(WHOLE, to);
	fflush(to);
}

static void receive_use(FILE *from, struct device *device)
{
	enum use_kind kind = USE_UNKNOWN;
	(void)!fread(&kind, sizeof kind, 1, from);
	const char *object = receive_text(from), *detail = receive_text(from);
	const char *way = receive_text(from), *process = receive_text(from);
	use_add(device, &(struct use){ kind, object, detail, way, process });
}

static void receive_device(FILE *from, struct device *device)
{
	size_t count = 0;
	(void)!fread(&device->interfaces, sizeof device->interfaces, 1, from);
	(void)!fread(&device->header_type, sizeof device->header_type, 1, from);
	(void)!fread(&count, sizeof count, 1, from);
	device->physical = receive_text(from);
	while (count--)
		receive_use(from, device);
}

bool scan_receive(struct device_list *devices, FILE *from)
{
	if (fseek(from, -1, SEEK_END) < 0 || fgetc(from) != WHOLE)
		return false;
	rewind(from);
	for (size_t i = 0; i < devices->count; i++)
		receive_device(from, &devices->items[i]);
	return true;
}
