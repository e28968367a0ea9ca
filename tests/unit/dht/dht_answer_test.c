#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "dht_net.h"

static struct net net;
static struct net_node *node;
static struct addr asker, asker6;
static struct node_id asker_id;

static int set_up(void **state)
{
	(void)state;
	net_init(&net, 1);
	node = net_add(&net, true, true);
	asker = net_v4(500);
	asker6 = net_v6(500);
	asker_id = net_id(&net, &asker);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	net_fini(&net);
	return 0;
}

static void restart_with(struct dht_config cfg)
{
	cfg.ipv4 = cfg.ipv6 = true;
	dht_free(node->d);
	net_start(node, &cfg);
}

/* Contacts of the node that the test plays: i of the first family, j of the
 * other one. */
static void know(unsigned i, unsigned j)
{
	for (unsigned k = 0; k < i + j; k++) {
		struct addr a = k < i ? net_v4(600 + k) : net_v6(600 + k);
		struct node_id id = net_id(&net, &a);

		net_meet(&net, node, &a, &id, NULL);
	}
	net.nstrays = 0;
}

static struct krpc ask_from(const struct addr *from, const struct krpc *q,
	struct net_packet *p)
{
	struct krpc r;

	assert_true(net_ask(&net, node, from, q, p, &r));
	return r;
}

static struct krpc query(enum krpc_method method)
{
	struct krpc q = net_query(method, &asker_id);

	q.has_target = method != KRPC_PING && method != KRPC_PUT;
	q.target = (struct node_id){{0x55, 0xaa}};
	return q;
}

static struct krpc ask(const struct krpc *q, struct net_packet *p)
{
	return ask_from(&asker, q, p);
}

/* Of the hash of query(); p keeps it. */
static struct span token_for(const struct addr *from, struct net_packet *p)
{
	struct krpc q = query(KRPC_GET_PEERS);
	struct krpc r = ask_from(from, &q, p);

	assert_int_equal(r.kind, KRPC_REPLY);
	assert_int_equal(r.token.n, TOKEN_LEN);
	return r.token;
}

static struct krpc announce(const struct addr *from, uint16_t port, bool seed,
	struct net_packet *p)
{
	struct krpc q = query(KRPC_ANNOUNCE);
	struct net_packet first;

	q.token = token_for(from, &first);
	q.has_port = true;
	q.port = port;
	q.seed = seed;
	return ask_from(from, &q, p);
}

static size_t nodes_in(struct span s, enum addr_family family)
{
	struct krpc_node n[KRPC_NODES_MAX];

	return krpc_read_nodes(s, family, n, KRPC_NODES_MAX);
}

/* --- each query ------------------------------------------------------------
 */

static void a_ping_is_answered_with_our_id_and_their_address(void **state)
{
	struct krpc q = query(KRPC_PING), r;
	struct net_packet p;

	(void)state;
	q.tid = span_str("abcdefg");
	r = ask(&q, &p);
	assert_int_equal(r.kind, KRPC_REPLY);
	assert_true(span_is(r.tid, "abcdefg"));
	assert_true(span_is(r.version, "TU01"));
	assert_true(addr_equal(&r.external, &asker));
	assert_true(node_id_equal(&r.id, &node->d->fam[0].id));
	assert_false(r.read_only);
	r = ask_from(&asker6, &q, &p);
	assert_true(addr_equal(&r.external, &asker6));
	assert_true(node_id_equal(&r.id, &node->d->fam[1].id));
	assert_false(node_id_equal(&node->d->fam[0].id, &node->d->fam[1].id));
}

static void without_a_version_none_is_told(void **state)
{
	struct krpc q = query(KRPC_PING);
	struct net_packet p;

	(void)state;
	restart_with((struct dht_config){.version = NULL});
	assert_int_equal(ask(&q, &p).version.n, 0);
}

