#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "tap.h"

static bool quotes(const char *text, const char *to)
{
	return text_same(text_quote(text), to);
}

static bool escapes(const char *text, const char *to)
{
	return text_same(text_escape(text), to);
}

static bool value_is(const char *text, const char *key, const char *value)
{
	return text_same(text_value(text, key), value);
}

static void test_escape(void)
{
	ok(escapes("plain", "plain"));
	ok(escapes("\033[31mred", "\\x1b[31mred"));
	ok(escapes("a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f"));
	ok(escapes("Gr\xc3\xbc\xc3\x9f", "Gr\xc3\xbc\xc3\x9f"));
	ok(escapes("\xff\xc3", "\\xff\\xc3"));
	ok(escapes("\xc2\x9b[31m", "\\xc2\\x9b[31m"));  /* C1 control: CSI in one character */
	ok(escapes("\xed\xa0\x80", "\\xed\\xa0\\x80")); /* a surrogate */
	ok(escapes("\xf0\x9f\x92\xbe", "\xf0\x9f\x92\xbe"));
	ok(escapes(NULL, NULL));
	ok(quotes("/dev/nvme0n1p2", "/dev/nvme0n1p2") && quotes(NULL, NULL) && quotes("", "''"));
	ok(quotes("/mnt/my disk", "'/mnt/my disk'") && quotes("it's", "'it'\\''s'"));
	ok(quotes("$(reboot)", "'$(reboot)'") && quotes("Gr\xc3\xbc\xc3\x9f", "'Gr\xc3\xbc\xc3\x9f'"));
	ok(quotes("a\n\\'\xff", "$'a\\x0a\\x5c\\'\\xff'"));
	char small[6];
	ok(text_escape_into(small, sizeof small, "ab\033cd") == 2 && text_same(small, "ab"));
}

static void test_value(void)
{
	const char *text = "DRIVER=e1000e\nPCI_ID=8086:10D3\nEMPTY=\nDRIVER=second";
	ok(value_is(text, "DRIVER", "e1000e"));
	ok(value_is(text, "PCI_ID", "8086:10D3"));
	ok(value_is(text, "EMPTY", ""));
	ok(value_is(text, "DRIVE", NULL));
	ok(value_is(text, "RIVER", NULL));
	ok(value_is("", "DRIVER", NULL));
}

static void test_hex(void)
{
	unsigned long value = 7;
	const char *at = "10D3:";
	ok(text_hex(&at, 4, 4, &value) && value == 0x10d3 && *at == ':');
	at = "12";
	ok(!text_hex(&at, 4, 4, &value) && value == 0x10d3 && *at == '1');
	at = "123456789";
	ok(text_hex(&at, 4, 8, &value) && value == 0x12345678 && *at == '9');
}

static void test_number(void)
{
	unsigned long long number = 7;
	ok(text_number("0042", 10, 42, &number) && number == 42);
	ok(text_number("fF", 16, UINT64_MAX, &number) && number == 255);
	ok(text_number("18446744073709551615", 10, UINT64_MAX, &number) && number == UINT64_MAX);
	ok(!text_number("18446744073709551616", 10, UINT64_MAX, &number) && number == UINT64_MAX);
	ok(!text_number("43", 10, 42, &number) && !text_number("8", 8, 42, &number));
	ok(!text_number("", 10, 42, &number) && !text_number("1 ", 10, 42, &number));
	ok(!text_number(" 1", 10, 42, &number) && !text_number("+1", 10, 42, &number));
	ok(!text_number("-1", 10, UINT64_MAX, &number) && !text_number("0x1", 16, 42, &number));
}

static void test_distance(void)
{
	char longest[65] = { 0 };
	memset(longest, 'a', sizeof longest - 1);
	ok(text_distance("", "") == 0 && text_distance("disk-swap", "disk-swap") == 0);
	ok(text_distance("dsk-swap", "disk-swap") == 1 && text_distance("disk-swapp", "disk-swap") == 1);
	ok(text_distance("dixk-swap", "disk-swap") == 1 && text_distance("", "disk") == 4);
	ok(text_distance("a", longest) == SIZE_MAX && text_distance("a", longest + 1) == 62);
}

/* Across blocks: texts and arrays that grow, and what was kept before a mark. */
static void test_arena(void)
{
	struct {
		size_t *items;
		size_t count;
	} numbers = { 0 };
	char *text = text_copy("");
	bool whole = true;
	for (size_t i = 0; i < 20000; i++) {
		text_append(&text, "%zu ", i % 10);
		*array_add(&numbers) = i;
	}
	const void *mark = keep(0);
	for (size_t i = 0; i < 20000; i++)
		memset(keep(i % 100), 'x', i % 100);
	memset(keep(1 << 20), 'x', 1 << 20);
	keep_release(mark);
	for (size_t i = 0; i < 20000; i++)
		whole &= !*(char *)keep(100) && numbers.items[i] == i && text[2 * i] == (char)('0' + i % 10);
	ok(whole && strlen(text) == 40000);
}

int main(void)
{
	char text[] = "value \n\t\n";
	test_escape();
	test_value();
	test_hex();
	test_number();
	test_distance();
	test_arena();
	ok(text_same(text_trim(text), "value"));
	ok(!text_same(NULL, "") && text_same(NULL, NULL));
	return tap_done();
}
