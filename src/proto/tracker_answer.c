/*
 * tracker_answer.c - see tracker_answer.h.
 */
#include "proto/tracker_answer.h"

#include "base/mem.h"
#include "base/utf8.h"

void tracker_answer_init(struct tracker_answer *a)
{
	*a = (struct tracker_answer){
		.interval_s = TRACKER_INTERVAL_DEFAULT,
	};
}

void tracker_answer_fini(struct tracker_answer *a)
{
	mem_free(a->peers);
	a->peers = NULL;
	a->npeers = 0;
}

/* The capacity of a list that has been grown one by one by doubling. */
static size_t capacity(size_t n)
{
	size_t cap = 0;

	while (cap < n)
		cap = cap ? cap * 2 : 64;
	return cap;
}

void tracker_answer_add_peer(struct tracker_answer *a, struct addr peer)
{
	size_t i, cap = capacity(a->npeers);

	if (a->npeers >= TRACKER_PEERS_MAX || !addr_is_dialable(&peer))
		return;
	for (i = 0; i < a->npeers; i++)
		if (addr_equal(&a->peers[i], &peer))
			return;
	if (a->npeers == cap)
		a->peers = mem_resize(a->peers, capacity(cap + 1),
			sizeof *a->peers);
	a->peers[a->npeers++] = peer;
}

void tracker_answer_add_compact(struct tracker_answer *a, struct span peers,
	enum addr_family family)
{
	size_t size = family == ADDR_V6 ? ADDR_COMPACT_V6 : ADDR_COMPACT_V4;
	struct reader r = reader_of_span(peers);
	size_t seen;

	for (seen = 0; seen < TRACKER_PEERS_SEEN; seen++) {
		if (read_left(&r) < size)
			break;
		tracker_answer_add_peer(a, addr_read_compact(&r, family));
	}
}

void tracker_answer_fail(struct tracker_answer *a, struct span reason)
{
	text_clean_to(a->failure, sizeof a->failure, reason);
	if (a->failure[strspn(a->failure, " ")] == '\0')
		text_clean_to(a->failure, sizeof a->failure,
			span_str("the tracker refused without a reason"));
}

uint32_t tracker_interval_clamp(int64_t seconds)
{
	if (seconds < TRACKER_INTERVAL_MIN)
		return TRACKER_INTERVAL_MIN;
	if (seconds > TRACKER_INTERVAL_MAX)
		return TRACKER_INTERVAL_MAX;
	return (uint32_t)seconds;
}

bool tracker_count(int64_t value, uint32_t *out)
{
	if (value < 0 || value > INT32_MAX)
		return false;
	*out = (uint32_t)value;
	return true;
}
