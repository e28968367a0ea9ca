#include <errno.h>

#include "core/storage/block_pool.h"
#include "loop_fixture.h"

#define ECHO_BYTES (64u << 20)
#define QUEUE_MAX (512u * 1024)
#define SWARM 200

/* One end of a connection, counting what it is told. */
struct end {
	struct stream *s;
	int connected, ended, writable, calls;
	enum err why;
	int os;
	size_t received;
	uint8_t tail[64]; /* the last bytes received */
	size_t tail_len;
};

/* Accepts any number of connections. */
struct server {
	struct fixture f;
	struct end ends[SWARM];
	int accepted;
	bool refuse;
};

static void on_connected(void *user)
{
	struct end *e = user;

	e->connected++;
}

static void on_data(void *user, struct span bytes)
{
	struct end *e = user;
	size_t n = bytes.n < sizeof e->tail ? bytes.n : sizeof e->tail;

	assert_true(bytes.n > 0);
	e->calls++;
	e->received += bytes.n;
	memcpy(e->tail, bytes.p + bytes.n - n, n);
	e->tail_len = n;
}

static void on_writable(void *user)
{
	struct end *e = user;

	e->writable++;
}

static void on_ended(void *user, enum err why, int os)
{
	struct end *e = user;

	e->ended++;
	e->why = why;
	e->os = os;
}

static const struct stream_events count_events = {
	.connected = on_connected,
	.data = on_data,
	.writable = on_writable,
	.ended = on_ended,
};

static void accept_any(void *user, struct stream *s, const struct addr *from)
{
	struct server *v = user;
	struct end *e = &v->ends[v->accepted++];

	assert_true(addr_is_loopback(from));
	assert_true(addr_equal(from, stream_remote(s)));
	if (v->refuse) {
		stream_close(s);
		return;
	}
	e->s = s;
	stream_set_user(s, &count_events, e);
}

static void ignore_datagram(void *user, struct span s, const struct addr *from)
{
	(void)user, (void)s, (void)from;
}

static void ignore_wake(void *user, uint64_t now)
{
	(void)user, (void)now;
}

static struct server *server_new(void)
{
	struct server *v = mem_zero(sizeof *v);
	const struct host_up up = {.accept = accept_any,
		.datagram = ignore_datagram,
		.wake = ignore_wake,
		.user = v};

	host_up(&v->f, &up);
	return v;
}

static void server_free(struct server *v)
{
	host_down(&v->f);
	mem_free(v);
}

static struct stream *dial(struct server *v, const struct addr *to,
	struct end *e)
{
	e->s = v->f.host->ops->dial(v->f.host, to, &count_events, e);
	return e->s;
}

static void dials_itself_and_talks_both_ways(void **state)
{
	struct server *v = server_new();
	struct end a = {0};

	(void)state;
	dial(v, &v->f.self, &a);
	assert_int_equal(a.connected + a.ended, 0);
	stream_send(a.s, span_str("sent before it is open"));
	run_until(&v->f, &v->ends[0].calls, 1);
	assert_int_equal(a.connected, 1);
	assert_true(span_equal(span_of(v->ends[0].tail, v->ends[0].tail_len),
		span_str("sent before it is open")));
	assert_int_equal(v->ends[0].connected, 0);
	stream_send(v->ends[0].s, span_str("an an"));
	stream_send(v->ends[0].s, span_str("swer"));
	run_until(&v->f, &a.calls, 1);
	assert_int_equal(a.received, 9);
	assert_int_equal(stream_queued(v->ends[0].s), 0);
	stream_close(a.s);
	run_until(&v->f, &v->ends[0].ended, 1);
	assert_int_equal(v->ends[0].why, ERR_OK);
	stream_close(v->ends[0].s);
	server_free(v);
}

/* ---- 64 MiB there and back ---- */

struct pump {
	struct stream *s;
	struct block_pool *pool;
	struct block *block;
	size_t sent, received;
	size_t most_queued;
	int done;
};

static uint8_t pattern(size_t at)
{
	return (uint8_t)(at * 7 + (at >> 14));
}

/* Blocks and copies in turn, so that both kinds mix in one queue. */
static void pump_more(struct pump *p)
{
	uint8_t head[13];

	while (p->sent < ECHO_BYTES && stream_queued(p->s) < QUEUE_MAX) {
		for (size_t i = 0; i < sizeof head; i++)
			head[i] = pattern(p->sent + i);
		block_drop(p->block);
		p->block = block_new(p->pool);
		for (size_t i = 0; i < BLOCK_BYTES; i++)
			p->block->p[i] = pattern(p->sent + sizeof head + i);
		stream_send_block(p->s, span_of(head, sizeof head), p->block,
			BLOCK_BYTES);
		p->sent += sizeof head + BLOCK_BYTES;
		if (stream_queued(p->s) > p->most_queued)
			p->most_queued = stream_queued(p->s);
	}
}

