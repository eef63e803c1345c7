/* What a process inherits from whoever started it, and what it must not depend on. */
#ifndef KERNEL_PROCESS_H
#define KERNEL_PROCESS_H

/* To be called first of all: descriptors 0 to 2 are taken, also those that were closed; no signal is blocked;
 * children can be waited for; a file that becomes too large is an error of the write; and files get the mode
 * that they are given. */
void process_begin(void);

#endif
