#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"

void out_of_memory(void)
{
	static const char message[] = LOG_PREFIX "error: out of memory\n";
	(void)!write(STDERR_FILENO, message, sizeof message - 1);
	_exit(EXIT_FAILURE);
}

/* ---- the arena ---- */

/* With sanitizers each allocation is a block, so that they see where it ends. */
#ifdef KEEP_ALONE
enum { BLOCK_SIZE = 0, UNIT = 1 };
#else
enum { BLOCK_SIZE = 64 << 10, UNIT = _Alignof(max_align_t) };
#endif

static struct block {
	struct block *before, *after;
	size_t used, size;
	max_align_t memory[];
} * last;

static void add_block(size_t size)
{
	struct block *block = calloc(1, sizeof *block + size);
	if (!block)
		out_of_memory();
	block->before = last;
	block->size = size;
	if (last)
		last->after = block;
	last = block;
}

static void drop_block(struct block *block)
{
	if (block->before)
		block->before->after = block->after;
	if (block->after)
		block->after->before = block->before;
	else
		last = block->before;
	free(block);
}

void *keep(size_t size)
{
	size = (size + UNIT - 1) / UNIT * UNIT;
	if (!last || last->size - last->used < size)
		add_block(size > BLOCK_SIZE ? size : BLOCK_SIZE);
	void *memory = (char *)last->memory + last->used;
	last->used += size;
	return memory;
}

void keep_release(const void *mark)
{
	const char *from = mark;
	while (from < (char *)last->memory || from > (char *)last->memory + last->used) {
		struct block *block = last;
		last = block->before;
		free(block);
	}
	last->after = NULL;
	size_t left = (size_t)(from - (char *)last->memory);
	memset((char *)last->memory + left, 0, last->used - left);
	last->used = left;
}

/* ---- arrays and texts ---- */

void *array_room(void *items, size_t count, size_t size)
{
	/* The array is full at 0 and at each power of two: this doubles it without storing a capacity. */
	if (!count) {
		items = keep(size);
	} else if ((count & (count - 1)) == 0) {
		void *full = items;
		items = memcpy(keep(2 * count * size), full, count * size);
		/* A large one is alone in its block. */
		if (count * size > BLOCK_SIZE)
			drop_block((struct block *)full - 1);
	}
	memset((char *)items + count * size, 0, size);
	return items;
}

bool array_contains(const void *items, size_t count, size_t size, const void *item)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp((const char *)items + i * size, item, size) == 0)
			return true;
	return false;
}

/* The bytes of a new text: a power of two, so that it grows in place until then. */
static size_t text_room(size_t length)
{
	size_t room = 16;
	while (room <= length)
		room *= 2;
	return BLOCK_SIZE ? room : length + 1;
}

/* What vsnprintf returned. */
static size_t text_length(int length)
{
	if (length < 0)
		out_of_memory();
	return (size_t)length;
}

/* The first bytes of a text, which may go on. */
static char *text_start(const char *text, size_t length)
{
	return memcpy(keep(text_room(length)), text, length);
}

char *text_vformat(const char *format, va_list arguments)
{
	char start[256];
	va_list again;
	va_copy(again, arguments);
	size_t length = text_length(vsnprintf(start, sizeof start, format, arguments));
	char *text = keep(text_room(length));
	if (length < sizeof start)
		memcpy(text, start, length);
	else
		vsnprintf(text, length + 1, format, again);
	va_end(again);
	return text;
}

char *text_format(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *text = text_vformat(format, arguments);
	va_end(arguments);
	return text;
}

void text_append(char **text, const char *format, ...)
{
	va_list arguments;
	size_t before = strlen(*text);
	va_start(arguments, format);
	size_t length = before + text_length(vsnprintf(NULL, 0, format, arguments));
	va_end(arguments);
	if (text_room(length) != text_room(before))
		*text = memcpy(keep(text_room(length)), *text, before);
	va_start(arguments, format);
	vsnprintf(*text + before, length - before + 1, format, arguments);
	va_end(arguments);
}

const char *path_format(char *path, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(path, PATH_MAX + 1, format, arguments);
	va_end(arguments);
	return path;
}

char *text_copy(const char *text)
{
	return text ? text_start(text, strlen(text)) : NULL;
}

char *text_fill(const char *pattern, const char *object, const char *detail)
{
	static const char object_mark[] = "{}", detail_mark[] = "{detail}";
	char *text = text_copy(pattern ? "" : NULL);
	while (pattern && *pattern) {
		size_t plain = strcspn(pattern, "{");
		text_append(&text, "%.*s", (int)plain, pattern);
		pattern += plain;
		bool is_detail = text_starts(pattern, detail_mark);
		if (!*pattern)
			break;
		text_append(&text, "%s", is_detail ? detail : object);
		pattern += is_detail ? sizeof detail_mark - 1 : sizeof object_mark - 1;
	}
	return text;
}

bool text_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool text_among(const char *text, const char *const *words)
{
	while (*words && !text_same(text, *words))
		words++;
	return *words;
}

