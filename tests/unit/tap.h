/* A minimal TAP producer: ok(CONDITION) is a test with the condition as its name; the plan comes last. */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>
#include <stdio.h>

static int tap_count, tap_failed;

#define ok(condition) tap_report((condition), #condition, __FILE__, __LINE__)

static inline void tap_report(bool well, const char *what, const char *file, int line)
{
	printf("%sok %d - %s\n", well ? "" : "not ", ++tap_count, what);
	if (!well)
		printf("# at %s:%d\n", file, line);
	tap_failed += !well;
}

static inline int tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed != 0;
}

#endif
