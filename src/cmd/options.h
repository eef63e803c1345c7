/* The options that several commands share. */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <argp.h>
#include <stdbool.h>

#include "kernel/sysroot.h"
#include "show/print.h"
#include "show/table.h"

struct options {
	struct table_options table;
	bool json, quiet, verbose;
	enum print_color color;
	const char *sysroot; /* NULL: this machine */
	bool dry_run, force;
	int wait;           /* timeout for another instance, in seconds */
	const char *acting; /* a given option that applies only to commands that make changes; NULL: none */
};

#define OPTIONS_WAIT 10 /* the default */

/* Reports a usage error and where to find help, and ends the program with status 2. */
void usage_error(const struct argp_state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/* Ends the program with a message and status 2 if `key` is one of these options and its argument is empty, as
 * from an unset variable in a script. `options` may be NULL. */
void usage_check_empty(
	const struct argp_state *state, const struct argp_option *options, int key, const char *argument);

/* The reason why a file could not be written. */
const char *usage_file_error(int error);

/* A number of seconds, a day at most. Returns false if `text` is not one. */
bool options_parse_seconds(const char *text, int *seconds);

/* Opens the root of the machine, / or --sysroot. Returns false after reporting the error. */
bool options_open_root(const struct options *options, struct sysroot *root);

/* Groups of options; not every command has all. */
enum options_kind { OPTIONS_COMMON, OPTIONS_TABLE, OPTIONS_RECORDED, OPTIONS_ACTING, OPTIONS_KINDS };

/* Fills `list` with the argp children of the kinds (one bit each: 1 << OPTIONS_TABLE) and a terminating one;
 * the input of each is a struct options. Returns their number. */
size_t options_children(unsigned int kinds, struct argp_child list[OPTIONS_KINDS + 1]);

#endif
