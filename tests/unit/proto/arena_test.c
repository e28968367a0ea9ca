#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdalign.h>
#include <string.h>

#include "proto/arena.h"

static void gives_zeroed_aligned_memory(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t n = 0; n < 3000; n += 7) {
		uint8_t *p = arena_alloc(a, n);

		assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, n);
		/* Text between must not spoil the alignment after it. */
		assert_string_equal(arena_text(a, span_str("x")), "x");
	}
	arena_free(a);
}

static void what_it_gave_stays_as_it_was(void **state)
{
	enum {
		N = 2000
	};
	struct arena *a = arena_new();
	char *text[N];

	(void)state;
	for (size_t i = 0; i < N; i++) {
		text[i] = arena_chars(a, i + 1);
		memset(text[i], 'a' + (int)(i % 26), i + 1);
	}
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(text[i][0], 'a' + i % 26);
		assert_int_equal(text[i][i], 'a' + i % 26);
	}
	arena_free(a);
}

static void copies_text_with_a_nul(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_string_equal(arena_text(a, span_of("abcd", 3)), "abc");
	assert_string_equal(arena_text(a, span_of(NULL, 0)), "");
	arena_free(a);
}

static void large_pieces_do_not_disturb_small_ones(void **state)
{
	struct arena *a = arena_new();
	char *one = arena_text(a, span_str("one"));
	uint8_t *large = arena_alloc(a, 1 << 20);
	char *two = arena_text(a, span_str("two"));

	(void)state;
	memset(large, 0xff, 1 << 20);
	assert_string_equal(one, "one");
	assert_string_equal(two, "two");
	arena_free(a);
	arena_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_aligned_memory),
		cmocka_unit_test(what_it_gave_stays_as_it_was),
		cmocka_unit_test(copies_text_with_a_nul),
		cmocka_unit_test(large_pieces_do_not_disturb_small_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