static void pump_data(void *user, struct span bytes)
{
	struct pump *p = user;

	for (size_t i = 0; i < bytes.n; i++)
		if (bytes.p[i] != pattern(p->received + i))
			fail_msg("byte %zu differs", p->received + i);
	p->received += bytes.n;
	if (p->sent >= ECHO_BYTES && p->received == p->sent)
		p->done = 1;
}

static void pump_writable(void *user)
{
	pump_more(user);
}

static void pump_ended(void *user, enum err why, int os)
{
	(void)user;
	fail_msg("ended: %s, %d", err_str(why), os);
}

static const struct stream_events pump_events = {
	.connected = pump_writable,
	.data = pump_data,
	.writable = pump_writable,
	.ended = pump_ended,
};

struct echo {
	struct stream *s;
	size_t most_queued;
	int pauses;
	bool over;
};

static void echo_data(void *user, struct span bytes)
{
	struct echo *e = user;

	stream_send(e->s, bytes);
	if (stream_queued(e->s) > e->most_queued)
		e->most_queued = stream_queued(e->s);
	if (stream_queued(e->s) > STREAM_LOW_BYTES) {
		e->pauses++;
		stream_read(e->s, false);
	}
}

static void echo_writable(void *user)
{
	struct echo *e = user;

	stream_read(e->s, true);
}

static void echo_ended(void *user, enum err why, int os)
{
	struct echo *e = user;

	(void)why, (void)os;
	e->over = true;
}

static const struct stream_events echo_events = {
	.data = echo_data,
	.writable = echo_writable,
	.ended = echo_ended,
};

static void echo_accept(void *user, struct stream *s, const struct addr *from)
{
	struct echo *e = user;

	(void)from;
	e->s = s;
	stream_set_user(s, &echo_events, e);
}

static void echoes_64_mib_with_back_pressure(void **state)
{
	struct fixture f;
	struct echo e = {0};
	struct pump p = {.pool = block_pool_new(1 << 20)};
	const struct host_up up = {.accept = echo_accept,
		.datagram = ignore_datagram,
		.wake = ignore_wake,
		.user = &e};

	(void)state;
	host_up(&f, &up);
	p.block = block_new(p.pool);
	p.s = f.host->ops->dial(f.host, &f.self, &pump_events, &p);
	run_until(&f, &p.done, 1);
	assert_true(p.most_queued < QUEUE_MAX + BLOCK_BYTES + 13);
	/* Paused after the first excess: one buffer more at most. */
	assert_true(e.pauses > 0);
	assert_true(e.most_queued <= STREAM_LOW_BYTES + (256u << 10));
	stream_close(p.s);
	block_drop(p.block);
	assert_int_equal(block_pool_used(p.pool), 0);
	while (!e.over)
		uv_run(&f.loop, UV_RUN_ONCE);
	stream_close(e.s);
	block_pool_free(p.pool);
	host_down(&f);
}

/* ---- ends ---- */

/* A port where nobody listens: one that was just given back. */
static struct addr closed_port(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof in;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&in, n), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &n), 0);
	close(fd);
	return addr_v4(127, 0, 0, 1, ntohs(in.sin_port));
}

static void tells_of_a_refused_connection_later_and_once(void **state)
{
	struct server *v = server_new();
	struct addr nobody = closed_port();
	struct end a = {0};

	(void)state;
	dial(v, &nobody, &a);
	assert_int_equal(a.ended, 0);
	run_until(&v->f, &a.ended, 1);
	assert_int_equal(a.why, ERR_NET);
	assert_int_equal(a.os, ECONNREFUSED);
	assert_int_equal(a.connected, 0);
	stream_send(a.s, span_str("into the void"));
	assert_int_equal(stream_queued(a.s), 0);
	run_ms(&v->f, 20);
	assert_int_equal(a.ended, 1);
	stream_close(a.s);
	server_free(v);
}

static void a_family_that_is_not_bound_cannot_be_dialled(void **state)
{
	static const uint8_t loopback6[16] = {[15] = 1};
	struct server *v = server_new();
	struct addr to = addr_from_ip(span_of(loopback6, 16), 6881);
	struct end a = {0}, b = {0};

	(void)state;
	dial(v, &to, &a);
	assert_int_equal(a.ended, 0);
	dial(v, &to, &b);
	stream_close(b.s); /* before it could be told */
	run_until(&v->f, &a.ended, 1);
	assert_int_equal(a.why, ERR_NET);
	assert_int_equal(b.ended, 0);
	stream_close(a.s);
	server_free(v);
}