static void the_eight_closest_nodes_are_told(void **state)
{
	struct krpc q = query(KRPC_FIND_NODE), r;
	struct krpc_node n[KRPC_NODES_MAX];
	struct net_packet p;

	(void)state;
	know(30, 0);
	r = ask(&q, &p);
	assert_int_equal(r.nodes6.n, 0);
	assert_int_equal(r.token.n, 0);
	assert_int_equal(krpc_read_nodes(r.nodes, ADDR_V4, n, KRPC_NODES_MAX),
		8);
	for (unsigned i = 1; i < 8; i++)
		assert_true(node_id_compare(&q.target, &n[i - 1].id, &n[i].id) <
			    0);
}

static void an_asker_is_not_told_of_itself(void **state)
{
	struct krpc q = query(KRPC_FIND_NODE), r;
	struct krpc_node n[KRPC_NODES_MAX];
	struct net_packet p;
	struct addr a = net_v4(602);
	size_t told;

	(void)state;
	know(5, 0);
	r = ask_from(&a, &q, &p);
	told = krpc_read_nodes(r.nodes, ADDR_V4, n, KRPC_NODES_MAX);
	assert_int_equal(told, 4);
	for (size_t i = 0; i < told; i++)
		assert_false(addr_equal(&n[i].addr, &a));
}

static void want_chooses_the_families(void **state)
{
	struct krpc q = query(KRPC_FIND_NODE), r;
	struct net_packet p;

	(void)state;
	know(8, 8);
	r = ask(&q, &p);
	assert_int_equal(nodes_in(r.nodes, ADDR_V4), 8);
	assert_int_equal(r.nodes6.n, 0);
	r = ask_from(&asker6, &q, &p);
	assert_int_equal(nodes_in(r.nodes6, ADDR_V6), 8);
	assert_int_equal(r.nodes.n, 0);
	q.want6 = true;
	r = ask(&q, &p);
	assert_int_equal(nodes_in(r.nodes6, ADDR_V6), 8);
	assert_int_equal(r.nodes.n, 0);
	q.want4 = true;
	r = ask(&q, &p);
	assert_int_equal(nodes_in(r.nodes6, ADDR_V6), 8);
	assert_int_equal(nodes_in(r.nodes, ADDR_V4), 8);
}

static void values_come_with_nodes(void **state)
{
	struct krpc q = query(KRPC_GET_PEERS), r;
	struct net_packet p;

	(void)state;
	know(10, 0);
	r = announce(&asker, 7000, false, &p);
	assert_int_equal(r.kind, KRPC_REPLY);
	r = ask(&q, &p);
	assert_int_equal(r.nvalues, 1);
	assert_true(addr_same_ip(&r.values[0], &asker));
	assert_int_equal(r.values[0].port, 7000);
	assert_int_equal(nodes_in(r.nodes, ADDR_V4), 8);
	/* IPv4 peers are for those who ask over IPv4. */
	assert_int_equal(ask_from(&asker6, &q, &p).nvalues, 0);
}

static void an_implied_port_is_that_of_the_source(void **state)
{
	struct krpc q = query(KRPC_ANNOUNCE);
	struct net_packet p, first;

	(void)state;
	q.token = token_for(&asker, &first);
	q.has_port = true;
	q.port = 1;
	q.implied_port = true;
	assert_int_equal(ask(&q, &p).kind, KRPC_REPLY);
	q = query(KRPC_GET_PEERS);
	assert_int_equal(ask(&q, &p).values[0].port, asker.port);
}

static void a_token_is_for_one_address_and_hash(void **state)
{
	struct krpc q = query(KRPC_ANNOUNCE), r;
	struct net_packet p, first;
	struct addr other = net_v4(501), same_ip = asker;

	(void)state;
	q.token = token_for(&asker, &first);
	q.has_port = true;
	q.port = 7000;
	r = ask_from(&other, &q, &p);
	assert_int_equal(r.kind, KRPC_ERROR);
	assert_int_equal(r.code, KRPC_PROTOCOL);
	q.target.b[0] ^= 1;
	assert_int_equal(ask(&q, &p).code, KRPC_PROTOCOL);
	q.target.b[0] ^= 1;
	same_ip.port++;
	assert_int_equal(ask_from(&same_ip, &q, &p).kind, KRPC_REPLY);
	assert_int_equal(store_peers_count(node->d->store), 1);
}

