#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "act/act.h"
#include "base/base.h"

/* Unbind and probe of a driver take milliseconds to many seconds, mostly sleeping (nvme waits for its queues
 * and for the disk to shut down). Meanwhile the kernel holds only the lock of that device: bind, unbind and
 * probe lock neither the bus nor, except on USB, the parent (drivers/base/bus.c and dd.c, need_parent_lock).
 * So devices do not wait for each other, unless their drivers serialize them; see recipe_turn. */
#define MAX_WORKERS 64

#define PROGRESS_SECONDS 1

struct pool {
	struct plan **plans;
	size_t count, next, ended;
	plan_announce *announce;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

static void run(struct plan *plan, plan_announce *announce)
{
	plan->error = plan_interrupted() ? -ECANCELED : plan_run(plan, announce);
}

static bool is_first_of_turn(const struct pool *pool, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (text_same(pool->plans[i]->turn, pool->plans[index]->turn))
			return false;
	return true;
}

static void run_turn(struct pool *pool, size_t first)
{
	for (size_t i = first; i < pool->count; i++) {
		if (!text_same(pool->plans[i]->turn, pool->plans[first]->turn))
			continue;
		run(pool->plans[i], pool->announce);
		pthread_mutex_lock(&pool->lock);
		pool->ended++;
		pthread_cond_signal(&pool->changed);
		pthread_mutex_unlock(&pool->lock);
	}
}

static void *work(void *data)
{
	struct pool *pool = data;
	for (;;) {
		pthread_mutex_lock(&pool->lock);
		size_t index = pool->next++;
		pthread_mutex_unlock(&pool->lock);
		if (index >= pool->count)
			return NULL;
		if (is_first_of_turn(pool, index))
			run_turn(pool, index);
	}
}

static void wait_for_all(struct pool *pool, parallel_progress *progress)
{
	bool reported = false;
	struct timespec next;
	clock_gettime(CLOCK_REALTIME, &next);
	pthread_mutex_lock(&pool->lock);
	while (pool->ended < pool->count) {
		next.tv_sec += PROGRESS_SECONDS;
		while (pool->ended < pool->count &&
			pthread_cond_timedwait(&pool->changed, &pool->lock, &next) != ETIMEDOUT)
			;
		if (!progress || (pool->ended == pool->count && !reported))
			continue;
		progress(pool->ended, pool->count);
		reported = true;
	}
	pthread_mutex_unlock(&pool->lock);
}

void parallel_run(struct plan **plans, size_t count, plan_announce *announce, parallel_progress *progress)
{
	struct pool pool = {
		.plans = plans,
		.count = count,
		.announce = announce,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
	};
	pthread_t threads[MAX_WORKERS];
	size_t started = 0;
	/* A single plan needs no thread. */
	while (count > 1 && started < count && started < MAX_WORKERS &&
		pthread_create(&threads[started], NULL, work, &pool) == 0)
		started++;
	if (!started)
		work(&pool);
	else
		wait_for_all(&pool, progress);
	while (started)
		pthread_join(threads[--started], NULL);
}
