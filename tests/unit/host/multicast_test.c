/*
 * multicast_test.c - local discovery's group on the loopback interface, where
 * IPv4 multicast works.  Others may use that group as well (two runs of this
 * test, another client), so only datagrams with a mark of our own count.
 */
#include "host/multicast.h"
#include "loop_fixture.h"
#include "proto/lsd.h"

struct ear {
	struct fixture f;
	char mark[64];
	int received; /* of those with the mark */
	struct addr from;
	bool close_at_first;
};

static void take(void *user, struct span s, const struct addr *from)
{
	struct ear *e = user;

	if (s.n < strlen(e->mark) || memcmp(s.p, e->mark, strlen(e->mark)) != 0)
		return;
	e->received++;
	e->from = *from;
	if (e->close_at_first)
		host_close(e->f.host, fixture_host_closed, &e->f);
}

static void no_stream(void *user, struct stream *s, const struct addr *from)
{
	(void)user, (void)from;
	stream_close(s);
}

static void no_datagram(void *user, struct span s, const struct addr *from)
{
	(void)user, (void)s, (void)from;
	fail();
}

static void no_wake(void *user, uint64_t now)
{
	(void)user, (void)now;
}

static struct ear *ear_new(void)
{
	static unsigned number;
	struct ear *e = mem_zero(sizeof *e);
	const struct host_up up = {.accept = no_stream,
		.datagram = no_datagram,
		.multicast = take,
		.wake = no_wake,
		.user = e};

	snprintf(e->mark, sizeof e->mark, "bttui test %d %u ", (int)getpid(),
		++number);
	host_up(&e->f, &up);
	return e;
}

static void ear_free(struct ear *e)
{
	host_down(&e->f);
	mem_free(e);
}

static void join(struct ear *e, bool on)
{
	e->f.host->ops->multicast_join(e->f.host, on);
}

static void send_mark(struct ear *e)
{
	e->f.host->ops->multicast(e->f.host, ADDR_V4, span_str(e->mark));
}

static void who_joined_hears_with_the_senders_address(void **state)
{
	struct ear *e = ear_new();

	(void)state;
	join(e, true);
	send_mark(e);
	assert_int_equal(e->received, 0); /* never from inside the call */
	run_until(&e->f, &e->received, 1);
	assert_true(addr_same_ip(&e->from, &e->f.self));
	assert_int_equal(e->from.port, LSD_PORT);
	ear_free(e);
}

static void two_programs_on_one_host_hear_each_other(void **state)
{
	struct ear *a = ear_new(), *b = ear_new();

	(void)state;
	join(a, true);
	join(b, true);
	b->f.host->ops->multicast(b->f.host, ADDR_V4, span_str(a->mark));
	run_until(&a->f, &a->received, 1);
	assert_int_equal(b->received, 0);
	ear_free(a);
	ear_free(b);
}

static void nothing_is_heard_or_sent_while_it_is_off(void **state)
{
	struct ear *a = ear_new(), *b = ear_new();

	(void)state;
	send_mark(a); /* it has not joined */
	join(a, true);
	join(b, true);
	join(b, true);
	join(b, false);
	join(b, false);
	/* b may not hear what it hears later. */
	a->f.host->ops->multicast(a->f.host, ADDR_V4, span_str(b->mark));
	join(b, true);
	a->f.host->ops->multicast(a->f.host, ADDR_V4, span_str(b->mark));
	run_until(&b->f, &b->received, 1);
	run_ms(&b->f, 10);
	assert_int_equal(b->received, 1);
	run_ms(&a->f, 10);
	assert_int_equal(a->received, 0);
	ear_free(a);
	ear_free(b);
}

/* A plain datagram to the port is none to the group. */
static void only_what_was_sent_to_the_group_counts(void **state)
{
	struct ear *e = ear_new();
	struct sockaddr_in in = {.sin_family = AF_INET,
		.sin_port = htons(LSD_PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)state;
	join(e, true);
	sendto(fd, e->mark, strlen(e->mark), 0, (struct sockaddr *)&in,
		sizeof in);
	close(fd);
	send_mark(e);
	run_until(&e->f, &e->received, 1);
	run_ms(&e->f, 10);
	assert_int_equal(e->received, 1);
	assert_int_equal(e->from.port, LSD_PORT);
	ear_free(e);
}

static void a_datagram_too_long_is_dropped(void **state)
{
	struct ear *e = ear_new();
	struct buf b = {0};

	(void)state;
	join(e, true);
	buf_add_str(&b, e->mark);
	memset(buf_reserve(&b, LSD_READ_MAX), ' ', LSD_READ_MAX);
	buf_commit(&b, LSD_READ_MAX);
	e->f.host->ops->multicast(e->f.host, ADDR_V4, buf_span(&b));
	send_mark(e);
	run_until(&e->f, &e->received, 1);
	run_ms(&e->f, 10);
	assert_int_equal(e->received, 1);
	buf_free(&b);
	ear_free(e);
}

/* The host is bound to an address of the other family. */
static void a_family_that_is_not_used_is_silent(void **state)
{
	struct ear *e = ear_new();

	(void)state;
	join(e, true);
	e->f.host->ops->multicast(e->f.host, ADDR_V6, span_str(e->mark));
	e->f.host->ops->multicast(e->f.host, ADDR_NONE, span_str(e->mark));
	run_ms(&e->f, 10);
	assert_int_equal(e->received, 0);
	ear_free(e);
}

static void the_host_may_be_closed_from_a_datagram(void **state)
{
	struct ear *e = ear_new();

	(void)state;
	e->close_at_first = true;
	join(e, true);
	send_mark(e);
	send_mark(e);
	uv_run(&e->f.loop, UV_RUN_DEFAULT);
	assert_true(e->f.closed);
	assert_int_equal(e->received, 1);
	fixture_fini(&e->f);
	mem_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_joined_hears_with_the_senders_address),
		cmocka_unit_test(two_programs_on_one_host_hear_each_other),
		cmocka_unit_test(nothing_is_heard_or_sent_while_it_is_off),
		cmocka_unit_test(only_what_was_sent_to_the_group_counts),
		cmocka_unit_test(a_datagram_too_long_is_dropped),
		cmocka_unit_test(a_family_that_is_not_used_is_silent),
		cmocka_unit_test(the_host_may_be_closed_from_a_datagram),
	};

	return cmocka_run_group_tests_name("multicast", tests, NULL, NULL);
}
