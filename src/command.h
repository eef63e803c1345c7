/* The commands. To add one, add a file in cmd/ and a line here. */
#ifndef COMMAND_H
#define COMMAND_H

#include "cmd/options.h"

/* All exit statuses. */
enum status {
	STATUS_DONE = 0,    /* success, or ready */
	STATUS_FAILED = 1,  /* failure */
	STATUS_USAGE = 2,   /* usage error */
	STATUS_REFUSED = 3, /* refused, or not ready */
};

struct command {
	const char *name;
	const char *summary; /* one line for --help */
	/* Parses the words after the name of the command (argv[0] is "vfionoiommu NAME") and runs it.
	 * `options` are the options before the name. */
	enum status (*main)(int argc, char **argv, struct options *options);
};

extern const struct command command_status, command_list, command_enable, command_disable, command_bind,
	command_unbind, command_matrix, command_verify, command_taint, command_report, command_monitor,
	command_metrics, command_cdi;

#define COMMANDS                                                                                             \
	{                                                                                                    \
		&command_status, &command_list, &command_matrix, &command_enable, &command_disable,          \
			&command_bind, &command_unbind, &command_verify, &command_taint, &command_report,    \
			&command_monitor, &command_metrics, &command_cdi                                     \
	}

#endif
