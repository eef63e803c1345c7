#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kcmp.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/base.h"
#include "os/os.h"

/* A look at all processes, or at one of them. */
struct look {
	const struct sysroot *root;
	bool (*wanted)(const struct process_file *file, const void *context);
	const void *context;
	struct process_facts *facts;
	struct sysroot quiet; /* does not record accesses */
	const char *pid;      /* NULL: none */
	const char *path;     /* "proc/PID", or that of one of its threads, "proc/TID", which no list shows */
	int folder;           /* open */
	bool thread;          /* it is of a thread */
	dev_t nsfs;           /* the filesystem of namespaces */
	dev_t sysfs;          /* that of /sys */
	bool without_mappings; /* leave them out */
	int own;               /* the PID of this process in /proc; 0: unknown */
	bool foreign;          /* /proc is that of another PID namespace */
};

/* Whether the process, or thread, has ended and was reaped: then its links cannot be read for lack of
 * permission (proc_fd_access_allowed in fs/proc/base.c). */
static bool is_gone(const struct look *look)
{
	struct stat status;
	return look->pid && fstatat(look->folder, "stat", &status, 0) < 0 &&
	       (errno == ENOENT || errno == ESRCH);
}

static char *process_name(const struct look *look, const struct sysroot *root)
{
	const char *name = sysroot_read(root, PATH("proc/%s/comm", look->pid));
	return text_format("%s (%s)", look->pid, name ? name : "?");
}

/* Keeps the first error. A process that exited meanwhile uses nothing. */
static void note_error(struct look *look, int error)
{
	if (!error || error == -ENOENT || error == -ESRCH || look->facts->error)
		return;
	if (error == -EACCES && is_gone(look))
		return;
	look->facts->error = error;
	look->facts->unreadable = look->pid ? process_name(look, &look->quiet) : NULL;
}

/* The target of a link in the folder `fd`; an empty text if it is unreadable. Returns 0, also for a path that
 * is too long, which no node or attribute has, or a negative errno. */
static int read_link(int fd, const char *name, char target[PATH_MAX])
{
	ssize_t length = readlinkat(fd, name, target, PATH_MAX - 1);
	target[length < 0 ? 0 : length] = '\0';
	return length < 0 && errno != ENAMETOOLONG ? -errno : 0;
}

#define MOUNTS_MAX (4 << 20)

/* Whether the mount, a line "ID PARENT DEVICE ROOT TARGET OPTIONS ... - TYPE SOURCE ..." of mountinfo, has no
 * nodes that can be opened. */
static bool is_without_nodes(const char *line)
{
	static const char *const types[] = { " - fuse", " - cifs ", " - smb3 ", " - ceph ", " - afs " };
	char *mount = text_format("%.*s", (int)strcspn(line, "\n"), line);
	char *separator = strstr(mount, " - ");
	for (size_t i = 0; separator && i < ARRAY_SIZE(types); i++)
		if (text_starts(separator, types[i]))
			return true;
	if (separator)
		*separator = '\0';
	return strstr(mount, ",nodev");
}

