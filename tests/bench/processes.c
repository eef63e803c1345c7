/* processes COUNT DESCRIPTORS: so many processes with so many open descriptors, until they are killed (they
 * have one process group). Prints a line when all are there. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int count, char **arguments)
{
	int processes = count > 2 ? atoi(arguments[1]) : 0, descriptors = count > 2 ? atoi(arguments[2]) : 0;
	int ready[2];
	char byte;
	if (setpgid(0, 0) < 0 || pipe(ready) < 0)
		return 1;
	for (int i = 0; i < processes; i++) {
		pid_t process = fork();
		if (process < 0)
			return 1;
		if (process == 0) {
			for (int fd = 5; fd < descriptors; fd++)
				if (open("/dev/null", O_RDONLY) < 0)
					return 1;
			(void)!write(ready[1], "", 1);
			for (;;)
				pause();
		}
	}
	for (int i = 0; i < processes; i++)
		if (read(ready[0], &byte, 1) != 1)
			return 1;
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}