static void a_token_is_good_for_five_to_ten_minutes(void **state)
{
	struct krpc q = query(KRPC_ANNOUNCE);
	struct net_packet p, first, second;

	(void)state;
	q.has_port = true;
	q.port = 7000;
	q.token = token_for(&asker, &first);
	net_run(&net, TOKEN_TURN_MS);
	assert_int_equal(ask(&q, &p).kind, KRPC_REPLY);
	token_for(&asker, &second);
	net_run(&net, TOKEN_TURN_MS);
	assert_int_equal(ask(&q, &p).kind, KRPC_ERROR);
	/* Also when nobody asked meanwhile. */
	q.token = token_for(&asker, &first);
	net_run(&net, 3 * TOKEN_TURN_MS);
	assert_int_equal(ask(&q, &p).kind, KRPC_ERROR);
}

static void a_store_that_takes_nothing_says_so(void **state)
{
	struct net_packet p;
	struct krpc r;

	(void)state;
	for (unsigned i = 0; i < STORE_PER_IP; i++) {
		struct krpc q = query(KRPC_ANNOUNCE);
		struct net_packet first;

		q.target.b[0] = (uint8_t)i;
		q.method = KRPC_GET_PEERS;
		q.token = ask(&q, &first).token;
		q.method = KRPC_ANNOUNCE;
		q.has_port = true;
		q.port = 7000;
		assert_int_equal(ask(&q, &p).kind, KRPC_REPLY);
		net_run(&net, 1000);
	}
	r = announce(&asker, 7000, false, &p);
	assert_int_equal(r.kind, KRPC_ERROR);
	assert_int_equal(r.code, KRPC_SERVER);
}

static void a_scrape_tells_seeds_from_peers(void **state)
{
	struct krpc q = query(KRPC_GET_PEERS), r;
	struct addr second = net_v4(501);
	struct net_packet p;

	(void)state;
	know(20, 0);
	q.scrape = true;
	assert_int_equal(ask(&q, &p).bloom_seeds.n, 0);
	announce(&asker, 7000, true, &p);
	announce(&second, 7000, false, &p);
	r = ask(&q, &p);
	assert_int_equal(bloom_estimate(r.bloom_seeds.p), 1);
	assert_int_equal(bloom_estimate(r.bloom_peers.p), 1);
	assert_int_equal(nodes_in(r.nodes, ADDR_V4), 8);
	q.scrape = false;
	q.no_seed = true;
	r = ask(&q, &p);
	assert_int_equal(r.bloom_seeds.n, 0);
	assert_int_equal(r.nvalues, 1);
	assert_true(addr_same_ip(&r.values[0], &second));
}

static void hashes_are_sampled(void **state)
{
	struct krpc q = query(KRPC_SAMPLE), r;
	struct net_packet p;

	(void)state;
	know(10, 0);
	r = ask(&q, &p);
	assert_true(r.has_samples);
	assert_int_equal(r.samples.n, 0);
	assert_int_equal(r.num, 0);
	announce(&asker, 7000, true, &p);
	r = ask(&q, &p);
	assert_int_equal(r.samples.n, NODE_ID_LEN);
	assert_memory_equal(r.samples.p, q.target.b, NODE_ID_LEN);
	assert_int_equal(r.num, 1);
	assert_true(r.interval_s > 0 && r.interval_s <= 21600);
	assert_int_equal(nodes_in(r.nodes, ADDR_V4), 8);
}

static void an_item_is_put_and_got(void **state)
{
	struct krpc put = query(KRPC_PUT), get = query(KRPC_GET), r;
	struct net_packet p, first;

	(void)state;
	know(10, 0);
	put.v = span_str("12:Hello World!");
	sha1(put.v, get.target.b);
	r = ask(&get, &first);
	assert_int_equal(r.kind, KRPC_REPLY);
	assert_int_equal(r.v.n, 0);
	put.token = r.token;
	assert_int_equal(ask(&put, &p).kind, KRPC_REPLY);
	r = ask(&get, &p);
	assert_true(span_equal(r.v, put.v));
	assert_int_equal(nodes_in(r.nodes, ADDR_V4), 8);
	/* A token of another target does not do. */
	put.v = span_str("12:Hello world!");
	r = ask(&put, &p);
	assert_int_equal(r.kind, KRPC_ERROR);
	assert_int_equal(r.code, KRPC_PROTOCOL);
}

