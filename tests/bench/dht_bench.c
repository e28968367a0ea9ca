/*
 * dht_bench.c - what a DHT node costs: answering, at rest, in memory.  Prints
 * `name value`; times are processor time.
 *
 * For answers a node has a full table and a filled store.  For the rest a
 * network of real nodes lives for an hour on a virtual clock; its datagrams
 * and its clock are part of what is measured.
 */
#include <assert.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "base/heap.h"
#include "base/mem.h"
#include "base/rng.h"
#include "dht/dht_priv.h"

#define DEPTHS 20u
#define OFFERED 40u /* contacts of each depth: buckets and spares get full */
#define HASHES 2000u
#define PEERS 50u
#define QUERIES 4096u /* different ones */
#define ROUNDS 50u

#define NODES 300u
#define DELAY_MS 50u
#define SETTLE_MS 3600000u
#define HOUR_MS 3600000u

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

/* --- answers ----------------------------------------------------------------
 */

struct question {
	struct addr from;
	size_t n;
	uint8_t bytes[160];
};

static struct question questions[QUERIES];
static struct node_id hashes[HASHES];
static uint64_t sent, sent_bytes;

static void count_sent(void *user, const struct addr *to, struct span packet)
{
	(void)user;
	(void)to;
	sent++;
	sent_bytes += packet.n;
}

static void seeded(void *user, void *p, size_t n)
{
	rng_fill((struct rng *)user, p, n);
}

static struct dht *full_node(struct rng *rng)
{
	struct dht_config cfg = {
		.ipv4 = true, .answers_per_s = UINT32_MAX, .version = "TU01"};
	struct dht_ops ops = {count_sent, seeded, rng};
	struct dht *d = dht_new(&cfg, &ops, 1000);
	struct family *f = &d->fam[0];

	for (unsigned i = 0; i < DEPTHS * OFFERED; i++) {
		struct addr a = random_addr(rng);
		struct node_id id;

		rng_fill(rng, &id, sizeof id);
		node_id_in_bucket(&id, &f->id, DEPTHS - 1 - i / OFFERED);
		table_replied(f->table, &id, &a, 50, 1000);
	}
	d->store = store_peers_new(HASHES, 500, d->map_key);
	for (unsigned i = 0; i < HASHES; i++) {
		rng_fill(rng, &hashes[i], sizeof hashes[i]);
		for (unsigned k = 0; k < PEERS; k++) {
			struct addr a = random_addr(rng);

			store_peers_add(d->store, &hashes[i], &a, false, 1000);
		}
	}
	return d;
}

static void make_questions(struct rng *rng, enum krpc_method method,
	bool is_known)
{
	for (unsigned i = 0; i < QUERIES; i++) {
		struct question *q = &questions[i];
		struct writer w = writer_of(q->bytes, sizeof q->bytes);
		struct krpc m = {.kind = KRPC_QUERY,
			.method = method,
			.tid = span_str("aa"),
			.has_id = true,
			.has_target = method != KRPC_PING};

		rng_fill(rng, &m.id, sizeof m.id);
		rng_fill(rng, &m.target, sizeof m.target);
		if (is_known)
			m.target = hashes[i % HASHES];
		krpc_write(&m, &w);
		q->n = w.len;
		q->from = random_addr(rng);
	}
}

static void measure_answers(struct dht *d, struct rng *rng, const char *name,
	enum krpc_method method, bool is_known)
{
	double begun, ns;

	make_questions(rng, method, is_known);
	sent = sent_bytes = 0;
	begun = now_ns();
	for (unsigned r = 0; r < ROUNDS; r++)
		for (unsigned i = 0; i < QUERIES; i++)
			dht_receive(d,
				span_of(questions[i].bytes, questions[i].n),
				&questions[i].from, 2000);
	ns = (now_ns() - begun) / (ROUNDS * QUERIES);
	assert(sent >= ROUNDS * QUERIES);
	printf("dht_%s_per_s %.0f\n", name, 1e9 / ns);
	printf("dht_%s_ns %.0f\n", name, ns);
	printf("dht_%s_factor %.1f\n", name,
		(double)sent_bytes / (double)sent / (double)questions[0].n);
}

static void measure_all_answers(struct rng *rng)
{
	struct dht *d = full_node(rng);

	printf("dht_contacts %u\n", dht_good_nodes(d, 1000));
	measure_answers(d, rng, "ping", KRPC_PING, false);
	measure_answers(d, rng, "find_node", KRPC_FIND_NODE, false);
	measure_answers(d, rng, "get_peers", KRPC_GET_PEERS, false);
	measure_answers(d, rng, "get_peers_found", KRPC_GET_PEERS, true);
	dht_free(d);
}

/* --- memory ------------------------------------------------------------------
 */

static double used_bytes(void)
{
	struct mallinfo2 m = mallinfo2();

	return (double)m.uordblks + (double)m.hblkhd;
}

