#include "act/output.h"

#include "kernel/write.h"

int output_replace(const char *path, const char *text)
{
	return write_file(path, text, 0644);
}

int output_remove(const char *path)
{
	return write_remove(path);
}
