/*
 * dht_measure.h - figures of a network of dht_net.h: how well lookups and
 * tables are, and what they cost.
 */
#ifndef DHT_MEASURE_H
#define DHT_MEASURE_H

#include "dht_evil.h"
#include "dht_net.h"

#define DHT_CLOSEST 8u

/* Values of which medians and the like are wanted. */
struct dht_values {
	double *v;
	size_t n, cap;
};
void dht_values_add(struct dht_values *s, double v);
/* permille 500: the median; 0 of none. */
double dht_values_at(struct dht_values *s, uint32_t permille);
double dht_values_mean(const struct dht_values *s);
void dht_values_free(struct dht_values *s);

/* To whom an announce went: how many of the closest to its hash, reachable
 * nodes and, unless NULL, Sybils with them; and to how many that are no nodes
 * (any more). */
struct dht_hits {
	uint32_t closest, strange;
	uint32_t missed; /* of the closest, those that are honest */
};
struct dht_hits dht_measure_hits(const struct dht_net *n,
	const struct sybils *sybils, const struct dht_net_search *s);

struct dht_lookups_plan {
	uint32_t count;
	uint64_t apart_ms; /* from one to the next */
	uint64_t wait_ms;  /* between announces and searches */
	/* Of hashes; NULL: any. */
	const struct node_id *hash;
	uint32_t hash_bits;          /* those that all share with *hash */
	const struct sybils *sybils; /* that count as nodes; NULL: none */
};

struct dht_lookups {
	uint32_t tried, found; /* searches; who found who had announced */
	uint32_t announces;
	double closest; /* of the 8 closest nodes, on average */
	double seven;   /* share of announces that went to 7 of them */
	double honest;  /* share of those that missed one honest one at most */
	double strange; /* told though they are no nodes, on average */
	double stored;  /* acknowledged, on average */
	/* Of searches. */
	double asked_median, asked_p95;
	double first_median_ms, first_p95_ms; /* till the first peers */
	double end_median_ms, end_p95_ms;
};

/* Random nodes announce themselves; others look for them, all at once as far
 * as the plan says.  Takes its time on the clock of the net. */
struct dht_lookups dht_measure_lookups(struct dht_net *n,
	const struct dht_lookups_plan *plan);

struct dht_tables {
	uint32_t nodes;        /* that were looked at */
	double contacts;       /* of each, spares left out */
	double good;           /* share that is called good */
	double reachable;      /* share of contacts that is there and answers */
	double good_reachable; /* likewise of the good ones */
	/* Share of the reachable nodes that could be in a bucket, 8 at most,
	 * that are; and of the 8 closest to the own id. */
	double filled, closest;
	double size_median; /* estimated size: reachable nodes are 1 */
	double size_p5, size_p95;
	double rtt_ms; /* median of the medians */
	double joined_ms_median, joined_ms_p95;
};
struct dht_tables dht_measure_tables(struct dht_net *n, uint32_t nodes,
	uint64_t age_ms);

struct dht_load { /* of each node in a minute */
	double datagrams, bytes, queries;
	double kind[KRPC_METHODS]; /* queries */
	double answered;           /* share of them */
};
struct dht_load dht_measure_load(struct dht_net *n, uint64_t ms);

#endif
