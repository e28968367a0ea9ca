/*
 * dht_priv.h - the inside of a DHT node, shared by dht*.c.
 *
 * dht.c         the face: what comes in, when to wake up
 * dht_answer.c  queries of others
 * dht_ask.c     queries of ours: sending them, what became of them
 * dht_event.c   what the owner is told
 * dht_job.c     one lookup in one family, from start to end
 * dht_search.c  searches, made of a job in each family, and announces
 * dht_join.c    joining, contacts to try, those of the last run
 * dht_upkeep.c  contacts and buckets, our address and our id
 * dht_state.c   what is kept for the next start
 * dht_seen.c    what may be seen: counters, notes, the network's size
 *
 * Whatever happens to a lookup marks its job; dht_jobs_run() then goes on with
 * those that are marked.  It is called last in each public function that may
 * have marked one, so no job is freed while code of its own is on the stack.
 */
#ifndef DHT_DHT_PRIV_H
#define DHT_DHT_PRIV_H

#include "base/list.h"
#include "base/map.h"
#include "base/rng.h"
#include "dht/dht.h"
#include "dht/items.h"
#include "dht/lookup.h"
#include "dht/store.h"
#include "dht/table.h"
#include "dht/throttle.h"
#include "dht/token.h"
#include "dht/txn.h"

#define ROUTERS_MAX 16u
/* A family with fewer contacts takes nodes that the other one hears of. */
#define THIN 16u
#define HINTS_MAX 8u /* of such nodes in one lookup */

/* Contacts to try; fewer of them are known from strangers only. */
#define NEWCOMERS_MAX 16u
#define NEWCOMERS_STRANGE 8u
#define NEWCOMER_PACE_MS 200u

#define SAVED_AT_ONCE 8u
#define SAVED_WAIT_MS 2000u /* for them, before bootstrap hosts are asked */
#define SAVED_ENOUGH 32u    /* contacts; then the old ones are forgotten */

#define JOIN_GRACE_MS 200u /* saved contacts may come right after a router */
#define JOIN_AGAIN_MS 5000u
#define JOIN_AGAIN_MAX_MS 300000u
#define LOOKUP_STARTS 32u /* contacts that a lookup starts from */
#define SLEPT_MS 30000u   /* after it was due: the owner was not running */
#define REFRESH_JOBS_MAX 4u

#define VOTES_KEPT ((size_t)2 * DHT_EXTERNAL_VOTES)
#define ID_HOLD_MS 600000u /* between two changes of our id */

#define SIZE_SAMPLES 32u
#define SIZE_SAMPLES_MIN 8u
#define HISTORY_MS 60000u
#define ENDED_KEPT 8u
#define ENDED_SHOWN_MS 3000u

/* Owners of queries that are no job; jobs are numbered from OWNER_JOBS on. */
#define OWNER_UPKEEP 0u
#define OWNER_SAVED 1u
#define OWNER_JOBS 2u

struct vote {
	struct addr voter, named;
};

/* Our place in the network of one address family. */
struct family {
	enum addr_family family;
	struct table *table; /* NULL: off */
	struct node_id id;
	uint32_t live;     /* good and unsure contacts, at the last change */
	uint32_t nbuckets; /* likewise */

	bool is_joining;
	bool needs_routers;  /* our contacts were silent */
	bool router_answers; /* one did */
	uint64_t joined_ms;  /* 0: not yet */
	uint64_t join_at_ms; /* DHT_NEVER: no need, or nobody to ask */
	uint32_t join_wait_ms;

	/* Of the last run, likeliest first; pinged up to next_saved. */
	struct krpc_node *saved;
	size_t nsaved, next_saved;
	uint32_t saved_open;
	uint64_t restored_ms;

	struct vote votes[VOTES_KEPT]; /* a ring */
	size_t nvotes, next_vote;
	struct addr external;
	uint64_t id_changed_ms; /* 0: never */

	float sizes[SIZE_SAMPLES]; /* distance of the 8th closest; a ring */
	uint32_t nsizes, next_size;
};

struct newcomer {
	struct addr addr;
	bool is_strange; /* it asked us, or was named by the way */
};

