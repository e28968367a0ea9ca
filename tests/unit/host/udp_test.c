#include "loop_fixture.h"

#define DATAGRAMS 200
#define FAR 40 /* datagrams of other lengths */

struct inbox {
	struct fixture f;
	int received;
	size_t bytes, longest;
	int turn_most; /* datagrams in one turn of the loop */
	int turn;
	struct addr from;
	uint8_t seen[DATAGRAMS];
	bool close_at_first, is_closing;
};

static void take(void *user, struct span s, const struct addr *from)
{
	struct inbox *b = user;

	assert_false(b->is_closing);
	b->received++;
	b->turn++;
	b->bytes += s.n;
	b->from = *from;
	if (s.n > b->longest)
		b->longest = s.n;
	if (s.n == 2 && s.p[0] < DATAGRAMS)
		b->seen[s.p[0]]++;
	if (b->close_at_first) {
		b->is_closing = true;
		host_close(b->f.host, fixture_host_closed, &b->f);
	}
}

static void no_stream(void *user, struct stream *s, const struct addr *from)
{
	(void)user, (void)from;
	stream_close(s);
}

static void no_wake(void *user, uint64_t now)
{
	(void)user, (void)now;
}

static struct inbox *inbox_new(void)
{
	struct inbox *b = mem_zero(sizeof *b);
	const struct host_up up = {.accept = no_stream,
		.datagram = take,
		.wake = no_wake,
		.user = b};

	host_up(&b->f, &up);
	return b;
}

static void inbox_free(struct inbox *b)
{
	host_down(&b->f);
	mem_free(b);
}

static void send_self(struct inbox *b, struct span s)
{
	b->f.host->ops->send_udp(b->f.host, &b->f.self, s);
}

static void a_datagram_arrives_with_its_sender(void **state)
{
	struct inbox *b = inbox_new();

	(void)state;
	send_self(b, span_str("hello"));
	assert_int_equal(b->received, 0);
	run_until(&b->f, &b->received, 1);
	assert_int_equal(b->bytes, 5);
	assert_true(addr_equal(&b->from, &b->f.self));
	inbox_free(b);
}

static void at_most_64_in_one_turn_and_all_in_the_end(void **state)
{
	struct inbox *b = inbox_new();

	(void)state;
	for (int i = 0; i < DATAGRAMS; i++) {
		uint8_t d[2] = {(uint8_t)i, 0};

		send_self(b, span_of(d, 2));
	}
	while (b->received < DATAGRAMS) {
		b->turn = 0;
		uv_run(&b->f.loop, UV_RUN_ONCE);
		if (b->turn > b->turn_most)
			b->turn_most = b->turn;
	}
	assert_true(b->turn_most <= 64);
	for (int i = 0; i < DATAGRAMS; i++)
		assert_int_equal(b->seen[i], 1);
	inbox_free(b);
}

static void every_length_up_to_the_limit_passes(void **state)
{
	struct inbox *b = inbox_new();
	uint8_t d[4096] = {0};

	(void)state;
	send_self(b, span_of(d, sizeof d));
	send_self(b, span_of(d, 1));
	send_self(b, span_of(d, 0));
	run_until(&b->f, &b->received, 3);
	assert_int_equal(b->longest, sizeof d);
	assert_int_equal(b->bytes, sizeof d + 1);
	inbox_free(b);
}

static void a_datagram_too_long_is_dropped_both_ways(void **state)
{
	struct inbox *b = inbox_new();
	uint8_t d[5000] = {0};
	struct sockaddr_in in = {.sin_family = AF_INET,
		.sin_port = htons(b->f.self.port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)state;
	assert_int_equal(sendto(fd, d, sizeof d, 0, (struct sockaddr *)&in,
				 sizeof in),
		sizeof d);
	close(fd);
	send_self(b, span_of(d, sizeof d));
	send_self(b, span_str("after it"));
	run_until(&b->f, &b->received, 1);
	assert_int_equal(b->bytes, 8);
	run_ms(&b->f, 10);
	assert_int_equal(b->received, 1);
	inbox_free(b);
}

static void one_that_cannot_be_sent_does_not_hold_up_others(void **state)
{
	static const uint8_t loopback6[16] = {[15] = 1};
	struct inbox *b = inbox_new();
	struct addr far = addr_v4(192, 0, 2, 1, 9); /* not from 127.0.0.1 */
	struct addr six = addr_from_ip(span_of(loopback6, 16), 9);
	struct addr none = {.family = ADDR_NONE};

	(void)state;
	for (int i = 0; i < FAR; i++) {
		b->f.host->ops->send_udp(b->f.host, &far, span_str("lost"));
		b->f.host->ops->send_udp(b->f.host, &six, span_str("lost"));
		b->f.host->ops->send_udp(b->f.host, &none, span_str("lost"));
		send_self(b, span_str("kept"));
	}
	run_until(&b->f, &b->received, FAR);
	assert_int_equal(b->bytes, 4 * FAR);
	inbox_free(b);
}

static void thousands_in_one_turn_do_not_grow_without_bound(void **state)
{
	struct inbox *b = inbox_new();
	uint8_t d[1400] = {0};

	(void)state;
	/* More than any socket buffer: some may be lost, none may be kept
	 * for ever, and the loop must come to rest. */
	for (int i = 0; i < 20000; i++)
		send_self(b, span_of(d, sizeof d));
	run_ms(&b->f, 50);
	assert_true(b->received > 64);
	b->received = 0;
	send_self(b, span_str("still works"));
	run_until(&b->f, &b->received, 1);
	inbox_free(b);
}

static void the_host_may_be_closed_from_a_datagram(void **state)
{
	struct inbox *b = inbox_new();

	(void)state;
	b->close_at_first = true;
	send_self(b, span_str("1"));
	send_self(b, span_str("2"));
	send_self(b, span_str("3"));
	uv_run(&b->f.loop, UV_RUN_DEFAULT);
	assert_true(b->f.closed);
	assert_int_equal(b->received, 1);
	fixture_fini(&b->f);
	mem_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_datagram_arrives_with_its_sender),
		cmocka_unit_test(at_most_64_in_one_turn_and_all_in_the_end),
		cmocka_unit_test(every_length_up_to_the_limit_passes),
		cmocka_unit_test(a_datagram_too_long_is_dropped_both_ways),
		cmocka_unit_test(
			one_that_cannot_be_sent_does_not_hold_up_others),
		cmocka_unit_test(
			thousands_in_one_turn_do_not_grow_without_bound),
		cmocka_unit_test(the_host_may_be_closed_from_a_datagram),
	};

	return cmocka_run_group_tests_name("udp", tests, NULL, NULL);
}