/* Whether the descriptor is of such a mount. Asks no filesystem: that of an unreachable server may fail. */
static bool is_on_such_mount(const struct look *look, const char *descriptor)
{
	unsigned int id, other;
	auto_release const void *mark = keep(0);
	const char *info = sysroot_read(&look->quiet, PATH("%s/fdinfo/%s", look->path, descriptor));
	const char *number = info ? strstr(info, "mnt_id:") : NULL;
	const char *mounts =
		number ? sysroot_read_file(&look->quiet, PATH("%s/mountinfo", look->path), MOUNTS_MAX) : NULL;
	if (!mounts || sscanf(number, "mnt_id: %u", &id) != 1)
		return false;
	for (const char *line = mounts; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (sscanf(line, "%u", &other) == 1 && other == id)
			return is_without_nodes(line);
	return false;
}

/* /proc/PID/stat: "PID (NAME) STATE PPID PGRP SESSION TTY TPGID FLAGS ...". */
struct process_stat {
	unsigned int tty, flags;
};

static struct process_stat read_stat(const struct look *look)
{
	struct process_stat found = { 0 };
	char path[64], stat[PROCESS_STAT];
	snprintf(path, sizeof path, "proc/%s/stat", look->pid);
	(void)!sscanf(process_stat_read(look->root->fd, path, stat), "%*c %*d %*d %*d %u %*d %u", &found.tty,
		&found.flags);
	return found;
}

/* What /dev/tty is for the process; the number is encoded as by new_encode_dev of include/linux/kdev_t.h. */
static dev_t terminal_of(const struct look *look)
{
	unsigned int tty = read_stat(look).tty;
	return makedev(tty >> 8 & 0xfff, (tty & 0xff) | (tty >> 12 & 0xfff00));
}

/* Whether the path of the file says that it is no node: a filesystem that has shut down (XFS) tells nothing
 * else. */
static bool is_below_no_dev(int fd, const char *name)
{
	char target[PATH_MAX];
	read_link(fd, name, target);
	return *target == '/' && !strstr(target, "dev/");
}

/* What the descriptor or mapping `name` refers to. Returns 1; 0: neither a node nor a socket nor a file of
 * sysfs nor one without a name (anon_inode); or a negative errno. In a recording, nodes have no numbers and
 * links lead nowhere: their paths must do. */
static int identify(const struct look *look, int fd, const char *name, struct process_file *file)
{
	struct statx status;
	if (!look->root->live)
		return 1;
	/* A file on an unreachable server must not block: do not ask the server. */
	const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT;
	if (statx(fd, name, flags, STATX_TYPE | STATX_INO, &status) < 0) {
		int error = errno;
		if (error == EIO && is_below_no_dev(fd, name))
			return 0;
		/* On a FUSE filesystem of another user, which has no nodes, only this is permitted. What is
		 * incomplete already needs no second question. */
		bool denied = error == EACCES && !look->facts->error;
		return denied && statx(fd, name, flags, 0, &status) == 0 ? 0 : -error;
	}
	mode_t type = status.stx_mode & S_IFMT;
	if (type == S_IFSOCK) {
		file->type = type;
		file->number = status.stx_ino;
		return 1;
	}
	dev_t filesystem = makedev(status.stx_dev_major, status.stx_dev_minor);
	if (filesystem == look->nsfs)
		file->number = status.stx_ino;
	/* The same in each sysfs: every network namespace has its own. */
	if (status.stx_dev_major == 0 && type == S_IFREG) {
		file->inode = status.stx_ino;
		file->ours = filesystem == look->sysfs;
	}
	if (type != S_IFCHR && type != S_IFBLK)
		return status.stx_dev_major == 0 && (type == S_IFREG || type == 0);
	file->type = type;
	file->number = makedev(status.stx_rdev_major, status.stx_rdev_minor);
	if (type == S_IFCHR && file->number == makedev(5, 0))
		file->number = terminal_of(look);
	return 1;
}

/* Another run of this program opens disks, but uses none. */
static bool is_another_run(const struct look *look)
{
	struct stat own, other;
	return look->root->live && fstatat(look->root->fd, "proc/self/exe", &own, 0) == 0 &&
	       fstatat(look->root->fd, PATH("proc/%s/exe", look->pid), &other, 0) == 0 &&
	       own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

static void add_file(struct look *look, const struct process_file *file, const char *info)
{
	if (file->type == S_IFBLK && is_another_run(look))
		return;
	struct process_file *added = array_add(&look->facts->files);
	*added = *file;
	added->path = text_copy(file->path);
	added->process = process_name(look, look->root);
	added->info = info;
}

/* Whether the file `name` is an attribute: anyone can have files with the same names. Of a recording it is
 * unknown. */
static bool is_attribute(const struct look *look, int fd, const char *name)
{
	struct statfs filesystem;
	if (!look->root->live)
		return true;
	auto_fd int file = openat(fd, name, O_PATH | O_CLOEXEC);
	if (file < 0)
		return errno == EPERM || errno == EACCES;
	return fstatfs(file, &filesystem) < 0 || filesystem.f_type == SYSFS_MAGIC ||
	       filesystem.f_type == PROC_SUPER_MAGIC;
}

/* Adds the file if it is wanted. */
static void take_file(struct look *look, const struct process_file *file)
{
	if (look->wanted(file, look->context))
		add_file(look, file, NULL);
}

/* ---- namespaces ---- */

/* `path`: of the namespace's file. */
static void add_namespace(
	struct look *look, const char *path, unsigned long inode, struct namespace_list *namespaces)
{
	const struct process_namespace *known;
	array_each (known, namespaces)
		if (known->inode == inode)
			return;
	if (inode)
		*array_add(namespaces) = (struct process_namespace){ inode, process_name(look, &look->quiet),
			text_copy(path) };
}

/* The number is in the target of the link: "mnt:[4026531841]". */
static void look_at_namespace(struct look *look, const char *name, struct namespace_list *namespaces)
{
	char target[PATH_MAX];
	note_error(look, read_link(look->folder, name, target));
	const char *number = strchr(target, '[');
	add_namespace(look, PATH("%s/%s", look->path, name), number ? strtoul(number + 1, NULL, 10) : 0,
		namespaces);
}

/* One that is not of a network cannot be entered as such. */
static void look_at_namespace_file(struct look *look, const char *descriptor, unsigned long inode)
{
	add_namespace(
		look, PATH("%s/fd/%s", look->path, descriptor), inode, &look->facts->network_namespaces);
}

/* ---- files that are registered with io_uring ---- */

#define IO_URING "anon_inode:[io_uring]"

/* Bytes of its fdinfo; a ring has up to 32,768 files. */
#define RING_MAX (4 << 20)

/* Where a node can be of which the kernel shows only the name. */
static const char *const node_folders[] = { "dev/", "dev/vfio/", "dev/vfio/devices/", "dev/dri/",
	"dev/input/", "dev/snd/", "dev/mapper/" };

/* Whether there is a node with this path as the process sees it, or we do; adds it if it is wanted. */
static bool look_at_path(struct look *look, const char *folder, const char *name)
{
	const char *path = PATH("root/%s%s", folder, name);
	struct process_file theirs = { .path = path + strlen("root"), .mapped = true }, ours = theirs;
	/* A recording has no types. */
	bool found = identify(look, look->folder, path, &theirs) > 0 && (theirs.type || !look->root->live);
	bool here = !found && identify(look, look->root->fd, ours.path + 1, &ours) > 0 && ours.type;
	if (found || here)
		take_file(look, found ? &theirs : &ours);
	return found || here;
}

/* Whether the file below /dev, which is no node there now, never was one: it is a regular file, or was one in
 * memory that processes share. */
static bool is_regular(const struct look *look, const char *name)
{
	static const char *const folders[] = { "dev/shm/", "dev/hugepages", "dev/mqueue/" };
	struct stat status;
	if (fstatat(look->folder, PATH("root%s", name), &status, 0) == 0 ||
		fstatat(look->root->fd, name + 1, &status, 0) == 0)
		return S_ISREG(status.st_mode);
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (text_starts(name + 1, folders[i]))
			return true;
	return false;
}

/* `name`: a path from our root (/dev/vfio/0), "anon_inode:[vfio-device]" or "socket:[123]";
 * before 6.10 only the last part: "0", "[vfio-device]". */
static void look_at_registered(struct look *look, const char *name)
{
	unsigned long inode = 0;
	if (strchr(name, '[')) {
		bool socket = sscanf(name, "socket:[%lu]", &inode) == 1;
		take_file(look,
			&(struct process_file){ .path = PATH("%s%s", *name == '[' ? "anon_inode:" : "", name),
				.mapped = true,
				.pid = atoi(look->pid),
				.type = socket ? S_IFSOCK : 0,
				.number = inode });
	} else if (*name == '/') {
		if (!look_at_path(look, "", name + 1) && text_starts(name + 1, "dev/") &&
			!is_regular(look, name))
			*array_add(&look->facts->skipped) = process_name(look, &look->quiet);
	} else {
		for (size_t i = 0; i < ARRAY_SIZE(node_folders); i++)
			if (look_at_path(look, node_folders[i], name))
				return;
	}
}

/* Whether the files of a ring are not shown because it is busy (io_uring_show_fdinfo in io_uring/fdinfo.c).
 * Since 6.15 nothing is shown then, and since 6.14 empty slots have no line; before, there is a line for each
 * slot, but then none; before 5.6 there is nothing at all. */
static bool is_busy(const char *info)
{
	unsigned int count = 0, number;
	const int version = kernel_version();
	const char *files = strstr(info, "\nUserFiles:"), *line = files ? strchr(files + 1, '\n') : NULL;
	if (!files)
		return version >= 506;
	return version < 614 && sscanf(files, " UserFiles: %u", &count) == 1 && count &&
	       !(line && sscanf(line, " %u: ", &number) == 1);
}

/* The fdinfo of a ring, until the next one is read; NULL: it is busy all the time, or gone. */
static char *read_ring(const struct look *look, const char *path)
{
	static char info[RING_MAX + 1];
	for (int tries = 0; tries < 50; tries++, clock_sleep(1)) {
		ssize_t length = sysroot_read_bytes(&look->quiet, path, info, RING_MAX);
		if (length < 0)
			return NULL;
		info[length] = '\0';
		if (!look->root->live || !is_busy(info))
			return info;
	}
	return NULL;
}

/* Adds what is wanted, and returns whether it did. The process may have closed what it registered: fdinfo has
 * "UserFiles:\t2", and a line "    0: PATH" for each. */
static bool look_at_ring(struct look *look, const char *path)
{
	unsigned int number;
	int start = 0;
	size_t before = look->facts->files.count;
	char *info = read_ring(look, path);
	if (!info && faccessat(look->root->fd, path, F_OK, 0) == 0)
		*array_add(&look->facts->skipped) = process_name(look, &look->quiet);
	char *line = info ? strstr(info, "\nUserFiles:") : NULL;
	char *end = line ? strchr(line + 1, '\n') : NULL;
	while (end && sscanf(line = end + 1, " %u: %n", &number, &start) == 1 && start) {
		if ((end = strchr(line, '\n')))
			*end = '\0';
		look_at_registered(look, line + start);
	}
	return look->facts->files.count > before;
}

/* ---- descriptors ---- */

/* Most descriptors need a single system call: only those of a wanted node, or of a file that may belong to a
 * device, have their paths read. Returns the type of the file, as struct process_file. */
static mode_t look_at_descriptor(struct look *look, int fd, const char *name)
{
	char path[PATH_MAX];
	struct process_file file = { .pid = atoi(look->pid) };
	int known = identify(look, fd, name, &file);
	bool failed = known < 0 && known != -ENOENT && known != -ESRCH;
	if (failed && !look->facts->error && is_on_such_mount(look, name))
		return file.type;
	note_error(look, known < 0 ? known : 0);
	if (known <= 0 || (file.type && !look->wanted(&file, look->context)))
		return file.type;
	if (!file.type && file.number) {
		look_at_namespace_file(look, name, file.number);
		return file.type;
	}
	note_error(look, read_link(fd, name, path));
	file.path = path;
	bool ring = text_same(path, IO_URING);
	if (!ring && !look->wanted(&file, look->context))
		return file.type;
	if (!file.type && *path == '/' && !is_attribute(look, fd, name))
		return file.type;
	const char *info = PATH("%s/fdinfo/%s", look->path, name);
	if (ring && !look_at_ring(look, info))
		return file.type;
	sysroot_note(look->root, PATH("%s/fd/%s", look->path, name), 0);
	if (ring)
		sysroot_note(look->root, info, RING_MAX);
	else
		add_file(look, &file, sysroot_read(look->root, info));
	return file.type;
}

#define CONTROL_MAX 4096

/* Looks at the files of the first message in the queue, without receiving it, and returns how many they are.
 * This process has them for a moment. */
static int look_at_message(struct look *look, int socket)
{
	char byte, control[CONTROL_MAX] __attribute__((aligned(sizeof(size_t))));
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
	};
	struct look own = *look;
	int count = 0;
	auto_fd int folder = openat(look->root->fd, "proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	own.path = "proc/self";
	if (recvmsg(socket, &message, MSG_PEEK | MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0)
		return 0;
	for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
		if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
			continue;
		const int *files = (const int *)(const void *)CMSG_DATA(part);
		const int *end = files + (part->cmsg_len - CMSG_LEN(0)) / sizeof *files;
		for (; files < end; files++, count++) {
			char name[16];
			size_t namespaces = look->facts->network_namespaces.count;
			snprintf(name, sizeof name, "%d", *files);
			look_at_descriptor(&own, folder, name);
			/* A namespace will be entered by this path. */
			if (look->facts->network_namespaces.count == namespaces)
				close(*files);
		}
	}
	return count;
}

/* The same numbers on all architectures but alpha; older headers lack them. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

/* A descriptor for the socket of the process; a thread may have its own. */
static int borrow_socket(const struct look *look, const char *descriptor)
{
	auto_fd int process = look->thread ? -1 : (int)syscall(SYS_pidfd_open, atoi(look->pid), 0);
	return process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, atoi(descriptor), 0);
}

/* How many files the queue of a Unix socket has: "scm_fds: 1" in fdinfo (unix_show_fdinfo in
 * net/unix/af_unix.c), since 5.8. */
static int queued_files(const struct look *look, const char *descriptor)
{
	char path[64], info[512];
	snprintf(path, sizeof path, "fdinfo/%.20s", descriptor);
	auto_fd int fd = openat(look->folder, path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, info, sizeof info - 1);
	info[length > 0 ? length : 0] = '\0';
	const char *count = strstr(info, "scm_fds:");
	return count ? atoi(count + strlen("scm_fds:")) : 0;
}

/* Messages between processes contain files, which no process has open. One is normally received at once, but
 * systemd keeps namespaces in them. Those of messages after the first one are unknown, so the process is
 * looked at again; where it cannot be traced, as with Yama's ptrace_scope 3, messages are ignored. */
static void look_at_queue(struct look *look, const char *descriptor)
{
	struct stat process;
	int queued = queued_files(look, descriptor);
	auto_fd int socket = queued ? borrow_socket(look, descriptor) : -1;
	if (socket < 0 || look_at_message(look, socket) >= queued)
		return;
	/* An ordinary user could make all devices unknown. */
	if (fstat(look->folder, &process) == 0 && process.st_uid == 0)
		name_list_add(&look->facts->in_flight, process_name(look, &look->quiet));
}

static void look_at_descriptors(struct look *look)
{
	int fd = openat(look->folder, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_dir DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	if (!directory) {
		note_error(look, -errno);
		return;
	}
	while ((entry = readdir(directory))) {
		progress_tick();
		if (entry->d_name[0] != '.' && look_at_descriptor(look, fd, entry->d_name) == S_IFSOCK)
			look_at_queue(look, entry->d_name);
	}
}

/* ---- mappings ---- */

/* By the mapping itself, which only CAP_SYS_ADMIN may follow, else by its path as the process sees it. The
 * name of the mapping has no leading zeros, unlike its line in maps. */
static int identify_mapping(const struct look *look, unsigned long long start, struct process_file *file)
{
	int known =
		identify(look, look->folder, PATH("map_files/%llx-%llx", start, start + file->length), file);
	return known == -EPERM ? identify(look, look->folder, PATH("root%s", file->path), file) : known;
}

/* A line of /proc/PID/maps: "START-END PERMISSIONS OFFSET DEVICE INODE PATH". Most mappings are of programs
 * and libraries: they are private, and a private mapping cannot change a device. */
static void look_at_mapping(struct look *look, char *line, char last[PATH_MAX])
{
	const char *blank = strchr(line, ' ');
	char *path = strchr(line, '/');
	bool shared = blank && strlen(blank) > 4 && blank[4] == 's';
	bool device = path && (text_starts(path + 1, "dev/") || text_starts(path + 1, "sys/"));
	if (!blank || (!shared && !device))
		return;
	unsigned long long start = 0, end = 0;
	char *anonymous = path ? NULL : strstr(line, "anon_inode:");
	struct process_file file = { .mapped = true, .path = path ? path : anonymous };
	if (!file.path || (text_same(file.path, last) && !text_same(&last[1], "dev/mem")))
		return;
	sscanf(line, "%llx-%llx %*s %llx", &start, &end, &file.offset);
	file.length = end - start;
	snprintf(last, PATH_MAX, "%s", file.path);
	int known = anonymous ? 1 : identify_mapping(look, start, &file);
	note_error(look, known < 0 ? known : 0);
	if (known <= 0 || !look->wanted(&file, look->context))
		return;
	if (file.type || anonymous ||
		is_attribute(look, look->folder, PATH("map_files/%llx-%llx", start, end)))
		add_file(look, &file, NULL);
}

static void look_at_mappings(struct look *look)
{
	static char buffer[64 << 10];
	char last[PATH_MAX] = "";
	auto_fd int fd = openat(look->folder, "maps", O_RDONLY | O_CLOEXEC);
	size_t kept = 0;
	ssize_t got = fd;
	while (fd >= 0 && (got = read(fd, buffer + kept, sizeof buffer - 1 - kept)) > 0) {
		char *line = buffer, *end;
		buffer[kept + (size_t)got] = '\0';
		for (; (end = strchr(line, '\n')); line = end + 1) {
			*end = '\0';
			progress_tick();
			look_at_mapping(look, line, last);
		}
		kept = strlen(line);
		memmove(buffer, line, kept);
	}
	note_error(look, got < 0 ? -errno : 0);
}

/* ---- processes ---- */

static void look_at_files(struct look *look)
{
	look_at_descriptors(look);
	if (!look->without_mappings)
		look_at_mappings(look);
}

static void look_at_namespaces(struct look *look)
{
	if (look->facts->files_only)
		return;
	look_at_namespace(look, "ns/mnt", &look->facts->mount_namespaces);
	look_at_namespace(look, "ns/net", &look->facts->network_namespaces);
}

/* A thread can have files and namespaces of its own, and its process may have ended before it: then only the
 * thread shows the mappings. Its folder in that of the process has no map_files. */
static void look_at_thread(const struct look *process, const char *thread)
{
	int leader = atoi(process->pid);
	struct look look = *process;
	const char *path = PATH("proc/%s", thread);
	auto_fd int folder = atoi(thread) == leader ? -1 : sysroot_open_dir(&look.quiet, path);
	if (folder < 0)
		return;
	look.folder = folder;
	look.path = path;
	look.thread = true;
	look_at_namespaces(&look);
	/* If it is forbidden, and the files of the process already could not be looked at, those of its
	 * threads cannot, either. */
	if (!process->foreign && (syscall(SYS_kcmp, leader, atoi(thread), KCMP_FILES, 0, 0) == 0 ||
					 (errno == EPERM && process->facts->error)))
		return;
	look_at_files(&look);
}

static void look_at_threads(struct look *look)
{
	struct stat status;
	struct name_list threads = { 0 };
	const char **thread;
	/* Two links, and one for each thread. */
	if (!look->root->live || fstatat(look->folder, "task", &status, 0) < 0 || status.st_nlink <= 3)
		return;
	note_error(look, sysroot_list(&look->quiet, PATH("proc/%s/task", look->pid), &threads));
	array_each (thread, &threads) {
		progress_step(look->facts->progress, "process", atoi(look->pid));
		look_at_thread(look, *thread);
	}
}

/* A thread of the kernel, PF_KTHREAD of include/linux/sched.h, which has neither descriptors nor mappings. */
static bool is_kernel_thread(const struct look *look)
{
	return look->root->live && (read_stat(look).flags & 0x00200000);
}

static void look_at_process(struct look *look)
{
	if (is_kernel_thread(look))
		return;
	look->path = text_format("proc/%s", look->pid);
	auto_fd int folder = sysroot_open_dir(&look->quiet, look->path);
	look->folder = folder;
	if (folder < 0) {
		note_error(look, folder);
		return;
	}
	look_at_files(look);
	look_at_namespaces(look);
	look_at_threads(look);
}

/* Process 2 of the kernel's first PID namespace is kthreadd; other namespaces, and /proc mounted with
 * hidepid, do not show it. */
static bool shows_all(const struct sysroot *root)
{
	return !root->live || is_kernel_thread(&(struct look){ .root = root, .pid = "2" });
}

/* How many looks at the process got stuck. */
static int times_stuck(const struct progress *progress, int process)
{
	int count = 0;
	for (size_t i = 0; progress && i < progress->stuck_count; i++)
		count += progress->stuck[i] == process;
	return count;
}

/* The mappings of a process can be locked for long; what else it has shows nevertheless. */
static void look_at_number(struct look *look, const char *pid)
{
	struct progress *progress = look->facts->progress;
	const int number = atoi(pid), stuck = times_stuck(progress, number);
	/* The looker has the same files as the process that it looks for. */
	if (progress && progress->apart && number == look->own)
		return;
	look->pid = pid;
	look->without_mappings = stuck;
	if (stuck)
		name_list_add(&look->facts->skipped, process_name(look, &look->quiet));
	if (stuck <= 1) {
		progress_step(progress, "process", number);
		look_at_process(look);
	}
	look->pid = NULL;
}

/* What a process had may belong to one that it started meanwhile; some do so again and again. */
#define ROUNDS_MAX 5

/* Looks at the processes that are not in the other list, and returns whether there is any. */
static bool look_at_new(struct look *look, const struct name_list *names, const struct name_list *before)
{
	bool any = false;
	const char **name;
	array_each (name, names) {
		if (name_list_has_sorted(before, *name) || (*name)[strspn(*name, "0123456789")])
			continue;
		look_at_number(look, *name);
		any = true;
	}
	return any;
}

/* So long, in milliseconds, systemd may take at boot to receive the files that services give it to keep. */
#define MESSAGES_MS 3000

/* Looks again at processes with messages, which may have received them, until there are none. */
static void look_at_receivers(struct look *look)
{
	long long end = clock_milliseconds() + MESSAGES_MS;
	while (look->facts->in_flight.count && clock_milliseconds() < end) {
		struct name_list processes = look->facts->in_flight;
		const char **process;
		look->facts->in_flight = (struct name_list){ 0 };
		clock_sleep(20);
		array_each (process, &processes)
			look_at_number(look, text_format("%d", atoi(*process)));
	}
}

void process_facts_collect(const struct sysroot *root,
	bool (*wanted)(const struct process_file *file, const void *context), const void *context,
	struct process_facts *facts)
{
	struct name_list names = { 0 };
	struct look look = { .root = root,
		.wanted = wanted,
		.context = context,
		.facts = facts,
		.quiet = sysroot_quiet(root) };
	struct stat namespace;
	if (root->live && fstatat(root->fd, "proc/self/ns/net", &namespace, 0) == 0)
		look.nsfs = namespace.st_dev;
	if (root->live && fstatat(root->fd, "sys/bus", &namespace, 0) == 0)
		look.sysfs = namespace.st_dev;
	const char *own = root->live ? sysroot_readlink(&look.quiet, "proc/self") : NULL;
	look.own = own ? atoi(own) : 0;
	look.foreign = look.own != getpid();
	facts->hidden = !shows_all(&look.quiet);
	note_error(&look, sysroot_list(&look.quiet, "proc", &names));
	bool more = look_at_new(&look, &names, &(struct name_list){ 0 });
	for (int rounds = 0; root->live && more && rounds < ROUNDS_MAX; rounds++) {
		struct name_list before = names;
		names = (struct name_list){ 0 };
		note_error(&look, sysroot_list(&look.quiet, "proc", &names));
		more = look_at_new(&look, &names, &before);
	}
	look_at_receivers(&look);
}
