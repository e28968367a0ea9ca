#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/bytes.h"
#include "ui/peer_list.h"

static struct peer_row some[] = {
	{.id = 1, .down_bps = 10, .client = "b", .rtt_ms = 9, .idle_s = 5},
	{.id = 2, .down_bps = 30, .client = "", .rtt_ms = 0, .idle_s = 9},
	{.id = 3, .down_bps = 20, .client = "A", .rtt_ms = 2, .up_bps = 7},
	{.id = 4, .connecting = true, .down_bps = 99, .client = "a"},
};
#define N (sizeof some / sizeof some[0])

/* The ids as digits. */
static void expect(const struct peer_list *l, const char *ids)
{
	char is[16];
	size_t n = 0;

	for (; n < l->n; n++)
		is[n] = (char)('0' + l->order[n].id);
	is[n] = '\0';
	assert_string_equal(is, ids);
}

static void sorts_by_what_is_asked_for(void **state)
{
	static const struct {
		enum peer_sort sort;
		const char *ids;
	} t[] = {
		{PEERS_UP, "3214"},
		{PEERS_CLIENT, "3124"},
		{PEERS_RTT, "3124"},
		{PEERS_IDLE, "2134"},
	};
	struct peer_list l = {0};

	(void)state;
	peer_list_update(&l, some, N, 1000);
	expect(&l, "2314");
	for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
		peer_list_sort(&l, t[i].sort);
		peer_list_update(&l, some, N, 1000);
		expect(&l, t[i].ids);
	}
	peer_list_reverse(&l);
	peer_list_update(&l, some, N, 1000);
	/* Those being called stay last. */
	expect(&l, "3124");
	peer_list_stop(&l);
}

static void the_order_holds_while_the_user_moves(void **state)
{
	struct peer_row now[N];
	struct peer_list l = {0};

	(void)state;
	memcpy(now, some, sizeof now);
	peer_list_update(&l, now, N, 10000);
	now[0].down_bps = 100;
	peer_list_update(&l, now, N, 11999);
	expect(&l, "2314");
	peer_list_choose(&l, 1, 11999);
	peer_list_update(&l, now, N, 14998);
	expect(&l, "2314");
	peer_list_update(&l, now, N, 14999);
	expect(&l, "1234");
	assert_int_equal(l.chosen, 3);
	assert_int_equal(l.at, 2);
	peer_list_stop(&l);
}

static void those_who_go_leave_and_new_ones_come_last(void **state)
{
	struct peer_row now[N];
	struct peer_list l = {0};

	(void)state;
	memcpy(now, some, sizeof now);
	peer_list_update(&l, now, N, 10000);
	peer_list_choose(&l, 1, 10000);
	/* Peer 3 goes, peer 7 comes, the fastest; the rows are shuffled. */
	now[2] = now[0];
	now[0] = (struct peer_row){.id = 7, .down_bps = 1000};
	peer_list_update(&l, now, N, 10500);
	expect(&l, "2147");
	/* The cursor stays where it stood. */
	assert_int_equal(l.at, 1);
	assert_int_equal(l.chosen, 1);
	assert_int_equal(l.order[1].at, 2);
	peer_list_update(&l, now, 0, 10600);
	assert_int_equal(l.n, 0);
	assert_int_equal(l.chosen, 0);
	peer_list_stop(&l);
}

static void until_it_is_moved_the_cursor_is_on_the_first(void **state)
{
	struct peer_row now[N];
	struct peer_list l = {0};

	(void)state;
	memcpy(now, some, sizeof now);
	peer_list_update(&l, now, N, 10000);
	assert_int_equal(l.chosen, 2);
	now[0].down_bps = 100;
	peer_list_update(&l, now, N, 20000);
	assert_int_equal(l.chosen, 1);
	assert_int_equal(l.at, 0);
	peer_list_stop(&l);
}

static void orders_have_words_and_letters_of_their_own(void **state)
{
	(void)state;
	for (int i = 0; i < PEERS_SORTS; i++) {
		enum peer_sort sort = (enum peer_sort)i, back;

		assert_true(peer_sort_parse(peer_sort_word(sort), &back));
		assert_int_equal(back, sort);
		for (int k = 0; k < i; k++)
			assert_int_not_equal(peer_sort_letter(sort),
				peer_sort_letter((enum peer_sort)k));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_by_what_is_asked_for),
		cmocka_unit_test(the_order_holds_while_the_user_moves),
		cmocka_unit_test(those_who_go_leave_and_new_ones_come_last),
		cmocka_unit_test(until_it_is_moved_the_cursor_is_on_the_first),
		cmocka_unit_test(orders_have_words_and_letters_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
