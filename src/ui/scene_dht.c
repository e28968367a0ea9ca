/*
 * scene_dht.c - see scene_dht.h.
 */
#include "ui/scene_dht.h"

#include <string.h>

#define V4_BUCKETS 21
#define V6_BUCKETS 13
#define YOUNG_BUCKETS 5
#define SECONDS 1000ull

struct bucket {
	uint8_t good, unsure, spare;
};

static const struct bucket v4_buckets[V4_BUCKETS] = {{16, 0, 4}, {16, 0, 2},
	{6, 2, 1}, {7, 1, 1}, {8, 0, 0}, {6, 2, 1}, {7, 1, 0}, {8, 0, 0},
	{8, 0, 1}, {7, 1, 0}, {8, 0, 0}, {8, 0, 0}, {7, 1, 0}, {8, 0, 0},
	{6, 2, 1}, {5, 3, 0}, {5, 2, 0}, {3, 2, 0}, {2, 1, 0}, {1, 0, 0},
	{0, 0, 0}};

static const struct bucket v6_buckets[V6_BUCKETS] = {{8, 0, 1}, {8, 0, 1},
	{7, 1, 0}, {7, 1, 0}, {8, 0, 0}, {7, 1, 0}, {5, 1, 0}, {4, 0, 0},
	{3, 0, 0}, {2, 0, 0}, {1, 0, 0}, {1, 0, 0}, {0, 0, 0}};

static const struct bucket young_buckets[YOUNG_BUCKETS] = {
	{14, 0, 0}, {9, 1, 0}, {8, 0, 0}, {5, 2, 0}, {2, 1, 0}};

static const struct node_id own_id = {
	{0x7f, 0x3a, 0x91, 0xc4, 0xe0, 0x5b, 0x2d, 0x88, 0x76, 0xaa, 0x10, 0xcd,
		0x93, 0xbe, 0x55, 0x20, 0xf1, 0xc0, 0xc2, 0xd4}};
static const struct node_id own_id6 = {
	{0x2c, 0x88, 0x04, 0x9e, 0x61, 0xf7, 0xd2, 0x13, 0x5a, 0x40, 0xb9, 0x0e,
		0x77, 0xc3, 0x18, 0x6f, 0xa5, 0x92, 0x3d, 0xe1}};
static const struct node_id magnet = {{0xc9, 0xe1, 0x57, 0x63}};
static const struct node_id wikipedia = {{0x1a, 0x77, 0xd0, 0xbe}};
static const struct node_id debian = {{0x7f, 0x21, 0xb0, 0x4e}};

static uint32_t sum_good(const struct bucket *b, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += b[i].good;
	return sum;
}

uint32_t scene_dht_nodes(enum scene_dht kind)
{
	if (kind == SCENE_DHT_JOINED)
		return sum_good(v4_buckets, V4_BUCKETS) +
		       sum_good(v6_buckets, V6_BUCKETS);
	return kind == SCENE_DHT_JOINING
	               ? sum_good(young_buckets, YOUNG_BUCKETS)
	               : 0;
}

/* --- the routing table --- */

static void fill_family(struct dht_view_family *f, const struct node_id *id,
	const struct bucket *b, uint32_t n)
{
	f->on = true;
	f->id = *id;
	f->nbuckets = n;
	for (uint32_t i = 0; i < n; i++) {
		f->bucket[i].good = b[i].good;
		f->bucket[i].unsure = b[i].unsure;
		f->bucket[i].spare = b[i].spare;
		f->good += b[i].good;
		f->unsure += b[i].unsure;
		f->spare += b[i].spare;
	}
	f->verified = f->good;
}

static struct addr address_of(enum addr_family family, unsigned bucket,
	unsigned i)
{
	uint8_t ip[16] = {0x20, 0x01, 0x0d, 0xb8, (uint8_t)bucket};

	if (family == ADDR_V4)
		return addr_v4(198, 51, (uint8_t)(100 + bucket),
			(uint8_t)(7 * i + 3), (uint16_t)(6881 + i));
	ip[15] = (uint8_t)(i + 1);
	return addr_from_ip(span_of(ip, sizeof ip), (uint16_t)(6881 + i));
}

