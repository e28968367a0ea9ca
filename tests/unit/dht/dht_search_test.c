#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "dht_net.h"

#define PORT 7000u

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

static struct addr peer_of(const struct net_node *n, size_t family)
{
	struct addr a = n->addr[family];

	a.port = PORT;
	return a;
}

static struct dht_query telling(const char *name)
{
	struct dht_query q = net_hash(name);

	q.announce_port = PORT;
	return q;
}

/* A node with one contact, which the test plays. */
static struct net_node *with_contact(struct addr *a, struct node_id *id)
{
	struct net_node *n = net_add(&net, true, false);
	struct net_packet p;

	*a = net_v4(200);
	*id = net_id(&net, a);
	net_meet(&net, n, a, id, NULL);
	/* The lookup towards its own id. */
	net_run(&net, 500);
	assert_int_equal(net_expect(&net, a, &p).method, KRPC_FIND_NODE);
	net_reply(&net, &p, (struct krpc){.kind = KRPC_REPLY}, id);
	net_run(&net, 500);
	return n;
}

/* --- looking and telling -------------------------------------------------- */

static void one_finds_what_another_announced(void **state)
{
	struct dht_query tell = telling("a"), look = net_hash("a");
	struct dht_event ev;
	struct addr peer;

	(void)state;
	net_grow(&net, 30, true, false);
	net_run(&net, 30000);
	ev = net_search(&net.nodes[5], &tell);
	assert_true(ev.asked >= 8);
	assert_int_equal(ev.announced_to, 8);
	assert_int_equal(ev.stored, 8);
	assert_int_equal(ev.found, 0);
	ev = net_search(&net.nodes[20], &look);
	peer = peer_of(&net.nodes[5], 0);
	assert_true(net_was_told(&net.nodes[20], &peer));
	assert_int_equal(ev.found, 1);
	assert_int_equal(ev.announced_to, 0);
}

static void a_search_goes_through_both_families(void **state)
{
	struct dht_query tell = telling("b"), look = net_hash("b");
	struct net_node *asker;
	struct dht_event ev;
	struct addr peer;

	(void)state;
	net_grow(&net, 20, true, true);
	net_run(&net, 30000);
	ev = net_search(&net.nodes[3], &tell);
	assert_int_equal(ev.stored, 16);
	asker = &net.nodes[11];
	ev = net_search(asker, &look);
	assert_int_equal(ev.found, 2);
	peer = peer_of(&net.nodes[3], 0);
	assert_true(net_was_told(asker, &peer));
	peer = peer_of(&net.nodes[3], 1);
	assert_true(net_was_told(asker, &peer));
}

static void nodes_without_ipv4_find_each_other(void **state)
{
	struct dht_query tell = telling("c"), look = net_hash("c");
	struct addr peer;

	(void)state;
	net_grow(&net, 12, false, true);
	net_run(&net, 30000);
	assert_int_equal(net_search(&net.nodes[2], &tell).stored, 8);
	net_search(&net.nodes[9], &look);
	peer = peer_of(&net.nodes[2], 1);
	assert_true(net_was_told(&net.nodes[9], &peer));
}

static void two_nodes_are_a_network(void **state)
{
	struct dht_query tell = telling("d"), look = net_hash("d");
	struct addr peer;

	(void)state;
	net_grow(&net, 2, true, false);
	net_run(&net, 2000);
	assert_int_equal(net_search(&net.nodes[1], &tell).stored, 1);
	net_search(&net.nodes[0], &look);
	peer = peer_of(&net.nodes[1], 0);
	/* It keeps the peer itself: only the other one can be asked. */
	assert_false(net_was_told(&net.nodes[0], &peer));
	assert_int_equal(net_search(&net.nodes[0], &tell).stored, 1);
	net_search(&net.nodes[0], &look);
	peer = peer_of(&net.nodes[0], 0);
	assert_true(net_was_told(&net.nodes[0], &peer));
}

static void a_lossy_network_still_tells(void **state)
{
	struct dht_query tell = telling("e"), look = net_hash("e");
	struct addr peer;

	(void)state;
	net_grow(&net, 30, true, false);
	net_run(&net, 30000);
	net.loss_percent = 20;
	assert_true(net_search(&net.nodes[4], &tell).stored >= 5);
	net_search(&net.nodes[25], &look);
	peer = peer_of(&net.nodes[4], 0);
	assert_true(net_was_told(&net.nodes[25], &peer));
}

