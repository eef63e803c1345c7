#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "os/os.h"

/* Otherwise the next opened file, for example the lock, would become standard error and receive the messages.
 * Reads and writes on an O_PATH descriptor fail with EBADF, as on a closed one. */
static void fill_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/", O_PATH) != fd)
			_exit(1);
}

void process_begin(void)
{
	sigset_t none;
	fill_descriptors();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGXFSZ, SIG_IGN);
	umask(022);
}

/* ---- signals ---- */

/* The parent may have set an alarm (SIGALRM) or a CPU time limit (SIGXCPU). */
static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGXCPU };
static volatile sig_atomic_t caught;

static void record_signal(int number)
{
	(void)number;
	caught = 1;
}

void signals_catch(bool restart)
{
	struct sigaction action = { .sa_handler = record_signal, .sa_flags = restart ? SA_RESTART : 0 };
	struct sigaction hangup;
	bool nohup = sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler == SIG_IGN;
	/* SIGINT is ignored in every background job of a script, which kill -INT must still end. */
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (numbers[i] != SIGHUP || !nohup)
			sigaction(numbers[i], &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

void signals_release(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct sigaction action;
		if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler == record_signal)
			signal(numbers[i], SIG_DFL);
	}
}

bool signals_caught(void)
{
	return caught;
}

int signals_poll(struct pollfd *events, size_t count, int milliseconds)
{
	struct timespec left = { milliseconds / 1000, milliseconds % 1000 * 1000000L };
	sigset_t wanted, before;
	sigemptyset(&wanted);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		sigaddset(&wanted, numbers[i]);
	/* Blocked, so that no signal is lost between the check and the wait. */
	sigprocmask(SIG_BLOCK, &wanted, &before);
	int ready = caught ? 0 : ppoll(events, count, milliseconds < 0 ? NULL : &left, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return caught ? -EINTR : ready > 0;
}

/* ---- the locks of a process ---- */

static int locks[3] = { -1, -1, -1 };

void lock_keep(int fd)
{
	size_t i = 0;
	while (i < ARRAY_SIZE(locks) - 1 && locks[i] >= 0)
		i++;
	locks[i] = fd;
}

void lock_release(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(locks); i++)
		if (locks[i] >= 0)
			flock(locks[i], LOCK_UN);
}

void lock_leave(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(locks); i++)
		if (locks[i] >= 0)
			close(locks[i]);
	memset(locks, -1, sizeof locks);
}

/* ---- processes ---- */

/* Lines that stderr has not taken yet. */
static char *backlog;

/* The end of the descriptors that this program inherited, which do not change: all of its own are
 * close-on-exec, no inherited one is. */
static int inherited_end(void)
{
	static int end;
	auto_dir DIR *open = end ? NULL : opendir("/proc/self/fd");
	const struct dirent *entry;
	if (!end)
		end = open ? STDERR_FILENO + 1 : 1024;
	while (open && (entry = readdir(open))) {
		int fd = atoi(entry->d_name);
		if (fd >= end && fcntl(fd, F_GETFD) == 0)
			end = fd + 1;
	}
	return end;
}

/* A process that is stuck in the kernel must not keep open what this program's caller waits for: its pipes,
 * and its terminal. */
static void detach(int messages)
{
	/* No signal from a terminal, such as that of ^\ or ^Z, reaches another session. */
	setsid();
	for (int fd = STDERR_FILENO + 1; fd < inherited_end(); fd++)
		if (fcntl(fd, F_GETFD) == 0)
			close(fd);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(messages, fd);
	backlog = NULL;
	log_divert(NULL);
}

int process_start(int *messages)
{
	int ends[2];
	/* Reaps processes that have ended. */
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	(void)inherited_end();
	pid_t process = fork();
	int error = errno;
	if (process == 0)
		detach(ends[1]);
	close(ends[1]);
	if (process > 0)
		*messages = ends[0];
	else
		close(ends[0]);
	return process < 0 ? -error : (int)process;
}

void process_end(void)
{
	_exit(0);
}

