#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/base.h"
#include "os/os.h"

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

int klog_read(const struct sysroot *root, const char *path, char **text)
{
	size_t used = 0;
	/* In a container /dev/kmsg may be a link to the console, which must not be read. */
	auto_fd int fd =
		root->live ? sysroot_open_device(root, path, makedev(1, 11)) : sysroot_open_file(root, path);
	char *to = malloc(fd < 0 ? 1 : KLOG_SIZE_MAX + 1);
	if (!to)
		out_of_memory();
	int error = fd < 0 ? fd : read_records(fd, to, &used);
	to[used] = '\0';
	*text = to;
	return !error && strlen(to) != used ? -EBADMSG : error;
}