/* Shares so many leading bits with our own and no more. */
static struct node_id id_of(const struct node_id *own, unsigned bits,
	unsigned i)
{
	struct node_id id = *own;

	id.b[bits / 8] ^= (uint8_t)(0x80u >> bits % 8);
	for (unsigned k = bits / 8 + 1; k < NODE_ID_LEN; k++)
		id.b[k] = (uint8_t)(id.b[k] * 31 + i * 57 + k);
	return id;
}

static void fill_nodes(struct dht_detail *out, enum addr_family family,
	unsigned bucket)
{
	const struct dht_view_family *f =
		family == ADDR_V4 ? &out->view.v4 : &out->view.v6;
	unsigned good, n;

	if (family == ADDR_NONE || bucket >= f->nbuckets)
		return;
	good = f->bucket[bucket].good;
	n = good + f->bucket[bucket].unsure;
	for (unsigned i = 0; i < n && i < DHT_BUCKET_NODES; i++)
		out->nodes[out->nnodes++] = (struct dht_view_node){
			.id = id_of(&f->id, bucket, i),
			.addr = address_of(family, bucket, i),
			.rtt_ms = 21 + 17 * i,
			.replied_s = i < good ? 40 * i + 12 : 900 + 60 * i,
			.is_good = i < good,
			.is_verified = i % 5 != 4,
			.fails = i < good ? 0 : 1,
		};
}

/* --- what it does --- */

static void fill_lookups(struct dht_view *v)
{
	v->lookups[0] = (struct dht_view_lookup){.kind = DHT_LOOKUP_PEERS,
		.family = ADDR_V4,
		.target = magnet,
		.asked = 22,
		.open = 3,
		.replied = 17,
		.depth_bits = 14,
		.peers = 16};
	v->lookups[1] = (struct dht_view_lookup){.kind = DHT_LOOKUP_PEERS,
		.family = ADDR_V6,
		.target = wikipedia,
		.asked = 41,
		.open = 3,
		.replied = 33,
		.depth_bits = 17};
	v->lookups[2] = (struct dht_view_lookup){.kind = DHT_LOOKUP_REFRESH,
		.family = ADDR_V4,
		.target = own_id,
		.bits = 17,
		.asked = 6,
		.open = 2,
		.replied = 3,
		.depth_bits = 9};
	v->nlookups = v->searches = 3;
	v->v4.bucket[17].refreshing = true;
}

static void fill_announces(struct dht_detail *out, const struct snapshot *s)
{
	/* By the row of the dashboard's scene. */
	static const struct {
		size_t row;
		struct dht_announce_row r;
	} all[] = {
		{3, {.is_running = true,
			    .asked = 22,
			    .next_s = UINT32_MAX,
			    .last_s = 900}},
		{0, {.asked = 61,
			    .found = 34,
			    .told = 8,
			    .stored = 8,
			    .next_s = 252,
			    .last_s = 648}},
		{1, {.asked = 48,
			    .found = 9,
			    .told = 8,
			    .stored = 8,
			    .next_s = 665,
			    .last_s = 235}},
		{4, {.asked = 52,
			    .found = 40,
			    .told = 8,
			    .stored = 7,
			    .next_s = 790,
			    .last_s = 110}},
		{10, {.asked = 30, .told = 8, .next_s = 850, .last_s = 50}},
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (all[i].row >= s->nrows)
			continue;
		out->announces[out->nannounces] = all[i].r;
		out->announces[out->nannounces++].torrent =
			s->rows[all[i].row].id;
	}
	out->nwants = out->nannounces;
}

static void fill_traffic(struct dht_detail *out)
{
	static const struct dht_rates rates[KRPC_METHODS] = {
		[KRPC_PING] = {1200, 1100, 3100, 0, 80},
		[KRPC_FIND_NODE] = {4000, 3800, 9400, 0, 50},
		[KRPC_GET_PEERS] = {6300, 5900, 17200, 0, 60},
		[KRPC_ANNOUNCE] = {500, 500, 1300, 100, 0},
	};

	for (size_t i = 0; i < KRPC_METHODS; i++) {
		out->rates[i] = rates[i];
		out->view.traffic[i].out = rates[i].out;
		out->view.traffic[i].in = rates[i].in;
	}
	out->in_bps = 4915;
	out->out_bps = 6246;
}

static void fill_rtts(struct txn_rtts *r)
{
	*r = (struct txn_rtts){.median_ms = 38,
		.p95_ms = 210,
		.loss_milli = 60,
		.samples = 512};
	for (unsigned i = 0; i < TXN_RTT_CELLS; i++)
		r->cells[i] = (uint16_t)(i < 4 ? 10 + 26 * i
					       : 90 * 4 / (i + (i - 4) / 2));
}

