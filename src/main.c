/* The global options, the command, and the one place where a result becomes an exit status. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cmd/cmd.h"

const char *argp_program_version = "vfionoiommu " VERSION;

/* The name with which argp and getopt begin their messages, instead of the path in argv[0]. */
static char program[] = "vfionoiommu";

static error_t parse(int key, char *argument, struct argp_state *state)
{
	int *command = state->input; /* its index in argv */
	switch (key) {
	case ARGP_KEY_ARG:
		/* The command; its own parser handles the words after it. */
		*command = state->next - 1;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		usage_error(state, "COMMAND is missing; start with: vfionoiommu status");
		return 0;
	default:
		return options_parse(key, argument, state);
	}
}

static const char *command_table(void)
{
	char *text = text_copy("Commands:\n");
	for (size_t i = 0; commands[i]; i++)
		text_append(&text, "  %-8s  %s\n", commands[i]->name, commands[i]->summary);
	return text;
}

/* argp frees the result, unless it is `text`. */
static char *help_filter(int key, const char *text, void *input)
{
	(void)input;
	if (key != ARGP_KEY_HELP_PRE_DOC)
		return (char *)text;
	return strdup(text_format(
		"%s\n\n%s  help      show the help of a command: help COMMAND\n", text, command_table()));
}

/* A full disk or a closed pipe is a failure of the command, wherever it printed. */
static void close_stdout(void)
{
	int error = print_end();
	if (!error)
		return;
	log_error("standard output: %s", error == -EIO ? "write failed" : strerror(-error));
	_exit(STATUS_FAILED);
}

static enum status run_command(int argc, char **argv)
{
	char help_option[] = "--help";
	char *help[] = { NULL, help_option, NULL };
	const char *name = argv[0];
	if (text_same(name, "help") && argc > 1) {
		name = argv[1];
		argv = help;
		argc = 2;
	}
	if (text_same(name, "__complete")) {
		complete(argc - 1, argv + 1);
		return STATUS_DONE;
	}
	const struct command *command = command_find(name);
	if (!command) {
		log_error("unknown command '%s'", name);
		log_hint("vfionoiommu --help");
		return STATUS_USAGE;
	}
	argv[0] = text_format("vfionoiommu %s", command->name);
	return command->run(arguments_parse(command, argc, argv));
}

int main(int argc, char **argv)
{
	const struct argp argp = { options_for(NULL), parse, "COMMAND [ARG...]",
		"Bind PCI devices to vfio-pci in no-IOMMU mode, and restore their kernel drivers.\v"
		"Exit status: 0 success, or ready; 1 failure; 2 usage error; 3 refused, or not ready.",
		NULL, help_filter, NULL };
	int command = 0;
	process_begin();
	argp_err_exit_status = STATUS_USAGE;
	if (argc)
		argv[0] = program;
	atexit(close_stdout);
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &command);
	const char *about = argv[command + 1]; /* NULL at the end */
	bool about_all = !about || *about == '-' || text_same(about, "help");
	if (text_same(argv[command], "help") && about_all) {
		argp_help(&argp, stdout, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK, program);
		return STATUS_DONE;
	}
	return (int)run_command(argc - command, argv + command);
}
