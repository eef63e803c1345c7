#include <errno.h>
#include <poll.h>

#include "act/act.h"
#include "base/base.h"
#include "os/os.h"

/* Unbind and probe of a driver take milliseconds to many seconds, mostly sleeping (nvme waits for its queues
 * and for the disk to shut down). Meanwhile the kernel holds only the lock of that device: bind, unbind and
 * probe lock neither the bus nor, except on USB, the parent (drivers/base/bus.c and dd.c, need_parent_lock).
 * So devices do not wait for each other, unless their drivers serialize them; see recipe_begin.
 *
 * A write to such an attribute cannot be interrupted or killed. In a process of its own it holds up nothing
 * else, and neither a signal nor the end of this process interrupts the plan. */
#define MAX_WORKERS 64

#define TICK_MS     50
#define GRACE_MS    500 /* after a termination signal, for plans that are about to end */
#define PROGRESS_MS 1000

struct worker {
	struct job *job;
	int messages; /* what the process prints; at its end the process has ended */
};

struct pool {
	struct job *jobs;
	size_t count, ended;
	struct worker workers[MAX_WORKERS];
	size_t running;
	plan_announce *announce;
	long long interrupted; /* when a termination signal was noticed; 0: none was */
};

/* ---- starting ---- */

static bool is_turn_running(const struct pool *pool, const struct job *job)
{
	for (size_t i = 0; i < pool->running; i++)
		if (text_same(pool->workers[i].job->plan->turn, job->plan->turn))
			return true;
	return false;
}

static void start(struct pool *pool, struct job *job)
{
	int messages = -1;
	int process = process_start(&messages);
	if (process == 0) {
		plan_run(job->plan, job->run, pool->announce);
		job->run->ended = true;
		process_end();
	}
	if (process < 0) {
		job->error = process;
		job->state = JOB_ENDED;
		pool->ended++;
		return;
	}
	job->run->process = process;
	job->state = JOB_RUNNING;
	pool->workers[pool->running++] = (struct worker){ job, messages };
}

static void start_all(struct pool *pool)
{
	struct job *job;
	for (job = pool->jobs; job < pool->jobs + pool->count && pool->running < MAX_WORKERS; job++)
		if (job->state == JOB_WAITING && !is_turn_running(pool, job))
			start(pool, job);
}

static void cancel_all(struct pool *pool)
{
	for (struct job *job = pool->jobs; job < pool->jobs + pool->count; job++) {
		if (job->state != JOB_WAITING)
			continue;
		job->error = -ECANCELED;
		job->state = JOB_ENDED;
		pool->ended++;
	}
}

/* ---- ending ---- */

static bool has_ended(const struct pool *pool, struct worker *worker)
{
	struct job *job = worker->job;
	bool ended = job->run->ended;
	/* A program that a module's install command left behind can keep the other end open. */
	if (process_relay(worker->messages) || ended) {
		job->error = job->run->ended ? job->run->error : -ECHILD;
		if (job->error == -EALREADY)
			job->run->holder = lock_directory_holder(job->plan->lock);
		return true;
	}
	if (plan_is_late(job->plan, job->run))
		job->error = -ETIMEDOUT;
	else if (pool->interrupted && clock_milliseconds() - pool->interrupted >= GRACE_MS)
		job->error = -EINTR;
	return job->error != 0;
}

static void end_some(struct pool *pool)
{
	size_t kept = 0;
	for (size_t i = 0; i < pool->running; i++) {
		struct worker *worker = &pool->workers[i];
		if (!has_ended(pool, worker)) {
			pool->workers[kept++] = *worker;
			continue;
		}
		close(worker->messages);
		worker->job->state = JOB_ENDED;
		pool->ended++;
	}
	pool->running = kept;
}

static void wait_for_some(const struct pool *pool)
{
	struct pollfd events[MAX_WORKERS];
	for (size_t i = 0; i < pool->running; i++)
		events[i] = (struct pollfd){ .fd = pool->workers[i].messages, .events = POLLIN };
	if (pool->interrupted)
		poll(events, pool->running, TICK_MS);
	else
		signals_poll_any(events, pool->running, TICK_MS);
}

void parallel_run(struct job *jobs, size_t count, plan_announce *announce, parallel_progress *progress)
{
	struct pool pool = { .jobs = jobs, .count = count, .announce = announce };
	struct plan_run *runs = process_share(count * sizeof *runs);
	long long next = clock_milliseconds() + PROGRESS_MS;
	bool reported = false;
	for (size_t i = 0; i < count; i++)
		jobs[i].run = &runs[i];
	signals_catch();
	while (pool.ended < count) {
		if (signals_caught() && !pool.interrupted)
			pool.interrupted = clock_milliseconds();
		if (pool.interrupted)
			cancel_all(&pool);
		else
			start_all(&pool);
		wait_for_some(&pool);
		end_some(&pool);
		bool all = pool.ended == count;
		if (progress && (all ? reported : clock_milliseconds() >= next)) {
			progress(pool.ended, count);
			next += PROGRESS_MS;
			reported = true;
		}
	}
}
