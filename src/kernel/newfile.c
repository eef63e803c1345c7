#include "kernel/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "kernel/signals.h"

int newfile_begin(const char *path, struct newfile *file)
{
	struct stat there;
	if (lstat(path, &there) == 0)
		return S_ISREG(there.st_mode) ? -EEXIST : S_ISDIR(there.st_mode) ? -EISDIR : -EINVAL;
	if (errno != ENOENT)
		return -errno;
	signals_catch();
	char *temporary = text_format("%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		int error = errno;
		free(temporary);
		return -error;
	}
	*file = (struct newfile){ fd, text_copy(path), temporary };
	return 0;
}

/* Renames without replacing a file created meanwhile. Not every filesystem supports RENAME_NOREPLACE or
 * link(). */
static int give_name(const struct newfile *file)
{
	if (renameat2(AT_FDCWD, file->temporary, AT_FDCWD, file->path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (link(file->temporary, file->path) < 0)
		return -errno;
	unlink(file->temporary);
	return 0;
}

int newfile_keep(struct newfile *file)
{
	int error = signals_caught() ? -EINTR : fsync(file->fd) < 0 ? -errno : give_name(file);
	if (error)
		unlink(file->temporary);
	close(file->fd);
	free(file->path);
	free(file->temporary);
	return error;
}

void newfile_drop(struct newfile *file)
{
	unlink(file->temporary);
	close(file->fd);
	free(file->path);
	free(file->temporary);
}
