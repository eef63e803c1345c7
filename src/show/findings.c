#include "show/findings.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "show/print.h"
#include "show/words.h"

/* "blocker", "0000:00:04.0", "0000:00:04.0: warning": a device's blocker is an error about it, which needs no
 * word. */
static char *head_text(const struct finding *finding)
{
	const char *word = word_severity(finding->severity);
	if (!finding->subject)
		return text_copy(word);
	if (finding->severity == SEVERITY_BLOCKER)
		return text_copy(finding->subject);
	return text_format("%s: %s", finding->subject, word);
}

void findings_print(FILE *stream, const struct finding_list *findings, enum severity least)
{
	const struct finding *finding;
	array_each (finding, findings) {
		if (finding->severity < least)
			continue;
		auto_free char *head = head_text(finding);
		print_headed_line(stream, finding->severity, head, "%s%s [%s]",
			finding->overridden ? "overridden by --force: " : "", finding->sentence, finding->id);
		if (finding->remedy && !finding->overridden)
			/* Behind the program's name nothing is to be set off. */
			print_line(stream, "%sremedy: %s", stream == stderr ? "" : "    ", finding->remedy);
	}
}
