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

/* The text after `name` in `word`, or NULL. Dashes and underscores are equivalent. */
static const char *after_name(const char *word, const char *name)
{
	for (; *name; name++, word++)
		if (*word != *name && !(*name == '_' && *word == '-'))
			return NULL;
	return word;
}

/* "enable_unsafe_noiommu_mode=1"; MODE_UNKNOWN for any other word. */
static enum mode word_mode(const char *word, const char *parameter)
{
	const char *value = after_name(word, parameter);
	return !value || (*value && *value != '=') ? MODE_UNKNOWN : value_mode(value);
}

/* Parses one line, in place. */
static enum mode line_mode(char *line, const char *module, const char *parameter)
{
	char *rest = NULL;
	enum mode mode = MODE_UNKNOWN;
	const char *word = strtok_r(line, BLANKS, &rest);
	if (!text_same(word, "options") || !(word = strtok_r(NULL, BLANKS, &rest)) ||
		!text_same(after_name(word, module), ""))
		return MODE_UNKNOWN;
	while ((word = strtok_r(NULL, BLANKS, &rest))) {
		enum mode said = word_mode(word, parameter);
		mode = said == MODE_UNKNOWN ? mode : said;
	}
	return mode;
}

enum mode modprobe_text_mode(const char *text)
{
	return modprobe_text_option(text, "vfio", PARAMETER);
}

enum mode modprobe_text_option(const char *text, const char *module, const char *parameter)
{
	enum mode mode = MODE_UNKNOWN;
	auto_free char *copy = text_copy(text);
	char *rest = NULL;
	text_join_lines(copy);
	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		enum mode said = line_mode(line, module, parameter);
		mode = said == MODE_UNKNOWN ? mode : said;
	}
	return mode;
}

enum mode modprobe_cmdline_mode(const char *text)
{
	return modprobe_cmdline_option(text, "vfio", PARAMETER);
}

enum mode modprobe_cmdline_option(const char *text, const char *module, const char *parameter)
{
	enum mode mode = MODE_UNKNOWN;
	auto_free char *copy = text_copy(text);
	char *rest = NULL;
	for (char *word = strtok_r(copy, " \t\n", &rest); word; word = strtok_r(NULL, " \t\n", &rest)) {
		const char *name = after_name(word, module);
		enum mode said = name && *name == '.' ? word_mode(name + 1, parameter) : MODE_UNKNOWN;
		mode = said == MODE_UNKNOWN ? mode : said;
	}
	return mode;
}

/* Whether an install command loads nothing: /bin/false, /usr/bin/true, ":". */
static bool loads_nothing(const char *command)
{
	const char *slash = strrchr(command, '/');
	const char *name = slash ? slash + 1 : command;
	return text_same(name, "false") || text_same(name, "true") || text_same(name, ":");
}

char *modprobe_text_blocked(const char *text, const char *module)
{
	auto_free char *copy = text_copy(text);
	int number = 1;
	char *blocked = NULL;
	/* Line by line, without joining, for the number. */
	for (char *line = copy, *next; line && !blocked; line = next, number++) {
		char *rest = NULL;
		if ((next = strchr(line, '\n')))
			*next++ = '\0';
		const char *word = strtok_r(line, BLANKS, &rest), *name = strtok_r(NULL, BLANKS, &rest);
		const char *command = strtok_r(NULL, BLANKS, &rest);
		if (text_same(word, "install") && name && text_same(after_name(name, module), "") &&
			command && loads_nothing(command))
			blocked = text_format("line %d: install %s %s", number, name, command);
	}
	return blocked;
}
