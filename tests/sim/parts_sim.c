/*
 * parts_sim.c - the simulator itself: clock, network, disk, memory.
 */
#include <errno.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "sim_swarm.h"

/* --- the clock ------------------------------------------------------------ */

struct letter {
	char c;
	char *text;
};

static void note(void *user)
{
	const struct letter *l = user;

	strncat(l->text, &l->c, 1);
}

static void events_of_one_moment_keep_their_order(void **state)
{
	char order[8] = "";
	struct letter a = {'a', order}, b = {'b', order};
	struct letter c = {'c', order}, d = {'d', order};
	struct sim *s = sim_new(1);

	(void)state;
	sim_call(s, 5, note, &c);
	sim_call(s, 3, note, &a);
	sim_call(s, 5, note, &d);
	sim_call(s, 3, note, &b);
	sim_run_for(s, 4);
	assert_string_equal(order, "ab");
	assert_int_equal(sim_now(s), SIM_BEGIN_MS + 4);
	sim_run_for(s, 1);
	assert_string_equal(order, "abcd");
	sim_free(s);
}

/* --- the network ---------------------------------------------------------- */

struct ear {
	struct sim *sim;
	struct stream *stream;
	uint64_t bytes, connected_ms, ended_ms;
	int os;
	bool in_order;
};

static void on_connected(void *user)
{
	((struct ear *)user)->connected_ms = sim_now(((struct ear *)user)->sim);
}

static void on_data(void *user, struct span bytes)
{
	struct ear *e = user;

	for (size_t i = 0; i < bytes.n; i++)
		e->in_order &= bytes.p[i] == (uint8_t)((e->bytes + i) % 251);
	e->bytes += bytes.n;
}

static void on_ended(void *user, enum err why, int os)
{
	struct ear *e = user;

	(void)why;
	e->ended_ms = sim_now(e->sim);
	e->os = os;
}

static const struct stream_events ears = {
	.connected = on_connected,
	.data = on_data,
	.ended = on_ended,
};

static void on_accept(void *user, struct stream *s, const struct addr *from)
{
	struct ear *e = user;

	(void)from;
	e->stream = s;
	e->in_order = true;
	stream_set_user(s, &ears, e);
}

struct pair {
	struct sim *sim;
	struct sim_net *net;
	struct sim_node *a, *b;
	struct ear at_a, at_b;
	struct addr to_b;
};

static void pair_open(struct pair *p, const struct sim_link *la,
	const struct sim_link *lb)
{
	memset(p, 0, sizeof *p);
	p->sim = sim_new(3);
	p->net = sim_net_new(p->sim);
	p->a = sim_node_new(p->net, la);
	p->b = sim_node_new(p->net, lb);
	p->at_a.sim = p->at_b.sim = p->sim;
	p->at_a.in_order = true;
	p->to_b = *sim_node_addr(p->b);
	p->to_b.port = 9;
	sim_node_listen(p->b, 9, on_accept, &p->at_b);
}

static void pair_dial(struct pair *p)
{
	p->at_a.stream = sim_dial(p->a, &p->to_b, &ears, &p->at_a);
}

static void pair_close(struct pair *p)
{
	if (p->at_a.stream)
		stream_close(p->at_a.stream);
	if (p->at_b.stream)
		stream_close(p->at_b.stream);
	sim_net_free(p->net);
	sim_free(p->sim);
}

static void send_pattern(struct stream *s, size_t n)
{
	uint8_t *b = mem_alloc(n);

	for (size_t i = 0; i < n; i++)
		b[i] = (uint8_t)(i % 251);
	stream_send(s, span_of(b, n));
	mem_free(b);
}

static void connecting_takes_a_round_trip(void **state)
{
	struct sim_link l = {.latency_ms = 20};
	struct pair p;

	(void)state;
	pair_open(&p, &l, &l);
	pair_dial(&p);
	sim_run_for(p.sim, 1000);
	assert_int_equal(p.at_a.connected_ms - SIM_BEGIN_MS, 80);
	pair_close(&p);
}

