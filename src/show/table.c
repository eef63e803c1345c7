#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/base.h"
#include "show/show.h"

/* clang-format off */
#define FUNCTIONS(X) \
	X(scols_column_get_width) X(scols_column_set_wrapfunc) X(scols_line_set_data) X(scols_new_table) \
	X(scols_print_table) X(scols_table_enable_noencoding) X(scols_table_enable_noheadings) \
	X(scols_table_enable_raw) X(scols_table_get_termwidth) X(scols_table_new_column) \
	X(scols_table_new_line) X(scols_unref_table)
/* clang-format on */
LIBRARY(libsmartcols, "libsmartcols.so.1", "libsmartcols1", "required", "tables", FUNCTIONS);

/* Old names, which are not documented but still accepted. */
static const struct {
	const char *old, *name;
} renamed[] = {
	{ .old = "BEFORE", .name = "ORIG-DRIVER" },
	{ .old = "BOOT", .name = "PERSISTENT" },
};

static bool is_named(const char *own, const char *name, size_t length)
{
	return strlen(own) == length && strncasecmp(own, name, length) == 0;
}

static const struct column *find_column(const struct column_set *columns, const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(renamed); i++) {
		if (!is_named(renamed[i].old, name, length))
			continue;
		name = renamed[i].name;
		length = strlen(name);
	}
	for (size_t i = 0; i < columns->count; i++)
		if (is_named(columns->items[i].name, name, length))
			return &columns->items[i];
	return NULL;
}

/* Sets `*name` to the next name at `*list`, which are separated by commas, moves `*list` past it and returns
 * its length; -1 at the end. */
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

const char *table_unknown_column(const struct column_set *columns, const char *wanted)
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

unsigned int table_needs(const struct column_set *columns, const struct table_options *options, bool json)
{
	struct chosen chosen = chosen_columns(columns, options);
	unsigned int needs = json ? NEED_DETAILS | NEED_USES | NEED_NAMES : 0;
	const struct column **column;
	array_each (column, &chosen)
		needs |= (*column)->needs;
	return needs;
}

/* The cells of a column, and its heading. */
struct cells {
	const char *name;
	const char **items;
	size_t count;
	size_t width; /* of the longest */
};

struct cell_columns {
	struct cells *items;
	size_t count;
};

static struct cells column_cells(const struct column *column, const void *const *rows, size_t count)
{
	struct cells cells = { .name = column->name, .width = strlen(column->name) };
	for (size_t i = 0; i < count; i++) {
		const char *cell = column->get(rows[i]);
		/* Never empty: with --raw an empty cell would shift the columns after it. */
		cell = cell && *cell ? text_escape(cell) : "-";
		*array_add(&cells) = cell;
		if (strlen(cell) > cells.width)
			cells.width = strlen(cell);
	}
	return cells;
}

/* The width of the terminal that is left for the columns that need not be whole. */
static size_t width_left(size_t width, const struct chosen *chosen, const struct cell_columns *cells)
{
	for (size_t i = 0; i < chosen->count; i++) {
		size_t needed = (chosen->items[i]->fit == COLUMN_WHOLE ? cells->items[i].width : 0) + 1;
		width -= needed < width ? needed : width;
	}
	return width;
}

/* These two replace the wrap functions of libsmartcols, which break lines in the middle of a word. */
static size_t wrapped_width(const struct libscols_column *column, const char *text, void *left)
{
	size_t length = strlen(text);
	(void)column;
	return length < *(size_t *)left ? length : *(size_t *)left;
}

/* Ends `text` between two words, within the width of the column; returns the rest of it, NULL: none. */
static char *wrapped_next(const struct libscols_column *column, char *text, void *unused)
{
	size_t width = sym_scols_column_get_width(column);
	(void)unused;
	if (strlen(text) <= width)
		return NULL;
	char *blank = memrchr(text, ' ', width + 1);
	if (!blank)
		blank = strchr(text, ' ');
	if (!blank)
		return NULL;
	*blank = '\0';
	return blank + 1;
}

