/* The saved state is believed only as it was written, and only for the device that it was written for. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "state/state.h"
#include "tap.h"

static const struct device card = { .address = "0000:00:04.0", .modalias = "pci:v1", .instance = "boot:7" };
static const struct remembered before = {
	.driver = "e1000e", .module = "e1000e", .driver_override = "other"
};

static bool is_believed(const char *text, const struct device *device)
{
	struct remembered saved = { .known = ANSWER_UNKNOWN };
	bool believed = saved_state_parse(text, device, &saved);
	return believed && saved.known == ANSWER_YES && text_same(saved.driver, "e1000e") &&
	       text_same(saved.driver_override, "other");
}

static void test_whole(void)
{
	char *text = text_copy(saved_state_format(&card, &before));
	ok(is_believed(text, &card));
	/* As it is read, without the last newline. */
	text_trim(text);
	ok(is_believed(text, &card));
	size_t believed = 0;
	for (size_t length = strlen(text); length--;)
		believed += is_believed(text_format("%.*s", (int)length, text), &card);
	ok(believed == 0);
	for (size_t at = 0; text[at]; at++) {
		char *altered = text_copy(text);
		altered[at] ^= 1;
		believed += is_believed(altered, &card);
	}
	ok(believed == 0);
	ok(!is_believed(text_format("%s0", text), &card));
}

/* The kernel takes any text as driver_override. */
static void test_override(void)
{
	struct remembered odd = before, saved;
	odd.driver_override = "a/b .c";
	const char *text = saved_state_format(&card, &odd);
	ok(saved_state_parse(text, &card, &saved) && strcmp(saved.driver_override, "a/b .c") == 0);
}

static void test_other_device(void)
{
	const char *text = saved_state_format(&card, &before);
	struct device other = card;
	other.instance = "boot:8";
	ok(!is_believed(text, &other));
	other = card;
	other.modalias = "pci:v2";
	ok(!is_believed(text, &other));
	/* A recorded machine has no instances. */
	other = card;
	other.instance = NULL;
	ok(is_believed(text, &other));
}

static void test_older_version(void)
{
	ok(is_believed(
		"ADDRESS=0000:00:04.0\nMODALIAS=pci:v1\nDRIVER=e1000e\nMODULE=e1000e\nDRIVER_OVERRIDE=other",
		&card));
	ok(!is_believed("", &card));
}

int main(void)
{
	test_whole();
	test_override();
	test_other_device();
	test_older_version();
	return tap_done();
}
