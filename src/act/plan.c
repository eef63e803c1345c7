#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "act/act.h"
#include "base/base.h"
#include "os/os.h"

/* ---- one plan ---- */

/* The timeout for udevd to settle a node, sufficient during boot. */
#define SETTLE_SECONDS 30

/* The limit of a step. A driver that works, or a module that initializes, may take as long: hardware can be
 * slow. A device that is locked, or waits for its users, does not become free that fast. */
#define STEP_SECONDS 10LL
#define WORK_SECONDS 30LL

int plan_begin(int seconds, int *holder, lock_waiting *waiting)
{
	process_hold();
	int error = lock_take(RECIPE_LOCK, seconds, holder, waiting);
	return error ? error
		     : lock_take_machine(
			       RECIPE_LOCK_ATTRIBUTE, RECIPE_LOCK_DEVTMPFS, seconds, holder, waiting);
}

void plan_end(void)
{
	lock_release();
	signals_release();
	process_flush();
}

/* Only the driver link is proof: it may be done already, by another program or because of a module that was
 * loaded. A write waits until a probe that is running has ended, and then fails. */
static int change_driver(const struct action *action)
{
	int error = write_attribute(action->path, action->value);
	if (write_link_is(action->link, action->driver))
		return 0;
	return error ? error : -ENODEV;
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
	case ACTION_TRY_DRIVER:
		change_driver(action);
		return 0;
	case ACTION_SAVE:
		return write_file(action->path, action->value, action->access.mode);
	case ACTION_TRY_SAVE:
		(void)write_file(action->path, action->value, action->access.mode);
		return 0;
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

/* What the guard or the check has returned. */
static int take_problem(struct running *running, const char *problem)
{
	if (!problem)
		return 0;
	snprintf(running->run->step, ACTION_TEXT, "%s", problem);
	return -EPROTO;
}

/* Asks the guard at the last moment: before the first step that takes or gives a driver. */
static int ask_guard(struct running *running, const struct step *step)
{
	struct plan *plan = &running->plan;
	if (!plan->guard || step->act.kind != ACTION_DRIVER)
		return 0;
	running->run->since = clock_milliseconds();
	snprintf(running->run->step, ACTION_TEXT, "look at the device again");
	const char *problem = plan->guard(plan);
	plan->guard = NULL;
	return take_problem(running, problem);
}

static int changed_meanwhile(struct plan_run *run)
{
	snprintf(run->step, sizeof run->step, "another process changed its driver meanwhile: retry");
	return -EPROTO;
}

/* Whether another driver came first, as by udevd. */
static bool is_too_late(const struct action *action, int error)
{
	return error == -EBUSY && action->kind == ACTION_DRIVER && action->driver &&
	       !write_link_is(action->link, NULL);
}

void plan_release(struct plan *plan)
{
	const int *fd;
	array_each (fd, &plan->held)
		close(*fd);
	plan->held.count = 0;
}

static int run_step(struct running *running, const struct step *step)
{
	struct plan_run *run = running->run;
	int error = ask_guard(running, step);
	if (!error) {
		error = announce_and_run(running, step, &step->act, run->step);
		run->by_kernel = error && is_kernels(step->act.kind);
	}
	plan_release(&running->plan);
	return is_too_late(&step->act, error) ? changed_meanwhile(run) : error;
}

static int run_steps(struct running *running)
{
	struct plan_run *run = running->run;
	while (run->done < running->plan.count) {
		int error = run_step(running, &running->plan.items[run->done]);
		if (error)
			return error;
		run->done++;
	}
	return 0;
}

static int check(struct running *running)
{
	struct plan *plan = &running->plan;
	int error = take_problem(running, plan->check ? plan->check(plan) : NULL);
	return error ? error : run_steps(running);
}

/* What may have changed since this plan was made, as by a process that an earlier run left behind. A device
 * that had no driver gets one also by a module that this run loads. */
static int check_before(struct plan *plan, struct plan_run *run)
{
	char link[PATH_MAX];
	if (plan->inode && lock_inode(plan->lock) != plan->inode) {
		snprintf(run->step, sizeof run->step, "another device appeared at its address: retry");
		return -EPROTO;
	}
	snprintf(link, sizeof link, "%s/driver", plan->lock ? plan->lock : "");
	return plan->driver && !write_link_is(link, plan->driver) ? changed_meanwhile(run) : 0;
}

void plan_run(const struct plan *plan, struct plan_run *run, plan_announce *announce)
{
	struct running running = { .plan = *plan, .first = plan, .run = run, .announce = announce };
	int lock = plan->lock ? lock_device(plan->lock) : -ENOENT;
	run->error = lock >= 0 || !plan->lock ? 0 : lock;
	if (run->error)
		snprintf(run->step, sizeof run->step, "lock %s", plan->lock);
	/* The lock of the device is enough. Whatever this process waits for, and even if the one that started
	 * it has been killed, other devices do not wait. */
	if (lock >= 0) {
		lock_leave();
		lock_keep(lock);
	}
	if (!run->error)
		run->error = check_before(&running.plan, run);
	if (!run->error)
		run->error = run_steps(&running);
	if (!run->error)
		run->error = check(&running);
	if (run->error)
		roll_back(&running);
	if (lock >= 0)
		lock_leave();
}

/* Whether the driver has begun to work, and is not waiting for the lock of the device or for its users. */
static bool works(const struct action *action)
{
	return action->kind == ACTION_LOAD || action->kind == ACTION_TRY_LOAD ||
	       ((action->kind == ACTION_DRIVER || action->kind == ACTION_TRY_DRIVER) && action->driver &&
		       write_link_is(action->link, action->driver));
}

/* Whether the current action of the running plan takes longer than it should. */
static bool is_late(const struct plan *plan, const struct plan_run *run)
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

/* ---- plans in parallel ---- */

/* Unbind and probe of a driver take milliseconds to many seconds, mostly sleeping (nvme waits for its queues
 * and for the disk to shut down). Meanwhile the kernel holds only the lock of that device: bind, unbind and
 * probe lock neither the bus nor, except on USB, the parent (drivers/base/bus.c and dd.c, need_parent_lock).
 * So devices do not wait for each other, unless their drivers serialize them; see recipe_begin.
 *
 * A write to such an attribute cannot be interrupted or killed. In a process of its own, a worker, it holds
 * up nothing else, and neither a signal nor the end of this process interrupts the plan.
 *
 * A worker that has ended a plan gets the next one: where plans are quick, starting a process takes longer.
 * A plan that is slow sleeps, and others run meanwhile. */
#define MAX_WORKERS 64
#define MAX_QUICK   4

#define TICK_MS     50  /* a plan that takes longer is slow */
#define GRACE_MS    500 /* after a termination signal, for plans that are about to end */
#define PROGRESS_MS 1000

struct worker {
	int process;
	int messages;    /* what it prints */
	int orders;      /* for the indexes of its jobs; it sends a byte when one has ended */
	struct job *job; /* NULL: idle */
	long long since; /* when it got the job */
};

struct pool {
	struct job *jobs;
	size_t count, ended;
	struct worker workers[MAX_WORKERS];
	size_t started;
	plan_announce *announce;
	long long interrupted; /* when a termination signal was noticed; 0: none was */
};

/* ---- starting ---- */

static void work(const struct pool *pool, int orders)
{
	size_t index;
	/* The other end is closed if a job was given up, or if that process has ended. */
	while (recv(orders, &index, sizeof index, 0) == sizeof index) {
		const struct job *job = &pool->jobs[index];
		plan_run(job->plan, job->run, pool->announce);
		job->run->ended = true;
		(void)!send(orders, "", 1, MSG_NOSIGNAL);
	}
	process_end();
}

static void end(struct pool *pool, struct job *job, int error)
{
	job->error = error;
	job->state = JOB_ENDED;
	pool->ended++;
}

static int start_worker(struct pool *pool)
{
	int orders[2], messages = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, orders) < 0)
		return -errno;
	int process = process_start(&messages);
	if (process == 0) {
		close(orders[0]);
		for (size_t i = 0; i < pool->started; i++)
			close(pool->workers[i].orders);
		work(pool, orders[1]);
	}
	close(orders[1]);
	if (process < 0) {
		close(orders[0]);
		return process;
	}
	pool->workers[pool->started++] = (struct worker){ process, messages, orders[0], .job = NULL };
	return 0;
}

