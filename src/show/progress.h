/* Progress of long operations, on a terminal. */
#ifndef SHOW_PROGRESS_H
#define SHOW_PROGRESS_H

#include <stddef.h>

/* Shows on stderr how many of `count` devices are done, in one line that is overwritten and in the end
 * erased. Prints nothing if stderr is not a terminal that can erase a line. */
void progress_show(size_t ended, size_t count);

#endif
