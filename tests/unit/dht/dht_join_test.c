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

static bool is_contact(const struct net_node *n, const struct addr *a)
{
	return table_find(n->d->fam[a->family == ADDR_V6].table, a) != NULL;
}

/* --- joining ---------------------------------------------------------------
 */

static void all_join_through_one_router(void **state)
{
	(void)state;
	net_grow(&net, 40, true, true);
	net_run(&net, 60000);
	for (size_t i = 0; i < net.nnodes; i++) {
		struct dht_view v = view_of(&net.nodes[i]);

		assert_true(v.joined);
		assert_true(v.v4.good >= 20);
		assert_true(v.v6.good >= 20);
		assert_true(v.joined_ms >= v.started_ms);
	}
	assert_in_range(view_of(&net.nodes[30]).joined_ms -
				view_of(&net.nodes[30]).started_ms,
		1, 3000);
}

static void a_node_that_joined_rests(void **state)
{
	uint64_t before = 0, after = 0;

	(void)state;
	net_grow(&net, 30, true, false);
	net_run(&net, 3600000);
	for (size_t i = 0; i < net.nnodes; i++)
		before += net.nodes[i].sent;
	net_run(&net, 3600000);
	for (size_t i = 0; i < net.nnodes; i++) {
		after += net.nodes[i].sent;
		assert_true(view_of(&net.nodes[i]).v4.good >= 20);
	}
	/* Each: 29 contacts every 13 minutes, 4 refreshes of 6 buckets of 12
	 * queries; as many answers. */
	assert_true((after - before) / net.nnodes < 2 * (29 * 5 + 4 * 6 * 15));
}

static void a_router_is_no_contact_for_its_own_sake(void **state)
{
	struct addr router = net_v4(900), other = net_v4(901);
	struct node_id id = net_id(&net, &router), id2 = net_id(&net, &other);
	uint8_t bytes[KRPC_NODE_V4];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct krpc r = {.kind = KRPC_REPLY};
	struct net_packet p;
	struct net_node *n = net_add(&net, true, false);

	(void)state;
	dht_add_router(n->d, &router, net.now);
	dht_add_router(n->d, &router, net.now);
	net_run(&net, 1000);
	assert_int_equal(net_strays_to(&net, &router), 1);
	assert_int_equal(net_expect(&net, &router, &p).method, KRPC_FIND_NODE);
	krpc_write_node(&w, &id2, &other);
	r.nodes = writer_span(&w);
	net_reply(&net, &p, r, &id);
	net_run(&net, 100);
	assert_false(is_contact(n, &router));
	assert_int_equal(net_expect(&net, &other, &p).method, KRPC_FIND_NODE);
	net_reply(&net, &p, (struct krpc){.kind = KRPC_REPLY}, &id2);
	net_run(&net, 100);
	assert_true(is_contact(n, &other));
	assert_true(view_of(n).joined);
	assert_int_equal(view_of(n).bootstrap_asked, 1);
	assert_int_equal(view_of(n).bootstrap_answered, 1);
}

static void a_router_that_takes_part_is_a_contact(void **state)
{
	struct addr router = net_v4(900);
	struct node_id id = net_id(&net, &router);
	struct krpc q = net_query(KRPC_PING, &id);
	struct net_packet p;
	struct net_node *n = net_add(&net, true, false);

	(void)state;
	dht_add_router(n->d, &router, net.now);
	/* Between two attempts to join. */
	net_run(&net, 28000);
	net.nstrays = 0;
	net_write(&net, &router, &n->addr[0], &q);
	net_run(&net, 100);
	while (net_take(&net, &router, &p))
		if (net_parse(&p).kind == KRPC_QUERY)
			net_reply(&net, &p, (struct krpc){.kind = KRPC_REPLY},
				&id);
	net_run(&net, 100);
	assert_true(is_contact(n, &router));
}

static void silent_routers_are_asked_less_and_less(void **state)
{
	struct addr router = net_v4(900);
	struct net_node *n = net_add(&net, true, false);
	size_t first, later;

	(void)state;
	dht_add_router(n->d, &router, net.now);
	net_run(&net, 3600000);
	first = net_strays_to(&net, &router);
	assert_in_range(first, 10, 20);
	net_run(&net, 3600000);
	later = net_strays_to(&net, &router) - first;
	assert_in_range(later, 10, 12);
	assert_false(view_of(n).joined);
}

static void a_router_named_again_is_asked_at_once(void **state)
{
	struct addr router = net_v4(900);
	struct net_node *n = net_add(&net, true, false);
	size_t before;

	(void)state;
	dht_add_router(n->d, &router, net.now);
	net_run(&net, 700000);
	before = net_strays_to(&net, &router);
	dht_add_router(n->d, &router, net.now);
	net_run(&net, 1000);
	assert_int_equal(net_strays_to(&net, &router), before + 1);
}

