#include "show/json.h"

#include <string.h>

#include "base/array.h"
#include "base/compat.h"
#include "show/words.h"

static struct json *offer_object(const struct device_offer *offer)
{
	if (!offer->known)
		return NULL;
	struct json *to = value_object(), *regions = value_list(0);
	for (int i = 0; i < REGION_KINDS; i++) {
		const struct region *region = &offer->regions[i];
		if (!region->size)
			continue;
		struct json *entry = value_object();
		value_add_text(entry, "name", word_region(i));
		value_add_integer(entry, "size", (long long)region->size);
		value_add_bool(entry, "read", region->read);
		value_add_bool(entry, "write", region->write);
		value_add_bool(entry, "mmap", region->mmap);
		value_append(regions, entry);
	}
	value_add(to, "regions", regions);
	struct json *interrupts = value_object();
	for (int i = 0; i < INTERRUPT_KINDS; i++)
		value_add_integer(interrupts, word_interrupt(i), offer->interrupts[i]);
	value_add(to, "interrupts", interrupts);
	value_add_bool(to, "reset", offer->reset);
	return to;
}

static struct json *step_array(const struct opening *opening)
{
	struct json *list = value_list(0);
	for (size_t i = 0; i < opening->count; i++) {
		struct json *to = value_object();
		int error = opening->steps[i].error;
		value_add_text(to, "step", word_step(opening->steps[i].step));
		value_add_text(to, "error", error ? compat_error_name(-error) : NULL);
		value_append(list, to);
	}
	return list;
}

void json_add_openings(struct json *document, const struct opening_list *openings, bool addresses)
{
	struct json *list = value_list(0);
	const struct opening *opening;
	array_each (opening, openings) {
		struct json *to = value_object();
		value_add_text(to, "address", opening->device->address);
		value_add_text(to, "node", opening->node->path);
		value_add_bool(to, "opened", opening->opened);
		value_add_bool(to, "iommufd_as_container", opening->iommufd_as_container);
		value_add(to, "steps", step_array(opening));
		value_add_answer(to, "physical_address_right", opening->physical_right);
		if (addresses)
			value_add_hex(to, "physical_address", 1, opening->physical);
		value_add(to, "offer", offer_object(&opening->offer));
		value_append(list, to);
	}
	value_add(document, "openings", list);
}
