/* Output files of the user. */
#ifndef ACT_OUTPUT_H
#define ACT_OUTPUT_H

/* Atomically writes `text` to the file `path`, mode 0644, replacing an existing file. Returns 0 or a negative
 * errno: -EINVAL: not a regular file. */
int output_replace(const char *path, const char *text);

/* Removes the file. Returns 0, also if it does not exist, or a negative errno as above. */
int output_remove(const char *path);

#endif
