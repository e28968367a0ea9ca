/*
 * cli.h - the command line: which subcommand, its options, its errors.
 *
 * A subcommand is one file that exports a struct cli_command.  Every line it
 * writes to stderr begins "bttui: "; results go to stdout.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "cli/options.h"

enum cli_status {
	CLI_OK = 0,
	CLI_FAILED = 1,  /* stderr says why */
	CLI_USAGE = 2,   /* the command line makes no sense */
	CLI_TIMEOUT = 3, /* --timeout ran out */
	CLI_DAMAGED = 4, /* check: data incomplete or damaged */
};

struct cli_command {
	const char *name;     /* NULL: the session, which has none */
	const char *operands; /* "[OPTIONS] PATH" */
	const char *about;    /* one line; NULL: not shown in any help */
	const char *more;     /* further lines of its own help; may be NULL */
	const struct option_set *const *sets;
	size_t nsets;
	/* argv[0] is the subcommand's name. */
	int (*run)(int argc, char **argv);
};

extern const struct cli_command session_command, get_command, check_command,
	show_command, create_command, tracker_command, demo_command;

/* Ids of the options every command has; its own begin at OPTION_OWN. */
enum {
	OPTION_HELP = 1,
	OPTION_VERSION,
	OPTION_OWN,
};
extern const struct option_set cli_common_options;

/* Runs what the arguments ask for; the result is the exit status. */
int cli_main(int argc, char **argv);

/* Takes one option over; an error is a usage error and its fault is printed.
 */
typedef enum err cli_take(void *user, int id, const char *value,
	struct fault *fault);

struct operands {
	const char **at; /* into argv; the array is freed with mem_free() */
	size_t n;
};

#define CLI_GO_ON (-1)

/*
 * Reads all arguments of a command.  CLI_GO_ON, and then *ops is filled; else
 * the exit status, everything having been said (--help, a usage error).
 */
int cli_parse(const struct cli_command *cmd, int argc, char **argv,
	cli_take *take, void *user, struct operands *ops);

/* Print "bttui: ..." on stderr.  Arguments must be printable. */
void cli_complain(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* The same and a hint where help is; returns CLI_USAGE. */
int cli_usage(const struct cli_command *cmd, const char *fmt, ...)
	PRINTF_LIKE(2, 3);
/* The same as a line about something the user named; returns CLI_FAILED. */
int cli_fail(const char *what, const struct fault *fault);

/* What was printed has arrived, or CLI_FAILED after saying that it has not. */
int cli_flush(int status);

#endif
