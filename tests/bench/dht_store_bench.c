/*
 * dht_store_bench.c - what a full store of peers costs.  Prints `name value`;
 * values are nanoseconds of processor time for each call, or bytes.
 */
#include <malloc.h>
#include <stdio.h>
#include <time.h>

#include "base/hash.h"
#include "base/rng.h"
#include "dht/store.h"

#define HASHES 2000u
#define PEERS 500u
#define ROUNDS 100000u
#define WANTED 50u

static const uint8_t key[16] = {1, 2, 3};
static struct rng rng;

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void print_each(const char *name, double began, uint32_t n)
{
	printf("%s %.0f\n", name, (now_ns() - began) / n);
}

static struct node_id hash(uint32_t i)
{
	return (struct node_id){
		.b = {1, [18] = (uint8_t)(i >> 8), [19] = (uint8_t)i}};
}

static struct node_id any_hash(void)
{
	return hash((uint32_t)rng_below(&rng, HASHES));
}

static struct addr peer(uint32_t i)
{
	return addr_v4(20, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i,
		1000);
}

static size_t in_use(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static struct store_peers *measure_adding(void)
{
	size_t before = in_use();
	struct store_peers *s = store_peers_new(HASHES, PEERS, key);
	double began = now_ns();

	printf("store_empty_bytes %zu\n", in_use() - before);
	for (uint32_t i = 0; i < HASHES * PEERS; i++) {
		struct node_id h = hash(i % HASHES);
		struct addr a = peer(i);

		(void)store_peers_add(s, &h, &a, i % 3 == 0, 1000 + i / 100);
	}
	print_each("store_add_new", began, HASHES * PEERS);
	printf("store_peer_bytes %zu\n",
		(in_use() - before) / store_peers_count(s));
	return s;
}

static void measure_getting(struct store_peers *s, const char *name, size_t max)
{
	struct addr out[2 * WANTED];
	double began = now_ns();

	for (uint32_t i = 0; i < ROUNDS; i++) {
		struct node_id h = any_hash();

		(void)store_peers_get(s, &h, ADDR_V4, i & 1, &rng, 20000 + i,
			out, max);
	}
	print_each(name, began, ROUNDS);
}

static void measure_the_rest(struct store_peers *s)
{
	uint8_t seeds[KRPC_BLOOM_LEN], peers[KRPC_BLOOM_LEN];
	struct node_id samples[KRPC_SAMPLES_MAX];
	double began = now_ns();

	for (uint32_t i = 0; i < ROUNDS; i++) {
		struct node_id h = any_hash();

		(void)store_peers_bloom(s, &h, 120000, seeds, peers);
	}
	print_each("store_bloom", began, ROUNDS);
	began = now_ns();
	for (uint32_t i = 0; i < ROUNDS; i++)
		(void)store_peers_sample(s, &rng, 120000, samples,
			KRPC_SAMPLES_MAX);
	print_each("store_sample", began, ROUNDS);
	began = now_ns();
	for (uint32_t i = 0; i < ROUNDS; i++) {
		struct node_id h = any_hash();
		struct addr a = peer(HASHES * PEERS + i);

		(void)store_peers_add(s, &h, &a, false, 120000);
	}
	print_each("store_add_when_full", began, ROUNDS);
	began = now_ns();
	for (uint32_t i = 0; i < ROUNDS; i++) {
		struct node_id h = hash(HASHES + i);
		struct addr a = peer(HASHES * PEERS + i);

		(void)store_peers_add(s, &h, &a, false, 120001);
	}
	print_each("store_add_hash_when_full", began, ROUNDS);
}

static void measure_expiry(struct store_peers *s)
{
	uint32_t n = store_peers_count(s);
	double began = now_ns();

	while (store_peers_count(s))
		store_peers_tick(s, UINT64_MAX - 1);
	print_each("store_expire", began, n);
}

int main(void)
{
	struct store_peers *s;

	hash_setup();
	rng_seed(&rng, 1);
	s = measure_adding();
	measure_getting(s, "store_get_50", WANTED);
	measure_getting(s, "store_get_100", 2 * WANTED);
	measure_the_rest(s);
	measure_expiry(s);
	store_peers_free(s);
	hash_teardown();
	return 0;
}
