/*
 * tracker_answer.h - what the decoders of HTTP and UDP trackers share: filling
 * a struct tracker_answer within its limits.  Private to proto.  Pure.
 */
#ifndef PROTO_TRACKER_ANSWER_H
#define PROTO_TRACKER_ANSWER_H

#include "proto/tracker_http.h"

/* Peers of one answer that are looked at; the rest is not even compared. */
#define TRACKER_PEERS_SEEN 2000u

/* An answer that says nothing: the default interval, no peers. */
void tracker_answer_init(struct tracker_answer *a);

/*
 * Keep a peer unless it cannot be dialled, is there already, or the list is
 * full.  The list grows by doubling up to TRACKER_PEERS_MAX.
 */
void tracker_answer_add_peer(struct tracker_answer *a, struct addr peer);

/* Compact peers of one family; what is left over of a last one is ignored. */
void tracker_answer_add_compact(struct tracker_answer *a, struct span peers,
	enum addr_family family);

/* The failure, cleaned; a text without a visible character is replaced. */
void tracker_answer_fail(struct tracker_answer *a, struct span reason);

/* Seconds between announces, within our limits; negative is the shortest. */
uint32_t tracker_interval_clamp(int64_t seconds);

/* Whether a tracker's count can be true; only then is *out set. */
bool tracker_count(int64_t value, uint32_t *out);

#endif
