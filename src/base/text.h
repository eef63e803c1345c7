/* String functions: format, compare, parse, and escape for a terminal. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* A new string formatted as by printf, or a copy (NULL stays NULL). The caller frees. Exits if out of memory.
 */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *text_copy(const char *text);

/* Appends formatted text to the string `*text`, which may be reallocated. */
void text_append(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A new string: `pattern` with {} replaced by `object` and {detail} by `detail`, which may be NULL if
 * `pattern` does not contain them. A NULL `pattern` stays NULL. The caller frees. */
char *text_fill(const char *pattern, const char *object, const char *detail);

/* Whether both are the same string; NULL equals only NULL. */
bool text_same(const char *a, const char *b);
bool text_starts(const char *text, const char *prefix);

/* Whether `text` is safe as the name of a driver or module and as a component of a path: not empty, not
 * hidden, without a slash, shorter than 256 bytes. NULL, no name, is safe. */
bool text_is_name(const char *text);

/* The text after `prefix` in `text`, or NULL if `text` does not start with it. */
const char *text_after(const char *text, const char *prefix);

/* Removes trailing newlines and blanks, in place; returns `text`. */
char *text_trim(char *text);

/* Joins each line that ends with a backslash with the next, in place, as in modprobe.d(5). */
void text_join_lines(char *text);

/* The value of the first line KEY=VALUE in `text` (the format of uevent and of our own files), without
 * trailing blanks: a new string, which the caller frees, or NULL if there is no such line. */
char *text_value(const char *text, const char *key);

/* Copies `text` with control bytes (including newlines) and bytes that are not UTF-8 escaped as \xNN; does
 * not escape backslashes. Writes at most `size` bytes including the terminating 0, and truncates the rest.
 * Returns the length written. */
size_t text_escape_into(char *to, size_t size, const char *text);

/* The same as a new string, which the caller frees. NULL stays NULL. */
char *text_escape(const char *text);

/* Parses a hexadecimal number of `min` to `max` digits at `*text`, and advances `*text` past it. Returns
 * false, with `*text` untouched, if there is none. */
bool text_hex(const char **text, int min, int max, unsigned long *value);

#endif
