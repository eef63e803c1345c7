#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "show/show.h"

/* UNKNOWN becomes null. */
static void add_answer(struct json *to, const char *key, enum answer answer)
{
	if (answer == ANSWER_UNKNOWN)
		value_add(to, key, NULL);
	else
		value_add_bool(to, key, answer == ANSWER_YES);
}

/* "owner", "group", "mode", of which -1 becomes null. */
static void add_access(struct json *to, const struct node_access *access)
{
	value_add_number(to, "owner", access->user);
	value_add_number(to, "group", access->group);
	value_add_text(to, "mode", access->mode < 0 ? NULL : text_format("%04o", (unsigned int)access->mode));
}

/* Some versions of json-c print an empty list or object on two lines. Newlines are only between values. */
void json_print(struct json *document)
{
	const char *text = value_text(document, true), *open;
	while ((open = strpbrk(text, "[{"))) {
		size_t blanks = open[1] == '\n' ? strspn(open + 1, "\n ") : 0;
		fwrite(text, 1, (size_t)(open + 1 - text), stdout);
		text = open + 1 + (blanks && strchr("]}", open[1 + blanks]) ? blanks : 0);
	}
	puts(text);
	value_free(document);
}

void json_print_line(struct json *document)
{
	puts(value_text(document, false));
	value_free(document);
}

/* ---- the machine ---- */

struct json *json_new(void)
{
	struct json *document = value_object();
	value_add_integer(document, "schema", 1);
	return document;
}

static struct json *answers_object(const enum answer *answers)
{
	struct json *to = value_object();
	for (int question = 0; question < QUESTION_COUNT; question++)
		add_answer(to, word_question(question), answers[question]);
	return to;
}

static struct json *host_object(const struct host *host)
{
	struct json *to = value_object();
	value_add_text(to, "release", host->release);
	value_add_text(to, "arch", host->arch);
	value_add_bool(to, "running", host->running);
	value_add_text(to, "config", host->kconfig.source);
	value_add_text(
		to, "config_kind", host->kconfig.source ? word_kconfig_kind(host->kconfig.kind) : NULL);
	struct json *symbols = value_object();
	for (int symbol = 0; symbol < KCONFIG_COUNT; symbol++)
		value_add_text(symbols, word_symbol(symbol), word_kconfig(host->kconfig.value[symbol]));
	value_add(to, "kconfig", symbols);
	struct json *modules = value_object();
	for (int i = 0; i < MODULE_COUNT; i++)
		value_add_text(modules, host->modules[i].name, word_module(host->modules[i].state));
	value_add(to, "modules", modules);
	value_add_text(to, "module_package", host->module_package);
	value_add_bool(to, "replaced", host->replaced);
	value_add(to, "seen", answers_object(host->seen));
	value_add(to, "in_modules", answers_object(host->in_modules));
	value_add_text(to, "mode", word_mode(host->mode));
	add_answer(to, "iommu", host->iommu);
	value_add_text(to, "unused_iommu", host->unused_iommu);
	value_add_bool(to, "qemu", host->qemu);
	value_add_number(to, "taint", host->taint);
	return to;
}

void json_add_host(struct json *document, const struct host *host)
{
	value_add(document, "host", host_object(host));
}

/* "7.3"; null: 0. */
static void add_version(struct json *to, const char *key, int version)
{
	value_add_text(to, key, version ? text_format("%d.%d", version / 100, version % 100) : NULL);
}

static struct json *access_object(const struct access_case *access)
{
	struct json *to = value_object();
	value_add_number(to, "case", access->number ? access->number : -1);
	for (int question = 0; question < QUESTION_COUNT; question++)
		add_answer(to, word_question(question), access->built[question].answer);
	add_answer(to, "noiommu_possible", access->possible);
	value_add_text(to, "group_path", word_path(access->group));
	value_add_text(to, "cdev_path", word_path(access->cdev));
	add_answer(to, "group_node", access->group_node);
	add_answer(to, "cdev_node", access->cdev_node);
	add_version(to, "version", access->version);
	value_add_text(to, "group_reason", word_reason(access->group_reason));
	value_add_text(to, "cdev_reason", word_reason(access->cdev_reason));
	add_version(to, "group_since", access->group_since);
	add_version(to, "cdev_since", access->cdev_since);
	struct json *sources = value_object();
	for (int question = 0; question < QUESTION_COUNT; question++)
		value_add_text(sources, word_question(question), word_source(&access->built[question]));
	value_add(to, "sources", sources);
	return to;
}

void json_add_access(struct json *document, const struct access_case *access)
{
	value_add(document, "access", access_object(access));
}

static struct json *finding_array(const struct finding_list *findings)
{
	struct json *list = value_list(0);
	const struct finding *finding;
	array_each (finding, findings) {
		struct json *to = value_object();
		value_add_text(to, "id", finding->id);
		value_add_text(to, "severity", word_severity(finding->severity));
		value_add_text(to, "subject", finding->subject);
		value_add_text(to, "sentence", finding->sentence);
		value_add_text(to, "remedy", finding->remedy);
		value_add_bool(to, "forcible", finding->forcible);
		value_add_bool(to, "overridden", finding->overridden);
		value_append(list, to);
	}
	return list;
}

