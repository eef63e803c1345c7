#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "os/os.h"

/* The same number on all architectures but alpha; older headers lack it. */
#ifndef SYS_openat2
#define SYS_openat2 437
#endif

/* Opens `path` as if the directory `root` were the root of the filesystem, also for links: openat2 of
 * Linux 5.6, which glibc does not wrap. Returns a descriptor, or -1 with errno: ENOSYS before 5.6; EAGAIN if
 * paths are being renamed concurrently. */
static int open_in_root(int root, const char *path, int flags)
{
	/* struct open_how and RESOLVE_IN_ROOT of linux/openat2.h, since 5.6. */
	const struct {
		uint64_t flags, mode, resolve;
	} how = { .flags = (unsigned int)flags, .resolve = 0x10 };
	int fd, tries = 100;
	/* EAGAIN: because of a concurrent rename or mount, anywhere, the kernel cannot be sure that ".."
	 * stayed below the root. */
	do
		fd = (int)syscall(SYS_openat2, root, path, &how, sizeof how);
	while (fd < 0 && errno == EAGAIN && --tries);
	return fd;
}

/* The same numbers on all architectures but alpha; glibc has these calls since 2.36, kernels since 5.2. */
#ifndef SYS_fsopen
#define SYS_fsopen   430
#define SYS_fsconfig 431
#define SYS_fsmount  432
#endif

/* linux/mount.h. */
#define COMMAND_CREATE 6 /* FSCONFIG_CMD_CREATE */
#define OPEN_CLOEXEC   1 /* FSOPEN_CLOEXEC, FSMOUNT_CLOEXEC */

struct sysroot sysroot_quiet(const struct sysroot *root)
{
	return (struct sysroot){ .fd = root->fd, .live = root->live };
}

#define STACK_SIZE (64 << 10)

struct mounting {
	const char *type;
	int folder; /* or a negative errno */
};

/* In a process of its own, whose memory and descriptors are those of this one: the mount goes with its
 * namespace, the filesystem stays with the descriptor. */
