/*
 * engine.h - the set of torrents and all they share: what the host drives.
 *
 * I/O-free behind core/host.h.  Front ends use snapshot.h and command.h; this
 * header is for whoever wires an engine to a host (src/app, tests/sim).
 * Loop thread only.
 */
#ifndef CORE_ENGINE_H
#define CORE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "core/host.h"
#include "core/settings.h"
#include "core/snapshot.h"

struct engine;

struct engine_config {
	struct settings *settings; /* borrowed; read again when it changes */
	const char *download_dir;  /* absolute: the default folder */
	/* Keep and restore the list of torrents.  Without it only the resume
	 * data of torrents that are added is read and written (`get`). */
	bool keep_session;
	/* Names the running kernel: pages written under it and not yet synced
	 * are still there as long as it runs.  "" when unknown. */
	char boot_id[40];
	/* "HOST:PORT" of nodes to join the DHT by, borrowed for life. */
	const char *const *dht_nodes;
	size_t ndht_nodes;
};

struct engine *engine_new(struct host *h, const struct engine_config *cfg);
/* Begin: restore the session, if it is kept. */
void engine_start(struct engine *e);

/* From the host. */
void engine_accept(struct engine *e, struct stream *s, const struct addr *from);
void engine_datagram(struct engine *e, struct span bytes,
	const struct addr *from);
/* To one of the groups of local service discovery. */
void engine_multicast(struct engine *e, struct span bytes,
	const struct addr *from);
void engine_wake(struct engine *e, uint64_t now);

/*
 * Stop: peers are dropped, trackers told (unless fast; 3 s at most), resume
 * data saved.  done() is called once, never from inside this call; the
 * engine may be freed in it.  A second call with fast skips the trackers.
 */
void engine_close(struct engine *e, bool fast, void (*done)(void *user),
	void *user);
void engine_free(struct engine *e);

/*
 * changed() is called at the end of a turn in which anything that a snapshot
 * shows may have changed; never from inside another call of the engine's
 * users.  So a front end that is told nothing has nothing to do.
 */
void engine_on_change(struct engine *e, void (*changed)(void *user),
	void *user);

/* Whether every torrent was read and, where needed, checked. */
bool engine_settled(const struct engine *e);

#endif
