/* The commands and what they share. To add one, add a file in cmd/ and a line in COMMANDS. */
#ifndef CMD_H
#define CMD_H

#include <argp.h>
#include <stdbool.h>

#include "os/os.h"
#include "show/show.h"

/* All exit statuses. */
enum status {
	STATUS_DONE = 0,    /* success, or ready */
	STATUS_FAILED = 1,  /* failure */
	STATUS_USAGE = 2,   /* usage error */
	STATUS_REFUSED = 3, /* refused, or not ready */
};

/* ---- options.c ----
 * Options and arguments: what each option and command is, one line each, and their only parser. */

/* What an argument names, for completion. */
enum value {
	VALUE_OTHER, /* nothing that could be completed */
	VALUE_FILE,
	VALUE_DIRECTORY,
	VALUE_COLUMNS, /* of the command, separated by commas */
	VALUE_KERNEL,  /* a directory of /lib/modules */
	VALUE_OWNER,   /* USER[:GROUP] */
	VALUE_FINDING, /* the id of a finding */
	VALUE_DEVICE,
	VALUE_FREE_DEVICE,  /* one that can be bound */
	VALUE_BOUND_DEVICE, /* one that is bound to VFIO */
};

/* The values of a repeatable option, or of several, in the order of the command line. */
struct option_list {
	struct option_value {
		int key; /* of the option */
		const char *value;
	} * items;
	size_t count;
};

/* An option, in a list that ends with { 0 }. The parser sets its target, which is `flag` if it has no
 * argument. */
struct option_row {
	const char *name;
	int key;              /* its letter, or for an option_list a number from 0x200; 0: none */
	const char *argument; /* "SECONDS"; NULL: none */
	const char *help;
	bool *flag;
	const char **text;        /* NULL for the VALUE_FILE "-", standard output */
	int *seconds;             /* a number of seconds, a day at most */
	struct option_list *list; /* repeatable */
	int *choice;              /* the index in `choices` */
	const char *const *choices;
	enum value value;
	bool instead;  /* excludes arguments of the command, which then needs none */
	bool suffices; /* the command needs no arguments with it */
	bool hidden;   /* not documented: an old name, or one that the command rejects */
};

struct arguments {
	const char **items; /* point into argv */
	size_t count;
};

/* The options that several commands share, and the arguments of the command. */
struct options {
	struct table_options table;
	bool json, pretty, quiet, verbose;
	int color;           /* enum print_color */
	const char *sysroot; /* NULL: this machine */
	bool dry_run, force;
	int wait;           /* timeout for another instance, in seconds */
	const char *acting; /* a given option that applies only to commands that make changes; NULL: none */
	struct arguments arguments;
};

struct command {
	const char *name;
	const char *summary; /* one line for --help */
	const char *doc;     /* the text of --help above and, after a \v, below the options */
	const char *usage;   /* "DEVICE..."; NULL: no arguments */
	enum value value;    /* what the arguments name */
	bool needs_argument;
	bool offers;                      /* runs without one on a terminal, and lists what it could be */
	const struct option_row *options; /* its own; NULL: none */
	bool acting;                      /* accepts --dry-run, --force and --wait */
	bool live;                        /* reads no recorded machine: rejects --sysroot */
	const struct column_set *columns; /* the columns of -o; NULL: the command prints no table */
	const struct column_set *other_columns; /* the same with other defaults ... */
	const char *other_when;                 /* ... "with --all" */
	enum status (*run)(const struct options *options);
};

