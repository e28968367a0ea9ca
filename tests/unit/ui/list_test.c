#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/list.h"

#define ROWS 6

struct model {
	struct torrent_row rows[ROWS];
	struct snapshot snap;
	struct torrent_list list;
};

#define NOW 1800000000

static struct model *model_new(void)
{
	static const char *const names[ROWS] = {
		"alpha.iso", "beta", "gamma", "Delta.ISO", "epsilon", "zeta"};
	struct model *m = mem_zero(sizeof *m);

	for (uint32_t i = 0; i < ROWS; i++)
		m->rows[i] = (struct torrent_row){.id = {i + 1, 1},
			.name = names[i],
			.state = TORRENT_LEECHING,
			.down_bps = 100 * i,
			.size_bytes = 10};
	m->snap.rows = m->rows;
	m->snap.nrows = ROWS;
	list_start(&m->list);
	list_update(&m->list, &m->snap, 0);
	return m;
}

static void model_free(struct model *m)
{
	list_stop(&m->list);
	mem_free(m);
}

static const char *chosen_name(const struct model *m)
{
	const struct torrent_row *row = list_chosen_row(&m->list, &m->snap);

	return row ? row->name : "";
}

static const char *name_at(const struct model *m, size_t i)
{
	return list_row(&m->snap, m->list.order[i])->name;
}

static void the_fastest_stands_on_top(void **state)
{
	struct model *m = model_new();

	(void)state;
	assert_string_equal(name_at(m, 0), "zeta");
	assert_string_equal(name_at(m, ROWS - 1), "alpha.iso");
	assert_string_equal(chosen_name(m), "zeta");
	model_free(m);
}

static void the_cursor_stays_on_its_torrent(void **state)
{
	struct model *m = model_new();

	(void)state;
	list_move(&m->list, 1, 0);
	assert_string_equal(chosen_name(m), "epsilon");
	for (int i = 0; i < ROWS; i++)
		m->rows[i].down_bps = (uint32_t)(1000 - 100 * i);
	list_update(&m->list, &m->snap, 60000);
	assert_string_equal(name_at(m, 0), "alpha.iso");
	assert_string_equal(chosen_name(m), "epsilon");
	model_free(m);
}

static void the_first_row_is_chosen_until_the_user_acts(void **state)
{
	struct model *m = model_new();

	(void)state;
	m->rows[0].down_bps = 5000;
	list_update(&m->list, &m->snap, 60000);
	assert_string_equal(chosen_name(m), "alpha.iso");
	list_pin(&m->list);
	m->rows[1].down_bps = 9000;
	list_update(&m->list, &m->snap, 120000);
	assert_string_equal(name_at(m, 0), "beta");
	assert_string_equal(chosen_name(m), "alpha.iso");
	model_free(m);
}

static void the_order_is_held_after_a_movement(void **state)
{
	struct model *m = model_new();

	(void)state;
	list_move(&m->list, 1, 10000);
	m->rows[0].down_bps = 99999;
	list_update(&m->list, &m->snap, 12900);
	assert_string_equal(name_at(m, 0), "zeta");
	list_update(&m->list, &m->snap, 13000);
	assert_string_equal(name_at(m, 0), "alpha.iso");
	model_free(m);
}

static void ties_never_swap(void **state)
{
	struct model *m = model_new();
	struct torrent_id before[ROWS];

	(void)state;
	list_set_sort(&m->list, SORT_SIZE, true);
	list_update(&m->list, &m->snap, 100000);
	memcpy(before, m->list.order, sizeof before);
	for (uint64_t t = 1; t < 20; t++) {
		m->rows[t % ROWS].down_bps += 50;
		list_update(&m->list, &m->snap, 100000 + t * 3000);
		assert_memory_equal(before, m->list.order, sizeof before);
	}
	model_free(m);
}

static void a_removed_torrent_gives_the_cursor_to_its_neighbour(void **state)
{
	struct model *m = model_new();

	(void)state;
	list_move(&m->list, 100, 0);
	assert_string_equal(chosen_name(m), "alpha.iso");
	list_toggle_mark(&m->list, m->list.chosen);
	m->snap.rows = m->rows + 1;
	m->snap.nrows = ROWS - 1;
	list_update(&m->list, &m->snap, 1);
	assert_string_equal(chosen_name(m), "beta");
	assert_int_equal(m->list.nmarked, 0);
	m->snap.nrows = 0;
	list_update(&m->list, &m->snap, 2);
	assert_null(list_chosen_row(&m->list, &m->snap));
	list_move(&m->list, 1, 3);
	assert_int_equal(m->list.n, 0);
	model_free(m);
}

