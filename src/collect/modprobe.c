#include "collect/modprobe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

#define PARAMETER "enable_unsafe_noiommu_mode"
#define BLANKS    " \t"
/* Bytes; the rest of a longer file is ignored. */
#define MODPROBE_FILE_MAX 65536

/* Follows the kernel's kstrtobool(); a parameter without a value is enabled. */
static enum mode value_mode(const char *value)
{
	if (!*value)
		return MODE_ON;
	if (*value == '=')
		value++;
	if (strchr("yYtT1", *value) && *value)
		return MODE_ON;
	if (strchr("nNfF0", *value) && *value)
		return MODE_OFF;
	if ((*value == 'o' || *value == 'O') && value[1])
		return strchr("nN", value[1]) ? MODE_ON : strchr("fF", value[1]) ? MODE_OFF : MODE_UNKNOWN;
	return MODE_UNKNOWN;
}

/* "enable_unsafe_noiommu_mode=1"; MODE_UNKNOWN for any other word. Dashes and underscores are equivalent. */
static enum mode word_mode(const char *word)
{
	for (const char *name = PARAMETER; *name; name++, word++)
		if (*word != *name && !(*name == '_' && *word == '-'))
			return MODE_UNKNOWN;
	return *word && *word != '=' ? MODE_UNKNOWN : value_mode(word);
}

/* Parses one line, in place. */
static enum mode line_mode(char *line)
{
	char *rest = NULL;
	enum mode mode = MODE_UNKNOWN;
	const char *word = strtok_r(line, BLANKS, &rest);
	if (!text_same(word, "options") || !text_same(strtok_r(NULL, BLANKS, &rest), "vfio"))
		return MODE_UNKNOWN;
	while ((word = strtok_r(NULL, BLANKS, &rest))) {
		enum mode said = word_mode(word);
		mode = said == MODE_UNKNOWN ? mode : said;
	}
	return mode;
}

enum mode modprobe_text_mode(const char *text)
{
	enum mode mode = MODE_UNKNOWN;
	auto_free char *copy = text_copy(text);
	char *rest = NULL;
	text_join_lines(copy);
	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		enum mode said = line_mode(line);
		mode = said == MODE_UNKNOWN ? mode : said;
	}
	return mode;
}

enum mode modprobe_cmdline_mode(const char *text)
{
	enum mode mode = MODE_UNKNOWN;
	auto_free char *copy = text_copy(text);
	char *rest = NULL;
	for (char *word = strtok_r(copy, " \t\n", &rest); word; word = strtok_r(NULL, " \t\n", &rest)) {
		const char *parameter = text_after(word, "vfio.");
		enum mode said = parameter ? word_mode(parameter) : MODE_UNKNOWN;
		mode = said == MODE_UNKNOWN ? mode : said;
	}
	return mode;
}

/* A file to read. If several directories have a file of the same name, the first wins. */
struct candidate {
	char *name;
	const char *directory;
};

struct candidates {
	struct candidate *items;
	size_t count;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct candidate *)a)->name, ((const struct candidate *)b)->name);
}

static bool has_name(const struct candidates *candidates, const char *name)
{
	const struct candidate *candidate;
	array_each (candidate, candidates)
		if (text_same(candidate->name, name))
			return true;
	return false;
}

static bool is_conf(const char *name)
{
	size_t length = strlen(name);
	return length > 5 && text_same(name + length - 5, ".conf");
}

static int collect_candidates(const struct sysroot *root, struct candidates *found)
{
	static const char *const directories[] = { "etc/modprobe.d", "run/modprobe.d",
		"usr/local/lib/modprobe.d", "usr/lib/modprobe.d", "lib/modprobe.d" };
	int failed = 0;
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		auto_names struct name_list names = { 0 };
		char **name;
		int error = sysroot_list(root, directories[i], &names);
		failed = failed || error == -ENOENT ? failed : error;
		array_each (name, &names)
			if (is_conf(*name) && !has_name(found, *name))
				*array_add(found) = (struct candidate){ text_copy(*name), directories[i] };
	}
	if (found->count)
		qsort(found->items, found->count, sizeof *found->items, by_name);
	return failed;
}

int modprobe_collect_mode(const struct sysroot *root, enum mode *mode, char **source)
{
	struct candidates candidates = { 0 };
	const struct candidate *candidate;
	int failed = collect_candidates(root, &candidates);
	*mode = MODE_UNKNOWN;
	*source = NULL;
	array_each (candidate, &candidates) {
		auto_free char *path = text_format("%s/%s", candidate->directory, candidate->name);
		auto_free char *text = sysroot_read_file(root, path, MODPROBE_FILE_MAX);
		if (!text) {
			failed = failed || errno == ENOENT ? failed : -errno;
			continue;
		}
		enum mode said = modprobe_text_mode(text);
		if (said == MODE_UNKNOWN)
			continue;
		*mode = said;
		free(*source);
		*source = text_format("/%s", path);
	}
	array_each (candidate, &candidates)
		free(candidate->name);
	free(candidates.items);
	return failed;
}
