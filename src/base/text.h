/* Strings: made, compared, taken apart, and made harmless for a terminal. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* A new string made by printf's rules, or a copy (NULL stays NULL); the program ends when memory does. The
 * caller frees. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *text_copy(const char *text);

/* Lengthens the string `*text`, which may move, by what printf's rules make of the rest. */
void text_append(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A new string: `pattern` with {} replaced by `object` and {detail} by `detail`, of which only those that
 * occur need not be NULL. NULL stays NULL. The caller frees. */
char *text_fill(const char *pattern, const char *object, const char *detail);

/* Whether both are the same string; NULL equals only NULL. */
bool text_same(const char *a, const char *b);
bool text_starts(const char *text, const char *prefix);

/* Whether `text` can be the name of a driver or module, and a part of a path: not empty, not hidden, without
 * a slash, below 256 bytes. NULL, no name at all, is none that could harm. */
bool text_is_name(const char *text);

/* The text behind `prefix` in `text`, or NULL when it does not start so. */
const char *text_after(const char *text, const char *prefix);

/* Cuts newlines and blanks off the end, in place; returns `text`. */
char *text_trim(char *text);

/* Makes one line of each that ends in a backslash and the next, if there is one, in place, as in
 * modprobe.d(5). */
void text_join_lines(char *text);

/* The value of the line KEY=VALUE in `text` (the format of uevent, and of our own files): a new string, which
 * the caller frees, without blanks at its end, or NULL when there is no such line. The first such line
 * counts. */
char *text_value(const char *text, const char *key);

/* `text` with control bytes, the backslash's own escapes aside, and bytes that are not UTF-8 as \xNN. Writes
 * at most `size` bytes with the closing 0 and cuts what does not fit; returns the length written. A newline
 * is escaped too. */
size_t text_escape_into(char *to, size_t size, const char *text);

/* The same as a new string, which the caller frees. NULL stays NULL. */
char *text_escape(const char *text);

/* A hexadecimal number of `min` to `max` digits at `*text`, which is moved behind it. Returns false when
 * there is none, and moves nothing. */
bool text_hex(const char **text, int min, int max, unsigned long *value);

#endif
