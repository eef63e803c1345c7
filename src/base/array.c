#include "base/array.h"

#include <string.h>

#include "base/log.h"

void *array_room(void *items, size_t count, size_t size)
{
	/* The array is full at 0 and at each power of two: this doubles it without storing a capacity. */
	if ((count & (count - 1)) == 0) {
		size_t room = count ? count * 2 : 1;
		items = reallocarray(items, room, size);
		if (!items)
			log_out_of_memory();
	}
	memset((char *)items + count * size, 0, size);
	return items;
}
