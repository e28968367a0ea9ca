#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "dht_net.h"
#include "proto/benc_write.h"

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

static void save(const struct net_node *n, struct buf *out)
{
	buf_free(out);
	dht_save(n->d, net.now, out);
	assert_true(out->len <= DHT_STATE_MAX);
}

static void restart(struct net_node *n)
{
	struct dht_config cfg = {
		.ipv4 = n->addr[0].family, .ipv6 = n->addr[1].family};

	dht_free(n->d);
	net_start(n, &cfg);
	n->nevents = 0;
}

static uint32_t good(const struct net_node *n)
{
	return dht_good_nodes(n->d, net.now);
}

static void a_restart_is_useful_at_once(void **state)
{
	struct dht_query tell = net_hash("a"), look = net_hash("a");
	struct buf b = {0};
	struct net_node *n;
	struct addr peer;
	dht_search_id s;

	(void)state;
	net_grow(&net, 60, true, true);
	net_run(&net, 60000);
	tell.announce_port = 7000;
	net_search(&net.nodes[3], &tell);
	n = &net.nodes[20];
	save(n, &b);
	restart(n);
	assert_int_equal(dht_restore(n->d, buf_span(&b), net.now), ERR_OK);
	assert_int_equal(dht_search(n->d, &look, net.now, &s), ERR_OK);
	net_run(&net, 1000);
	peer = net.nodes[3].addr[0];
	peer.port = 7000;
	assert_true(net_was_told(n, &peer));
	net_run(&net, 10000);
	assert_true(good(n) >= 40);
	buf_free(&b);
}

static void the_ids_are_kept(void **state)
{
	struct node_id id[2];
	struct buf b = {0};
	struct net_node *n = net_add(&net, true, true);
	struct addr a = net_v4(700);
	struct node_id other = net_id(&net, &a);

	(void)state;
	net_meet(&net, n, &a, &other, NULL);
	id[0] = n->d->fam[0].id;
	id[1] = n->d->fam[1].id;
	save(n, &b);
	restart(n);
	assert_int_equal(dht_restore(n->d, buf_span(&b), net.now), ERR_OK);
	assert_true(node_id_equal(&id[0], &n->d->fam[0].id));
	assert_true(node_id_equal(&id[0], table_self(n->d->fam[0].table)));
	assert_true(node_id_equal(&id[1], &n->d->fam[1].id));
	buf_free(&b);
}

static void an_id_that_does_not_fit_any_more_is_not_taken(void **state)
{
	struct addr ours = addr_v4(70, 1, 2, 3, 6881);
	struct node_id old;
	struct buf b = {0};
	struct net_node *n;

	(void)state;
	n = net_add(&net, true, false);
	for (unsigned i = 0; i < 2; i++) {
		struct addr a = net_v4(700 + i);
		struct node_id id = net_id(&net, &a);

		net_meet(&net, n, &a, &id, NULL);
	}
	old = n->d->fam[0].id;
	save(n, &b);
	restart(n);
	n->d->fam[0].external = ours;
	assert_int_equal(dht_restore(n->d, buf_span(&b), net.now), ERR_OK);
	assert_false(node_id_equal(&old, &n->d->fam[0].id));
	buf_free(&b);
}

static void saved_contacts_are_pinged_eight_at_once(void **state)
{
	struct buf b = {0};
	struct net_node *n;
	uint64_t most = 0;

	(void)state;
	net_grow(&net, 60, true, false);
	net_run(&net, 60000);
	n = &net.nodes[20];
	save(n, &b);
	for (size_t i = 0; i < net.nnodes; i++)
		net.nodes[i].is_off = &net.nodes[i] != n;
	restart(n);
	n->sent = 0;
	assert_int_equal(dht_restore(n->d, buf_span(&b), net.now), ERR_OK);
	assert_int_equal(n->sent, SAVED_AT_ONCE);
	net_run(&net, 900);
	assert_int_equal(n->sent, SAVED_AT_ONCE);
	for (unsigned i = 0; i < 20; i++) {
		uint64_t before = n->sent;

		net_run(&net, 1000);
		if (n->sent - before > most)
			most = n->sent - before;
	}
	assert_in_range(most, 1, 2 * SAVED_AT_ONCE);
	buf_free(&b);
}

