/* Tables, through libsmartcols. */
#ifndef SHOW_TABLE_H
#define SHOW_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/* What becomes of a column on a terminal that is too narrow. */
enum column_fit {
	COLUMN_WHOLE, /* nothing */
	COLUMN_CUT,   /* its cells are cut, or it is left out when hardly anything would be left */
	COLUMN_WRAP,  /* its cells take several lines */
};

struct column {
	const char *name; /* one word: ADDRESS */
	const char *help; /* what it holds, for --help and the man page */
	/* The cell of a row: a new string, or NULL for nothing to say, shown as "-". */
	char *(*get)(const void *row);
	enum column_fit fit;
};

struct column_set {
	const struct column *items;
	size_t count;
	const char *shown; /* the names that are shown when none are asked for, with commas */
};

struct table_options {
	const char *columns; /* -o: names with commas, "+NAME" adds to those shown; NULL: those shown */
	bool noheadings, raw;
};

/* Whether bare columns were asked for: by name, or for a script. Then nothing else is to be printed between
 * them. */
bool table_is_for_scripts(const struct table_options *options);

/* The first name in `wanted` that no column has: a new string, which the caller frees; NULL when all are
 * known. */
char *table_unknown_column(const struct column_set *columns, const char *wanted);

/* Whether the column `name` is among those that `options` will show. */
bool table_shows(const struct column_set *columns, const struct table_options *options, const char *name);

/* Prints `count` rows, each a pointer that the columns' getters take, to stdout. On a terminal it fits; in a
 * pipe nothing is cut, left out or wrapped. No rows print nothing. */
void table_print(const struct column_set *columns, const struct table_options *options,
	const void *const *rows, size_t count);

/* The columns and what they hold, for --help: a new string. `other` (NULL: none) says which are shown `when`.
 */
char *table_help(const struct column_set *columns, const struct column_set *other, const char *when);

#endif
