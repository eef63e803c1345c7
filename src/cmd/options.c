#include "cmd/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "base/text.h"

enum { OPTION_SYSROOT = 0x100, OPTION_COLOR, OPTION_WAIT, OPTION_FORCE, OPTION_DRY_RUN };

static const struct argp_option common[] = {
	{ "json", 'J', NULL, 0, "print one JSON document instead of text", 1 },
	{ "quiet", 'q', NULL, 0, "print nothing but errors", 1 },
	{ "verbose", 'v', NULL, 0, "say on stderr what is being done", 1 },
	{ "color", OPTION_COLOR, "WHEN", 0, "colour blockers and warnings: auto, always or never", 1 },
	{ 0 },
};

static const struct argp_option table[] = {
	{ "output", 'o', "COLUMNS", 0,
		"show these columns, with commas; +COLUMNS adds to those shown by default", 1 },
	{ "noheadings", 'n', NULL, 0, "no headings above tables", 1 },
	{ "raw", 'r', NULL, 0, "columns with one blank between them, blanks in cells as \\x20", 1 },
	{ 0 },
};

static const struct argp_option recorded[] = {
	{ "sysroot", OPTION_SYSROOT, "DIR", 0, "look at the machine that is recorded below DIR", 1 },
	{ 0 },
};

static const struct argp_option acting[] = {
	{ "dry-run", OPTION_DRY_RUN, NULL, 0, "print what would be written, and write nothing", 2 },
	{ "force", OPTION_FORCE, NULL, 0, "do it in spite of the findings that allow it", 2 },
	{ "wait", OPTION_WAIT, "SECONDS", 0, "how long to wait for another run to end (10)", 2 },
	{ 0 },
};

void usage_error(const struct argp_state *state, const char *format, ...)
{
	char *sentence;
	va_list arguments;
	va_start(arguments, format);
	if (vasprintf(&sentence, format, arguments) < 0)
		log_out_of_memory();
	va_end(arguments);
	log_error("%s", sentence);
	argp_state_help(state, stderr, ARGP_HELP_SEE);
	exit(argp_err_exit_status);
}

void usage_check_empty(
	const struct argp_state *state, const struct argp_option *options, int key, const char *argument)
{
	for (; argument && !*argument && options && options->name; options++)
		if (options->key == key)
			usage_error(state, "--%s is empty: give %s", options->name, options->arg);
}

const char *usage_file_error(int error)
{
	return error == -EINVAL ? "not a regular file" : strerror(-error);
}

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
	usage_error(state, "--color %s: give auto, always or never", text);
}

static error_t parse_common(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;
	usage_check_empty(state, common, key, argument);
	switch (key) {
	case 'J':
		options->json = true;
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
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_table(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;
	usage_check_empty(state, table, key, argument);
	switch (key) {
	case 'o':
		options->table.columns = argument;
		return 0;
	case 'n':
		options->table.noheadings = true;
		return 0;
	case 'r':
		options->table.raw = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_recorded(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;
	usage_check_empty(state, recorded, key, argument);
	if (key != OPTION_SYSROOT)
		return ARGP_ERR_UNKNOWN;
	options->sysroot = argument;
	return 0;
}

bool options_parse_seconds(const char *text, int *seconds)
{
	/* strtoul takes blanks and signs, too. */
	bool digits = *text && text[strspn(text, "0123456789")] == '\0';
	unsigned long value = strtoul(text, NULL, 10);
	if (!digits || value > 24L * 60 * 60)
		return false;
	*seconds = (int)value;
	return true;
}

static error_t parse_acting(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;
	usage_check_empty(state, acting, key, argument);
	switch (key) {
	case OPTION_DRY_RUN:
		options->acting = "--dry-run";
		options->dry_run = true;
		return 0;
	case OPTION_FORCE:
		options->acting = "--force";
		options->force = true;
		return 0;
	case OPTION_WAIT:
		options->acting = "--wait";
		if (!options_parse_seconds(argument, &options->wait))
			usage_error(state, "--wait %s: not a number of seconds up to 86400", argument);
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
	if (error == -ENOSYS)
		log_error("%s: cannot be opened: --sysroot needs Linux 5.6 or later", path);
	else
		log_error("%s: cannot be opened: %s%s", path, strerror(-error),
			options->sysroot ? "; give the folder of an unpacked report" : "");
	return false;
}

static const struct argp common_argp = { common, parse_common, NULL, NULL, NULL, NULL, NULL };
static const struct argp table_argp = { table, parse_table, NULL, NULL, NULL, NULL, NULL };
static const struct argp recorded_argp = { recorded, parse_recorded, NULL, NULL, NULL, NULL, NULL };
static const struct argp acting_argp = { acting, parse_acting, NULL, NULL, NULL, NULL, NULL };

static const struct argp_child children[] = {
	[OPTIONS_COMMON] = { &common_argp, 0, "Common options:", 1 },
	[OPTIONS_TABLE] = { &table_argp, 0, "Options for tables:", 2 },
	[OPTIONS_RECORDED] = { &recorded_argp, 0, "Option for a recorded machine:", 3 },
	[OPTIONS_ACTING] = { &acting_argp, 0, "Options for what changes something:", 4 },
};

size_t options_children(unsigned int kinds, struct argp_child list[OPTIONS_KINDS + 1])
{
	size_t count = 0;
	for (size_t i = 0; i < OPTIONS_KINDS; i++)
		if (kinds & 1u << i)
			list[count++] = children[i];
	list[count] = (struct argp_child){ 0 };
	return count;
}
