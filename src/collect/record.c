#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base.h"
#include "collect/collect.h"
#include "state/state.h"

/* ---- what a recording leaves out ---- */

/* The first line of a record is "6,339,5140900,-;text"; more fields may precede the semicolon. Lines that
 * start with a blank continue a record. */
static void redact_log_line(const char *line, FILE *to)
{
	size_t numbers = strspn(line, "0123456789,");
	const char *message = strchr(line, ';');
	if (*line == ' ')
		return;
	if (message) {
		struct taint_event event = { 0 };
		/* Exactly as it was parsed, because other messages may quote it. */
		bool taints = taint_event_parse(message + 1, &event);
		fprintf(to, "%.*s-;%s\n", (int)numbers, line, taints ? message + 1 : "");
	} else
		/* Not a record: keep a mark, so that the log still counts as damaged. */
		fputs("?\n", to);
}

static void redact_words(const char *line, FILE *to)
{
	while (*line) {
		size_t length = strcspn(line, " \t");
		if (text_starts(line, "vfio") || text_starts(line, "module_blacklist="))
			fprintf(to, "%.*s ", (int)length, line);
		line += length + (line[length] != '\0');
	}
	fputc('\n', to);
}

/* Replaces other lines by comments, so that an edited file still differs from our own. */
static void redact_modprobe_line(const char *line, FILE *to)
{
	fprintf(to, "%s\n", strstr(line, "vfio") ? line : "#");
}

/* The serial number in a persistent binding. The line stays, as it shows that the card has one. */
static void redact_serial(const char *line, FILE *to)
{
	fprintf(to, "%s\n", text_starts(line, "SERIAL=") ? "SERIAL=hidden" : line);
}

/* Names in /dev/disk may contain a serial number: "UDEV PATH: /dev/disk/by-id/wwn-0x5000c500a1b2c3d4  ...".
 */
static void redact_disks(const char *line, FILE *to)
{
	static const char folder[] = "dev/disk/";
	const char *found;
	while ((found = strstr(line, folder))) {
		fprintf(to, "%.*shidden", (int)(found + strlen(folder) - line), line);
		line = found + strcspn(found, " \t");
	}
	fprintf(to, "%s\n", line);
}

/* "24 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro": proc_pid_mountinfo(5) */
static void redact_mount(const char *line, FILE *to)
{
	const char *separator = strstr(line, " - ");
	const char *type = separator ? separator + strlen(" - ") : "";
	size_t type_length = strcspn(type, " ");
	const char *source = type + type_length + (type[type_length] == ' ');
	/* Names in by-id may contain the serial number. */
	const char *node = text_after(source, "/dev/");
	bool disk = node && !text_starts(node, "disk/");
	/* The tag of a directory shared by the host. The source of other filesystems may be a server. */
	bool tag = text_starts(type, "virtiofs ") ||
		   (text_starts(type, "9p ") && strstr(source, "trans=virtio"));
	if (!separator)
		return;
	fprintf(to, "%.*s%.*s ", (int)(type - line), line, (int)type_length, type);
	if (disk || tag)
		fprintf(to, "%.*s rw\n", (int)strcspn(source, " "), source);
	else
		fputs("none rw\n", to);
}

static const struct rule {
	const char *part; /* of the path */
	void (*redact)(const char *line, FILE *to);
	bool joins; /* a backslash at the end of a line continues it */
} rules[] = {
	{ "dev/kmsg", redact_log_line, false },
	{ "proc/cmdline", redact_words, false },
	{ "/modprobe.d/", redact_modprobe_line, true },
	{ &PERSIST_DIRECTORY[1], redact_serial, false },
	{ "/mountinfo", redact_mount, false },
	{ "sys/kernel/config/", redact_disks, false },
};

static const struct rule *find_rule(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (strstr(path, rules[i].part))
			return &rules[i];
	return NULL;
}

char *redact(const char *path, const char *text)
{
	const struct rule *rule = find_rule(path);
	char *redacted = NULL;
	size_t size;
	if (!rule)
		return NULL;
	const void *mark = keep(0);
	char *copy = text_copy(text);
	FILE *to = open_memstream(&redacted, &size);
	if (!to)
		out_of_memory();
	if (rule->joins)
		text_join_lines(copy);
	for (char *line = copy, *end; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		rule->redact(line, to);
	}
	if (fclose(to) != 0)
		out_of_memory();
	keep_release(mark);
	char *kept = text_copy(redacted);
	free(redacted);
	return kept;
}

