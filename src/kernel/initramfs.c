#include "kernel/initramfs.h"

#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/archive.h"

/* The limit of unpacked bytes. */
#define UNPACKED_MAX (4LL << 30)
/* The limit of bytes read from modprobe.d; further files are ignored. */
#define MODPROBE_MAX (1 << 20)

struct scan {
	bool has_vfio;
	char **modprobe;
};

static bool is_vfio(const char *name)
{
	const char *file = strrchr(name, '/');
	return file && text_starts(file, "/vfio.ko");
}

static void take_file(void *to, const char *name, struct archive_file *file)
{
	struct scan *scan = to;
	bool wanted = strstr(name, "modprobe.d/") && strlen(*scan->modprobe) < MODPROBE_MAX;
	const char *text = wanted ? archive_file_text(file) : NULL;
	scan->has_vfio |= is_vfio(name);
	if (text)
		text_append(scan->modprobe, "%s\n", text);
}

/* An image consists of archives, padded with zeros. Returns the offset of the next one, or -1. */
static off_t skip_zeros(int fd, off_t at)
{
	char block[4096];
	ssize_t length;
	while ((length = pread(fd, block, sizeof block, at)) > 0) {
		for (ssize_t i = 0; i < length; i++)
			if (block[i])
				return at + i;
		at += length;
	}
	return -1;
}

int initramfs_look(const struct sysroot *root, const char *path, bool *has_vfio, char **modprobe)
{
	struct scan scan = { .modprobe = modprobe };
	off_t at = 0;
	auto_fd int fd = sysroot_open_file(root, path);
	if (fd < 0)
		return fd;
	while (at >= 0) {
		off_t next = -1;
		int error = archive_each_file(fd, at, UNPACKED_MAX, take_file, &scan, &next);
		if (error)
			return error;
		at = next < 0 ? -1 : skip_zeros(fd, next);
	}
	*has_vfio = scan.has_vfio;
	return 0;
}