static void what_an_item_lacks_is_named(void **state)
{
	static char v[1003] = "999:";
	struct krpc put = query(KRPC_PUT), get = query(KRPC_GET), r;
	struct net_packet p, first;

	(void)state;
	memset(v + 4, 'x', 999);
	put.v = span_of(v, sizeof v);
	items_target(&put, &get.target);
	put.token = ask(&get, &first).token;
	r = ask(&put, &p);
	assert_int_equal(r.code, KRPC_V_TOO_BIG);
	assert_true(r.text.n > 0);
	/* Of a signed one. */
	put.v = span_str("1:x");
	put.k = span_str("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk");
	put.sig = span_str("ssssssssssssssssssssssssssssssss"
			   "ssssssssssssssssssssssssssssssss");
	put.has_seq = true;
	items_target(&put, &get.target);
	put.token = ask(&get, &first).token;
	assert_int_equal(ask(&put, &p).code, KRPC_BAD_SIGNATURE);
}

/* --- what is wrong with a query --------------------------------------------
 */

static void an_unknown_method_gets_nodes_or_an_error(void **state)
{
	static const char with[] = "d1:ad2:id20:abcdefghij01234567896:target20:"
				   "mnopqrstuvwxyz123456e1:q4:vote1:t2:aa"
				   "1:y1:qe";
	static const char without[] =
		"d1:ad2:id20:abcdefghij0123456789e1:q4:vote1:t2:aa1:y1:qe";
	struct net_packet p;
	struct krpc r;

	(void)state;
	know(10, 0);
	net_post(&net, &asker, &node->addr[0], span_str(with));
	net_run(&net, 100);
	r = net_expect(&net, &asker, &p);
	assert_int_equal(r.kind, KRPC_REPLY);
	assert_int_equal(nodes_in(r.nodes, ADDR_V4), 8);
	net.nstrays = 0;
	net_post(&net, &asker, &node->addr[0], span_str(without));
	net_run(&net, 100);
	r = net_expect(&net, &asker, &p);
	assert_int_equal(r.kind, KRPC_ERROR);
	assert_int_equal(r.code, KRPC_NO_METHOD);
}

static void a_query_with_something_missing_gets_an_error(void **state)
{
	static const char *const bad[] = {
		"d1:ade1:q4:ping1:t2:aa1:y1:qe",
		"d1:ad2:id3:abce1:q4:ping1:t2:aa1:y1:qe",
		"d1:q4:ping1:t2:aa1:y1:qe",
		"d1:ad2:id20:abcdefghij0123456789e1:q9:find_node1:t2:aa1:y1:qe",
		"d1:ad2:id20:abcdefghij0123456789e1:qi4e1:t2:aa1:y1:qe",
		"d1:t1:a1:y1:qe",
	};
	struct net_packet p;
	struct krpc r;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		net_post(&net, &asker, &node->addr[0], span_str(bad[i]));
		net_run(&net, 100);
		r = net_expect(&net, &asker, &p);
		assert_int_equal(r.kind, KRPC_ERROR);
		assert_int_equal(r.code, KRPC_PROTOCOL);
		assert_true(addr_equal(&r.external, &asker));
		assert_true(p.n <= DHT_ANSWER_FACTOR * strlen(bad[i]));
		net.nstrays = 0;
	}
}

