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
	int wait;    /* seconds to wait for another run to end */
	int timeout; /* seconds that unbind --force waits for the kernel */
};

#define OPTIONS_DEFAULT ((struct options){ .wait = 10, .timeout = 10 })

/* A number of seconds, a day at most. Returns false when `text` is none. */
bool options_parse_seconds(const char *text, int *seconds);

/* Opens the machine that is to be looked at: this one, or the recorded one. Returns false after saying why
 * that cannot be. */
bool options_open_root(const struct options *options, struct sysroot *root);

/* argp children; the input of each is a struct options. */
extern const struct argp options_common; /* for every command */
extern const struct argp options_acting; /* for a command that changes something */

#endif
