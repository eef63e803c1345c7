#include "show/findings.h"

#include "base/array.h"
#include "show/print.h"

void findings_print(FILE *stream, const struct finding_list *findings, enum severity least)
{
	const struct finding *finding;
	array_each (finding, findings) {
		if (finding->severity < least)
			continue;
		const char *subject = finding->subject;
		/* An overridden error did not stop the command. */
		enum severity severity = finding->overridden ? SEVERITY_WARNING : finding->severity;
		print_severity_line(stream, severity, "%s%s%s%s [%s]", subject ? subject : "",
			subject ? ": " : "", finding->overridden ? "overridden by --force: " : "",
			finding->sentence, finding->id);
		if (finding->remedy && !finding->overridden)
			/* On stderr the program's name begins the line: indenting the rest shows nothing. */
			print_line(stream, "%shint: %s", stream == stderr ? "" : "    ", finding->remedy);
	}
}
