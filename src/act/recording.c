#include "act/recording.h"

#include <errno.h>

#include "base/array.h"
#include "kernel/archive.h"
#include "kernel/newfile.h"

int recording_send(const struct record_list *records, int fd)
{
	const struct record *record;
	struct archive_tar *tar = archive_tar_begin(fd);
	int error = tar ? 0 : -errno;
	array_each (record, records)
		if (!error)
			error = archive_tar_add(tar, record);
	/* Also after an error, to free the memory. */
	int end = tar ? archive_tar_end(tar) : 0;
	return error ? error : end;
}

int recording_save(const struct record_list *records, const char *path)
{
	struct newfile file;
	int error = newfile_begin(path, &file);
	if (error)
		return error;
	error = recording_send(records, file.fd);
	if (!error)
		return newfile_keep(&file);
	newfile_drop(&file);
	return error;
}
