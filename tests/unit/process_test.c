/* Process attributes inherited from a careless parent: closed descriptors, ignored and blocked signals, a
 * strict umask. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "os/os.h"
#include "tap.h"

static char directory[] = "/tmp/process_test.XXXXXX";

/* Runs `check` in a child, because it changes process attributes. */
static bool holds(bool (*check)(void))
{
	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		_exit(!check());
	int status = -1;
	waitpid(child, &status, 0);
	return status == 0;
}

static bool is_disposition(int number, void (*handler)(int))
{
	struct sigaction now;
	return sigaction(number, NULL, &now) == 0 && now.sa_handler == handler;
}

/* ---- descriptors ---- */

static bool new_files_do_not_reuse_closed_standard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		close(fd);
	process_begin();
	return open("file", O_RDWR | O_CREAT, 0600) > 2;
}

static bool io_on_closed_standard_descriptors_fails(void)
{
	char byte = 0;
	close(1);
	process_begin();
	return write(1, &byte, 1) < 0 && errno == EBADF && read(1, &byte, 1) < 0 && errno == EBADF;
}

static bool open_descriptors_stay_open(void)
{
	struct stat before[3], after[3];
	for (int fd = 0; fd <= 2; fd++)
		fstat(fd, &before[fd]);
	process_begin();
	for (int fd = 0; fd <= 2; fd++)
		fstat(fd, &after[fd]);
	return before[0].st_ino == after[0].st_ino && before[1].st_ino == after[1].st_ino &&
	       before[2].st_ino == after[2].st_ino;
}

/* ---- signals ---- */

static bool blocked_signals_are_unblocked(void)
{
	sigset_t all, now;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	process_begin();
	sigprocmask(SIG_SETMASK, NULL, &now);
	for (int number = 1; number < 32; number++)
		if (sigismember(&now, number))
			return false;
	return true;
}

static bool sigchld_and_sigxfsz_are_reset(void)
{
	signal(SIGCHLD, SIG_IGN);
	process_begin();
	return is_disposition(SIGCHLD, SIG_DFL) && is_disposition(SIGXFSZ, SIG_IGN);
}

static bool a_hangup_ignored_by_nohup_stays_ignored(void)
{
	signal(SIGHUP, SIG_IGN);
	process_begin();
	signals_catch(true);
	raise(SIGHUP);
	return !signals_caught() && is_disposition(SIGHUP, SIG_IGN);
}

static bool is_caught(int number)
{
	process_begin();
	signals_catch(true);
	raise(number);
	return signals_caught();
}

static bool background_jobs_can_be_interrupted(void)
{
	signal(SIGINT, SIG_IGN);
	return is_caught(SIGINT);
}

static bool a_cpu_time_limit_is_a_termination_signal(void)
{
	return is_caught(SIGXCPU);
}

static bool an_alarm_is_a_termination_signal(void)
{
	return is_caught(SIGALRM);
}

static bool the_umask_does_not_restrict_directories(void)
{
	struct stat made;
	umask(0777);
	process_begin();
	return write_file("made/file", "x", 0644) == 0 && stat("made", &made) == 0 &&
	       (made.st_mode & 0777) == 0755;
}

/* ---- processes ---- */

static bool a_process_shares_memory_and_its_end_is_seen(void)
{
	int messages, *shared = process_share(sizeof *shared);
	if (process_start(&messages) == 0) {
		*shared = 7;
		process_end();
	}
	while (!process_relay(messages))
		usleep(1000);
	return *shared == 7;
}

static bool the_end_is_seen_with_sigchld_ignored(void)
{
	signal(SIGCHLD, SIG_IGN);
	return a_process_shares_memory_and_its_end_is_seen();
}

/* What a process prints when stderr is a pipe that nobody reads. */
static bool a_full_stderr_holds_up_neither_process(void)
{
	int full[2], messages, *shared = process_share(sizeof *shared);
	char block[4096] = "";
	signals_catch(true);
	if (pipe2(full, O_CLOEXEC | O_NONBLOCK) < 0)
		return false;
	while (write(full[1], block, sizeof block) > 0)
		;
	fcntl(full[1], F_SETFL, 0);
	dup2(full[1], 2);
	if (process_start(&messages) == 0) {
		for (int i = 0; i < 100000; i++)
			(void)!write(2, "a line\n", 7);
		*shared = 1;
		process_end();
	}
	while (!process_relay(messages))
		usleep(1000);
	return *shared == 1;
}