int process_fork(int *end, FILE **answer)
{
	int ends[2];
	pid_t parent = getpid();
	int file = memfd_create("answer", MFD_CLOEXEC);
	*answer = file < 0 ? NULL : fdopen(file, "w+");
	if (!*answer || pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	(void)inherited_end();
	pid_t process = fork();
	int error = errno;
	if (process == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* It may have ended before. */
		if (getppid() != parent)
			process_end();
		close(ends[0]);
		detach(ends[1]);
		lock_leave();
		/* It applies to the answer, too. */
		setrlimit(RLIMIT_FSIZE, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY });
		return 0;
	}
	close(ends[1]);
	*end = ends[0];
	return process < 0 ? -error : (int)process;
}

int process_wait(int end, int milliseconds)
{
	/* What it prints is no end. */
	return signals_poll(&(struct pollfd){ .fd = end }, 1, milliseconds);
}

const char *process_stat_read(int folder, const char *path, char stat[PROCESS_STAT])
{
	auto_fd int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, stat, PROCESS_STAT - 1);
	stat[length > 0 ? length : 0] = '\0';
	const char *after_name = strrchr(stat, ')');
	return after_name && after_name[1] ? after_name + 2 : "";
}

bool process_is_running(int process)
{
	char path[32], stat[PROCESS_STAT];
	snprintf(path, sizeof path, "/proc/%d/stat", process);
	return *process_stat_read(AT_FDCWD, path, stat) == 'R';
}

int process_reap(int process, bool kill_it)
{
	int status = 0;
	if (kill_it)
		kill(process, SIGKILL);
	while (waitpid(process, &status, kill_it ? WNOHANG : 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void *process_share(size_t size)
{
	void *memory = mmap(NULL, size ? size : 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		out_of_memory();
	return memory;
}

/* ---- progress ---- */

/* A process can make descriptors and mappings as fast as they are looked at. */
#define TICKS_MAX 4000000

static struct progress *current;
static unsigned int ticks;

bool progress_step(struct progress *progress, const char *what, int process)
{
	current = progress;
	ticks = 0;
	for (size_t i = 0; progress && !process && i < progress->place_count; i++)
		/* A long one was cut. */
		if (strncmp(progress->places[i], what, sizeof *progress->places - 1) == 0)
			return false;
	if (!progress)
		return true;
	progress->process = process;
	snprintf(progress->what, sizeof progress->what, "%s", what);
	progress->steps++;
	return true;
}

void progress_tick(void)
{
	if (current && ticks++ < TICKS_MAX)
		current->steps++;
}

/* ---- messages ---- */

static bool stderr_takes_a_line(void)
{
	struct pollfd event = { .fd = STDERR_FILENO, .events = POLLOUT };
	return poll(&event, 1, 0) > 0;
}

/* Writes one line after the other, each with a single write. */
static void flush_backlog(bool block)
{
	char *line = backlog;
	while (line && *line && (block || stderr_takes_a_line())) {
		size_t length = strcspn(line, "\n") + 1;
		(void)!write(STDERR_FILENO, line, length);
		line += length;
	}
	if (line)
		memmove(backlog, line, strlen(line) + 1);
}

static void add_to_backlog(const char *text)
{
	size_t held = backlog ? strlen(backlog) : 0, length = strlen(text);
	/* It shrinks, too: not in the arena. */
	backlog = realloc(backlog, held + length + 1);
	if (!backlog)
		out_of_memory();
	memcpy(backlog + held, text, length + 1);
	flush_backlog(false);
}

bool process_relay(int messages)
{
	static char text[1 << 16];
	ssize_t length = read(messages, text, sizeof text - 1);
	text[length > 0 ? length : 0] = '\0';
	add_to_backlog(text);
	return length == 0;
}

static void hold(const char *line)
{
	add_to_backlog(text_format(LOG_PREFIX "%s\n", line));
}

void process_hold(void)
{
	log_divert(hold);
}

void process_flush(void)
{
	log_divert(NULL);
	flush_backlog(true);
}
