#include "collect/redact.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"

/* "DRIVER DEVICE: Adding kernel taint for vfio-noiommu ...", exactly as judge/taint_event accepts it, because
 * other messages may quote it. */
static bool is_taint_message(const char *message)
{
	static const char *const ends[] = { "group on device", "cdev", "cdev on device" };
	size_t driver = strcspn(message, " ");
	const char *device = message[driver] ? message + driver + 1 : "";
	size_t length = strcspn(device, " ");
	const char *what = text_after(device + length, " Adding kernel taint for vfio-noiommu ");
	bool named = driver && length >= 2 && device[length - 1] == ':';
	for (size_t i = 0; named && what && i < ARRAY_SIZE(ends); i++)
		if (text_same(what, ends[i]))
			return true;
	return false;
}

/* The first line of a record is "6,339,5140900,-;text"; more fields may precede the semicolon. Lines that
 * start with a blank continue a record. */
static void redact_log_line(const char *line, FILE *to)
{
	size_t numbers = strspn(line, "0123456789,");
	const char *message = strchr(line, ';');
	if (*line == ' ')
		return;
	if (message)
		fprintf(to, "%.*s-;%s\n", (int)numbers, line,
			is_taint_message(message + 1) ? message + 1 : "");
	else
		/* Not a record: keep a mark, so that the log still counts as damaged. */
		fputs("?\n", to);
}

static void redact_words(const char *line, FILE *to)
{
	while (*line) {
		size_t length = strcspn(line, " \t");
		if (text_starts(line, "vfio"))
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
	{ "etc/vfionoiommu.d/", redact_serial, false },
	{ "/mountinfo", redact_mount, false },
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
	auto_free char *copy = text_copy(text);
	FILE *to = open_memstream(&redacted, &size);
	if (!to)
		log_out_of_memory();
	if (rule->joins)
		text_join_lines(copy);
	for (char *line = copy, *end; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		rule->redact(line, to);
	}
	if (fclose(to) != 0)
		log_out_of_memory();
	return redacted;
}

#define MAC_DIGITS 12

static size_t number_of(struct name_list *known, const char *mac)
{
	if (!name_list_has(known, mac))
		*array_add(known) = text_copy(mac);
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
		auto_free char *mac = text_format("%.*s", MAC_DIGITS, at);
		snprintf(number, sizeof number, "%0*zu", MAC_DIGITS, number_of(known, mac));
		memcpy(at, number, MAC_DIGITS);
	}
}
