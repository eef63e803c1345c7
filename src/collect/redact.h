/* What is not this program's business is taken out of what it records. Pure: text in, text out. */
#ifndef COLLECT_REDACT_H
#define COLLECT_REDACT_H

/* A new string, which the caller frees: /proc/self/mountinfo without the options of the filesystems (servers,
 * users, keys' names), and without the sources that are no block device by its own name. */
char *redact_mounts(const char *text);

#endif
