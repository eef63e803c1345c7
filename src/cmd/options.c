/* Options and arguments. Every option is one line in a table, which feeds argp: parsing and --help. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cmd/cmd.h"

/* ---- the options that several commands share ---- */

static struct options given = { .wait = 10 };

static const char *const colors[] = {
	[COLOR_AUTO] = "auto",
	[COLOR_ALWAYS] = "always",
	[COLOR_NEVER] = "never",
	[COLOR_NEVER + 1] = NULL,
};

static const struct option_row common[] = {
	{ "json", 'J', NULL, "print one JSON document instead of text", .flag = &given.json },
	{ "pretty", 0, NULL, "like --json; monitor prints each event on several lines",
		.flag = &given.pretty },
	{ "quiet", 'q', NULL, "print nothing but errors", .flag = &given.quiet },
	{ "verbose", 'v', NULL, "print each step to stderr", .flag = &given.verbose },
	{ "color", 0, "WHEN", "color errors and warnings: auto, always or never", .choice = &given.color,
		.choices = colors },
	{ 0 },
};

static const struct option_row table[] = {
	{ "output", 'o', "COLUMNS", "print these columns, separated by commas; +COLUMNS adds to the default",
		.text = &given.table.columns, .value = VALUE_COLUMNS },
	{ "noheadings", 'n', NULL, "omit the headings of tables", .flag = &given.table.noheadings },
	{ "raw", 'r', NULL, "space-separated output, spaces in values escaped as \\x20",
		.flag = &given.table.raw },
	{ 0 },
};

static const struct option_row recorded[] = {
	{ "sysroot", 0, "DIR", "read /sys, /proc, ... below DIR (from report) instead of /",
		.text = &given.sysroot, .value = VALUE_DIRECTORY },
	{ 0 },
};

static const struct option_row acting[] = {
	{ "dry-run", 0, NULL, "show the changes without making them", .flag = &given.dry_run },
	{ "force", 0, NULL, "override safety findings, such as a device in use", .flag = &given.force },
	{ "wait", 0, "SECONDS", "timeout for another instance, or a device that is being added (default 10)",
		.seconds = &given.wait },
	{ 0 },
};

/* ---- errors ---- */

void usage_error(const struct argp_state *state, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const char *sentence = text_vformat(format, arguments);
	va_end(arguments);
	log_error("%s", sentence);
	argp_state_help(state, stderr, ARGP_HELP_SEE);
	exit(argp_err_exit_status);
}

