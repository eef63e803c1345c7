/* The monotonic clock. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

/* Milliseconds since an arbitrary time in the past. */
long long clock_milliseconds(void);

#endif