static void only_nodes_can_be_looked_for(void **state)
{
	struct dht_query q = telling("f");
	struct dht_event ev;

	(void)state;
	net_grow(&net, 20, true, false);
	net_run(&net, 20000);
	q.find_node = true;
	ev = net_search(&net.nodes[7], &q);
	assert_true(ev.asked >= 8);
	assert_int_equal(ev.announced_to, 0);
	for (size_t i = 0; i < net.nnodes; i++) {
		struct dht_view v;

		dht_view(net.nodes[i].d, net.now, &v);
		assert_int_equal(v.traffic[KRPC_ANNOUNCE].in, 0);
		assert_int_equal(v.traffic[KRPC_GET_PEERS].in, 0);
	}
}

static void a_seed_is_not_told_of_seeds(void **state)
{
	struct dht_query seed = telling("g"), leech = telling("g");
	struct dht_event ev;
	struct addr peer;

	(void)state;
	net_grow(&net, 20, true, false);
	net_run(&net, 20000);
	seed.is_seed = true;
	net_search(&net.nodes[1], &seed);
	net_search(&net.nodes[2], &leech);
	ev = net_search(&net.nodes[3], &seed);
	assert_int_equal(ev.found, 1);
	peer = peer_of(&net.nodes[2], 0);
	assert_true(net_was_told(&net.nodes[3], &peer));
}

static void the_size_of_a_swarm_is_told_on_demand(void **state)
{
	struct dht_query seed = telling("h"), leech = telling("h"),
			 look = net_hash("h");
	struct dht_event ev;

	(void)state;
	net_grow(&net, 20, true, false);
	net_run(&net, 20000);
	seed.is_seed = true;
	for (size_t i = 1; i < 4; i++)
		net_search(&net.nodes[i], &seed);
	for (size_t i = 4; i < 9; i++)
		net_search(&net.nodes[i], &leech);
	ev = net_search(&net.nodes[12], &look);
	assert_int_equal(ev.swarm_seeds + ev.swarm_peers, 0);
	look.scrape = true;
	ev = net_search(&net.nodes[12], &look);
	assert_int_equal(ev.swarm_seeds, 3);
	assert_int_equal(ev.swarm_peers, 5);
}

/* --- what a search believes ------------------------------------------------
 */

static struct krpc with_values(const struct addr *v, size_t n)
{
	struct krpc m = {.kind = KRPC_REPLY};

	m.nvalues = n;
	memcpy(m.values, v, n * sizeof *v);
	return m;
}

static void peers_on_local_addresses_come_from_local_nodes_only(void **state)
{
	struct addr v[] = {addr_v4(192, 168, 1, 2, 7000),
		addr_v4(127, 0, 0, 1, 7000), addr_v4(60, 1, 2, 3, 7000)};
	struct dht_query q = net_hash("i");
	struct net_packet p;
	struct node_id id;
	struct addr a;
	struct net_node *n = with_contact(&a, &id);
	dht_search_id s;

	(void)state;
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	net_run(&net, 100);
	net_expect(&net, &a, &p);
	net_reply(&net, &p, with_values(v, 3), &id);
	net_run(&net, 10000);
	assert_int_equal(n->nevents, 2);
	assert_int_equal(n->events[0].ev.kind, DHT_PEERS);
	assert_int_equal(n->events[0].ev.npeers, 1);
	assert_true(addr_equal(&n->events[0].peers[0], &v[2]));
	assert_int_equal(n->events[1].ev.kind, DHT_SEARCH_DONE);
	assert_int_equal(n->events[1].ev.found, 1);
}

static void a_peer_is_told_once(void **state)
{
	struct addr v[] = {addr_v4(60, 1, 2, 3, 7000),
		addr_v4(60, 1, 2, 3, 7000), addr_v4(60, 1, 2, 4, 7000)};
	struct dht_query q = net_hash("j");
	struct net_packet p;
	struct node_id id;
	struct addr a;
	struct net_node *n = with_contact(&a, &id);
	dht_search_id s;

	(void)state;
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	net_run(&net, 100);
	net_expect(&net, &a, &p);
	net_reply(&net, &p, with_values(v, 3), &id);
	net_run(&net, 10000);
	assert_int_equal(n->events[0].ev.npeers, 2);
	assert_int_equal(n->events[1].ev.found, 2);
}

