/* Prints the structs of model.h as tables, text and JSON. Nothing else writes to stdout. */
#ifndef SHOW_H
#define SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "work.h"

/* ---- print.c, words ----
 * The words for the values of the model, in tables, sentences and JSON. */

/* Of each enum that has a list of words: FUNCTION(VALUE) is the word of the value. */
#define WORDS(X)                                                                                             \
	X(word_module, module_state, MODULE_STATES)                                                          \
	X(word_severity, severity, SEVERITIES)                                                               \
	X(word_reason, reason, REASONS)                                                                      \
	X(word_kconfig, kconfig_value, KCONFIG_VALUES)                                                       \
	X(word_kconfig_kind, kconfig_kind, KCONFIG_KINDS)                                                    \
	X(word_question, question, QUESTIONS)                                                                \
	X(word_fitness, fitness, FITNESSES)                                                                  \
	X(word_use, use_kind, USE_KINDS)                                                                     \
	X(word_step, open_step, OPEN_STEPS)                                                                  \
	X(word_client, client, CLIENTS)                                                                      \
	X(word_action, action_kind, ACTION_KINDS)                                                            \
	X(word_outcome, outcome, OUTCOMES)                                                                   \
	X(word_event, event_kind, EVENT_KINDS)

#define WORD_FUNCTION(function, type, list) const char *function(enum type value);
WORDS(WORD_FUNCTION)

/* "yes", "no", "unknown" */
const char *word_answer(enum answer answer);
/* "on", "off", "unknown", "unavailable": JSON */
const char *word_mode(enum mode mode);
/* "enabled", "disabled", "unknown", "unavailable": text */
const char *word_enabled(enum mode mode);
/* "EBUSY"; "EUNKNOWN": one that libc does not know, as ENOTSUPP of the kernel */
const char *word_error(int error);
/* "VFIO_NOIOMMU": the symbol without CONFIG_ */
const char *word_symbol(enum kconfig_symbol symbol);
/* "none", "works", "iommufd-only", "unknown" */
const char *word_path(enum path path);
/* The source of the answer: "seen", "modules", "config", "release"; NULL: none */
const char *word_source(const struct answered *answered);
/* "bar0" to "bar5", "rom", "config", "vga": index as the kernel numbers regions */
const char *word_region(int index);
/* "INTx", "MSI", "MSI-X", "error", "request": index as the kernel numbers interrupts */
const char *word_interrupt(int index);
/* "group+container+cdev (case 3)", ...; 0 is "case unknown" */
const char *word_case(int number);
/* The access to a noiommu device: "group and cdev both work", "no access path", ... */
const char *word_access(const struct access_case *access);

/* ---- print.c ----
 * Lines of text, unprintable bytes escaped; on stderr each begins with the program's name. */

enum print_color {
	COLOR_AUTO, /* on a terminal that has colors, unless NO_COLOR is set (no-color.org) */
	COLOR_ALWAYS,
	COLOR_NEVER,
};

/* When to color severities from now on; COLOR_AUTO until this is called. */
void print_set_color(enum print_color color);

/* One line to stdout. */
void print_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A text of this program to stdout, without escaping. */
void print_text(const char *text);

/* One line to stdout, or to stderr, which begins with "error: ", "warning: " or "note: ", colored by
 * severity.
 */
void print_severity_line(enum severity severity, const char *line);
void print_severity_log(enum severity severity, const char *line);

/* Closes stdout. Returns 0, or a negative errno if something could not be written: -EIO: earlier. */
int print_end(void);

/* "WORD<tab>DESCRIPTION" to stdout, for the completion of shells; NULL: only WORD. */
void candidate_print(const char *word, const char *description);

/* Progress of long operations, on a terminal. */

/* Shows on stderr how many of `count` devices are done, in one line that is overwritten and in the end
 * erased. Prints nothing if stderr is not a terminal that can erase a line. */
void progress_show(size_t ended, size_t count);

/* The same for the wait for another instance with this process ID, 0: unknown; and its end. */
void progress_wait(int process);
void progress_end_wait(void);

/* ---- table.c ----
 * Tables, through libsmartcols. */

/* How a column fits into a terminal that is too narrow. */
enum column_fit {
	COLUMN_WHOLE, /* it does not change */
	COLUMN_DROP,  /* it is left out */
	COLUMN_CUT,   /* its cells are cut, or it is left out if only a few characters would remain */
	COLUMN_WRAP,  /* its cells take several lines */
};