static void half_close_ends_after_the_last_byte(void **state)
{
	struct server *v = server_new();
	int fd = raw_connect(&v->f);
	struct end *e = &v->ends[0];

	(void)state;
	assert_int_equal(send(fd, "goodbye", 7, 0), 7);
	shutdown(fd, SHUT_WR);
	run_until(&v->f, &e->ended, 1);
	assert_int_equal(e->received, 7);
	assert_int_equal(e->why, ERR_OK);
	assert_int_equal(e->os, 0);
	run_ms(&v->f, 20);
	assert_int_equal(e->ended, 1);
	stream_close(e->s);
	close(fd);
	server_free(v);
}

static void a_reset_is_told_with_its_reason(void **state)
{
	struct server *v = server_new();
	int fd = raw_connect(&v->f);
	struct end *e = &v->ends[0];

	(void)state;
	run_until(&v->f, &v->accepted, 1);
	raw_reset(fd);
	run_until(&v->f, &e->ended, 1);
	assert_int_equal(e->why, ERR_NET);
	assert_int_equal(e->os, ECONNRESET);
	stream_close(e->s);
	server_free(v);
}

static void data_before_a_reset_is_delivered(void **state)
{
	struct server *v = server_new();
	int fd = raw_connect(&v->f);
	struct end *e = &v->ends[0];

	(void)state;
	assert_int_equal(send(fd, "last words", 10, 0), 10);
	raw_reset(fd);
	run_until(&v->f, &e->ended, 1);
	assert_int_equal(e->received, 10);
	assert_int_equal(e->os, ECONNRESET);
	stream_close(e->s);
	server_free(v);
}

static void a_reset_is_noticed_while_reading_is_off(void **state)
{
	struct server *v = server_new();
	int fd = raw_connect(&v->f);
	struct block_pool *pool = block_pool_new(1 << 20);
	struct block *b = block_new(pool);
	struct end *e = &v->ends[0];

	(void)state;
	memset(b->p, 1, BLOCK_BYTES);
	run_until(&v->f, &v->accepted, 1);
	stream_read(e->s, false);
	/* More than the system takes: the stream waits to be writable. */
	for (int i = 0; i < 2000; i++)
		stream_send_block(e->s, span_str("h"), b, BLOCK_BYTES);
	run_ms(&v->f, 20);
	assert_true(stream_queued(e->s) > 0);
	raw_reset(fd);
	run_until(&v->f, &e->ended, 1);
	assert_int_equal(e->why, ERR_NET);
	assert_int_equal(stream_queued(e->s), 0);
	block_drop(b);
	assert_int_equal(block_pool_used(pool), 0);
	stream_close(e->s);
	block_pool_free(pool);
	server_free(v);
}

static void reads_nothing_while_reading_is_off(void **state)
{
	struct server *v = server_new();
	int fd = raw_connect(&v->f);
	struct end *e = &v->ends[0];

	(void)state;
	run_until(&v->f, &v->accepted, 1);
	stream_read(e->s, false);
	assert_int_equal(send(fd, "wait", 4, 0), 4);
	run_ms(&v->f, 20);
	assert_int_equal(e->calls, 0);
	stream_read(e->s, true);
	run_until(&v->f, &e->calls, 1);
	assert_int_equal(e->received, 4);
	stream_close(e->s);
	close(fd);
	server_free(v);
}

static void says_writable_only_after_having_been_full(void **state)
{
	struct server *v = server_new();
	int fd = raw_connect(&v->f);
	struct end *e = &v->ends[0];
	uint8_t *big = mem_zero(STREAM_LOW_BYTES + 1);

	(void)state;
	run_until(&v->f, &v->accepted, 1);
	stream_send(e->s, span_of(big, STREAM_LOW_BYTES));
	run_ms(&v->f, 5);
	assert_int_equal(stream_queued(e->s), 0);
	assert_int_equal(e->writable, 0);
	stream_send(e->s, span_of(big, STREAM_LOW_BYTES + 1));
	assert_int_equal(e->writable, 0);
	run_until(&v->f, &e->writable, 1);
	run_ms(&v->f, 5);
	assert_int_equal(e->writable, 1);
	stream_close(e->s);
	mem_free(big);
	close(fd);
	server_free(v);
}

