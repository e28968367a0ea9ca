/*
 * tracker_list.h - which tracker to announce to, and when (BEP 12, 31, 48).
 *
 * Pure: says what to do, the owner does it and reports.  Tiers are tried in
 * order, trackers in a tier in shuffled order; one that answers moves to the
 * front of its tier and is asked again until it fails.  After the whole list
 * failed it backs off (15 s * 2^fails, 30 min at most).  Intervals the tracker
 * asks for are kept; a user's re-announce waits for its minimum (60 s if it
 * names none).  Every announce is spread by a few per cent so that thousands
 * of torrents do not come in step.  A tracker whose answers lack the numbers
 * of seeds and leeches is asked for a scrape, each half hour, until two
 * failed in a row.
 */
#ifndef CORE_SWARM_TRACKER_LIST_H
#define CORE_SWARM_TRACKER_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/snapshot.h"
#include "proto/metainfo.h"
#include "proto/tracker_http.h"

#define TRACKER_LIST_MAX 200u

struct tracker_list;

struct tracker_list *tracker_list_new(uint64_t seed);
void tracker_list_free(struct tracker_list *l);

/* URLs already there are ignored.  ERR_LIMIT, ERR_SYNTAX (no usable URL). */
MUST_CHECK enum err tracker_list_add(struct tracker_list *l, const char *url,
	uint32_t tier);
/*
 * It is asked no more and not named by those who skip what is gone; its index
 * stays its own.  False: there is none.  Adding its URL brings it back.
 */
bool tracker_list_remove(struct tracker_list *l, const char *url);
bool tracker_list_is_gone(const struct tracker_list *l, size_t i);
/* With those that are gone. */
size_t tracker_list_count(const struct tracker_list *l);
const char *tracker_list_url(const struct tracker_list *l, size_t i);

/* The torrent became active: announce "started" as soon as possible.  Starting
 * or stopping twice does nothing. */
void tracker_list_start(struct tracker_list *l, uint64_t now);
/* The last wanted piece passed: "completed" is due at once. */
void tracker_list_completed(struct tracker_list *l, uint64_t now);
/* The user asks, or we run out of peers. */
void tracker_list_hurry(struct tracker_list *l, uint64_t now);
/* No more announces.  Those to be told "stopped" are drained with next(). */
void tracker_list_stop(struct tracker_list *l, uint64_t now);

struct tracker_action {
	size_t index;
	const char *url; /* valid until the list changes */
	enum tracker_event event;
	const char *tracker_id;
	bool scrape; /* a scrape instead of an announce */
};
/* What to do at `now`, if anything; it counts as under way until reported. */
bool tracker_list_next(struct tracker_list *l, uint64_t now,
	struct tracker_action *out);
/* When next() has something; 0: at once.  NEVER also while the only thing to
 * do waits for a report. */
uint64_t tracker_list_deadline(const struct tracker_list *l);

/* The answer, or (a == NULL) the failure that f describes. */
void tracker_list_report(struct tracker_list *l, size_t index,
	const struct tracker_answer *a, const struct fault *f, uint64_t now);
/* s == NULL: it failed. */
void tracker_list_report_scrape(struct tracker_list *l, size_t index,
	const struct tracker_scrape *s, uint64_t now);

/* Largest numbers any tracker told; 0 unknown. */
void tracker_list_swarm(const struct tracker_list *l, uint32_t *seeds,
	uint32_t *leeches);
/* All trackers failed at their last try (and there is at least one). */
bool tracker_list_all_down(const struct tracker_list *l);
/* Milliseconds until the next planned announce; NEVER: none. */
uint64_t tracker_list_next_announce(const struct tracker_list *l, uint64_t now);
/* Host of the last tracker that answered; NULL: none. */
const char *tracker_list_good_host(const struct tracker_list *l);
/* Values for the screen; row->url borrows from the list. */
void tracker_list_row(const struct tracker_list *l, size_t i, uint64_t now,
	struct tracker_row *row);

#endif
