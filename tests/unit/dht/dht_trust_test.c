/*
 * What a node believes of what strangers say, and whom it will never contact.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "dht_net.h"

static struct net net;
static struct net_node *node;
static struct addr stranger;
static struct node_id stranger_id;

static int set_up(void **state)
{
	(void)state;
	net_init(&net, 1);
	node = net_add(&net, true, false);
	stranger = net_v4(500);
	stranger_id = net_id(&net, &stranger);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	net_fini(&net);
	return 0;
}

static struct dht_view view(void)
{
	struct dht_view v;

	dht_view(node->d, net.now, &v);
	return v;
}

static bool is_contact(const struct addr *a)
{
	return table_find(node->d->fam[0].table, a) != NULL;
}

/* The ping that follows a hint. */
static struct krpc be_pinged(struct net_packet *p)
{
	dht_add_contact(node->d, &stranger, net.now);
	net_run(&net, 100);
	return net_expect(&net, &stranger, p);
}

static void reply_as(const struct net_packet *ping, struct span tid,
	const struct addr *from, const struct node_id *id)
{
	struct krpc m = {
		.kind = KRPC_REPLY, .tid = tid, .has_id = true, .id = *id};

	net_write(&net, from, &ping->from, &m);
	net_run(&net, 100);
}

/* --- answers ---------------------------------------------------------------
 */

static void an_answer_needs_transaction_and_address(void **state)
{
	struct addr other_port = stranger, other_ip = net_v4(501);
	uint8_t guess[TXN_ID_LEN];
	struct net_packet p;
	struct krpc q = be_pinged(&p);

	(void)state;
	other_port.port++;
	memcpy(guess, q.tid.p, sizeof guess);
	guess[3] ^= 1;
	reply_as(&p, span_of(guess, sizeof guess), &stranger, &stranger_id);
	reply_as(&p, span_of(q.tid.p, 3), &stranger, &stranger_id);
	reply_as(&p, q.tid, &other_port, &stranger_id);
	reply_as(&p, q.tid, &other_ip, &stranger_id);
	assert_int_equal(dht_good_nodes(node->d, net.now), 0);
	assert_int_equal(view().bad_packets, 4);
	reply_as(&p, q.tid, &stranger, &stranger_id);
	assert_true(is_contact(&stranger));
	/* Only once. */
	reply_as(&p, q.tid, &stranger, &stranger_id);
	assert_int_equal(view().bad_packets, 5);
}

/* Anybody can write another's address on what he sends. */
static void a_flood_in_a_nodes_name_does_not_silence_it(void **state)
{
	struct krpc ask = {.kind = KRPC_QUERY,
		.method = KRPC_PING,
		.tid = span_str("aa"),
		.has_id = true,
		.id = stranger_id};
	struct addr self = net_v4(1);
	struct net_packet p;
	struct krpc q;

	(void)state;
	q = be_pinged(&p);
	self = p.from;
	for (int i = 0; i < 200; i++)
		net_write(&net, &stranger, &self, &ask);
	net_run(&net, 100);
	assert_true(throttle_is_banned(node->d->throttle, &stranger, net.now));
	reply_as(&p, q.tid, &stranger, &stranger_id);
	assert_true(is_contact(&stranger));
	/* And it is asked again. */
	dht_refresh(node->d, net.now);
	net_run(&net, 2000);
	assert_true(net_strays_to(&net, &stranger) > 0);
}

static void an_answer_with_our_own_id_is_ignored(void **state)
{
	struct net_packet p;
	struct krpc q = be_pinged(&p);

	(void)state;
	reply_as(&p, q.tid, &stranger, &node->d->fam[0].id);
	assert_int_equal(dht_good_nodes(node->d, net.now), 0);
	assert_int_equal(view().bad_packets, 1);
	/* The query still waits for the true one. */
	reply_as(&p, q.tid, &stranger, &stranger_id);
	assert_true(is_contact(&stranger));
}

static void an_answer_without_an_id_is_none(void **state)
{
	struct krpc m = {.kind = KRPC_REPLY};
	struct net_packet p;
	struct krpc q = be_pinged(&p);

	(void)state;
	m.tid = q.tid;
	net_write(&net, &stranger, &p.from, &m);
	net_run(&net, 20000);
	assert_int_equal(dht_good_nodes(node->d, net.now), 0);
}

static void an_error_is_no_answer(void **state)
{
	struct krpc m = {
		.kind = KRPC_ERROR, .code = 202, .text = span_str("busy")};
	struct net_packet p;
	struct krpc q = be_pinged(&p);

	(void)state;
	m.tid = q.tid;
	net_write(&net, &stranger, &p.from, &m);
	net_run(&net, 100);
	assert_int_equal(dht_good_nodes(node->d, net.now), 0);
	assert_int_equal(view().traffic[KRPC_PING].answered, 1);
}

