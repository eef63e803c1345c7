#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/base.h"
#include "os/os.h"

/* ---- mounts and swap ---- */

/* clang-format off */
#define FUNCTIONS(X) \
	X(mnt_free_iter) X(mnt_fs_get_devno) X(mnt_fs_get_fstype) X(mnt_fs_get_option) X(mnt_fs_get_root) \
	X(mnt_fs_get_source) X(mnt_fs_get_target) X(mnt_new_iter) X(mnt_new_table) X(mnt_table_next_fs) \
	X(mnt_table_parse_stream) X(mnt_unref_table)
/* clang-format on */
LIBRARY(libmount, "libmount.so.1", "libmount1", "required", "mounts and swap that use a device", FUNCTIONS);

/* The limit of a recorded table, in bytes, because libmount reads it into memory. The size of the kernel's
 * own tables is 0. */
#define TABLE_MAX (4 << 20)

/* libmount guesses the format, of mounts or of swap, from the content. It would resolve a name. */
static int parse(const struct sysroot *root, const char *path, struct libmnt_table *table)
{
	struct stat status;
	int fd = sysroot_open_file(root, path);
	auto_file FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file)
		return fd < 0 ? fd : -ENOMEM;
	if (fstat(fd, &status) < 0)
		return -errno;
	if (status.st_size > TABLE_MAX)
		return -EFBIG;
	return sym_mnt_table_parse_stream(table, file, "/");
}

/* A namespace is a file of the only filesystem of its type: "net:[4026532294]". */
static const char *source_of(struct libmnt_fs *fs)
{
	return text_same(sym_mnt_fs_get_fstype(fs), "nsfs") ? sym_mnt_fs_get_root(fs)
							    : sym_mnt_fs_get_source(fs);
}

static int by_number(const void *a, const void *b)
{
	const dev_t *left = a, *right = b;
	return *left == *right ? 0 : *left < *right ? -1 : 1;
}

/* Every filesystem has a number of its own, also without a block device. A machine can have thousands of
 * mounts in each of hundreds of namespaces. */
static bool is_known(const struct mount_facts *facts, struct libmnt_fs *fs)
{
	const struct mount_fact *fact;
	const dev_t number = sym_mnt_fs_get_devno(fs);
	if (!facts->numbers.count ||
		!bsearch(&number, facts->numbers.items, facts->numbers.count, sizeof number, by_number))
		return false;
	if (!text_same(sym_mnt_fs_get_fstype(fs), "nsfs"))
		return true;
	array_each (fact, facts)
		if (fact->target && fact->number == number && text_same(fact->source, source_of(fs)))
			return true;
	return false;
}

/* Keeps the numbers sorted. */
static void note_number(struct mount_facts *facts, dev_t number)
{
	size_t at = facts->numbers.count;
	*array_add(&facts->numbers) = number;
	for (; at && facts->numbers.items[at - 1] > number; at--)
		facts->numbers.items[at] = facts->numbers.items[at - 1];
	facts->numbers.items[at] = number;
}

/* NULL: none. */
static char *option_of(struct libmnt_fs *fs, const char *name)
{
	char *value = NULL;
	size_t length = 0;
	if (sym_mnt_fs_get_option(fs, name, &value, &length) || !value)
		return NULL;
	return text_format("%.*s", (int)length, value);
}

/* The address of the server; that of 9p over TCP is its source. NULL: none. */
static char *server_of(struct libmnt_fs *fs)
{
	const char *transport = text_same(sym_mnt_fs_get_fstype(fs), "9p") ? option_of(fs, "trans") : NULL;
	return text_same(transport, "tcp") ? text_copy(sym_mnt_fs_get_source(fs)) : option_of(fs, "addr");
}