static void what_is_no_message_is_dropped_and_counted(void **state)
{
	struct addr no_port = asker;
	struct krpc q = query(KRPC_PING);
	struct dht_view v;

	(void)state;
	net_post(&net, &asker, &node->addr[0], span_str("d1:y1:q"));
	net_post(&net, &asker, &node->addr[0], span_str("dx"));
	no_port.port = 0;
	net_write(&net, &no_port, &node->addr[0], &q);
	net_run(&net, 100);
	assert_int_equal(net.nstrays, 0);
	dht_view(node->d, net.now, &v);
	assert_int_equal(v.bad_packets, 3);
}

static void a_family_that_is_off_hears_nothing(void **state)
{
	struct net_node *only4 = net_add(&net, true, false);
	struct krpc q = query(KRPC_PING);

	(void)state;
	net_write(&net, &asker6, &only4->addr[0], &q);
	net_run(&net, 100);
	assert_int_equal(net.nstrays, 0);
	dht_add_contact(only4->d, &asker6, net.now);
	dht_add_router(only4->d, &asker6, net.now);
	net_run(&net, 1000);
	assert_int_equal(net.nstrays, 0);
}

/* --- who is told what ------------------------------------------------------
 */

static void local_nodes_and_peers_are_told_to_local_askers_only(void **state)
{
	struct addr lan = addr_v4(192, 168, 0, 9, 6881);
	struct addr lan2 = addr_v4(10, 0, 0, 3, 6881);
	struct addr self = addr_v4(127, 0, 0, 1, 6000);
	struct node_id id = net_id(&net, NULL);
	struct krpc q = query(KRPC_GET_PEERS), r;
	struct net_packet p;

	(void)state;
	net_meet(&net, node, &lan, &id, NULL);
	id = net_id(&net, NULL);
	net_meet(&net, node, &self, &id, NULL);
	net.nstrays = 0;
	announce(&lan, 7000, false, &p);
	announce(&self, 7001, false, &p);
	announce(&asker, 7002, false, &p);
	net.nstrays = 0;
	r = ask(&q, &p);
	assert_int_equal(r.nvalues, 1);
	assert_int_equal(r.values[0].port, 7002);
	assert_int_equal(r.nodes.n, 0);
	r = ask_from(&lan2, &q, &p);
	assert_int_equal(r.nvalues, 2);
	assert_int_equal(nodes_in(r.nodes, ADDR_V4), 1);
	self.port = 6001;
	r = ask_from(&self, &q, &p);
	assert_int_equal(r.nvalues, 3);
	assert_int_equal(nodes_in(r.nodes, ADDR_V4), 2);
}

static void a_read_only_node_is_silent_and_says_so(void **state)
{
	struct krpc q = query(KRPC_PING), m;
	struct net_packet p;

	(void)state;
	restart_with((struct dht_config){.read_only = true});
	net_write(&net, &asker, &node->addr[0], &q);
	net_run(&net, 1000);
	while (net_take(&net, &asker, &p)) {
		m = net_parse(&p);
		assert_int_equal(m.kind, KRPC_QUERY);
		assert_true(m.read_only);
	}
}

/* --- how much --------------------------------------------------------------
 */

/* Many peers of both families under the hash of query(). */
static void fill_store(unsigned n)
{
	struct dht *d = node->d;

	if (!d->store)
		d->store = store_peers_new(2000, 500, d->map_key);
	for (unsigned i = 0; i < n; i++) {
		struct krpc q = query(KRPC_GET_PEERS);
		struct addr a = i % 2 ? net_v6(1000 + i) : net_v4(1000 + i);

		assert_true(store_peers_add(d->store, &q.target, &a, i % 4 == 0,
			net.now));
	}
}

static size_t longest_answer(const struct addr *from, struct krpc q)
{
	uint8_t bytes[KRPC_PACKET_MAX];
	struct writer w = writer_of(bytes, sizeof bytes);
	size_t longest = 0;

	for (unsigned flags = 0; flags < 16; flags++) {
		struct net_packet p;

		q.want4 = flags & 1;
		q.want6 = flags & 2;
		q.scrape = flags & 4;
		q.tid = flags & 8
		                ? span_str("t")
		                : span_str("tttttttttttttttttttttttttttttttt");
		w.len = 0;
		krpc_write(&q, &w);
		ask_from(from, &q, &p);
		if (p.n > longest)
			longest = p.n;
		assert_true(p.n <= 1024);
		if (!table_find(node->d->fam[from->family == ADDR_V6].table,
			    from))
			assert_true(p.n <= DHT_ANSWER_FACTOR * w.len);
		net_run(&net, 1000);
	}
	return longest;
}

