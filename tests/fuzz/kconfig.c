/* A kernel's configuration, plain or compressed: os/kconfig. */
#include <sys/mman.h>
#include <zlib.h>

#include "base/base.h"
#include "fuzz.h"
#include "os/os.h"

static int memory_file(struct part content)
{
	int fd = memfd_create("config", MFD_CLOEXEC);
	must(fd >= 0 && write(fd, content.data, content.size) == (ssize_t)content.size);
	must(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

static int compressed_file(struct part content)
{
	int fd = memfd_create("config.gz", MFD_CLOEXEC);
	gzFile file = gzdopen(dup(fd), "wb1");
	must(file && gzwrite(file, content.data, (unsigned int)content.size) == (int)content.size);
	must(gzclose(file) == Z_OK && lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

static bool same(const struct kconfig *a, const struct kconfig *b)
{
	return a->version == b->version && a->kind == b->kind &&
	       memcmp(a->value, b->value, sizeof a->value) == 0;
}

/* Parses a configuration line by line, with long lines truncated. */
static struct kconfig by_lines(struct part content)
{
	struct kconfig config = { 0 };
	char *text = fuzz_text(content);
	for (int symbol = 0; symbol < KCONFIG_COUNT; symbol++)
		config.value[symbol] = KCONFIG_ABSENT;
	for (char *line = text, *end; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		if (strlen(line) > 1000)
			line[1000] = '\0';
		kconfig_line(&config, line);
	}
	kconfig_conclude(&config);
	return config;
}

static void compare(struct part content, const struct kconfig *config, int error)
{
	struct kconfig expected = by_lines(content), unpacked = { 0 };
	must(error == 0 || error == -ENODATA);
	must(kconfig_read_fd(compressed_file(content), "config.gz", &unpacked) == error);
	must(error || (same(config, &expected) && same(config, &unpacked)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_release const void *mark = keep(0);
	struct part content = { data, size };
	struct kconfig config = { 0 };
	int error = kconfig_read_fd(memory_file(content), "config", &config);
	must(error ? !config.source : text_same(config.source, "config"));
	must(config.version >= 0);
	/* The expected result is known for plain text only. */
	if (size && data[0] != 0x1f && !memchr(data, '\0', size))
		compare(content, &config, error);
	return 0;
}
