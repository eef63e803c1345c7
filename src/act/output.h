/* Puts a text where the user wants it. */
#ifndef ACT_OUTPUT_H
#define ACT_OUTPUT_H

/* Makes the file `path` hold `text`, mode 0644, whole or not at all; what was there is replaced. Returns 0 or
 * a negative errno: -EINVAL: it is not a regular file. */
int output_replace(const char *path, const char *text);

/* Removes it. Returns 0, also when it is not there, or a negative errno as above. */
int output_remove(const char *path);

#endif
