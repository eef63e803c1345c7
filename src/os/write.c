#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/base.h"
#include "os/os.h"

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

/* Independent of the umask. */
static int write_new(int fd, const char *value, int mode)
{
	int error = fchmod(fd, (mode_t)mode) < 0 ? -errno : write_whole(fd, value);
	return error ? error : fsync(fd) < 0 ? -errno : 0;
}

/* A file that was renamed may be lost with the power until its folder is written. */
static void sync_folder(const char *path)
{
	auto_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		(void)fsync(fd);
}

int write_file(const char *path, const char *value, int mode)
{
	char directory[PATH_MAX], temporary[PATH_MAX];
	if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary)
		return -ENAMETOOLONG;
	snprintf(directory, sizeof directory, "%s", path);
	mode_t directory_mode = 0700 | ((mode_t)mode & 0044) | ((mode_t)mode & 0044) >> 2;
	char *slash = strrchr(directory, '/');
	if (slash)
		*slash = '\0';
	if (slash && slash > directory && mkdir(directory, directory_mode) < 0 && errno != EEXIST)
		return -errno;
	auto_fd int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int error = write_new(fd, value, mode);
	if (!error && rename(temporary, path) < 0)
		error = -errno;
	if (error)
		unlink(temporary);
	else
		sync_folder(directory);
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

/* The last component of the target of a link; if that is unreadable, `target` becomes empty. */
static const char *read_name(int folder, const char *path, char target[PATH_MAX])
{
	ssize_t length = readlinkat(folder, path, target, PATH_MAX - 1);
	target[length > 0 ? length : 0] = '\0';
	return basename(target);
}

bool write_link_is(const char *path, const char *name)
{
	char target[PATH_MAX];
	const char *last = read_name(AT_FDCWD, path, target);
	return name ? strcmp(last, name) == 0 : !*target && errno == ENOENT;
}

/* ---- the lock ---- */

/* Whether the process holds the lock of the file, which may have another path in another mount namespace: by
 * the line "lock: 1: FLOCK ADVISORY WRITE PID MAJOR:MINOR:INODE ..." of fdinfo, proc(5). Reads only that of
 * descriptors of the same name, as others may block. */
static bool holds_lock(int pid, const struct stat *file, const char *name)
{
	char path[PATH_MAX], text[1024], inode[64];
	snprintf(path, sizeof path, "/proc/%d/fd", pid);
	snprintf(inode, sizeof inode, " %02x:%02x:%ju ", major(file->st_dev), minor(file->st_dev),
		(uintmax_t)file->st_ino);
	auto_dir DIR *files = opendir(path);
	const struct dirent *entry;
	while (files && (entry = readdir(files))) {
		if (!text_same(read_name(dirfd(files), entry->d_name, path), name))
			continue;
		snprintf(path, sizeof path, "/proc/%d/fdinfo/%.20s", pid, entry->d_name);
		auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
		text[length > 0 ? length : 0] = '\0';
		if (strstr(text, "FLOCK") && strstr(text, inode))
			return true;
	}
	return false;
}

/* The process that says in the file that it took the lock; 0: none, or it has ended. Many runs can wait, and
 * ask this all the time. */
static int recorded_holder(int fd)
{
	char text[16] = "";
	int holder = pread(fd, text, sizeof text - 1, 0) > 0 ? atoi(text) : 0;
	return holder > 0 && (kill(holder, 0) == 0 || errno == EPERM) ? holder : 0;
}

/* The process that holds the lock: the one that took it, or if that has ended, one that it started. 0: none
 * was found. */
static int lock_holder(int fd)
{
	char own[PATH_MAX], descriptor[16];
	struct stat file;
	auto_fd int folder = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(descriptor, sizeof descriptor, "%d", fd);
	const char *name = read_name(folder, descriptor, own);
	if (fstat(fd, &file) < 0 || !*name)
		return 0;
	int holder = recorded_holder(fd);
	if (holder && holds_lock(holder, &file, name))
		return holder;
	auto_dir DIR *processes = opendir("/proc");
	const struct dirent *process;
	while (processes && (process = readdir(processes))) {
		int pid = atoi(process->d_name);
		if (pid > 0 && pid != getpid() && holds_lock(pid, &file, name))
			return pid;
	}
	return 0;
}

/* The timeout restarts with each new holder, so that many instances started together all get the lock, and
 * only an instance that holds it too long causes a timeout. Returns 0 or a negative errno. */