static void a_goodbye_before_closing_arrives(void **state)
{
	struct server *v = server_new();
	int fd = raw_connect(&v->f);
	char text[16];

	(void)state;
	run_until(&v->f, &v->accepted, 1);
	stream_send(v->ends[0].s, span_str("bye"));
	stream_close(v->ends[0].s);
	assert_int_equal(recv(fd, text, sizeof text, 0), 3);
	assert_int_equal(recv(fd, text, sizeof text, 0), 0);
	close(fd);
	server_free(v);
}

/* ---- many at once ---- */

static void two_hundred_closed_in_mid_flight(void **state)
{
	struct server *v = server_new();
	struct block_pool *pool = block_pool_new(1 << 20);
	struct block *b = block_new(pool);
	struct end *ends = mem_zero_array(SWARM, sizeof *ends);

	(void)state;
	memset(b->p, 2, BLOCK_BYTES);
	for (int i = 0; i < SWARM; i++) {
		dial(v, &v->f.self, &ends[i]);
		stream_send_block(ends[i].s, span_str("x"), b, BLOCK_BYTES);
		/* Some go while connecting, some when open, some loaded. */
		if (i % 7 == 0)
			uv_run(&v->f.loop, UV_RUN_NOWAIT);
		if (i % 5 == 0) {
			stream_close(ends[i].s);
			ends[i].s = NULL;
		}
	}
	uv_run(&v->f.loop, UV_RUN_NOWAIT);
	for (int i = 0; i < v->accepted; i++)
		for (int k = 0; k < 200; k++)
			stream_send_block(v->ends[i].s, span_str("y"), b,
				BLOCK_BYTES);
	uv_run(&v->f.loop, UV_RUN_NOWAIT);
	for (int i = 0; i < SWARM; i++)
		if (ends[i].s)
			stream_close(ends[i].s);
	uv_run(&v->f.loop, UV_RUN_NOWAIT);
	block_drop(b);
	/* Connections still in the backlog come in here, to be closed. */
	v->refuse = true;
	for (int i = 0; i < SWARM; i++)
		if (v->ends[i].s)
			stream_close(v->ends[i].s);
	assert_int_equal(block_pool_used(pool), 0);
	block_pool_free(pool);
	server_free(v);
	mem_free(ends);
}

/* Closes another stream, then itself, from within its own callback. */
struct killer {
	struct end *victim;
	struct stream *self;
	int calls;
};

static void kill_data(void *user, struct span bytes)
{
	struct killer *k = user;

	(void)bytes;
	k->calls++;
	stream_close(k->victim->s);
	stream_send(k->self, span_str("never seen"));
	stream_close(k->self);
}

static void kill_ended(void *user, enum err why, int os)
{
	(void)user, (void)why, (void)os;
	fail_msg("called after it was closed");
}

static void a_callback_may_close_any_stream(void **state)
{
	static const struct stream_events ev = {
		.data = kill_data, .ended = kill_ended};
	struct server *v = server_new();
	int a = raw_connect(&v->f), b = raw_connect(&v->f);
	struct killer k = {0};

	(void)state;
	run_until(&v->f, &v->accepted, 2);
	k.victim = &v->ends[1];
	k.self = v->ends[0].s;
	stream_set_user(k.self, &ev, &k);
	assert_int_equal(send(a, "x", 1, 0), 1);
	assert_int_equal(send(b, "x", 1, 0), 1);
	run_until(&v->f, &k.calls, 1);
	run_ms(&v->f, 10);
	assert_int_equal(k.calls, 1);
	assert_int_equal(v->ends[1].ended, 0);
	close(a);
	close(b);
	server_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dials_itself_and_talks_both_ways),
		cmocka_unit_test(echoes_64_mib_with_back_pressure),
		cmocka_unit_test(tells_of_a_refused_connection_later_and_once),
		cmocka_unit_test(a_family_that_is_not_bound_cannot_be_dialled),
		cmocka_unit_test(half_close_ends_after_the_last_byte),
		cmocka_unit_test(a_reset_is_told_with_its_reason),
		cmocka_unit_test(data_before_a_reset_is_delivered),
		cmocka_unit_test(a_reset_is_noticed_while_reading_is_off),
		cmocka_unit_test(reads_nothing_while_reading_is_off),
		cmocka_unit_test(says_writable_only_after_having_been_full),
		cmocka_unit_test(a_goodbye_before_closing_arrives),
		cmocka_unit_test(two_hundred_closed_in_mid_flight),
		cmocka_unit_test(a_callback_may_close_any_stream),
	};

	return cmocka_run_group_tests_name("tcp", tests, NULL, NULL);
}