void json_add_findings(struct json *document, const struct finding_list *findings)
{
	value_add(document, "findings", finding_array(findings));
}

void json_add_explanations(struct json *document, const struct explanation *const *items, size_t count)
{
	struct json *list = value_list(count);
	for (size_t i = 0; i < count; i++) {
		struct json *to = value_object();
		value_add_text(to, "id", items[i]->id);
		value_add_text(to, "severity", word_severity(items[i]->severity));
		value_add_bool(to, "forcible", items[i]->forcible);
		value_add_text(to, "meaning", items[i]->meaning);
		value_add_text(to, "reason", items[i]->reason);
		value_add_text(to, "remedy", items[i]->remedy);
		value_append(list, to);
	}
	value_add(document, "explanations", list);
}

static struct json *advice_array(const struct advice_list *advice)
{
	struct json *list = value_list(0);
	const struct advice *item;
	array_each (item, advice) {
		struct json *to = value_object();
		value_add_text(to, "goal", item->goal);
		/* Not value_add_text: the newlines between the lines must stay. */
		value_add_verbatim(to, "lines", item->lines);
		value_append(list, to);
	}
	return list;
}

void json_add_kernels(struct json *document, const struct kernel_list *kernels)
{
	struct json *list = value_list(0);
	const struct kernel *kernel;
	array_each (kernel, kernels) {
		struct json *to = host_object(&kernel->host);
		value_add_text(to, "name", kernel->name);
		value_add(to, "access", access_object(&kernel->access));
		value_add(to, "findings", finding_array(&kernel->findings));
		value_add(to, "advice", advice_array(&kernel->advice));
		value_append(list, to);
	}
	value_add(document, "kernels", list);
}

void json_add_next_boot(struct json *document, const struct next_boot *next)
{
	struct json *to = value_object();
	value_add_text(to, "mode", word_mode(next->mode));
	value_add_text(to, "source", next->source);
	value_add(document, "next_boot", to);
}

void json_add_ready(struct json *document, bool ready)
{
	value_add_bool(document, "ready", ready);
}

/* ---- devices ---- */

static struct json *node_object(const struct vfio_node *node)
{
	if (!node->name)
		return NULL;
	struct json *to = value_object();
	value_add_text(to, "name", node->name);
	value_add_text(to, "path", node->path);
	value_add_bool(to, "noiommu", node->noiommu);
	value_add_bool(to, "present", node->present);
	add_access(to, &node->access);
	return to;
}

static struct json *remembered_object(const struct remembered *remembered)
{
	if (remembered->known != ANSWER_YES)
		return NULL;
	struct json *to = value_object();
	value_add_text(to, "driver", remembered->driver);
	value_add_text(to, "module", remembered->module);
	value_add_text(to, "driver_override", remembered->driver_override);
	value_add_bool(to, "by_kernel", remembered->by_kernel);
	return to;
}

static struct json *stored_object(const struct stored *stored)
{
	if (!stored)
		return NULL;
	struct json *to = value_object();
	value_add_bool(to, "usable", stored->usable);
	value_add_text(to, "problem", stored->problem);
	add_answer(to, "same_card", stored->same);
	return to;
}

static struct json *use_array(const struct use_list *uses)
{
	/* Most devices have none. */
	struct json *list = value_list(uses->count);
	const struct use *use;
	array_each (use, uses) {
		struct json *to = value_object();
		value_add_text(to, "kind", word_use(use->kind));
		value_add_text(to, "object", use->object);
		value_add_text(to, "detail", use->detail);
		value_add_text(to, "way", use->way);
		value_add_text(to, "process", use->process);
		value_append(list, to);
	}
	return list;
}

static struct json *device_object(const void *from)
{
	const struct device *device = from;
	struct json *to = value_object();
	value_add_text(to, "address", device->address);
	value_add_hex(to, "vendor", 4, device->vendor);
	value_add_hex(to, "device", 4, device->device);
	value_add_hex(to, "subsystem_vendor", 4, device->subvendor);
	value_add_hex(to, "subsystem_device", 4, device->subdevice);
	value_add_hex(to, "class", 6, device->class);
	value_add_text(to, "modalias", device->modalias);
	value_add_text(to, "vendor_name", device->vendor_name);
	value_add_text(to, "device_name", device->device_name);
	value_add_text(to, "driver", device->driver);
	value_add_text(to, "unreadable", device->unreadable);
	value_add_text(to, "driver_override", device->driver_override);
	add_answer(to, "iommu", device->iommu);
	value_add_number(to, "iommu_group", device->iommu_group);
	value_add_text(to, "use", word_fitness(device->fitness));
	value_add(to, "uses", use_array(&device->uses));
	value_add(to, "group", node_object(&device->group));
	value_add(to, "cdev", node_object(&device->cdev));
	value_add(to, "before", remembered_object(&device->remembered));
	value_add(to, "persistent", stored_object(device->stored));
	return to;
}

