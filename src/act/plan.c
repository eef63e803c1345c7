#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "act/act.h"
#include "base/base.h"
#include "os/os.h"

/* The timeout for udevd to settle a node, sufficient during boot. */
#define SETTLE_SECONDS 30

/* The limit of a step. A driver that works, or a module that initializes, may take as long: hardware can be
 * slow. A device that is locked, or waits for its users, does not become free that fast. */
#define STEP_SECONDS 10LL
#define WORK_SECONDS 30LL

int plan_begin(int seconds, int *holder, lock_waiting *waiting)
{
	int error = lock_take(RECIPE_LOCK, seconds, holder, waiting);
	return error ? error : lock_take_machine(RECIPE_LOCK_DIRECTORY, seconds, holder, waiting);
}

void plan_end(void)
{
	lock_release();
	signals_release();
	process_flush();
}

/* The bind attribute returns the result of the probe, but drivers_probe always reports success. Only the
 * driver link is proof for both. */
static int change_driver(const struct action *action)
{
	if (write_link_is(action->link, action->driver))
		return 0;
	int error = write_attribute(action->path, action->value);
	if (error)
		return error;
	return write_link_is(action->link, action->driver) ? 0 : -ENODEV;
}

/* Without udevd nothing changes a node after the kernel created it. */
static int watch(const struct action *action)
{
	int error = udev_watch_begin(action->path);
	return error == -ENOENT ? 0 : error;
}

static int action_run(const struct action *action)
{
	switch (action->kind) {
	case ACTION_NONE:
		return 0;
	case ACTION_LOAD:
		return module_load(action->value);
	case ACTION_TRY_LOAD:
		module_load(action->value);
		return 0;
	case ACTION_WATCH:
		return watch(action);
	case ACTION_SETTLE:
		return udev_watch_wait(action->path, SETTLE_SECONDS);
	case ACTION_WRITE:
		return write_attribute(action->path, action->value);
	case ACTION_DRIVER:
		return change_driver(action);
	case ACTION_SAVE:
		return write_file(action->path, action->value, action->access.mode);
	case ACTION_REMOVE:
		return write_remove(action->path);
	case ACTION_ACCESS:
		return write_access(action->path, &action->access);
	}
	return -EINVAL;
}

/* The kernel returns an error number; its log may say more. */
static bool is_kernels(enum action_kind kind)
{
	return kind == ACTION_LOAD || kind == ACTION_WRITE || kind == ACTION_DRIVER;
}

/* A plan that runs, in its process. */
struct running {
	struct plan plan; /* with the steps that its check added */
	const struct plan *first;
	struct plan_run *run;
	plan_announce *announce;
};

static int announce_and_run(
	struct running *running, const struct step *step, const struct action *action, char text[ACTION_TEXT])
{
	struct plan_run *run = running->run;
	size_t index = (size_t)(step - running->plan.items);
	if (action->kind != ACTION_NONE)
		running->announce(&running->plan, action, text);
	run->action = NULL;
	run->since = clock_milliseconds();
	if (index < running->first->count)
		run->action = action == &step->act ? &running->first->items[index].act
						   : &running->first->items[index].undo;
	return action_run(action);
}

static void roll_back(struct running *running)
{
	struct plan_run *run = running->run;
	run->rolled_back = run->done > 0;
	while (run->done) {
		const struct step *step = &running->plan.items[--run->done];
		char text[ACTION_TEXT];
		/* If the rollback failed, keep the saved state: unbind needs it. */
		if (run->undo_error && step->undo.kind == ACTION_REMOVE)
			continue;
		int error = announce_and_run(running, step, &step->undo, text);
		if (error && !run->undo_error) {
			run->undo_error = error;
			snprintf(run->undo, sizeof run->undo, "%s", text);
		}
	}
}

static int run_steps(struct running *running)
{
	struct plan_run *run = running->run;
	while (run->done < running->plan.count) {
		const struct step *step = &running->plan.items[run->done];
		int error = announce_and_run(running, step, &step->act, run->step);
		run->by_kernel = error && is_kernels(step->act.kind);
		if (error)
			return error;
		run->done++;
	}
	return 0;
}

static int check(struct running *running)
{
	struct plan *plan = &running->plan;
	auto_free char *problem = plan->check ? plan->check(plan) : NULL;
	if (!problem)
		return run_steps(running);
	snprintf(running->run->step, ACTION_TEXT, "%s", problem);
	return -EPROTO;
}

/* A process that an earlier run left behind may have changed the device since this plan was made. A device
 * that had no driver gets one also by a module that this run loads. */
static int check_driver(const struct plan *plan, struct plan_run *run)
{
	char link[PATH_MAX];
	if (!plan->driver)
		return 0;
	snprintf(link, sizeof link, "%s/driver", plan->lock);
	if (write_link_is(link, plan->driver))
		return 0;
	snprintf(run->step, sizeof run->step, "another process changed its driver meanwhile: retry");
	return -EPROTO;
}

void plan_run(const struct plan *plan, struct plan_run *run, plan_announce *announce)
{
	struct running running = { .plan = *plan, .first = plan, .run = run, .announce = announce };
	auto_fd int lock = plan->lock ? lock_directory(plan->lock) : -ENOENT;
	run->error = lock >= 0 || !plan->lock ? 0 : lock;
	if (run->error)
		snprintf(run->step, sizeof run->step, "lock %s", plan->lock);
	if (!run->error)
		run->error = check_driver(plan, run);
	if (!run->error)
		run->error = run_steps(&running);
	if (!run->error)
		run->error = check(&running);
	if (run->error)
		roll_back(&running);
}

/* Whether the driver has begun to work, and is not waiting for the lock of the device or for its users. */
static bool works(const struct action *action)
{
	return action->kind == ACTION_LOAD || action->kind == ACTION_TRY_LOAD ||
	       (action->kind == ACTION_DRIVER && action->driver &&
		       write_link_is(action->link, action->driver));
}

bool plan_is_late(const struct plan *plan, const struct plan_run *run)
{
	const struct action *action = run->action;
	long long seconds = plan->limit ? plan->limit : STEP_SECONDS;
	/* Only these steps can block for longer than they themselves allow. */
	if (!action || seconds < 0)
		return false;
	long long took = clock_milliseconds() - run->since;
	if (took < seconds * 1000)
		return false;
	return took >= WORK_SECONDS * 1000 || !works(action);
}
