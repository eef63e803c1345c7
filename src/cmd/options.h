/* The options that are the same for every command. */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <argp.h>
#include <stdbool.h>

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

/* A number of seconds, a day at most. Returns false when `text` is none. */
bool options_parse_seconds(const char *text, int *seconds);

/* argp children; the input of each is a struct options. */
extern const struct argp options_common; /* for every command */
extern const struct argp options_acting; /* for a command that changes something */

#endif
