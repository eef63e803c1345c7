#include "show/json.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "show/taint.h"
#include "show/words.h"

/* struct json is json-c's own object; nobody else need know. */
static struct json_object *object(struct json *document)
{
	return (struct json_object *)document;
}

/* The keys are literals, or in tables of words: they need not be copied, of which there may be very many. */
static void add(struct json_object *to, const char *key, struct json_object *value)
{
	json_object_object_add_ex(to, key, value, JSON_C_OBJECT_KEY_IS_CONSTANT);
}

/* NULL becomes null; bytes that are not UTF-8 are escaped, as JSON cannot hold them. */
static void add_text(struct json_object *to, const char *key, const char *text)
{
	auto_free char *escaped = text_escape(text);
	add(to, key, escaped ? json_object_new_string(escaped) : NULL);
}

static void add_answer(struct json_object *to, const char *key, enum answer answer)
{
	add(to, key, answer == ANSWER_UNKNOWN ? NULL : json_object_new_boolean(answer == ANSWER_YES));
}

/* A number of which -1 means unknown or none. */
static void add_number(struct json_object *to, const char *key, long long number)
{
	add(to, key, number < 0 ? NULL : json_object_new_int64(number));
}

static void add_hex(struct json_object *to, const char *key, int digits, unsigned long long number)
{
	auto_free char *text = text_format("%0*llx", digits, number);
	add_text(to, key, text);
}

struct json *json_new(void)
{
	struct json_object *document = json_object_new_object();
	add(document, "schema", json_object_new_int(1));
	return (struct json *)document;
}