static void a_read_only_answer_makes_no_contact(void **state)
{
	struct krpc m = {.kind = KRPC_REPLY, .read_only = true};
	struct net_packet p;

	(void)state;
	be_pinged(&p);
	net_reply(&net, &p, m, &stranger_id);
	net_run(&net, 100);
	assert_int_equal(dht_good_nodes(node->d, net.now), 0);
}

static void our_own_query_sent_back_is_a_strangers(void **state)
{
	struct net_packet p, back;
	struct krpc q = be_pinged(&p), r;

	(void)state;
	net_post(&net, &stranger, &p.from, span_of(p.bytes, p.n));
	net_run(&net, 1000);
	r = net_expect(&net, &stranger, &back);
	assert_int_equal(r.kind, KRPC_REPLY);
	assert_true(span_equal(r.tid, q.tid));
	assert_int_equal(net.nstrays, 0);
	assert_int_equal(dht_good_nodes(node->d, net.now), 0);
	/* Our answer to it, sent back as well, is not taken for its. */
	net_post(&net, &stranger, &p.from, span_of(back.bytes, back.n));
	net_run(&net, 1000);
	assert_int_equal(dht_good_nodes(node->d, net.now), 0);
}

/* --- whom a node never contacts --------------------------------------------
 */

/* The stranger, a contact, names one node when it is asked for some. */
static void name(const struct addr *a)
{
	struct node_id id = net_id(&net, a);
	uint8_t bytes[KRPC_NODE_V4];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct krpc r = {.kind = KRPC_REPLY};
	struct net_packet p;

	net_meet(&net, node, &stranger, &stranger_id, NULL);
	net_run(&net, 100);
	assert_int_equal(net_expect(&net, &stranger, &p).method,
		KRPC_FIND_NODE);
	krpc_write_node(&w, &id, a);
	r.nodes = writer_span(&w);
	net_reply(&net, &p, r, &stranger_id);
	net_run(&net, 20000);
}

static void a_node_that_is_named_is_asked(void **state)
{
	struct addr a = net_v4(501);

	(void)state;
	name(&a);
	assert_int_equal(net_strays_to(&net, &a), 1);
}

static void local_addresses_named_by_a_public_node_are_not_contacted(void *
		*state)
{
	static const char *const local[] = {"10.0.0.1:7000", "192.168.1.1:7000",
		"127.0.0.1:7000", "169.254.1.1:7000", "100.64.0.1:7000",
		"172.16.0.1:7000", "0.0.0.1:7000"};

	for (size_t i = 0; i < sizeof local / sizeof local[0]; i++) {
		struct addr a;

		assert_int_equal(addr_parse(local[i], &a), ERR_OK);
		name(&a);
		assert_int_equal(net_strays_to(&net, &a), 0);
		tear_down(state);
		set_up(state);
	}
}

static void local_nodes_may_name_local_and_public_ones(void **state)
{
	struct addr lan = addr_v4(192, 168, 1, 7, 7000), public = net_v4(501);

	stranger = addr_v4(192, 168, 1, 2, 6881);
	name(&lan);
	assert_int_equal(net_strays_to(&net, &lan), 1);
	tear_down(state);
	set_up(state);
	stranger = addr_v4(192, 168, 1, 2, 6881);
	name(&public);
	assert_int_equal(net_strays_to(&net, &public), 1);
}

static void this_machine_is_named_by_itself_only(void **state)
{
	struct addr self = addr_v4(127, 0, 0, 1, 7000);

	stranger = addr_v4(192, 168, 1, 2, 6881);
	name(&self);
	assert_int_equal(net_strays_to(&net, &self), 0);
	tear_down(state);
	set_up(state);
	stranger = addr_v4(127, 0, 0, 1, 6881);
	name(&self);
	assert_int_equal(net_strays_to(&net, &self), 1);
}

static void ports_of_other_services_are_not_contacted(void **state)
{
	struct addr a = net_v4(501);
	struct node_id id = net_id(&net, &a);
	struct krpc q = net_query(KRPC_PING, &id);
	struct net_packet p;

	(void)state;
	a.port = 53;
	name(&a);
	assert_int_equal(net_strays_to(&net, &a), 0);
	dht_add_contact(node->d, &a, net.now);
	net_run(&net, 1000);
	assert_int_equal(net_strays_to(&net, &a), 0);
	/* Asked, a node answers, but does not ask back. */
	net_write(&net, &a, &node->addr[0], &q);
	net_run(&net, 5000);
	assert_int_equal(net_expect(&net, &a, &p).kind, KRPC_REPLY);
	assert_int_equal(net_strays_to(&net, &a), 0);
	dht_add_router(node->d, &a, net.now);
	net_run(&net, 5000);
	assert_int_equal(net_strays_to(&net, &a), 1);
}