/* What must be collected for a column besides what every command does; bits. */
enum column_need { NEED_DETAILS = 1, NEED_USES = 2, NEED_NAMES = 4 };

struct column {
	const char *name; /* one word: ADDRESS */
	const char *help; /* its contents, for --help and the man page */
	/* The cell of a row: NULL, no value, is shown as "-". */
	const char *(*get)(const void *row);
	enum column_fit fit;
	unsigned int needs; /* of enum column_need */
};

/* Defines the getter of a column by an expression of its row, a struct `type`. */
#define CELL(getter, type, row, expression)                                                                  \
	static const char *getter(const void *pointer)                                                       \
	{                                                                                                    \
		const struct type *row = pointer;                                                            \
		return expression;                                                                           \
	}

struct column_set {
	const struct column *items;
	size_t count;
	const char *shown; /* the names of the columns shown by default, separated by commas */
};

struct table_options {
	const char
		*columns; /* -o: names separated by commas, "+NAME" adds to the default; NULL: the default */
	bool noheadings, raw;
};

/* Whether the options ask for bare columns, by name or for a script. Then only the table is printed. */
bool table_is_for_scripts(const struct table_options *options);

/* The first name in `wanted` that is not a column; NULL if all are columns. */
const char *table_unknown_column(const struct column_set *columns, const char *wanted);

/* What the columns need that `options` show, all of NEED_ with `json`. */
unsigned int table_needs(const struct column_set *columns, const struct table_options *options, bool json);

/* Prints `count` rows of `size` bytes, each the argument of the getters of the columns, to stdout. On a
 * terminal the table fits its width; in a pipe nothing is cut, left out or wrapped. Without rows it prints
 * nothing. */
void table_print(const struct column_set *columns, const struct table_options *options, const void *rows,
	size_t count, size_t size);

/* The same of pointers to rows. */
void table_print_refs(const struct column_set *columns, const struct table_options *options,
	const void *const *rows, size_t count);

/* The columns and their contents, for --help. `other` (NULL: none) are the defaults `when`. */
const char *table_help(const struct column_set *columns, const struct column_set *other, const char *when);

/* ---- results.c ----
 * Findings as text. */

/* Prints each finding to stdout: "error: ADDRESS: SENTENCE [ID]" ("warning: ...", "note: ..."), then "hint: "
 * and its remedy. */
void findings_print(const struct finding_list *findings);

/* The same to stderr, without findings below `least`. */
void findings_log(const struct finding_list *findings, enum severity least);

/* The view of `explain`: of several findings, one a row; of one, all that is known. */
extern const struct column_set explanation_columns;
void explanation_print(const struct explanation *explanation);

/* Actions, plans and their results as text. */

/* Sets `text` to the action as an imperative, and with -v prints it to stderr. */
void action_announce(const struct plan *plan, const struct action *action, char text[ACTION_TEXT]);

/* A sentence: why a job failed, whether its rollback succeeded, and the next command for `subject` (the
 * address of a device, or what else the plan changes). `user`: the process that uses the device; NULL:
 * unknown. */
const char *failure_sentence(const struct job *job, const char *subject, const char *user);

/* Prints "SUBJECT: SENTENCE" for each result: failures to stderr, others to stdout, followed by the plan if
 * it was not run. `failures_only`: nothing to stdout. */
void results_print(const struct result_list *results, bool failures_only);

/* ---- devices.c ----
 * Devices as a table: the view of `list`. */

/* The columns of `list` and of `list --all`: the same columns with different defaults. */
extern const struct column_set device_columns;
extern const struct column_set device_columns_all;

/* Prints the devices to stdout. */
void devices_print(const struct column_set *columns, const struct table_options *options,
	const struct device_refs *devices);

/* Events, one a line: the view of `monitor`. */

/* Prints the event to stdout, as JSON on one line or `pretty` on several, and flushes it. Returns 0 or a
 * negative errno; -EPIPE, the reader has closed the pipe, is not reported again when the program ends. */
int event_print(const struct event *event, bool as_json, bool pretty);

/* ---- status.c ----
 * The taint as text: the view of `taint`, and its line in `status`. */

extern const struct column_set taint_columns;

/* Prints to stdout the value, a table of its bits, and what set U. `taint` is known. */
void taint_print(const struct table_options *options, const struct taint *taint);

