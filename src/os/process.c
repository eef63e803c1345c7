#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
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

void signals_catch(void)
{
	struct sigaction action = { .sa_handler = record_signal, .sa_flags = SA_RESTART };
	struct sigaction hangup;
	bool nohup = sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler == SIG_IGN;
	/* SIGINT is ignored in every background job of a script, which kill -INT must still end. */
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (numbers[i] != SIGHUP || !nohup)
			sigaction(numbers[i], &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

bool signals_caught(void)
{
	return caught;
}

int signals_poll(int fd, int milliseconds)
{
	struct pollfd event = { .fd = fd, .events = POLLIN };
	struct timespec left = { milliseconds / 1000, milliseconds % 1000 * 1000000L };
	sigset_t wanted, before;
	sigemptyset(&wanted);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		sigaddset(&wanted, numbers[i]);
	/* Blocked, so that no signal is lost between the check and the wait. */
	sigprocmask(SIG_BLOCK, &wanted, &before);
	int ready = caught ? 0 : ppoll(&event, 1, milliseconds < 0 ? NULL : &left, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return caught ? -EINTR : ready > 0;
}