static void add_column(struct libscols_table *table, const struct column *column, const struct cells *cells,
	bool terminal, size_t *left)
{
	enum { LEAST_WIDTH = 8 };
	static const int flags[] = { 0, 0, SCOLS_FL_TRUNC, SCOLS_FL_WRAP };
	bool drops = column->fit == COLUMN_DROP || (column->fit == COLUMN_CUT && *left < LEAST_WIDTH);
	bool hidden = terminal && drops && cells->width > *left;
	if (column->fit == COLUMN_DROP && !hidden)
		*left -= cells->width < *left ? cells->width : *left;
	struct libscols_column *added = sym_scols_table_new_column(table, column->name, 0,
		hidden     ? SCOLS_FL_HIDDEN
		: terminal ? flags[column->fit]
			   : 0);
	if (!added)
		out_of_memory();
	if (terminal && column->fit == COLUMN_WRAP)
		sym_scols_column_set_wrapfunc(added, wrapped_width, wrapped_next, left);
}

static void add_rows(struct libscols_table *table, const struct chosen *chosen,
	const struct cell_columns *cells, size_t count)
{
	for (size_t row = 0; row < count; row++) {
		struct libscols_line *line = sym_scols_table_new_line(table, NULL);
		if (!line)
			out_of_memory();
		for (size_t i = 0; i < chosen->count; i++)
			if (sym_scols_line_set_data(line, i, cells->items[i].items[row]) < 0)
				out_of_memory();
	}
}

static bool is_ascii(const struct cells *cells)
{
	for (size_t row = 0; row < cells->count; row++)
		for (const char *at = cells->items[row]; *at; at++)
			if ((unsigned char)*at > 0x7f)
				return false;
	return true;
}

static void print_row(const struct cell_columns *cells, size_t row)
{
	for (size_t i = 0; i < cells->count; i++) {
		bool last = i + 1 == cells->count;
		printf("%-*s%c", last ? 0 : (int)cells->items[i].width,
			row ? cells->items[i].items[row - 1] : cells->items[i].name, last ? '\n' : ' ');
	}
}

/* Prints the table as libsmartcols does, which takes most of the time of a long list because it measures each
 * character, if their widths are known and no terminal limits them. Returns whether it did. */
static bool print_plainly(const struct cell_columns *cells, bool headings, size_t count)
{
	for (size_t i = 0; i < cells->count; i++)
		if (!is_ascii(&cells->items[i]))
			return false;
	for (size_t row = !headings; row <= count; row++)
		print_row(cells, row);
	return true;
}

static void print_table(const struct chosen *chosen, const struct cell_columns *cells,
	const struct table_options *options, size_t count)
{
	library_need(&libsmartcols);
	struct libscols_table *table = sym_scols_new_table();
	bool terminal = isatty(STDOUT_FILENO) && !options->raw;
	if (!table)
		out_of_memory();
	sym_scols_table_enable_noheadings(table, options->noheadings);
	sym_scols_table_enable_raw(table, options->raw);
	sym_scols_table_enable_noencoding(table, 1);
	size_t left = width_left(sym_scols_table_get_termwidth(table), chosen, cells);
	for (size_t i = 0; i < chosen->count; i++)
		add_column(table, chosen->items[i], &cells->items[i], terminal, &left);
	add_rows(table, chosen, cells, count);
	sym_scols_print_table(table);
	sym_scols_unref_table(table);
}

void table_print_refs(const struct column_set *columns, const struct table_options *options,
	const void *const *rows, size_t count)
{
	if (!count)
		return;
	struct chosen chosen = chosen_columns(columns, options);
	struct cell_columns cells = { 0 };
	for (size_t i = 0; i < chosen.count; i++)
		*array_add(&cells) = column_cells(chosen.items[i], rows, count);
	if (options->raw || isatty(STDOUT_FILENO) || !print_plainly(&cells, !options->noheadings, count))
		print_table(&chosen, &cells, options, count);
}

void table_print(const struct column_set *columns, const struct table_options *options, const void *rows,
	size_t count, size_t size)
{
	struct {
		const void **items;
		size_t count;
	} refs = { 0 };
	for (size_t i = 0; i < count; i++)
		*array_add(&refs) = (const char *)rows + i * size;
	table_print_refs(columns, options, refs.items, refs.count);
}

const char *table_help(const struct column_set *columns, const struct column_set *other, const char *when)
{
	char *text = text_copy("Columns for --output:\n");
	for (size_t i = 0; i < columns->count; i++)
		text_append(&text, "  %-11s  %s\n", columns->items[i].name, columns->items[i].help);
	text_append(&text, "\nDefault: %s", columns->shown);
	if (other)
		text_append(&text, "; %s: %s", when, other->shown);
	text_append(&text, ". +NAME adds to the default.");
	return text;
}
