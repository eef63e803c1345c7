#include "cmd/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "base/text.h"

enum { OPTION_SYSROOT = 0x100, OPTION_COLOR, OPTION_WAIT, OPTION_FORCE, OPTION_DRY_RUN, OPTION_TIMEOUT };

static const struct argp_option common[] = {
	{ "json", 'J', NULL, 0, "print one JSON document instead of text", 1 },
	{ "output", 'o', "COLUMNS", 0,
		"show these columns, with commas; +COLUMNS adds to those shown by default", 1 },
	{ "noheadings", 'n', NULL, 0, "no headings above tables", 1 },
	{ "raw", 'r', NULL, 0, "columns with one blank between them, blanks in cells as \\x20", 1 },
	{ "color", OPTION_COLOR, "WHEN", 0, "colour blockers and warnings: auto, always or never", 1 },
	{ "quiet", 'q', NULL, 0, "print nothing but errors", 1 },
	{ "verbose", 'v', NULL, 0, "say on stderr what is being done", 1 },
	{ "sysroot", OPTION_SYSROOT, "DIR", 0, "look at the machine that is recorded below DIR", 1 },
	{ 0 },
};

static const struct argp_option acting[] = {
	{ "dry-run", OPTION_DRY_RUN, NULL, 0, "print what would be written, and write nothing", 2 },
	{ "force", OPTION_FORCE, NULL, 0, "do it in spite of the findings that allow it", 2 },
	{ "timeout", OPTION_TIMEOUT, "SECONDS", 0,
		"how long unbind --force waits for a device that is held (10)", 2 },
	{ "wait", OPTION_WAIT, "SECONDS", 0, "how long to wait for another run to end (10)", 2 },
	{ 0 },
};

static enum print_color parse_color(const char *text, struct argp_state *state)
{
	static const char *const words[] = {
		[COLOR_AUTO] = "auto",
		[COLOR_ALWAYS] = "always",
		[COLOR_NEVER] = "never",
	};
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (text_same(text, words[i]))
			return (enum print_color)i;
	argp_error(state, "--color %s: give auto, always or never", text);
	return COLOR_AUTO;
}

static error_t parse_common(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;
	switch (key) {
	case 'J':
		options->json = true;
		return 0;
	case 'o':
		options->table.columns = argument;
		return 0;
	case 'n':
		options->table.noheadings = true;
		return 0;
	case 'r':
		options->table.raw = true;
		return 0;
	case 'q':
		options->quiet = true;
		return 0;
	case 'v':
		options->verbose = true;
		return 0;
	case OPTION_COLOR:
		options->color = parse_color(argument, state);
		return 0;
	case OPTION_SYSROOT:
		options->sysroot = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

bool options_parse_seconds(const char *text, int *seconds)
{
	char *end;
	errno = 0;
	long value = strtol(text, &end, 10);
	if (errno || end == text || *end || value < 0 || value > 24L * 60 * 60)
		return false;
	*seconds = (int)value;
	return true;
}

static int parse_seconds(const char *option, const char *text, struct argp_state *state)
{
	int seconds = 0;
	if (!options_parse_seconds(text, &seconds))
		argp_error(state, "--%s %s: not a number of seconds up to 86400", option, text);
	return seconds;
}

static error_t parse_acting(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;
	switch (key) {
	case OPTION_DRY_RUN:
		options->dry_run = true;
		return 0;
	case OPTION_FORCE:
		options->force = true;
		return 0;
	case OPTION_TIMEOUT:
		options->timeout = parse_seconds("timeout", argument, state);
		return 0;
	case OPTION_WAIT:
		options->wait = parse_seconds("wait", argument, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

bool options_open_root(const struct options *options, struct sysroot *root)
{
	const char *path = options->sysroot ? options->sysroot : "/";
	int error = sysroot_open(root, path);
	if (!error)
		return true;
	log_error("%s: cannot be opened: %s%s", path, strerror(-error),
		options->sysroot ? "; give the folder of an unpacked report" : "");
	return false;
}

const struct argp options_common = { common, parse_common, NULL, NULL, NULL, NULL, NULL };
const struct argp options_acting = { acting, parse_acting, NULL, NULL, NULL, NULL, NULL };
