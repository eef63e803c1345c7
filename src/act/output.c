#include "act/output.h"

#include <errno.h>
#include <libgen.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/write.h"

/* Do not replace a device node or a link. */
static int check(const char *path)
{
	struct stat file;
	if (lstat(path, &file) < 0)
		return errno == ENOENT ? 0 : -errno;
	return S_ISREG(file.st_mode) ? 0 : S_ISDIR(file.st_mode) ? -EISDIR : -EPERM;
}

int output_replace(const char *path, const char *text)
{
	auto_free char *copy = text_copy(path);
	int error = check(path);
	if (!error && access(dirname(copy), F_OK) < 0)
		error = -errno;
	return error ? error : write_file(path, text, 0644);
}

int output_remove(const char *path)
{
	int error = check(path);
	return error ? error : write_remove(path);
}
