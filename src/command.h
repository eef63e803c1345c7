/* The commands. A new one is a file in cmd/ and a line here. */
#ifndef COMMAND_H
#define COMMAND_H

#include "cmd/options.h"

/* The only exit statuses there are. */
enum status {
	STATUS_DONE = 0,    /* done, or ready */
	STATUS_FAILED = 1,  /* something failed */
	STATUS_USAGE = 2,   /* wrong usage */
	STATUS_REFUSED = 3, /* refused for safety, or not ready */
};

struct command {
	const char *name;
	const char *summary; /* one line for --help */
	/* Parses what stands behind the command's name (argv[0] is "vfionoiommu NAME") and does it. `options`
	 * holds what was given before the name. */
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
