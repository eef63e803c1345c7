#include "act/parallel.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "base/text.h"

/* A driver takes from milliseconds to many seconds to let a device go or to take it up, and mostly sleeps
 * meanwhile (nvme waits for its queues, and for the disk to shut down). The kernel holds that device's lock
 * all the time, and no other: bind, unbind and probe lock neither the bus nor, but for USB, the parent
 * (drivers/base/bus.c and dd.c, need_parent_lock). So devices do not wait for each other, unless their
 * drivers make them; see recipe_turn. */
#define AT_ONCE 64

#define PROGRESS_SECONDS 1

struct crew {
	struct plan **plans;
	size_t count, next, ended;
	plan_announce *announce;
	pthread_mutex_t lock;
	pthread_cond_t news;
};

static void run(struct plan *plan, plan_announce *announce)
{
	plan->error = plan_interrupted() ? -ECANCELED : plan_run(plan, announce);
}

static bool is_first_of_turn(const struct crew *crew, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (text_same(crew->plans[i]->turn, crew->plans[index]->turn))
			return false;
	return true;
}

static void run_turn(struct crew *crew, size_t first)
{
	for (size_t i = first; i < crew->count; i++) {
		if (!text_same(crew->plans[i]->turn, crew->plans[first]->turn))
			continue;
		run(crew->plans[i], crew->announce);
		pthread_mutex_lock(&crew->lock);
		crew->ended++;
		pthread_cond_signal(&crew->news);
		pthread_mutex_unlock(&crew->lock);
	}
}

static void *work(void *data)
{
	struct crew *crew = data;
	for (;;) {
		pthread_mutex_lock(&crew->lock);
		size_t index = crew->next++;
		pthread_mutex_unlock(&crew->lock);
		if (index >= crew->count)
			return NULL;
		if (is_first_of_turn(crew, index))
			run_turn(crew, index);
	}
}

static void wait_for_all(struct crew *crew, parallel_progress *progress)
{
	bool told = false;
	struct timespec next;
	clock_gettime(CLOCK_REALTIME, &next);
	pthread_mutex_lock(&crew->lock);
	while (crew->ended < crew->count) {
		next.tv_sec += PROGRESS_SECONDS;
		while (crew->ended < crew->count &&
			pthread_cond_timedwait(&crew->news, &crew->lock, &next) != ETIMEDOUT)
			;
		if (!progress || (crew->ended == crew->count && !told))
			continue;
		progress(crew->ended, crew->count);
		told = true;
	}
	pthread_mutex_unlock(&crew->lock);
}

void parallel_run(struct plan **plans, size_t count, plan_announce *announce, parallel_progress *progress)
{
	struct crew crew = {
		.plans = plans,
		.count = count,
		.announce = announce,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.news = PTHREAD_COND_INITIALIZER,
	};
	pthread_t threads[AT_ONCE];
	size_t started = 0;
	/* There is nothing that one plan could be beside. */
	while (count > 1 && started < count && started < AT_ONCE &&
		pthread_create(&threads[started], NULL, work, &crew) == 0)
		started++;
	if (!started)
		work(&crew);
	else
		wait_for_all(&crew, progress);
	while (started)
		pthread_join(threads[--started], NULL);
}