void json_add_devices(struct json *document, const struct device_refs *devices)
{
	struct json *list = value_list(0);
	const struct device **device;
	array_each (device, devices)
		value_append_late(list, device_object, *device);
	value_add(document, "devices", list);
}

void json_add_event(struct json *document, const struct event *event)
{
	struct json *to = document;
	value_add_text(to, "event", word_event(event->kind));
	value_add_text(to, "address", event->address);
	if (event->vendor) {
		value_add_hex(to, "vendor", 4, event->vendor);
		value_add_hex(to, "device", 4, event->device);
	}
	value_add_text(to, "driver", event->driver);
	value_add_text(to, "node", event->node);
}

/* ---- openings ---- */

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
		value_add_text(to, "error", error ? word_error(-error) : NULL);
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
		add_answer(to, "physical_address_right", opening->physical_right);
		if (addresses)
			value_add_hex(to, "physical_address", 1, opening->physical);
		value_add(to, "offer", offer_object(&opening->offer));
		value_append(list, to);
	}
	value_add(document, "openings", list);
}

void json_add_client(struct json *document, enum client client, const struct client_facts *facts, bool ready)
{
	struct json *to = client == CLIENT_NONE ? NULL : value_object();
	value_add(document, "client", to);
	if (!to)
		return;
	value_add_text(to, "name", word_client(client));
	value_add_bool(to, "ready", ready);
	add_answer(to, "container", facts->container);
	value_add_unsigned(to, "huge_page_size", facts->huge_size * 1024);
	value_add_unsigned(to, "huge_pages_free", facts->huge_free * 1024);
	value_add_text(to, "hugetlbfs", facts->hugetlbfs);
	value_add_number(to, "lock_limit", facts->lock_limit);
	value_add_bool(to, "locks_freely", facts->locks_freely);
	value_add_bool(to, "physical_addresses", facts->sees_physical);
}

/* ---- findings and results ---- */

static struct json *action_object(const struct action *action)
{
	struct node_access access = { -1, -1, -1 };
	struct json *to = value_object();
	value_add_text(to, "action", word_action(action->kind));
	value_add_text(to, "path", action->path);
	/* The newline that clears driver_override is a value, not formatting. */
	if (text_same(action->value, "\n"))
		value_add_verbatim(to, "value", "\n");
	else
		value_add_text(to, "value", action->value);
	if (action->kind == ACTION_ACCESS)
		access = action->access;
	else if (action->kind == ACTION_SAVE || action->kind == ACTION_TRY_SAVE)
		access.mode = action->access.mode;
	add_access(to, &access);
	return to;
}

void json_add_results(struct json *document, const struct result_list *results)
{
	struct json *list = value_list(0);
	const struct result *result;
	const struct step *step;
	bool changed = false, planned = false;
	array_each (result, results) {
		struct json *to = value_object();
		struct json *steps = value_list(0);
		value_add_text(to, "subject", result->subject);
		value_add_text(to, "outcome", word_outcome(result->outcome));
		value_add_bool(to, "changed", result->outcome == OUTCOME_CHANGED);
		value_add_text(to, "sentence", result->sentence);
		array_each (step, &result->plan)
			if (step->act.kind != ACTION_NONE)
				value_append(steps, action_object(&step->act));
		value_add(to, "steps", steps);
		value_append(list, to);
		changed |= result->outcome == OUTCOME_CHANGED;
		planned |= result->outcome == OUTCOME_PLANNED;
	}
	value_add(document, "results", list);
	value_add_bool(document, "changed", changed);
	value_add_bool(document, "planned", planned);
}

void json_add_taint(struct json *document, long long before, long long after)
{
	struct json *to = value_object();
	value_add_number(to, "before", before);
	value_add_number(to, "after", after);
	value_add(document, "taint", to);
}

/* ---- the taint ---- */

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
		const char *seconds = taint_event_seconds(event);
		const char *time = taint_event_time(event);
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
	add_answer(to, "vfio_noiommu", taint->noiommu);
	value_add_text(to, "reason", taint->reason);
	value_add(to, "events", taint_events_array(&taint->events));
}

/* ---- records ---- */

void json_add_records(struct json *document, const char *file, const struct record_list *records)
{
	struct json *to = value_object(), *unreadable = value_list(0);
	const struct record *record;
	array_each (record, records) {
		if (!record->error)
			continue;
		struct json *item = value_object();
		value_add_text(item, "path", text_format("/%s", record->path));
		value_add_text(item, "reason", strerror(-record->error));
		value_append(unreadable, item);
	}
	value_add_text(to, "file", file);
	value_add_number(to, "count", (long long)records->count);
	value_add(to, "unreadable", unreadable);
	value_add(document, "report", to);
}
