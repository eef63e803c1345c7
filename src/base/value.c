#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* What an older json-c lacks. */
#if JSON_C_VERSION_NUM >= 0x000f00
#define NEW_ARRAY(X) X(json_object_new_array_ext)
#else
#define NEW_ARRAY(X) X(json_object_new_array)
#endif
#if JSON_C_VERSION_NUM >= 0x000e00
#define SONAME          "libjson-c.so.5"
#define NEW_UNSIGNED(X) X(json_object_new_uint64)
#else
#define SONAME "libjson-c.so.4"
#define NEW_UNSIGNED(X)
#endif
/* clang-format off */
#define FUNCTIONS(X) \
	NEW_ARRAY(X) NEW_UNSIGNED(X) X(json_object_array_add) \
	X(json_object_new_boolean) X(json_object_new_double_s) X(json_object_new_int64) \
	X(json_object_new_object) X(json_object_new_string) \
	X(json_object_object_add_ex) X(json_object_put) X(json_object_to_json_string_ext) \
	X(json_object_set_serializer) X(json_object_get_userdata) X(json_object_free_userdata) \
	X(printbuf_memappend)
/* clang-format on */
LIBRARY(libjson_c, SONAME, "libjson-c5", "required", "output as JSON", FUNCTIONS);

#define ON_SEVERAL_LINES (JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)
#define ON_ONE_LINE      (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

/* struct json is json_object of json-c; the rest of the program does not include json-c. */
static struct json_object *inner(struct json *value)
{
	return (struct json_object *)value;
}

void value_begin(void)
{
	library_need(&libjson_c);
}

struct json *value_object(void)
{
	value_begin();
	return (struct json *)sym_json_object_new_object();
}

struct json *value_list(size_t expected)
{
	value_begin();
#if JSON_C_VERSION_NUM >= 0x000f00
	/* json-c allocates 32 items by default, and most lists are empty. */
	return (struct json *)sym_json_object_new_array_ext((int)expected + 1);
#else
	(void)expected;
	return (struct json *)sym_json_object_new_array();
#endif
}

/* There may be very many keys; none needs a copy. */
static void add(struct json *to, const char *key, struct json_object *value)
{
	sym_json_object_object_add_ex(inner(to), key, value, JSON_C_OBJECT_KEY_IS_CONSTANT);
}

void value_add(struct json *to, const char *key, struct json *value)
{
	add(to, key, inner(value));
}

void value_append(struct json *list, struct json *value)
{
	sym_json_object_array_add(inner(list), inner(value));
}

/* A value that is made when it is printed, and freed at once: a list of thousands takes no memory. */
struct late {
	value_maker *make;
	const void *from;
};

static int print_late(struct json_object *value, struct printbuf *to, int level, int flags)
{
	auto_release const void *mark = keep(0);
	const struct late *late = sym_json_object_get_userdata(value);
	struct json *made = late->make(late->from);
	const char *line = sym_json_object_to_json_string_ext(inner(made), flags);
	while (*line) {
		size_t length = strcspn(line, "\n") + 1;
		bool last = !line[length - 1];
		sym_printbuf_memappend(to, line, (int)(length - last));
		for (int i = 0; i < level && !last; i++)
			sym_printbuf_memappend(to, "  ", 2);
		line += length - last;
	}
	value_free(made);
	return 0;
}

void value_append_late(struct json *list, value_maker *make, const void *from)
{
	struct late *late = malloc(sizeof *late);
	struct json_object *value = sym_json_object_new_boolean(false);
	if (!late)
		out_of_memory();
	*late = (struct late){ make, from };
	sym_json_object_set_serializer(value, print_late, late, sym_json_object_free_userdata);
	sym_json_object_array_add(inner(list), value);
}

void value_add_text(struct json *to, const char *key, const char *text)
{
	/* json-c copies it. */
	auto_release const void *mark = keep(0);
	add(to, key, text ? sym_json_object_new_string(text_escape(text)) : NULL);
}

void value_add_verbatim(struct json *to, const char *key, const char *text)
{
	add(to, key, sym_json_object_new_string(text));
}

void value_add_bool(struct json *to, const char *key, bool value)
{
	add(to, key, sym_json_object_new_boolean(value));
}

void value_add_number(struct json *to, const char *key, long long number)
{
	add(to, key, number < 0 ? NULL : sym_json_object_new_int64(number));
}

void value_add_integer(struct json *to, const char *key, long long number)
{
	add(to, key, sym_json_object_new_int64(number));
}

void value_add_decimal(struct json *to, const char *key, double number, const char *text)
{
	add(to, key, sym_json_object_new_double_s(number, text));
}

void value_add_unsigned(struct json *to, const char *key, unsigned long long number)
{
#if JSON_C_VERSION_NUM >= 0x000e00
	add(to, key, sym_json_object_new_uint64(number));
#else
	value_add_decimal(to, key, (double)number, text_format("%llu", number));
#endif
}

void value_add_hex(struct json *to, const char *key, int digits, unsigned long long number)
{
	value_add_text(to, key, text_format("%0*llx", digits, number));
}

const char *value_text(struct json *value, bool on_several_lines)
{
	return sym_json_object_to_json_string_ext(
		inner(value), on_several_lines ? ON_SEVERAL_LINES : ON_ONE_LINE);
}

void value_free(struct json *value)
{
	sym_json_object_put(inner(value));
}
