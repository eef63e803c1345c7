/* The start of every command, which collects and judges the machine, and the end of those that make changes.
 */
#ifndef CMD_SESSION_H
#define CMD_SESSION_H

#include "cmd/arguments.h"
#include "command.h"
#include "model.h"

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

#endif
