/* Changes the machine. A plan is a list of steps; if one fails, the completed ones are rolled back. */
#ifndef ACT_H
#define ACT_H

#include "work.h"

/* ---- recipes.c ----
 * The writes to make and their order. All paths that are written are defined here. */

/* The lock file. Not in /run/lock, which does not exist yet when udev starts, and is writable by all users.
 */
#define RECIPE_LOCK "/run/vfionoiommu.lock"

/* What is locked besides, for other mount and network namespaces: an attribute, and a file in devtmpfs. Any
 * user could hold the lock of a file or folder that all can open, and so stop every run. */
#define RECIPE_LOCK_ATTRIBUTE "/sys/bus/pci/drivers_probe"
#define RECIPE_LOCK_DEVTMPFS  "vfionoiommu.lock"

/* Adds the steps to load the missing modules for bind: vfio-pci, and iommufd if the kernel has it. */
void recipe_modules(struct plan *plan, const struct host *host);

/* Adds the steps to enable or disable noiommu mode, including loading vfio. Adds none if the mode is already
 * set. */
void recipe_mode(struct plan *plan, const struct host *host, bool on);

/* Adds the step to enable the mode at the next boot, by writing our own file to modprobe.d, or to
 * remove that file. Adds none if it is already done, or if the file was edited. */
void recipe_next_mode(struct plan *plan, const struct next_boot *next, bool on);

/* An empty plan that changes `device`: with its serialization key and its lock. */
struct plan recipe_begin(const struct device *device);

/* Adds the steps to bind `device` to vfio-pci, or to unbind it: restores the saved driver and override, or
 * without a saved state lets the kernel choose the driver. `device` must have its details. bind saves
 * `before`. */
void recipe_bind(struct plan *plan, const struct device *device, const struct remembered *before);
void recipe_unbind(struct plan *plan, const struct device *device);

/* Adds the step to record that `device` is unbound after `event`, the last event of the kernel. */
void recipe_unbound(struct plan *plan, const struct device *device, unsigned long long event);

/* Adds the step to write the persistent binding. */
void recipe_store(struct plan *plan, const struct stored *binding);

/* Adds the step to remove the persistent binding of the device at `address`. */
void recipe_unstore(struct plan *plan, const char *address);

/* Adds the step to write `text` as the CDI specification (NULL: not known yet, for --dry-run), or to remove
 * the specification unless it contains `any` device. */
void recipe_cdi(struct plan *plan, bool any, const char *text);

/* Adds the step to remove the saved state of the device at `address`, which is no longer present. */
void recipe_forget(struct plan *plan, const char *address);

/* Adds the step required before a bind if recipe_access follows. */
void recipe_access_begin(struct plan *plan);

/* Adds the steps to set the owner and mode of `node`; if it is `fresh`, after udev has settled it. The undo
 * restores the current ones. Adds none if the device has no such node, or if it has them already. */
void recipe_access(
	struct plan *plan, const struct vfio_node *node, const struct node_access *access, bool fresh);

/* The same for a device that is not bound yet, with the expected nodes; for --dry-run only. */
void recipe_access_ahead(
	struct plan *plan, const struct access_case *expected, const struct node_access *access);

/* ---- plan.c ----
 * Runs the steps of a plan in order. If one fails, rolls back the completed steps in reverse order. */

/* Call this before any change to the machine: from now on no other instance makes changes, and no message of
 * this one, which nobody may read, can block. Waits up to `seconds` for each other instance, and calls
 * `waiting` as lock_take. Returns 0, or the negative errno of lock_take, with `holder`. */
int plan_begin(int seconds, int *holder, void (*waiting)(int holder));

/* Call this after the last plan, before printing, which can block, and in any case before the end: other
 * instances can make changes, and termination signals end this process. */
void plan_end(void);

/* Called before each action of a plan: sets `text` to the action as an imperative. */
typedef void plan_announce(const struct plan *plan, const struct action *action, char text[ACTION_TEXT]);

/* Closes what the guard of a plan has held. */
void plan_release(struct plan *plan);

/* Runs all steps and the check of the plan, and stores the result in `run`. If one fails, rolls back. Every
 * step can block in the kernel, uninterruptibly: call this only in a process of its own. Allocates only what
 * loading a module and the check need. */
void plan_run(const struct plan *plan, struct plan_run *run, plan_announce *announce);

/* ---- plan.c, in parallel ----
 * Runs plans in parallel, in other processes, of which each runs one after the other. */

/* Called periodically with the number of finished plans; called a last time when all have finished, if it was
 * called before. */
typedef void parallel_progress(size_t ended, size_t count);

/* Runs the plans of all jobs, and sets the other members of each job. Plans with the same `turn` run
 * sequentially, in order. After a termination signal, starts no further plan. A plan that is late, or still
 * running after a signal, is left to its process, which continues even if this process is killed. */
void parallel_run(struct job *jobs, size_t count, plan_announce *announce, parallel_progress *progress);

/* ---- output.c ----
 * Output files of the user. */

/* Atomically writes `text` to the file `path`, mode 0644, replacing an existing file. Returns 0 or a negative
 * errno: -EINVAL: not a regular file. */
int output_replace(const char *path, const char *text);

/* Removes the file. Returns 0, also if it does not exist, or a negative errno as above. */
int output_remove(const char *path);

/* Writes a recording of a machine, as a tar archive, to the new file `path`, mode 0600, complete or not at
 * all; NULL: to standard output. Returns 0, or a negative errno with nothing created: -EEXIST: `path` already
 * exists; -EISDIR or -EINVAL: it is not a regular file. */
int recording_save(const struct record_list *records, const char *path);

#endif
