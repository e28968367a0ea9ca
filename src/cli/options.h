/*
 * options.h - long and short options, read and documented from one table.
 * Pure.
 *
 * A table says what options there are; the reader walks an argument vector by
 * it, and the help text is made from it, so the two cannot differ.  The forms
 * are those of GNU programs: "--name VALUE", "--name=VALUE", "-n VALUE",
 * "-nVALUE", "-abc" for three flags; operands and options may be mixed, and
 * "--" makes the rest operands.  Names are never abbreviated: what a script
 * writes today means the same when there are more options.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/err.h"

struct option_def {
	int id;           /* the caller's */
	char letter;      /* 0: none */
	const char *name; /* without its dashes */
	const char *arg;  /* what the value is called; NULL: a flag */
	const char *help; /* one phrase; NULL: not shown */
};

struct option_set {
	const char *title; /* of its part of the help; NULL: none */
	const struct option_def *defs;
	size_t n;
};

#define OPTION_SET(heading, table)                                             \
	{                                                                      \
		.title = (heading), .defs = (table),                           \
		.n = sizeof(table) / sizeof((table)[0])                        \
	}

enum option_found {
	OPTION_FOUND,   /* hit.def, and hit.value unless it is a flag */
	OPTION_OPERAND, /* hit.value */
	OPTION_END,
	OPTION_WRONG, /* the fault says what; reading may not go on */
};

struct option_hit {
	const struct option_def *def;
	const char *value; /* into argv */
};

struct option_reader {
	const struct option_set *const *sets;
	size_t nsets;
	char *const *argv;
	int argc;
	int at;              /* the next argument */
	const char *cluster; /* letters left of "-abc" */
	bool operands_only;  /* "--" was seen */
};

/* Begins after argv[0].  Everything is borrowed. */
void options_begin(struct option_reader *r,
	const struct option_set *const *sets, size_t nsets, int argc,
	char *const *argv);
enum option_found options_next(struct option_reader *r, struct option_hit *hit,
	struct fault *fault);

/* The options in two columns, as --help shows them.  Appends. */
void options_help(const struct option_set *const *sets, size_t nsets,
	struct buf *out);

#endif
