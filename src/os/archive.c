#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "os/os.h"

/* clang-format off */
#define FUNCTIONS(X) \
	X(archive_entry_filetype) X(archive_entry_free) X(archive_entry_new) \
	X(archive_entry_pathname) X(archive_entry_set_filetype) X(archive_entry_set_gid) \
	X(archive_entry_set_mtime) X(archive_entry_set_pathname) X(archive_entry_set_perm) \
	X(archive_entry_set_size) X(archive_entry_set_symlink) X(archive_entry_set_uid) \
	X(archive_errno) X(archive_filter_bytes) X(archive_filter_count) X(archive_read_data) \
	X(archive_read_free) X(archive_read_header_position) X(archive_read_new) \
	X(archive_read_next_header) X(archive_read_open_fd) X(archive_read_support_filter_bzip2) \
	X(archive_read_support_filter_gzip) X(archive_read_support_filter_lz4) \
	X(archive_read_support_filter_lzma) X(archive_read_support_filter_xz) \
	X(archive_read_support_filter_zstd) X(archive_read_support_format_cpio) \
	X(archive_write_close) X(archive_write_data) X(archive_write_free) X(archive_write_header) \
	X(archive_write_new) X(archive_write_open_fd) X(archive_write_set_bytes_in_last_block) \
	X(archive_write_set_format_gnutar)
/* clang-format on */
LIBRARY(libarchive, "libarchive.so.13", "libarchive13", "recommended",
	"reports, and the content of an initramfs", FUNCTIONS);

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
	int error = sym_archive_errno(archive);
	return error > 0 ? -error : -EIO;
}

struct archive_tar *archive_tar_begin(int fd)
{
	if (!library_load(&libarchive)) {
		errno = ELIBACC;
		return NULL;
	}
	struct archive *archive = sym_archive_write_new();
	/* GNU format: paths of any length and any bytes, in every locale. */
	if (archive && sym_archive_write_set_format_gnutar(archive) == ARCHIVE_OK &&
		/* Otherwise the padding of a pipe would differ from that of a file. */
		sym_archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK &&
		sym_archive_write_open_fd(archive, fd) == ARCHIVE_OK)
		return (struct archive_tar *)archive;
	errno = archive ? -result(archive, ARCHIVE_FATAL) : ENOMEM;
	sym_archive_write_free(archive);
	return NULL;
}

static void fill(struct archive_entry *entry, const struct record *record)
{
	static const unsigned int types[] = {
		[RECORD_DIRECTORY] = AE_IFDIR, [RECORD_LINK] = AE_IFLNK, [RECORD_FILE] = AE_IFREG
	};
	sym_archive_entry_set_pathname(entry, record->path);
	sym_archive_entry_set_filetype(entry, types[record->kind]);
	sym_archive_entry_set_perm(entry, (unsigned int)record->access.mode);
	sym_archive_entry_set_uid(entry, record->access.user);
	sym_archive_entry_set_gid(entry, record->access.group);
	sym_archive_entry_set_mtime(entry, 0, 0);
	sym_archive_entry_set_size(entry, record->kind == RECORD_FILE ? (la_int64_t)record->size : 0);
	if (record->kind == RECORD_LINK)
		sym_archive_entry_set_symlink(entry, record->content);
}

int archive_tar_add(struct archive_tar *tar, const struct record *record)
{
	struct archive_entry *entry = sym_archive_entry_new();
	if (!entry)
		return -ENOMEM;
	fill(entry, record);
	int error = result(object(tar), sym_archive_write_header(object(tar), entry));
	if (!error && record->kind == RECORD_FILE && record->size)
		error = result(
			object(tar), sym_archive_write_data(object(tar), record->content, record->size));
	sym_archive_entry_free(entry);
	return error;
}

int archive_tar_end(struct archive_tar *tar)
{
	int error = result(object(tar), sym_archive_write_close(object(tar)));
	sym_archive_write_free(object(tar));
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
	la_ssize_t length = sym_archive_read_data((struct archive *)file, text, TEXT_MAX);
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
		sym_archive_read_support_filter_gzip,
		sym_archive_read_support_filter_bzip2,
		sym_archive_read_support_filter_lzma,
		sym_archive_read_support_filter_xz,
		sym_archive_read_support_filter_lz4,
		sym_archive_read_support_filter_zstd,
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
	if (!library_load(&libarchive))
		return -ELIBACC;
	struct archive *archive = sym_archive_read_new();
	struct archive_entry *entry;
	if (!archive)
		return -ENOMEM;
	support_filters(archive);
	sym_archive_read_support_format_cpio(archive);
	int code = lseek(fd, at, SEEK_SET) < 0 ? ARCHIVE_FATAL : sym_archive_read_open_fd(archive, fd, 65536);
	while (code == ARCHIVE_OK && sym_archive_filter_bytes(archive, 0) < max &&
		(code = sym_archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
		const char *name = sym_archive_entry_pathname(entry);
		if (name && sym_archive_entry_filetype(entry) == AE_IFREG)
			take(to, name, (struct archive_file *)archive);
	}
	bool plain = sym_archive_filter_count(archive) == 1;
	*next = plain ? at + sym_archive_read_header_position(archive) + TRAILER_SIZE : -1;
	sym_archive_read_free(archive);
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