bool text_starts(const char *text, const char *prefix)
{
	return text && strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_is_name(const char *text)
{
	return !text || (*text && *text != '.' && !strchr(text, '/') && strlen(text) < 256);
}

const char *text_after(const char *text, const char *prefix)
{
	return text_starts(text, prefix) ? text + strlen(prefix) : NULL;
}

size_t text_distance(const char *a, const char *b)
{
	size_t row[64], length = strlen(b);
	if (length >= ARRAY_SIZE(row))
		return SIZE_MAX;
	for (size_t i = 0; i <= length; i++)
		row[i] = i;
	/* row[i]: from the part of `a` so far to the first i characters of `b`; `before`: its value without
	 * the last characters of both. */
	for (size_t part = 1; *a; a++, part++) {
		size_t before = row[0];
		row[0] = part;
		for (size_t i = 1; i <= length; i++) {
			size_t replaced = before + (*a != b[i - 1]);
			size_t other = (row[i] < row[i - 1] ? row[i] : row[i - 1]) + 1;
			before = row[i];
			row[i] = replaced < other ? replaced : other;
		}
	}
	return row[length];
}

char *text_trim(char *text)
{
	size_t length = strlen(text);
	while (length && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
	return text;
}

void text_join_lines(char *text)
{
	for (char *at = text; (at = strstr(at, "\\\n")); at += 2)
		at[0] = at[1] = ' ';
	size_t length = strlen(text);
	if (length && text[length - 1] == '\\')
		text[length - 1] = ' ';
}

char *text_value(const char *text, const char *key)
{
	size_t key_length = strlen(key);
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, key_length) != 0 || line[key_length] != '=')
			continue;
		const char *value = line + key_length + 1;
		return text_trim(text_start(value, strcspn(value, "\n")));
	}
	return NULL;
}

void text_append_value(char **text, const char *key, const char *value)
{
	if (value)
		text_append(text, "%s=%s\n", key, value);
}

/* The length of the UTF-8 sequence at `text`, or 0 if it is malformed. C1 controls (U+0080 to U+009F), which
 * some terminals interpret, count as malformed. */
static size_t text_utf8(const unsigned char *text)
{
	size_t length;
	unsigned long code;
	if (text[0] < 0x80)
		return 1;
	if (text[0] >= 0xc2 && text[0] <= 0xdf) {
		length = 2;
		code = text[0] & 0x1f;
	} else if ((text[0] & 0xf0) == 0xe0) {
		length = 3;
		code = text[0] & 0x0f;
	} else if (text[0] >= 0xf0 && text[0] <= 0xf4) {
		length = 4;
		code = text[0] & 0x07;
	} else {
		return 0;
	}
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	static const unsigned long least[] = { [2] = 0xa0, [3] = 0x800, [4] = 0x10000 };
	bool surrogate = code >= 0xd800 && code <= 0xdfff;
	return code >= least[length] && code <= 0x10ffff && !surrogate ? length : 0;
}

size_t text_escape_into(char *to, size_t size, const char *text)
{
	const unsigned char *from = (const unsigned char *)text;
	size_t used = 0;
	while (*from) {
		size_t length = text_utf8(from);
		bool plain = length && *from >= 0x20 && *from != 0x7f;
		size_t needed = plain ? length : 4;
		if (used + needed + 1 > size)
			break;
		if (plain)
			memcpy(to + used, from, length);
		else
			snprintf(to + used, 5, "\\x%02x", *from);
		used += needed;
		from += plain ? length : 1;
	}
	to[used] = '\0';
	return used;
}

const char *text_escape(const char *text)
{
	size_t plain = 0;
	while (text && text[plain] >= ' ' && text[plain] <= '~')
		plain++;
	if (!text || !text[plain])
		return text;
	size_t length = strlen(text) * 4;
	char *escaped = keep(text_room(length));
	text_escape_into(escaped, length + 1, text);
	return escaped;
}

const char *text_quote(const char *text)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:=@%,";
	if (!text || (*text && !text[strspn(text, plain)]))
		return text;
	bool printable = text_same(text_escape(text), text);
	char *quoted = text_copy(printable ? "'" : "$'");
	for (const unsigned char *at = (const unsigned char *)text; *at; at++)
		if (*at == '\'')
			text_append(&quoted, "%s", printable ? "'\\''" : "\\'");
		else if (printable || (*at >= ' ' && *at <= '~' && *at != '\\'))
			text_append(&quoted, "%c", *at);
		else
			text_append(&quoted, "\\x%02x", *at);
	text_append(&quoted, "'");
	return quoted;
}

bool text_number(const char *text, int base, unsigned long long max, unsigned long long *number)
{
	char *end;
	/* strtoull() would accept spaces, signs and 0x, too. */
	if (!*text || text[strspn(text, "0123456789abcdefABCDEF")])
		return false;
	errno = 0;
	unsigned long long value = strtoull(text, &end, base);
	if (*end || errno || value > max)
		return false;
	*number = value;
	return true;
}

bool text_hex(const char **text, int min, int max, unsigned long *value)
{
	unsigned long number = 0;
	int digits = 0;
	for (; digits < max && isxdigit((unsigned char)(*text)[digits]); digits++) {
		int c = tolower((unsigned char)(*text)[digits]);
		number = number << 4 | (unsigned long)(isdigit(c) ? c - '0' : c - 'a' + 10);
	}
	if (digits < min)
		return false;
	*text += digits;
	*value = number;
	return true;
}

bool text_hex_pair(const char **text, unsigned int *left, unsigned int *right)
{
	unsigned long first, second;
	const char *at = *text;
	if (!at || !text_hex(&at, 4, 4, &first) || *at++ != ':' || !text_hex(&at, 4, 4, &second))
		return false;
	*left = (unsigned int)first;
	*right = (unsigned int)second;
	*text = at;
	return true;
}
