/* base/text: escaped text is safe on a terminal and lossless, and lookups find their values. Also the
 * redaction of MAC addresses in names. */
#include "base/base.h"
#include "collect/collect.h"
#include "fuzz.h"

/* Contains no control characters: C0, DEL, and C1 in UTF-8. */
static bool is_harmless(const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at; at++)
		if (*at < 0x20 || *at == 0x7f || (at[0] == 0xc2 && at[1] < 0xa0))
			return false;
	return true;
}

static void escape(const char *text)
{
	char few[9];
	const char *escaped = text_escape(text);
	must(is_harmless(escaped) && text_same(escaped, text_escape(escaped)));
	must(strlen(escaped) >= strlen(text));
	for (size_t size = 1; size <= sizeof few; size++) {
		size_t length = text_escape_into(few, size, text);
		must(length < size && strlen(few) == length && text_starts(escaped, few));
	}
}

static void find(const char *text)
{
	const char *key = text_format("%.*s", (int)strcspn(text, "=\n"), text);
	const char *value = text_value(text, key);
	if (text[strlen(key)] == '=') {
		const char *expected = text + strlen(key) + 1;
		char *line = text_format("%.*s", (int)strcspn(expected, "\n"), expected);
		must(text_same(value, text_trim(line)));
	}
}

/* In place. */
static void change(const char *text)
{
	unsigned long number;
	const char *at = text;
	char *joined = text_copy(text), *trimmed = text_copy(text);
	text_join_lines(joined);
	must(strlen(joined) == strlen(text) && !strstr(joined, "\\\n"));
	must(!*joined || joined[strlen(joined) - 1] != '\\');
	must(text_starts(text, text_trim(trimmed)));
	if (text_hex(&at, 1, 8, &number))
		must(at > text && at <= text + 8 && number <= 0xffffffff);
}

static void hide(const char *text)
{
	struct name_list known = { 0 };
	char *hidden = text_copy(text);
	redact_names(hidden, &known);
	must(strlen(hidden) == strlen(text));
	/* Only the assigned numbers are left. */
	const char **mac;
	array_each (mac, &known) {
		must(strlen(*mac) == 12);
		char *name = text_format("enx%s", *mac);
		size_t before = known.count;
		redact_names(name, &known);
		must(known.count == before && strlen(name) == 15);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_release const void *mark = keep(0);
	const char *text = fuzz_text((struct part){ data, size });
	escape(text);
	find(text);
	change(text);
	hide(text);
	return 0;
}
