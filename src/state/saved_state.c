#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "state/state.h"

char *saved_state_path(const char *address)
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
static char *end_line(const char *text, size_t length)
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
	auto_free char *expected = end_line(text, (size_t)(end - text));
	const char *rest = text_after(end, expected);
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
	auto_free char *address = text_value(text, "ADDRESS");
	auto_free char *modalias = text_value(text, "MODALIAS");
	auto_free char *driver = text_value(text, "DRIVER");
	auto_free char *module = text_value(text, "MODULE");
	auto_free char *override = text_value(text, "DRIVER_OVERRIDE");
	auto_free char *by_kernel = text_value(text, "BY_KERNEL");
	auto_free char *instance = text_value(text, "INSTANCE");
	if (!is_whole(text) || !is_instance(device, instance) || !text_same(address, device->address) ||
		!text_same(modalias, device->modalias) || !text_is_name(driver) || !text_is_name(module) ||
		!text_is_name(override))
		return false;
	*saved = (struct remembered){
		.known = ANSWER_YES,
		.driver = text_copy(driver),
		.module = text_copy(module),
		.driver_override = text_copy(override),
		.by_kernel = text_same(by_kernel, "y"),
	};
	return true;
}

char *saved_state_format(const struct device *device, const struct remembered *saved)
{
	char *text = text_format(FORMAT "ADDRESS=%s\n", device->address);
	text_append_value(&text, "INSTANCE", device->instance);
	text_append_value(&text, "MODALIAS", device->modalias);
	text_append_value(&text, "DRIVER", saved->driver);
	text_append_value(&text, "MODULE", saved->module);
	text_append_value(&text, "DRIVER_OVERRIDE", saved->driver_override);
	text_append_value(&text, "BY_KERNEL", saved->by_kernel ? "y" : NULL);
	auto_free char *end = end_line(text, strlen(text));
	text_append(&text, "%s\n", end);
	return text;
}

char *unbound_path(const char *address)
{
	return text_format(UNBOUND_DIRECTORY "/%s", address);
}

bool unbound_is_newer(const char *text, const struct device *device, unsigned long long event)
{
	auto_free char *instance = text_value(text, "INSTANCE");
	auto_free char *last = text_value(text, "SEQNUM");
	return last && is_instance(device, instance) && event <= strtoull(last, NULL, 10);
}

char *unbound_format(const struct device *device, unsigned long long event)
{
	char *text = text_format("SEQNUM=%llu\n", event);
	text_append_value(&text, "INSTANCE", device->instance);
	return text;
}
