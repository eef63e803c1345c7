#include "kernel/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

static int lock_holder(int fd)
{
	char text[16] = "";
	return pread(fd, text, sizeof text - 1, 0) > 0 ? atoi(text) : 0;
}

static int lock_open(const char *path)
{
	struct stat file;
	/* First without O_CREAT: in a sticky directory such as /run/lock, protected_regular forbids even root
	 * to open somebody else's file with it, and the answer must be the one about the owner. */
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (fd < 0)
		return errno == ELOOP ? -EPERM : -errno;
	if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_uid == geteuid())
		return fd;
	close(fd);
	return -EPERM;
}

int lock_take(const char *path, int seconds, int *holder)
{
	static const struct timespec pause = { .tv_nsec = 50L * 1000 * 1000 };
	struct timespec now, end;
	char text[16];
	int fd = lock_open(path);
	if (fd < 0)
		return fd;
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int error = errno;
		clock_gettime(CLOCK_MONOTONIC, &now);
		bool late =
			now.tv_sec > end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec);
		if (error == EWOULDBLOCK && !late) {
			if (nanosleep(&pause, NULL) == 0)
				continue;
			error = EINTR;
		}
		*holder = lock_holder(fd);
		close(fd);
		return error == EWOULDBLOCK ? -EAGAIN : -error;
	}
	int length = snprintf(text, sizeof text, "%d\n", (int)getpid());
	/* The name of the holder is a courtesy: without it the lock holds as well. */
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)length, 0) < 0)
		return fd;
	return fd;
}
