/*
 * tracker_swarms.h - the table behind tracker_server.h: who is in which
 * swarm.  Pure.  Private to the tracker.
 */
#ifndef CORE_TRACKER_SWARMS_H
#define CORE_TRACKER_SWARMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/list.h"
#include "base/map.h"
#include "base/rng.h"
#include "proto/tracker_http.h"

struct tracker_peer {
	struct list link; /* in tracker_swarms.heard, longest ago first */
	struct tracker_swarm *swarm;
	size_t index; /* in swarm->peers */
	uint64_t heard;
	struct addr addr;
	uint8_t id[20];
	bool is_seed;
	bool completed; /* it was counted as a download */
};

struct tracker_swarm {
	uint8_t hash[20];
	struct tracker_peer **peers;
	size_t npeers, cap;
	size_t nseeds;
	uint32_t downloaded;
	bool allowed; /* by name: stays without peers */
};

struct tracker_swarms {
	struct map *swarms; /* by info-hash */
	struct map *peers;  /* by info-hash and address */
	struct list heard;
	size_t nallowed, nseeds, peers_max;
	uint64_t expiry_ms;
	struct rng rng;
};

void tracker_swarms_init(struct tracker_swarms *s, const uint8_t key[16],
	size_t peers_max, uint64_t expiry_ms);
void tracker_swarms_fini(struct tracker_swarms *s);

/* Forget who was not heard of for too long. */
void tracker_swarms_expire(struct tracker_swarms *s, uint64_t now);

/* False beyond TRACKER_SERVER_ALLOWED_MAX. */
bool tracker_swarms_allow(struct tracker_swarms *s, const uint8_t hash[20]);

/* NULL: nobody there. */
struct tracker_swarm *tracker_swarms_find(const struct tracker_swarms *s,
	const uint8_t hash[20]);

/*
 * Take an announce over.  The swarm, or NULL when nobody is left in it.  addr
 * has the announced port.
 */
struct tracker_swarm *tracker_swarms_announce(struct tracker_swarms *s,
	const struct tracker_ask *ask, const struct addr *addr, uint64_t now);

/* Whom to tell about. */
struct tracker_choice {
	const struct addr *asker;
	bool is_seed;            /* seeds have no use for seeds */
	enum addr_family family; /* ADDR_NONE: both */
	size_t max;
};
/* Random ones; out has room for max. */
size_t tracker_swarms_choose(struct tracker_swarms *s,
	const struct tracker_swarm *swarm, const struct tracker_choice *choice,
	const struct tracker_peer **out);

#endif
