/*
 * picker_bench.c - what choosing and counting cost.  Prints `name value`;
 * all values are nanoseconds of processor time.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/rng.h"
#include "core/swarm/piece_picker.h"

#define PIECES 200000u
#define BLOCKS 64u
#define PEERS 500u
#define BATCH 64u

static struct metainfo meta;
static struct meta_file file;
static struct layout layout;
static struct bitfield has[PEERS];

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static struct picker *make(uint32_t pieces, uint32_t blocks)
{
	struct picker_config cfg = {.layout = &layout, .seed = 1};
	struct picker *pk;

	meta.npieces = pieces;
	meta.piece_length = blocks * LAYOUT_BLOCK;
	meta.total = (uint64_t)pieces * meta.piece_length;
	file.length = meta.total;
	meta.files = &file;
	meta.nfiles = 1;
	layout_init(&layout, &meta);
	pk = picker_new(&cfg);
	for (uint32_t i = 0; i < PICKER_RANDOM_FIRST; i++)
		picker_passed(pk, i);
	return pk;
}

static void fill_sets(uint32_t pieces)
{
	struct rng rng;

	rng_seed(&rng, 3);
	for (uint32_t p = 0; p < PEERS; p++) {
		bitfield_init(&has[p], pieces);
		if (p % 8 == 0) {
			bitfield_set_all(&has[p]);
			continue;
		}
		for (uint32_t i = 0; i < pieces; i++)
			if (rng_below(&rng, 100) < p % 100)
				bitfield_add(&has[p], i);
	}
}

static void drop_sets(void)
{
	for (uint32_t p = 0; p < PEERS; p++)
		bitfield_fini(&has[p]);
}

/* Ask one peer for batches; each arrives before the next but three. */
static void download(const char *name, struct picker *pk, uint32_t peers,
	uint32_t batches, uint32_t max)
{
	static struct block_ref out[PEERS][BATCH];
	static size_t n[PEERS];
	struct pick_options opt = {.fast = true};
	double picking = 0, storing = 0;
	uint64_t picked = 0;
	size_t nothers;

	memset(n, 0, sizeof n);
	for (uint32_t i = 0; i < batches; i++) {
		uint32_t p = i % peers;
		double start = now_ns(), middle;

		for (size_t k = 0; k < n[p]; k++) {
			struct block_ref b = out[p][k];

			(void)picker_stored(pk, p, b, NULL, &nothers, 0);
			if (picker_complete(pk, b.piece))
				picker_passed(pk, b.piece);
		}
		middle = now_ns();
		n[p] = picker_pick(pk, p, &has[p], &opt, out[p], max);
		picking += now_ns() - middle;
		storing += middle - start;
		picked += n[p];
	}
	printf("%s_pick_batch_ns %.0f\n", name, picking / batches);
	printf("%s_pick_block_ns %.1f\n", name, picking / (double)picked);
	printf("%s_store_block_ns %.1f\n", name, storing / (double)picked);
}

static void availability(struct picker *pk)
{
	struct rng rng;
	struct block_ref b;
	double start = now_ns();

	for (uint32_t p = 0; p < PEERS; p++)
		picker_peer_joined(pk, &has[p]);
	printf("join_bitfield_ns %.0f\n", (now_ns() - start) / PEERS);
	start = now_ns();
	(void)picker_pick(pk, 0, &has[0], NULL, &b, 1);
	printf("pick_after_joins_ns %.0f\n", now_ns() - start);
	rng_seed(&rng, 9);
	start = now_ns();
	for (int i = 0; i < 1000000; i++)
		picker_peer_has(pk, (uint32_t)rng_below(&rng, PIECES));
	printf("have_ns %.1f\n", (now_ns() - start) / 1e6);
	start = now_ns();
	picker_peer_joined(pk, &has[0]);
	picker_peer_left(pk, &has[0]);
	printf("seed_join_leave_ns %.0f\n", now_ns() - start);
	start = now_ns();
	printf("copies_milli %u\n", picker_copies_milli(pk));
	printf("copies_ns %.0f\n", now_ns() - start);
}

int main(void)
{
	struct picker *pk = make(PIECES, BLOCKS);

	fill_sets(PIECES);
	availability(pk);
	download("swarm", pk, PEERS, 100000, BATCH);
	picker_free(pk);
	pk = make(PIECES, BLOCKS);
	picker_peer_joined(pk, &has[0]);
	download("one_seed", pk, 1, 100000, BATCH);
	picker_free(pk);
	/* Pieces of a single block begin and end with each request. */
	pk = make(PIECES, 1);
	for (uint32_t p = 0; p < PEERS; p++)
		picker_peer_joined(pk, &has[p]);
	download("tiny_pieces", pk, PEERS, 3000, BATCH);
	picker_free(pk);
	drop_sets();
	return 0;
}
