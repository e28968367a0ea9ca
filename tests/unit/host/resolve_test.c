#include "loop_fixture.h"

struct answer {
	int calls;
	struct fault fault;
	struct addr addrs[16];
	size_t n;
};

static void on_answer(void *user, const struct fault *fault,
	const struct addr *addrs, size_t n)
{
	struct answer *a = user;

	a->calls++;
	a->fault = *fault;
	a->n = n < 16 ? n : 16;
	if (n)
		memcpy(a->addrs, addrs, a->n * sizeof *addrs);
}

static struct resolve *ask(struct fixture *f, const char *name, uint16_t port,
	struct answer *a)
{
	return f->host->ops->resolve(f->host, name, port, on_answer, a);
}

static void literals_are_answered_later(void **state)
{
	struct fixture f;
	struct answer a = {0}, b = {0}, c = {0};

	(void)state;
	host_up(&f, NULL);
	ask(&f, "192.0.2.7", 80, &a);
	ask(&f, "2001:db8::1", 81, &b);
	ask(&f, "[2001:db8::2]", 82, &c);
	assert_int_equal(a.calls + b.calls + c.calls, 0);
	run_until(&f, &c.calls, 1);
	assert_int_equal(a.n, 1);
	assert_int_equal(a.addrs[0].family, ADDR_V4);
	assert_int_equal(a.addrs[0].port, 80);
	assert_int_equal(b.addrs[0].family, ADDR_V6);
	assert_int_equal(b.addrs[0].port, 81);
	assert_int_equal(c.addrs[0].port, 82);
	assert_int_equal(a.fault.code, ERR_OK);
	host_down(&f);
}

static void localhost_is_this_machine(void **state)
{
	struct fixture f;
	struct answer a = {0};

	(void)state;
	host_up(&f, NULL);
	ask(&f, "localhost", 99, &a);
	run_until(&f, &a.calls, 1);
	assert_int_equal(a.fault.code, ERR_OK);
	assert_true(a.n >= 1);
	for (size_t i = 0; i < a.n; i++) {
		assert_true(addr_is_loopback(&a.addrs[i]));
		assert_int_equal(a.addrs[i].port, 99);
	}
	host_down(&f);
}

static void the_same_name_is_answered_to_all_with_their_port(void **state)
{
	struct fixture f;
	struct answer a[50] = {0};
	struct answer late = {0};

	(void)state;
	host_up(&f, NULL);
	for (size_t i = 0; i < 50; i++)
		ask(&f, i % 2 ? "localhost" : "LOCALHOST", (uint16_t)(i + 1),
			&a[i]);
	for (size_t i = 0; i < 50; i++) {
		run_until(&f, &a[i].calls, 1);
		assert_int_equal(a[i].addrs[0].port, i + 1);
	}
	ask(&f, "localhost", 5, &late); /* known by now */
	assert_int_equal(late.calls, 0);
	run_until(&f, &late.calls, 1);
	assert_int_equal(late.addrs[0].port, 5);
	host_down(&f);
}

static void bad_names_fail_later_and_say_why(void **state)
{
	struct fixture f;
	struct answer none = {0}, empty = {0}, longer = {0};
	char name[300];

	(void)state;
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	host_up(&f, NULL);
	/* A label may not be empty, so no name server is asked. */
	ask(&f, "no..such\033name", 1, &none);
	ask(&f, "", 1, &empty);
	ask(&f, name, 1, &longer);
	assert_int_equal(none.calls + empty.calls + longer.calls, 0);
	run_until(&f, &none.calls, 1);
	run_until(&f, &longer.calls, 1);
	assert_int_not_equal(none.fault.code, ERR_OK);
	assert_null(strchr(none.fault.what, '\033'));
	assert_int_equal(none.n, 0);
	assert_int_equal(empty.fault.code, ERR_SYNTAX);
	assert_int_equal(longer.fault.code, ERR_SYNTAX);
	host_down(&f);
}

static void nothing_is_heard_after_cancelling(void **state)
{
	struct fixture f;
	struct answer a = {0}, b = {0}, c = {0};
	struct resolve *ra, *rb;

	(void)state;
	host_up(&f, NULL);
	ra = ask(&f, "localhost", 1, &a);
	rb = ask(&f, "192.0.2.7", 2, &b);
	ask(&f, "localhost", 3, &c);
	f.host->ops->resolve_cancel(f.host, ra);
	f.host->ops->resolve_cancel(f.host, rb);
	run_until(&f, &c.calls, 1);
	run_ms(&f, 10);
	assert_int_equal(a.calls, 0);
	assert_int_equal(b.calls, 0);
	host_down(&f);
}

static void closing_cancels_what_is_under_way(void **state)
{
	struct fixture f;
	struct answer a = {0}, b = {0};

	(void)state;
	host_up(&f, NULL);
	ask(&f, "localhost", 1, &a);
	ask(&f, "192.0.2.7", 2, &b);
	host_down(&f);
	assert_int_equal(a.calls, 1);
	assert_int_equal(a.fault.code, ERR_CANCELED);
	assert_int_equal(b.calls, 1);
	assert_int_equal(b.fault.code, ERR_CANCELED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals_are_answered_later),
		cmocka_unit_test(localhost_is_this_machine),
		cmocka_unit_test(
			the_same_name_is_answered_to_all_with_their_port),
		cmocka_unit_test(bad_names_fail_later_and_say_why),
		cmocka_unit_test(nothing_is_heard_after_cancelling),
		cmocka_unit_test(closing_cancels_what_is_under_way),
	};

	return cmocka_run_group_tests_name("resolve", tests, NULL, NULL);
}