static void a_swarm_without_end_is_cut(void **state)
{
	struct dht_query q = net_hash("k");
	struct node_id id;
	struct addr a;
	struct net_node *n = with_contact(&a, &id);
	struct job *j;
	dht_search_id s;
	size_t told = 0;

	(void)state;
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	j = container_of(list_front(&n->d->jobs), struct job, node);
	for (unsigned i = 0; i < 60; i++) {
		struct addr v[KRPC_VALUES_MAX];
		struct krpc m;

		for (unsigned k = 0; k < KRPC_VALUES_MAX; k++)
			v[k] = addr_v4(60, (uint8_t)i, (uint8_t)k, 1, 7000);
		m = with_values(v, KRPC_VALUES_MAX);
		dht_search_peers(n->d, j, &a, &m);
	}
	net_drain(n);
	for (size_t i = 0; i < n->nevents; i++)
		told += n->events[i].ev.npeers;
	assert_int_equal(told, 4096);
}

/* --- tokens and announces --------------------------------------------------
 */

/* Up to where the contact has been asked, and answers with a token. */
static void give_token(struct net_node *n, const struct addr *a,
	const struct node_id *id, const char *token)
{
	struct krpc r = {.kind = KRPC_REPLY, .token = span_str(token)};
	struct net_packet p;

	(void)n;
	net_run(&net, 100);
	assert_int_equal(net_expect(&net, a, &p).method, KRPC_GET_PEERS);
	net_reply(&net, &p, r, id);
	net_run(&net, 100);
}

static void an_announce_carries_token_port_and_seed(void **state)
{
	struct dht_query q = telling("l");
	struct net_packet p;
	struct node_id id;
	struct addr a;
	struct net_node *n = with_contact(&a, &id);
	dht_search_id s;
	struct krpc m;

	(void)state;
	q.is_seed = true;
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	give_token(n, &a, &id, "abc");
	m = net_expect(&net, &a, &p);
	assert_int_equal(m.method, KRPC_ANNOUNCE);
	assert_true(span_is(m.token, "abc"));
	assert_int_equal(m.port, PORT);
	assert_false(m.implied_port);
	assert_true(m.seed);
	assert_memory_equal(m.target.b, q.hash, NODE_ID_LEN);
	net_reply(&net, &p, (struct krpc){.kind = KRPC_REPLY}, &id);
	net_run(&net, 100);
	assert_int_equal(n->nevents, 1);
	assert_int_equal(n->events[0].ev.kind, DHT_SEARCH_DONE);
	assert_int_equal(n->events[0].ev.announced_to, 1);
	assert_int_equal(n->events[0].ev.stored, 1);
}

static void without_a_token_nothing_is_announced(void **state)
{
	struct dht_query q = telling("m");
	struct node_id id;
	struct addr a;
	struct net_node *n = with_contact(&a, &id);
	dht_search_id s;

	(void)state;
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	give_token(n, &a, &id, "");
	assert_int_equal(net_strays_to(&net, &a), 0);
	assert_int_equal(n->nevents, 1);
	assert_int_equal(n->events[0].ev.announced_to, 0);
}

static void an_announce_that_is_lost_once_is_repeated(void **state)
{
	struct dht_query q = telling("n");
	struct net_packet p;
	struct node_id id;
	struct addr a;
	struct net_node *n = with_contact(&a, &id);
	dht_search_id s;

	(void)state;
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	give_token(n, &a, &id, "abc");
	net_expect(&net, &a, &p);
	net_run(&net, 3000);
	assert_int_equal(net_expect(&net, &a, &p).method, KRPC_ANNOUNCE);
	net_reply(&net, &p, (struct krpc){.kind = KRPC_REPLY}, &id);
	net_run(&net, 100);
	assert_int_equal(n->nevents, 1);
	assert_int_equal(n->events[0].ev.announced_to, 1);
	assert_int_equal(n->events[0].ev.stored, 1);
}