/* Somebody to announce to. */
struct told {
	struct lookup_node node;
	uint8_t tries;
	uint8_t open; /* queries in flight */
	bool is_late; /* the last of them */
	bool is_over, is_stored;
};

/* One lookup, and the announces that follow it. */
struct job {
	struct list node; /* of dht.jobs */
	uint64_t number;
	enum dht_lookup_kind kind;
	struct family *fam;
	struct lookup *lookup; /* NULL: over */
	struct search *search; /* NULL: upkeep */
	struct node_id target;
	struct lookup_counts counts; /* of a lookup that is over */
	uint32_t bits, peers, hints;
	struct told *told;
	size_t ntold;
	bool is_marked;
	bool is_starved; /* could not ask for want of a budget */
	bool is_poor;    /* began with few contacts: more are welcome */
	bool is_over;
};

struct search {
	struct list node; /* of dht.waiting or dht.running */
	dht_search_id id;
	struct dht_query query;
	struct job *jobs[2]; /* NULL: not in this family */
	struct map *seen;    /* peers told of; NULL: none yet */
	uint8_t *blooms;     /* seeds, then peers; NULL: none came */
	uint32_t asked, found, told, stored;
};

struct note_ring {
	struct dht_view_event e[DHT_VIEW_EVENTS];
	uint32_t n, next;
};

struct ended {
	struct dht_view_lookup seen;
	uint64_t at_ms;
};

struct dht {
	struct dht_config cfg;
	char version[4];
	struct dht_ops ops;
	uint8_t map_key[16];
	struct rng rng;
	uint64_t now_ms, started_ms;
	uint64_t forgive_ms; /* queries sent before prove nothing */
	struct family fam[2];

	struct txns *txns;
	struct throttle *throttle;
	struct token_jar tokens;
	struct store_peers *store; /* NULL: nobody announced yet */
	struct items *items;       /* likewise */

	struct addr routers[ROUTERS_MAX];
	size_t nrouters;
	struct newcomer newcomers[NEWCOMERS_MAX];
	size_t nnewcomers;
	uint64_t newcomer_at_ms;

	struct list jobs;
	uint64_t next_job;
	struct list waiting, running; /* searches */
	size_t nrunning, nsearches;
	dht_search_id next_search;
	bool is_starved; /* a job, or saved contacts, wait for the budget */
	bool is_freed;   /* a place for a search that waits */

	struct list events;
	size_t nevents, ndone; /* ndone: DHT_SEARCH_DONE among them */
	struct event *given;   /* handed out last */

	struct dht_view_traffic traffic[KRPC_METHODS];
	uint64_t bytes_in, bytes_out, bad_packets;
	uint32_t bootstrap_asked, bootstrap_answered;
	struct note_ring notes;
	struct ended ended[ENDED_KEPT]; /* a ring */
	uint32_t next_ended;
	uint64_t history[DHT_VIEW_HISTORY]; /* a ring */
	uint32_t nhistory, next_history;
	uint64_t history_at_ms; /* the next entry is of this time */
};

/* --- dht.c ---------------------------------------------------------------- */

/* Also notices that the owner was not running for a while. */
void dht_see_time(struct dht *d, uint64_t now);
/* NULL: there is no such family, or it is off. */
struct family *dht_family(struct dht *d, uint8_t family);
struct family *dht_other_family(struct dht *d, const struct family *f);
void dht_send(struct dht *d, const struct addr *to, struct span packet);
bool dht_is_router(const struct dht *d, const struct addr *a);
/* Whether the word of one address about another may be used or passed on:
 * local addresses are named by and to local nodes only, those of the machine
 * itself on the machine itself. */
bool dht_may_name(const struct addr *who, const struct addr *named);

/* --- dht_answer.c --------------------------------------------------------- */

void dht_answer(struct dht *d, struct family *f, const struct krpc *query,
	enum krpc_code complaint, const struct addr *from, size_t size);

/* --- dht_ask.c ------------------------------------------------------------ */

/* Whether a query may go out now; if not, a wake-up comes when it may. */
bool dht_can_ask(struct dht *d);
/* `what` has a method and its arguments, the rest is filled in.  False: this
 * address is not asked. */
bool dht_ask(struct dht *d, struct family *f, const struct krpc *what,
	const struct addr *to, uint64_t owner);