#define MAC_DIGITS 12

static size_t number_of(struct name_list *known, const char *mac)
{
	name_list_add(known, mac);
	size_t number = 0;
	while (!text_same(known->items[number], mac))
		number++;
	return number + 1;
}

void redact_names(char *text, struct name_list *known)
{
	for (char *at = text; (at = strchr(at, 'x'));) {
		bool two_letters =
			at - text >= 2 && islower((unsigned char)at[-1]) && islower((unsigned char)at[-2]);
		bool named = two_letters && (at - text == 2 || !isalnum((unsigned char)at[-3]));
		at++;
		if (!named || strspn(at, "0123456789abcdef") != MAC_DIGITS ||
			isalnum((unsigned char)at[MAC_DIGITS]))
			continue;
		char number[MAC_DIGITS + 1];
		snprintf(number, sizeof number, "%0*zu", MAC_DIGITS,
			number_of(known, text_format("%.*s", MAC_DIGITS, at)));
		memcpy(at, number, MAC_DIGITS);
	}
}

/* The limit of directories and links on the path to a file, because links can form a loop. */
#define STEPS_MAX 128

/* The standard header: IDs and class, but no serial numbers, and no registers that are unsafe to read. */
#define CONFIG_SIZE 64

/* ---- paths ---- */

/* The path of the entry `part` of `directory`; ".." is the parent, at most the root. */
static char *step(const char *directory, const char *part)
{
	const char *slash = strrchr(directory, '/');
	if (text_same(part, ".."))
		return text_format("%.*s", slash ? (int)(slash - directory) : 0, directory);
	if (!*part || text_same(part, "."))
		return text_copy(directory);
	return text_format("%s%s%s", directory, *directory ? "/" : "", part);
}

/* Adds the first component of `way`, relative to the directory `at` (a path without links), and moves `at`
 * and `way` past it, or to its target if it is a link. Returns whether components are left. */
static bool advance(const struct sysroot *root, const char **at, const char **way, size_t read,
	struct record_list *records)
{
	size_t length = strcspn(*way, "/");
	const char *rest = *way + length + ((*way)[length] == '/');
	char *here = step(*at, text_format("%.*s", (int)length, *way));
	const char *target = *here ? sysroot_readlink(root, here) : NULL;
	bool more = target || *rest;
	if (*here)
		*array_add(records) = (struct record){ .path = here, .read = more ? 0 : read };
	if (target) {
		*way = text_format("%s%s%s", target, *rest ? "/" : "", rest);
		if (*target == '/')
			*at = "";
	} else {
		*at = here;
		*way = rest;
	}
	return more;
}

/* Adds everything on the path to `path`: directories, links, and the file itself. */
static void follow(const struct sysroot *root, const char *path, size_t read, struct record_list *records)
{
	const char *at = "", *way = path;
	for (int steps = 0; steps < STEPS_MAX && advance(root, &at, &way, read, records);)
		steps++;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct record *)a)->path, ((const struct record *)b)->path);
}

static void sort_and_merge(struct record_list *records)
{
	struct record_list merged = { .items = records->items };
	const struct record *record;
	if (records->count)
		qsort(records->items, records->count, sizeof *records->items, by_path);
	array_each (record, records) {
		struct record *last = merged.count ? &merged.items[merged.count - 1] : NULL;
		if (!last || !text_same(last->path, record->path)) {
			merged.items[merged.count++] = *record;
			continue;
		}
		last->read = record->read > last->read ? record->read : last->read;
	}
	records->count = merged.count;
}

/* ---- contents ---- */

static void set_content(struct record *record, const char *content, size_t size)
{
	record->content = memcpy(keep(size), content, size);
	record->size = size;
}

static void set_text(struct record *record, char *text)
{
	record->content = text;
	record->size = strlen(text);
}

/* Stores the text, redacted unless `with_private`. The text is `size` bytes long and terminated by a 0. */
static void take(struct record *record, const char *text, size_t size, bool with_private)
{
	char *redacted = with_private ? NULL : redact(record->path, text);
	if (redacted)
		set_text(record, redacted);
	else
		set_content(record, text, size);
}

