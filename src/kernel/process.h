/* Resets the process attributes inherited from the parent. */
#ifndef KERNEL_PROCESS_H
#define KERNEL_PROCESS_H

/* Call this first. Afterwards descriptors 0 to 2 are in use even if they were closed, no signal is blocked,
 * wait() works, a write beyond the file size limit fails instead of killing the process, and the umask is
 * 022. */
void process_begin(void);

#endif
