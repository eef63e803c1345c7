#include <string.h>

#include "base/base.h"
#include "state/state.h"

#define PARAMETER "enable_unsafe_noiommu_mode"
#define BLANKS    " \t"

const char modprobe_conf_text[] =
	"# By vfionoiommu enable --persistent; vfionoiommu disable --persistent removes it.\n"
	"options vfio " PARAMETER "=1\n";

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