static bool lines_are_printed_whole_once_stderr_takes_them(void)
{
	int ends[2], messages;
	char text[100] = "";
	if (pipe(ends) < 0)
		return false;
	dup2(ends[1], 2);
	if (process_start(&messages) == 0) {
		(void)!write(2, "one\ntwo\n", 8);
		process_end();
	}
	while (!process_relay(messages))
		usleep(1000);
	process_flush();
	/* Each line is one write, but a pipe joins them. */
	return read(ends[0], text, sizeof text) == 8 && strcmp(text, "one\ntwo\n") == 0;
}

/* A process that is still running holds the lock, but neither a pipe nor the terminal of its parent. */
static bool a_process_holds_the_lock_and_nothing_inherited(void)
{
	int pipes[2], messages, holder = 0;
	char byte;
	if (lock_take("lock", 0, &holder, NULL) || pipe(pipes) < 0 || fcntl(pipes[1], F_DUPFD, 900) < 0)
		return false;
	dup2(pipes[1], 1);
	int process = process_start(&messages);
	if (process == 0) {
		pause();
		process_end();
	}
	close(1);
	close(pipes[1]);
	close(900);
	/* A pipe without writers is at its end. */
	bool closed = read(pipes[0], &byte, 1) == 0;
	bool apart = getsid(process) == process;
	bool locked = lock_take("lock", 0, &holder, NULL) == -EAGAIN;
	lock_release();
	bool released = lock_take("lock", 0, &holder, NULL) == 0;
	kill(process, SIGKILL);
	return closed && apart && locked && released;
}

/* A process that goes on after the one that started it and took the lock has ended. */
static int start_and_end(bool leaves)
{
	int messages, holder = 0, *shared = process_share(sizeof *shared);
	pid_t parent = fork();
	if (parent == 0) {
		lock_take("lock", 0, &holder, NULL);
		if (process_start(&messages))
			_exit(0);
		if (leaves)
			lock_leave();
		*shared = getpid();
		pause();
	}
	waitpid(parent, NULL, 0);
	while (!*(volatile int *)shared)
		usleep(1000);
	return *shared;
}

static bool the_lock_names_a_living_holder(void)
{
	int holder = 0, process = start_and_end(false);
	bool locked = lock_take("lock", 0, &holder, NULL) == -EAGAIN && holder == process;
	kill(process, SIGKILL);
	return locked;
}

static bool a_process_leaves_the_lock(void)
{
	int holder = 0, process = start_and_end(true);
	bool left = lock_take("lock", 0, &holder, NULL) == 0;
	lock_release();
	kill(process, SIGKILL);
	return left;
}

/* A caller that reads nothing must not hold up a run. */
static bool held_messages_do_not_block(void)
{
	int ends[2];
	char text[64] = "";
	if (pipe2(ends, O_NONBLOCK) < 0)
		return false;
	while (write(ends[1], text, sizeof text) > 0)
		;
	fcntl(ends[1], F_SETFL, 0);
	int before = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	process_hold();
	log_error("one");
	log_hint("two");
	while (read(ends[0], text, sizeof text) == sizeof text && !*text)
		;
	process_flush();
	log_error("three");
	dup2(before, STDERR_FILENO);
	char all[512] = "";
	return read(ends[0], all, sizeof all - 1) > 0 &&
	       strcmp(all, "vfionoiommu: error: one\nvfionoiommu: hint: two\nvfionoiommu: error: three\n") ==
		       0;
}

/* Starts a process that opens something, and then waits. */
static int start_and_open(int (*opens)(void))
{
	int messages, *shared = process_share(sizeof *shared);
	int process = process_start(&messages);
	if (process == 0) {
		*shared = opens();
		pause();
	}
	while (!*(volatile int *)shared)
		usleep(1000);
	return process;
}

/* A folder without attributes stands for itself. */
static int lock_this_device(void)
{
	return lock_device(".");
}

static bool a_locked_device_names_its_holder(void)
{
	int process = start_and_open(lock_this_device);
	bool locked = lock_device(".") == -EALREADY && lock_device_holder(".") == process;
	kill(process, SIGKILL);
	waitpid(process, NULL, 0);
	return locked;
}