static void a_node_does_not_ask_itself(void **state)
{
	struct addr named = net_v4(501);
	struct node_id id;
	uint8_t bytes[KRPC_NODE_V4];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct krpc r = {.kind = KRPC_REPLY};
	struct net_packet p;

	(void)state;
	net_meet(&net, node, &stranger, &stranger_id, NULL);
	net_run(&net, 100);
	net_expect(&net, &stranger, &p);
	/* By its id, wherever it is said to be. */
	id = node->d->fam[0].id;
	krpc_write_node(&w, &id, &named);
	r.nodes = writer_span(&w);
	net_reply(&net, &p, r, &stranger_id);
	net_run(&net, 20000);
	assert_int_equal(net_strays_to(&net, &named), 0);
}

static bool is_id(const struct node_id *id)
{
	return node_id_equal(&node->d->fam[0].id, id);
}

static bool is_external(const struct addr *a)
{
	struct dht_view v = view();

	return addr_equal(&v.v4.external, a);
}

/* --- our address -----------------------------------------------------------
 */

static struct addr voter(unsigned i)
{
	return net_v4(700 + i);
}

static void vote_as(const struct addr *a, const struct addr *named)
{
	struct node_id id = net_id(&net, a);
	struct net_packet p;

	net_meet(&net, node, a, &id, named);
	/* Of lookups that it is asked in they hear nothing. */
	while (net_take(&net, a, &p))
		;
}

static unsigned count_external(void)
{
	unsigned n = 0;

	for (size_t i = 0; i < node->nevents; i++)
		n += node->events[i].ev.kind == DHT_EXTERNAL_ADDR;
	return n;
}

static void enough_votes_make_our_address_and_our_id(void **state)
{
	struct addr ours = addr_v4(70, 1, 2, 3, 6881);
	struct node_id before = node->d->fam[0].id;

	(void)state;
	for (unsigned i = 0; i < DHT_EXTERNAL_VOTES; i++) {
		struct addr a = voter(i);

		assert_int_equal(count_external(), 0);
		assert_true(is_id(&before));
		assert_int_equal(view().v4.external.family, ADDR_NONE);
		vote_as(&a, &ours);
	}
	assert_int_equal(count_external(), 1);
	assert_true(addr_equal(&node->events[0].ev.addr, &ours));
	assert_true(node_id_fits_addr(&node->d->fam[0].id, &ours));
	assert_true(node_id_equal(&node->d->fam[0].id,
		table_self(node->d->fam[0].table)));
	assert_true(view().v4.is_verified);
	assert_true(is_external(&ours));
	/* Nobody is lost by it. */
	assert_int_equal(view().v4.good, DHT_EXTERNAL_VOTES);
	/* Another vote for the same is no news. */
	for (unsigned i = 10; i < 20; i++) {
		struct addr a = voter(i);

		vote_as(&a, &ours);
	}
	assert_int_equal(count_external(), 1);
}

static void one_net_has_one_vote(void **state)
{
	struct addr ours = addr_v4(70, 1, 2, 3, 6881);

	(void)state;
	for (unsigned i = 0; i < 3 * DHT_EXTERNAL_VOTES; i++) {
		struct addr a =
			addr_v4(51, 1, (uint8_t)(i % 7), (uint8_t)i, 6881);

		vote_as(&a, &ours);
	}
	assert_int_equal(count_external(), 0);
}

static void votes_without_an_answer_do_not_count(void **state)
{
	struct addr ours = addr_v4(70, 1, 2, 3, 6881);

	(void)state;
	for (unsigned i = 0; i < 3 * DHT_EXTERNAL_VOTES; i++) {
		struct addr a = voter(i);
		struct krpc m = {.kind = KRPC_REPLY,
			.tid = span_str("tttt"),
			.has_id = true,
			.external = ours};

		net_write(&net, &a, &node->addr[0], &m);
	}
	net_run(&net, 1000);
	assert_int_equal(count_external(), 0);
}

static void public_nodes_cannot_give_us_a_local_address(void **state)
{
	struct addr lan = addr_v4(192, 168, 1, 2, 6881);
	struct addr nowhere = addr_v4(0, 0, 0, 0, 6881);

	(void)state;
	for (unsigned i = 0; i < 2 * DHT_EXTERNAL_VOTES; i++) {
		struct addr a = voter(i);

		vote_as(&a, i % 2 ? &lan : &nowhere);
	}
	assert_int_equal(count_external(), 0);
}

