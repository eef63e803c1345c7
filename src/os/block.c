#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/base.h"
#include "os/os.h"

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
	auto_free char *name = text_format("%u:%u", major(number), minor(number));
	if (folder < 0)
		return folder;
	if (mknodat(folder, name, S_IFBLK | 0600, number) < 0 && errno != EEXIST)
		return -errno;
	return open_at(folder, name, flags);
}

int block_claim(const struct sysroot *root, const char *node, dev_t number)
{
	auto_fd int fd = block_open(root, node, number, O_EXCL);
	return fd < 0 ? fd : 0;
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
