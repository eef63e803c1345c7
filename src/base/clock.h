/* The monotonic clock. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

/* Milliseconds since some time in the past. */
long long clock_milliseconds(void);

#endif
