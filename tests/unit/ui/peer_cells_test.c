#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "play.h"
#include "ui/peer_cells.h"

static void a_source_is_a_letter(void **state)
{
	char out[PEER_SOURCES + 1];

	(void)state;
	peer_sources(0, 4, out);
	assert_string_equal(out, "");
	peer_sources(SOURCE_DHT | SOURCE_TRACKER, 4, out);
	assert_string_equal(out, "TD");
	peer_sources(0x7f, PEER_SOURCES, out);
	assert_string_equal(out, "TDPLIUR");
	peer_sources(0x7f, 4, out);
	assert_string_equal(out, "TDP+");
}

static void sources_make_a_sentence(void **state)
{
	char out[128], small[8];

	(void)state;
	peer_source_words(0, out, sizeof out);
	assert_string_equal(out, "");
	peer_source_words(SOURCE_LSD, out, sizeof out);
	assert_string_equal(out, "the local network");
	peer_source_words(SOURCE_TRACKER | SOURCE_DHT | SOURCE_PEX, out,
		sizeof out);
	assert_string_equal(out, "a tracker, the DHT and peer exchange");
	peer_source_words(0x7f, small, sizeof small);
	assert_string_equal(small, "a track");
}

static void done_is_rounded_down(void **state)
{
	struct peer_row p = {.pieces_have = 999};
	char out[16];

	(void)state;
	peer_done(&p, 1000, out, sizeof out);
	assert_string_equal(out, "99%");
	peer_done(&p, 999, out, sizeof out);
	assert_string_equal(out, "seed");
	peer_done(&p, 0, out, sizeof out);
	assert_string_equal(out, "");
	p.connecting = true;
	peer_done(&p, 1000, out, sizeof out);
	assert_string_equal(out, "");
	p = (struct peer_row){.is_seed = true};
	peer_done(&p, 1000, out, sizeof out);
	assert_string_equal(out, "seed");
}

static void an_address_loses_its_port_first(void **state)
{
	struct grid g = {.tier = TIER_ASCII};
	struct area a = area_of(&g);
	struct peer_row p = {.addr = addr_v4(192, 0, 2, 117, 6881)};
	char out[64];

	(void)state;
	peer_address(&a, &p, 16, out, sizeof out);
	assert_string_equal(out, "192.0.2.117:6881");
	peer_address(&a, &p, 15, out, sizeof out);
	assert_string_equal(out, "192.0.2.117");
	peer_address(&a, &p, 0, out, sizeof out);
	assert_string_equal(out, "");
}

static void marks_tell_who_sends_and_who_wants(void **state)
{
	struct grid g = {0};
	struct area a;
	struct peer_row p = {.we_want = true, .up_bps = 1};

	(void)state;
	grid_resize(&g, 2, 1);
	a = area_of(&g);
	peer_draw_marks(&a, 0, 0, &p);
	assert_int_equal(grid_cell(&g, 0, 0)->ch[0], 0x25bd);
	assert_int_equal(grid_cell(&g, 1, 0)->ch[0], 0x25b2);
	grid_clear(&g);
	p = (struct peer_row){.down_bps = 1, .they_want = true};
	peer_draw_marks(&a, 0, 0, &p);
	assert_int_equal(grid_cell(&g, 0, 0)->ch[0], 0x25bc);
	assert_int_equal(grid_cell(&g, 1, 0)->ch[0], 0x25b3);
	grid_clear(&g);
	p.connecting = true;
	peer_draw_marks(&a, 0, 0, &p);
	assert_int_equal(grid_cell(&g, 0, 0)->ch[0], ' ');
	grid_fini(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_is_a_letter),
		cmocka_unit_test(sources_make_a_sentence),
		cmocka_unit_test(done_is_rounded_down),
		cmocka_unit_test(an_address_loses_its_port_first),
		cmocka_unit_test(marks_tell_who_sends_and_who_wants),
	};

	return cmocka_run_group_tests(tests, play_locale, NULL);
}