static void an_answer_is_a_small_multiple_of_the_question(void **state)
{
	static const enum krpc_method methods[] = {KRPC_PING, KRPC_FIND_NODE,
		KRPC_GET_PEERS, KRPC_GET, KRPC_SAMPLE};

	(void)state;
	know(10, 10);
	fill_store(900);
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		longest_answer(&asker, query(methods[i]));
		longest_answer(&asker6, query(methods[i]));
	}
}

static void a_stranger_gets_fewer_peers_than_a_contact(void **state)
{
	struct krpc q = query(KRPC_GET_PEERS), r;
	struct addr contact = net_v4(603);
	struct net_packet p;

	(void)state;
	know(10, 10);
	fill_store(900);
	q.want4 = q.want6 = true;
	r = ask(&q, &p);
	assert_in_range(r.nvalues, 10, 49);
	assert_int_equal(nodes_in(r.nodes, ADDR_V4), 8);
	r = ask_from(&contact, &q, &p);
	assert_in_range(r.nvalues, 45, 50);
	assert_in_range(longest_answer(&contact, q), 800, 1024);
	q.want4 = q.want6 = false;
	assert_in_range(ask(&q, &p).nvalues, 45, 50);
	assert_in_range(ask_from(&asker6, &q, &p).nvalues, 10, 50);
}

static void a_large_item_is_told_with_fewer_nodes(void **state)
{
	static char v[1001] = "996:";
	struct krpc put = query(KRPC_PUT), get = query(KRPC_GET), r;
	struct net_packet p, first;

	(void)state;
	know(10, 10);
	memset(v + 4, 'x', 996);
	put.v = span_of(v, 1000);
	items_target(&put, &get.target);
	put.token = ask(&get, &first).token;
	assert_int_equal(ask(&put, &p).kind, KRPC_REPLY);
	get.want4 = get.want6 = true;
	r = ask(&get, &p);
	assert_int_equal(r.v.n, 1000);
	assert_int_equal(nodes_in(r.nodes, ADDR_V4), 8);
	assert_int_equal(r.nodes6.n, 0);
	assert_true(p.n <= KRPC_PACKET_MAX);
}

static void who_asks_too_much_is_not_listened_to(void **state)
{
	struct krpc q = query(KRPC_PING);
	struct net_packet p;
	struct dht_view v;
	unsigned answers = 0;

	(void)state;
	for (unsigned i = 0; i < 500; i++) {
		net_write(&net, &asker, &node->addr[0], &q);
		net_run(&net, 10);
	}
	while (net_take(&net, &asker, &p))
		answers++;
	assert_in_range(answers, 10, 100);
	dht_view(node->d, net.now, &v);
	assert_true(v.traffic[KRPC_PING].refused > 0);
	assert_int_equal(v.events[0].note, DHT_NOTE_BANNED);
	assert_true(addr_equal(&v.events[0].addr, &asker));
	assert_int_equal(v.nevents, 1);
}

static void a_budget_for_all_askers_is_kept(void **state)
{
	struct krpc q = query(KRPC_PING);
	unsigned answers = 0;
	struct dht_view v;

	(void)state;
	restart_with((struct dht_config){.answers_per_s = 10});
	for (unsigned i = 0; i < 200; i++) {
		struct addr a = net_v4(2000 + i);

		net_write(&net, &a, &node->addr[0], &q);
	}
	net_run(&net, 100);
	for (size_t i = 0; i < net.nstrays; i++)
		answers += net_parse(&net.strays[i]).kind == KRPC_REPLY;
	assert_in_range(answers, 10, 30);
	dht_view(node->d, net.now, &v);
	assert_int_equal(v.traffic[KRPC_PING].in, 200);
	assert_int_equal(v.traffic[KRPC_PING].refused, 200 - answers);
}

