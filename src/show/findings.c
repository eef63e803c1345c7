#include "show/findings.h"

#include "base/array.h"
#include "show/print.h"
#include "show/words.h"

void findings_print(FILE *stream, const struct finding_list *findings, enum severity least)
{
	const struct finding *finding;
	array_each (finding, findings) {
		if (finding->severity < least)
			continue;
		const char *subject = finding->subject ? finding->subject : word_severity(finding->severity);
		if (finding->overridden)
			print_line(stream, "%s: overridden by --force: %s [%s]", subject, finding->sentence,
				finding->id);
		else
			print_line(stream, "%s: %s [%s]", subject, finding->sentence, finding->id);
		if (finding->remedy && !finding->overridden)
			print_line(stream, "    remedy: %s", finding->remedy);
	}
}