static void a_second_router_need_not_wait_for_the_first(void **state)
{
	struct addr silent = net_v4(900), router = net_v4(901);
	struct net_node *n = net_add(&net, true, false);

	(void)state;
	dht_add_router(n->d, &silent, net.now);
	net_run(&net, 500);
	assert_int_equal(net_strays_to(&net, &silent), 1);
	dht_add_router(n->d, &router, net.now);
	net_run(&net, NET_DELAY_MS);
	assert_int_equal(net_strays_to(&net, &router), 1);
}

static void there_is_an_end_to_routers(void **state)
{
	struct net_node *n = net_add(&net, true, false);
	struct addr nowhere = addr_v4(0, 0, 0, 0, 1);

	(void)state;
	dht_add_router(n->d, &nowhere, net.now);
	assert_true(dht_deadline(n->d) == DHT_NEVER);
	for (unsigned i = 0; i < 2 * ROUTERS_MAX; i++) {
		struct addr a = net_v4(900 + i);

		dht_add_router(n->d, &a, net.now);
	}
	net_run(&net, 30000);
	for (unsigned i = 0; i < 2 * ROUTERS_MAX; i++) {
		struct addr a = net_v4(900 + i);

		assert_int_equal(net_strays_to(&net, &a) > 0, i < ROUTERS_MAX);
	}
}

/* Both families know each other's nodes: a way into one is one into both. */
static void one_family_leads_to_the_other(void **state)
{
	struct net_node *n;

	(void)state;
	net_grow(&net, 20, true, true);
	net_run(&net, 30000);
	n = net_add(&net, true, true);
	dht_add_router(n->d, &net.nodes[0].addr[0], net.now);
	net_run(&net, 60000);
	assert_true(view_of(n).v4.good >= 15);
	assert_true(view_of(n).v6.good >= 15);
}

static void without_ipv6_a_node_does_not_try_for_ever(void **state)
{
	struct dht_config cfg = {.ipv4 = true, .ipv6 = true};
	struct net_node *n;
	uint64_t before;

	(void)state;
	net_grow(&net, 20, true, true);
	net_run(&net, 30000);
	n = net_add(&net, true, false);
	dht_free(n->d);
	net_start(n, &cfg);
	dht_add_router(n->d, &net.nodes[0].addr[0], net.now);
	net_run(&net, 60000);
	assert_int_equal(view_of(n).v6.good, 0);
	before = n->sent;
	for (unsigned i = 0; i < 4; i++) {
		struct dht_query q = net_hash("x");

		q.hash[0] = (uint8_t)i;
		net_search(n, &q);
	}
	/* Nothing but four searches of ten, and pings. */
	assert_true(n->sent - before < 120);
	assert_int_equal(view_of(n).v6.good, 0);
}

/* --- contacts to try -------------------------------------------------------
 */

static void a_peers_port_leads_to_a_contact(void **state)
{
	struct addr a = net_v4(700);
	struct node_id id = net_id(&net, &a);
	struct net_node *n = net_add(&net, true, false);

	(void)state;
	net_meet(&net, n, &a, &id, NULL);
	assert_true(is_contact(n, &a));
	assert_int_equal(dht_good_nodes(n->d, net.now), 1);
	/* It joins by it. */
	net_run(&net, 100);
	assert_int_equal(net_strays_to(&net, &a), 1);
	/* Known, it is not pinged again. */
	net.nstrays = 0;
	dht_add_contact(n->d, &a, net.now);
	net_run(&net, 100);
	assert_int_equal(net.nstrays, 0);
}

static void contacts_are_tried_a_few_at_a_time(void **state)
{
	struct net_node *n = net_add(&net, true, false);

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		struct addr a = net_v4(700 + i);

		dht_add_contact(n->d, &a, net.now);
		dht_add_contact(n->d, &a, net.now);
	}
	net_run(&net, 50);
	assert_int_equal(net.nstrays, 1);
	net_run(&net, 1000);
	assert_int_equal(net.nstrays, 6);
	net_run(&net, 60000);
	assert_int_equal(net.nstrays, NEWCOMERS_MAX + 1);
}

static void who_asks_us_is_pinged_and_then_a_contact(void **state)
{
	struct addr a = net_v4(700);
	struct node_id id = net_id(&net, &a);
	struct krpc q = net_query(KRPC_FIND_NODE, &id);
	struct net_node *n = net_add(&net, true, false);
	struct net_packet p;

	(void)state;
	q.has_target = true;
	net_write(&net, &a, &n->addr[0], &q);
	net_write(&net, &a, &n->addr[0], &q);
	net_run(&net, 1000);
	assert_false(is_contact(n, &a));
	assert_int_equal(net_expect(&net, &a, &p).kind, KRPC_REPLY);
	assert_int_equal(net_expect(&net, &a, &p).method, KRPC_PING);
	net_reply(&net, &p, (struct krpc){.kind = KRPC_REPLY}, &id);
	net_run(&net, 100);
	assert_true(is_contact(n, &a));
}