static void the_likeliest_are_asked_first(void **state)
{
	struct net_node *n = net_add(&net, true, false);
	struct buf b = {0};
	struct addr fit, misfit;
	struct node_id id;

	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		struct addr a = net_v4(700 + i);

		id = net_id(&net, i == 7 ? &a : NULL);
		net_meet(&net, n, &a, &id, NULL);
		if (i == 7)
			fit = a;
		misfit = a;
	}
	save(n, &b);
	restart(n);
	net_run(&net, 100);
	net.nstrays = 0;
	assert_int_equal(dht_restore(n->d, buf_span(&b), net.now), ERR_OK);
	net_run(&net, 100);
	assert_int_equal(net.nstrays, 8);
	assert_true(addr_equal(&net.strays[0].to, &fit));
	assert_true(addr_equal(&net.strays[1].to, &misfit));
	buf_free(&b);
}

static void what_is_saved_has_to_answer(void **state)
{
	struct net_node *n = net_add(&net, true, false);
	struct addr a = net_v4(700);
	struct node_id id = net_id(&net, &a);
	struct buf b = {0};

	(void)state;
	net_meet(&net, n, &a, &id, NULL);
	save(n, &b);
	restart(n);
	assert_int_equal(dht_restore(n->d, buf_span(&b), net.now), ERR_OK);
	assert_int_equal(good(n), 0);
	net_run(&net, 60000);
	assert_int_equal(good(n), 0);
	buf_free(&b);
}

static void an_evening_without_network_costs_no_contacts(void **state)
{
	struct buf b = {0};
	struct net_node *n;

	(void)state;
	net_grow(&net, 30, true, false);
	net_run(&net, 60000);
	n = &net.nodes[20];
	save(n, &b);
	for (unsigned day = 0; day < 3; day++) {
		net.loss_percent = 100;
		restart(n);
		assert_int_equal(dht_restore(n->d, buf_span(&b), net.now),
			ERR_OK);
		net_run(&net, 3600000);
		save(n, &b);
	}
	net.loss_percent = 0;
	restart(n);
	assert_int_equal(dht_restore(n->d, buf_span(&b), net.now), ERR_OK);
	net_run(&net, 20000);
	assert_true(good(n) >= 20);
	/* Once there are enough contacts, the old list is let go. */
	assert_true(good(n) < SAVED_ENOUGH || !n->d->fam[0].saved);
	buf_free(&b);
}

static void a_network_that_comes_back_is_found_by_saved_contacts(void **state)
{
	struct buf b = {0};
	struct net_node *n;

	(void)state;
	net_grow(&net, 40, true, false);
	net_run(&net, 60000);
	n = &net.nodes[20];
	save(n, &b);
	net.loss_percent = 100;
	restart(n);
	assert_int_equal(dht_restore(n->d, buf_span(&b), net.now), ERR_OK);
	net_run(&net, 600000);
	net.loss_percent = 0;
	net_run(&net, 1000000);
	assert_true(good(n) >= 20);
	assert_null(n->d->fam[0].saved);
	buf_free(&b);
}

static void saved_contacts_come_before_bootstrap_hosts(void **state)
{
	struct addr router = net_v4(900);
	struct buf b = {0};
	struct net_node *n;

	(void)state;
	net_grow(&net, 30, true, false);
	net_run(&net, 60000);
	n = &net.nodes[20];
	save(n, &b);
	restart(n);
	dht_add_router(n->d, &router, net.now);
	assert_int_equal(dht_restore(n->d, buf_span(&b), net.now), ERR_OK);
	net_run(&net, 60000);
	assert_int_equal(net_strays_to(&net, &router), 0);
	assert_true(good(n) >= 20);
	/* Silent, they do not keep us waiting. */
	for (size_t i = 0; i < net.nnodes; i++)
		net.nodes[i].is_off = &net.nodes[i] != n;
	restart(n);
	dht_add_router(n->d, &router, net.now);
	assert_int_equal(dht_restore(n->d, buf_span(&b), net.now), ERR_OK);
	net_run(&net, 3000);
	assert_int_equal(net_strays_to(&net, &router), 1);
	buf_free(&b);
}

