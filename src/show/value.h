/* JSON values, through json-c. An object or list owns the values that are put into it. */
#ifndef SHOW_VALUE_H
#define SHOW_VALUE_H

#include "model.h"

struct json;

/* A new object, a new list (with room for `expected` items before it grows). */
struct json *value_object(void);
struct json *value_list(size_t expected);

/* Puts `value` (NULL: null) into the object or list. `key` must be a literal, or outlive the object. */
void value_add(struct json *to, const char *key, struct json *value);
void value_append(struct json *list, struct json *value);

/* A string: NULL becomes null; bytes that are invalid in JSON or unsafe on a terminal are escaped. Verbatim:
 * a string of this program, whose newlines must stay. */
void value_add_text(struct json *to, const char *key, const char *text);
void value_add_verbatim(struct json *to, const char *key, const char *text);

/* UNKNOWN becomes null. */
void value_add_answer(struct json *to, const char *key, enum answer answer);
void value_add_bool(struct json *to, const char *key, bool value);

/* A number; in the first of these -1, unknown or none, becomes null. */
void value_add_number(struct json *to, const char *key, long long number);
void value_add_integer(struct json *to, const char *key, long long number);
void value_add_unsigned(struct json *to, const char *key, unsigned long long number);
/* Printed as `text`. */
void value_add_decimal(struct json *to, const char *key, double number, const char *text);
/* A string of at least `digits` hexadecimal digits. */
void value_add_hex(struct json *to, const char *key, int digits, unsigned long long number);

/* "owner", "group", "mode", of which -1 becomes null. */
void value_add_access(struct json *to, const struct node_access *access);

/* Prints it to stdout, over several lines or on one, and frees it. */
void value_print(struct json *value);
void value_print_line(struct json *value);

/* What value_print() prints, as a new string, which the caller frees. Frees the value. */
char *value_format(struct json *value);

#endif