static void end_worker(const struct worker *worker)
{
	close(worker->messages);
	close(worker->orders);
}

static int start(struct pool *pool, struct job *job)
{
	size_t index = (size_t)(job - pool->jobs);
	struct worker *worker = pool->workers;
	while (worker < pool->workers + pool->started && worker->job)
		worker++;
	bool idle = worker < pool->workers + pool->started;
	int error = idle ? 0 : start_worker(pool);
	if (error)
		return error;
	job->run->process = worker->process;
	worker->job = job;
	worker->since = clock_milliseconds();
	/* If the worker has been killed, look_at notices that. */
	(void)!send(worker->orders, &index, sizeof index, MSG_NOSIGNAL);
	return 0;
}

static bool is_turn_running(const struct pool *pool, const struct job *job)
{
	for (size_t i = 0; i < pool->started; i++)
		if (pool->workers[i].job && text_same(pool->workers[i].job->plan->turn, job->plan->turn))
			return true;
	return false;
}

/* Whether a further plan may run: a quick one for each slow one. */
static bool has_room(const struct pool *pool)
{
	size_t busy = 0, quick = 0;
	for (size_t i = 0; i < pool->started; i++) {
		busy += pool->workers[i].job != NULL;
		quick += pool->workers[i].job && clock_milliseconds() - pool->workers[i].since < TICK_MS;
	}
	return busy < MAX_WORKERS && (quick < MAX_QUICK || quick < busy - quick);
}

