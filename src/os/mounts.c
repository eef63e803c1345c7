#include <errno.h>
#include <libmount/libmount.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/base.h"
#include "os/os.h"

/* clang-format off */
#define FUNCTIONS(X) \
	X(mnt_free_iter) X(mnt_fs_get_devno) X(mnt_fs_get_fstype) X(mnt_fs_get_source) \
	X(mnt_fs_get_target) X(mnt_new_iter) X(mnt_new_table) X(mnt_table_next_fs) \
	X(mnt_table_parse_file) X(mnt_table_parse_swaps) X(mnt_unref_table)
/* clang-format on */
LIBRARY(libmount, "libmount.so.1", "libmount1", "required", "mounts and swap that use a device", FUNCTIONS);

/* The limit of a recorded table, in bytes, because libmount reads it into memory. The size of the kernel's
 * own tables is 0. */
#define TABLE_MAX (4 << 20)

/* libmount needs a name: use that of the open file descriptor, so that the path is resolved only once. */
static int parse(const struct sysroot *root, const char *path, struct libmnt_table *table,
	int (*read)(struct libmnt_table *, const char *))
{
	auto_fd int fd = sysroot_open_file(root, path);
	struct stat file;
	if (fd < 0)
		return fd;
	if (fstat(fd, &file) < 0)
		return -errno;
	if (file.st_size > TABLE_MAX)
		return -EFBIG;
	auto_free char *name = text_format("/proc/self/fd/%d", fd);
	return read(table, name);
}

/* libmount guesses the format from the content. An entry of mountinfo without a mount point means that it
 * guessed wrong. */
static int add_all(struct libmnt_table *table, bool swap, struct mount_facts *facts)
{
	struct libmnt_fs *fs;
	int error = 0;
	struct libmnt_iter *iterator = sym_mnt_new_iter(MNT_ITER_FORWARD);
	while (iterator && !error && sym_mnt_table_next_fs(table, iterator, &fs) == 0) {
		dev_t device = sym_mnt_fs_get_devno(fs);
		if (!swap && !sym_mnt_fs_get_target(fs)) {
			error = -EBADMSG;
			continue;
		}
		*array_add(facts) = (struct mount_fact){
			.type = text_copy(sym_mnt_fs_get_fstype(fs)),
			.source = text_copy(sym_mnt_fs_get_source(fs)),
			.device = swap ? NULL : text_format("%u:%u", major(device), minor(device)),
			.target = swap ? NULL : text_copy(sym_mnt_fs_get_target(fs)),
		};
	}
	sym_mnt_free_iter(iterator);
	return error;
}

int mount_facts(const struct sysroot *root, struct mount_facts *facts)
{
	library_need(&libmount);
	struct libmnt_table *mounts = sym_mnt_new_table(), *swaps = sym_mnt_new_table();
	int error = !mounts || !swaps ? -ENOMEM
				      : parse(root, "proc/self/mountinfo", mounts, sym_mnt_table_parse_file);
	if (!error)
		error = add_all(mounts, false, facts);
	if (!error)
		error = parse(root, "proc/swaps", swaps, sym_mnt_table_parse_swaps);
	if (!error)
		error = add_all(swaps, true, facts);
	sym_mnt_unref_table(mounts);
	sym_mnt_unref_table(swaps);
	return error;
}

void mount_facts_free(struct mount_facts *facts)
{
	struct mount_fact *fact;
	array_each (fact, facts) {
		free(fact->type);
		free(fact->source);
		free(fact->device);
		free(fact->target);
	}
	free(facts->items);
}