/* An entry of mountinfo without a mount point means that libmount guessed wrong. */
static int add_all(struct libmnt_table *table, bool swap, const char *process, struct mount_facts *facts)
{
	struct libmnt_fs *fs;
	int error = 0;
	struct libmnt_iter *iterator = sym_mnt_new_iter(MNT_ITER_FORWARD);
	while (iterator && !error && sym_mnt_table_next_fs(table, iterator, &fs) == 0) {
		const char *target = sym_mnt_fs_get_target(fs);
		if (!swap && !target) {
			error = -EBADMSG;
			continue;
		}
		progress_tick();
		bool known = !swap && is_known(facts, fs);
		if (process && known)
			continue;
		if (!swap && !known)
			note_number(facts, sym_mnt_fs_get_devno(fs));
		*array_add(facts) = (struct mount_fact){
			.type = text_copy(sym_mnt_fs_get_fstype(fs)),
			.source = text_copy(source_of(fs)),
			.number = swap ? 0 : sym_mnt_fs_get_devno(fs),
			.target = swap ? NULL : text_copy(target),
			.process = process,
			.server = swap ? NULL : server_of(fs),
			.page_size = swap ? NULL : option_of(fs, "pagesize"),
		};
	}
	sym_mnt_free_iter(iterator);
	return error;
}

/* Without a process: of ours. */
static int add_mounts(
	const struct sysroot *root, const char *path, const char *process, struct mount_facts *facts)
{
	library_need(&libmount);
	struct libmnt_table *mounts = sym_mnt_new_table();
	int error = mounts ? parse(root, path, mounts) : -ENOMEM;
	if (!error)
		error = add_all(mounts, false, process, facts);
	sym_mnt_unref_table(mounts);
	return error;
}

int mount_facts(const struct sysroot *root, struct mount_facts *facts)
{
	int error = add_mounts(root, "proc/self/mountinfo", NULL, facts);
	struct libmnt_table *swaps = sym_mnt_new_table();
	if (!error)
		error = swaps ? parse(root, "proc/swaps", swaps) : -ENOMEM;
	if (!error)
		error = add_all(swaps, true, NULL, facts);
	sym_mnt_unref_table(swaps);
	return error;
}

int mount_facts_of(
	const struct sysroot *root, const struct process_namespace *namespace, struct mount_facts *facts)
{
	const struct sysroot quiet = sysroot_quiet(root);
	size_t folder = strlen(namespace->path) - strlen("ns/mnt");
	return add_mounts(
		&quiet, PATH("%.*smountinfo", (int)folder, namespace->path), namespace->process, facts);
}

/* ---- block devices ---- */

/* O_NONBLOCK: neither wait for a medium nor close a tray. */
static int open_at(int folder, const char *node, int flags)
{
	int fd = openat(folder, node, O_RDONLY | O_NONBLOCK | O_CLOEXEC | flags);
	return fd < 0 ? -errno : fd;
}

/* Through its node in /dev, if that has this number, else through a node in a tmpfs of our own: /run may be
 * mounted with nodev, and another namespace may be without nodes. */
static int block_open(const struct sysroot *root, const char *node, dev_t number, int flags)
{
	static int folder = -EBADF;
	struct stat status;
	if (fstatat(root->fd, node, &status, 0) == 0 && S_ISBLK(status.st_mode) && status.st_rdev == number)
		return open_at(root->fd, node, flags);
	if (folder == -EBADF)
		folder = sysroot_private("tmpfs");
	const char *name = PATH("%u:%u", major(number), minor(number));
	if (folder < 0)
		return folder;
	if (mknodat(folder, name, S_IFBLK | 0600, number) < 0 && errno != EEXIST)
		return -errno;
	return open_at(folder, name, flags);
}

int block_claim(const struct sysroot *root, const char *node, dev_t number)
{
	return block_open(root, node, number, O_EXCL);
}

/* The kernel's encoding: huge_encode_dev, which is that of libc for numbers of 32 bits. */
int block_loop(const struct sysroot *root, const char *node, dev_t number, dev_t *below, dev_t *filesystem)
{
	struct loop_info64 info;
	auto_fd int fd = block_open(root, node, number, 0);
	if (fd < 0)
		return fd;
	if (ioctl(fd, LOOP_GET_STATUS64, &info) < 0)
		return -errno;
	*below = info.lo_rdevice;
	*filesystem = info.lo_device;
	return 0;
}

/* A file on an unreachable server must not block: do not ask the server. */
int block_of_path(const struct sysroot *root, const char *path, dev_t *number, dev_t *filesystem)
{
	struct statx status;
	if (statx(root->fd, path, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE, &status) < 0)
		return -errno;
	*number = S_ISBLK(status.stx_mode) ? makedev(status.stx_rdev_major, status.stx_rdev_minor) : 0;
	*filesystem = makedev(status.stx_dev_major, status.stx_dev_minor);
	return 0;
}
