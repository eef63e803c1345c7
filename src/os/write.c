#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "os/os.h"

/* The same number on all architectures but alpha; older headers lack it. */
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/* The size of the descriptor table, which is above the highest open descriptor. The resource limit may be a
 * billion, or may have been lowered below open descriptors. */
static int descriptors(void)
{
	static const char key[] = "\nFDSize:";
	char text[4096];
	auto_fd int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (length < 0)
		return 1024;
	text[length] = '\0';
	const char *size = strstr(text, key);
	return size ? atoi(size + sizeof key - 1) : 1024;
}

/* Closes the descriptor `first` and all above it. Does not allocate. */
static void close_from(int first)
{
	/* Linux 5.9, glibc 2.34. */
	if (syscall(SYS_close_range, (unsigned int)first, ~0U, 0U) == 0)
		return;
	for (int fd = descriptors() - 1; fd >= first; fd--)
		close(fd);
}

static int write_whole(int fd, const char *value)
{
	size_t length = strlen(value);
	ssize_t written;
	do
		written = write(fd, value, length);
	while (written < 0 && errno == EINTR);
	if (written < 0)
		return -errno;
	return (size_t)written == length ? 0 : -EIO;
}

int write_attribute(const char *path, const char *value)
{
	auto_fd int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? -errno : write_whole(fd, value);
}

/* Runs in the child, which may outlive its parent, so it must not keep the lock or the parent's pipes open.
 */
__attribute__((noreturn)) static void write_and_answer(const char *path, const char *value, int to)
{
	dup2(to, STDIN_FILENO);
	close_from(STDIN_FILENO + 1);
	int answer = write_attribute(path, value);
	(void)!write(STDIN_FILENO, &answer, sizeof answer);
	_exit(0);
}

static bool is_ready_within(int fd, int seconds)
{
	struct pollfd event = { .fd = fd, .events = POLLIN };
	long long end = clock_milliseconds() + seconds * 1000LL;
	int ready;
	do {
		long long left = end - clock_milliseconds();
		ready = poll(&event, 1, left > 0 ? (int)left : 0);
	} while (ready < 0 && errno == EINTR);
	return ready > 0;
}

int write_attribute_within(const char *path, const char *value, int seconds)
{
	int pipes[2], answer = 0;
	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -errno;
	pid_t child = fork();
	int error = child < 0 ? -errno : 0;
	if (child == 0)
		write_and_answer(path, value, pipes[1]);
	close(pipes[1]);
	if (!error && !is_ready_within(pipes[0], seconds))
		error = -ETIMEDOUT;
	/* The child was killed before it sent the result. */
	if (!error && read(pipes[0], &answer, sizeof answer) != sizeof answer)
		error = -EINTR;
	if (child > 0 && error != -ETIMEDOUT)
		waitpid(child, NULL, 0);
	close(pipes[0]);
	return error ? error : answer;
}

static int write_new(const char *path, const char *value, int mode)
{
	auto_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	/* Independent of the umask. */
	if (fd < 0 || fchmod(fd, (mode_t)mode) < 0)
		return -errno;
	int error = write_whole(fd, value);
	return error ? error : fsync(fd) < 0 ? -errno : 0;
}

int write_file(const char *path, const char *value, int mode)
{
	char directory[PATH_MAX], temporary[PATH_MAX];
	if (snprintf(temporary, sizeof temporary, "%s.new", path) >= (int)sizeof temporary)
		return -ENAMETOOLONG;
	snprintf(directory, sizeof directory, "%s", path);
	mode_t directory_mode = 0700 | ((mode_t)mode & 0044) | ((mode_t)mode & 0044) >> 2;
	char *slash = strrchr(directory, '/');
	if (slash)
		*slash = '\0';
	if (slash && slash > directory && mkdir(directory, directory_mode) < 0 && errno != EEXIST)
		return -errno;
	int error = write_new(temporary, value, mode);
	if (!error && rename(temporary, path) < 0)
		error = -errno;
	if (error)
		unlink(temporary);
	return error;
}

int write_access(const char *path, const struct node_access *access)
{
	struct stat file;
	char name[64];
	auto_fd int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &file) < 0)
		return -errno;
	if (!S_ISCHR(file.st_mode))
		return -EINVAL;
	if (fchownat(fd, "", (uid_t)access->user, (gid_t)access->group, AT_EMPTY_PATH) < 0)
		return -errno;
	/* fchmod does not support O_PATH descriptors. */
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	return access->mode >= 0 && chmod(name, (mode_t)access->mode) < 0 ? -errno : 0;
}

int write_remove(const char *path)
{
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

bool write_link_is(const char *path, const char *name)
{
	char target[PATH_MAX];
	ssize_t length = readlink(path, target, sizeof target - 1);
	if (length < 0)
		return !name && errno == ENOENT;
	target[length] = '\0';
	const char *slash = strrchr(target, '/');
	return name && strcmp(slash ? slash + 1 : target, name) == 0;
}

/* ---- the lock ---- */

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

/* ---- new files for the user ---- */

int newfile_begin(const char *path, struct newfile *file)
{
	struct stat there;
	if (lstat(path, &there) == 0)
		return S_ISREG(there.st_mode) ? -EEXIST : S_ISDIR(there.st_mode) ? -EISDIR : -EINVAL;
	if (errno != ENOENT)
		return -errno;
	signals_catch();
	char *temporary = text_format("%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		int error = errno;
		free(temporary);
		return -error;
	}
	*file = (struct newfile){ fd, text_copy(path), temporary };
	return 0;
}

/* Renames without replacing a file created meanwhile. Not every filesystem supports RENAME_NOREPLACE or
 * link(). */
static int give_name(const struct newfile *file)
{
	if (renameat2(AT_FDCWD, file->temporary, AT_FDCWD, file->path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (link(file->temporary, file->path) < 0)
		return -errno;
	unlink(file->temporary);
	return 0;
}

int newfile_keep(struct newfile *file)
{
	int error = signals_caught() ? -EINTR : fsync(file->fd) < 0 ? -errno : give_name(file);
	if (error)
		unlink(file->temporary);
	close(file->fd);
	free(file->path);
	free(file->temporary);
	return error;
}

void newfile_drop(struct newfile *file)
{
	unlink(file->temporary);
	close(file->fd);
	free(file->path);
	free(file->temporary);
}
