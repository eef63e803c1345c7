/* How far long work is, for who watches it on a terminal. */
#ifndef SHOW_PROGRESS_H
#define SHOW_PROGRESS_H

#include <stddef.h>

/* Says on stderr, in one line that is written over and in the end taken away, that `ended` of `count` devices
 * are done. Nothing where stderr is no terminal that can do so. */
void progress_show(size_t ended, size_t count);

#endif
