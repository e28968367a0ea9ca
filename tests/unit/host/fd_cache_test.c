/*
 * fd_cache_test.c - open files, the least recently used closed first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include "host/fd_cache.h"

static int owner_a, owner_b;

static int some_fd(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* Add and let go; returns the descriptor. */
static int add(struct fd_cache *c, const void *owner, size_t which, bool write)
{
	struct fd_ref *r = fd_cache_add(c, owner, which, write, some_fd());
	int fd = r->fd;

	fd_cache_drop(c, r);
	return fd;
}

static bool has(struct fd_cache *c, const void *owner, size_t which, bool write)
{
	struct fd_ref *r = fd_cache_get(c, owner, which, write);

	if (r)
		fd_cache_drop(c, r);
	return r != NULL;
}

static void finds_what_was_added(void **state)
{
	struct fd_cache *c = fd_cache_new(8);
	int fd = add(c, &owner_a, 3, false);
	struct fd_ref *r = fd_cache_get(c, &owner_a, 3, false);

	(void)state;
	assert_non_null(r);
	assert_int_equal(r->fd, fd);
	fd_cache_drop(c, r);
	assert_false(has(c, &owner_a, 4, false));
	assert_false(has(c, &owner_b, 3, false));
	assert_false(has(c, &owner_a, 3, true));
	fd_cache_free(c);
	assert_false(is_open(fd));
}

static void closes_the_least_recently_used(void **state)
{
	struct fd_cache *c = fd_cache_new(4);
	int fd[6];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		fd[i] = add(c, &owner_a, i, false);
	assert_true(has(c, &owner_a, 0, false)); /* used again */
	fd[4] = add(c, &owner_a, 4, false);
	assert_true(is_open(fd[0]));
	assert_false(is_open(fd[1]));
	assert_false(has(c, &owner_a, 1, false));
	assert_true(is_open(fd[2]));
	assert_int_equal(fd_cache_count(c), 4);
	fd_cache_free(c);
}

static void never_closes_what_is_held(void **state)
{
	struct fd_cache *c = fd_cache_new(4);
	struct fd_ref *r = fd_cache_add(c, &owner_a, 0, false, some_fd());

	(void)state;
	for (size_t i = 1; i < 10; i++)
		add(c, &owner_a, i, false);
	assert_true(is_open(r->fd));
	assert_true(has(c, &owner_a, 0, false));
	fd_cache_drop(c, r);
	fd_cache_free(c);
}

static void closes_a_forgotten_one_when_its_holder_lets_go(void **state)
{
	struct fd_cache *c = fd_cache_new(4);
	struct fd_ref *r = fd_cache_add(c, &owner_a, 0, false, some_fd());
	int fd = r->fd;

	(void)state;
	fd_cache_forget(c, &owner_a, FD_CACHE_ALL);
	assert_false(has(c, &owner_a, 0, false));
	assert_true(is_open(fd));
	fd_cache_drop(c, r);
	assert_false(is_open(fd));
	fd_cache_free(c);
}

static void forgets_one_owner_and_keeps_the_other(void **state)
{
	struct fd_cache *c = fd_cache_new(8);
	int a0 = add(c, &owner_a, 0, false);
	int a1 = add(c, &owner_a, 1, false);
	int b0 = add(c, &owner_b, 0, false);

	(void)state;
	fd_cache_forget(c, &owner_a, 1);
	assert_false(is_open(a1));
	assert_true(is_open(a0));
	fd_cache_forget(c, &owner_a, FD_CACHE_ALL);
	assert_false(is_open(a0));
	assert_true(is_open(b0));
	fd_cache_free(c);
}

static void a_writable_one_takes_the_place_of_a_readable_one(void **state)
{
	struct fd_cache *c = fd_cache_new(8);
	int reading = add(c, &owner_a, 0, false);
	int writing = add(c, &owner_a, 0, true);

	(void)state;
	assert_false(is_open(reading));
	assert_true(has(c, &owner_a, 0, false));
	assert_true(has(c, &owner_a, 0, true));
	assert_int_equal(fd_cache_count(c), 1);
	fd_cache_free(c);
	assert_false(is_open(writing));
}

static void the_first_of_two_that_open_the_same_file_wins(void **state)
{
	struct fd_cache *c = fd_cache_new(8);
	int first = add(c, &owner_a, 0, true);
	int second = some_fd();
	struct fd_ref *r = fd_cache_add(c, &owner_a, 0, false, second);

	(void)state;
	assert_int_equal(r->fd, first);
	assert_false(is_open(second));
	fd_cache_drop(c, r);
	fd_cache_free(c);
}

static void shrinks_when_the_process_is_out_of_descriptors(void **state)
{
	struct fd_cache *c = fd_cache_new(16);
	struct fd_ref *r;

	(void)state;
	for (size_t i = 0; i < 16; i++)
		add(c, &owner_a, i, false);
	assert_true(fd_cache_shrink(c));
	assert_int_equal(fd_cache_count(c), 8);
	add(c, &owner_a, 20, false);
	assert_int_equal(fd_cache_count(c), 8); /* and stays smaller */
	fd_cache_forget(c, &owner_a, FD_CACHE_ALL);
	assert_false(fd_cache_shrink(c));
	r = fd_cache_add(c, &owner_a, 0, false, some_fd());
	assert_false(fd_cache_shrink(c)); /* it is in use */
	fd_cache_drop(c, r);
	assert_true(fd_cache_shrink(c));
	fd_cache_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_added),
		cmocka_unit_test(closes_the_least_recently_used),
		cmocka_unit_test(never_closes_what_is_held),
		cmocka_unit_test(
			closes_a_forgotten_one_when_its_holder_lets_go),
		cmocka_unit_test(forgets_one_owner_and_keeps_the_other),
		cmocka_unit_test(
			a_writable_one_takes_the_place_of_a_readable_one),
		cmocka_unit_test(the_first_of_two_that_open_the_same_file_wins),
		cmocka_unit_test(
			shrinks_when_the_process_is_out_of_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
