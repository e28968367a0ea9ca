/*
 * adding.h - hand what was named on the command line to the engine.
 */
#ifndef CLI_ADDING_H
#define CLI_ADDING_H

#include "base/err.h"
#include "cli/session_opts.h"
#include "core/command.h"

/*
 * A torrent file, a link, a hash or a URL.  ERR_EXISTS: it is there already;
 * other errors as those of reading and of engine_command().  *id is {0, 0}
 * for a URL, which must be fetched first.
 */
MUST_CHECK enum err adding_one(struct engine *e, const struct session_opts *o,
	const char *what, struct torrent_id *id, struct fault *fault);

/*
 * The peers of --peer: looked up when begun, then given to every torrent the
 * engine has and, through adding_peers_tell(), to those that come later.
 */
struct adding_peers;

struct adding_peers *adding_peers_begin(struct app *a,
	const struct session_opts *o);
void adding_peers_tell(struct adding_peers *p, struct torrent_id id);
/* After the app has closed. */
void adding_peers_free(struct adding_peers *p);

#endif
