/*
 * session.h - the full-screen session, for `bttui` itself and for its demo.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/cli.h"
#include "cli/session_opts.h"

/* Runs until the user leaves; the result is the exit status.  Errors have
 * been said. */
int session_run(const struct session_opts *opts, const struct operands *ops);

#endif