static void start_some(struct pool *pool)
{
	struct job *job;
	for (job = pool->jobs; job < pool->jobs + pool->count && has_room(pool); job++) {
		if (job->state != JOB_WAITING || is_turn_running(pool, job))
			continue;
		job->state = JOB_RUNNING;
		int error = start(pool, job);
		if (error)
			end(pool, job, error);
	}
}

static void cancel_all(struct pool *pool)
{
	for (struct job *job = pool->jobs; job < pool->jobs + pool->count; job++)
		if (job->state == JOB_WAITING)
			end(pool, job, -ECANCELED);
}

/* ---- ending ---- */

/* The result of the job; 1: it is still running. */
static int result_of(const struct pool *pool, const struct job *job, bool alive)
{
	if (job->run->ended)
		return job->run->error;
	if (!alive)
		return -ECHILD;
	if (is_late(job->plan, job->run))
		return -ETIMEDOUT;
	return pool->interrupted && clock_milliseconds() - pool->interrupted >= GRACE_MS ? -EINTR : 1;
}

/* Ends the job of the worker if it is over. Returns whether the worker can get another one. */
static bool look_at(struct pool *pool, struct worker *worker)
{
	struct job *job = worker->job;
	char answer;
	bool alive = recv(worker->orders, &answer, sizeof answer, MSG_DONTWAIT) != 0;
	int error = job ? result_of(pool, job, alive) : 1;
	process_relay(worker->messages);
	if (error > 0)
		return alive;
	if (error == -EALREADY)
		job->run->holder = lock_device_holder(job->plan->lock);
	end(pool, job, error);
	worker->job = NULL;
	return alive && job->run->ended;
}

static void end_some(struct pool *pool)
{
	size_t kept = 0;
	for (size_t i = 0; i < pool->started; i++) {
		struct worker *worker = &pool->workers[i];
		if (look_at(pool, worker))
			pool->workers[kept++] = *worker;
		else
			end_worker(worker);
	}
	pool->started = kept;
}

static void wait_for_some(const struct pool *pool)
{
	struct pollfd events[2 * MAX_WORKERS];
	for (size_t i = 0; i < pool->started; i++) {
		events[2 * i] = (struct pollfd){ .fd = pool->workers[i].messages, .events = POLLIN };
		events[2 * i + 1] = (struct pollfd){ .fd = pool->workers[i].orders, .events = POLLIN };
	}
	if (pool->interrupted)
		poll(events, 2 * pool->started, TICK_MS);
	else
		signals_poll(events, 2 * pool->started, TICK_MS);
}

void parallel_run(struct job *jobs, size_t count, plan_announce *announce, parallel_progress *progress)
{
	struct pool pool = { .jobs = jobs, .count = count, .announce = announce };
	struct plan_run *runs = process_share(count * sizeof *runs);
	long long next = clock_milliseconds() + PROGRESS_MS;
	bool reported = false;
	for (size_t i = 0; i < count; i++)
		jobs[i].run = &runs[i];
	signals_catch(true);
	while (pool.ended < count) {
		if (signals_caught() && !pool.interrupted)
			pool.interrupted = clock_milliseconds();
		if (pool.interrupted)
			cancel_all(&pool);
		else
			start_some(&pool);
		wait_for_some(&pool);
		end_some(&pool);
		bool all = pool.ended == count;
		if (progress && (all ? reported : clock_milliseconds() >= next)) {
			progress(pool.ended, count);
			next += PROGRESS_MS;
			reported = true;
		}
	}
	for (size_t i = 0; i < pool.started; i++)
		end_worker(&pool.workers[i]);
}