static void askers_leave_room_for_contacts_of_ours(void **state)
{
	struct net_node *n = net_add(&net, true, false);
	struct addr ours = net_v4(999);

	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		struct addr a = net_v4(700 + i);
		struct node_id id = net_id(&net, &a);
		struct krpc q = net_query(KRPC_PING, &id);

		net_write(&net, &a, &n->addr[0], &q);
	}
	net_run(&net, 30);
	dht_add_contact(n->d, &ours, net.now);
	net_run(&net, 10000);
	assert_int_equal(net_strays_to(&net, &ours), 1);
	assert_true(net.nstrays <= 40 + NEWCOMERS_STRANGE + 2);
}

static void a_read_only_asker_is_served_and_left_alone(void **state)
{
	struct addr a = net_v4(700);
	struct node_id id = net_id(&net, &a);
	struct krpc q = net_query(KRPC_PING, &id);
	struct net_node *n = net_add(&net, true, false);
	struct net_packet p;

	(void)state;
	q.read_only = true;
	net_write(&net, &a, &n->addr[0], &q);
	net_run(&net, 5000);
	assert_int_equal(net_expect(&net, &a, &p).kind, KRPC_REPLY);
	assert_int_equal(net.nstrays, 0);
}

static void a_node_that_fell_silent_is_dropped(void **state)
{
	struct net_node *n = net_add(&net, true, false);
	struct addr gone = net_v4(700);
	struct dht_view v;
	bool is_noted = false;

	(void)state;
	net_grow(&net, 12, true, false);
	net_run(&net, 20000);
	net.nodes[4].is_off = true;
	gone = net.nodes[4].addr[0];
	assert_true(is_contact(n, &gone));
	net_run(&net, 6 * 3600000);
	assert_false(is_contact(n, &gone));
	v = view_of(n);
	for (uint32_t i = 0; i < v.nevents; i++)
		if (v.events[i].note == DHT_NOTE_DROPPED &&
			addr_equal(&v.events[i].addr, &gone) &&
			v.events[i].n >= TABLE_FAILS_MAX)
			is_noted = true;
	assert_true(is_noted);
}

static void a_node_that_changed_its_id_stays_a_contact(void **state)
{
	struct addr a = net_v4(700);
	struct node_id id = net_id(&net, &a), id2 = net_id(&net, &a);
	struct net_node *n = net_add(&net, true, false);
	struct net_packet p;

	(void)state;
	net_meet(&net, n, &a, &id, NULL);
	for (unsigned i = 0; i < 10; i++) {
		net_run(&net, 200);
		while (net_take(&net, &a, &p))
			net_reply(&net, &p, (struct krpc){.kind = KRPC_REPLY},
				&id2);
	}
	assert_true(is_contact(n, &a));
	assert_true(node_id_equal(&table_find(n->d->fam[0].table, &a)->id,
		&id2));
}

/* --- sleep -----------------------------------------------------------------
 */

static void a_sleep_is_nobodys_fault(void **state)
{
	struct net_node *n;
	uint32_t good;

	(void)state;
	net_grow(&net, 20, true, false);
	net_run(&net, 60000);
	n = &net.nodes[5];
	good = view_of(n).v4.good;
	/* The lid is closed right after a round of pings. */
	dht_refresh(n->d, net.now);
	dht_tick(n->d, net.now + 1000);
	n->is_off = true;
	net_run(&net, 8 * 3600000);
	n->is_off = false;
	dht_wake_up(n->d, net.now);
	net_run(&net, 60000);
	assert_true(view_of(n).v4.good >= good - 1);
	for (uint32_t i = 0; i < view_of(n).nevents; i++)
		assert_int_not_equal(view_of(n).events[i].note,
			DHT_NOTE_DROPPED);
}

static void without_a_network_the_table_is_kept(void **state)
{
	struct net_node *n;

	(void)state;
	net_grow(&net, 20, true, false);
	net_run(&net, 60000);
	n = &net.nodes[5];
	net.loss_percent = 100;
	net_run(&net, 12 * 3600000);
	net.loss_percent = 0;
	dht_wake_up(n->d, net.now);
	net_run(&net, 60000);
	assert_true(view_of(n).v4.good >= 15);
}