/* Seconds since boot: "12.345678"; the time in UTC: "2026-11-21T14:30:00Z", NULL: unknown. */
const char *taint_event_seconds(const struct taint_event *event);
const char *taint_event_time(const struct taint_event *event);

/* The machine as text: the view of `status`. */

extern const struct column_set status_columns;

/* What status_print() shows. */
struct status_view {
	const struct host *host;
	const struct access_case *access;
	const struct next_boot *next;
	const struct taint *taint;
	size_t noiommu_devices;
};

/* Prints the machine to stdout, one item a row. */
void status_print(const struct table_options *options, const struct status_view *view);

/* ---- matrix.c ----
 * The matrix, and the evidence for the case of a kernel, as text. */

extern const struct column_set matrix_columns;         /* the six cases */
extern const struct column_set matrix_columns_kernels; /* the same columns, one row a kernel */

/* "group+container+cdev (case 3), noiommu built: group and cdev both work"; "VFIO not built: no access path".
 */
const char *matrix_verdict(const struct host *host, const struct access_case *access);

/* Prints the six cases to stdout and marks the case of `kernel`. */
void matrix_print_cases(const struct table_options *options, const struct kernel *kernel);

/* Prints one row for each kernel to stdout. */
void matrix_print_kernels(const struct table_options *options, const struct kernel_list *kernels);

/* Prints to stdout the verdict on `kernel`, what each source says, and the Kconfig changes for a missing
 * path. */
void matrix_print_evidence(const struct kernel *kernel);

/* ---- openings.c ----
 * The steps of opening devices, and what the devices offer: the view of `verify`. */

extern const struct column_set opening_columns;

/* Prints the openings to stdout: for each device a headline, the steps, and what it offers; only the steps if
 * the options ask for bare columns. `addresses`: physical addresses as well. */
void openings_print(const struct table_options *options, const struct opening_list *openings, bool addresses);

/* Prints to stdout, below the openings, whether the client is `ready` to run, and what this machine and this
 * process offer it. */
void client_print(enum client client, const struct client_facts *facts, const struct opening_list *openings,
	bool ready);

/* ---- metrics.c ----
 * The machine as metrics, for the textfile collector of Prometheus' node_exporter. */

struct metrics_view {
	const struct host *host;
	const struct access_case *access;
	const struct next_boot *next;
	const struct taint *taint;
	const struct device_refs *bound;
	const struct finding_list *findings;
	bool ready;
};

/* All metrics in the text format of Prometheus, version 0.0.4; unknown values are NaN. */
const char *metrics_format(const struct metrics_view *view);

/* ---- json.c ----
 * The model as JSON. Members are added over time, never removed or changed. */

struct json;

/* A new document with "schema": 1. */
struct json *json_new(void);

/* Prints the document to stdout, on several lines as jq does or on one, and frees it. */
void json_print(struct json *document);
void json_print_line(struct json *document);

/* Each adds one member to the document: "host", "access", "devices", "findings", "results", "ready". */
void json_add_host(struct json *document, const struct host *host);
void json_add_access(struct json *document, const struct access_case *access);
void json_add_devices(struct json *document, const struct device_refs *devices);
void json_add_findings(struct json *document, const struct finding_list *findings);
void json_add_results(struct json *document, const struct result_list *results);
void json_add_kernels(struct json *document, const struct kernel_list *kernels);
void json_add_next_boot(struct json *document, const struct next_boot *next);
void json_add_ready(struct json *document, bool ready);

/* Adds "explanations". */
void json_add_explanations(struct json *document, const struct explanation *const *items, size_t count);

/* Adds "report": the archive `file`, and the files that could not be read. */
void json_add_records(struct json *document, const char *file, const struct record_list *records);

/* Adds "event", "address", "driver" and "node", null where there is none, and "vendor" and "device" where
 * they are known. */
void json_add_event(struct json *document, const struct event *event);

/* Adds "openings", with physical addresses only if `addresses`. */
void json_add_openings(struct json *document, const struct opening_list *openings, bool addresses);

/* Adds "client": its name, whether it is `ready` to run, and the facts; CLIENT_NONE: null. */
void json_add_client(struct json *document, enum client client, const struct client_facts *facts, bool ready);

/* Adds "kernel_taint", decoded; null when it is unknown. */
void json_add_kernel_taint(struct json *document, const struct taint *taint);

/* Adds "taint": the value before and after the command; -1, unknown, becomes null. */
void json_add_taint(struct json *document, long long before, long long after);

#endif
