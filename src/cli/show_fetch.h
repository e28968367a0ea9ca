/*
 * show_fetch.h - the .torrent behind a link, or at an address on the web.
 *
 * An engine asks trackers, peers and the DHT for the file list of a link, or
 * the server for the file, and lives as long as that takes.  It keeps nothing:
 * its state is in a temporary folder, and it never touches the session's.
 */
#ifndef CLI_SHOW_FETCH_H
#define CLI_SHOW_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "cli/session_opts.h"

struct show_fetch {
	struct session_opts opts;
	bool has_timeout;
	uint64_t timeout_ms;
	bool quiet; /* no line that is redrawn */
	/* The .torrent, before trackers are told that this was all: that may
	 * take a while.  An error is complained of. */
	enum err (*found)(void *user, struct span torrent, struct fault *fault);
	void *user;
};

/* Of a link, an info-hash or a URL.  Returns the exit status; what went wrong
 * has been said. */
int show_fetch(const struct show_fetch *cfg, const char *what);

#endif
