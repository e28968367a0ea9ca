/*
 * dht_table_bench.c - what a full routing table costs.  Prints `name value`;
 * times are nanoseconds of processor time for each call, sizes are bytes.
 */
#include <malloc.h>
#include <stdio.h>
#include <time.h>

#include "base/rng.h"
#include "dht/table.h"

#define DEPTHS 20u  /* in which we know some of them */
#define OFFERED 40u /* of each depth: buckets and spares get full */
#define TARGETS 4096u
#define ROUNDS 100u
#define TABLES 100u /* of which the size is measured */
#define NOW UINT64_C(1000000)

static struct node_id targets[TARGETS];
static struct addr askers[TARGETS];

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static struct addr random_addr(struct rng *rng)
{
	uint8_t ip[4];

	rng_fill(rng, ip, sizeof ip);
	ip[0] = (uint8_t)(20 + ip[0] % 80);
	return addr_from_ip(span_of(ip, 4), (uint16_t)(rng_u64(rng) | 1024));
}

static struct table *fill(struct rng *rng)
{
	struct node_id self;
	struct table *t;

	rng_fill(rng, &self, sizeof self);
	t = table_new(ADDR_V4, &self);
	for (unsigned i = 0; i < DEPTHS * OFFERED; i++) {
		struct addr a = random_addr(rng);
		struct node_id id;

		rng_fill(rng, &id, sizeof id);
		node_id_in_bucket(&id, &self, DEPTHS - 1 - i / OFFERED);
		table_replied(t, &id, &a, 50, NOW);
	}
	return t;
}

/* Of many, so that what the allocator keeps for itself does not count. */
static void measure_size(struct rng *rng)
{
	struct table *t[TABLES];
	size_t before = mallinfo2().uordblks;

	for (unsigned i = 0; i < TABLES; i++)
		t[i] = fill(rng);
	printf("table_bytes %zu\n", (mallinfo2().uordblks - before) / TABLES);
	for (unsigned i = 0; i < TABLES; i++)
		table_free(t[i]);
}

static void report(const char *name, double began, double calls)
{
	printf("%s %.0f\n", name, (now_ns() - began) / calls);
}

static void bench_closest(const struct table *t, const char *name, size_t max)
{
	const struct contact *got[TABLE_CLOSEST_MAX];
	double began = now_ns();
	size_t sum = 0;

	for (unsigned r = 0; r < ROUNDS; r++)
		for (unsigned i = 0; i < TARGETS; i++)
			sum += table_closest(t, &targets[i], true, NOW, got,
				max);
	report(name, began, (double)ROUNDS * TARGETS);
	if (sum != (size_t)ROUNDS * TARGETS * max)
		printf("too few contacts\n");
}

static void bench_others(struct table *t)
{
	double began = now_ns();
	const struct contact *c;
	unsigned sum = 0;

	for (unsigned r = 0; r < ROUNDS; r++)
		for (unsigned i = 0; i < TARGETS; i++)
			sum += table_queried(t, &targets[i], &askers[i], NOW);
	report("queried_by_stranger_ns", began, (double)ROUNDS * TARGETS);
	began = now_ns();
	for (unsigned r = 0; r < ROUNDS; r++)
		for (unsigned i = 0; i < TARGETS; i++)
			sum += table_find(t, &askers[i]) != NULL;
	report("find_stranger_ns", began, (double)ROUNDS * TARGETS);
	table_closest(t, &targets[0], true, NOW, &c, 1);
	began = now_ns();
	for (unsigned i = 0; i < ROUNDS * TARGETS; i++)
		table_replied(t, &c->id, &c->addr, 50, NOW + i);
	report("replied_ns", began, (double)ROUNDS * TARGETS);
	began = now_ns();
	for (unsigned i = 0; i < ROUNDS * TARGETS; i++)
		sum += table_deadline(t, NOW) == 0;
	report("deadline_ns", began, (double)ROUNDS * TARGETS);
	if (sum > ROUNDS * TARGETS)
		printf("too much room\n");
}

int main(void)
{
	struct rng rng;
	struct table *t;

	rng_seed(&rng, 1);
	measure_size(&rng);
	t = fill(&rng);
	printf("contacts %u\n", table_counts(t, NOW).good);
	printf("spares %u\n", table_counts(t, NOW).spare);
	for (unsigned i = 0; i < TARGETS; i++) {
		rng_fill(&rng, &targets[i], sizeof targets[i]);
		askers[i] = random_addr(&rng);
	}
	bench_closest(t, "closest_8_ns", 8);
	bench_closest(t, "closest_128_ns", 128);
	bench_others(t);
	table_free(t);
	return 0;
}
