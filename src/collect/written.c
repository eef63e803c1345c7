#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "collect/collect.h"
#include "state/state.h"

/* ---- persistent bindings ---- */

#define RULE "60-vfionoiommu.rules"

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
	auto_free char *path = persist_path(stored->address);
	auto_free char *text = sysroot_read(root, path + 1);
	if (!text)
		stored->problem = text_format("cannot be read: %s", strerror(errno));
	else if (!is_roots(root, &PERSIST_DIRECTORY[1]) || !is_roots(root, path + 1))
		stored->problem = text_copy("must be owned by root and writable by root only");
	else if (!persist_parse(text, stored))
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
	if (stored->problem)
		return;
	stored->same = is_same(root, stored, device);
	stored->unsure = stored->same == ANSWER_UNKNOWN && root->live && host_is_root();
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
	sysroot_list(root, &PERSIST_DIRECTORY[1], &names);
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

char *cdi_collect(const struct sysroot *root)
{
	return sysroot_read_file(root, &CDI_FILE[1], SPECIFICATION_MAX);
}
