#include "base/compat.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

/* The same number on every architecture but alpha, and not known to older headers. */
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/* How many descriptors there is room for: above the highest that is open. The limit of their number may be a
 * billion, and may have been lowered since. */
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

void compat_close_from(int first)
{
	/* Linux 5.9, glibc 2.34. */
	if (syscall(SYS_close_range, (unsigned int)first, ~0U, 0U) == 0)
		return;
	for (int fd = descriptors() - 1; fd >= first; fd--)
		close(fd);
}
