#include "kernel/tarball.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

/* struct tarball is libarchive's own object; nobody else need know. */
static struct archive *object(struct tarball *tarball)
{
	return (struct archive *)tarball;
}

/* ARCHIVE_WARN says that it was written nevertheless. */
static int result(struct archive *archive, la_ssize_t code)
{
	if (code >= ARCHIVE_WARN)
		return 0;
	int error = archive_errno(archive);
	return error > 0 ? -error : -EIO;
}

struct tarball *tarball_open(int fd)
{
	struct archive *archive = archive_write_new();
	/* GNU's form: paths of any length and any bytes, whatever the locale. */
	if (archive && archive_write_set_format_gnutar(archive) == ARCHIVE_OK &&
		archive_write_open_fd(archive, fd) == ARCHIVE_OK)
		return (struct tarball *)archive;
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

int tarball_add(struct tarball *tarball, const struct record *record)
{
	struct archive_entry *entry = archive_entry_new();
	if (!entry)
		return -ENOMEM;
	fill(entry, record);
	int error = result(object(tarball), archive_write_header(object(tarball), entry));
	if (!error && record->kind == RECORD_FILE && record->size)
		error = result(
			object(tarball), archive_write_data(object(tarball), record->content, record->size));
	archive_entry_free(entry);
	return error;
}

int tarball_close(struct tarball *tarball)
{
	int error = result(object(tarball), archive_write_close(object(tarball)));
	archive_write_free(object(tarball));
	return error;
}
