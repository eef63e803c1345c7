/* The commands and what they share. To add one, add a file in cmd/ and a line in COMMANDS. */
#ifndef CMD_H
#define CMD_H

#include <argp.h>
#include <stdbool.h>

#include "os/os.h"
#include "show/show.h"

/* ---- options.c ----
 * The options that several commands share. */

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

/* All exit statuses. */
enum status {
	STATUS_DONE = 0,    /* success, or ready */
	STATUS_FAILED = 1,  /* failure */
	STATUS_USAGE = 2,   /* usage error */
	STATUS_REFUSED = 3, /* refused, or not ready */
};

struct command {
	const char *name;
	const char *summary; /* one line for --help */
	/* Parses the words after the name of the command (argv[0] is "vfionoiommu NAME") and runs it.
	 * `options` are the options before the name. */
	enum status (*main)(int argc, char **argv, struct options *options);
};

extern const struct command command_status, command_list, command_enable, command_disable, command_bind,
	command_unbind, command_matrix, command_verify, command_taint, command_report, command_monitor,
	command_metrics, command_cdi;

#define COMMANDS                                                                                             \
	{                                                                                                    \
		&command_status, &command_list, &command_matrix, &command_enable, &command_disable,          \
			&command_bind, &command_unbind, &command_verify, &command_taint, &command_report,    \
			&command_monitor, &command_metrics, &command_cdi                                     \
	}

/* ---- options.c ----
 * Parsing of the words after the name of a command: its options, the common options, and arguments. */

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

/* ---- session.c ----
 * The start of every command, which collects and judges the machine, and the end of those that make changes.
 */

struct session {
	const struct options *options;
	struct sysroot root;
	struct host host;
	struct next_boot next;
	struct access_case access;
	struct device_list devices;
	struct stored_list stored;
	struct finding_list findings;
	struct result_list results;
	long long taint_before;
};

/* Opens the machine and collects its devices. Returns STATUS_DONE, or STATUS_FAILED after reporting it. */
enum status session_open(struct session *session, const struct options *options);

/* Collects the machine as a whole and judges its kernel. Listing devices does not need this, and it costs
 * time. */
void session_collect_host(struct session *session);

/* Both for a command that makes changes: takes the lock first, unless nothing will be written. */
enum status session_open_acting(struct session *session, const struct options *options);

/* Resolves the arguments to devices; none without arguments. Returns STATUS_DONE, or after reporting the
 * error STATUS_USAGE (not a DEVICE) or STATUS_FAILED (no such device). */
enum status session_select(
	struct session *session, const struct arguments *arguments, struct device_refs *found);

/* Whether the findings refuse the command; then they have been printed, and it ends with STATUS_REFUSED. */
bool session_refused(struct session *session);

/* Adds a result, which owns `sentence`. Returns it, valid until the next one is added. */
struct result *session_result(
	struct session *session, const char *subject, enum outcome outcome, char *sentence);

/* Adds a result for `subject` with a `plan` to run, or with --dry-run to show, and the matching sentence.
 * Takes over both sentences. */
void session_plan(
	struct session *session, const char *subject, const struct plan *plan, char *would, char *done);

/* Runs all planned results in parallel and sets their outcome. Does nothing with --dry-run. */
void session_work(struct session *session);

/* Adds a result as session_plan() and runs it. Returns false if that failed. */
bool session_run(
	struct session *session, const char *subject, const struct plan *plan, char *would, char *done);

/* Reads again what may have changed in the machine and in the devices (NULL: only the machine), or in one
 * device. */
void session_refresh(struct session *session, const struct device_refs *devices);
void session_refresh_one(struct session *session, struct device *device);

/* Prints the results, the devices and the new taint. Returns the status of the command. */
enum status session_finish(struct session *session, const struct device_refs *devices);

/* Writes `text` to the file, atomically, or with NULL to stdout, unless --quiet is set. Returns STATUS_DONE,
 * or STATUS_FAILED after reporting the error. */
enum status session_give(const struct session *session, const char *file, const char *text);

/* ---- cdi.c ----
 * The CDI specification of the bound devices. */

/* Updates /run/cdi/vfionoiommu.json to the devices that are bound now, or removes it if none is, and adds the
 * result. If not `asked`, only an existing file is updated: its nodes may belong to other devices by now.
 * With
 * --dry-run: `coming`, whether devices would be bound, and the devices `leaving` (NULL: none) that would be
 * unbound. */
void cdi_rewrite(struct session *session, bool asked, bool coming, const struct device_refs *leaving);

#endif