/* Attributes that older kernels do not read while the lock of their device is held. */
static bool is_locked(const struct record *record)
{
	const char *name = basename(record->path);
	return record->read && text_starts(record->path, "sys/") &&
	       (text_same(name, "uevent") || text_same(name, "driver_override"));
}

/* Reads them in a process that may block: their text or error. */
static void read_locked(const struct sysroot *root, struct record_list *records)
{
	struct name_list paths = { 0 };
	struct attribute_list attributes = { 0 };
	struct record *record;
	size_t next = 0;
	array_each (record, records)
		if (is_locked(record))
			*array_add(&paths) = record->path;
	sysroot_read_locked(root, OVERRIDE_UNLOCKED, &paths, &attributes);
	array_each (record, records) {
		const struct attribute *attribute = is_locked(record) ? &attributes.items[next++] : NULL;
		if (attribute && attribute->text)
			set_text(record, text_format("%s%s", attribute->text, *attribute->text ? "\n" : ""));
		else if (attribute)
			record->error = attribute->error;
	}
}

static void read_file(const struct sysroot *root, bool with_private, struct record *record)
{
	static char buffer[RECORD_SIZE_MAX + 2];
	const size_t room = sizeof buffer - 1;
	if (is_locked(record))
		return;
	bool config = text_starts(record->path, "sys/") && text_same(basename(record->path), "config");
	size_t size = record->read < room ? record->read : room;
	if (config && !with_private && size > CONFIG_SIZE)
		size = CONFIG_SIZE;
	ssize_t got = sysroot_read_bytes(root, record->path, buffer, size);
	if (got < 0 || got > RECORD_SIZE_MAX) {
		record->error = got < 0 ? (int)got : -EFBIG;
		return;
	}
	buffer[got] = '\0';
	take(record, buffer, (size_t)got, with_private);
}

static void read_log(const struct sysroot *root, bool with_private, struct record *record)
{
	const char *text = NULL;
	record->error = klog_read(root, record->path, &text);
	if (!record->error)
		take(record, text, strlen(text), with_private);
}

static void record_directory(const struct sysroot *root, struct record *record)
{
	auto_fd int fd = sysroot_open_dir(root, record->path);
	bool enters = sysroot_exists(root, PATH("%s/.", record->path)) == ANSWER_YES;
	record->kind = RECORD_DIRECTORY;
	record->error = record->read && fd < 0 ? fd : 0;
	record->access.mode = 0200 | (fd < 0 ? 0 : 0444) | (enters ? 0111 : 0);
}

static void record_file(const struct sysroot *root, int type, bool with_private, struct record *record)
{
	record->kind = RECORD_FILE;
	record->access.mode = 0644;
	/* `list` shows the owner and mode of nodes. */
	if (!record->read && text_starts(record->path, "dev/"))
		sysroot_access(root, record->path, &record->access);
	else if (record->read && text_same(record->path, "dev/kmsg"))
		read_log(root, with_private, record);
	else if (record->read && type == S_IFREG)
		read_file(root, with_private, record);
	if (record->error)
		record->access.mode = 0200;
}

/* Returns whether it exists. */
static bool record_path(const struct sysroot *root, bool with_private, struct record *record)
{
	char *target = sysroot_readlink(root, record->path);
	int type = target ? S_IFLNK : sysroot_type(root, record->path);
	if (target) {
		record->kind = RECORD_LINK;
		record->access.mode = 0777;
		set_text(record, target);
	} else if (type == S_IFDIR) {
		record_directory(root, record);
	} else if (type >= 0) {
		record_file(root, type, with_private, record);
	}
	return type >= 0 && record->error != -ENOENT;
}

static void hide_addresses(struct record_list *records)
{
	struct name_list known = { 0 };
	struct record *record;
	array_each (record, records) {
		redact_names(record->path, &known);
		if (record->kind == RECORD_LINK)
			redact_names(record->content, &known);
	}
}

void record_collect(const struct sysroot *root, const struct sysroot_note *notes, bool with_private,
	struct record_list *records)
{
	const struct sysroot silent = sysroot_quiet(root);
	struct record *record;
	struct record_list found = { 0 };
	for (const struct sysroot_note *note = notes; note; note = note->before)
		follow(&silent, note->path, note->read, &found);
	sort_and_merge(&found);
	read_locked(&silent, &found);
	array_each (record, &found) {
		if (record_path(&silent, with_private, record))
			*array_add(records) = *record;
	}
	if (!with_private)
		hide_addresses(records);
}
