#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cmd/cmd.h"

/* ---- common options ---- */

enum { OPTION_SYSROOT = 0x100, OPTION_COLOR, OPTION_WAIT, OPTION_FORCE, OPTION_DRY_RUN };

static const struct argp_option common[] = {
	{ "json", 'J', NULL, 0, "print one JSON document instead of text", 1 },
	{ "quiet", 'q', NULL, 0, "print nothing but errors", 1 },
	{ "verbose", 'v', NULL, 0, "print each step to stderr", 1 },
	{ "color", OPTION_COLOR, "WHEN", 0, "color errors and warnings: auto, always or never", 1 },
	{ 0 },
};

static const struct argp_option table[] = {
	{ "output", 'o', "COLUMNS", 0,
		"print these columns, separated by commas; +COLUMNS adds to the default", 1 },
	{ "noheadings", 'n', NULL, 0, "omit the headings of tables", 1 },
	{ "raw", 'r', NULL, 0, "space-separated output, spaces in values escaped as \\x20", 1 },
	{ 0 },
};

static const struct argp_option recorded[] = {
	{ "sysroot", OPTION_SYSROOT, "DIR", 0, "read /sys, /proc, ... below DIR (from report) instead of /",
		1 },
	{ 0 },
};

static const struct argp_option acting[] = {
	{ "dry-run", OPTION_DRY_RUN, NULL, 0, "show the changes without making them", 2 },
	{ "force", OPTION_FORCE, NULL, 0, "override safety findings, such as a device in use", 2 },
	{ "wait", OPTION_WAIT, "SECONDS", 0, "timeout for another instance to end (default 10)", 2 },
	{ 0 },
};

void usage_error(const struct argp_state *state, const char *format, ...)
{
	char *sentence;
	va_list arguments;
	va_start(arguments, format);
	if (vasprintf(&sentence, format, arguments) < 0)
		out_of_memory();
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
			usage_error(state, "--%s is empty: %s is missing", options->name, options->arg);
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
	usage_error(state, "--color %s: not auto, always or never", text);
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
	/* strtoul() would accept spaces and signs, too. */
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
		log_error("%s: could not open: --sysroot needs Linux 5.6 or later", path);
	else
		log_error("%s: could not open: %s", path, strerror(-error));
	if (error != -ENOSYS && options->sysroot)
		log_hint("name the directory of an unpacked report");
	return false;
}

static const struct argp common_argp = { common, parse_common, NULL, NULL, NULL, NULL, NULL };
static const struct argp table_argp = { table, parse_table, NULL, NULL, NULL, NULL, NULL };
static const struct argp recorded_argp = { recorded, parse_recorded, NULL, NULL, NULL, NULL, NULL };
static const struct argp acting_argp = { acting, parse_acting, NULL, NULL, NULL, NULL, NULL };

static const struct argp_child argp_children[] = {
	[OPTIONS_COMMON] = { &common_argp, 0, "Common options:", 1 },
	[OPTIONS_TABLE] = { &table_argp, 0, "Options for tables:", 2 },
	[OPTIONS_RECORDED] = { &recorded_argp, 0, "Offline analysis:", 3 },
	[OPTIONS_ACTING] = { &acting_argp, 0, "Options for commands that make changes:", 4 },
};

size_t options_children(unsigned int kinds, struct argp_child list[OPTIONS_KINDS + 1])
{
	size_t count = 0;
	for (size_t i = 0; i < OPTIONS_KINDS; i++)
		if (kinds & 1u << i)
			list[count++] = argp_children[i];
	list[count] = (struct argp_child){ 0 };
	return count;
}

/* ---- the arguments of a command ---- */

struct parsing {
	const struct arguments_spec *spec;
	struct options *options;
	struct arguments *arguments;
	size_t children;
	char **argv;
};

