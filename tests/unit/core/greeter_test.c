/*
 * greeter_test.c - strangers who have not said what they came for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "core/greeter.h"
#include "fake_host.c"

#define HELLO_BYTES 48u

struct door {
	struct fake_host h;
	struct greeter *g;
	uint8_t known[20];
	unsigned found;
	struct stream *taken;
};

static bool found(void *user, struct stream *s, struct wire *w,
	const struct wire_event *hello)
{
	struct door *d = user;

	d->found++;
	if (memcmp(hello->hello.info_hash, d->known, 20) != 0)
		return false;
	d->taken = s;
	wire_free(w);
	return true;
}

static int open_door(void **state)
{
	struct door *d = mem_zero(sizeof *d);

	fake_init(&d->h);
	memset(d->known, 7, sizeof d->known);
	d->g = greeter_new(&d->h.base, found, d);
	*state = d;
	return 0;
}

static int close_door(void **state)
{
	struct door *d = *state;

	if (d->g)
		greeter_free(d->g);
	fake_fini(&d->h);
	mem_free(d);
	return 0;
}

static void say(struct fake_stream *s, const void *p, size_t n)
{
	s->ev->data(s->user, span_of(p, n));
}

static void handshake(uint8_t out[HELLO_BYTES], uint8_t hash)
{
	memset(out, 0, HELLO_BYTES);
	memcpy(out,
		"\x13"
		"BitTorrent protocol",
		20);
	memset(out + 28, hash, 20);
}

static void hands_over_who_names_a_torrent(void **state)
{
	struct door *d = *state;
	struct fake_stream s;
	uint8_t hello[HELLO_BYTES];
	bool closed;

	greeter_accept(d->g, fake_stream(&s, "10.0.0.1", &closed));
	handshake(hello, 7);
	say(&s, hello, HELLO_BYTES);
	assert_int_equal(d->found, 1);
	assert_ptr_equal(d->taken, &s.base);
	assert_false(closed);
	assert_true(greeter_deadline(d->g) == UINT64_MAX);
	stream_close(&s.base);
}

static void a_hello_may_come_byte_by_byte(void **state)
{
	struct door *d = *state;
	struct fake_stream s;
	uint8_t hello[HELLO_BYTES];
	bool closed;

	greeter_accept(d->g, fake_stream(&s, "10.0.0.1", &closed));
	handshake(hello, 7);
	for (size_t i = 0; i < HELLO_BYTES; i++) {
		assert_int_equal(d->found, 0);
		say(&s, hello + i, 1);
	}
	assert_int_equal(d->found, 1);
	stream_close(&s.base);
}

static void closes_who_wants_another_torrent(void **state)
{
	struct door *d = *state;
	struct fake_stream s;
	uint8_t hello[HELLO_BYTES];
	bool closed;

	greeter_accept(d->g, fake_stream(&s, "10.0.0.1", &closed));
	handshake(hello, 8);
	say(&s, hello, HELLO_BYTES);
	assert_int_equal(d->found, 1);
	assert_true(closed);
}

static void closes_a_browser_at_its_first_byte(void **state)
{
	struct door *d = *state;
	struct fake_stream s;
	bool closed;

	greeter_accept(d->g, fake_stream(&s, "10.0.0.1", &closed));
	say(&s, "G", 1);
	assert_true(closed);
	assert_int_equal(d->found, 0);
}

static void the_silent_have_ten_seconds(void **state)
{
	struct door *d = *state;
	struct fake_stream s[2];
	bool closed[2];
	uint64_t first = d->h.now + GREETER_MS;

	greeter_accept(d->g, fake_stream(&s[0], "10.0.0.1", &closed[0]));
	d->h.now += 500;
	greeter_accept(d->g, fake_stream(&s[1], "10.0.0.2", &closed[1]));
	assert_true(greeter_deadline(d->g) == first);
	greeter_tick(d->g, first - 1);
	assert_false(closed[0]);
	greeter_tick(d->g, first);
	assert_true(closed[0]);
	assert_false(closed[1]);
	assert_true(greeter_deadline(d->g) == first + 500);
	greeter_tick(d->g, first + 500);
	assert_true(closed[1]);
}

static void forgets_who_hangs_up(void **state)
{
	struct door *d = *state;
	struct fake_stream s;
	bool closed;

	greeter_accept(d->g, fake_stream(&s, "10.0.0.1", &closed));
	s.ev->ended(s.user, ERR_NET, 0);
	assert_true(closed);
	assert_true(greeter_deadline(d->g) == UINT64_MAX);
}

static void has_room_for_a_number_of_strangers(void **state)
{
	struct door *d = *state;
	struct fake_stream *s = mem_zero_array(GREETER_MAX + 1, sizeof *s);
	bool closed[GREETER_MAX + 1];
	unsigned n = 0;

	for (size_t i = 0; i <= GREETER_MAX; i++)
		greeter_accept(d->g,
			fake_stream(&s[i], "10.0.0.1", &closed[i]));
	for (size_t i = 0; i <= GREETER_MAX; i++)
		n += closed[i];
	assert_int_equal(n, 1);
	greeter_free(d->g);
	d->g = NULL;
	for (size_t i = 0; i <= GREETER_MAX; i++)
		assert_true(closed[i]);
	mem_free(s);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_door, close_door)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(hands_over_who_names_a_torrent),
		T(a_hello_may_come_byte_by_byte),
		T(closes_who_wants_another_torrent),
		T(closes_a_browser_at_its_first_byte),
		T(the_silent_have_ten_seconds),
		T(forgets_who_hangs_up),
		T(has_room_for_a_number_of_strangers),
	};

	return cmocka_run_group_tests_name("greeter", tests, NULL, NULL);
}
