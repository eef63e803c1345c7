/* A file of the user's that is not there yet: written whole, or not at all. */
#ifndef KERNEL_NEWFILE_H
#define KERNEL_NEWFILE_H

struct newfile {
	int fd;          /* for writing, mode 0600 */
	char *path;      /* as the user typed it */
	char *temporary; /* beside it, until it is kept */
};

/* Begins the file `path`; from now on signals that ask to end are only remembered. End it with newfile_keep
 * or newfile_drop. Returns 0, or a negative errno with nothing begun: -EEXIST: there is such a file already;
 * -EISDIR or -EINVAL: there is something else. */
int newfile_begin(const char *path, struct newfile *file);

/* Gives the file its name. Returns 0, or a negative errno with nothing left behind: -EEXIST: something else
 * took the name meanwhile; -EINTR: a signal asked to end. */
int newfile_keep(struct newfile *file);

/* Leaves nothing behind. */
void newfile_drop(struct newfile *file);

#endif
