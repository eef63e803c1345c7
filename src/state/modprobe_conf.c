#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "state/state.h"

#define BLANKS " \t"

const char modprobe_conf_text[] =
	"# By vfionoiommu enable --persistent; vfionoiommu disable --persistent removes it.\n"
	"options vfio " NOIOMMU_PARAMETER "=1\n";

enum mode modprobe_bool(const char *value)
{
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
	if (!value || (*value && *value != '='))
		return MODE_UNKNOWN;
	/* A parameter without a value is enabled. */
	return *value ? modprobe_bool(value + 1) : MODE_ON;
}

/* What is known of a parameter after the words so far; the last one counts. */
struct setting {
	const char *parameter;
	enum mode mode;    /* of one of type bool */
	const char *value; /* NULL: none */
};

static void take_word(struct setting *setting, const char *word)
{
	enum mode said = word_mode(word, setting->parameter);
	const char *value = after_name(word, setting->parameter);
	if (said != MODE_UNKNOWN)
		setting->mode = said;
	if (!value || *value != '=')
		return;
	/* The kernel takes quotes away. */
	value += 1 + (value[1] == '"');
	setting->value = text_format("%.*s", (int)strcspn(value, "\""), value);
}

/* Parses one line, in place. */
static void take_line(struct setting *setting, char *line, const char *module)
{
	char *rest = NULL;
	const char *word = strtok_r(line, BLANKS, &rest);
	if (!text_same(word, "options") || !(word = strtok_r(NULL, BLANKS, &rest)) ||
		!text_same(after_name(word, module), ""))
		return;
	while ((word = strtok_r(NULL, BLANKS, &rest)))
		take_word(setting, word);
}

static struct setting text_setting(const char *text, const char *module, const char *parameter)
{
	struct setting setting = { parameter, MODE_UNKNOWN, NULL };
	char *copy = text_copy(text);
	char *rest = NULL;
	text_join_lines(copy);
	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		take_line(&setting, line, module);
	return setting;
}

static struct setting cmdline_setting(const char *text, const char *module, const char *parameter)
{
	struct setting setting = { parameter, MODE_UNKNOWN, NULL };
	char *copy = text_copy(text);
	char *rest = NULL;
	for (char *word = strtok_r(copy, " \t\n", &rest); word; word = strtok_r(NULL, " \t\n", &rest)) {
		const char *name = after_name(word, module);
		if (name && *name == '.')
			take_word(&setting, name + 1);
	}
	return setting;
}

enum mode modprobe_text_option(const char *text, const char *module, const char *parameter)
{
	return text_setting(text, module, parameter).mode;
}

enum mode modprobe_cmdline_option(const char *text, const char *module, const char *parameter)
{
	return cmdline_setting(text, module, parameter).mode;
}

const char *modprobe_text_ids(const char *text)
{
	return text_setting(text, "vfio_pci", "ids").value;
}

const char *modprobe_cmdline_ids(const char *text)
{
	return cmdline_setting(text, "vfio_pci", "ids").value;
}

const char *modprobe_cmdline_blocked(const char *text, const char *module)
{
	char *copy = text_copy(text);
	char *rest = NULL, *names = NULL;
	for (char *word = strtok_r(copy, " \t\n", &rest); word; word = strtok_r(NULL, " \t\n", &rest)) {
		const char *value = after_name(word, "module_blacklist=");
		/* The kernel keeps the last one. */
		names = value ? (char *)value : names;
	}
	for (char *name = names ? strtok_r(names, ",", &rest) : NULL; name; name = strtok_r(NULL, ",", &rest))
		if (text_same(name, module))
			return text_format("has module_blacklist=%s", module);
	return NULL;
}

/* Whether an install command loads nothing, as far as is known: "/bin/false", "exit 1", "/bin/echo no". */
static bool loads_nothing(const char *command)
{
	const char *first = text_format("%.*s", (int)strcspn(command, BLANKS ";&|"), command);
	const char *slash = strrchr(first, '/');
	return text_is(slash ? slash + 1 : first, "false", "true", ":", "exit", "echo", "logger", "printf") &&
	       !strstr(command, "modprobe") && !strstr(command, "insmod");
}

/* Whether the pattern of an install command is that of the module, "vfio*"; modprobe treats - as _. */
static bool is_pattern_of(const char *pattern, const char *module)
{
	if (!pattern)
		return false;
	char *copy = text_copy(pattern);
	for (size_t i = 0; copy[i]; i++)
		if (copy[i] == '-')
			copy[i] = '_';
	return fnmatch(copy, module, 0) == 0;
}

/* The number of the line of `text` at `offset`. */
static int line_number(const char *text, size_t offset)
{
	int number = 1;
	for (size_t i = 0; i < offset; i++)
		number += text[i] == '\n';
	return number;
}

const char *modprobe_text_blocked(const char *text, const char *module)
{
	char *copy = text_copy(text);
	char *lines = NULL;
	const char *blocked = NULL;
	/* This keeps the offsets of the lines. */
	text_join_lines(copy);
	for (char *line = strtok_r(copy, "\n", &lines); line && !blocked;
		line = strtok_r(NULL, "\n", &lines)) {
		char *rest = NULL;
		int number = line_number(text, (size_t)(line - copy));
		const char *word = strtok_r(line, BLANKS, &rest), *name = strtok_r(NULL, BLANKS, &rest);
		const char *command = rest ? text_trim(rest + strspn(rest, BLANKS)) : NULL;
		if (text_same(word, "install") && is_pattern_of(name, module) && command &&
			loads_nothing(command))
			blocked = text_format("line %d: install %s %s", number, name, command);
	}
	return blocked;
}
