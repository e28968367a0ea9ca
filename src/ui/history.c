/*
 * history.c - see history.h.
 */
#include "ui/history.h"

#include <string.h>

/* Seconds that one sample of each ring stands for, and of the whole span. */
static const struct {
	const char *name;
	uint32_t grain, span;
} spans[SPAN_COUNT] = {
	{"2 min", 1, 120},
	{"10 min", 2, 600},
	{"1 hour", 10, 3600},
	{"24 hours", 180, 86400},
};

const char *span_name(enum span_id s)
{
	return spans[s].name;
}

static void ring_push(struct history_ring *r, uint32_t v)
{
	if (r->n == HISTORY_SAMPLES) {
		memmove(r->v, r->v + 1, (HISTORY_SAMPLES - 1) * sizeof *r->v);
		r->n--;
	}
	r->v[r->n++] = v;
}

static void add_second(struct history *h, uint32_t rate)
{
	for (int i = 0; i < SPAN_COUNT; i++) {
		struct history_ring *r = &h->ring[i];

		r->sum += rate;
		if (++r->seconds < spans[i].grain)
			continue;
		ring_push(r, (uint32_t)(r->sum / r->seconds));
		r->sum = 0;
		r->seconds = 0;
	}
}

void history_add(struct history *h, uint64_t now_ms, uint32_t rate)
{
	uint64_t now_s = now_ms / 1000 + 1;
	uint64_t gap;

	if (h->last_s == 0)
		h->last_s = now_s - 1;
	if (now_s <= h->last_s)
		return;
	gap = now_s - h->last_s - 1;
	if (gap > (uint64_t)HISTORY_SAMPLES * 180)
		gap = (uint64_t)HISTORY_SAMPLES * 180;
	for (uint64_t i = 0; i < gap; i++)
		add_second(h, h->last_rate);
	add_second(h, rate);
	h->last_s = now_s;
	h->last_rate = rate;
}

size_t history_samples(const struct history *h, enum span_id span, size_t want,
	uint32_t *out)
{
	const struct history_ring *r = &h->ring[span];
	size_t whole = spans[span].span / spans[span].grain;
	size_t have = r->n < whole ? r->n : whole;

	if (want > HISTORY_SAMPLES)
		want = HISTORY_SAMPLES;
	/* Spread or gather `whole` samples over `want`; nearest is enough. */
	for (size_t i = 0; i < want; i++) {
		size_t back = (want - 1 - i) * whole / want;

		out[i] = back < have ? r->v[r->n - 1 - back] : 0;
	}
	return want;
}

uint32_t history_peak(const struct history *h, enum span_id span)
{
	const struct history_ring *r = &h->ring[span];
	size_t whole = spans[span].span / spans[span].grain;
	uint32_t peak = 0;

	for (size_t i = r->n > whole ? r->n - whole : 0; i < r->n; i++)
		if (r->v[i] > peak)
			peak = r->v[i];
	return peak;
}