static void fill_network(struct dht_view *v)
{
	v->network = 9800000;
	v->network_spread = 1100000;
	v->network_samples = 64;
	v->nhistory = 52;
	for (uint32_t i = 0; i < v->nhistory; i++)
		v->history[i] =
			i < 10 ? 950000u * (i + 1) : 9500000u + i % 7 * 170000u;
}

static void fill_events(struct dht_view *v)
{
	static const struct {
		uint32_t ago_s;
		struct dht_view_event e;
	} all[] = {
		{2, {.note = DHT_NOTE_PEERS, .n = 16}},
		{16, {.note = DHT_NOTE_ANNOUNCED, .n = 8, .m = 8}},
		{20, {.note = DHT_NOTE_DROPPED, .n = 3}},
		{29, {.note = DHT_NOTE_SPLIT, .n = 18}},
		{41, {.note = DHT_NOTE_BANNED}},
		{117, {.note = DHT_NOTE_EXTERNAL, .n = 8}},
		{121, {.note = DHT_NOTE_JOINED, .n = 203, .m = 4100}},
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct dht_view_event *e = &v->events[v->nevents++];

		*e = all[i].e;
		e->at_ms = v->now_ms - all[i].ago_s * SECONDS;
		e->hash = e->note == DHT_NOTE_PEERS ? magnet : debian;
		e->addr = addr_v4(185, 21, 217, 14, 51413);
		if (e->note == DHT_NOTE_DROPPED)
			e->addr = addr_v4(94, 23, 202, 8, 6881);
		if (e->note == DHT_NOTE_BANNED)
			e->addr = addr_v4(192, 0, 2, 66, 1);
		if (e->note == DHT_NOTE_EXTERNAL)
			e->addr = addr_v4(203, 0, 113, 9, 51413);
	}
}

static void fill_joined(struct dht_detail *out, const struct snapshot *s)
{
	static const uint8_t ip6[16] = {
		0x2a, 0x01, 0x04, 0xf8, 0x0c, 0x17, 0x9a, 0xb2, [15] = 9};
	struct dht_view *v = &out->view;

	v->joined = true;
	v->started_ms = v->now_ms - 125100;
	v->joined_ms = v->started_ms + 4100;
	fill_family(&v->v4, &own_id, v4_buckets, V4_BUCKETS);
	fill_family(&v->v6, &own_id6, v6_buckets, V6_BUCKETS);
	v->v4.external = addr_v4(203, 0, 113, 9, 51413);
	v->v6.external = addr_from_ip(span_of(ip6, sizeof ip6), 51413);
	v->v4.is_verified = v->v6.is_verified = true;
	fill_lookups(v);
	fill_announces(out, s);
	fill_traffic(out);
	fill_rtts(&v->rtts);
	v->stored_hashes = 96;
	v->stored_peers = 418;
	fill_network(v);
	fill_events(v);
}

static void fill_joining(struct dht_view *v)
{
	v->started_ms = v->now_ms - 1300;
	fill_family(&v->v4, &own_id, young_buckets, YOUNG_BUCKETS);
	v->lookups[0] = (struct dht_view_lookup){.kind = DHT_LOOKUP_SELF,
		.family = ADDR_V4,
		.target = own_id,
		.asked = 31,
		.open = 5,
		.replied = 22,
		.depth_bits = 8};
	v->nlookups = v->searches = 1;
	v->rtts = (struct txn_rtts){.median_ms = 44,
		.p95_ms = 180,
		.loss_milli = 90,
		.samples = 22,
		.cells = {0, 1, 4, 6, 5, 2, 1, 1, [17] = 2}};
}

void scene_dht_fill(enum scene_dht kind, const struct snapshot *s,
	enum addr_family family, unsigned bucket, struct dht_detail *out)
{
	memset(out, 0, sizeof *out);
	out->on = kind != SCENE_DHT_OFF;
	if (!out->on)
		return;
	out->view.on = true;
	out->view.now_ms = s->now_ms;
	out->view.bootstrap_asked = 8;
	if (kind == SCENE_DHT_ALONE)
		return;
	out->view.bootstrap_answered = 3;
	if (kind == SCENE_DHT_JOINING)
		fill_joining(&out->view);
	else
		fill_joined(out, s);
	fill_nodes(out, family, bucket);
}
