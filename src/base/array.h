/* Growing arrays: any struct with the members `items` and `count` is one. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>
#include <stdlib.h>

/* One more item at the end, zeroed; returns a pointer to it, good until the next one. */
#define array_add(array)                                                                                     \
	((array)->items = array_room((array)->items, (array)->count, sizeof *(array)->items),                \
		&(array)->items[(array)->count++])

/* For each item of the array: `item` is a pointer to it. */
#define array_each(item, array)                                                                              \
	for (item = (array)->items; (array)->count && item < (array)->items + (array)->count; item++)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof *(array))

/* Room for one more than `count` items of `size` bytes, the new one zeroed. Returns the items' new place; the
 * program ends when memory does. */
void *array_room(void *items, size_t count, size_t size);

#endif