static void an_announce_that_is_lost_twice_is_given_up(void **state)
{
	struct dht_query q = telling("o");
	struct net_packet p;
	struct node_id id;
	struct addr a;
	struct net_node *n = with_contact(&a, &id);
	dht_search_id s;

	(void)state;
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	give_token(n, &a, &id, "abc");
	net_run(&net, 30000);
	net_expect(&net, &a, &p);
	net_expect(&net, &a, &p);
	while (net_take(&net, &a, &p))
		assert_int_not_equal(net_parse(&p).method, KRPC_ANNOUNCE);
	assert_int_equal(n->nevents, 1);
	assert_int_equal(n->events[0].ev.announced_to, 1);
	assert_int_equal(n->events[0].ev.stored, 0);
}

static void an_announce_that_is_refused_is_not_repeated(void **state)
{
	struct dht_query q = telling("p");
	struct krpc r = {.kind = KRPC_ERROR, .code = 203};
	struct net_packet p;
	struct node_id id;
	struct addr a;
	struct net_node *n = with_contact(&a, &id);
	dht_search_id s;

	(void)state;
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	give_token(n, &a, &id, "abc");
	r.tid = net_expect(&net, &a, &p).tid;
	r.text = span_str("no");
	net_write(&net, &a, &n->addr[0], &r);
	net_run(&net, 3000);
	assert_int_equal(net_strays_to(&net, &a), 0);
	assert_int_equal(n->nevents, 1);
	assert_int_equal(n->events[0].ev.announced_to, 1);
	assert_int_equal(n->events[0].ev.stored, 0);
	/* It lives, after all. */
	assert_int_equal(dht_good_nodes(n->d, net.now), 1);
}

/* --- the line --------------------------------------------------------------
 */

static void a_search_waits_for_the_first_contact(void **state)
{
	struct dht_query q = net_hash("q");
	struct net_node *n;
	struct net_packet p;
	struct addr a = net_v4(200);
	struct node_id id = net_id(&net, &a);
	dht_search_id s;

	(void)state;
	n = net_add(&net, true, false);
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	assert_true(dht_deadline(n->d) == DHT_NEVER);
	net_run(&net, 1000);
	assert_int_equal(n->nevents, 0);
	net_meet(&net, n, &a, &id, NULL);
	net_run(&net, NET_DELAY_MS);
	/* Without waiting for the end of the join. */
	while (net_take(&net, &a, &p))
		if (net_parse(&p).method == KRPC_GET_PEERS)
			return;
	fail_msg("nobody is asked");
}

static void sixteen_run_and_the_others_wait(void **state)
{
	struct dht_query q = net_hash("r");
	struct net_packet p;
	struct dht_view v;
	struct node_id id;
	struct addr a;
	struct net_node *n = with_contact(&a, &id);
	dht_search_id s[20];

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		q.hash[0] = (uint8_t)i;
		assert_int_equal(dht_search(n->d, &q, net.now, &s[i]), ERR_OK);
		if (i > 0)
			assert_true(s[i] > s[i - 1]);
	}
	dht_view(n->d, net.now, &v);
	assert_int_equal(v.searches, DHT_SEARCHES_AT_ONCE);
	net_run(&net, NET_DELAY_MS);
	assert_int_equal(net_strays_to(&net, &a), DHT_SEARCHES_AT_ONCE);
	for (size_t i = 0; i < 20; i++) {
		net_run(&net, 100);
		assert_true(net_take(&net, &a, &p));
		net_reply(&net, &p, (struct krpc){.kind = KRPC_REPLY}, &id);
	}
	net_run(&net, 100);
	assert_int_equal(n->nevents, 20);
	dht_view(n->d, net.now, &v);
	assert_int_equal(v.searches, 0);
}

static void searches_without_end_are_refused(void **state)
{
	struct dht_query q = net_hash("s");
	struct net_node *n = net_add(&net, true, false);
	dht_search_id s = 0, last;

	(void)state;
	for (unsigned i = 0; i < DHT_MAX_SEARCHES; i++)
		assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	last = s;
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_LIMIT);
	assert_true(s == last);
	dht_cancel(n->d, last);
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	assert_true(s > last);
}

