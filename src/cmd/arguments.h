/* Parsing of one command's own words: its options, the common ones, and DEVICE arguments. */
#ifndef CMD_ARGUMENTS_H
#define CMD_ARGUMENTS_H

#include "cmd/options.h"
#include "kernel/sysroot.h"

/* What a command understands besides the common options. */
struct arguments_spec {
	const char *usage; /* "DEVICE..."; NULL: no arguments */
	bool needs_argument;
	const bool *instead_of_argument; /* an own option that, given, must have no argument; NULL: none */
	const char *doc;                 /* what --help says above and, behind a \v, below the options */
	const bool *argument_optional;   /* an own option that, given, needs no argument; NULL: none */
	const struct argp_option
		*options; /* its own; NULL: none. Their keys are letters or 0x200 and above */
	bool (*parse)(int key, char *argument, void *input); /* takes an own option; NULL: none */
	void *input;                                         /* for parse */
	bool acting;                                         /* takes --dry-run and the like */
	bool live; /* looks at what no recorded machine has: takes no --sysroot */
	const struct column_set
		*columns; /* what -o may name, for --help and for the check; NULL: it shows no table */
	const struct column_set *other_columns; /* the same, with others shown ... */
	const char *other_when;                 /* ... "with --all" */
};

/* The key of --write FILE. */
enum { OPTION_WRITE = 0x2ff };

struct arguments {
	char **items; /* point into argv */
	size_t count;
};

/* Parses argv. Ends the program with status 2 and a sentence on stderr on wrong usage, with 0 after --help.
 */
void arguments_parse(const struct arguments_spec *spec, int argc, char **argv, struct options *options,
	struct arguments *arguments);

/* The `parse` of a command whose one option is --write. `file`, a const char **, becomes the file's name; it
 * stays NULL, standard output, for "-". */
bool arguments_parse_write(int key, char *argument, void *file);

#endif