static void a_filter_hides_and_brings_back(void **state)
{
	struct model *m = model_new();

	(void)state;
	list_choose(&m->list, m->rows[3].id);
	list_set_filter(&m->list, "iso");
	list_update(&m->list, &m->snap, 1);
	assert_int_equal(m->list.n, 2);
	assert_string_equal(chosen_name(m), "Delta.ISO");
	list_set_filter(&m->list, "");
	list_update(&m->list, &m->snap, 2);
	assert_int_equal(m->list.n, ROWS);
	assert_string_equal(chosen_name(m), "Delta.ISO");
	model_free(m);
}

static void commands_act_on_marks_or_on_the_chosen(void **state)
{
	struct model *m = model_new();
	struct torrent_id *ids;
	size_t n;

	(void)state;
	ids = list_targets(&m->list, &n);
	assert_int_equal(n, 1);
	assert_int_equal(ids[0].slot, 6);
	mem_free(ids);
	list_toggle_mark(&m->list, m->rows[1].id);
	list_toggle_mark(&m->list, m->rows[2].id);
	ids = list_targets(&m->list, &n);
	assert_int_equal(n, 2);
	mem_free(ids);
	list_toggle_mark(&m->list, m->rows[1].id);
	assert_false(list_is_marked(&m->list, m->rows[1].id));
	list_mark_shown(&m->list);
	assert_int_equal(m->list.nmarked, ROWS);
	list_mark_shown(&m->list);
	assert_int_equal(m->list.nmarked, 0);
	model_free(m);
}

static void scrolling_follows_the_cursor(void **state)
{
	struct model *m = model_new();

	(void)state;
	list_scroll_to_chosen(&m->list, 3);
	assert_int_equal(m->list.top, 0);
	list_move(&m->list, 4, 0);
	list_scroll_to_chosen(&m->list, 3);
	assert_int_equal(m->list.top, 2);
	list_move(&m->list, -100, 0);
	list_scroll_to_chosen(&m->list, 3);
	assert_int_equal(m->list.top, 0);
	list_move(&m->list, 100, 0);
	list_scroll_to_chosen(&m->list, 100);
	assert_int_equal(m->list.top, 0);
	list_scroll_to_chosen(&m->list, 0);
	model_free(m);
}

static void filters_understand_words_and_states(void **state)
{
	struct torrent_row row = {.name = "Debian 12 DVD",
		.state = TORRENT_LEECHING,
		.down_bps = 1};
	size_t at, len;

	(void)state;
	assert_true(filter_matches("", &row, NOW));
	assert_true(filter_matches("  deb  dvd ", &row, NOW));
	assert_false(filter_matches("deb cd-rom", &row, NOW));
	assert_false(filter_matches("-debian", &row, NOW));
	assert_true(filter_matches("-ubuntu", &row, NOW));
	assert_true(filter_matches("-", &row, NOW));
	assert_true(filter_matches("is:", &row, NOW));
	assert_true(filter_matches("is:down", &row, NOW));
	assert_true(filter_matches("is:active", &row, NOW));
	assert_false(filter_matches("is:stalled", &row, NOW));
	assert_true(filter_matches("-is:stalled", &row, NOW));
	assert_false(filter_matches("is:nonsense", &row, NOW));
	row.is_complete = true;
	assert_true(filter_matches("is:done", &row, NOW));
	assert_true(filter_find_mark("-x is:down DVD", row.name, &at, &len));
	assert_int_equal(at, 10);
	assert_int_equal(len, 3);
	assert_false(filter_find_mark("-x", row.name, &at, &len));
}

static void every_sort_key_has_a_word_and_a_letter(void **state)
{
	(void)state;
	for (int i = 0; i < SORT_COUNT; i++) {
		enum sort_key key = SORT_DEFAULT;

		assert_true(sort_parse(sort_word((enum sort_key)i), &key));
		assert_int_equal(key, i);
		for (int k = 0; k < i; k++)
			assert_int_not_equal(sort_letter((enum sort_key)i),
				sort_letter((enum sort_key)k));
	}
}

