#include "kernel/initramfs.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

/* The most that is unpacked, in bytes, and that is kept of one file. */
#define UNPACKED_MAX (4LL << 30)
#define FILE_MAX     65536

/* The length of the entry that ends an archive, a header of 110 bytes and the name "TRAILER!!!", in a
 * multiple of four. */
#define TRAILER_SIZE 124

struct look {
	bool has_vfio;
	char **modprobe;
};

static bool is_vfio(const char *name)
{
	const char *file = strrchr(name, '/');
	return file && text_starts(file, "/vfio.ko");
}

static void take_entry(struct archive *archive, struct archive_entry *entry, struct look *look)
{
	static char text[FILE_MAX + 1];
	const char *name = archive_entry_pathname(entry);
	if (!name || archive_entry_filetype(entry) != AE_IFREG)
		return;
	look->has_vfio |= is_vfio(name);
	if (!strstr(name, "modprobe.d/"))
		return;
	la_ssize_t length = archive_read_data(archive, text, FILE_MAX);
	if (length < 0)
		return;
	text[length] = '\0';
	text_append(look->modprobe, "%s\n", text);
}

/* One archive of those that an image is made of. Returns 0 and in `*next` where the next one begins, -1 when
 * this is the last, or a negative errno. */
static int look_at_archive(int fd, off_t at, struct look *look, off_t *next)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	if (!archive)
		return -ENOMEM;
	archive_read_support_filter_all(archive);
	archive_read_support_format_cpio(archive);
	int result = lseek(fd, at, SEEK_SET) < 0 ? ARCHIVE_FATAL : archive_read_open_fd(archive, fd, 65536);
	while (result == ARCHIVE_OK && archive_filter_bytes(archive, 0) < UNPACKED_MAX &&
		(result = archive_read_next_header(archive, &entry)) == ARCHIVE_OK)
		take_entry(archive, entry, look);
	bool plain = archive_filter_count(archive) == 1;
	*next = plain ? at + archive_read_header_position(archive) + TRAILER_SIZE : -1;
	archive_read_free(archive);
	return result == ARCHIVE_EOF ? 0 : -EBADMSG;
}

/* Archives stand one behind the other with zeros between. Returns where the next one begins, or -1. */
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
	struct look look = { .modprobe = modprobe };
	off_t at = 0;
	auto_fd int fd = sysroot_open_file(root, path);
	if (fd < 0)
		return fd;
	while (at >= 0) {
		off_t next = -1;
		int error = look_at_archive(fd, at, &look, &next);
		if (error)
			return error;
		at = next < 0 ? -1 : skip_zeros(fd, next);
	}
	*has_vfio = look.has_vfio;
	return 0;
}
