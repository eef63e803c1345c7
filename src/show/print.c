#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/base.h"
#include "show/show.h"

/* ---- text ---- */

static enum print_color color_wanted;

void print_set_color(enum print_color color)
{
	color_wanted = color;
}

static bool is_colored(FILE *stream)
{
	const char *off = getenv("NO_COLOR"), *terminal = getenv("TERM");
	if (color_wanted != COLOR_AUTO)
		return color_wanted == COLOR_ALWAYS;
	return isatty(fileno(stream)) && (!off || !*off) && terminal && !text_same(terminal, "dumb");
}

void print_line(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const char *line = text_vformat(format, arguments);
	va_end(arguments);
	puts(text_escape(line));
}

void candidate_print(const char *word, const char *description)
{
	printf("%s%s%s\n", word, description ? "\t" : "", description ? text_escape(description) : "");
}

void print_text(const char *text)
{
	fputs(text, stdout);
}

static const char *severity_format(FILE *stream, enum severity severity, const char *line)
{
	static const char *const words[] = {
		[SEVERITY_NOTE] = "note",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_BLOCKER] = "error",
	};
	/* ECMA-48: bold, red; bold, yellow. */
	static const char *const colors[] = {
		[SEVERITY_WARNING] = "\033[1;33m",
		[SEVERITY_BLOCKER] = "\033[1;31m",
	};
	bool colored = severity != SEVERITY_NOTE && is_colored(stream);
	return text_format("%s%s:%s %s", colored ? colors[severity] : "", words[severity],
		colored ? "\033[0m" : "", text_escape(line));
}

void print_severity_line(enum severity severity, const char *line)
{
	puts(severity_format(stdout, severity, line));
}

void print_severity_log(enum severity severity, const char *line)
{
	log_line(severity_format(stderr, severity, line));
}

int print_end(void)
{
	/* fclose() does not report an earlier failed write. */
	bool failed = ferror(stdout);
	return fclose(stdout) ? -errno : failed ? -EIO : 0;
}

/* ---- progress ---- */

#define ERASE_LINE "\r\033[K"

/* Overwrites the line with this one; NULL: erases it. A terminal can be stopped (^S), which must not hold up
 * a plan. */
static void show_line(const char *line)
{
	const char *terminal = getenv("TERM");
	struct pollfd event = { .fd = STDERR_FILENO, .events = POLLOUT };
	if (!isatty(STDERR_FILENO) || !terminal || text_same(terminal, "dumb") || poll(&event, 1, 0) <= 0)
		return;
	fprintf(stderr, ERASE_LINE "%s%s", line ? LOG_PREFIX : "", line ? line : "");
	fflush(stderr);
}

void progress_show(size_t ended, size_t count)
{
	show_line(ended < count ? text_format("%zu of %zu devices done", ended, count) : NULL);
}

static bool waiting;

void progress_wait(int process)
{
	const char *line = process ? text_format("waiting for another instance (pid %d)", process)
				   : "waiting for another instance";
	show_line(line);
	waiting = true;
}

void progress_end_wait(void)
{
	if (waiting)
		show_line(NULL);
	waiting = false;
}

/* ---- words ---- */

#define ENUM_WORD(value, word) [value] = word,

#define WORD_TABLE(function, type, list)                                                                     \
	const char *function(enum type value)                                                                \
	{                                                                                                    \
		static const char *const words[] = { list(ENUM_WORD) };                                      \
		return words[value];                                                                         \
	}
WORDS(WORD_TABLE)

const char *word_answer(enum answer answer)
{
	return answer == ANSWER_UNKNOWN ? "unknown" : answer == ANSWER_YES ? "yes" : "no";
}

const char *word_mode(enum mode mode)
{
	static const char *const words[] = {
		[MODE_UNKNOWN + 1] = "unknown",
		[MODE_OFF + 1] = "off",
		[MODE_ON + 1] = "on",
		[MODE_ABSENT + 1] = "unavailable",
	};
	return words[mode + 1];
}

const char *word_enabled(enum mode mode)
{
	return mode == MODE_ON ? "enabled" : mode == MODE_OFF ? "disabled" : word_mode(mode);
}

const char *word_region(int index)
{
	static const char *const words[REGION_KINDS] = { "bar0", "bar1", "bar2", "bar3", "bar4", "bar5",
		"rom", "config", "vga" };
	return words[index];
}

const char *word_interrupt(int index)
{
	static const char *const words[INTERRUPT_KINDS] = { "INTx", "MSI", "MSI-X", "error", "request" };
	return words[index];
}

#define KCONFIG_NAME(symbol, since) #symbol,
const char *word_symbol(enum kconfig_symbol symbol)
{
	static const char *const words[KCONFIG_COUNT] = { KCONFIG_SYMBOLS(KCONFIG_NAME) };
	return words[symbol];
}

const char *word_path(enum path path)
{
	static const char *const words[] = { "unknown", "none", "works", "iommufd-only" };
	return words[path + 1];
}

const char *word_source(const struct answered *answered)
{
	static const char *const words[] = { SOURCES(ENUM_WORD) };
	return answered->answer == ANSWER_UNKNOWN ? NULL : words[answered->source];
}

const char *word_case(int number)
{
	static const char *const words[] = {
		"case unknown",
		"group+container (case 1)",
		"group without container (case 2)",
		"group+container+cdev (case 3)",
		"group+cdev without container (case 4)",
		"cdev (case 5)",
		"neither group nor cdev (case 6)",
	};
	return words[number];
}

/* One sentence for each pair of paths; rows: the group, columns: the cdev, each unknown, none, works. */
const char *word_access(const struct access_case *access)
{
	static const char *const words[4][3] = {
		{ "unknown", "no cdev, group unknown", "cdev works, group unknown" },
		{ "no group, cdev unknown", "no access path", "cdev works, no group" },
		{ "group works, cdev unknown", "group works, no cdev", "group and cdev both work" },
		{ "group works with /dev/iommu only, cdev unknown",
			"group works with /dev/iommu only, no cdev",
			"cdev works, group works with /dev/iommu only" },
	};
	return words[access->group + 1][access->cdev + 1];
}

const char *word_error(int error)
{
	const char *name = error_name(error);
	return name ? name : "EUNKNOWN";
}
