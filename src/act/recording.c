#include "act/recording.h"

#include <errno.h>

#include "base/array.h"
#include "kernel/newfile.h"
#include "kernel/tarball.h"

int recording_send(const struct record_list *records, int fd)
{
	const struct record *record;
	struct tarball *tarball = tarball_open(fd);
	int error = tarball ? 0 : -errno;
	array_each (record, records)
		if (!error)
			error = tarball_add(tarball, record);
	/* After an error there is nothing to end, but the memory is to be freed. */
	int end = tarball ? tarball_close(tarball) : 0;
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
