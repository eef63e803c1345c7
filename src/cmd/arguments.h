/* Parsing of the words after the name of a command: its options, the common options, and arguments. */
#ifndef CMD_ARGUMENTS_H
#define CMD_ARGUMENTS_H

#include "cmd/options.h"
#include "kernel/sysroot.h"

/* The options and arguments of a command, besides the common options. */
struct arguments_spec {
	const char *usage; /* "DEVICE..."; NULL: no arguments */
	bool needs_argument;
	const bool *instead_of_argument; /* set by an own option that excludes arguments; NULL: none */
	const char *doc;                 /* the text of --help above and, after a \v, below the options */
	const bool *argument_optional;   /* set by an own option that makes arguments optional; NULL: none */
	const struct argp_option
		*options; /* its own; NULL: none. Their keys are letters or 0x200 and above */
	bool (*parse)(int key, char *argument, void *input); /* parses an own option; NULL: none */
	void *input;                                         /* for parse */
	bool acting;                                         /* accepts --dry-run, --force and --wait */
	bool live;                                           /* needs a live machine: rejects --sysroot */
	const struct column_set *columns;       /* the columns of -o; NULL: the command prints no table */
	const struct column_set *other_columns; /* the same with other defaults ... */
	const char *other_when;                 /* ... "with --all" */
};

/* The key of --write FILE. */
enum { OPTION_WRITE = 0x2ff };

struct arguments {
	char **items; /* point into argv */
	size_t count;
};

/* Parses argv. A usage error ends the program with a message and status 2, --help with status 0. */
void arguments_parse(const struct arguments_spec *spec, int argc, char **argv, struct options *options,
	struct arguments *arguments);

/* The `parse` of a command whose only option is --write. Sets `file`, a const char **, to the name of the
 * file, or leaves it NULL, standard output, for "-". */
bool arguments_parse_write(int key, char *argument, void *file);

#endif