/* The first that answers may be a dud: those that come after it count too. */
static void a_search_takes_contacts_that_come_back(void **state)
{
	struct dht_query look = net_hash("b");
	struct addr router = net_v4(900), first = net_v4(800);
	struct node_id id = net_id(&net, &first);
	struct net_node *n = net_add(&net, true, false);
	struct net_packet p;
	struct buf b = {0};
	dht_search_id s;
	unsigned asked = 0;

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		struct addr a = net_v4(700 + i);
		struct node_id other = net_id(&net, &a);

		net_meet(&net, n, &a, &other, NULL);
	}
	net_meet(&net, n, &first, &id, NULL);
	save(n, &b);
	restart(n);
	net_run(&net, 1000);
	net.nstrays = 0;
	dht_add_router(n->d, &router, net.now);
	assert_int_equal(dht_search(n->d, &look, net.now, &s), ERR_OK);
	assert_int_equal(dht_restore(n->d, buf_span(&b), net.now), ERR_OK);
	net_run(&net, NET_DELAY_MS);
	net_expect(&net, &first, &p);
	net_reply(&net, &p, (struct krpc){.kind = KRPC_REPLY}, &id);
	net_run(&net, 2 * NET_DELAY_MS);
	/* It is asked, and never answers. */
	assert_int_equal(net_expect(&net, &first, &p).method, KRPC_GET_PEERS);
	for (unsigned i = 0; i < 6; i++) {
		struct addr a = net_v4(700 + i);

		assert_true(net_take(&net, &a, &p));
		id = net_id(&net, &a);
		net_reply(&net, &p, (struct krpc){.kind = KRPC_REPLY}, &id);
	}
	net_run(&net, 100);
	for (unsigned i = 0; i < 6; i++) {
		struct addr a = net_v4(700 + i);

		while (net_take(&net, &a, &p))
			asked += net_parse(&p).method == KRPC_GET_PEERS;
	}
	assert_in_range(asked, LOOKUP_ALPHA - 1, 6);
	/* Bootstrap hosts have nothing to do with it. */
	assert_int_equal(net_strays_to(&net, &router), 0);
	buf_free(&b);
}

static void no_more_than_enough_is_saved(void **state)
{
	struct net_node *n = net_add(&net, true, false);
	struct buf b = {0};
	struct bw payload, file;
	uint8_t check[SHA1_LEN];
	struct buf nodes = {0};

	(void)state;
	/* A file with more than we would write. */
	for (unsigned i = 0; i < 2 * DHT_SAVED_NODES; i++) {
		struct addr a = net_v4(i);
		struct node_id id = net_id(&net, &a);
		uint8_t bytes[KRPC_NODE_V4];
		struct writer w = writer_of(bytes, sizeof bytes);

		krpc_write_node(&w, &id, &a);
		buf_add(&nodes, writer_span(&w));
	}
	bw_init(&payload);
	bw_dict(&payload);
	bw_key(&payload, "nodes");
	bw_span(&payload, buf_span(&nodes));
	bw_end(&payload);
	sha1(buf_span(&payload.out), check);
	bw_init(&file);
	bw_dict(&file);
	bw_key(&file, "check");
	bw_span(&file, span_of(check, sizeof check));
	bw_key(&file, "dht");
	bw_raw(&file, buf_span(&payload.out));
	bw_end(&file);
	assert_int_equal(dht_restore(n->d, buf_span(&file.out), net.now),
		ERR_OK);
	save(n, &b);
	assert_in_range(b.len, DHT_SAVED_NODES * KRPC_NODE_V4,
		DHT_SAVED_NODES * KRPC_NODE_V4 + 200);
	/* A second file takes the place of the first. */
	assert_int_equal(dht_restore(n->d, buf_span(&file.out), net.now),
		ERR_OK);
	bw_fini(&payload);
	bw_fini(&file);
	buf_free(&nodes);
	buf_free(&b);
}

