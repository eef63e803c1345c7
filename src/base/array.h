/* Growing arrays: any struct with the members `items` and `count`. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>
#include <stdlib.h>

/* Appends a zeroed item; returns a pointer to it, valid until the next call. */
#define array_add(array)                                                                                     \
	((array)->items = array_room((array)->items, (array)->count, sizeof *(array)->items),                \
		&(array)->items[(array)->count++])

/* Iterates over the array: `item` is a pointer to the current item. */
#define array_each(item, array)                                                                              \
	for (item = (array)->items; (array)->count && item < (array)->items + (array)->count; item++)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof *(array))

/* Makes room for `count` + 1 items of `size` bytes, the last one zeroed. Returns the new location of the
 * items; exits if out of memory. */
void *array_room(void *items, size_t count, size_t size);

#endif
