/* A persistent binding, /etc/vfionoiommu.d/ADDRESS: collect/device; act/recipes writes what was read. */
#include "base/base.h"
#include "collect/collect.h"
#include "fuzz.h"
#include "state/state.h"

#define ADDRESS "0000:00:04.0"
#define BINDING "etc/vfionoiommu.d/" ADDRESS

static struct device one = { .address = ADDRESS, .vendor = 0x8086, .device = 0x10d3, .subvendor = 0x8086 };
static struct device_list devices = { &one, 1 };

/* Frees the previous content of the list. */
static const struct stored *read_one(struct stored_list *list)
{
	stored_collect_all(fuzz_root(), &devices, list);
	const struct device *only = &one;
	stored_check(fuzz_root(), list, &(struct device_refs){ &only, 1 });
	must(list->count == 1 && text_same(list->items[0].address, ADDRESS) && list->items[0].present);
	return &list->items[0];
}

static bool same(const struct stored *a, const struct stored *b)
{
	return !a->problem == !b->problem && a->vendor == b->vendor && a->device == b->device &&
	       a->subvendor == b->subvendor && a->subdevice == b->subdevice &&
	       text_same(a->serial, b->serial) && a->allow_iommu == b->allow_iommu && a->cdi == b->cdi &&
	       fuzz_same_saved(&a->before, &b->before) && a->access.user == b->access.user &&
	       a->access.group == b->access.group && a->access.mode == b->access.mode && a->same == b->same;
}

/* An accepted file is the same after writing and reading it again. */
static void write_again(const struct stored *stored)
{
	const char *text = persist_format(stored), *path = persist_path(stored->address);
	must(text_same(path, "/" BINDING));
	fuzz_file_text(BINDING, text);
	static struct stored_list later;
	must(same(stored, read_one(&later)));
}

static void hide(const char *text)
{
	const char *serial = text_value(redact(BINDING, text), "SERIAL");
	must(!serial || text_same(serial, "hidden"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_release const void *mark = keep(0);
	struct part rest = { data, size };
	struct part binding = fuzz_part(&rest);
	const char *text = fuzz_text(binding);
	fuzz_file(BINDING, binding);
	fuzz_file("sys/bus/pci/devices/" ADDRESS "/uevent", (struct part){ (const uint8_t *)"", 0 });
	fuzz_file("sys/bus/pci/devices/" ADDRESS "/config", rest);
	static struct stored_list list;
	const struct stored *stored = read_one(&list);
	if (!stored->problem)
		write_again(stored);
	hide(text);
	return 0;
}
