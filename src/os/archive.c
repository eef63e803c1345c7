#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "os/os.h"

/* The current file of archive_each_file. */
struct archive_file;

/* ---- writing ---- */

/* struct archive_tar is libarchive's own object, opaque outside this file. */
static struct archive *object(struct archive_tar *tar)
{
	return (struct archive *)tar;
}

/* ARCHIVE_WARN is a success with a warning. */
static int result(struct archive *archive, la_ssize_t code)
{
	if (code >= ARCHIVE_WARN)
		return 0;
	int error = archive_errno(archive);
	return error > 0 ? -error : -EIO;
}

struct archive_tar *archive_tar_begin(int fd)
{
	struct archive *archive = archive_write_new();
	/* GNU format: paths of any length and any bytes, in every locale. */
	if (archive && archive_write_set_format_gnutar(archive) == ARCHIVE_OK &&
		/* Otherwise the padding of a pipe would differ from that of a file. */
		archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK &&
		archive_write_open_fd(archive, fd) == ARCHIVE_OK)
		return (struct archive_tar *)archive;
	errno = archive ? -result(archive, ARCHIVE_FATAL) : ENOMEM;
	archive_write_free(archive);
	return NULL;
}

static void fill(struct archive_entry *entry, const struct record *record)
{
	static const unsigned int types[] = {
		[RECORD_DIRECTORY] = AE_IFDIR, [RECORD_LINK] = AE_IFLNK, [RECORD_FILE] = AE_IFREG
	};
	archive_entry_set_pathname(entry, record->path);
	archive_entry_set_filetype(entry, types[record->kind]);
	archive_entry_set_perm(entry, (unsigned int)record->access.mode);
	archive_entry_set_uid(entry, record->access.user);
	archive_entry_set_gid(entry, record->access.group);
	archive_entry_set_mtime(entry, 0, 0);
	archive_entry_set_size(entry, record->kind == RECORD_FILE ? (la_int64_t)record->size : 0);
	if (record->kind == RECORD_LINK)
		archive_entry_set_symlink(entry, record->content);
}

int archive_tar_add(struct archive_tar *tar, const struct record *record)
{
	struct archive_entry *entry = archive_entry_new();
	if (!entry)
		return -ENOMEM;
	fill(entry, record);
	int error = result(object(tar), archive_write_header(object(tar), entry));
	if (!error && record->kind == RECORD_FILE && record->size)
		error = result(object(tar), archive_write_data(object(tar), record->content, record->size));
	archive_entry_free(entry);
	return error;
}

int archive_tar_end(struct archive_tar *tar)
{
	int error = result(object(tar), archive_write_close(object(tar)));
	archive_write_free(object(tar));
	return error;
}

/* ---- reading ---- */

#define TEXT_MAX 65536

/* The length of the last entry of a cpio archive: a header of 110 bytes and the name "TRAILER!!!", padded to
 * a multiple of four. */
#define TRAILER_SIZE 124

/* Its first 64 KiB, valid until the next call; NULL if unreadable. */
static const char *archive_file_text(struct archive_file *file)
{
	static char text[TEXT_MAX + 1];
	la_ssize_t length = archive_read_data((struct archive *)file, text, TEXT_MAX);
	if (length < 0)
		return NULL;
	text[length] = '\0';
	return text;
}

/* The formats of the kernel (lib/decompress.c) except lzo. libarchive supports more, but runs external
 * programs for some of them. */
static void support_filters(struct archive *archive)
{
	int (*const support[])(struct archive *) = {
		archive_read_support_filter_gzip,
		archive_read_support_filter_bzip2,
		archive_read_support_filter_lzma,
		archive_read_support_filter_xz,
		archive_read_support_filter_lz4,
#if ARCHIVE_VERSION_NUMBER >= 3003003
		archive_read_support_filter_zstd,
#endif
	};
	for (size_t i = 0; i < sizeof support / sizeof *support; i++)
		support[i](archive);
}

/* Calls `take` for each regular file of the cpio archive, plain or compressed, at offset `at` of `fd`.
 * Unpacks at most `max` bytes of a compressed archive. Returns 0, with the offset past the archive in `*next`
 * (-1 for a compressed one), or a negative errno: -EBADMSG: not a cpio archive, or longer than `max`. */
static int archive_each_file(int fd, off_t at, long long max,
	void (*take)(void *to, const char *name, struct archive_file *file), void *to, off_t *next)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	if (!archive)
		return -ENOMEM;
	support_filters(archive);
	archive_read_support_format_cpio(archive);
	int code = lseek(fd, at, SEEK_SET) < 0 ? ARCHIVE_FATAL : archive_read_open_fd(archive, fd, 65536);
	while (code == ARCHIVE_OK && archive_filter_bytes(archive, 0) < max &&
		(code = archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
		const char *name = archive_entry_pathname(entry);
		if (name && archive_entry_filetype(entry) == AE_IFREG)
			take(to, name, (struct archive_file *)archive);
	}
	bool plain = archive_filter_count(archive) == 1;
	*next = plain ? at + archive_read_header_position(archive) + TRAILER_SIZE : -1;
	archive_read_free(archive);
	return code == ARCHIVE_EOF ? 0 : -EBADMSG;
}

/* ---- an initramfs ---- */

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
