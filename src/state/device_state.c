#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "state/state.h"

/* ---- saved state ---- */

const char *saved_state_path(const char *address)
{
	return text_format(SAVED_STATE_DIRECTORY "/%s", address);
}

/* The first line of a file that ends with a sum. Older versions wrote neither: their first is ADDRESS. */
#define FORMAT "FORMAT=2\n"

/* FNV-1a, 64 bits. */
static unsigned long long sum(const char *text, size_t length)
{
	unsigned long long value = 0xcbf29ce484222325ULL;
	for (size_t i = 0; i < length; i++)
		value = (value ^ (unsigned char)text[i]) * 0x100000001b3ULL;
	return value;
}

/* The last line: the length of what precedes it, and its sum. */
static const char *end_line(const char *text, size_t length)
{
	return text_format("END=%zu:%016llx", length, sum(text, length));
}

/* Whether `text` is as it was written. A file of an older version cannot tell. */
static bool is_whole(const char *text)
{
	const char *end = text;
	if (text_starts(text, "ADDRESS="))
		return true;
	if (!text_starts(text, FORMAT))
		return false;
	for (const char *next; (next = strstr(end, "\nEND=")); end = next + 1)
		;
	const char *rest = text_after(end, end_line(text, (size_t)(end - text)));
	return text_same(rest, "") || text_same(rest, "\n");
}

/* Devices that come and go at an address have different instances. Older versions saved none, and a recorded
 * machine has none. */
static bool is_instance(const struct device *device, const char *saved)
{
	return !saved || !device->instance || text_same(saved, device->instance);
}

bool saved_state_parse(const char *text, const struct device *device, struct remembered *saved)
{
	const char *driver = text_value(text, "DRIVER"), *module = text_value(text, "MODULE");
	if (!is_whole(text) || !is_instance(device, text_value(text, "INSTANCE")) ||
		!text_same(text_value(text, "ADDRESS"), device->address) ||
		!text_same(text_value(text, "MODALIAS"), device->modalias) || !text_is_name(driver) ||
		!text_is_name(module))
		return false;
	*saved = (struct remembered){
		.known = ANSWER_YES,
		.driver = driver,
		.module = module,
		.driver_override = text_value(text, "DRIVER_OVERRIDE"),
		.by_kernel = text_same(text_value(text, "BY_KERNEL"), "y"),
	};
	return true;
}

const char *saved_state_format(const struct device *device, const struct remembered *saved)
{
	char *text = text_format(FORMAT "ADDRESS=%s\n", device->address);
	text_append_value(&text, "INSTANCE", device->instance);
	text_append_value(&text, "MODALIAS", device->modalias);
	text_append_value(&text, "DRIVER", saved->driver);
	text_append_value(&text, "MODULE", saved->module);
	text_append_value(&text, "DRIVER_OVERRIDE", saved->driver_override);
	text_append_value(&text, "BY_KERNEL", saved->by_kernel ? "y" : NULL);
	text_append(&text, "%s\n", end_line(text, strlen(text)));
	return text;
}

const char *unbound_path(const char *address)
{
	return text_format(UNBOUND_DIRECTORY "/%s", address);
}

bool unbound_is_newer(const char *text, const struct device *device, unsigned long long event)
{
	const char *last = text_value(text, "SEQNUM");
	return last && is_instance(device, text_value(text, "INSTANCE")) && event <= strtoull(last, NULL, 10);
}

const char *unbound_format(const struct device *device, unsigned long long event)
{
	char *text = text_format("SEQNUM=%llu\n", event);
	text_append_value(&text, "INSTANCE", device->instance);
	return text;
}

/* ---- persistent bindings ---- */

const char *persist_path(const char *address)
{
	return text_format(PERSIST_DIRECTORY "/%s", address);
}

/* "8086:10d3" under `key`. Returns false if the line is missing or malformed. */
static bool get_ids(const char *text, const char *key, unsigned int *vendor, unsigned int *device)
{
	const char *at = text_value(text, key);
	return text_hex_pair(&at, vendor, device) && !*at;
}

/* A number under `key`, or -1 if there is no such line. Returns false if it is malformed or above `max`. */
static bool get_number(const char *text, const char *key, int base, long max, long *number)
{
	char *end;
	const char *value = text_value(text, key);
	*number = -1;
	if (!value)
		return true;
	errno = 0;
	*number = strtol(value, &end, base);
	return !errno && end != value && !*end && *number >= 0 && *number <= max;
}

/* The name of a driver or module under `key`, or NULL. Returns false if it is invalid. */
static bool get_name(const char *text, const char *key, const char **name)
{
	*name = text_value(text, key);
	return text_is_name(*name);
}

/* Of a user or group; 4294967295 is none. A 32-bit long holds fewer. */
#define ID_MAX (sizeof(long) > 4 ? (long)(UINT32_MAX - 1) : LONG_MAX)

bool persist_parse(const char *text, struct stored *stored)
{
	long mode;
	if (!text_same(text_value(text, "ADDRESS"), stored->address) ||
		!get_ids(text, "PCI_ID", &stored->vendor, &stored->device) ||
		!get_ids(text, "PCI_SUBSYS_ID", &stored->subvendor, &stored->subdevice) ||
		!get_name(text, "DRIVER", &stored->before.driver) ||
		!get_name(text, "MODULE", &stored->before.module) ||
		!get_name(text, "DRIVER_OVERRIDE", &stored->before.driver_override) ||
		!get_number(text, "OWNER", 10, ID_MAX, &stored->access.user) ||
		!get_number(text, "GROUP", 10, ID_MAX, &stored->access.group) ||
		!get_number(text, "MODE", 8, 0777, &mode))
		return false;
	stored->access.mode = (int)mode;
	stored->before.known = ANSWER_YES;
	stored->before.by_kernel = text_same(text_value(text, "BY_KERNEL"), "y");
	stored->serial = text_value(text, "SERIAL");
	stored->allow_iommu = text_same(text_value(text, "ALLOW_IOMMU"), "y");
	stored->cdi = text_same(text_value(text, "CDI"), "y");
	return true;
}

static void append_number(char **text, const char *key, bool octal, long number)
{
	const char *value = number < 0 ? NULL
			    : octal    ? text_format("%04lo", (unsigned long)number)
				       : text_format("%ld", number);
	text_append_value(text, key, value);
}

const char *persist_format(const struct stored *stored)
{
	char *text = text_format("ADDRESS=%s\nPCI_ID=%04x:%04x\nPCI_SUBSYS_ID=%04x:%04x\n", stored->address,
		stored->vendor, stored->device, stored->subvendor, stored->subdevice);
	text_append_value(&text, "SERIAL", stored->serial);
	text_append_value(&text, "DRIVER", stored->before.driver);
	text_append_value(&text, "MODULE", stored->before.module);
	text_append_value(&text, "DRIVER_OVERRIDE", stored->before.driver_override);
	text_append_value(&text, "BY_KERNEL", stored->before.by_kernel ? "y" : NULL);
	append_number(&text, "OWNER", false, stored->access.user);
	append_number(&text, "GROUP", false, stored->access.group);
	append_number(&text, "MODE", true, stored->access.mode);
	text_append_value(&text, "ALLOW_IOMMU", stored->allow_iommu ? "y" : NULL);
	text_append_value(&text, "CDI", stored->cdi ? "y" : NULL);
	return text;
}
