/*
 * engine_dht_test.c - an engine and its DHT node: joining, announcing,
 * finding, keeping quiet about private torrents, and what is kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "core/command.h"
#include "core/engine.h"
#include "dht/dht.h"
#include "fake_host.c"

#define HASH_HEX "0123456789abcdef0123456789abcdef01234567"
#define MAGNET "magnet:?xt=urn:btih:" HASH_HEX

/* Another node, to which all the engine's packets go and from which answers
 * come; it serves as the bootstrap host. */
struct ring {
	struct fake_host h;
	struct settings *settings;
	struct engine *e;
	struct dht *other;
	struct addr other_addr, engine_addr;
	struct rng rng;
	bool deaf;     /* the other does not hear */
	uint32_t sent; /* by the engine */
	struct buf back[FAKE_PACKETS];
	size_t nback;
};

static void other_send(void *user, const struct addr *to, struct span packet)
{
	struct ring *r = user;

	if (!addr_equal(to, &r->engine_addr))
		return;
	assert_true(r->nback < FAKE_PACKETS);
	buf_add(&r->back[r->nback++], packet);
}

static void other_random(void *user, void *p, size_t n)
{
	rng_fill(&((struct ring *)user)->rng, p, n);
}

static void open_engine(struct ring *r)
{
	static const char *const nodes[] = {"127.0.0.2:7000"};
	struct engine_config cfg = {
		.download_dir = FAKE_DIR,
		.settings = r->settings,
		.keep_session = true,
		.dht_nodes = nodes,
		.ndht_nodes = 1,
	};

	r->e = engine_new(&r->h.base, &cfg);
	engine_start(r->e);
}

static int open_ring(void **state)
{
	struct ring *r = mem_zero(sizeof *r);
	struct dht_config cfg = {.ipv4 = true};
	struct dht_ops ops = {other_send, other_random, r};

	fake_init(&r->h);
	rng_seed(&r->rng, 7);
	r->other_addr = addr_v4(127, 0, 0, 2, 7000);
	r->engine_addr = addr_v4(127, 0, 0, 1, 6881);
	r->other = dht_new(&cfg, &ops, r->h.now);
	r->settings = settings_new();
	open_engine(r);
	*state = r;
	return 0;
}

static int close_ring(void **state)
{
	struct ring *r = *state;

	if (r->e)
		fake_close(&r->h, r->e);
	for (size_t i = 0; i < FAKE_PACKETS; i++)
		buf_free(&r->back[i]);
	dht_free(r->other);
	settings_free(r->settings);
	fake_fini(&r->h);
	mem_free(r);
	return 0;
}

static void carry(struct ring *r)
{
	for (size_t i = 0; i < r->h.npackets; i++) {
		if (!r->deaf && addr_equal(&r->h.packet[i].to, &r->other_addr))
			dht_receive(r->other, buf_span(&r->h.packet[i].bytes),
				&r->engine_addr, r->h.now);
		buf_free(&r->h.packet[i].bytes);
		r->sent++;
	}
	r->h.npackets = 0;
	for (size_t i = 0; i < r->nback; i++) {
		if (r->e)
			engine_datagram(r->e, buf_span(&r->back[i]),
				&r->other_addr);
		buf_free(&r->back[i]);
	}
	r->nback = 0;
}

static void run(struct ring *r, uint64_t ms)
{
	struct dht_event ev;

	for (uint64_t t = 0; t < ms; t += 10) {
		fake_run(&r->h, r->e, 10);
		carry(r);
		if (dht_deadline(r->other) <= r->h.now)
			dht_tick(r->other, r->h.now);
		while (dht_next_event(r->other, &ev))
			;
	}
}

static struct torrent_id add_link(struct ring *r, const char *link)
{
	struct add_source a = {.link = link};
	struct command c = {.kind = CMD_ADD, .add = &a};
	struct torrent_id id = {0, 0};
	struct fault f = {0};

	assert_int_equal(engine_command(r->e, &c, &id, &f), ERR_OK);
	return id;
}

static enum err give(struct ring *r, enum command_kind kind, const char *text)
{
	struct command c = {.kind = kind, .text = text};
	struct fault f = {0};

	return engine_command(r->e, &c, NULL, &f);
}

static const struct torrent_row *row(struct ring *r, struct torrent_id id)
{
	return snapshot_find(engine_refresh(r->e), id);
}

static uint32_t stored(struct ring *r)
{
	struct dht_view v;

	dht_view(r->other, r->h.now, &v);
	return v.stored_peers;
}

/* The bootstrap host alone is no contact until it has answered as a node. */
static void befriend(struct ring *r)
{
	assert_int_equal(give(r, CMD_DHT_ADD, "127.0.0.2:7000"), ERR_OK);
	run(r, 2000);
}

static void it_joins_by_the_named_node(void **state)
{
	struct ring *r = *state;

	run(r, 3000);
	assert_true(r->sent > 0);
	assert_true(engine_refresh(r->e)->totals.has_dht);
}

static void a_magnet_is_announced_and_found_again(void **state)
{
	struct ring *r = *state;
	struct torrent_id id;

	befriend(r);
	assert_int_equal(engine_refresh(r->e)->totals.dht_nodes, 1);
	id = add_link(r, MAGNET);
	run(r, 5000);
	assert_int_equal(stored(r), 1);
	assert_true(row(r, id)->dht_asked >= 1);
}