/* Reports a usage error and where to find help, and ends the program with status 2. */
void usage_error(const struct argp_state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/* The reason why a file could not be written. */
const char *usage_file_error(int error);

/* Opens the root of the machine, / or --sysroot. Returns false after reporting the error. */
bool options_open_root(const struct options *options, struct sysroot *root);

/* The options that argp accepts from now on: those of `command`, or before the name of a command (NULL) all
 * that commands share. */
const struct argp_option *options_for(const struct command *command);

/* Of these options the one at `index`, or with a name or with a letter; NULL: none. */
const struct option_row *options_at(size_t index);
const struct option_row *options_find(const char *name, int key);

/* The argp parser of these options. */
error_t options_parse(int key, char *argument, struct argp_state *state);

/* Parses the words after the name of the command (argv[0] is "vfionoiommu NAME"). A usage error ends the
 * program with a message and status 2, --help with status 0. Returns the arguments and the options, also
 * those before the name. */
const struct options *arguments_parse(const struct command *command, int argc, char **argv);

/* ---- the commands, each in its file ---- */

#define COMMANDS(X)                                                                                          \
	X(status)                                                                                            \
	X(list)                                                                                              \
	X(matrix)                                                                                            \
	X(enable)                                                                                            \
	X(disable)                                                                                           \
	X(bind)                                                                                              \
	X(unbind)                                                                                            \
	X(verify)                                                                                            \
	X(taint)                                                                                             \
	X(explain)                                                                                           \
	X(report)                                                                                            \
	X(monitor)                                                                                           \
	X(metrics)                                                                                           \
	X(cdi)

#define COMMAND_EXTERN(name) extern const struct command command_##name;
COMMANDS(COMMAND_EXTERN)
#undef COMMAND_EXTERN

/* ---- complete.c ----
 * The list of commands, and what shells ask for. */

extern const struct command *const commands[]; /* all of them, and NULL */

/* The command with this name, or NULL. */
const struct command *command_find(const char *name);

/* Prints what the last of the words, of which the first follows the name of the program, can become. */
void complete(int count, char **words);

/* ---- context.c ----
 * The start of every command, which collects and judges the machine. */

/* What a command needs to know of the machine. */
enum scope {
	SCOPE_DEVICES,
	SCOPE_STATE, /* and what host_collect_basics reads */
	SCOPE_NODES, /* and the nodes that a bind creates; how the kernel was built only if needed for that */
	SCOPE_KERNEL,    /* and how the kernel was built; the next boot if modules are to be loaded */
	SCOPE_NEXT_BOOT, /* and the next boot */
};

struct session {
	const struct options *options;
	struct sysroot root;
	enum scope scope; /* what is collected */
	struct host host;
	struct next_boot next;
	struct access_case access;
	struct device_list devices;
	long long fresh;     /* until when the uses that were collected count, see clock_milliseconds ... */
	long long fresh_all; /* ... and those of all devices */
	struct stored_list stored;
	struct finding_list findings;
	struct result_list results;
	const char *cdi; /* the CDI specification as it is, from cdi_begin; NULL: none */
	long long taint_before;
};

/* Opens the machine and collects its devices. Returns STATUS_DONE, or STATUS_FAILED after reporting it. */
enum status session_open(struct session *session, const struct options *options);

/* Collects of the machine as a whole what is not known yet, and judges its kernel. Listing devices does not
 * need this, and it costs time. */
void session_collect_host(struct session *session, enum scope scope);

/* Judges with how the kernel was built, if SCOPE_NODES did not need it. */
void session_collect_build(struct session *session);

/* Both for a command that makes changes. */
enum status session_open_whole(struct session *session, const struct options *options, enum scope scope);

/* Collects the uses of all devices, and judges again which can be bound. */
void session_collect_uses(struct session *session);

/* The same of some devices and those in their slots: use_collect. */
void session_collect_uses_of(struct session *session, const struct device_refs *some);

/* Collects the driver_override of all devices without a driver, if vfio_pci is to be loaded: it binds those
 * whose override names it. */
void session_collect_overrides(struct session *session);

/* Resolves the arguments to devices; none without arguments. Returns STATUS_DONE, or after reporting the
 * error STATUS_USAGE (not a DEVICE) or STATUS_FAILED (no such device). */
enum status session_select(
	struct session *session, const struct arguments *arguments, struct device_refs *found);

/* Reads again what may have changed: in these devices, with the taint; NULL: in the machine, after the mode
 * or the modules changed. */
void session_refresh(struct session *session, const struct device_refs *devices);
void session_refresh_one(struct session *session, const struct device *device);

/* Reads what only the output needs: the persistent bindings again, and of the devices what is in `needs`, the
 * NEED_ values of their columns. */
void session_complete(struct session *session, const struct device_refs *devices, unsigned int needs);

/* Whether a finding prevents the command. */
bool session_is_blocked(const struct session *session);

/* ---- results.c ----
 * Commands that make changes: runs plans, and shows their results. */

/* The start of a command that makes changes: takes the lock first, unless nothing will be written. */
enum status session_open_acting(struct session *session, const struct options *options, enum scope scope);

/* Whether the findings refuse the command; then they have been printed, and it ends with STATUS_REFUSED. */
bool session_refused(const struct session *session);

/* Adds a result. Returns it, valid until the next one is added. */
struct result *session_result(
	struct session *session, const char *subject, enum outcome outcome, const char *sentence);

/* Adds a result for `subject` with a `plan` to run, or with --dry-run to show, and the matching sentence. */
void session_plan(struct session *session, const char *subject, const struct plan *plan, const char *would,
	const char *done);

/* Runs all planned results in parallel and sets their outcome. Does nothing with --dry-run. */
void session_work(struct session *session);

/* Runs other plans, whose failure the caller reports. */
void session_run_jobs(const struct session *session, struct job *jobs, size_t count);

/* Whether the plan of the result is still running: reading what it changes could block. */
bool session_is_running(const struct result *result);

/* Adds a result as session_plan() and runs it. Returns false if that failed. */
bool session_run(struct session *session, const char *subject, const struct plan *plan, const char *would,
	const char *done);

/* Prints the results, the devices and the new taint. Returns the status of the command. */
enum status session_finish(struct session *session, const struct device_refs *devices);

/* Writes `text` to the file, atomically, or with NULL to stdout, unless --quiet is set. Returns STATUS_DONE,
 * or STATUS_FAILED after reporting the error. */
enum status session_write(const struct session *session, const char *file, const char *text);

/* ---- cdi.c ----
 * The CDI specification of the bound devices. */

/* Reads the CDI specification and loads what cdi_rewrite needs, before anything is changed: exits if that is
 * absent. */
void cdi_begin(struct session *session, bool asked);

/* Updates /run/cdi/vfionoiommu.json to the devices that are bound now, or removes it if none is, and adds the
 * result. If not `asked`, only an existing file is updated: its nodes may belong to other devices by now.
 * With --dry-run: `coming`, whether devices would be bound, and the devices `leaving` (NULL: none) that would
 * be unbound. */
void cdi_rewrite(struct session *session, bool asked, bool coming, const struct device_refs *leaving);

#endif
