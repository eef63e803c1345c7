/* The options that are the same for every command. */
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
	int wait;           /* seconds to wait for another run to end */
	const char *acting; /* an option that was given and is only for what changes something; NULL: none */
};

#define OPTIONS_DEFAULT ((struct options){ .wait = 10 })

/* Says what is wrong with the command line and where help is, and ends the program with status 2. */
void usage_error(const struct argp_state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/* Says so and ends the program with status 2 if `key` is one of these options and its argument is empty: a
 * variable of a script that was not set, mostly. `options` may be NULL. */
void usage_check_empty(
	const struct argp_state *state, const struct argp_option *options, int key, const char *argument);

/* What is wrong with a file that is to be written. */
const char *usage_file_error(int error);

/* A number of seconds, a day at most. Returns false when `text` is none. */
bool options_parse_seconds(const char *text, int *seconds);

/* Opens the machine that is to be looked at: this one, or the recorded one. Returns false after saying why
 * that cannot be. */
bool options_open_root(const struct options *options, struct sysroot *root);

/* What is not for every command. */
enum options_kind { OPTIONS_COMMON, OPTIONS_TABLE, OPTIONS_RECORDED, OPTIONS_ACTING, OPTIONS_KINDS };

/* Makes `list` the argp children for the kinds (a bit for each: 1 << OPTIONS_TABLE) and a closing one; the
 * input of each is a struct options. Returns how many there are. */
size_t options_children(unsigned int kinds, struct argp_child list[OPTIONS_KINDS + 1]);

#endif
