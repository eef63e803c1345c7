/* Plans run in processes of their own: quick ones share a few, and none holds up the others. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "act/act.h"
#include "base/base.h"
#include "os/os.h"
#include "tap.h"

#define MANY 300

static char directory[] = "/tmp/parallel_test.XXXXXX";
static char fifo[sizeof directory + 5];

/* In memory that the processes share. */
static struct {
	int running, runs;
	bool overlapped;
} * shared;

static void announce(const struct plan *plan, const struct action *action, char text[ACTION_TEXT])
{
	(void)plan;
	snprintf(text, ACTION_TEXT, "write %s", action->path);
}

static const char *sleeps(struct plan *plan)
{
	(void)plan;
	shared->overlapped |= shared->running++ > 0;
	nanosleep(&(struct timespec){ .tv_nsec = 200L * 1000 * 1000 }, NULL);
	shared->running--;
	shared->runs++;
	return NULL;
}

static const char *is_killed(struct plan *plan)
{
	(void)plan;
	raise(SIGKILL);
	return NULL;
}

static const char *fails(struct plan *plan)
{
	(void)plan;
	return "problem";
}

/* The plans of one run, each of one step, with a key of its own. */
static struct plan plans[MANY];
static struct step steps[MANY];
static struct job jobs[MANY];
static char turns[MANY][24];

static void prepare(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		snprintf(turns[i], sizeof turns[i], "%zu", i);
		steps[i] = (struct step){ .act = { ACTION_WRITE, .path = "/dev/null", .value = "x" } };
		plans[i] = (struct plan){ .items = &steps[i], .count = 1, .turn = turns[i] };
		jobs[i] = (struct job){ .plan = &plans[i] };
	}
}

/* Returns how many ended with `error`. */
static size_t ended(size_t count, int error)
{
	size_t found = 0;
	for (size_t i = 0; i < count; i++)
		found += jobs[i].state == JOB_ENDED && jobs[i].error == error;
	return found;
}

static size_t processes(size_t count)
{
	size_t found = 0;
	for (size_t i = 0; i < count; i++) {
		size_t first = 0;
		while (jobs[first].run->process != jobs[i].run->process)
			first++;
		found += first == i;
	}
	return found;
}

static long long milliseconds(size_t count)
{
	long long begin = clock_milliseconds();
	parallel_run(jobs, count, announce, NULL);
	return clock_milliseconds() - begin;
}

static void test_quick(void)
{
	prepare(MANY);
	plans[7].check = fails;
	milliseconds(MANY);
	ok(ended(MANY, 0) == MANY - 1);
	ok(jobs[7].error == -EPROTO && text_same(jobs[7].run->step, "problem"));
	ok(processes(MANY) < MANY / 4);
	ok(jobs[0].run->process != getpid());
}

static void test_slow(void)
{
	prepare(32);
	for (size_t i = 0; i < 32; i++)
		plans[i].check = sleeps;
	ok(milliseconds(32) < 1600); /* one after the other: 6400 */
	ok(ended(32, 0) == 32 && shared->runs == 32 && shared->overlapped);
}

static void test_one_at_a_time(void)
{
	prepare(4);
	*shared = (typeof(*shared)){ 0 };
	for (size_t i = 0; i < 4; i++) {
		plans[i].check = sleeps;
		plans[i].turn = "same";
	}
	ok(milliseconds(4) >= 800);
	ok(ended(4, 0) == 4 && shared->runs == 4 && !shared->overlapped);
}

/* Nobody reads the FIFO: to open it blocks, like an attribute of a device whose lock is held. */
static void test_stuck(void)
{
	prepare(20);
	steps[3].act.path = fifo;
	plans[3].limit = 1;
	plans[19].check = sleeps;
	ok(milliseconds(20) < 2000);
	ok(ended(20, 0) == 19);
	ok(jobs[3].error == -ETIMEDOUT);
	/* It continues, and its process ends: a second run does not get it. */
	char text;
	int reader = open(fifo, O_RDONLY);
	ok(read(reader, &text, 1) == 1);
	while (!jobs[3].run->ended)
		sleeps(NULL);
	ok(jobs[3].run->error == 0);
	while (read(reader, &text, 1) > 0)
		;
	close(reader);
}

static void test_killed(void)
{
	prepare(20);
	plans[5].check = is_killed;
	plans[6].check = is_killed;
	milliseconds(20);
	ok(ended(20, 0) == 18);
	ok(jobs[5].error == -ECHILD && jobs[6].error == -ECHILD);
}

/* The last test: this process keeps in mind that it got a signal. */
static void test_interrupted(void)
{
	prepare(MANY);
	steps[0].act.path = fifo;
	plans[0].limit = -1;
	raise(SIGTERM);
	ok(milliseconds(MANY) < 2000);
	ok(ended(MANY, -ECANCELED) == MANY && !jobs[0].run->process);
}

int main(void)
{
	if (!mkdtemp(directory))
		return 1;
	snprintf(fifo, sizeof fifo, "%s/fifo", directory);
	if (mkfifo(fifo, 0600))
		return 1;
	shared = process_share(sizeof *shared);
	process_begin();
	signals_catch(true);
	test_quick();
	test_slow();
	test_one_at_a_time();
	test_stuck();
	test_killed();
	test_interrupted();
	unlink(fifo);
	rmdir(directory);
	return tap_done();
}