static void a_local_net_gives_a_local_address_and_keeps_the_id(void **state)
{
	struct addr lan = addr_v4(10, 9, 9, 9, 6881);
	struct addr ours = addr_v4(70, 1, 2, 3, 6881);
	struct node_id before = node->d->fam[0].id;

	(void)state;
	for (unsigned i = 0; i < DHT_EXTERNAL_VOTES; i++) {
		struct addr a = addr_v4(10, 0, (uint8_t)i, 1, 6881);

		vote_as(&a, &lan);
	}
	assert_int_equal(count_external(), 1);
	assert_true(is_id(&before));
	/* A public one counts for more, and local ones cannot take it back. */
	for (unsigned i = 0; i < 2 * DHT_EXTERNAL_VOTES; i++) {
		struct addr a = voter(i);

		vote_as(&a, &ours);
	}
	assert_true(is_external(&ours));
	for (unsigned i = 0; i < 2 * DHT_EXTERNAL_VOTES; i++) {
		struct addr a = addr_v4(10, 0, (uint8_t)i, 1, 6882);

		vote_as(&a, &lan);
	}
	assert_true(is_external(&ours));
}

static void a_new_address_needs_a_majority(void **state)
{
	struct addr old = addr_v4(70, 1, 2, 3, 6881);
	struct addr new = addr_v4(71, 1, 2, 3, 6881);
	struct node_id first;

	(void)state;
	for (unsigned i = 0; i < DHT_EXTERNAL_VOTES; i++) {
		struct addr a = voter(i);

		vote_as(&a, &old);
	}
	first = node->d->fam[0].id;
	for (unsigned i = 0; i < DHT_EXTERNAL_VOTES; i++) {
		struct addr a = voter(20 + i);

		vote_as(&a, &new);
	}
	assert_true(is_external(&old));
	for (unsigned i = 0; i < 2; i++) {
		struct addr a = voter(40 + i);

		vote_as(&a, &new);
	}
	assert_true(is_external(&new));
	assert_int_equal(count_external(), 2);
	/* The id follows, but not twice within ten minutes. */
	assert_true(is_id(&first));
	net_run(&net, 600000);
	for (unsigned i = 0; i < 2; i++) {
		struct addr a = voter(60 + i);

		vote_as(&a, &new);
	}
	assert_true(node_id_fits_addr(&node->d->fam[0].id, &new));
}

static void a_router_may_change_our_port(void **state)
{
	struct addr ours = addr_v4(70, 1, 2, 3, 6881);

	(void)state;
	for (unsigned i = 0; i < DHT_EXTERNAL_VOTES; i++) {
		struct addr a = voter(i);

		vote_as(&a, &ours);
	}
	ours.port = 7000;
	for (unsigned i = 0; i < DHT_EXTERNAL_VOTES; i++) {
		struct addr a = voter(20 + i);

		assert_int_equal(view().v4.external.port, 6881);
		vote_as(&a, &ours);
	}
	assert_int_equal(view().v4.external.port, 7000);
	assert_int_equal(count_external(), 1);
}

static void a_whole_network_gets_fitting_ids(void **state)
{
	/* The node of the other tests has one family only. */
	tear_down(state);
	net_init(&net, 1);
	net_grow(&net, 30, true, true);
	net_run(&net, 1200000);
	for (size_t i = 0; i < net.nnodes; i++) {
		struct net_node *n = &net.nodes[i];
		struct dht_view v;

		dht_view(n->d, net.now, &v);
		assert_true(v.v4.is_verified);
		assert_true(v.v6.is_verified);
		assert_true(addr_equal(&v.v4.external, &n->addr[0]));
		assert_true(addr_equal(&v.v6.external, &n->addr[1]));
		assert_true(v.v4.verified >= 20);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_needs_transaction_and_address),
		TEST(a_flood_in_a_nodes_name_does_not_silence_it),
		TEST(an_answer_with_our_own_id_is_ignored),
		TEST(an_answer_without_an_id_is_none),
		TEST(an_error_is_no_answer),
		TEST(a_read_only_answer_makes_no_contact),
		TEST(our_own_query_sent_back_is_a_strangers),
		TEST(a_node_that_is_named_is_asked),
		TEST(local_addresses_named_by_a_public_node_are_not_contacted),
		TEST(local_nodes_may_name_local_and_public_ones),
		TEST(this_machine_is_named_by_itself_only),
		TEST(ports_of_other_services_are_not_contacted),
		TEST(a_node_does_not_ask_itself),
		TEST(enough_votes_make_our_address_and_our_id),
		TEST(one_net_has_one_vote),
		TEST(votes_without_an_answer_do_not_count),
		TEST(public_nodes_cannot_give_us_a_local_address),
		TEST(a_local_net_gives_a_local_address_and_keeps_the_id),
		TEST(a_new_address_needs_a_majority),
		TEST(a_router_may_change_our_port),
		TEST(a_whole_network_gets_fitting_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