bool dht_ping(struct dht *d, struct family *f, const struct addr *to,
	uint64_t owner);
/* Save for the budget: whether dht_ask() would. */
bool dht_is_askable(const struct dht *d, const struct family *f,
	const struct addr *a);
/* A reply or an error. */
void dht_answered(struct dht *d, struct family *f, const struct krpc *m,
	const struct addr *from);
void dht_time_out(struct dht *d);

/* --- dht_event.c ---------------------------------------------------------- */

void dht_event_external(struct dht *d, const struct addr *a);
void dht_event_peers(struct dht *d, dht_search_id id, const struct addr *peers,
	size_t n);
void dht_event_done(struct dht *d, const struct search *s);
/* Of a search that was cancelled. */
void dht_events_drop(struct dht *d, dht_search_id id);
void dht_events_free(struct dht *d);

/* --- dht_job.c ------------------------------------------------------------ */

struct job *dht_job_new(struct dht *d, struct family *f,
	enum dht_lookup_kind kind, const struct node_id *target);
/* Contacts to start from; with fewer usable ones than this, routers too.
 * False: there is nobody. */
bool dht_job_start(struct dht *d, struct job *j, size_t routers_below);
/* A contact answered: a lookup that began with few can start from it. */
void dht_jobs_meet(struct dht *d, const struct family *f,
	const struct node_id *id, const struct addr *a);
void dht_job_free(struct dht *d, struct job *j);
/* Its lookup is over: what may still be asked of it is kept. */
void dht_job_end_lookup(struct dht *d, struct job *j);
/* What became of a query.  m NULL: it was refused. */
void dht_job_answered(struct dht *d, const struct txn *t,
	const struct addr *from, const struct krpc *m);
void dht_job_late(struct dht *d, const struct txn *t);
void dht_job_failed(struct dht *d, const struct txn *t);
void dht_jobs_run(struct dht *d);
/* Those that waited for the budget go on. */
void dht_jobs_feed(struct dht *d);

/* --- dht_search.c --------------------------------------------------------- */

void dht_search_peers(struct dht *d, struct job *j, const struct addr *from,
	const struct krpc *m);
/* The lookup of one of its jobs ended, and goes; announces follow. */
void dht_search_lookup_over(struct dht *d, struct job *j);
/* The announces of such a job go on. */
void dht_search_step(struct dht *d, struct job *j);
void dht_announce_answered(struct job *j, const struct addr *from, bool stored);
void dht_announce_late(struct job *j, const struct addr *to);
void dht_announce_failed(struct job *j, const struct addr *to);
void dht_searches_start(struct dht *d);
void dht_searches_free(struct dht *d);

/* --- dht_join.c ----------------------------------------------------------- */

void dht_join_tick(struct dht *d, struct family *f);
void dht_join_over(struct dht *d, struct job *j);
/* The table changed: `live` contacts where there were `before`. */
void dht_join_contacts(struct dht *d, struct family *f, uint32_t before);
void dht_join_soon(struct dht *d, struct family *f);
/* By a bootstrap host that has just become known. */
void dht_join_through(struct dht *d, struct family *f, const struct addr *a);

void dht_newcomer(struct dht *d, const struct addr *a, bool is_strange);
void dht_newcomers_tick(struct dht *d);
void dht_saved_run(struct dht *d, struct family *f);
bool dht_saved_is_pending(const struct family *f);

/* --- dht_upkeep.c --------------------------------------------------------- */

void dht_contact_answered(struct dht *d, struct family *f,
	const struct node_id *id, const struct addr *a, uint32_t rtt_ms);
void dht_contact_failed(struct dht *d, struct family *f, const struct addr *a);
void dht_upkeep_tick(struct dht *d, struct family *f);
/* `from` says what our address is. */
void dht_vote(struct dht *d, struct family *f, const struct addr *from,
	const struct addr *named);
void dht_set_id(struct dht *d, struct family *f, const struct node_id *id);

/* --- dht_seen.c ----------------------------------------------------------- */

void dht_note(struct dht *d, const struct dht_view_event *e);
void dht_note_ended(struct dht *d, const struct job *j);
/* Of a lookup that ended: a sample of how dense the network is. */
void dht_note_density(struct dht *d, struct family *f, const struct lookup *l);

#endif