static void peers_that_others_announced_are_known(void **state)
{
	struct ring *r = *state;
	struct dht_query q = {.announce_port = 5555};
	dht_search_id id;
	struct torrent_id t;

	befriend(r);
	/* The other announces itself to the engine's node. */
	for (size_t i = 0; i < sizeof q.hash; i++) {
		unsigned v;

		sscanf(HASH_HEX + 2 * i, "%2x", &v);
		q.hash[i] = (uint8_t)v;
	}
	dht_add_contact(r->other, &r->engine_addr, r->h.now);
	run(r, 1000);
	assert_int_equal(dht_search(r->other, &q, r->h.now, &id), ERR_OK);
	run(r, 3000);
	t = add_link(r, MAGNET);
	run(r, 5000);
	assert_non_null(row(r, t));
	assert_true(row(r, t)->dht_asked > 0);
}

static void a_private_torrent_is_not_named(void **state)
{
	struct ring *r = *state;
	struct buf t = fake_torrent(&r->h, "quiet");
	static const char key[] = "6:pieces";
	struct buf out = {0};
	struct add_source a;
	struct command c = {.kind = CMD_ADD, .add = &a};
	struct fault f = {0};
	const uint8_t *at = memmem(t.p, t.len, key, sizeof key - 1);
	size_t head, tail;
	uint32_t multicasts = r->h.multicasts;

	assert_non_null(at);
	/* "private" belongs right after the pieces, at the end of info. */
	head = t.len - 2;
	tail = 2;
	buf_add(&out, span_of(t.p, head));
	buf_add_str(&out, "7:privatei1e");
	buf_add(&out, span_of(t.p + head, tail));
	memset(&a, 0, sizeof a);
	a.metainfo = buf_span(&out);
	befriend(r);
	assert_int_equal(engine_command(r->e, &c, NULL, &f), ERR_OK);
	run(r, 20000);
	assert_int_equal(stored(r), 0);
	assert_int_equal(r->h.multicasts, multicasts);
	buf_free(&out);
	buf_free(&t);
}

static void switched_off_it_is_silent(void **state)
{
	struct ring *r = *state;

	befriend(r);
	assert_int_equal(give(r, CMD_SET, "dht off"), ERR_OK);
	run(r, 100);
	assert_false(engine_refresh(r->e)->totals.has_dht);
	r->sent = 0;
	add_link(r, MAGNET);
	run(r, 30000);
	assert_int_equal(r->sent, 0);
	assert_int_equal(give(r, CMD_DHT_REFRESH, NULL), ERR_STATE);
	assert_int_equal(give(r, CMD_SET, "dht on"), ERR_OK);
	run(r, 5000);
	assert_true(r->sent > 0);
}

static void its_nodes_survive_a_restart(void **state)
{
	struct ring *r = *state;

	befriend(r);
	fake_close(&r->h, r->e);
	assert_non_null(fake_state(&r->h, "dht"));
	open_engine(r);
	run(r, 1000);
	assert_int_equal(engine_refresh(r->e)->totals.dht_nodes, 1);
}

static void a_damaged_state_is_no_obstacle(void **state)
{
	struct ring *r = *state;

	befriend(r);
	fake_close(&r->h, r->e);
	fake_put_state(&r->h, "dht", span_str("d5:nodes3:abce"));
	open_engine(r);
	befriend(r);
	assert_int_equal(engine_refresh(r->e)->totals.dht_nodes, 1);
}

static void an_announce_is_repeated_while_nobody_hears(void **state)
{
	struct ring *r = *state;

	r->deaf = true;
	add_link(r, MAGNET);
	run(r, 20000);
	assert_int_equal(stored(r), 0);
	r->deaf = false;
	befriend(r);
	run(r, 40000);
	assert_int_equal(stored(r), 1);
}

static void what_is_seen_of_it_agrees(void **state)
{
	struct ring *r = *state;
	struct dht_detail *d = mem_zero(sizeof *d);

	befriend(r);
	add_link(r, MAGNET);
	run(r, 5000);
	engine_dht(r->e, ADDR_V4, 0, d);
	assert_true(d->on);
	assert_int_equal(d->view.v4.good, 1);
	assert_int_equal(d->nwants, 1);
	assert_int_equal(d->nannounces, 1);
	assert_int_equal(d->announces[0].stored, 1);
	assert_true(d->announces[0].next_s != UINT32_MAX);
	mem_free(d);
}

static void commands_say_what_is_wrong(void **state)
{
	struct ring *r = *state;

	assert_int_equal(give(r, CMD_DHT_ADD, "nonsense"), ERR_SYNTAX);
	assert_int_equal(give(r, CMD_DHT_ADD, "host:0"), ERR_SYNTAX);
	assert_int_equal(give(r, CMD_DHT_ADD, "host:70000"), ERR_SYNTAX);
	assert_int_equal(give(r, CMD_DHT_ADD, NULL), ERR_SYNTAX);
	assert_int_equal(give(r, CMD_DHT_LOOKUP, "xyz"), ERR_SYNTAX);
	assert_int_equal(give(r, CMD_DHT_LOOKUP, HASH_HEX), ERR_OK);
	assert_int_equal(give(r, CMD_DHT_SAVE, NULL), ERR_OK);
}

int main(void)
{
#define RING(f) cmocka_unit_test_setup_teardown(f, open_ring, close_ring)
	const struct CMUnitTest tests[] = {
		RING(it_joins_by_the_named_node),
		RING(a_magnet_is_announced_and_found_again),
		RING(peers_that_others_announced_are_known),
		RING(a_private_torrent_is_not_named),
		RING(switched_off_it_is_silent),
		RING(its_nodes_survive_a_restart),
		RING(a_damaged_state_is_no_obstacle),
		RING(an_announce_is_repeated_while_nobody_hears),
		RING(what_is_seen_of_it_agrees),
		RING(commands_say_what_is_wrong),
	};

	return cmocka_run_group_tests_name("engine_dht", tests, NULL, NULL);
}
