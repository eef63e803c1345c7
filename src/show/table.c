#include "show/table.h"

#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"

static const struct column *find_column(const struct column_set *columns, const char *name, size_t length)
{
	for (size_t i = 0; i < columns->count; i++)
		if (strlen(columns->items[i].name) == length &&
			strncasecmp(columns->items[i].name, name, length) == 0)
			return &columns->items[i];
	return NULL;
}

/* The next of the names with commas at `*list`: returns its length, moves `*list` behind it, and sets
 * `*name`; -1 at the end. */
static int next_name(const char **list, const char **name)
{
	if (!*list)
		return -1;
	*name = *list;
	size_t length = strcspn(*list, ",");
	*list = (*list)[length] ? *list + length + 1 : NULL;
	return (int)length;
}

bool table_is_for_scripts(const struct table_options *options)
{
	return options->raw || options->noheadings || options->columns;
}

char *table_unknown_column(const struct column_set *columns, const char *wanted)
{
	const char *name;
	wanted += *wanted == '+';
	for (int length; (length = next_name(&wanted, &name)) >= 0;)
		if (!find_column(columns, name, (size_t)length))
			return text_format("%.*s", length, name);
	return NULL;
}

struct chosen {
	const struct column **items;
	size_t count;
};

static void choose(const struct column_set *columns, const char *list, struct chosen *chosen)
{
	const char *name;
	for (int length; (length = next_name(&list, &name)) >= 0;) {
		const struct column *column = find_column(columns, name, (size_t)length);
		if (column)
			*array_add(chosen) = column;
	}
}

static struct chosen chosen_columns(const struct column_set *columns, const struct table_options *options)
{
	struct chosen chosen = { 0 };
	const char *wanted = options->columns;
	if (!wanted || *wanted == '+')
		choose(columns, columns->shown, &chosen);
	if (wanted)
		choose(columns, wanted + (*wanted == '+'), &chosen);
	return chosen;
}

bool table_shows(const struct column_set *columns, const struct table_options *options, const char *name)
{
	struct chosen chosen = chosen_columns(columns, options);
	bool found = false;
	const struct column **column;
	array_each (column, &chosen)
		found |= text_same((*column)->name, name);
	free(chosen.items);
	return found;
}

static void add_row(struct libscols_table *table, const struct chosen *chosen, const void *row)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	if (!line)
		log_out_of_memory();
	for (size_t i = 0; i < chosen->count; i++) {
		char *cell = chosen->items[i]->get(row);
		/* Never empty: with --raw the columns would run into each other. */
		char *escaped = cell && *cell ? text_escape(cell) : text_copy("-");
		free(cell);
		if (scols_line_refer_data(line, i, escaped) < 0)
			log_out_of_memory();
	}
}

void table_print(const struct column_set *columns, const struct table_options *options,
	const void *const *rows, size_t count)
{
	if (!count)
		return;
	struct chosen chosen = chosen_columns(columns, options);
	struct libscols_table *table = scols_new_table();
	if (!table)
		log_out_of_memory();
	scols_table_enable_noheadings(table, options->noheadings);
	scols_table_enable_raw(table, options->raw);
	scols_table_enable_noencoding(table, 1);
	bool terminal = isatty(STDOUT_FILENO);
	for (size_t i = 0; i < chosen.count; i++)
		if (!scols_table_new_column(table, chosen.items[i]->name, 0,
			    terminal && chosen.items[i]->cut ? SCOLS_FL_TRUNC : 0))
			log_out_of_memory();
	for (size_t i = 0; i < count; i++)
		add_row(table, &chosen, rows[i]);
	scols_print_table(table);
	scols_unref_table(table);
	free(chosen.items);
}

char *table_help(const struct column_set *columns)
{
	char *text = text_copy("Columns for --output:\n");
	for (size_t i = 0; i < columns->count; i++)
		text_append(&text, "  %-11s %s\n", columns->items[i].name, columns->items[i].help);
	text_append(&text, "\nShown by default: %s. +NAME adds to these.", columns->shown);
	return text;
}