static void bytes_arrive_in_order_at_the_rate_of_the_link(void **state)
{
	struct sim_link up = {
		.up_bps = 100000, .jitter_ms = 30, .loss_permille = 50};
	struct sim_link down = {.latency_ms = 10, .down_bps = 50000};
	struct pair p;

	(void)state;
	for (int slow_down = 0; slow_down < 2; slow_down++) {
		pair_open(&p, &up, slow_down ? &down : &sim_lan);
		pair_dial(&p);
		send_pattern(p.at_a.stream, 1000000);
		sim_run_for(p.sim, 5000);
		assert_in_range(p.at_b.bytes, slow_down ? 200000 : 400000,
			slow_down ? 260000 : 510000);
		sim_run_for(p.sim, 20000);
		assert_int_equal(p.at_b.bytes, 1000000);
		assert_true(p.at_b.in_order);
		pair_close(&p);
	}
}

static void who_does_not_read_holds_the_sender_up(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p, &sim_lan, &sim_lan);
	pair_dial(&p);
	sim_run_for(p.sim, 100);
	stream_read(p.at_b.stream, false);
	send_pattern(p.at_a.stream, 4u << 20);
	sim_run_for(p.sim, 1000);
	assert_int_equal(p.at_b.bytes, 0);
	assert_int_equal(stream_queued(p.at_a.stream), (4u << 20) - SIM_WINDOW);
	stream_read(p.at_b.stream, true);
	sim_run_for(p.sim, 1000);
	assert_int_equal(p.at_b.bytes, 4u << 20);
	assert_true(p.at_b.in_order);
	pair_close(&p);
}

static void nobody_listening_refuses(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p, &sim_lan, &sim_lan);
	p.to_b.port = 10;
	pair_dial(&p);
	sim_run_for(p.sim, 100);
	assert_int_equal(p.at_a.os, ECONNREFUSED);
	pair_close(&p);
}

static void a_nat_lets_nobody_in(void **state)
{
	struct sim_link nat = {.nat = true};
	struct pair p;

	(void)state;
	pair_open(&p, &sim_lan, &nat);
	pair_dial(&p);
	sim_run_for(p.sim, SIM_CONNECT_GIVE_UP_MS - 1000);
	assert_int_equal(p.at_a.ended_ms, 0);
	sim_run_for(p.sim, 2000);
	assert_int_equal(p.at_a.os, ETIMEDOUT);
	assert_null(p.at_b.stream);
	pair_close(&p);
}

static void a_dying_node_resets(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p, &sim_lan, &sim_lan);
	pair_dial(&p);
	sim_run_for(p.sim, 100);
	sim_node_die(p.b);
	sim_run_for(p.sim, 100);
	assert_int_equal(p.at_a.os, ECONNRESET);
	assert_int_equal(p.at_b.ended_ms, 0);
	pair_close(&p);
}

static void a_dark_node_is_silent_and_loses_nothing(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p, &sim_lan, &sim_lan);
	pair_dial(&p);
	sim_run_for(p.sim, 100);
	sim_node_set_dark(p.b, true);
	send_pattern(p.at_a.stream, 300000);
	sim_run_for(p.sim, 60000);
	assert_int_equal(p.at_b.bytes, 0);
	sim_node_set_dark(p.b, false);
	sim_run_for(p.sim, 5000);
	assert_int_equal(p.at_b.bytes, 300000);
	assert_true(p.at_b.in_order);
	pair_close(&p);
}

static void count_datagram(void *user, struct span bytes,
	const struct addr *from)
{
	(void)from;
	*(uint64_t *)user += bytes.n;
}

static void datagrams_get_lost_and_double(void **state)
{
	struct sim_link bad = {.loss_permille = 200, .duplicate_permille = 100};
	struct pair p;
	uint64_t got = 0;

	(void)state;
	pair_open(&p, &bad, &sim_lan);
	sim_node_bind_udp(p.a, 7, count_datagram, &got);
	sim_node_bind_udp(p.b, 9, count_datagram, &got);
	for (int i = 0; i < 10000; i++)
		sim_send_udp(p.a, &p.to_b, span_of("x", 1));
	sim_run_for(p.sim, 1000);
	assert_in_range(got, 8500, 9100); /* 0.8 * 1.1 */
	pair_close(&p);
}

