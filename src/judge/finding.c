
#include "base/base.h"
#include "judge/judge.h"

static const struct explanation catalog[FINDING_COUNT] = {
#define X(name, id, severity, forcible, meaning, reason, remedy)                                             \
	{ id, SEVERITY_##severity, forcible, meaning, reason, remedy },
#include "judge/findings.def"
#undef X
};

const struct explanation *finding_explanation(size_t index)
{
	return index < FINDING_COUNT ? &catalog[index] : NULL;
}

void finding_add(struct finding_list *findings, enum finding_kind kind, const char *subject,
	const char *remedy, const char *format, ...)
{
	va_list arguments;
	struct finding *finding = array_add(findings);
	*finding = (struct finding){
		.id = catalog[kind].id,
		.severity = catalog[kind].severity,
		.forcible = catalog[kind].forcible,
	};
	finding->overridden = findings->force && finding->forcible;
	finding->subject = subject;
	finding->remedy = remedy;
	va_start(arguments, format);
	finding->sentence = text_vformat(format, arguments);
	va_end(arguments);
}

void finding_drop(struct finding_list *findings, enum finding_kind kind)
{
	size_t kept = 0;
	struct finding *finding;
	array_each (finding, findings)
		if (!text_same(finding->id, catalog[kind].id))
			findings->items[kept++] = *finding;
	findings->count = kept;
}

size_t finding_blockers(const struct finding_list *findings)
{
	size_t count = 0;
	const struct finding *finding;
	array_each (finding, findings)
		count += finding->severity == SEVERITY_BLOCKER && !finding->overridden;
	return count;
}
