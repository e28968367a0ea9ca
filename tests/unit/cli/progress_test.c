#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "cli/progress.h"

static char *text_of(struct buf *b)
{
	buf_add_byte(b, 0);
	return (char *)b->p;
}

static const struct progress half = {.name = "a name",
	.state = "downloading",
	.have_bytes = 512,
	.size_bytes = 1024,
	.down_bps = 2048,
	.peers = 1,
	.eta_s = 65};

static void fills_a_bar_in_ascii(void **state)
{
	struct buf b = {0};

	(void)state;
	text_set_utf8(false);
	progress_bar(0, 10, 5, &b);
	progress_bar(5, 10, 5, &b);
	progress_bar(10, 10, 5, &b);
	assert_string_equal(text_of(&b), "-----##---#####");
	buf_free(&b);
}

static void fills_a_bar_in_eighths(void **state)
{
	struct buf b = {0};

	(void)state;
	text_set_utf8(true);
	progress_bar(3, 16, 2, &b);
	assert_string_equal(text_of(&b), "\xe2\x96\x8d\xc2\xb7");
	text_set_utf8(false);
	buf_free(&b);
}

static void a_bar_is_full_only_at_the_end(void **state)
{
	struct buf b = {0};

	(void)state;
	progress_bar(UINT64_MAX - 1, UINT64_MAX, 3, &b);
	progress_bar(0, 0, 3, &b);
	assert_string_equal(text_of(&b), "##----");
	buf_free(&b);
}

static void the_redrawn_line_fits_any_width(void **state)
{
	struct progress p = half;

	(void)state;
	p.name = "a rather long name of a torrent that is cut where it must be";
	for (size_t columns = 8; columns < 200; columns++) {
		struct buf b = {0};

		progress_redrawn(&p, columns, &b);
		assert_true(text_width(text_of(&b)) <= columns);
		buf_free(&b);
	}
}

static void the_redrawn_line_tells_the_facts(void **state)
{
	struct buf b = {0};

	(void)state;
	progress_redrawn(&half, 100, &b);
	assert_string_equal(text_of(&b),
		"a name [#######--------]  50.0%  "
		"2.00 KiB/s down  1m05s left  1 peer  0 B/s up");
	buf_free(&b);
}

static void the_plain_line_tells_the_facts(void **state)
{
	struct progress done = half;
	struct buf b = {0};

	(void)state;
	progress_plain(&half, &b);
	assert_string_equal(text_of(&b), "a name: downloading 50.0%, 512 B of "
					 "1.00 KiB, 2.00 KiB/s down, "
					 "0 B/s up, 1 peer, 1m05s left");
	b.len = 0;
	done.have_bytes = done.size_bytes;
	done.state = "seeding";
	done.peers = 2;
	progress_plain(&done, &b);
	assert_string_equal(text_of(&b),
		"a name: seeding 100%, 1.00 KiB of 1.00 KiB, 2.00 KiB/s down, "
		"0 B/s up, 2 peers");
	buf_free(&b);
}

static void the_asking_line_tells_who_is_asked(void **state)
{
	struct progress_asking p = {.name = "a name",
		.peers = 1,
		.known = 17,
		.has_dht = true,
		.dht_asked = 55};
	struct buf b = {0};

	(void)state;
	progress_asking(&p, 100, &b);
	assert_non_null(strstr(text_of(&b), "asking for the file list  1 peer  "
					    "17 known  DHT: 55 asked"));
	b.len = 0;
	p.parts = 2;
	p.all_parts = 5;
	p.peers = 3;
	p.has_dht = false;
	progress_asking(&p, 100, &b);
	assert_non_null(strstr(text_of(&b), "#"));
	assert_non_null(strstr(text_of(&b), "2 of 5 parts  3 peers  17 known"));
	assert_null(strstr(text_of(&b), "DHT"));
	buf_free(&b);
}

static void the_asking_line_fits_any_width(void **state)
{
	const struct progress_asking p = {
		.name = "a name that is much too long for a narrow terminal",
		.parts = 1,
		.all_parts = 2000,
		.peers = 1000,
		.known = 4000000,
		.has_dht = true,
		.dht_asked = 5500};

	(void)state;
	for (size_t columns = 1; columns < 130; columns++) {
		struct buf b = {0};

		progress_asking(&p, columns, &b);
		assert_true(text_width(text_of(&b)) <= columns);
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_a_bar_in_ascii),
		cmocka_unit_test(fills_a_bar_in_eighths),
		cmocka_unit_test(a_bar_is_full_only_at_the_end),
		cmocka_unit_test(the_redrawn_line_fits_any_width),
		cmocka_unit_test(the_redrawn_line_tells_the_facts),
		cmocka_unit_test(the_plain_line_tells_the_facts),
		cmocka_unit_test(the_asking_line_tells_who_is_asked),
		cmocka_unit_test(the_asking_line_fits_any_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
