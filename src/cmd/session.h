/* What every command starts with: the machine, collected and judged; and what every acting command ends with.
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

/* Opens the machine and collects its devices. Returns STATUS_DONE, or STATUS_FAILED after saying why. */
enum status session_open(struct session *session, const struct options *options);

/* Collects the machine as a whole, with the verdict on its kernel: what listing devices has no use for, and
 * costs. */
void session_collect_host(struct session *session);

/* The same for a command that acts: takes the lock first, unless nothing will be written, and collects the
 * machine as a whole. */
enum status session_open_acting(struct session *session, const struct options *options);

/* The devices that the arguments mean; none without arguments. Returns STATUS_DONE, or after saying what is
 * wrong STATUS_USAGE (not a DEVICE) or STATUS_FAILED (no such device). */
enum status session_select(
	struct session *session, const struct arguments *arguments, struct device_refs *found);

/* Whether the findings forbid to act; then they have been shown, and the command ends with
 * STATUS_REFUSED. */
bool session_refused(struct session *session);

/* Adds a result; `sentence` is taken over. Returns it, good until the next one. */
struct result *session_result(
	struct session *session, const char *subject, enum outcome outcome, char *sentence);

/* Adds a result for `subject`, with `plan` still to be run, or with --dry-run only to be shown, and the
 * sentence that fits, of which both are taken over as well. */
void session_plan(
	struct session *session, const char *subject, const struct plan *plan, char *would, char *done);

/* Runs what was planned, side by side, and says in the results what became of it. With --dry-run nothing. */
void session_work(struct session *session);

/* Runs `plan` for `subject`, or with --dry-run only notes it, and adds the result with the sentence that
 * fits, of which both are taken over. Returns whether all is well so far. */
bool session_run(
	struct session *session, const char *subject, const struct plan *plan, char *would, char *done);

/* Reads anew what acting may have changed in the machine and in the devices (NULL: only the machine), or in
 * one device. */
void session_refresh(struct session *session, const struct device_refs *devices);
void session_refresh_one(struct session *session, struct device *device);

/* Shows the results, the devices and the new taint; returns the command's status. */
enum status session_finish(struct session *session, const struct device_refs *devices);

/* Makes the file hold `text`, whole or not at all; with NULL prints the text, unless --quiet is set. Returns
 * STATUS_DONE, or STATUS_FAILED when it has said why. */
enum status session_give(const struct session *session, const char *file, const char *text);

#endif
