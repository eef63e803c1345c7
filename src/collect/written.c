#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "collect/collect.h"

/* ---- persistent bindings ---- */

#define DIRECTORY "etc/vfionoiommu.d"
#define RULE      "60-vfionoiommu.rules"

/* "8086:10d3" under `key`. Returns false if the line is missing or malformed. */
static bool get_ids(const char *text, const char *key, unsigned int *vendor, unsigned int *device)
{
	auto_free char *value = text_value(text, key);
	const char *at = value;
	return address_parse_ids(&at, vendor, device) && !*at;
}

/* A number under `key`, or -1 if there is no such line. Returns false if it is malformed or above `max`. */
static bool get_number(const char *text, const char *key, int base, long max, long *number)
{
	char *end;
	auto_free char *value = text_value(text, key);
	*number = -1;
	if (!value)
		return true;
	errno = 0;
	*number = strtol(value, &end, base);
	return !errno && end != value && !*end && *number >= 0 && *number <= max;
}

/* The name of a driver or module under `key`, or NULL. Returns false if it is invalid. */
static bool get_name(const char *text, const char *key, char **name)
{
	*name = text_value(text, key);
	return text_is_name(*name);
}

static bool parse(const char *text, struct stored *stored)
{
	long mode;
	auto_free char *address = text_value(text, "ADDRESS");
	auto_free char *allow = text_value(text, "ALLOW_IOMMU");
	auto_free char *cdi = text_value(text, "CDI");
	if (!text_same(address, stored->address) ||
		!get_ids(text, "PCI_ID", &stored->vendor, &stored->device) ||
		!get_ids(text, "PCI_SUBSYS_ID", &stored->subvendor, &stored->subdevice) ||
		!get_name(text, "DRIVER", &stored->before.driver) ||
		!get_name(text, "MODULE", &stored->before.module) ||
		!get_name(text, "DRIVER_OVERRIDE", &stored->before.driver_override) ||
		!get_number(text, "OWNER", 10, UINT32_MAX - 1L, &stored->access.user) ||
		!get_number(text, "GROUP", 10, UINT32_MAX - 1L, &stored->access.group) ||
		!get_number(text, "MODE", 8, 0777, &mode))
		return false;
	stored->access.mode = (int)mode;
	stored->before.known = ANSWER_YES;
	stored->serial = text_value(text, "SERIAL");
	stored->allow_iommu = text_same(allow, "y");
	stored->cdi = text_same(cdi, "y");
	return true;
}

/* Whether only root can write to `path`. The files of a recorded machine belong to the user who unpacked
 * them. */
static bool is_roots(const struct sysroot *root, const char *path)
{
	struct node_access access;
	if (!root->live)
		return true;
	return sysroot_access(root, path, &access) == 0 && access.user == 0 && !(access.mode & 022);
}

static void read_stored(const struct sysroot *root, struct stored *stored)
{
	auto_free char *path = text_format(DIRECTORY "/%s", stored->address);
	auto_free char *text = sysroot_read(root, path);
	if (!text)
		stored->problem = text_format("cannot be read: %s", strerror(errno));
	else if (!is_roots(root, DIRECTORY) || !is_roots(root, path))
		stored->problem = text_copy("must be owned by root and writable by root only");
	else if (!parse(text, stored))
		stored->problem = text_copy("is malformed");
}

static enum answer is_same(
	const struct sysroot *root, const struct stored *stored, const struct device *device)
{
	auto_free char *serial = NULL;
	if (stored->vendor != device->vendor || stored->device != device->device ||
		stored->subvendor != device->subvendor || stored->subdevice != device->subdevice)
		return ANSWER_NO;
	if (device_collect_serial(root, device, &serial))
		return stored->serial ? ANSWER_UNKNOWN : ANSWER_YES;
	return text_same(serial, stored->serial) ? ANSWER_YES : ANSWER_NO;
}

static void tie(const struct sysroot *root, struct device_list *devices, struct stored *stored)
{
	struct device *device = device_find(devices, stored->address);
	if (!device)
		return;
	device->stored = stored;
	stored->present = true;
	if (!stored->problem)
		stored->same = is_same(root, stored, device);
}

static void stored_free(struct stored *stored)
{
	free(stored->address);
	free(stored->problem);
	free(stored->serial);
	device_free_remembered(&stored->before);
}

void stored_collect_all(const struct sysroot *root, struct device_list *devices, struct stored_list *list)
{
	auto_names struct name_list names = { 0 };
	char address[20], **name;
	struct stored *stored;
	struct device *device;
	array_each (stored, list)
		stored_free(stored);
	free(list->items);
	*list = (struct stored_list){ 0 };
	array_each (device, devices)
		device->stored = NULL;
	sysroot_list(root, DIRECTORY, &names);
	array_each (name, &names) {
		if (!address_parse(*name, address) || !text_same(*name, address))
			continue;
		stored = array_add(list);
		*stored = (struct stored){ .address = text_copy(*name), .same = ANSWER_UNKNOWN };
		read_stored(root, stored);
	}
	array_each (stored, list)
		tie(root, devices, stored);
}

enum answer stored_collect_rule(const struct sysroot *root)
{
	static const char *const directories[] = { "etc", "run", "usr/local/lib", "usr/lib", "lib" };
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		auto_free char *path = text_format("%s/udev/rules.d/" RULE, directories[i]);
		if (sysroot_exists(root, path) == ANSWER_YES)
			return ANSWER_YES;
	}
	return ANSWER_NO;
}

/* ---- the specification for containers ---- */

#define SPECIFICATION_MAX (1 << 20)

char *container_collect_specification(const struct sysroot *root)
{
	return sysroot_read_file(root, "run/cdi/vfionoiommu.json", SPECIFICATION_MAX);
}