/* --- the files ------------------------------------------------------------ */

static void a_power_cut_keeps_what_was_flushed(void **state)
{
	struct sim *s = sim_new(5);
	struct sim_files *f = sim_files_new(s);
	struct sim_file *a = sim_file_make(f, "a");
	uint8_t *ones = mem_alloc(100000), *twos = mem_alloc(100000);

	(void)state;
	memset(ones, 1, 100000);
	memset(twos, 2, 100000);
	assert_int_equal(sim_file_write(f, a, 0, span_of(ones, 100000)), 0);
	sim_file_sync(a);
	assert_int_equal(sim_file_write(f, a, 50000, span_of(twos, 100000)), 0);
	sim_file_make(f, "b");
	sim_files_power_cut(f, 0);
	assert_null(sim_file_find(f, "b"));
	assert_int_equal(sim_file_size(a), 100000);
	assert_memory_equal(sim_file_bytes(a), ones, 100000);
	mem_free(ones);
	mem_free(twos);
	sim_files_free(f);
	sim_free(s);
}

static void a_full_medium_takes_no_more(void **state)
{
	struct sim *s = sim_new(5);
	struct sim_files *f = sim_files_new(s);
	struct sim_file *a = sim_file_make(f, "a");
	uint8_t page[SIM_PAGE] = {1};

	(void)state;
	sim_files_set_capacity(f, 3 * SIM_PAGE);
	sim_file_grow(f, a, 100 * SIM_PAGE);
	for (uint64_t i = 0; i < 3; i++)
		assert_int_equal(sim_file_write(f, a, 7 * i * SIM_PAGE,
					 span_of(page, sizeof page)),
			0);
	assert_int_equal(sim_file_write(f, a, SIM_PAGE,
				 span_of(page, sizeof page)),
		ENOSPC);
	assert_int_equal(sim_file_write(f, a, 7 * SIM_PAGE,
				 span_of(page, sizeof page)),
		0);
	sim_file_remove(f, "a");
	assert_int_equal(sim_files_used(f), 0);
	sim_files_free(f);
	sim_free(s);
}

/* --- memory --------------------------------------------------------------- */

static size_t in_use(void)
{
	return mallinfo2().uordblks;
}

static void one_world(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed, &(struct sim_plan){0});

	sim_peer_new(w, &sim_home, SIM_SEED);
	sim_peer_new(w, &sim_home, 300)->by_magnet = true;
	sim_peer_new(w, &sim_home, 0);
	sim_world_start(w);
	sim_run_for(w->sim, 1500);
	sim_peer_kill(w->peers[2]);
	sim_run_for(w->sim, 100);
	sim_peer_start(w->peers[2]);
	sim_world_complete(w, 60000);
	sim_world_free(w);
}

/* Free lists of the allocator count as used, hence the room; a leak of every
 * world is found here, smaller ones by the leak checker of SAN=address. */
static void a_world_gives_all_its_memory_back(void **state)
{
	size_t before, after;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++)
		one_world(seed);
	before = in_use();
	for (uint64_t seed = 21; seed <= 50; seed++)
		one_world(seed);
	after = in_use();
	assert_in_range(after, 0, before + 30 * 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_of_one_moment_keep_their_order),
		cmocka_unit_test(connecting_takes_a_round_trip),
		cmocka_unit_test(bytes_arrive_in_order_at_the_rate_of_the_link),
		cmocka_unit_test(who_does_not_read_holds_the_sender_up),
		cmocka_unit_test(nobody_listening_refuses),
		cmocka_unit_test(a_nat_lets_nobody_in),
		cmocka_unit_test(a_dying_node_resets),
		cmocka_unit_test(a_dark_node_is_silent_and_loses_nothing),
		cmocka_unit_test(datagrams_get_lost_and_double),
		cmocka_unit_test(a_power_cut_keeps_what_was_flushed),
		cmocka_unit_test(a_full_medium_takes_no_more),
		cmocka_unit_test(a_world_gives_all_its_memory_back),
	};

	return cmocka_run_group_tests_name("parts", tests, NULL, NULL);
}