void json_print(struct json *document)
{
	puts(json_object_to_json_string_ext(object(document),
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object(document));
}

void json_print_line(struct json *document)
{
	puts(json_object_to_json_string_ext(
		object(document), JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object(document));
}

static struct json_object *answers_object(const enum answer *answers)
{
	struct json_object *to = json_object_new_object();
	for (int question = 0; question < QUESTION_COUNT; question++)
		add_answer(to, word_question(question), answers[question]);
	return to;
}

static struct json_object *host_object(const struct host *host)
{
	struct json_object *to = json_object_new_object();
	add_text(to, "release", host->release);
	add_text(to, "arch", host->arch);
	add(to, "running", json_object_new_boolean(host->running));
	add_text(to, "config", host->kconfig.source);
	struct json_object *symbols = json_object_new_object();
	for (int symbol = 0; symbol < KCONFIG_COUNT; symbol++)
		add_text(symbols, word_symbol(symbol), word_kconfig(host->kconfig.value[symbol]));
	add(to, "kconfig", symbols);
	struct json_object *modules = json_object_new_object();
	for (int i = 0; i < MODULE_COUNT; i++)
		add_text(modules, host->modules[i].name, word_module(host->modules[i].state));
	add(to, "modules", modules);
	add(to, "seen", answers_object(host->seen));
	add(to, "in_modules", answers_object(host->in_modules));
	add_text(to, "mode", word_mode(host->mode));
	add_answer(to, "iommu", host->iommu);
	add_number(to, "taint", host->taint);
	return to;
}

void json_add_host(struct json *document, const struct host *host)
{
	add(object(document), "host", host_object(host));
}

static struct json_object *access_object(const struct access_case *access)
{
	struct json_object *to = json_object_new_object();
	add_number(to, "case", access->number ? access->number : -1);
	for (int question = 0; question < QUESTION_COUNT; question++)
		add_answer(to, word_question(question), access->built[question].answer);
	add_answer(to, "noiommu_possible", access->possible);
	add_text(to, "group_path", word_path(access->group));
	add_text(to, "cdev_path", word_path(access->cdev));
	add_answer(to, "group_node", access->group_node);
	add_answer(to, "cdev_node", access->cdev_node);
	struct json_object *sources = json_object_new_object();
	for (int question = 0; question < QUESTION_COUNT; question++)
		add_text(sources, word_question(question), word_source(&access->built[question]));
	add(to, "sources", sources);
	return to;
}

void json_add_access(struct json *document, const struct access_case *access)
{
	add(object(document), "access", access_object(access));
}

static void add_access(struct json_object *to, const struct node_access *access)
{
	auto_free char *mode = text_format("%04o", (unsigned int)access->mode);
	add_number(to, "owner", access->user);
	add_number(to, "group", access->group);
	add_text(to, "mode", access->mode < 0 ? NULL : mode);
}

static struct json_object *node_object(const struct vfio_node *node)
{
	if (!node->name)
		return NULL;
	struct json_object *to = json_object_new_object();
	add_text(to, "name", node->name);
	add_text(to, "path", node->path);
	add(to, "noiommu", json_object_new_boolean(node->noiommu));
	add(to, "present", json_object_new_boolean(node->present));
	add_access(to, &node->access);
	return to;
}

static struct json_object *remembered_object(const struct remembered *remembered)
{
	if (remembered->known != ANSWER_YES)
		return NULL;
	struct json_object *to = json_object_new_object();
	add_text(to, "driver", remembered->driver);
	add_text(to, "module", remembered->module);
	add_text(to, "driver_override", remembered->driver_override);
	return to;
}

static struct json_object *stored_object(const struct stored *stored)
{
	if (!stored)
		return NULL;
	struct json_object *to = json_object_new_object();
	add(to, "usable", json_object_new_boolean(!stored->problem && stored->same != ANSWER_NO));
	add_text(to, "problem", stored->problem);
	add_answer(to, "same_card", stored->same);
	return to;
}

static struct json_object *use_array(const struct use_list *uses)
{
	/* Most devices have none. */
	struct json_object *list = json_object_new_array_ext((int)uses->count + 1);
	const struct use *use;
	array_each (use, uses) {
		struct json_object *to = json_object_new_object();
		add_text(to, "kind", word_use(use->kind));
		add_text(to, "object", use->object);
		add_text(to, "detail", use->detail);
		json_object_array_add(list, to);
	}
	return list;
}

static struct json_object *device_object(const struct device *device)
{
	struct json_object *to = json_object_new_object();
	add_text(to, "address", device->address);
	add_hex(to, "vendor", 4, device->vendor);
	add_hex(to, "device", 4, device->device);
	add_hex(to, "subsystem_vendor", 4, device->subvendor);
	add_hex(to, "subsystem_device", 4, device->subdevice);
	add_hex(to, "class", 6, device->class);
	add_text(to, "modalias", device->modalias);
	add_text(to, "vendor_name", device->vendor_name);
	add_text(to, "device_name", device->device_name);
	add_text(to, "driver", device->driver);
	add_text(to, "unreadable", device->unreadable);
	add_text(to, "driver_override", device->driver_override);
	add_answer(to, "iommu", device->iommu);
	add_number(to, "iommu_group", device->iommu_group);
	add_text(to, "use", word_fitness(device->fitness));
	add(to, "uses", use_array(&device->uses));
	add(to, "group", node_object(&device->group));
	add(to, "cdev", node_object(&device->cdev));
	add(to, "before", remembered_object(&device->remembered));
	add(to, "persistent", stored_object(device->stored));
	return to;
}

void json_add_devices(struct json *document, const struct device_refs *devices)
{
	struct json_object *list = json_object_new_array();
	struct device **device;
	array_each (device, devices)
		json_object_array_add(list, device_object(*device));
	add(object(document), "devices", list);
}

void json_add_event(struct json *document, const struct event *event)
{
	struct json_object *to = object(document);
	add_text(to, "event", word_event(event->kind));
	add_text(to, "address", event->address);
	if (event->vendor) {
		add_hex(to, "vendor", 4, event->vendor);
		add_hex(to, "device", 4, event->device);
	}
	add_text(to, "driver", event->driver);
	add_text(to, "node", event->node);
}

static struct json_object *offer_object(const struct device_offer *offer)
{
	if (!offer->known)
		return NULL;
	struct json_object *to = json_object_new_object(), *regions = json_object_new_array();
	for (int i = 0; i < REGION_KINDS; i++) {
		const struct region *region = &offer->regions[i];
		if (!region->size)
			continue;
		struct json_object *entry = json_object_new_object();
		add_text(entry, "name", word_region(i));
		add(entry, "size", json_object_new_int64((long long)region->size));
		add(entry, "read", json_object_new_boolean(region->read));
		add(entry, "write", json_object_new_boolean(region->write));
		add(entry, "mmap", json_object_new_boolean(region->mmap));
		json_object_array_add(regions, entry);
	}
	add(to, "regions", regions);
	struct json_object *interrupts = json_object_new_object();
	for (int i = 0; i < INTERRUPT_KINDS; i++)
		add(interrupts, word_interrupt(i), json_object_new_int64(offer->interrupts[i]));
	add(to, "interrupts", interrupts);
	add(to, "reset", json_object_new_boolean(offer->reset));
	return to;
}

static struct json_object *step_array(const struct opening *opening)
{
	struct json_object *list = json_object_new_array();
	for (size_t i = 0; i < opening->count; i++) {
		struct json_object *to = json_object_new_object();
		int error = opening->steps[i].error;
		add_text(to, "step", word_step(opening->steps[i].step));
		add_text(to, "error", error ? strerrorname_np(-error) : NULL);
		json_object_array_add(list, to);
	}
	return list;
}

void json_add_openings(struct json *document, const struct opening_list *openings, bool addresses)
{
	struct json_object *list = json_object_new_array();
	const struct opening *opening;
	array_each (opening, openings) {
		struct json_object *to = json_object_new_object();
		add_text(to, "address", opening->device->address);
		add_text(to, "node", opening->node->path);
		add(to, "opened", json_object_new_boolean(opening->opened));
		add(to, "iommufd_as_container", json_object_new_boolean(opening->iommufd_as_container));
		add(to, "steps", step_array(opening));
		add_answer(to, "physical_address_right", opening->physical_right);
		if (addresses)
			add_hex(to, "physical_address", 1, opening->physical);
		add(to, "offer", offer_object(&opening->offer));
		json_object_array_add(list, to);
	}
	add(object(document), "openings", list);
}

static struct json_object *finding_array(const struct finding_list *findings)
{
	struct json_object *list = json_object_new_array();
	const struct finding *finding;
	array_each (finding, findings) {
		struct json_object *to = json_object_new_object();
		add_text(to, "id", finding->id);
		add_text(to, "severity", word_severity(finding->severity));
		add_text(to, "subject", finding->subject);
		add_text(to, "sentence", finding->sentence);
		add_text(to, "remedy", finding->remedy);
		add(to, "forcible", json_object_new_boolean(finding->forcible));
		add(to, "overridden", json_object_new_boolean(finding->overridden));
		json_object_array_add(list, to);
	}
	return list;
}

void json_add_findings(struct json *document, const struct finding_list *findings)
{
	add(object(document), "findings", finding_array(findings));
}

static struct json_object *advice_array(const struct advice_list *advice)
{
	struct json_object *list = json_object_new_array();
	const struct advice *item;
	array_each (item, advice) {
		struct json_object *to = json_object_new_object();
		add_text(to, "goal", item->goal);
		/* Not add_text: the newlines between the lines are meant. */
		add(to, "lines", json_object_new_string(item->lines));
		json_object_array_add(list, to);
	}
	return list;
}

void json_add_kernels(struct json *document, const struct kernel_list *kernels)
{
	struct json_object *list = json_object_new_array();
	const struct kernel *kernel;
	array_each (kernel, kernels) {
		struct json_object *to = host_object(&kernel->host);
		add_text(to, "name", kernel->name);
		add(to, "access", access_object(&kernel->access));
		add(to, "findings", finding_array(&kernel->findings));
		add(to, "advice", advice_array(&kernel->advice));
		json_object_array_add(list, to);
	}
	add(object(document), "kernels", list);
}

static struct json_object *action_object(const struct action *action)
{
	static const char *const kinds[] = {
		[ACTION_NONE] = "none",
		[ACTION_LOAD] = "load",
		[ACTION_TRY_LOAD] = "load",
		[ACTION_WRITE] = "write",
		[ACTION_DRIVER] = "write",
		[ACTION_SAVE] = "save",
		[ACTION_REMOVE] = "remove",
		[ACTION_WATCH] = "watch",
		[ACTION_SETTLE] = "settle",
		[ACTION_ACCESS] = "access",
	};
	struct node_access access = { -1, -1, -1 };
	struct json_object *to = json_object_new_object();
	add_text(to, "action", kinds[action->kind]);
	add_text(to, "path", action->path);
	/* The newline that clears an override is a value like another. */
	if (text_same(action->value, "\n"))
		add(to, "value", json_object_new_string("\n"));
	else
		add_text(to, "value", action->value);
	if (action->kind == ACTION_ACCESS)
		access = action->access;
	else if (action->kind == ACTION_SAVE)
		access.mode = action->access.mode;
	add_access(to, &access);
	return to;
}

void json_add_results(struct json *document, const struct result_list *results)
{
	struct json_object *list = json_object_new_array();
	const struct result *result;
	const struct step *step;
	bool changed = false;
	array_each (result, results) {
		struct json_object *to = json_object_new_object();
		struct json_object *steps = json_object_new_array();
		add_text(to, "subject", result->subject);
		add_text(to, "outcome", word_outcome(result->outcome));
		add(to, "changed", json_object_new_boolean(result->outcome == OUTCOME_CHANGED));
		add_text(to, "sentence", result->sentence);
		array_each (step, &result->plan)
			if (step->act.kind != ACTION_NONE)
				json_object_array_add(steps, action_object(&step->act));
		add(to, "steps", steps);
		json_object_array_add(list, to);
		changed |= result->outcome == OUTCOME_CHANGED;
	}
	add(object(document), "results", list);
	add(object(document), "changed", json_object_new_boolean(changed));
}

void json_add_next_boot(struct json *document, const struct next_boot *next)
{
	struct json_object *to = json_object_new_object();
	add_text(to, "mode", word_mode(next->mode));
	add_text(to, "source", next->source);
	add(object(document), "next_boot", to);
}

void json_add_ready(struct json *document, bool ready)
{
	add(object(document), "ready", json_object_new_boolean(ready));
}

void json_add_taint(struct json *document, long long before, long long after)
{
	struct json_object *to = json_object_new_object();
	add_number(to, "before", before);
	add_number(to, "after", after);
	add(object(document), "taint", to);
}

static struct json_object *taint_bits_array(const struct taint_bit_list *bits)
{
	struct json_object *list = json_object_new_array();
	const struct taint_bit *bit;
	array_each (bit, bits) {
		const char letter[] = { bit->letter, '\0' };
		struct json_object *to = json_object_new_object();
		add_number(to, "bit", bit->number);
		add_text(to, "letter", bit->letter ? letter : NULL);
		add_text(to, "name", bit->name);
		add_text(to, "meaning", bit->meaning);
		add(to, "known", json_object_new_boolean(bit->letter != 0));
		json_object_array_add(list, to);
	}
	return list;
}

static struct json_object *taint_events_array(const struct taint_event_list *events)
{
	struct json_object *list = json_object_new_array();
	const struct taint_event *event;
	array_each (event, events) {
		struct json_object *to = json_object_new_object();
		auto_free char *seconds = taint_event_seconds(event);
		auto_free char *time = taint_event_time(event);
		add_text(to, "address", event->device);
		add_text(to, "kind", event->cdev ? "cdev" : "group");
		add(to, "seconds", json_object_new_double_s((double)event->microseconds / 1e6, seconds));
		add_text(to, "time", time);
		json_object_array_add(list, to);
	}
	return list;
}

void json_add_kernel_taint(struct json *document, const struct taint *taint)
{
	struct json_object *to = taint->known ? json_object_new_object() : NULL;
	add(object(document), "kernel_taint", to);
	if (!to)
		return;
	add(to, "value", json_object_new_uint64(taint->value));
	add(to, "bits", taint_bits_array(&taint->bits));
	add_answer(to, "vfio_noiommu", taint->noiommu);
	add_text(to, "reason", taint->reason);
	add(to, "events", taint_events_array(&taint->events));
}

void json_add_records(struct json *document, const char *file, const struct record_list *records)
{
	struct json_object *to = json_object_new_object(), *unreadable = json_object_new_array();
	const struct record *record;
	array_each (record, records) {
		if (!record->error)
			continue;
		auto_free char *path = text_format("/%s", record->path);
		struct json_object *item = json_object_new_object();
		add_text(item, "path", path);
		add_text(item, "reason", strerror(-record->error));
		json_object_array_add(unreadable, item);
	}
	add_text(to, "file", file);
	add_number(to, "count", (long long)records->count);
	add(to, "unreadable", unreadable);
	add(object(document), "report", to);
}