static bool attribute_is_locked(const char *name)
{
	int file = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0200);
	return file >= 0 && a_locked_device_names_its_holder() && flock(file, LOCK_EX | LOCK_NB) == 0 &&
	       lock_device(".") == -EALREADY && unlink(name) == 0;
}

static bool a_device_is_locked_by_an_attribute(void)
{
	int folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return flock(folder, LOCK_EX | LOCK_NB) == 0 && attribute_is_locked("remove") &&
	       attribute_is_locked("reset");
}

static bool a_process_that_waits_does_not_run(void)
{
	int messages, waiting = process_start(&messages);
	if (waiting == 0)
		pause();
	int busy = process_start(&messages);
	if (busy == 0)
		for (;;)
			;
	while (process_is_running(waiting))
		usleep(1000);
	bool runs = process_is_running(busy);
	kill(waiting, SIGKILL);
	kill(busy, SIGKILL);
	return runs;
}

static bool a_place_with_a_long_name_is_left_out(void)
{
	static const char name[] =
		"the network namespace /run/netns/long in the mount namespace of process 12 (sh)";
	struct progress progress = { 0 };
	bool first = progress_step(&progress, name, 0);
	memcpy(progress.places[progress.place_count++], progress.what, sizeof progress.what);
	return first && !progress_step(&progress, name, 0);
}

static bool is_null(const struct process_file *file, const void *context)
{
	(void)context;
	return file->type == S_IFCHR && file->number == makedev(1, 3);
}

/* How many descriptors of /dev/null the process has, for a look that got stuck at it so often. */
static int count_nulls(int process, size_t stuck)
{
	struct sysroot root;
	struct process_facts facts = { .progress = process_share(sizeof *facts.progress) };
	const struct process_file *file;
	int count = 0;
	while (facts.progress->stuck_count < stuck)
		facts.progress->stuck[facts.progress->stuck_count++] = process;
	sysroot_open(&root, "/");
	process_facts_collect(&root, is_null, NULL, &facts);
	array_each (file, &facts.files)
		count += file->pid == process;
	return facts.skipped.count == (stuck > 0) ? count : -1;
}

static int open_null(void)
{
	return open("/dev/null", O_RDWR);
}

static bool a_process_with_locked_mappings_shows_its_descriptors(void)
{
	int process = start_and_open(open_null);
	bool shown = count_nulls(process, 0) == 1 && count_nulls(process, 1) == 1;
	bool skipped = count_nulls(process, 2) == 0;
	kill(process, SIGKILL);
	return shown && skipped;
}

static void clean_up(void)
{
	static const char *const files[] = { "file", "lock", "made/file", "remove", "reset" };
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		unlink(files[i]);
	rmdir("made");
	rmdir(directory);
}

int main(void)
{
	if (!mkdtemp(directory) || chdir(directory) < 0)
		return 1;
	ok(holds(new_files_do_not_reuse_closed_standard_descriptors));
	ok(holds(io_on_closed_standard_descriptors_fails));
	ok(holds(open_descriptors_stay_open));
	ok(holds(blocked_signals_are_unblocked));
	ok(holds(sigchld_and_sigxfsz_are_reset));
	ok(holds(a_hangup_ignored_by_nohup_stays_ignored));
	ok(holds(background_jobs_can_be_interrupted));
	ok(holds(a_cpu_time_limit_is_a_termination_signal));
	ok(holds(an_alarm_is_a_termination_signal));
	ok(holds(the_umask_does_not_restrict_directories));
	ok(holds(a_process_shares_memory_and_its_end_is_seen));
	ok(holds(the_end_is_seen_with_sigchld_ignored));
	ok(holds(a_full_stderr_holds_up_neither_process));
	ok(holds(lines_are_printed_whole_once_stderr_takes_them));
	ok(holds(a_process_holds_the_lock_and_nothing_inherited));
	ok(holds(the_lock_names_a_living_holder));
	ok(holds(a_process_leaves_the_lock));
	ok(holds(held_messages_do_not_block));
	ok(holds(a_locked_device_names_its_holder));
	ok(holds(a_device_is_locked_by_an_attribute));
	ok(holds(a_process_that_waits_does_not_run));
	ok(holds(a_place_with_a_long_name_is_left_out));
	ok(holds(a_process_with_locked_mappings_shows_its_descriptors));
	clean_up();
	return tap_done();
}