static void a_cancelled_search_is_never_heard_of_again(void **state)
{
	struct addr v = addr_v4(60, 1, 2, 3, 7000);
	struct dht_query q = net_hash("t");
	struct net_packet p;
	struct node_id id;
	struct addr a;
	struct net_node *n = with_contact(&a, &id);
	struct dht_event ev;
	dht_search_id s;

	(void)state;
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	net_run(&net, 100);
	net_expect(&net, &a, &p);
	net_reply(&net, &p, with_values(&v, 1), &id);
	/* By hand: its events wait in the queue. */
	net.now += NET_DELAY_MS;
	p = net.queue[net.head++];
	dht_receive(n->d, span_of(p.bytes, p.n), &p.from, net.now);
	dht_cancel(n->d, s);
	assert_false(dht_next_event(n->d, &ev));
	net_run(&net, 20000);
	assert_int_equal(n->nevents, 0);
	dht_cancel(n->d, s);
	dht_cancel(n->d, 0);
	dht_cancel(n->d, 99);
}

static void a_cancel_while_it_runs_lets_the_next_one_start(void **state)
{
	struct dht_query q = net_hash("u");
	struct net_packet p;
	struct node_id id;
	struct addr a;
	struct net_node *n = with_contact(&a, &id);
	dht_search_id s[17];

	(void)state;
	for (size_t i = 0; i < 17; i++) {
		q.hash[0] = (uint8_t)i;
		assert_int_equal(dht_search(n->d, &q, net.now, &s[i]), ERR_OK);
	}
	net_run(&net, 100);
	net.nstrays = 0;
	dht_cancel(n->d, s[3]);
	assert_true(dht_deadline(n->d) <= net.now);
	net_run(&net, 100);
	assert_int_equal(net_expect(&net, &a, &p).target.b[0], 16);
	/* Of the cancelled one an answer still tells that the node lives. */
	net_run(&net, 20000);
	assert_int_equal(n->nevents, 16);
}

static void a_waiting_search_can_be_cancelled(void **state)
{
	struct dht_query q = net_hash("v");
	struct net_node *n = net_add(&net, true, false);
	struct addr a = net_v4(200);
	struct node_id id = net_id(&net, &a);
	struct net_packet p;
	dht_search_id s;

	(void)state;
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	dht_cancel(n->d, s);
	net_meet(&net, n, &a, &id, NULL);
	net_run(&net, 5000);
	while (net_take(&net, &a, &p))
		assert_int_not_equal(net_parse(&p).method, KRPC_GET_PEERS);
	assert_int_equal(n->nevents, 0);
}

static void ends_are_told_even_if_nobody_drains(void **state)
{
	struct dht_query q = net_hash("w");
	struct addr v[40];
	struct net_packet p;
	struct node_id id;
	struct addr a;
	struct net_node *n = with_contact(&a, &id);
	struct dht_event ev;
	unsigned ends = 0, peers = 0, searches = 0;
	dht_search_id s;

	(void)state;
	while (dht_search(n->d, &q, net.now, &s) == ERR_OK) {
		searches++;
		for (size_t i = 0; i < 40; i++)
			v[i] = addr_v4(60, (uint8_t)searches, (uint8_t)i, 1,
				7000);
		p = net.queue[net.nqueue - 1];
		net.now += NET_DELAY_MS;
		net_reply(&net, &p, with_values(v, 40), &id);
		p = net.queue[net.nqueue - 1];
		net.head = net.nqueue;
		dht_receive(n->d, span_of(p.bytes, p.n), &p.from, net.now);
	}
	assert_int_equal(searches, DHT_MAX_SEARCHES);
	while (dht_next_event(n->d, &ev)) {
		ends += ev.kind == DHT_SEARCH_DONE;
		peers += ev.kind == DHT_PEERS;
	}
	assert_int_equal(ends, DHT_MAX_SEARCHES);
	assert_int_equal(peers, DHT_MAX_SEARCHES);
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
}