/* --- damage ----------------------------------------------------------------
 */

static void any_flipped_byte_is_found(void **state)
{
	struct net_node *n = net_add(&net, true, true);
	struct net_node *other = net_add(&net, true, true);
	struct buf b = {0};
	struct node_id id;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		struct addr a = i % 2 ? net_v4(700 + i) : net_v6(700 + i);

		id = net_id(&net, &a);
		net_meet(&net, n, &a, &id, NULL);
	}
	save(n, &b);
	id = other->d->fam[0].id;
	for (size_t i = 0; i < b.len; i++) {
		b.p[i] ^= 0x11;
		assert_int_not_equal(dht_restore(other->d, buf_span(&b),
					     net.now),
			ERR_OK);
		b.p[i] ^= 0x11;
		assert_int_not_equal(dht_restore(other->d, span_of(b.p, i),
					     net.now),
			ERR_OK);
	}
	assert_true(node_id_equal(&id, &other->d->fam[0].id));
	assert_null(other->d->fam[0].saved);
	assert_int_equal(other->sent, 0);
	buf_free(&b);
}

/* A file with a good checksum over this value of "dht". */
static enum err restore_value(struct net_node *n, const char *value)
{
	uint8_t check[SHA1_LEN];
	struct bw file;
	enum err e;

	sha1(span_str(value), check);
	bw_init(&file);
	bw_dict(&file);
	bw_key(&file, "check");
	bw_span(&file, span_of(check, sizeof check));
	bw_key(&file, "dht");
	bw_raw(&file, span_str(value));
	bw_end(&file);
	e = dht_restore(n->d, buf_span(&file.out), net.now);
	bw_fini(&file);
	return e;
}

static void a_checksum_does_not_make_it_sound(void **state)
{
	struct net_node *n = net_add(&net, true, true);
	static uint8_t large[DHT_STATE_MAX + 1];

	(void)state;
	assert_int_equal(restore_value(n, "de"), ERR_OK);
	assert_int_equal(restore_value(n, "i1e"), ERR_SYNTAX);
	assert_int_equal(restore_value(n, "d3:id43:abce"), ERR_SYNTAX);
	assert_int_equal(restore_value(n, "d5:nodes25:"
					  "aaaaaaaaaaaaaaaaaaaaaaaaae"),
		ERR_SYNTAX);
	assert_int_equal(restore_value(n, "d6:nodes626:"
					  "aaaaaaaaaaaaaaaaaaaaaaaaaae"),
		ERR_SYNTAX);
	assert_int_equal(dht_restore(n->d, span_str("de"), net.now),
		ERR_SYNTAX);
	assert_int_equal(dht_restore(n->d, span_str("d3:dhtdee"), net.now),
		ERR_HASH);
	assert_int_equal(dht_restore(n->d, span_of(large, sizeof large),
				 net.now),
		ERR_SYNTAX);
	assert_int_equal(n->sent, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_restart_is_useful_at_once),
		TEST(the_ids_are_kept),
		TEST(an_id_that_does_not_fit_any_more_is_not_taken),
		TEST(saved_contacts_are_pinged_eight_at_once),
		TEST(the_likeliest_are_asked_first),
		TEST(what_is_saved_has_to_answer),
		TEST(an_evening_without_network_costs_no_contacts),
		TEST(a_network_that_comes_back_is_found_by_saved_contacts),
		TEST(saved_contacts_come_before_bootstrap_hosts),
		TEST(a_search_takes_contacts_that_come_back),
		TEST(no_more_than_enough_is_saved),
		TEST(any_flipped_byte_is_found),
		TEST(a_checksum_does_not_make_it_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
