#include "base/heap.h"
#include "loop_fixture.h"

struct sleeper {
	struct fixture f;
	int wakes;
	uint64_t last;
	uint64_t again; /* ask for this many ms more at each wake */
	int left;       /* wakes that ask again */
	bool close_in_wake;
};

static void on_wake(void *user, uint64_t now)
{
	struct sleeper *s = user;

	s->wakes++;
	s->last = now;
	if (s->close_in_wake) {
		host_close(s->f.host, fixture_host_closed, &s->f);
		return;
	}
	if (s->left-- > 0)
		s->f.host->ops->wake_at(s->f.host, now + s->again);
}

static void no_stream(void *user, struct stream *s, const struct addr *from)
{
	(void)user, (void)from;
	stream_close(s);
}

static void no_datagram(void *user, struct span s, const struct addr *from)
{
	(void)user, (void)s, (void)from;
}

static struct sleeper *sleeper_new(void)
{
	struct sleeper *s = mem_zero(sizeof *s);
	const struct host_up up = {.accept = no_stream,
		.datagram = no_datagram,
		.wake = on_wake,
		.user = s};

	host_up(&s->f, &up);
	return s;
}

static void sleeper_free(struct sleeper *s)
{
	host_down(&s->f);
	mem_free(s);
}

static uint64_t now_of(struct sleeper *s)
{
	return s->f.host->ops->now(s->f.host);
}

static void wake_at(struct sleeper *s, uint64_t deadline)
{
	s->f.host->ops->wake_at(s->f.host, deadline);
}

static void opens_and_closes_without_a_trace(void **state)
{
	struct fixture f;

	(void)state;
	host_up(&f, NULL);
	host_down(&f);
}

static void wakes_at_the_deadline_and_not_before(void **state)
{
	struct sleeper *s = sleeper_new();
	uint64_t deadline = now_of(s) + 20;

	(void)state;
	wake_at(s, deadline);
	run_until(&s->f, &s->wakes, 1);
	assert_true(s->last >= deadline);
	assert_true(s->last < deadline + 2000);
	run_ms(&s->f, 30);
	assert_int_equal(s->wakes, 1);
	sleeper_free(s);
}

static void the_last_deadline_counts(void **state)
{
	struct sleeper *s = sleeper_new();
	uint64_t now = now_of(s);

	(void)state;
	wake_at(s, now + 5);
	wake_at(s, now + 40);
	run_until(&s->f, &s->wakes, 1);
	assert_true(s->last >= now + 40);
	wake_at(s, now_of(s) + 3);
	wake_at(s, NEVER);
	run_ms(&s->f, 15);
	assert_int_equal(s->wakes, 1);
	sleeper_free(s);
}

static void a_deadline_that_has_passed_wakes_at_once_but_later(void **state)
{
	struct sleeper *s = sleeper_new();

	(void)state;
	wake_at(s, 0);
	assert_int_equal(s->wakes, 0);
	uv_run(&s->f.loop, UV_RUN_NOWAIT);
	assert_int_equal(s->wakes, 1);
	sleeper_free(s);
}

static void always_being_late_does_not_starve_the_loop(void **state)
{
	struct sleeper *s = sleeper_new();
	int fd = raw_connect(&s->f);
	char c;

	(void)state;
	s->left = 1000; /* each wake asks for "now" again */
	wake_at(s, 0);
	for (int i = 0; i < 100; i++)
		uv_run(&s->f.loop, UV_RUN_NOWAIT);
	/* One wake a turn, and the connection was seen in between. */
	assert_in_range(s->wakes, 99, 101);
	assert_int_equal(recv(fd, &c, 1, 0), 0);
	close(fd);
	run_until(&s->f, &s->wakes, 1001);
	sleeper_free(s);
}

static void the_host_may_be_closed_from_a_wake(void **state)
{
	struct sleeper *s = sleeper_new();

	(void)state;
	s->close_in_wake = true;
	wake_at(s, now_of(s) + 1);
	uv_run(&s->f.loop, UV_RUN_DEFAULT);
	assert_true(s->f.closed);
	assert_int_equal(s->wakes, 1);
	fixture_fini(&s->f);
	mem_free(s);
}

static void measures_the_longest_turn(void **state)
{
	struct sleeper *s = sleeper_new();
	uint64_t until;

	(void)state;
	uv_run(&s->f.loop, UV_RUN_NOWAIT);
	host_longest_turn_us(s->f.host);
	uv_run(&s->f.loop, UV_RUN_NOWAIT);
	uv_run(&s->f.loop, UV_RUN_NOWAIT);
	until = uv_hrtime() + 30 * 1000 * 1000;
	while (uv_hrtime() < until)
		; /* what a slow callback does */
	uv_run(&s->f.loop, UV_RUN_NOWAIT);
	assert_true(host_longest_turn_us(s->f.host) >= 30000);
	assert_int_equal(host_longest_turn_us(s->f.host), 0);
	sleeper_free(s);
}

static void random_bytes_differ_and_the_wall_clock_is_set(void **state)
{
	struct sleeper *s = sleeper_new();
	uint8_t a[16], b[16];

	(void)state;
	s->f.host->ops->random(s->f.host, a, sizeof a);
	s->f.host->ops->random(s->f.host, b, sizeof b);
	assert_memory_not_equal(a, b, sizeof a);
	assert_true(s->f.host->ops->wall_s(s->f.host) > 1600000000);
	sleeper_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_and_closes_without_a_trace),
		cmocka_unit_test(wakes_at_the_deadline_and_not_before),
		cmocka_unit_test(the_last_deadline_counts),
		cmocka_unit_test(
			a_deadline_that_has_passed_wakes_at_once_but_later),
		cmocka_unit_test(always_being_late_does_not_starve_the_loop),
		cmocka_unit_test(the_host_may_be_closed_from_a_wake),
		cmocka_unit_test(measures_the_longest_turn),
		cmocka_unit_test(random_bytes_differ_and_the_wall_clock_is_set),
	};

	return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
