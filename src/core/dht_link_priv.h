/*
 * dht_link_priv.h - the inside of the DHT's link, shared by dht_link*.c.
 *
 * dht_link.c       bootstrap, wishes and searches
 * dht_link_state.c its state file
 * dht_link_rows.c  what is seen of it
 */
#ifndef CORE_DHT_LINK_PRIV_H
#define CORE_DHT_LINK_PRIV_H

#include "base/list.h"
#include "core/dht_link.h"

#define HOST_MAX 256u
#define RUNNING_MAX 16u /* searches of torrents at the same time */
#define CALL_MS 30000u  /* bootstrap hosts again, while nodes are few */
#define CALL_MAX_MS 900000u
#define NODES_ENOUGH 16u
#define SLEEP_S 30
#define RATE_MS 1000u
#define STATE_FILE "dht"

/* A bootstrap host, or one that the user named, while its name is resolved. */
struct router {
	struct list node;
	struct dht_link *link;
	bool is_router;
	struct addr addr; /* ADDR_NONE: host and port */
	char host[HOST_MAX];
	uint16_t port;
	struct resolve *resolve;
};

struct dht_link {
	struct host *host;
	struct dht_link_config cfg;
	struct dht *node; /* NULL: off */
	struct list routers;
	uint32_t resolving;
	uint64_t call_at_ms, call_wait_ms;
	struct heap wants; /* those not running */
	struct dht_want *running[RUNNING_MAX];
	size_t nwants;
	uint64_t save_at_ms;
	bool loading;
	uint32_t jobs;       /* of the state file */
	int64_t seen_wall_s; /* both clocks at the last tick */
	uint64_t seen_ms;

	/* Rates, from counters and when they were read last. */
	uint64_t rated_ms;
	struct dht_view_traffic rated[KRPC_METHODS];
	uint64_t rated_in, rated_out;
	struct dht_rates rates[KRPC_METHODS];
	uint32_t in_bps, out_bps;
};

void dht_link_load(struct dht_link *l);

#endif
