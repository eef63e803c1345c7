/* Shared by the fuzz targets: a machine in memory for the parsers to read, and an assertion that ends the
 * run. A target tests one parser; its assertions must hold for all inputs. */
#ifndef FUZZ_H
#define FUZZ_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "os/os.h"

/* Called by libFuzzer with each input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(condition) ((condition) ? (void)0 : fuzz_failed(#condition, __FILE__, __LINE__))

static inline void fuzz_failed(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

/* An input, or the part of it that becomes one of several files. */
struct part {
	const uint8_t *data; /* NULL: no part */
	size_t size;
};

/* Removes the part before the next line "----" from `rest`, and returns it. */
static inline struct part fuzz_part(struct part *rest)
{
	static const char line[] = "----\n";
	const size_t length = sizeof line - 1;
	struct part part = *rest;
	const uint8_t *end = part.data ? memmem(part.data, part.size, line, length) : NULL;
	*rest = (struct part){ NULL, 0 };
	if (!end)
		return part;
	*rest = (struct part){ end + length, part.size - (size_t)(end - part.data) - length };
	part.size = (size_t)(end - part.data);
	return part;
}

/* A new string of exact size, so that the sanitizers detect reads beyond its end. */
static inline char *fuzz_text(struct part part)
{
	char *text = keep(part.size + 1);
	if (part.size)
		memcpy(text, part.data, part.size);
	return text;
}

/* The machine to read, in memory. tests/fuzz/run sets TMPDIR and removes it. */
static inline const struct sysroot *fuzz_root(void)
{
	static struct sysroot root;
	static char directory[256];
	if (*directory)
		return &root;
	const char *parent = getenv("TMPDIR");
	snprintf(directory, sizeof directory, "%s/fuzz.XXXXXX", parent ? parent : "/dev/shm");
	must(mkdtemp(directory) && sysroot_open(&root, directory) == 0);
	return &root;
}

/* Creates the parent directories of `path`. */
static inline void fuzz_directories(const char *path)
{
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		const char *directory = text_format("%.*s", (int)(slash - path), path);
		must(mkdirat(fuzz_root()->fd, directory, 0755) == 0 || errno == EEXIST);
	}
}

/* Writes the content to the file `path` of the machine; removes the file if there is no content. */
static inline void fuzz_file(const char *path, struct part content)
{
	int root = fuzz_root()->fd;
	if (!content.data) {
		must(unlinkat(root, path, 0) == 0 || errno == ENOENT);
		return;
	}
	int fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0) {
		fuzz_directories(path);
		fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	}
	must(fd >= 0 && write(fd, content.data, content.size) == (ssize_t)content.size);
	close(fd);
}

static inline void fuzz_file_text(const char *path, const char *text)
{
	fuzz_file(path, (struct part){ (const uint8_t *)text, strlen(text) });
}

static inline void fuzz_link(const char *path, const char *target)
{
	fuzz_directories(path);
	must(symlinkat(target, fuzz_root()->fd, path) == 0 || errno == EEXIST);
}

static inline bool fuzz_same_saved(const struct remembered *a, const struct remembered *b)
{
	return a->known == b->known && a->by_kernel == b->by_kernel && text_same(a->driver, b->driver) &&
	       text_same(a->module, b->module) && text_same(a->driver_override, b->driver_override);
}

#endif