static void peers_are_lost_if_nobody_drains(void **state)
{
	struct dht_query q = net_hash("y");
	struct addr v = addr_v4(60, 1, 2, 3, 7000);
	struct node_id id;
	struct addr a;
	struct net_node *n = with_contact(&a, &id);
	struct dht_event ev;
	unsigned events = 0;

	(void)state;
	for (unsigned i = 0; i < 2 * DHT_EVENTS_MAX; i++)
		dht_event_peers(n->d, 1, &v, 1);
	dht_event_external(n->d, &a);
	while (dht_next_event(n->d, &ev)) {
		assert_int_equal(ev.kind, DHT_PEERS);
		events++;
	}
	assert_int_equal(events, DHT_EVENTS_MAX - DHT_MAX_SEARCHES);
	/* Some may be left when it ends. */
	dht_event_peers(n->d, 1, &v, 1);
	dht_event_peers(n->d, 1, &v, 1);
	assert_true(dht_next_event(n->d, &ev));
	assert_int_equal(dht_search(n->d, &q, net.now, &(dht_search_id){0}),
		ERR_OK);
}

/* The other family is thin, so its nodes are asked for as well. */
static void a_search_uses_nodes_of_the_other_family(void **state)
{
	struct addr a4 = net_v4(700), a6 = net_v6(701), new6 = net_v6(702);
	struct node_id id4 = net_id(&net, &a4), id6 = net_id(&net, &a6);
	struct node_id new_id = net_id(&net, &new6);
	struct net_node *n = net_add(&net, true, true);
	struct dht_query q = net_hash("z");
	uint8_t bytes[KRPC_NODE_V6];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct krpc r = {.kind = KRPC_REPLY}, m;
	struct net_packet p;
	dht_search_id s;

	(void)state;
	net_meet(&net, n, &a4, &id4, NULL);
	net_meet(&net, n, &a6, &id6, NULL);
	net_run(&net, 20000);
	net.nstrays = 0;
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	net_run(&net, NET_DELAY_MS);
	m = net_expect(&net, &a4, &p);
	assert_int_equal(m.method, KRPC_GET_PEERS);
	assert_true(m.want4 && m.want6);
	krpc_write_node(&w, &new_id, &new6);
	r.nodes6 = writer_span(&w);
	net_reply(&net, &p, r, &id4);
	net_run(&net, 2 * NET_DELAY_MS);
	assert_int_equal(net_expect(&net, &new6, &p).method, KRPC_GET_PEERS);
}

static void we_are_no_peer_of_ourselves(void **state)
{
	struct addr ours = addr_v4(60, 1, 2, 3, PORT);
	struct addr neighbour = addr_v4(60, 1, 2, 3, PORT + 1);
	struct dht_query q = telling("aa");
	struct addr v[2] = {ours, neighbour};
	struct net_packet p;
	struct node_id id;
	struct addr a;
	struct net_node *n = with_contact(&a, &id);
	dht_search_id s;

	(void)state;
	n->d->fam[0].external = addr_v4(60, 1, 2, 3, 6881);
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	net_run(&net, 100);
	net_expect(&net, &a, &p);
	net_reply(&net, &p, with_values(v, 2), &id);
	net_run(&net, 1000);
	assert_int_equal(n->events[0].ev.npeers, 1);
	assert_true(addr_equal(&n->events[0].peers[0], &neighbour));
}

static void fill_txns(struct net_node *n)
{
	struct addr a = net_v4(5000);
	uint32_t i = 0;

	while (txns_has_room(n->d->txns)) {
		struct txn t = {
			.method = KRPC_PING, .to = a, .sent_ms = net.now};

		memcpy(t.id, &i, sizeof i);
		i++;
		assert_true(txns_add(n->d->txns, &t));
	}
}

static void with_too_many_queries_under_way_a_search_waits(void **state)
{
	struct dht_query q = net_hash("bb");
	struct node_id id;
	struct addr a;
	struct net_node *n = with_contact(&a, &id);
	uint64_t begun = net.now;
	dht_search_id s;

	(void)state;
	fill_txns(n);
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	/* Woken by the first of them that fails, not before. */
	while (net_strays_to(&net, &a) == 0) {
		assert_true(dht_deadline(n->d) > net.now);
		net_run(&net, 500);
		assert_true(net.now < begun + 20000);
	}
	assert_true(net.now >= begun + TXN_LONG_MS);
	assert_true(n->ticks < 50);
}

