#include "cmd/arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"

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
		usage_error(state, "give either DEVICE or --all, not both");
	bool optional = spec->argument_optional && *spec->argument_optional;
	if (spec->needs_argument && !instead && !optional && !parsing->arguments->count)
		usage_error(state, "no DEVICE given; vfionoiommu list --all shows what there is");
	if (!spec->columns && table_is_for_scripts(&options->table))
		usage_error(state,
			"there are no columns here, as this command shows no table: leave --output, --noheadings and --raw out");
	if (!spec->acting && options->acting)
		usage_error(state, "%s is for commands that change something: leave it out", options->acting);
	if (options->table.columns) {
		auto_free char *unknown = table_unknown_column(spec->columns, options->table.columns);
		if (unknown)
			usage_error(state, "there is no column '%s'; --help lists them", unknown);
	}
	if (spec->live && options->sysroot)
		usage_error(state,
			"--sysroot is a recorded machine, where nothing is opened and nothing happens: leave it out");
	if (spec->acting && options->sysroot && !options->dry_run)
		usage_error(
			state, "--sysroot is a recorded machine, where nothing is changed: add --dry-run");
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
			usage_error(state, "takes no argument: '%s'", argument);
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

/* The list of columns below the options. argp frees what this returns, unless it is `text`. */
static char *help_filter(int key, const char *text, void *input)
{
	const struct parsing *parsing = input;
	if (key != ARGP_KEY_HELP_EXTRA || !parsing || !parsing->spec->columns)
		return (char *)text;
	return table_help(parsing->spec->columns, parsing->spec->other_columns, parsing->spec->other_when);
}

/* getopt begins its messages with argv[0], which has the command's name for help: argp takes its name from
 * this global when the argv that it is given is replaced. */
static char **argv_for_getopt(int argc, char **argv)
{
	static char program[] = "vfionoiommu";
	char **copy = calloc((size_t)argc + 1, sizeof *copy);
	if (!copy)
		log_out_of_memory();
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
}

bool arguments_parse_write(int key, char *argument, void *file)
{
	if (key == OPTION_WRITE)
		*(const char **)file = text_same(argument, "-") ? NULL : argument;
	return key == OPTION_WRITE;
}