static int mount_and_open(void *data)
{
	struct mounting *mounting = data;
	bool mounted = unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		       mount(mounting->type, "/sys", mounting->type, 0, NULL) == 0;
	mounting->folder = mounted ? open("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	if (mounting->folder < 0)
		mounting->folder = -errno;
	return 0;
}

static int private_by_mount(const char *type)
{
	static char stack[STACK_SIZE] __attribute__((aligned(16)));
	struct mounting mounting = { .type = type, .folder = -EPERM };
	const int flags = CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD;
	int process = clone(mount_and_open, stack + sizeof stack, flags, &mounting);
	if (process < 0)
		return -errno;
	while (waitpid(process, NULL, 0) < 0 && errno == EINTR)
		;
	return mounting.folder;
}

int sysroot_private(const char *type)
{
	auto_fd int context = (int)syscall(SYS_fsopen, type, OPEN_CLOEXEC);
	/* Before 5.2. */
	if (context < 0 && errno == ENOSYS)
		return private_by_mount(type);
	if (context < 0 || syscall(SYS_fsconfig, context, COMMAND_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	int folder = (int)syscall(SYS_fsmount, context, OPEN_CLOEXEC, 0);
	return folder < 0 ? -errno : folder;
}

#define READ_MAX (64 << 10)

/* The only place that opens files. In the live root, links cannot lead out, so openat2, which kernels
 * before 5.6 lack, is not needed. */
static int sysroot_openat(const struct sysroot *root, const char *path, int flags)
{
	int fd = root->live ? openat(root->fd, path, flags | O_CLOEXEC)
			    : open_in_root(root->fd, path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int sysroot_open(struct sysroot *root, const char *path)
{
	struct stat given, own;
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	bool known = fstat(fd, &given) == 0 && stat("/", &own) == 0;
	bool live = known && given.st_dev == own.st_dev && given.st_ino == own.st_ino;
	*root = (struct sysroot){ .fd = fd, .live = live };
	/* Check for openat2 once, instead of failing for each file later. */
	auto_fd int again = sysroot_openat(root, ".", O_PATH);
	if (again >= 0)
		return 0;
	close(fd);
	return again;
}

static struct sysroot_note *notes;

void sysroot_note(const struct sysroot *root, const char *path, size_t read)
{
	if (!root->noted)
		return;
	struct sysroot_note *note = malloc(sizeof *note + strlen(path) + 1);
	if (!note)
		out_of_memory();
	note->before = notes;
	note->read = read;
	memcpy(note->path, path, strlen(path) + 1);
	notes = note;
}

const struct sysroot_note *sysroot_notes(void)
{
	return notes;
}

/* Opens `path` with O_PATH, to get its type. */
static int open_path(const struct sysroot *root, const char *path, int flags)
{
	sysroot_note(root, path, 0);
	return sysroot_openat(root, path, O_PATH | flags);
}

/* lstat() below the root. */
static int sysroot_stat(const struct sysroot *root, const char *path, struct stat *file)
{
	if (root->live) {
		sysroot_note(root, path, 0);
		return fstatat(root->fd, path, file, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
	}
	auto_fd int fd = open_path(root, path, O_NOFOLLOW);
	return fd < 0 ? fd : fstat(fd, file) < 0 ? -errno : 0;
}

/* The live /sys contains only attributes, links and directories. */
static bool is_attribute(const struct sysroot *root, const char *path)
{
	return root->live && text_starts(path, "sys/");
}

/* A report has such a file for one that its user could not read; root can read it. */
static bool is_unreadable(const struct sysroot *root, const struct stat *file)
{
	return !root->live && !(file->st_mode & 0444);
}

static int open_regular(const struct sysroot *root, const char *path, size_t read)
{
	struct stat file;
	sysroot_note(root, path, read);
	/* Do not block on a FIFO, and do not acquire a terminal. */
	int fd = sysroot_openat(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || is_attribute(root, path))
		return fd;
	int error = fstat(fd, &file) < 0         ? errno
		    : S_ISDIR(file.st_mode)      ? EISDIR
		    : is_unreadable(root, &file) ? EACCES
		    : S_ISREG(file.st_mode)      ? 0
						 : EINVAL;
	if (!error)
		return fd;
	close(fd);
	return -error;
}

int sysroot_open_file(const struct sysroot *root, const char *path)
{
	return open_regular(root, path, SYSROOT_ALL);
}

int sysroot_open_node(const struct sysroot *root, const char *path)
{
	sysroot_note(root, path, 0);
	return sysroot_openat(root, path, O_RDWR | O_NOCTTY);
}

static int open_device(const struct sysroot *root, const char *path, dev_t device)
{
	struct stat file;
	sysroot_note(root, path, SYSROOT_ALL);
	int fd = sysroot_openat(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fd;
	if (fstat(fd, &file) == 0 && S_ISCHR(file.st_mode) && file.st_rdev == device)
		return fd;
	close(fd);
	return -ENODEV;
}

int sysroot_open_dir(const struct sysroot *root, const char *path)
{
	struct stat file;
	sysroot_note(root, path, SYSROOT_ALL);
	int fd = sysroot_openat(root, path, O_RDONLY | O_DIRECTORY);
	if (fd < 0 || root->live || fstat(fd, &file) < 0 || !is_unreadable(root, &file))
		return fd;
	close(fd);
	return -EACCES;
}

ssize_t sysroot_read_bytes(const struct sysroot *root, const char *path, void *to, size_t size)
{
	auto_fd int fd = open_regular(root, path, size);
	if (fd < 0)
		return fd;
	size_t got = 0;
	while (got < size) {
		/* /proc/sys allocates as much memory as is requested. */
		size_t room = size - got < READ_MAX ? size - got : READ_MAX;
		ssize_t more = read(fd, (char *)to + got, room);
		if (more < 0 && errno == EINTR)
			continue;
		if (more < 0)
			return -errno;
		got += (size_t)more;
		/* A read of a binary attribute, such as an ACPI table, returns up to a page. */
		if (more == 0 || (is_attribute(root, path) && more % sysconf(_SC_PAGESIZE) != 0))
			break;
	}
	return (ssize_t)got;
}

static void *fail(int error)
{
	errno = -error;
	return NULL;
}

char *sysroot_read(const struct sysroot *root, const char *path)
{
	char text[SYSROOT_ATTRIBUTE_MAX];
	ssize_t length = sysroot_read_bytes(root, path, text, sizeof text - 1);
	if (length < 0)
		return fail((int)length);
	text[length] = '\0';
	return text_copy(text_trim(text));
}

/* ---- attributes that can be locked ---- */

/* A reader that makes no progress for as long waits for a lock that is held for long, or for a device, which
 * may have to be resumed first. */
#define LOCKED_MS 1000
#define RESUME_MS 3000

/* Shared with the process that reads. */
struct reading {
	bool done;
	ssize_t length; /* or a negative errno */
	char bytes[];
};

struct reading_list {
	char *items;
	size_t size, length; /* of the bytes and of an item */
};

static struct reading *reading_at(const struct reading_list *readings, size_t i)
{
	return (struct reading *)(void *)(readings->items + i * readings->length);
}

int kernel_version(void)
{
	static struct utsname kernel;
	int major = 0, minor = 0;
	if (uname(&kernel) == 0)
		(void)!sscanf(kernel.release, "%d.%d", &major, &minor);
	return major * 100 + minor;
}

/* In another process: reads what is not done yet, as far as it gets. Returns how many are done. */
static size_t read_some(const struct sysroot *root, const struct name_list *paths, int patience,
	const struct reading_list *readings, size_t first)
{
	int messages = -1;
	size_t done = first;
	int process = process_start(&messages);
	if (process == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		lock_leave();
	}
	for (size_t i = first; process == 0 && i < paths->count; i++) {
		struct reading *reading = reading_at(readings, i);
		reading->length = sysroot_read_bytes(root, paths->items[i], reading->bytes, readings->size);
		reading->done = true;
	}
	if (process == 0)
		process_end();
	long long progress = clock_milliseconds();
	bool ended = false;
	while (process > 0 && !ended && clock_milliseconds() - progress < patience) {
		struct pollfd event = { .fd = messages, .events = POLLIN };
		ended = poll(&event, 1, patience / 10) > 0;
		bool moves = process_is_running(process);
		for (; done < paths->count && reading_at(readings, done)->done; done++)
			moves = true;
		if (moves)
			progress = clock_milliseconds();
	}
	if (process > 0 && !ended)
		kill(process, SIGKILL);
	if (process > 0)
		close(messages);
	return done;
}

static struct attribute attribute_of(const char *bytes, ssize_t length)
{
	struct attribute attribute = { .error = length < 0 ? (int)length : 0 };
	if (length < 0)
		return attribute;
	attribute.length = (size_t)length;
	attribute.text = memcpy(keep(attribute.length + 1), bytes, attribute.length);
	return attribute;
}

/* In place of one that is not done. */
static void read_apart(const struct sysroot *root, const struct name_list *paths, size_t size, int patience,
	struct attribute_list *attributes)
{
	const size_t unit = sizeof(struct reading);
	struct reading_list readings = { NULL, size, (unit + size + unit - 1) / unit * unit };
	readings.items = process_share(paths->count * readings.length);
	for (size_t done = 0; done < paths->count; done++) {
		done = read_some(root, paths, patience, &readings, done);
		if (done < paths->count)
			reading_at(&readings, done)->length = -EBUSY;
	}
	for (size_t i = 0; i < paths->count; i++) {
		const struct reading *reading = reading_at(&readings, i);
		sysroot_note(root, paths->items[i], size);
		*array_add(attributes) = attribute_of(reading->bytes, reading->length);
	}
	munmap(readings.items, paths->count * readings.length);
}

void sysroot_read_locked(const struct sysroot *root, int before, const struct name_list *paths,
	struct attribute_list *attributes)
{
	const char **path;
	struct attribute *attribute;
	if (root->live && kernel_version() < before) {
		read_apart(root, paths, 1023, LOCKED_MS, attributes);
		array_each (attribute, attributes)
			(void)(attribute->text && text_trim(attribute->text));
		return;
	}
	array_each (path, paths) {
		char *text = sysroot_read(root, *path);
		*array_add(attributes) = (struct attribute){ .text = text, .error = text ? 0 : -errno };
	}
}

void sysroot_read_apart(const struct sysroot *root, const struct name_list *paths, size_t size,
	struct attribute_list *attributes)
{
	const char **path;
	if (root->live) {
		read_apart(root, paths, size, RESUME_MS, attributes);
		return;
	}
	char *bytes = keep(size + 1);
	array_each (path, paths) {
		ssize_t length = sysroot_read_bytes(root, *path, bytes, size);
		*array_add(attributes) = attribute_of(bytes, length);
	}
}

/* What was read into a buffer, which is freed: its limit is much larger than most texts. */
static char *keep_read(char *buffer, size_t length)
{
	char *text = memcpy(keep(length + 1), buffer, length);
	free(buffer);
	return text;
}

char *sysroot_read_file(const struct sysroot *root, const char *path, size_t size)
{
	char *buffer = malloc(size);
	ssize_t length = buffer ? sysroot_read_bytes(root, path, buffer, size) : -ENOMEM;
	if (length >= 0)
		return keep_read(buffer, (size_t)length);
	free(buffer);
	return fail((int)length);
}

static ssize_t read_link(const struct sysroot *root, const char *path, char *target, size_t size)
{
	ssize_t length;
	if (root->live) {
		sysroot_note(root, path, 0);
		length = readlinkat(root->fd, path, target, size);
	} else {
		auto_fd int fd = open_path(root, path, O_NOFOLLOW);
		if (fd < 0)
			return fd;
		length = readlinkat(fd, "", target, size);
	}
	return length < 0 ? -errno : length;
}

char *sysroot_readlink(const struct sysroot *root, const char *path)
{
	char target[4096];
	ssize_t length = read_link(root, path, target, sizeof target - 1);
	if (length < 0)
		return fail((int)length);
	target[length] = '\0';
	return text_copy(target);
}

const char *sysroot_link_name(const struct sysroot *root, const char *path)
{
	const char *target = sysroot_readlink(root, path);
	return target ? basename(target) : NULL;
}

/* The path that the open descriptor `fd` has now, as the kernel says it. */
static ssize_t path_of(int fd, char *path, size_t size)
{
	char link[64];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, path, size - 1);
	if (length >= 0)
		path[length] = '\0';
	return length;
}

char *sysroot_real_path(const struct sysroot *root, const char *path)
{
	char real[PATH_MAX], top[PATH_MAX];
	auto_fd int fd = open_path(root, path, 0);
	if (fd < 0)
		return fail(fd);
	if (path_of(fd, real, sizeof real) < 0 || path_of(root->fd, top, sizeof top) < 0)
		return NULL;
	const char *below = text_same(top, "/") ? real : text_after(real, top);
	if (!below || *below != '/')
		return fail(-ENOENT);
	return text_copy(below + 1);
}

char *sysroot_node_directory(const struct sysroot *root, const char *path)
{
	struct stat file;
	auto_fd int fd = open_path(root, path, 0);
	if (fd < 0 || fstat(fd, &file) < 0 || (!S_ISBLK(file.st_mode) && !S_ISCHR(file.st_mode)))
		return NULL;
	return text_format("sys/dev/%s/%u:%u", S_ISBLK(file.st_mode) ? "block" : "char", major(file.st_rdev),
		minor(file.st_rdev));
}

enum answer sysroot_exists(const struct sysroot *root, const char *path)
{
	struct stat file;
	int error = sysroot_stat(root, path, &file);
	if (!error)
		return ANSWER_YES;
	return error == -ENOENT || error == -ENOTDIR ? ANSWER_NO : ANSWER_UNKNOWN;
}

int sysroot_type(const struct sysroot *root, const char *path)
{
	struct stat file;
	int error = sysroot_stat(root, path, &file);
	return error ? error : (int)(file.st_mode & S_IFMT);
}

unsigned long long sysroot_inode(const struct sysroot *root, const char *path)
{
	struct stat file;
	return sysroot_stat(root, path, &file) ? 0 : file.st_ino;
}

bool sysroot_same_filesystem(
	const struct sysroot *root, const char *path, const struct sysroot *other, const char *other_path)
{
	struct stat file, other_file;
	bool known =
		fstatat(root->fd, path, &file, 0) == 0 && fstatat(other->fd, other_path, &other_file, 0) == 0;
	return !known || file.st_dev == other_file.st_dev;
}

int sysroot_access(const struct sysroot *root, const char *path, struct node_access *access)
{
	struct stat file;
	int error = sysroot_stat(root, path, &file);
	if (!error)
		*access = (struct node_access){ file.st_uid, file.st_gid, (int)(file.st_mode & 07777) };
	return error;
}

enum answer sysroot_writable(const struct sysroot *root, const char *path)
{
	struct statvfs filesystem;
	auto_fd int fd = open_path(root, path, 0);
	if (fd < 0 || fstatvfs(fd, &filesystem) < 0)
		return ANSWER_UNKNOWN;
	return filesystem.f_flag & ST_RDONLY ? ANSWER_NO : ANSWER_YES;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A listing reveals all names, including those that are not opened afterwards. */
static void note_names(const struct sysroot *root, const char *path, const struct name_list *names)
{
	const char **name;
	if (!root->noted)
		return;
	array_each (name, names)
		sysroot_note(root, PATH("%s/%s", path, *name), 0);
}

/* For readdir, only errno distinguishes the end from an error. Filesystems of disks may not tell the types.
 */
static int read_names(DIR *dir, bool folders, struct name_list *names)
{
	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir(dir);
		if (!entry)
			return -errno;
		bool wanted = !folders || entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN;
		if (wanted && entry->d_name[0] != '.')
			*array_add(names) = text_copy(entry->d_name);
	}
}

static int list(const struct sysroot *root, const char *path, bool folders, struct name_list *names)
{
	int fd = sysroot_open_dir(root, path);
	if (fd < 0)
		return fd;
	auto_dir DIR *dir = fdopendir(fd);
	if (!dir) {
		int error = errno;
		close(fd);
		return -error;
	}
	struct name_list found = { 0 };
	int error = read_names(dir, folders, &found);
	if (error)
		return error;
	if (found.count)
		qsort(found.items, found.count, sizeof *found.items, by_name);
	note_names(root, path, &found);
	*names = found;
	return 0;
}

int sysroot_list(const struct sysroot *root, const char *path, struct name_list *names)
{
	return list(root, path, false, names);
}

int sysroot_list_folders(const struct sysroot *root, const char *path, struct name_list *names)
{
	return list(root, path, true, names);
}

bool name_list_has(const struct name_list *names, const char *name)
{
	const char **item;
	array_each (item, names)
		if (text_same(*item, name))
			return true;
	return false;
}

bool name_list_has_sorted(const struct name_list *names, const char *name)
{
	return names->count && bsearch(&name, names->items, names->count, sizeof *names->items, by_name);
}

void name_list_add(struct name_list *names, const char *name)
{
	if (!name_list_has(names, name))
		*array_add(names) = text_copy(name);
}

/* ---- the kernel log ---- */

/* PRINTK_MESSAGE_MAX, before 6.3 CONSOLE_EXT_LOG_MAX: a read into a smaller buffer can fail. */
#define RECORD_MAX 8192

/* Each read of the device returns one record. Sequence numbers show which records were overwritten before
 * they were read; these count towards the limit, so that the loop ends even if the log is written faster than
 * it is read. */
static int read_records(int fd, char *to, size_t *used)
{
	size_t lost = 0;
	while (*used + lost + RECORD_MAX <= KLOG_SIZE_MAX) {
		ssize_t got = read(fd, to + *used, RECORD_MAX);
		if (got > 0)
			*used += (size_t)got;
		else if (got == 0 || errno == EAGAIN)
			return 0;
		else if (errno == EPIPE)
			lost += RECORD_MAX;
		else if (errno != EINTR)
			return -errno;
	}
	return -EFBIG;
}

int klog_read(const struct sysroot *root, const char *path, const char **text)
{
	size_t used = 0;
	/* In a container /dev/kmsg may be a link to the console, which must not be read. */
	auto_fd int fd = root->live ? open_device(root, path, makedev(1, 11)) : sysroot_open_file(root, path);
	*text = "";
	if (fd < 0)
		return fd;
	char *buffer = malloc(KLOG_SIZE_MAX);
	if (!buffer)
		out_of_memory();
	int error = read_records(fd, buffer, &used);
	*text = keep_read(buffer, used);
	return !error && strlen(*text) != used ? -EBADMSG : error;
}