static void a_late_tick_is_a_sleep(void **state)
{
	struct net_node *n;
	uint32_t good;

	(void)state;
	net_grow(&net, 20, true, false);
	net_run(&net, 60000);
	n = &net.nodes[5];
	good = view_of(n).v4.good;
	for (unsigned i = 0; i < 8; i++) {
		/* Stopped in the middle of it: all answers are missed. */
		dht_refresh(n->d, net.now);
		dht_tick(n->d, net.now + 300);
		n->is_off = true;
		net_run(&net, 600000);
		n->is_off = false;
		net_run(&net, 20000);
	}
	assert_true(view_of(n).v4.good >= good - 1);
	for (uint32_t i = 0; i < view_of(n).nevents; i++)
		assert_int_not_equal(view_of(n).events[i].note,
			DHT_NOTE_DROPPED);
}

/* Nobody says that it is back, and no bootstrap host is known. */
static void a_network_that_comes_back_is_noticed(void **state)
{
	struct dht_query q = net_hash("a");
	struct net_node *n;
	dht_search_id s;

	(void)state;
	net_grow(&net, 20, true, false);
	net_run(&net, 60000);
	n = &net.nodes[0];
	for (size_t i = 0; i < net.nnodes; i++)
		net.nodes[i].is_off = &net.nodes[i] != n;
	net_run(&net, 6 * 3600000);
	assert_int_equal(view_of(n).v4.good + view_of(n).v4.unsure, 0);
	n->nevents = 0;
	assert_int_equal(dht_search(n->d, &q, net.now, &s), ERR_OK);
	net_run(&net, 60000);
	assert_int_equal(n->nevents, 0);
	for (size_t i = 1; i < net.nnodes; i++) {
		net.nodes[i].is_off = false;
		/* They have forgotten us. */
		dht_free(net.nodes[i].d);
		net_start(&net.nodes[i], &(struct dht_config){.ipv4 = true});
	}
	net_run(&net, JOIN_AGAIN_MAX_MS + 10000);
	assert_true(view_of(n).v4.good > 0);
	assert_true(n->nevents > 0);
	assert_int_equal(n->events[0].ev.kind, DHT_SEARCH_DONE);
	assert_true(n->events[0].ev.asked > 0);
}

static void a_new_network_is_joined_through_routers(void **state)
{
	struct addr router = net_v4(900);
	struct net_node *n;

	(void)state;
	net_grow(&net, 12, true, false);
	net_run(&net, 60000);
	n = &net.nodes[5];
	dht_add_router(n->d, &router, net.now);
	net_run(&net, 10000);
	assert_int_equal(net_strays_to(&net, &router), 0);
	for (size_t i = 0; i < net.nnodes; i++)
		if (&net.nodes[i] != n)
			net.nodes[i].is_off = true;
	dht_wake_up(n->d, net.now);
	net_run(&net, 30000);
	assert_true(net_strays_to(&net, &router) > 0);
}

static void a_refresh_asks_in_all_buckets(void **state)
{
	struct net_node *n;
	uint64_t before;

	(void)state;
	net_grow(&net, 60, true, false);
	net_run(&net, 120000);
	n = &net.nodes[5];
	before = view_of(n).traffic[KRPC_FIND_NODE].out;
	dht_refresh(n->d, net.now);
	net_run(&net, 10000);
	assert_true(view_of(n).traffic[KRPC_FIND_NODE].out - before >=
		    8 * (view_of(n).v4.nbuckets + 1));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_join_through_one_router),
		TEST(a_node_that_joined_rests),
		TEST(a_router_is_no_contact_for_its_own_sake),
		TEST(a_router_that_takes_part_is_a_contact),
		TEST(silent_routers_are_asked_less_and_less),
		TEST(a_router_named_again_is_asked_at_once),
		TEST(a_second_router_need_not_wait_for_the_first),
		TEST(there_is_an_end_to_routers),
		TEST(one_family_leads_to_the_other),
		TEST(without_ipv6_a_node_does_not_try_for_ever),
		TEST(a_peers_port_leads_to_a_contact),
		TEST(contacts_are_tried_a_few_at_a_time),
		TEST(who_asks_us_is_pinged_and_then_a_contact),
		TEST(askers_leave_room_for_contacts_of_ours),
		TEST(a_read_only_asker_is_served_and_left_alone),
		TEST(a_node_that_fell_silent_is_dropped),
		TEST(a_node_that_changed_its_id_stays_a_contact),
		TEST(a_sleep_is_nobodys_fault),
		TEST(without_a_network_the_table_is_kept),
		TEST(a_late_tick_is_a_sleep),
		TEST(a_network_that_comes_back_is_noticed),
		TEST(a_new_network_is_joined_through_routers),
		TEST(a_refresh_asks_in_all_buckets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