static void measure_empty(struct rng *rng)
{
	struct dht_config cfg = {.ipv4 = true, .ipv6 = true};
	struct dht_ops ops = {count_sent, seeded, rng};
	struct dht *d[100];
	double before = used_bytes();

	for (unsigned i = 0; i < 100; i++)
		d[i] = dht_new(&cfg, &ops, 1000);
	printf("dht_empty_bytes %.0f\n", (used_bytes() - before) / 100);
	for (unsigned i = 0; i < 100; i++)
		dht_free(d[i]);
}

/* --- at rest -----------------------------------------------------------------
 */

struct packet {
	uint64_t at;
	uint32_t from, to;
	uint32_t n;
	uint8_t bytes[KRPC_PACKET_MAX];
};

struct host {
	struct heap_node due;
	struct dht *d;
	struct addr addr;
};

struct world {
	uint64_t now;
	struct rng rng;
	struct host host[NODES];
	struct heap due;
	struct packet *queue; /* a ring */
	size_t head, n, cap;
	uint64_t packets, ticks;
};

static struct world w;

static struct addr addr_of(uint32_t i)
{
	return addr_v4(50, (uint8_t)(i >> 8), (uint8_t)i, 1, 6881);
}

static void post(void *user, const struct addr *to, struct span packet)
{
	struct packet *p;

	if (w.n == w.cap)
		return; /* lost */
	p = &w.queue[(w.head + w.n++) % w.cap];
	p->at = w.now + DELAY_MS;
	p->from = (uint32_t)((struct host *)user - w.host);
	p->to = (uint32_t)to->ip[1] << 8 | to->ip[2];
	p->n = (uint32_t)packet.n;
	memcpy(p->bytes, packet.p, packet.n);
	w.packets++;
}

static void draw(void *user, void *p, size_t n)
{
	(void)user;
	rng_fill(&w.rng, p, n);
}

static void settle(struct host *h)
{
	struct dht_event ev;

	while (dht_next_event(h->d, &ev))
		;
	heap_set(&w.due, &h->due, dht_deadline(h->d));
}

static void deliver(void)
{
	struct packet *p = &w.queue[w.head];
	struct host *h = &w.host[p->to];

	dht_receive(h->d, span_of(p->bytes, p->n), &w.host[p->from].addr,
		w.now);
	w.head = (w.head + 1) % w.cap;
	w.n--;
	settle(h);
}

static void live(uint64_t ms)
{
	uint64_t end = w.now + ms;

	for (;;) {
		uint64_t arrives = w.n ? w.queue[w.head].at : NEVER;
		uint64_t due = heap_next(&w.due);

		if (arrives > end && due > end)
			break;
		if (arrives <= due) {
			w.now = arrives > w.now ? arrives : w.now;
			deliver();
		} else {
			struct host *h = (struct host *)heap_min(&w.due);

			w.now = due > w.now ? due : w.now;
			dht_tick(h->d, w.now);
			w.ticks++;
			settle(h);
		}
	}
	w.now = end;
}

static void measure_rest(void)
{
	struct dht_config cfg = {.ipv4 = true, .version = "TU01"};
	double used = used_bytes(), begun;
	struct addr first = addr_of(0);
	uint32_t contacts = 0;

	for (uint32_t i = 0; i < NODES; i++) {
		struct host *h = &w.host[i];
		struct dht_ops ops = {post, draw, h};

		h->addr = addr_of(i);
		h->d = dht_new(&cfg, &ops, w.now);
		if (i > 0)
			dht_add_router(h->d, &first, w.now);
		settle(h);
		live(200);
	}
	live(SETTLE_MS);
	for (uint32_t i = 0; i < NODES; i++)
		contacts += dht_good_nodes(w.host[i].d, w.now);
	printf("dht_rest_contacts %u\n", contacts / NODES);
	printf("dht_rest_bytes %.0f\n", (used_bytes() - used) / NODES);
	w.packets = w.ticks = 0;
	begun = now_ns();
	live(HOUR_MS);
	printf("dht_rest_cpu_ms_per_hour %.2f\n",
		(now_ns() - begun) / 1e6 / NODES);
	printf("dht_rest_packets_per_hour %.0f\n", (double)w.packets / NODES);
	printf("dht_rest_wakeups_per_hour %.0f\n", (double)w.ticks / NODES);
	for (uint32_t i = 0; i < NODES; i++)
		dht_free(w.host[i].d);
}

int main(void)
{
	struct rng rng;

	hash_setup();
	rng_seed(&rng, 1);
	measure_all_answers(&rng);
	measure_empty(&rng);
	rng_seed(&w.rng, 2);
	w.cap = 16384;
	w.queue = (struct packet *)mem_array(w.cap, sizeof *w.queue);
	measure_rest();
	mem_free(w.queue);
	heap_fini(&w.due);
	return 0;
}
