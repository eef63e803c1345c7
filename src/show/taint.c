#include "show/taint.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "show/print.h"

static char *get_bit(const void *row)
{
	const struct taint_bit *bit = row;
	return text_format("%d", bit->number);
}

static char *get_value(const void *row)
{
	const struct taint_bit *bit = row;
	return text_format("%llu", 1ULL << bit->number);
}

static char *get_letter(const void *row)
{
	const struct taint_bit *bit = row;
	return bit->letter ? text_format("%c", bit->letter) : NULL;
}

static char *get_name(const void *row)
{
	const struct taint_bit *bit = row;
	return text_copy(bit->name);
}

static char *get_meaning(const void *row)
{
	const struct taint_bit *bit = row;
	return text_copy(bit->meaning ? bit->meaning : "unknown");
}

static const struct column columns[] = {
	{ "BIT", "bit number", get_bit, COLUMN_WHOLE },
	{ "VALUE", "numeric value of the bit", get_value, COLUMN_WHOLE },
	{ "LETTER", "letter that the kernel prints", get_letter, COLUMN_WHOLE },
	{ "NAME", "name in the kernel source, without TAINT_", get_name, COLUMN_WHOLE },
	{ "MEANING", "what the bit means", get_meaning, COLUMN_WRAP },
};

const struct column_set taint_columns = { columns, ARRAY_SIZE(columns), "BIT,LETTER,MEANING" };

char *taint_event_seconds(const struct taint_event *event)
{
	return text_format("%llu.%06llu", event->microseconds / 1000000, event->microseconds % 1000000);
}

char *taint_event_time(const struct taint_event *event)
{
	char text[40];
	struct tm utc;
	time_t time = event->time;
	if (event->time < 0 || !gmtime_r(&time, &utc))
		return NULL;
	return strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) ? text_copy(text) : NULL;
}

static void print_event(const struct taint_event *event)
{
	auto_free char *seconds = taint_event_seconds(event);
	auto_free char *time = taint_event_time(event);
	print_line(stdout, "    %s (%s s after boot): %s of %s", time ? time : "time unknown", seconds,
		event->cdev ? "cdev" : "group", event->device);
}

static void print_user(const struct taint *taint)
{
	const struct taint_event *event;
	if (taint->noiommu == ANSWER_UNKNOWN)
		print_line(stdout, "U: cause unknown: %s", taint->reason);
	else if (taint->noiommu == ANSWER_NO)
		print_line(stdout, "U: not set by VFIO noiommu: the complete kernel log does not mention it");
	else
		print_line(stdout, "U: set by VFIO noiommu:");
	array_each (event, &taint->events)
		print_event(event);
}

void taint_print(const struct table_options *options, const struct taint *taint)
{
	const struct taint_bit *bit;
	const void *rows[64];
	size_t count = 0;
	bool table_only = table_is_for_scripts(options);
	array_each (bit, &taint->bits)
		rows[count++] = bit;
	if (!table_only)
		printf("taint: %llu%s\n", taint->value, count ? "\n" : ", not tainted");
	table_print(&taint_columns, options, rows, count);
	if (table_only || !(taint->value & TAINT_USER))
		return;
	putchar('\n');
	print_user(taint);
}

/* What set U; NULL if U is not set. A new string. */
static char *user_words(const struct taint *taint)
{
	if (!(taint->value & TAINT_USER))
		return NULL;
	if (taint->noiommu == ANSWER_UNKNOWN)
		return text_format("U: cause unknown: %s", taint->reason);
	if (taint->noiommu == ANSWER_NO)
		return text_copy("U: not set by VFIO noiommu");
	return text_format(
		"U: set by VFIO noiommu, last for %s", taint->events.items[taint->events.count - 1].device);
}

char *taint_line(const struct taint *taint)
{
	const struct taint_bit *bit;
	const char *comma = "";
	if (!taint->known)
		return text_copy("unknown");
	char *line = text_format("%llu%s", taint->value, taint->value ? " (" : "");
	array_each (bit, &taint->bits) {
		if (bit->letter == 'U')
			continue;
		if (bit->letter)
			text_append(&line, "%s%c", comma, bit->letter);
		else
			text_append(&line, "%sbit %d", comma, bit->number);
		comma = ", ";
	}
	auto_free char *user = user_words(taint);
	if (user)
		text_append(&line, "%s%s", comma, user);
	if (taint->value)
		text_append(&line, ")");
	return line;
}
