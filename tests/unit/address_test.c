#include "base/base.h"
#include "collect/collect.h"
#include "tap.h"

static bool is(const char *text, const char *address)
{
	char found[20] = "";
	return address_parse(text, found) ? text_same(found, address) : !address;
}

int main(void)
{
	ok(is("0000:00:04.0", "0000:00:04.0"));
	ok(is("00:04.0", "0000:00:04.0"));
	ok(is("0000:AB:1F.7", "0000:ab:1f.7"));
	ok(is("10000:e1:00.0", "10000:e1:00.0"));
	ok(is("00010000:e1:00.0", "10000:e1:00.0"));
	ok(is("ABCDEF12:00:00.0", "abcdef12:00:00.0"));
	ok(is("0000:00:20.0", NULL)); /* 32 devices on a bus */
	ok(is("0000:00:04.8", NULL)); /* 8 functions in a device */
	ok(is("0000:00:99.0", NULL));
	ok(is("000:00:04.0", NULL));
	ok(is("123456789:00:04.0", NULL));
	ok(is("0000:00:04", NULL));
	ok(is("0000:00:04.", NULL));
	ok(is("0000:00:04.00", NULL));
	ok(is("0000:00:04.0 ", NULL));
	ok(is(" 0000:00:04.0", NULL));
	ok(is("0000:00-04.0", NULL));
	ok(is("8086:10d3", NULL));
	ok(is("eth0", NULL));
	ok(is("", NULL));
	return tap_done();
}
