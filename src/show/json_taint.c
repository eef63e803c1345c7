#include "show/json.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "show/taint.h"

static struct json *taint_bits_array(const struct taint_bit_list *bits)
{
	struct json *list = value_list(0);
	const struct taint_bit *bit;
	array_each (bit, bits) {
		const char letter[] = { bit->letter, '\0' };
		struct json *to = value_object();
		value_add_number(to, "bit", bit->number);
		value_add_text(to, "letter", bit->letter ? letter : NULL);
		value_add_text(to, "name", bit->name);
		value_add_text(to, "meaning", bit->meaning);
		value_add_bool(to, "known", bit->letter != 0);
		value_append(list, to);
	}
	return list;
}

static struct json *taint_events_array(const struct taint_event_list *events)
{
	struct json *list = value_list(0);
	const struct taint_event *event;
	array_each (event, events) {
		struct json *to = value_object();
		auto_free char *seconds = taint_event_seconds(event);
		auto_free char *time = taint_event_time(event);
		value_add_text(to, "address", event->device);
		value_add_text(to, "kind", event->cdev ? "cdev" : "group");
		value_add_decimal(to, "seconds", (double)event->microseconds / 1e6, seconds);
		value_add_text(to, "time", time);
		value_append(list, to);
	}
	return list;
}

void json_add_kernel_taint(struct json *document, const struct taint *taint)
{
	struct json *to = taint->known ? value_object() : NULL;
	value_add(document, "kernel_taint", to);
	if (!to)
		return;
	value_add_unsigned(to, "value", taint->value);
	value_add(to, "bits", taint_bits_array(&taint->bits));
	value_add_answer(to, "vfio_noiommu", taint->noiommu);
	value_add_text(to, "reason", taint->reason);
	value_add(to, "events", taint_events_array(&taint->events));
}
