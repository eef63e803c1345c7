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

/* ---- writing ---- */

/* ARCHIVE_WARN is a success with a warning. */
static int result(struct archive *archive, la_ssize_t code)
{
	if (code >= ARCHIVE_WARN)
		return 0;
	int error = sym_archive_errno(archive);
	return error > 0 ? -error : -EIO;
}

static int open_tar(struct archive *tar, int fd)
{
	/* GNU format: paths of any length and any bytes, in every locale. */
	if (sym_archive_write_set_format_gnutar(tar) == ARCHIVE_OK &&
		/* Otherwise the padding of a pipe would differ from that of a file. */
		sym_archive_write_set_bytes_in_last_block(tar, 1) == ARCHIVE_OK &&
		sym_archive_write_open_fd(tar, fd) == ARCHIVE_OK)
		return 0;
	return result(tar, ARCHIVE_FATAL);
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

static int add(struct archive *tar, const struct record *record)
{
	struct archive_entry *entry = sym_archive_entry_new();
	if (!entry)
		return -ENOMEM;
	fill(entry, record);
	int error = result(tar, sym_archive_write_header(tar, entry));
	if (!error && record->kind == RECORD_FILE && record->size)
		error = result(tar, sym_archive_write_data(tar, record->content, record->size));
	sym_archive_entry_free(entry);
	return error;
}

int archive_write(const struct record_list *records, int fd)
{
	const struct record *record;
	if (!library_load(&libarchive))
		return -ELIBACC;
	struct archive *tar = sym_archive_write_new();
	if (!tar)
		return -ENOMEM;
	int error = open_tar(tar, fd);
	array_each (record, records)
		if (!error)
			error = add(tar, record);
	if (!error)
		error = result(tar, sym_archive_write_close(tar));
	sym_archive_write_free(tar);
	return error;
}

/* ---- an initramfs ---- */

/* The limit of unpacked bytes. */
#define UNPACKED_MAX (4LL << 30)
/* The limit of bytes read from modprobe.d; further files are ignored. */
#define MODPROBE_MAX (1 << 20)
/* The limit of bytes read from one file. */
#define TEXT_MAX 65536

/* The length of the last entry of a cpio archive: a header of 110 bytes and the name "TRAILER!!!", padded to
 * a multiple of four. */
#define TRAILER_SIZE 124

struct found {
	bool has_vfio;
	char **modprobe;
};

static bool is_vfio(const char *name)
{
	const char *file = strrchr(name, '/');
	return file && text_starts(file, "/vfio.ko");
}

/* Looks at the current file of the archive. */
static void take_file(struct found *found, const char *name, struct archive *archive)
{
	static char text[TEXT_MAX];
	found->has_vfio |= is_vfio(name);
	if (!strstr(name, "modprobe.d/") || strlen(*found->modprobe) >= MODPROBE_MAX)
		return;
	la_ssize_t length = sym_archive_read_data(archive, text, sizeof text);
	if (length >= 0)
		text_append(found->modprobe, "%.*s\n", (int)length, text);
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

/* Looks at each regular file of the cpio archive, plain or compressed, at offset `at` of `fd`. Unpacks at
 * most UNPACKED_MAX bytes of a compressed archive. Returns 0, with the offset past the archive in `*next` (-1
 * for a compressed one), or a negative errno: -EBADMSG: not a cpio archive, or too long. */
static int scan_archive(int fd, off_t at, struct found *found, off_t *next)
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
	while (code == ARCHIVE_OK && sym_archive_filter_bytes(archive, 0) < UNPACKED_MAX &&
		(code = sym_archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
		const char *name = sym_archive_entry_pathname(entry);
		if (name && sym_archive_entry_filetype(entry) == AE_IFREG)
			take_file(found, name, archive);
	}
	bool plain = sym_archive_filter_count(archive) == 1;
	*next = plain ? at + sym_archive_read_header_position(archive) + TRAILER_SIZE : -1;
	sym_archive_read_free(archive);
	return code == ARCHIVE_EOF ? 0 : -EBADMSG;
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
	struct found found = { .modprobe = modprobe };
	off_t at = 0;
	auto_fd int fd = sysroot_open_file(root, path);
	if (fd < 0)
		return fd;
	while (at >= 0) {
		off_t next = -1;
		int error = scan_archive(fd, at, &found, &next);
		if (error)
			return error;
		at = next < 0 ? -1 : skip_zeros(fd, next);
	}
	*has_vfio = found.has_vfio;
	return 0;
}
