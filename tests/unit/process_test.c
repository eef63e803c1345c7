/* Process attributes inherited from a careless parent: closed descriptors, ignored and blocked signals, a
 * strict umask. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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
	signals_catch();
	raise(SIGHUP);
	return !signals_caught() && is_disposition(SIGHUP, SIG_IGN);
}

static bool is_caught(int number)
{
	process_begin();
	signals_catch();
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

/* ---- a write with a timeout ---- */

static bool write_returns_the_result(void)
{
	char text[4] = "";
	int fd = open("attribute", O_RDWR | O_CREAT, 0600);
	return write_attribute_within("attribute", "abc", 10) == 0 && read(fd, text, 3) == 3 &&
	       strcmp(text, "abc") == 0 && write_attribute_within("missing", "abc", 10) == -ENOENT &&
	       write_attribute_within("/dev/full", "abc", 10) == -ENOSPC;
}

static bool write_returns_the_result_with_sigchld_ignored(void)
{
	signal(SIGCHLD, SIG_IGN);
	return write_returns_the_result();
}

static void nothing(int number)
{
	(void)number;
}

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The FIFO has no reader, so opening it blocks. */
static bool write_times_out(void)
{
	double begun = seconds();
	int error = write_attribute_within("fifo", "x", 1);
	double took = seconds() - begun;
	return error == -ETIMEDOUT && took > 0.9 && took < 3;
}

static bool signals_do_not_change_the_timeout(void)
{
	const struct itimerval often = { { 0, 10000 }, { 0, 10000 } };
	struct sigaction action = { .sa_handler = nothing };
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	return write_times_out() && write_returns_the_result();
}

/* The child that is still blocked after a timeout holds neither the lock nor a pipe. */
static bool the_blocked_child_holds_nothing(void)
{
	int pipes[2];
	char byte;
	int lock = open("lock", O_RDWR | O_CREAT, 0600);
	flock(lock, LOCK_EX);
	if (pipe(pipes) < 0 || fcntl(pipes[1], F_DUPFD, 900) < 0)
		return false;
	bool late = write_times_out();
	close(lock);
	close(pipes[1]);
	close(900);
	lock = open("lock", O_RDWR);
	/* A pipe without writers is at its end. */
	return late && flock(lock, LOCK_EX | LOCK_NB) == 0 && read(pipes[0], &byte, 1) == 0;
}

/* Linux before 5.9 has no close_range. */
static bool the_blocked_child_holds_nothing_on_old_kernels(void)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 436, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof rules / sizeof *rules, rules };
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 && the_blocked_child_holds_nothing();
}

/* Opens the FIFO for reading, so that the blocked children exit. */
static void clean_up(void)
{
	static const char *const files[] = { "file", "attribute", "fifo", "lock", "made/file" };
	int reader = open("fifo", O_RDONLY | O_NONBLOCK);
	usleep(100000);
	close(reader);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		unlink(files[i]);
	rmdir("made");
	rmdir(directory);
}

int main(void)
{
	if (!mkdtemp(directory) || chdir(directory) < 0 || mkfifo("fifo", 0600) < 0)
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
	ok(holds(write_returns_the_result));
	ok(holds(write_returns_the_result_with_sigchld_ignored));
	ok(holds(signals_do_not_change_the_timeout));
	ok(holds(the_blocked_child_holds_nothing));
	ok(holds(the_blocked_child_holds_nothing_on_old_kernels));
	clean_up();
	return tap_done();
}
