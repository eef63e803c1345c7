#include <errno.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act/act.h"
#include "base/base.h"
#include "os/os.h"

/* ---- a text ---- */

/* Do not replace a device node or a link, and do not create a directory. */
static int check(const char *path)
{
	struct stat file;
	char *copy = text_copy(path);
	size_t length = strlen(path);
	if (lstat(path, &file) == 0)
		return S_ISREG(file.st_mode) ? 0 : S_ISDIR(file.st_mode) ? -EISDIR : -EINVAL;
	if (errno != ENOENT)
		return -errno;
	if (length && path[length - 1] == '/')
		return -EISDIR;
	return access(dirname(copy), F_OK) < 0 ? -errno : 0;
}

int output_replace(const char *path, const char *text)
{
	int error = check(path);
	return error ? error : write_file(path, text, 0644);
}

int output_remove(const char *path)
{
	int error = check(path);
	return error ? error : write_remove(path);
}

/* ---- a recording ---- */

int recording_save(const struct record_list *records, const char *path)
{
	struct newfile file;
	int error = path ? newfile_begin(path, &file) : archive_write(records, STDOUT_FILENO);
	if (error || !path)
		return error;
	return newfile_end(&file, archive_write(records, file.fd));
}
