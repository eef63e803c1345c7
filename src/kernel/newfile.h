/* A new file for the user, which appears complete or not at all. */
#ifndef KERNEL_NEWFILE_H
#define KERNEL_NEWFILE_H

struct newfile {
	int fd;          /* for writing, mode 0600 */
	char *path;      /* as the user typed it */
	char *temporary; /* its name until newfile_keep, in the same directory */
};

/* Creates the file `path` under a temporary name; termination signals are only recorded from now on. Finish
 * with newfile_keep or newfile_drop. Returns 0, or a negative errno with nothing created: -EEXIST: `path`
 * already exists; -EISDIR or -EINVAL: it is not a regular file. */
int newfile_begin(const char *path, struct newfile *file);

/* Renames the file to its final name. Returns 0, or a negative errno with the file removed: -EEXIST: `path`
 * was created meanwhile; -EINTR: a termination signal was received. */
int newfile_keep(struct newfile *file);

/* Removes the file. */
void newfile_drop(struct newfile *file);

#endif
