/* vfionoiommu __complete [WORD...]: what the last WORD can become, for the shells in completions/, which pass
 * the words after the name of the program up to the cursor. Prints lines "WORD<tab>DESCRIPTION"; ":file" and
 * ":directory": the shell completes names of files; ":nospace": the word may continue. */
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cmd/cmd.h"
#include "collect/collect.h"
#include "judge/judge.h"

#define COMMAND_ROW(name) &command_##name,
const struct command *const commands[] = { COMMANDS(COMMAND_ROW) NULL };
#undef COMMAND_ROW

const struct command *command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (text_same(commands[i]->name, name))
			return commands[i];
	return NULL;
}

/* What the words before the last one say. */
struct line {
	const struct command *command; /* NULL: none yet, `help`, or unknown */
	bool help, unknown;
	const struct option_row *option; /* its value is the next word; NULL: none */
	struct options options;
	const char *word; /* the last one */
};

/* What argp adds. */
static const struct option_row own[] = {
	{ .name = "help", .key = '?', .help = "give this help list" },
	{ .name = "usage", .help = "give a short usage message" },
	{ .name = "version", .key = 'V', .help = "print program version" },
};

static void offer(const struct line *line, const char *before, const char *rest, const char *description)
{
	const char *word = text_format("%s%s", before, rest);
	/* No shell has to quote it, and none will run it. */
	bool plain =
		!rest[strspn(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-:?")];
	if (plain && text_starts(word, line->word))
		candidate_print(word, description ? description : "");
}

/* ---- values ---- */

static void offer_columns(const struct line *line, const char *before, const char *value)
{
	const struct column_set *columns = line->command ? line->command->columns : NULL;
	const char *comma = strrchr(value, ','), *last = comma ? comma + 1 : value + (*value == '+');
	const char *kept = text_format("%s%.*s", before, (int)(last - value), value);
	const char *listed = text_format(",%.*s,", (int)(last - value), value + (*value == '+'));
	if (columns)
		candidate_print(":nospace", NULL);
	for (size_t i = 0; columns && i < columns->count; i++)
		if (!strstr(listed, text_format(",%s,", columns->items[i].name)))
			offer(line, kept, columns->items[i].name, columns->items[i].help);
}

static void offer_kernels(const struct line *line, const char *before)
{
	struct sysroot root;
	static struct name_list names;
	const char **name;
	if (!options_open_root(&line->options, &root) || sysroot_list(&root, "lib/modules", &names))
		return;
	array_each (name, &names)
		offer(line, before, *name, "");
}

static void offer_owners(const struct line *line, const char *before, const char *value)
{
	const char *colon = strchr(value, ':');
	const struct passwd *user;
	const struct group *group;
	if (!colon) {
		candidate_print(":nospace", NULL);
		while ((user = getpwent()))
			offer(line, before, user->pw_name, user->pw_gecos);
		return;
	}
	const char *kept = text_format("%s%.*s", before, (int)(colon + 1 - value), value);
	while ((group = getgrent()))
		offer(line, kept, group->gr_name, "");
}

static void offer_findings(const struct line *line, const char *before)
{
	const struct explanation *explanation;
	for (size_t i = 0; (explanation = finding_explanation(i)); i++)
		offer(line, before, explanation->id, explanation->meaning);
}

static bool suits(const struct device *device, enum value value)
{
	return value == VALUE_FREE_DEVICE    ? device->fitness == FITNESS_FREE
	       : value == VALUE_BOUND_DEVICE ? device->vfio
					     : !device_is_bridge(device);
}

/* Devices that are not on the line yet. */
static void offer_devices(const struct line *line, const char *before, enum value value)
{
	static struct session session;
	static struct device_refs named, found;
	const struct device *device, **one;
	const char **argument;
	if (session_open(&session, &line->options))
		return;
	array_each (argument, &line->options.arguments)
		selector_resolve(&session.root, &session.devices, *argument, &named);
	if (value == VALUE_FREE_DEVICE)
		session_collect_uses(&session);
	array_each (device, &session.devices)
		if (suits(device, value) && !array_has(&named, device))
			*array_add(&found) = device;
	device_collect_names(&session.devices, &found);
	array_each (one, &found)
		offer(line, before, (*one)->address, (*one)->device_name);
}

static void offer_values(const struct line *line, enum value kind, const char *before, const char *value)
{
	switch (kind) {
	case VALUE_OTHER:
		return;
	case VALUE_FILE:
		candidate_print(":file", NULL);
		return;
	case VALUE_DIRECTORY:
		candidate_print(":directory", NULL);
		return;
	case VALUE_COLUMNS:
		offer_columns(line, before, value);
		return;
	case VALUE_KERNEL:
		offer_kernels(line, before);
		return;
	case VALUE_OWNER:
		offer_owners(line, before, value);
		return;
	case VALUE_FINDING:
		offer_findings(line, before);
		return;
	default:
		offer_devices(line, before, kind);
	}
}

/* ---- words ---- */

/* The option with an argument that `word` ends with. `*value`: its argument in the word, NULL: the next word.
 */
static const struct option_row *option_of(const char *word, const char **value)
{
	const struct option_row *row = NULL;
	*value = NULL;
	if (text_starts(word, "--")) {
		size_t length = strcspn(word, "=");
		*value = word[length] ? word + length + 1 : NULL;
		row = options_find(text_format("%.*s", (int)length - 2, word + 2), 0);
		return row && row->argument ? row : NULL;
	}
	while (*++word) {
		row = options_find(NULL, *word);
		if (!row || !row->argument)
			continue;
		*value = word[1] ? word + 1 : NULL;
		return row;
	}
	return NULL;
}

/* The directory as typed, in which a shell has not yet removed the quotes and replaced ~. */
static const char *unquoted(const char *typed)
{
	const char *home = getenv("HOME");
	char *text =
		text_starts(typed, "~/") && home ? text_format("%s%s", home, typed + 1) : text_copy(typed);
	size_t length = 0;
	for (const char *from = text; *from; from++)
		if (!strchr("\\\"'", *from))
			text[length++] = *from;
	text[length] = '\0';
	return text;
}

static void read_word(struct line *line, char *word)
{
	const struct option_row *option = line->option;
	const char *value = word;
	line->option = NULL;
	if (!option && *word == '-') {
		option = option_of(word, &value);
		line->option = value ? NULL : option;
	} else if (!option && (line->command || line->help || line->unknown)) {
		*array_add(&line->options.arguments) = word;
	} else if (!option) {
		line->command = command_find(word);
		line->help = text_same(word, "help");
		line->unknown = !line->command && !line->help;
		options_for(line->command);
	}
	if (option && value && option->value == VALUE_DIRECTORY)
		line->options.sysroot = unquoted(value);
}

static void offer_option(const struct line *line, const struct option_row *row)
{
	char letter[] = { '-', (char)row->key, '\0' };
	if (row->hidden)
		return;
	offer(line, text_format("--%s", row->name), "", row->help);
	if (row->key > 0 && row->key < 0x100)
		offer(line, letter, "", row->help);
}

static void offer_options(const struct line *line)
{
	const struct option_row *row;
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		offer_option(line, &own[i]);
	for (size_t i = 0; (row = options_at(i)); i++)
		offer_option(line, row);
}

static void offer_commands(const struct line *line)
{
	for (size_t i = 0; commands[i]; i++)
		offer(line, "", commands[i]->name, commands[i]->summary);
	if (!line->help)
		offer(line, "", "help", "show the help of a command");
}

void complete(int count, char **words)
{
	const char *last = count ? words[count - 1] : NULL, *word = last ? last : "", *value = word;
	static struct line line; /* until exit */
	line.word = word;
	options_for(NULL);
	for (int i = 0; i + 1 < count; i++)
		read_word(&line, words[i]);
	const struct option_row *option = line.option;
	if (!option && *word == '-')
		option = option_of(word, &value);
	if (option && value) {
		const char *before = text_format("%.*s", (int)(value - word), word);
		offer_values(&line, option->value, before, value);
		for (size_t i = 0; option->choices && option->choices[i]; i++)
			offer(&line, before, option->choices[i], "");
	} else if (*word == '-' && !line.help) {
		offer_options(&line);
	} else if (!line.command && !line.unknown && !line.options.arguments.count) {
		offer_commands(&line);
	} else if (line.command) {
		offer_values(&line, line.command->value, "", word);
	}
}