static void a_budget_of_bytes_is_kept(void **state)
{
	struct krpc q = query(KRPC_GET_PEERS);
	size_t bytes = 0;
	struct dht_view v;

	(void)state;
	know(10, 0);
	fill_store(200);
	net_run(&net, 2000);
	for (unsigned i = 0; i < 200; i++) {
		struct addr a = net_v4(2000 + i);

		net_write(&net, &a, &node->addr[0], &q);
	}
	net_run(&net, 100);
	for (size_t i = 0; i < net.nstrays; i++)
		bytes += net.strays[i].n;
	assert_in_range(bytes, THROTTLE_ANSWER_BYTES_PER_S / 2,
		THROTTLE_ANSWER_BYTES_PER_S * 5 / 4);
	dht_view(node->d, net.now, &v);
	assert_true(v.traffic[KRPC_GET_PEERS].refused > 100);
}

static void without_a_limit_all_are_answered(void **state)
{
	struct krpc q = query(KRPC_PING);
	unsigned answers = 0;

	(void)state;
	restart_with((struct dht_config){.answers_per_s = UINT32_MAX});
	for (unsigned i = 0; i < 400; i++) {
		struct addr a = net_v4(2000 + i);

		net_write(&net, &a, &node->addr[0], &q);
	}
	net_run(&net, 100);
	for (size_t i = 0; i < net.nstrays; i++)
		answers += net_parse(&net.strays[i]).kind == KRPC_REPLY;
	assert_int_equal(answers, 400);
}

static void the_longest_item_fits(void **state)
{
	static char v[1001] = "996:";
	struct krpc get = query(KRPC_GET), put = query(KRPC_PUT), r;
	struct net_packet p;

	(void)state;
	know(0, 10);
	memset(v + 4, 'x', 996);
	put.v = span_of(v, 1000);
	items_target(&put, &get.target);
	get.tid = span_str("tttttttttttttttttttttttttttttttt");
	node->d->items = items_new(node->d->map_key);
	assert_int_equal(items_put(node->d->items, &put, net.now), 0);
	r = ask_from(&asker6, &get, &p);
	assert_int_equal(r.v.n, 1000);
	assert_true(nodes_in(r.nodes6, ADDR_V6) >= 4);
	/* A key, a number and a signature are 136 bytes more. */
	assert_true(p.n + 136 - r.nodes6.n <= KRPC_PACKET_MAX);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_ping_is_answered_with_our_id_and_their_address),
		TEST(without_a_version_none_is_told),
		TEST(the_eight_closest_nodes_are_told),
		TEST(an_asker_is_not_told_of_itself),
		TEST(want_chooses_the_families),
		TEST(values_come_with_nodes),
		TEST(an_implied_port_is_that_of_the_source),
		TEST(a_token_is_for_one_address_and_hash),
		TEST(a_token_is_good_for_five_to_ten_minutes),
		TEST(a_store_that_takes_nothing_says_so),
		TEST(a_scrape_tells_seeds_from_peers),
		TEST(hashes_are_sampled),
		TEST(an_item_is_put_and_got),
		TEST(what_an_item_lacks_is_named),
		TEST(an_unknown_method_gets_nodes_or_an_error),
		TEST(a_query_with_something_missing_gets_an_error),
		TEST(what_is_no_message_is_dropped_and_counted),
		TEST(a_family_that_is_off_hears_nothing),
		TEST(local_nodes_and_peers_are_told_to_local_askers_only),
		TEST(a_read_only_node_is_silent_and_says_so),
		TEST(an_answer_is_a_small_multiple_of_the_question),
		TEST(a_stranger_gets_fewer_peers_than_a_contact),
		TEST(a_large_item_is_told_with_fewer_nodes),
		TEST(who_asks_too_much_is_not_listened_to),
		TEST(a_budget_for_all_askers_is_kept),
		TEST(a_budget_of_bytes_is_kept),
		TEST(without_a_limit_all_are_answered),
		TEST(the_longest_item_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