const char *usage_file_error(int error)
{
	return error == -EINVAL ? "not a regular file" : strerror(-error);
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

/* ---- options for argp ---- */

/* The options that argp knows at the moment: those before the name of the command, then those of the command.
 */
static struct {
	struct argp_option *items;
	size_t count;
} known;

/* Their rows. */
static struct {
	const struct option_row **items;
	size_t count;
} rows;

/* The order of --help. */
enum option_group { GROUP_OWN, GROUP_COMMON, GROUP_TABLE, GROUP_RECORDED, GROUP_ACTING };

static void know(const char *heading, const struct option_row *list, enum option_group group)
{
	if (heading)
		*array_add(&known) = (struct argp_option){ .doc = heading, .group = group };
	if (heading)
		*array_add(&rows) = NULL;
	for (; list && list->name; list++) {
		/* A key that is no letter only has to be unique. */
		int key = list->key ? list->key : 0x100 + (int)known.count;
		*array_add(&known) = (struct argp_option){ list->name, key, list->argument,
			list->hidden ? OPTION_HIDDEN : 0, list->help, group };
		*array_add(&rows) = list;
	}
}

const struct argp_option *options_for(const struct command *command)
{
	known.count = rows.count = 0;
	know(NULL, command ? command->options : NULL, GROUP_OWN);
	know("Common options:", common, GROUP_COMMON);
	if (!command || command->columns)
		know("Options for tables:", table, GROUP_TABLE);
	if (!command || !command->live)
		know("Offline analysis:", recorded, GROUP_RECORDED);
	if (!command || command->acting)
		know("Options for commands that make changes:", acting, GROUP_ACTING);
	*array_add(&known) = (struct argp_option){ 0 };
	return known.items;
}

const struct option_row *options_at(size_t index)
{
	for (size_t i = 0; i < rows.count; i++)
		if (rows.items[i] && !index--)
			return rows.items[i];
	return NULL;
}

const struct option_row *options_find(const char *name, int key)
{
	const struct option_row *row;
	for (size_t i = 0; (row = options_at(i)); i++)
		if (name ? text_same(row->name, name) : row->key == key)
			return row;
	return NULL;
}

static bool parse_seconds(const char *text, int *seconds)
{
	unsigned long long value;
	if (!text_number(text, 10, 24ULL * 60 * 60, &value))
		return false;
	*seconds = (int)value;
	return true;
}

static bool parse_choice(const char *text, const char *const *choices, int *choice)
{
	for (int i = 0; choices[i]; i++) {
		if (!text_same(text, choices[i]))
			continue;
		*choice = i;
		return true;
	}
	return false;
}

/* "auto, always or never" */
static const char *choices_text(const char *const *choices)
{
	char *text = text_copy(*choices);
	while (*++choices)
		text_append(&text, "%s%s", choices[1] ? ", " : " or ", *choices);
	return text;
}

static void set_target(const struct option_row *row, char *argument, struct argp_state *state)
{
	if (row->flag)
		*row->flag = true;
	if (!argument)
		return;
	if (row->text)
		*row->text = row->value == VALUE_FILE && text_same(argument, "-") ? NULL : argument;
	if (row->list) {
		struct option_value *value = array_add(row->list);
		*value = (struct option_value){ row->key, argument };
	}
	if (row->seconds && !parse_seconds(argument, row->seconds))
		usage_error(state, "--%s %s: not a number of seconds up to 86400", row->name, argument);
	if (row->choice && !parse_choice(argument, row->choices, row->choice)) {
		usage_error(state, "--%s %s: not %s", row->name, argument, choices_text(row->choices));
	}
}

error_t options_parse(int key, char *argument, struct argp_state *state)
{
	for (size_t i = 0; i < rows.count; i++) {
		const struct option_row *row = rows.items[i];
		if (!row || known.items[i].key != key)
			continue;
		/* As from an unset variable in a script. */
		if (argument && !*argument)
			usage_error(state, "--%s is empty: %s is missing", row->name, row->argument);
		set_target(row, argument, state);
		if (known.items[i].group == GROUP_ACTING)
			given.acting = row->name;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* ---- the words after the name of a command ---- */

struct parsing {
	const struct command *command;
	char **argv;
};

static void check_arguments(const struct command *command, struct argp_state *state)
{
	bool needed = command->needs_argument;
	size_t count = given.arguments.count;
	for (const struct option_row *row = command->options; row && row->name; row++) {
		bool set = row->flag && *row->flag;
		if (set && row->instead && count)
			usage_error(state, "DEVICE and --%s exclude each other", row->name);
		needed &= !(set && (row->instead || row->suffices));
	}
	bool offers = command->offers && !given.json && !given.quiet && isatty(STDIN_FILENO) &&
		      isatty(STDOUT_FILENO);
	if (needed && !count && !offers)
		usage_error(state, "DEVICE is missing; for a list, run: vfionoiommu list --all");
}

/* Options before the name of a command may be those of another. */
static void check_options(const struct command *command, struct argp_state *state)
{
	if (!command->columns && table_is_for_scripts(&given.table))
		usage_error(
			state, "this command prints no table: --output, --noheadings and --raw do not apply");
	if (!command->acting && given.acting)
		usage_error(state, "--%s applies only to commands that make changes", given.acting);
	if (given.table.columns) {
		const char *unknown = table_unknown_column(command->columns, given.table.columns);
		if (unknown)
			usage_error(state, "unknown column '%s'; --help lists the columns", unknown);
	}
	if (command->live && given.sysroot)
		usage_error(state, "this command reads no recorded machine: --sysroot does not apply");
	if (command->acting && given.sysroot && !given.dry_run)
		usage_error(state, "--sysroot is read-only: add --dry-run");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct parsing *parsing = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->argv = parsing->argv;
		return 0;
	case ARGP_KEY_ARG:
		if (!parsing->command->usage)
			usage_error(state, "unexpected argument '%s'", argument);
		*array_add(&given.arguments) = argument;
		return 0;
	case ARGP_KEY_END:
		given.json |= given.pretty;
		check_arguments(parsing->command, state);
		check_options(parsing->command, state);
		return 0;
	default:
		return options_parse(key, argument, state);
	}
}

/* The list of columns below the options. argp frees the result, unless it is `text`. */
static char *help_filter(int key, const char *text, void *input)
{
	const struct parsing *parsing = input;
	if (key != ARGP_KEY_HELP_EXTRA || !parsing || !parsing->command->columns)
		return (char *)text;
	const struct command *command = parsing->command;
	return strdup(table_help(command->columns, command->other_columns, command->other_when));
}

/* argv[0] is "vfionoiommu COMMAND" for the help of argp, but getopt begins its messages with argv[0]: getopt
 * gets an argv of its own, and argp reads its name from the global program_invocation_short_name. */
static char **argv_for_getopt(int argc, char **argv)
{
	static char program[] = "vfionoiommu";
	char **copy = memcpy(keep(((size_t)argc + 1) * sizeof *copy), argv, (size_t)argc * sizeof *copy);
	copy[0] = program;
	program_invocation_short_name = argv[0];
	return copy;
}

const struct options *arguments_parse(const struct command *command, int argc, char **argv)
{
	struct parsing parsing = { command, argv_for_getopt(argc, argv) };
	struct argp argp = { NULL, parse, command->usage, command->doc, NULL, help_filter, NULL };
	argp.options = options_for(command);
	argp_parse(&argp, argc, argv, 0, NULL, &parsing);
	log_set_verbose(given.verbose);
	print_set_color((enum print_color)given.color);
	if (given.json)
		value_begin();
	return &given;
}
