#include <errno.h>
#include <pthread.h>

#include "act/act.h"
#include "os/os.h"

/* The timeout for udevd to settle a node, sufficient during boot. */
#define SETTLE_SECONDS 30

int plan_begin(int seconds, int *holder)
{
	signals_catch();
	int lock = lock_take(RECIPE_LOCK, seconds, holder);
	return lock < 0 ? lock : 0;
}

bool plan_interrupted(void)
{
	return signals_caught();
}

/* The bind attribute returns the result of the probe, but drivers_probe always reports success. Only the
 * driver link is proof for both. */
static int change_driver(const struct action *action, int deadline)
{
	if (write_link_is(action->link, action->driver))
		return 0;
	bool unbinds = !action->driver;
	int error = unbinds && deadline ? write_attribute_within(action->path, action->value, deadline)
					: write_attribute(action->path, action->value);
	if (error)
		return error;
	return write_link_is(action->link, action->driver) ? 0 : -ENODEV;
}

/* libkmod and libudev are not thread-safe. */
static int library_run(const struct action *action)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	int error = 0;
	pthread_mutex_lock(&lock);
	if (action->kind == ACTION_LOAD)
		error = module_load(action->value);
	else if (action->kind == ACTION_TRY_LOAD)
		module_load(action->value);
	else if (action->kind == ACTION_WATCH)
		error = udev_watch_begin(action->path);
	else
		error = udev_watch_wait(action->path, SETTLE_SECONDS);
	pthread_mutex_unlock(&lock);
	/* Without udevd nothing changes a node after the kernel created it. */
	return action->kind == ACTION_WATCH && error == -ENOENT ? 0 : error;
}

static int action_run(const struct action *action, int deadline)
{
	switch (action->kind) {
	case ACTION_NONE:
		return 0;
	case ACTION_LOAD:
	case ACTION_TRY_LOAD:
	case ACTION_WATCH:
	case ACTION_SETTLE:
		return library_run(action);
	case ACTION_WRITE:
		return write_attribute(action->path, action->value);
	case ACTION_DRIVER:
		return change_driver(action, deadline);
	case ACTION_SAVE:
		return write_file(action->path, action->value, action->access.mode);
	case ACTION_REMOVE:
		return write_remove(action->path);
	case ACTION_ACCESS:
		return write_access(action->path, &action->access);
	}
	return -EINVAL;
}

static int action_announce_and_run(
	const struct plan *plan, const struct action *action, plan_announce *announce)
{
	if (action->kind != ACTION_NONE)
		announce(plan, action);
	return action_run(action, plan->deadline);
}

int plan_run(struct plan *plan, plan_announce *announce)
{
	plan->failure = (struct plan_failure){ 0 };
	while (plan->done < plan->count) {
		const struct action *action = &plan->items[plan->done].act;
		int error = action_announce_and_run(plan, action, announce);
		if (error) {
			plan->failure.action = action;
			plan->failure.error = error;
			/* During an unbind the kernel holds the lock of the device: any further write to it
			 * would block as well. */
			if (error != -ETIMEDOUT)
				plan_undo(plan, announce);
			return error;
		}
		plan->done++;
	}
	return 0;
}

int plan_undo(struct plan *plan, plan_announce *announce)
{
	struct plan_failure *failure = &plan->failure;
	while (plan->done) {
		const struct action *action = &plan->items[--plan->done].undo;
		/* If the rollback failed, keep the saved state: unbind needs it. */
		if (failure->undo && action->kind == ACTION_REMOVE)
			continue;
		int error = action_announce_and_run(plan, action, announce);
		if (error && !failure->undo) {
			failure->undo = action;
			failure->undo_error = error;
		}
	}
	return failure->undo_error;
}
