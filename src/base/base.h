/* What any program could use. Knows neither PCI nor VFIO. */
#ifndef BASE_H
#define BASE_H

#include <dirent.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

/* Cleanup attributes: release a resource when its variable goes out of scope. Memory is not such a resource:
 * an arena owns it, see keep(). */

#define cleanup(function) __attribute__((cleanup(function)))

static inline void cleanup_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static inline void cleanup_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

#define auto_fd   cleanup(cleanup_fd)
#define auto_dir  cleanup(cleanup_dir)
#define auto_file cleanup(cleanup_file)

/* ---- text.c ----
 * Growing arrays: any struct with the members `items` and `count`. */

/* Appends a zeroed item; returns a pointer to it, valid until the next call. */
#define array_add(array)                                                                                     \
	((array)->items = array_room((array)->items, (array)->count, sizeof *(array)->items),                \
		&(array)->items[(array)->count++])

/* Iterates over the array: `item` is a pointer to the current item. */
#define array_each(item, array)                                                                              \
	for (item = (array)->items; item && item < (array)->items + (array)->count; item++)

/* Whether one of the items has the same bytes as `item`, a variable of their type: for pointers and numbers.
 */
#define array_has(array, item) array_contains((array)->items, (array)->count, sizeof *(array)->items, &(item))

#define ARRAY_SIZE(array) (sizeof(array) / sizeof *(array))

/* Makes room for `count` + 1 items of `size` bytes, the last one zeroed. Returns the new location of the
 * items. */
void *array_room(void *items, size_t count, size_t size);

/* See array_has. */
bool array_contains(const void *items, size_t count, size_t size, const void *item);

/* The arena of this process owns all texts, arrays and structs until exit, so that nothing frees them.
 * Returns new zeroed memory. Exits if out of memory. */
void *keep(size_t size);

/* Frees all that the arena was asked for since `mark`, which keep(0) returned. For what is done again and
 * again, or is large: whatever lives on was allocated before, and no array of before has grown. */
void keep_release(const void *mark);

static inline void cleanup_kept(const void **mark)
{
	keep_release(*mark);
}

/* The same at the end of a block: `auto_release const void *mark = keep(0);` */
#define auto_release cleanup(cleanup_kept) __attribute__((unused))

/* Prints an error and exits with status 1. */
void out_of_memory(void) __attribute__((noreturn));

/* String functions: format, compare, parse, and escape for a terminal. */

/* A new string formatted as by printf, or a copy (NULL stays NULL). */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *text_vformat(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));
char *text_copy(const char *text);

/* A path for the call that it is an argument of. Nothing exists at a path that is too long. */
#define PATH(...) path_format((char[PATH_MAX + 1]){ 0 }, __VA_ARGS__)

