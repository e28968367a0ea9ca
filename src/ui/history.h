/*
 * history.h - rates of the past, for graphs.  Pure.
 *
 * Four rings of different grain, each of HISTORY_SAMPLES samples; a sample is
 * the mean over its time.
 */
#ifndef UI_HISTORY_H
#define UI_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#define HISTORY_SAMPLES 480

enum span_id {
	SPAN_2M,
	SPAN_10M,
	SPAN_1H,
	SPAN_24H,
	SPAN_COUNT,
};
const char *span_name(enum span_id s); /* "2 min" */

struct history_ring {
	uint32_t v[HISTORY_SAMPLES]; /* oldest first once n is full */
	size_t n;
	uint64_t sum; /* of the sample being made */
	uint32_t seconds;
};

struct history {
	uint64_t last_s; /* 0: nothing yet */
	uint32_t last_rate;
	struct history_ring ring[SPAN_COUNT];
};

/* The rate now; called about once a second.  Gaps are filled with the last
 * value, at most one ring long. */
void history_add(struct history *h, uint64_t now_ms, uint32_t rate);

/*
 * The newest n <= cap samples of a span made for a graph of `want` samples
 * width: written to out, oldest first; returns their number.
 */
size_t history_samples(const struct history *h, enum span_id span, size_t want,
	uint32_t *out);
uint32_t history_peak(const struct history *h, enum span_id span);

#endif