static void terms_ask_for_numbers_labels_and_places(void **state)
{
	static const struct {
		const char *terms;
		bool matches;
	} cases[] = {
		{"size>1G", true},
		{"size<1G", false},
		{"size>", true},
		{"size>1x", true},
		{"-size>1G", false},
		{"done<51 done>49", true},
		{"done=50%", true},
		{"ratio<1", true},
		{"ratio>2", false},
		{"peers>0", true},
		{"peers=3", true},
		{"seeds>0", false},
		{"left>1G", true},
		{"added<3d", true},
		{"added<12h", false},
		{"added>1w", false},
		{"label:film", true},
		{"label:Fi", true},
		{"label:music", false},
		{"-label:film", false},
		{"label:none", false},
		{"-label:none", true},
		{"label:", true},
		{"tracker:example", true},
		{"tracker:other", false},
		{"path:media", true},
		{"state:down", true},
		{"name:\"two words\"", true},
		{"name:\"two  words\"", false},
		{"\"two words\"", true},
		{"\"two wor", true},
		{"-\"two words\"", false},
		{"two -name:three", true},
		{"foo:bar", false},
		{"label>film", false},
	};
	const struct torrent_row row = {.name = "A film of two words",
		.label = "film",
		.tracker = "tracker.example.org",
		.dir = "/mnt/media",
		.state = TORRENT_LEECHING,
		.down_bps = 1,
		.size_bytes = 4ull << 30,
		.have_bytes = 2ull << 30,
		.down_bytes = 2ull << 30,
		.up_bytes = 1ull << 30,
		.peers = 3,
		.added_s = NOW - 86400};
	const struct torrent_row bare = {.name = "bare"};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (filter_matches(cases[i].terms, &row, NOW) !=
			cases[i].matches)
			fail_msg("%s", cases[i].terms);
	assert_true(filter_matches("label:none", &bare, NOW));
	assert_false(filter_matches("tracker:x", &bare, NOW));
	assert_false(filter_matches("path:x", &bare, NOW));
}

static void a_torrent_shown_alone_is_the_chosen_one(void **state)
{
	struct model *m = model_new();
	struct torrent_id id = m->rows[1].id, *ids;
	size_t n, at;

	(void)state;
	list_toggle_mark(&m->list, m->rows[4].id);
	assert_false(list_is_open(&m->list));
	list_open(&m->list, id);
	assert_true(list_is_open(&m->list));
	assert_string_equal(chosen_name(m), "beta");
	ids = list_targets(&m->list, &n);
	assert_int_equal(n, 1);
	assert_true(torrent_id_equal(ids[0], id));
	mem_free(ids);
	/* What was marked was not acted on. */
	list_targets_done(&m->list);
	assert_int_equal(m->list.nmarked, 1);
	assert_true(list_place(&m->list, &at));
	assert_string_equal(name_at(m, at), "beta");
	/* A filter may hide it from the list, but not from who shows it. */
	list_set_filter(&m->list, "gamma");
	list_update(&m->list, &m->snap, 9000);
	assert_false(list_place(&m->list, &at));
	assert_string_equal(chosen_name(m), "beta");
	list_set_filter(&m->list, "");
	list_update(&m->list, &m->snap, 9000);
	list_close(&m->list);
	assert_string_equal(chosen_name(m), "beta");
	list_targets_done(&m->list);
	assert_int_equal(m->list.nmarked, 0);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_fastest_stands_on_top),
		cmocka_unit_test(the_cursor_stays_on_its_torrent),
		cmocka_unit_test(the_first_row_is_chosen_until_the_user_acts),
		cmocka_unit_test(the_order_is_held_after_a_movement),
		cmocka_unit_test(ties_never_swap),
		cmocka_unit_test(
			a_removed_torrent_gives_the_cursor_to_its_neighbour),
		cmocka_unit_test(a_filter_hides_and_brings_back),
		cmocka_unit_test(commands_act_on_marks_or_on_the_chosen),
		cmocka_unit_test(scrolling_follows_the_cursor),
		cmocka_unit_test(filters_understand_words_and_states),
		cmocka_unit_test(every_sort_key_has_a_word_and_a_letter),
		cmocka_unit_test(terms_ask_for_numbers_labels_and_places),
		cmocka_unit_test(a_torrent_shown_alone_is_the_chosen_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
