#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "dht_net.h"

static struct net net;

static int set_up(void **state)
{
	(void)state;
	net_init(&net, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	net_fini(&net);
	return 0;
}

static struct dht_view view_of(const struct net_node *n)
{
	struct dht_view v;

	dht_view(n->d, net.now, &v);
	return v;
}

static const struct dht_view_event *find_note(const struct dht_view *v,
	enum dht_event_note note)
{
	for (uint32_t i = 0; i < v->nevents; i++)
		if (v->events[i].note == note)
			return &v->events[i];
	return NULL;
}

static void a_new_node_shows_nothing(void **state)
{
	struct net_node *n = net_add(&net, true, false);
	struct dht_view v = view_of(n);

	(void)state;
	assert_true(v.on);
	assert_false(v.joined);
	assert_true(v.v4.on);
	assert_false(v.v6.on);
	assert_int_equal(v.started_ms, net.now);
	assert_int_equal(v.v4.good + v.v4.unsure + v.v4.spare, 0);
	assert_int_equal(v.v4.nbuckets, 1);
	assert_int_equal(v.nlookups + v.nevents + v.nhistory + v.searches, 0);
	assert_int_equal(v.network, 0);
	assert_true(dht_deadline(n->d) == DHT_NEVER);
}

static void buckets_add_up(void **state)
{
	struct dht_view_node nodes[128];
	struct dht_view v;
	struct net_node *n;
	uint32_t good = 0, listed = 0;

	(void)state;
	net_grow(&net, 60, true, true);
	net_run(&net, 60000);
	n = &net.nodes[30];
	v = view_of(n);
	assert_true(v.v4.nbuckets > 1);
	for (uint32_t i = 0; i < v.v4.nbuckets; i++) {
		size_t k =
			dht_view_bucket(n->d, ADDR_V4, i, net.now, nodes, 128);

		good += v.v4.bucket[i].good;
		listed += (uint32_t)k;
		for (size_t j = 0; j < k; j++) {
			assert_true(nodes[j].is_good);
			assert_int_equal(nodes[j].addr.family, ADDR_V4);
			assert_in_range(nodes[j].rtt_ms, 1, 100);
			assert_true(nodes[j].replied_s <= 70);
			assert_int_equal(nodes[j].fails, 0);
			assert_true(nodes[j].is_verified);
		}
	}
	assert_int_equal(good, v.v4.good);
	assert_int_equal(listed, v.v4.good);
	assert_int_equal(dht_good_nodes(n->d, net.now), v.v4.good + v.v6.good);
	assert_int_equal(dht_view_bucket(n->d, ADDR_V4, v.v4.nbuckets, net.now,
				 nodes, 128),
		0);
	assert_int_equal(dht_view_bucket(n->d, ADDR_V4, 0, net.now, nodes, 3),
		3);
	assert_true(dht_view_bucket(n->d, ADDR_V6, 0, net.now, nodes, 128) > 0);
}

static void what_happens_is_noted(void **state)
{
	struct dht_query q = net_hash("a");
	const struct dht_view_event *e;
	struct dht_view v;

	(void)state;
	net_grow(&net, 30, true, false);
	net_run(&net, 60000);
	v = view_of(&net.nodes[10]);
	e = find_note(&v, DHT_NOTE_JOINED);
	assert_non_null(e);
	assert_true(e->n > 0);
	assert_int_equal(e->at_ms, v.joined_ms);
	assert_int_equal(e->m, v.joined_ms - v.started_ms);
	e = find_note(&v, DHT_NOTE_EXTERNAL);
	assert_non_null(e);
	assert_true(addr_equal(&e->addr, &net.nodes[10].addr[0]));
	assert_true(e->n >= DHT_EXTERNAL_VOTES);
	e = find_note(&v, DHT_NOTE_SPLIT);
	assert_non_null(e);
	assert_in_range(e->n, 1, 8);

	q.announce_port = 7000;
	net_search(&net.nodes[10], &q);
	v = view_of(&net.nodes[10]);
	assert_int_equal(v.events[0].note, DHT_NOTE_ANNOUNCED);
	assert_memory_equal(v.events[0].hash.b, q.hash, NODE_ID_LEN);
	assert_int_equal(v.events[0].n, 8);
	assert_int_equal(v.events[0].m, 8);
	net_search(&net.nodes[11], &q);
	v = view_of(&net.nodes[11]);
	e = find_note(&v, DHT_NOTE_PEERS);
	assert_non_null(e);
	assert_int_equal(e->n, 1);
	assert_memory_equal(e->hash.b, q.hash, NODE_ID_LEN);
	assert_true(e->addr.family == ADDR_V4);
	/* The newest come first. */
	for (uint32_t i = 1; i < v.nevents; i++)
		assert_true(v.events[i].at_ms <= v.events[i - 1].at_ms);
}

static void notes_are_the_last_ones(void **state)
{
	struct net_node *n = net_add(&net, true, false);
	struct dht_view v;

	(void)state;
	for (uint32_t i = 0; i < 3 * DHT_VIEW_EVENTS + 5; i++)
		dht_note(n->d, &(struct dht_view_event){
				       .note = DHT_NOTE_SPLIT, .n = i});
	v = view_of(n);
	assert_int_equal(v.nevents, DHT_VIEW_EVENTS);
	for (uint32_t i = 0; i < v.nevents; i++)
		assert_int_equal(v.events[i].n, 3 * DHT_VIEW_EVENTS + 4 - i);
}

static void a_lookup_is_seen_and_for_three_seconds_more(void **state)
{
	struct dht_query q = net_hash("b");
	struct net_node *n;
	struct dht_view v;
	dht_search_id id;

	(void)state;
	net_grow(&net, 30, true, true);
	net_run(&net, 120000);
	n = &net.nodes[10];
	assert_int_equal(dht_search(n->d, &q, net.now, &id), ERR_OK);
	v = view_of(n);
	assert_int_equal(v.searches, 1);
	assert_int_equal(v.nlookups, 2);
	assert_int_equal(v.lookups[0].kind, DHT_LOOKUP_PEERS);
	assert_int_equal(v.lookups[0].family, ADDR_V4);
	assert_int_equal(v.lookups[1].family, ADDR_V6);
	assert_int_equal(v.lookups[0].asked, LOOKUP_ALPHA);
	assert_int_equal(v.lookups[0].open, LOOKUP_ALPHA);
	assert_false(v.lookups[0].is_done);
	net_run(&net, 1000);
	v = view_of(n);
	assert_int_equal(v.searches, 0);
	assert_int_equal(v.nlookups, 2);
	assert_true(v.lookups[0].is_done);
	assert_true(v.lookups[0].replied >= 8);
	assert_int_equal(v.lookups[0].open, 0);
	assert_true(v.lookups[0].depth_bits > 0);
	net_run(&net, 3000);
	assert_int_equal(view_of(n).nlookups, 0);
}

static void a_refresh_is_seen_in_its_bucket(void **state)
{
	struct net_node *n;
	struct dht_view v;
	uint32_t seen = 0;

	(void)state;
	net_grow(&net, 30, true, false);
	net_run(&net, 120000);
	n = &net.nodes[10];
	net.loss_percent = 100;
	dht_refresh(n->d, net.now);
	net_run(&net, 3000);
	v = view_of(n);
	for (uint32_t i = 0; i < v.v4.nbuckets; i++)
		seen += v.v4.bucket[i].refreshing;
	assert_true(seen > 0);
	for (uint32_t i = 0; i < v.nlookups; i++)
		assert_true(v.lookups[i].kind == DHT_LOOKUP_REFRESH ||
			    v.lookups[i].kind == DHT_LOOKUP_SELF);
}

static void traffic_is_counted(void **state)
{
	struct dht_view a, b;

	(void)state;
	net_grow(&net, 2, true, false);
	net_run(&net, 60000);
	a = view_of(&net.nodes[0]);
	b = view_of(&net.nodes[1]);
	assert_int_equal(a.bytes_out, b.bytes_in);
	assert_int_equal(a.bytes_in, b.bytes_out);
	for (unsigned i = 0; i < KRPC_METHODS; i++) {
		assert_int_equal(a.traffic[i].out, b.traffic[i].in);
		assert_int_equal(a.traffic[i].out, a.traffic[i].answered);
		assert_int_equal(a.traffic[i].lost, 0);
	}
	assert_true(b.traffic[KRPC_FIND_NODE].out > 0);
	assert_int_equal(a.bad_packets + b.bad_packets, 0);
	assert_true(a.rtts.samples > 0);
	net.nodes[1].is_off = true;
	net_run(&net, 3600000);
	a = view_of(&net.nodes[0]);
	assert_true(a.traffic[KRPC_PING].lost > 0);
}

static void stored_things_are_counted(void **state)
{
	struct dht_query q = net_hash("c");
	uint32_t hashes = 0, peers = 0;

	(void)state;
	net_grow(&net, 12, true, false);
	net_run(&net, 30000);
	q.announce_port = 7000;
	net_search(&net.nodes[1], &q);
	for (size_t i = 0; i < net.nnodes; i++) {
		hashes += view_of(&net.nodes[i]).stored_hashes;
		peers += view_of(&net.nodes[i]).stored_peers;
	}
	assert_int_equal(hashes, 8);
	assert_int_equal(peers, 8);
	net_run(&net, STORE_KEEP_MS + 1000);
	for (size_t i = 0; i < net.nnodes; i++)
		assert_int_equal(view_of(&net.nodes[i]).stored_peers, 0);
}

/* --- the network's size -----------------------------------------------------
 */

static void the_size_of_the_network_is_estimated(void **state)
{
	struct dht_view v;
	struct net_node *n;

	(void)state;
	net_grow(&net, 60, true, false);
	net_run(&net, 60000);
	n = &net.nodes[40];
	for (unsigned i = 0; i < SIZE_SAMPLES; i++) {
		struct dht_query q = net_hash("d");

		q.hash[0] = (uint8_t)(i * 8);
		net_search(n, &q);
	}
	v = view_of(n);
	assert_int_equal(v.network_samples, SIZE_SAMPLES);
	/* In so small a network the samples are not independent. */
	assert_in_range(v.network, 40, 85);
	assert_int_equal(v.network_spread, v.network / 16);
}

static void with_few_samples_the_size_is_blank(void **state)
{
	struct net_node *n;

	(void)state;
	net_grow(&net, 30, true, false);
	n = &net.nodes[29];
	net_run(&net, 1000);
	assert_true(view_of(n).network_samples < SIZE_SAMPLES_MIN);
	assert_int_equal(view_of(n).network, 0);
	assert_int_equal(view_of(n).network_spread, 0);
}

/* A lookup that found 8 nodes at this distance: bits shared with the target. */
static void add_sample(struct net_node *n, unsigned bits)
{
	struct node_id target = net_id(&net, NULL);
	struct lookup *l = lookup_new(&target, ADDR_V4);

	for (unsigned i = 0; i < 8; i++) {
		struct addr a = net_v4(900 + i);
		struct node_id id = net_id(&net, NULL);
		struct addr next;

		node_id_in_bucket(&id, &target, bits);
		lookup_add(l, &id, &a);
		assert_true(lookup_next(l, &id, &next));
		lookup_replied(l, &a, &id, span_of(NULL, 0), NULL, 0);
	}
	dht_note_density(n->d, &n->d->fam[0], l);
	lookup_free(l);
}

static void the_size_has_a_history_of_minutes(void **state)
{
	struct net_node *n = net_add(&net, true, false);
	struct dht_view v;

	(void)state;
	net_run(&net, 5 * 60000 + 10);
	v = view_of(n);
	assert_int_equal(v.nhistory, 5);
	assert_int_equal(v.history[4], 0);
	for (unsigned i = 0; i < SIZE_SAMPLES; i++) {
		dht_see_time(n->d, net.now);
		add_sample(n, 20);
	}
	net_run(&net, 2 * 60000);
	v = view_of(n);
	assert_in_range(v.network, 5u << 20, 16u << 20);
	assert_int_equal(v.nhistory, 7);
	assert_int_equal(v.history[4], 0);
	assert_true(v.history[5] == v.network && v.history[6] == v.network);
	/* It is as long as it may be, however long nothing is heard. */
	net_run(&net, 200 * 60000);
	dht_see_time(n->d, net.now);
	for (unsigned i = 0; i < SIZE_SAMPLES; i++)
		add_sample(n, 10);
	net_run(&net, 60000);
	v = view_of(n);
	assert_int_equal(v.nhistory, DHT_VIEW_HISTORY);
	assert_in_range(v.history[0], 5u << 20, 16u << 20);
	assert_in_range(v.history[DHT_VIEW_HISTORY - 2], 5u << 20, 16u << 20);
	assert_in_range(v.history[DHT_VIEW_HISTORY - 1], 5u << 10, 16u << 10);
}

static void distances_of_nothing_are_no_network(void **state)
{
	struct net_node *n = net_add(&net, true, false);

	(void)state;
	for (unsigned i = 0; i < SIZE_SAMPLES; i++)
		add_sample(n, 100);
	assert_int_equal(view_of(n).network, 0);
}

/* --- rest -------------------------------------------------------------------
 */

static void a_node_that_knows_nobody_sleeps(void **state)
{
	struct net_node *n = net_add(&net, true, true);

	(void)state;
	net_run(&net, 24 * 3600000);
	assert_true(dht_deadline(n->d) == DHT_NEVER);
	assert_int_equal(n->sent, 0);
}

static void nothing_wakes_a_node_that_has_nothing_to_do(void **state)
{
	struct net_node *n;
	uint64_t before, sent;

	(void)state;
	net_grow(&net, 40, true, false);
	net_run(&net, 3600000);
	n = &net.nodes[20];
	before = n->ticks;
	sent = view_of(n).traffic[KRPC_PING].out;
	net_run(&net, 3600000);
	sent = view_of(n).traffic[KRPC_PING].out - sent;
	assert_true(sent > 0);
	/* A ping each, and some for refreshes, which others' answers drive. */
	assert_true(n->ticks - before < 2 * sent + 60);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_node_shows_nothing),
		TEST(buckets_add_up),
		TEST(what_happens_is_noted),
		TEST(notes_are_the_last_ones),
		TEST(a_lookup_is_seen_and_for_three_seconds_more),
		TEST(a_refresh_is_seen_in_its_bucket),
		TEST(traffic_is_counted),
		TEST(stored_things_are_counted),
		TEST(the_size_of_the_network_is_estimated),
		TEST(with_few_samples_the_size_is_blank),
		TEST(the_size_has_a_history_of_minutes),
		TEST(distances_of_nothing_are_no_network),
		TEST(a_node_that_knows_nobody_sleeps),
		TEST(nothing_wakes_a_node_that_has_nothing_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