static void check(const struct parsing *parsing, struct argp_state *state)
{
	const struct arguments_spec *spec = parsing->spec;
	const struct options *options = parsing->options;
	bool instead = spec->instead_of_argument && *spec->instead_of_argument;
	if (instead && parsing->arguments->count)
		usage_error(state, "DEVICE and --all exclude each other");
	bool optional = spec->argument_optional && *spec->argument_optional;
	if (spec->needs_argument && !instead && !optional && !parsing->arguments->count)
		usage_error(state, "DEVICE is missing; for a list, run: vfionoiommu list --all");
	if (!spec->columns && table_is_for_scripts(&options->table))
		usage_error(
			state, "this command prints no table: --output, --noheadings and --raw do not apply");
	if (!spec->acting && options->acting)
		usage_error(state, "%s applies only to commands that make changes", options->acting);
	if (options->table.columns) {
		auto_free char *unknown = table_unknown_column(spec->columns, options->table.columns);
		if (unknown)
			usage_error(state, "unknown column '%s'; --help lists the columns", unknown);
	}
	if (spec->live && options->sysroot)
		usage_error(state, "this command needs a live machine: --sysroot does not apply");
	if (spec->acting && options->sysroot && !options->dry_run)
		usage_error(state, "--sysroot is read-only: add --dry-run");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct parsing *parsing = state->input;
	usage_check_empty(state, parsing->spec->options, key, argument);
	switch (key) {
	case ARGP_KEY_INIT:
		for (size_t i = 0; i < parsing->children; i++)
			state->child_inputs[i] = parsing->options;
		state->argv = parsing->argv;
		return 0;
	case ARGP_KEY_ARG:
		if (!parsing->spec->usage)
			usage_error(state, "unexpected argument '%s'", argument);
		*array_add(parsing->arguments) = argument;
		return 0;
	case ARGP_KEY_END:
		check(parsing, state);
		return 0;
	default:
		return parsing->spec->parse && parsing->spec->parse(key, argument, parsing->spec->input)
			       ? 0
			       : ARGP_ERR_UNKNOWN;
	}
}

/* The list of columns below the options. argp frees the result, unless it is `text`. */
static char *help_filter(int key, const char *text, void *input)
{
	const struct parsing *parsing = input;
	if (key != ARGP_KEY_HELP_EXTRA || !parsing || !parsing->spec->columns)
		return (char *)text;
	return table_help(parsing->spec->columns, parsing->spec->other_columns, parsing->spec->other_when);
}

/* argv[0] is "vfionoiommu COMMAND" for the help of argp, but getopt begins its messages with argv[0]: getopt
 * gets an argv of its own, and argp reads its name from the global program_invocation_short_name. */
static char **argv_for_getopt(int argc, char **argv)
{
	static char program[] = "vfionoiommu";
	char **copy = calloc((size_t)argc + 1, sizeof *copy);
	if (!copy)
		out_of_memory();
	memcpy(copy, argv, (size_t)argc * sizeof *copy);
	copy[0] = program;
	program_invocation_short_name = argv[0];
	return copy;
}

void arguments_parse(const struct arguments_spec *spec, int argc, char **argv, struct options *options,
	struct arguments *arguments)
{
	struct argp_child children[OPTIONS_KINDS + 1];
	size_t count = options_children(1u << OPTIONS_COMMON |
						(unsigned int)(spec->columns != NULL) << OPTIONS_TABLE |
						(unsigned int)!spec->live << OPTIONS_RECORDED |
						(unsigned int)spec->acting << OPTIONS_ACTING,
		children);
	struct parsing parsing = { spec, options, arguments, count, argv_for_getopt(argc, argv) };
	const struct argp argp = { spec->options, parse, spec->usage, spec->doc, children, help_filter,
		NULL };
	argp_parse(&argp, argc, argv, 0, NULL, &parsing);
	free(parsing.argv);
	log_set_verbose(options->verbose);
	print_set_color(options->color);
	if (options->json)
		value_begin();
}

bool arguments_parse_write(int key, char *argument, void *file)
{
	if (key == OPTION_WRITE)
		*(const char **)file = text_same(argument, "-") ? NULL : argument;
	return key == OPTION_WRITE;
}
