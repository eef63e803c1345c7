#include "kernel/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

static int lock_holder(int fd)
{
	char text[16] = "";
	return pread(fd, text, sizeof text - 1, 0) > 0 ? atoi(text) : 0;
}

/* The timeout restarts with each new holder, so that many instances started together all get the lock, and
 * only an instance that holds it too long causes a timeout. Returns 0 or a negative errno. */
static int lock_wait(int fd, int seconds, int *holder)
{
	static const struct timespec pause = { .tv_nsec = 50L * 1000 * 1000 };
	long long end = 0;
	*holder = -1;
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return -errno;
		int now = lock_holder(fd);
		if (now != *holder) {
			*holder = now;
			end = clock_milliseconds() + seconds * 1000LL;
		}
		if (clock_milliseconds() >= end)
			return -EAGAIN;
		if (nanosleep(&pause, NULL) < 0)
			return -EINTR;
	}
	return 0;
}

int lock_take(const char *path, int seconds, int *holder)
{
	char text[16];
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	int error = lock_wait(fd, seconds, holder);
	if (error) {
		close(fd);
		return error;
	}
	int length = snprintf(text, sizeof text, "%d\n", (int)getpid());
	/* Errors are ignored: the process ID is only informational. */
	(void)!ftruncate(fd, 0);
	(void)!pwrite(fd, text, (size_t)length, 0);
	return fd;
}
