/* Tables, through libsmartcols. */
#ifndef SHOW_TABLE_H
#define SHOW_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/* How a column fits into a terminal that is too narrow. */
enum column_fit {
	COLUMN_WHOLE, /* it does not change */
	COLUMN_DROP,  /* it is left out */
	COLUMN_CUT,   /* its cells are cut, or it is left out if only a few characters would remain */
	COLUMN_WRAP,  /* its cells take several lines */
};

struct column {
	const char *name; /* one word: ADDRESS */
	const char *help; /* its contents, for --help and the man page */
	/* The cell of a row: a new string; NULL, no value, is shown as "-". */
	char *(*get)(const void *row);
	enum column_fit fit;
};

struct column_set {
	const struct column *items;
	size_t count;
	const char *shown; /* the names of the columns shown by default, separated by commas */
};

struct table_options {
	const char
		*columns; /* -o: names separated by commas, "+NAME" adds to the default; NULL: the default */
	bool noheadings, raw;
};

/* Whether the options ask for bare columns, by name or for a script. Then only the table is printed. */
bool table_is_for_scripts(const struct table_options *options);

/* The first name in `wanted` that is not a column: a new string, which the caller frees; NULL if all are
 * columns. */
char *table_unknown_column(const struct column_set *columns, const char *wanted);

/* Whether `options` show the column `name`. */
bool table_shows(const struct column_set *columns, const struct table_options *options, const char *name);

/* Prints `count` rows, each the argument of the getters of the columns, to stdout. On a terminal the table
 * fits its width; in a pipe nothing is cut, left out or wrapped. Without rows it prints nothing. */
void table_print(const struct column_set *columns, const struct table_options *options,
	const void *const *rows, size_t count);

/* The columns and their contents, for --help: a new string. `other` (NULL: none) are the defaults `when`. */
char *table_help(const struct column_set *columns, const struct column_set *other, const char *when);

#endif
