#include "show/json.h"

#include "base/array.h"
#include "show/words.h"

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
		value_add_answer(to, word_question(question), answers[question]);
	return to;
}

static struct json *host_object(const struct host *host)
{
	struct json *to = value_object();
	value_add_text(to, "release", host->release);
	value_add_text(to, "arch", host->arch);
	value_add_bool(to, "running", host->running);
	value_add_text(to, "config", host->kconfig.source);
	struct json *symbols = value_object();
	for (int symbol = 0; symbol < KCONFIG_COUNT; symbol++)
		value_add_text(symbols, word_symbol(symbol), word_kconfig(host->kconfig.value[symbol]));
	value_add(to, "kconfig", symbols);
	struct json *modules = value_object();
	for (int i = 0; i < MODULE_COUNT; i++)
		value_add_text(modules, host->modules[i].name, word_module(host->modules[i].state));
	value_add(to, "modules", modules);
	value_add(to, "seen", answers_object(host->seen));
	value_add(to, "in_modules", answers_object(host->in_modules));
	value_add_text(to, "mode", word_mode(host->mode));
	value_add_answer(to, "iommu", host->iommu);
	value_add_number(to, "taint", host->taint);
	return to;
}

void json_add_host(struct json *document, const struct host *host)
{
	value_add(document, "host", host_object(host));
}

static struct json *access_object(const struct access_case *access)
{
	struct json *to = value_object();
	value_add_number(to, "case", access->number ? access->number : -1);
	for (int question = 0; question < QUESTION_COUNT; question++)
		value_add_answer(to, word_question(question), access->built[question].answer);
	value_add_answer(to, "noiommu_possible", access->possible);
	value_add_text(to, "group_path", word_path(access->group));
	value_add_text(to, "cdev_path", word_path(access->cdev));
	value_add_answer(to, "group_node", access->group_node);
	value_add_answer(to, "cdev_node", access->cdev_node);
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