static int lock_wait(int fd, int seconds, int *holder, lock_waiting *waiting)
{
	long long end = 0, second = clock_milliseconds() + 1000, search = 0;
	int told = -1, found = 0;
	*holder = -1;
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return -errno;
		int now = recorded_holder(fd);
		if (!now && clock_milliseconds() >= search) {
			found = lock_holder(fd);
			search = clock_milliseconds() + 1000;
		}
		now = now ? now : found;
		if (now != *holder) {
			*holder = now;
			end = clock_milliseconds() + seconds * 1000LL;
		}
		if (clock_milliseconds() >= end) {
			*holder = lock_holder(fd);
			return -EAGAIN;
		}
		if (waiting && now != told && clock_milliseconds() >= second) {
			waiting(now);
			told = now;
		}
		if (!clock_sleep(50))
			return -EINTR;
	}
	return 0;
}

/* Whether only root can have opened the file. */
static bool is_private(const struct stat *file)
{
	return S_ISREG(file->st_mode) && file->st_uid == 0 && file->st_nlink == 1 && !(file->st_mode & 0077);
}

/* Opens a file of devtmpfs, which is one for all namespaces. Containers have other instances of /run, of
 * /dev, and with a network namespace of sysfs. Only root can make files there. Returns a negative number on
 * errors. */
static int open_in_devtmpfs(const char *name)
{
	struct stat file;
	auto_fd int mount = sysroot_private("devtmpfs");
	int fd = mount < 0 ? mount : openat(mount, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || (fstat(fd, &file) == 0 && is_private(&file)))
		return fd;
	close(fd);
	return -EPERM;
}

int lock_take_machine(
	const char *attribute, const char *name, int seconds, int *holder, lock_waiting *waiting)
{
	int error = 0;
	const int files[] = { open(attribute, O_WRONLY | O_CLOEXEC | O_NOFOLLOW), open_in_devtmpfs(name) };
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		if (files[i] >= 0 && !error)
			error = lock_wait(files[i], seconds, holder, waiting);
		lock_keep(files[i]);
	}
	return error;
}

int lock_take(const char *path, int seconds, int *holder, lock_waiting *waiting)
{
	char text[16];
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	int error = lock_wait(fd, seconds, holder, waiting);
	if (error) {
		close(fd);
		return error;
	}
	int length = snprintf(text, sizeof text, "%d\n", (int)getpid());
	/* Errors are ignored: the process ID is only informational. */
	(void)!ftruncate(fd, 0);
	(void)!pwrite(fd, text, (size_t)length, 0);
	lock_keep(fd);
	return 0;
}

/* Opens what stands for the device: an attribute that only root can open, which does nothing. A virtual
 * function has no `remove`, but nearly always `reset` (pci_dev_hp_attrs_are_visible and pci_dev_reset_attr in
 * drivers/pci/pci-sysfs.c). Where sysfs is read-only the folder will do: nothing is changed there. */
static int open_device(const char *folder)
{
	static const char *const attributes[] = { "remove", "reset" };
	int device = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; device >= 0 && i < ARRAY_SIZE(attributes); i++) {
		int fd = openat(device, attributes[i], O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd >= 0) {
			close(device);
			return fd;
		}
	}
	return device;
}

int lock_device(const char *folder)
{
	int fd = open_device(folder);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd < 0 ? -errno : fd;
	int error = errno == EWOULDBLOCK ? -EALREADY : -errno;
	close(fd);
	return error;
}

unsigned long long lock_inode(const char *folder)
{
	struct stat status;
	return stat(folder, &status) < 0 ? 0 : status.st_ino;
}

int lock_device_holder(const char *folder)
{
	auto_fd int fd = open_device(folder);
	return fd < 0 ? 0 : lock_holder(fd);
}

/* ---- new files for the user ---- */

int newfile_begin(const char *path, struct newfile *file)
{
	struct stat there;
	if (lstat(path, &there) == 0)
		return S_ISREG(there.st_mode) ? -EEXIST : S_ISDIR(there.st_mode) ? -EISDIR : -EINVAL;
	if (errno != ENOENT)
		return -errno;
	signals_catch(true);
	char *temporary = text_format("%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*file = (struct newfile){ fd, path, temporary };
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

int newfile_end(struct newfile *file, int error)
{
	if (!error)
		error = signals_caught() ? -EINTR : fsync(file->fd) < 0 ? -errno : give_name(file);
	if (error)
		unlink(file->temporary);
	close(file->fd);
	return error;
}
