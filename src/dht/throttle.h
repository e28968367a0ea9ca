/*
 * throttle.h - how much work strangers may make us do: budgets in messages and
 * bytes, for each source and for all.  Pure.
 *
 * A source (an IP; an IPv6 /64) that sends more than THROTTLE_SOURCE_PER_S
 * over ten seconds is not listened to for THROTTLE_IGNORE_MS.  Sources are
 * counted in a table of fixed size (8 KiB, made with the first one) with keyed
 * hashing; where it is too small for all of them we get less patient, never
 * more, and a ban is kept.  Local sources have the global budgets only, and
 * cannot be banned.  Over the global budget queries are dropped, never queued;
 * our own queries have a budget of their own, so a flood cannot stop our
 * lookups.
 */
#ifndef DHT_THROTTLE_H
#define DHT_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define THROTTLE_SOURCE_PER_S 5u
#define THROTTLE_WINDOW_MS 10000u
#define THROTTLE_IGNORE_MS 300000u
#define THROTTLE_SOURCES 512u
#define THROTTLE_ANSWER_BYTES_PER_S 32768u
#define THROTTLE_QUERIES_PER_S 200u /* of ours; burst of twice that */

struct throttle;

/* answers_per_s: queries of all strangers answered; 0: no limit, of bytes
 * neither (benchmarks). */
struct throttle *throttle_new(uint32_t answers_per_s, const uint8_t map_key[16],
	uint64_t now);
void throttle_free(struct throttle *t);

/* A query came: whether to answer it at all. */
bool throttle_admits(struct throttle *t, const struct addr *from, uint64_t now);
/* Whether an answer of this size may go out. */
bool throttle_answer(struct throttle *t, size_t bytes, uint64_t now);
/* Whether a query of ours may go out now. */
bool throttle_query(struct throttle *t, uint64_t now);
/* When throttle_query() says yes again; 0 when it does now. */
uint64_t throttle_query_at(const struct throttle *t, uint64_t now);
/* Not listened to from now on. */
void throttle_ban(struct throttle *t, const struct addr *a, uint64_t now);
/* A datagram of any kind from a banned source. */
bool throttle_is_banned(const struct throttle *t, const struct addr *a,
	uint64_t now);

#endif