/* Formats into `path`, which has PATH_MAX + 1 bytes: the kernel rejects what is cut. Returns `path`. */
const char *path_format(char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends formatted text to the string `*text` of one of the functions here, which may move. */
void text_append(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A new string: `pattern` with {} replaced by `object` and {detail} by `detail`, which may be NULL if
 * `pattern` does not contain them. A NULL `pattern` stays NULL. */
char *text_fill(const char *pattern, const char *object, const char *detail);

/* Whether both are the same string; NULL equals only NULL. */
bool text_same(const char *a, const char *b);

/* Whether `text` is one of the other arguments, or of the `words`, of which the last is NULL. NULL is none.
 */
#define text_is(text, ...) text_among(text, (const char *const[]){ __VA_ARGS__, NULL })
bool text_among(const char *text, const char *const *words);

/* Whether `text` starts with `prefix`; NULL starts with nothing. */
bool text_starts(const char *text, const char *prefix);

/* Whether `text` is safe as the name of a driver or module and as a component of a path: not empty, not
 * hidden, without a slash, shorter than 256 bytes. NULL, no name, is safe. */
bool text_is_name(const char *text);

/* The text after `prefix` in `text`, or NULL if `text` does not start with it. */
const char *text_after(const char *text, const char *prefix);

/* The number of characters to insert, remove or replace to make one of the other; SIZE_MAX if `b` has 64 or
 * more. */
size_t text_distance(const char *a, const char *b);

/* Removes trailing newlines and blanks, in place; returns `text`. */
char *text_trim(char *text);

/* Joins each line that ends with a backslash with the next, in place, as in modprobe.d(5). */
void text_join_lines(char *text);

/* The value of the first line KEY=VALUE in `text` (the format of uevent and of our own files), without
 * trailing blanks: a new string, or NULL if there is no such line. */
char *text_value(const char *text, const char *key);

/* Appends such a line to `*text`, which may move, unless `value` is NULL. */
void text_append_value(char **text, const char *key, const char *value);

/* Copies `text` with control bytes (including newlines) and bytes that are not UTF-8 escaped as \xNN; does
 * not escape backslashes. Writes at most `size` bytes including the terminating 0, and truncates the rest.
 * Returns the length written. */
size_t text_escape_into(char *to, size_t size, const char *text);

/* The same as a string, which is `text` itself if all of it is printable ASCII. NULL stays NULL. */
const char *text_escape(const char *text);

/* The text as one word of a shell: as it is, as '...', or if it is not printable as $'...'. NULL stays NULL.
 */
const char *text_quote(const char *text);

/* Parses all of `text` as a number of at most `max`, which consists of digits of `base` only. Returns false,
 * with `*number` untouched, if it is none. */
bool text_number(const char *text, int base, unsigned long long max, unsigned long long *number);

/* Parses a hexadecimal number of `min` to `max` digits at `*text`, and advances `*text` past it. Returns
 * false, with `*text` untouched, if there is none. */
bool text_hex(const char **text, int min, int max, unsigned long *value);

/* Parses two such numbers of 4 digits with a colon between them ("8086:10d3") at `*text`, and advances
 * `*text` past them. Returns false, with everything untouched, if there are none or `*text` is NULL. */
bool text_hex_pair(const char **text, unsigned int *left, unsigned int *right);

/* ---- program.c, messages ----
 * Messages on stderr. Escapes unprintable bytes. */

/* Whether log_verbose() prints (-v). Initially false. */
void log_set_verbose(bool verbose);

/* The prefix of each line on stderr, to identify the program in a journal or pipeline. */
#define LOG_PREFIX "vfionoiommu: "

/* Prints a line on stderr without escaping. */
void log_line(const char *line);

/* From now on each line is given to `to` instead, without the prefix; NULL: no longer. */
void log_divert(void (*to)(const char *line));

/* Print a line on stderr: "error: ..." for a failure, "warning: ..." or "note: ..." about what was done,
 * "hint: ..." with the next command. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_hint(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints a line on stderr with -v only: what the program does. */
void log_verbose(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- program.c, libc ----
 * What libc, or an older one, lacks. Requires glibc 2.28 to build. */

/* "EBUSY"; NULL for an unknown number. Same as strerrorname_np, which glibc has since 2.32. */
const char *error_name(int error);

/* Whether this negative errno means that what was to be read does not exist, or not any more. */
bool error_is_missing(int error);

/* Whether the effective user of this process is root. */
bool user_is_root(void);

/* The monotonic clock. */

/* Milliseconds since an arbitrary time in the past. */
long long clock_milliseconds(void);

/* Waits so long. Returns false if a signal was received before the end. */
bool clock_sleep(int milliseconds);

/* ---- program.c, libraries ----
 * Shared libraries that are loaded when first used: loading all of them at the start would be most of what a
 * run costs. The one file that uses a library lists its functions, and calls FUNCTION as sym_FUNCTION:
 *
 *     #define FUNCTIONS(X) X(kmod_new) X(kmod_unref)
 *     LIBRARY(libkmod, "libkmod.so.2", "libkmod2", "required", "kernel modules", FUNCTIONS);
 */

struct library_function {
	const char *name;
	void **pointer; /* the address of sym_NAME */
};

struct library {
	const char *soname;
	const char *package; /* Debian's */
	const struct library_function *functions;
	size_t count;
	enum { LIBRARY_UNTRIED, LIBRARY_LOADED, LIBRARY_ABSENT } state;
};

/* Loads the library and sets its sym_ pointers, the first time. Returns whether they are set; if not, it has
 * printed an error that names the library and its package. For what does without, or fails with -ELIBACC. */
bool library_load(struct library *library);

/* The same, but exits with status 1 if the library is absent. Not for a running plan. */
void library_need(struct library *library);

/* Defines the sym_ pointers, with the types of the library's header; the struct library `name`; and the note
 * in the executable that packaging tools read: uapi-group.org/specifications, "ELF dlopen metadata".
 * `priority` is "required" or "recommended", as in debian/control. */
/* clang-format off */
#define LIBRARY(name, soname, package, priority, purpose, functions)                                         \
	functions(LIBRARY_POINTER)                                                                           \
	static const struct library_function name##_functions[] = { functions(LIBRARY_FUNCTION) };           \
	static struct library name = {                                                                       \
		soname, package, name##_functions, ARRAY_SIZE(name##_functions), LIBRARY_UNTRIED             \
	};                                                                                                   \
	LIBRARY_NOTE(name##_note, "[{\"feature\":\"" #name "\",\"description\":\"" purpose "\","              \
		"\"priority\":\"" priority "\",\"soname\":[\"" soname "\"]}]")

#define LIBRARY_POINTER(function)  static __typeof__(function) *sym_##function;
#define LIBRARY_FUNCTION(function) { LIBRARY_STRING(function), (void **)(void *)&sym_##function },
/* After expansion: on 32-bit systems zlib.h defines gztell as gztell64. */
#define LIBRARY_STRING(function)   #function

#define LIBRARY_NOTE(name, json)                                                                             \
	static const struct {                                                                                \
		uint32_t owner_size, json_size, type;                                                        \
		char owner[sizeof "FDO"], json_text[sizeof json];                                            \
	} name __attribute__((used, section(".note.dlopen"), aligned(4))) = {                                \
		sizeof "FDO", sizeof json, 0x407c0c0a, "FDO", json                                           \
	}
/* clang-format on */

/* ---- value.c ----
 * JSON values, through json-c. An object or list owns the values that are put into it. */

struct json;

/* Loads json-c, or exits with an error: call this before anything is changed whose result is printed as JSON.
 */
void value_begin(void);

/* A new object, a new list (with room for `expected` items before it grows). */
struct json *value_object(void);
struct json *value_list(size_t expected);

/* Puts `value` (NULL: null) into the object or list. `key` must be a literal, or outlive the object. */
void value_add(struct json *to, const char *key, struct json *value);
void value_append(struct json *list, struct json *value);

/* Appends what `make` returns for `from`, which is called when the list is printed. `from` must live until
 * then. */
typedef struct json *value_maker(const void *from);
void value_append_late(struct json *list, value_maker *make, const void *from);

/* A string: NULL becomes null; bytes that are invalid in JSON or unsafe on a terminal are escaped. Verbatim:
 * a string of this program, whose newlines must stay. */
void value_add_text(struct json *to, const char *key, const char *text);
void value_add_verbatim(struct json *to, const char *key, const char *text);

void value_add_bool(struct json *to, const char *key, bool value);

/* A number; in the first of these -1, unknown or none, becomes null. */
void value_add_number(struct json *to, const char *key, long long number);
void value_add_integer(struct json *to, const char *key, long long number);
void value_add_unsigned(struct json *to, const char *key, unsigned long long number);
/* Printed as `text`. */
void value_add_decimal(struct json *to, const char *key, double number, const char *text);
/* A string of at least `digits` hexadecimal digits. */
void value_add_hex(struct json *to, const char *key, int digits, unsigned long long number);

/* The value as text, on several lines or on one; valid until it is changed or freed. */
const char *value_text(struct json *value, bool on_several_lines);
void value_free(struct json *value);

#endif