static void an_announce_waits_for_its_turn_too(void **state)
{
	struct dht_query q = telling("cc");
	struct krpc r = {.kind = KRPC_REPLY, .token = span_str("abc")};
	struct net_packet p;
	struct node_id id;
	struct addr a;
	struct net_node *n = with_contact(&a, &id);
	dht_search_id s;

	(void)state;
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	net_run(&net, 100);
	net_expect(&net, &a, &p);
	net_reply(&net, &p, r, &id);
	fill_txns(n);
	/* The answer itself leaves room for one more query: take that away. */
	p = net.queue[net.head++];
	net.now = p.at;
	while (throttle_query(n->d->throttle, net.now))
		;
	dht_receive(n->d, span_of(p.bytes, p.n), &p.from, net.now);
	assert_int_equal(net_strays_to(&net, &a), 0);
	net_run(&net, 1000);
	assert_int_equal(net_expect(&net, &a, &p).method, KRPC_ANNOUNCE);
}

static void zeros(void *user, void *p, size_t n)
{
	(void)user;
	memset(p, 0, n);
}

static void random_bytes_that_repeat_are_survived(void **state)
{
	struct dht_query q = net_hash("ee");
	struct node_id id;
	struct addr a;
	struct net_node *n = with_contact(&a, &id);
	dht_search_id s;

	(void)state;
	n->d->ops.random = zeros;
	for (unsigned i = 0; i < 5; i++) {
		q.hash[0] = (uint8_t)i;
		assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	}
	net_run(&net, 20000);
	/* One query at a time has an id. */
	assert_int_equal(n->nevents, 5);
}

static void a_flood_of_searches_keeps_to_the_budget(void **state)
{
	struct dht_query q = net_hash("x");
	struct net_node *n;
	uint64_t before, at;

	(void)state;
	net_grow(&net, 40, true, true);
	net_run(&net, 60000);
	n = &net.nodes[10];
	for (unsigned i = 0; i < 200; i++) {
		dht_search_id s;

		q.hash[0] = (uint8_t)i;
		assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	}
	before = n->sent;
	at = net.now;
	while (n->nevents < 200) {
		net_run(&net, 100);
		assert_true(net.now < at + 600000);
	}
	assert_true(n->sent - before <
		    (net.now - at) / 1000 * 2 * THROTTLE_QUERIES_PER_S +
			    4 * THROTTLE_QUERIES_PER_S);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_finds_what_another_announced),
		TEST(a_search_goes_through_both_families),
		TEST(nodes_without_ipv4_find_each_other),
		TEST(two_nodes_are_a_network),
		TEST(a_lossy_network_still_tells),
		TEST(only_nodes_can_be_looked_for),
		TEST(a_seed_is_not_told_of_seeds),
		TEST(the_size_of_a_swarm_is_told_on_demand),
		TEST(peers_on_local_addresses_come_from_local_nodes_only),
		TEST(a_peer_is_told_once),
		TEST(a_swarm_without_end_is_cut),
		TEST(an_announce_carries_token_port_and_seed),
		TEST(without_a_token_nothing_is_announced),
		TEST(an_announce_that_is_lost_once_is_repeated),
		TEST(an_announce_that_is_lost_twice_is_given_up),
		TEST(an_announce_that_is_refused_is_not_repeated),
		TEST(a_search_waits_for_the_first_contact),
		TEST(sixteen_run_and_the_others_wait),
		TEST(searches_without_end_are_refused),
		TEST(a_cancelled_search_is_never_heard_of_again),
		TEST(a_cancel_while_it_runs_lets_the_next_one_start),
		TEST(a_waiting_search_can_be_cancelled),
		TEST(ends_are_told_even_if_nobody_drains),
		TEST(peers_are_lost_if_nobody_drains),
		TEST(a_search_uses_nodes_of_the_other_family),
		TEST(we_are_no_peer_of_ourselves),
		TEST(with_too_many_queries_under_way_a_search_waits),
		TEST(an_announce_waits_for_its_turn_too),
		TEST(random_bytes_that_repeat_are_survived),
		TEST(a_flood_of_searches_keeps_to_the_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
