#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/history.h"
#include "ui/theme.h"
#include "ui/toasts.h"
#include "ui/why.h"

static const struct torrent_row leech = {.name = "x",
	.state = TORRENT_LEECHING,
	.has_metadata = true,
	.eta_s = UINT32_MAX,
	.avail_milli = UINT32_MAX,
	.npieces = 100,
	.piece_length = 1u << 20,
	.why = {.next_announce_s = UINT32_MAX}};

static const char *say(const struct torrent_row *row)
{
	static char out[400];

	why_text(out, sizeof out, row, 1788274680, UNITS_BINARY);
	return out;
}

static void downloads_say_from_whom_and_how_long(void **state)
{
	struct torrent_row row = leech;

	(void)state;
	row.down_bps = 1;
	row.eta_s = 161;
	row.avail_milli = 24300;
	row.why = (struct why){WHY_DOWNLOADING, 14, 38, 0, 0, 725};
	assert_string_equal(say(&row),
		"downloading from 14 of 38 peers · 2m41s left, done at 15:00 · "
		"24.3 copies in the swarm · next announce 12 min");
	row.why.b = 1;
	assert_non_null(strstr(say(&row), "of 1 peer ·"));
}

static void stalls_say_why_and_what_comes_next(void **state)
{
	struct torrent_row row = leech;

	(void)state;
	row.avail_milli = 870;
	row.why = (struct why){WHY_NOBODY_HAS, 12, 0, 0, 0, 185};
	assert_string_equal(say(&row),
		"stalled: no connected peer has 12 of the pieces still missing "
		"(0.87 copies) · next announce 3 min");
	row.avail_milli = UINT32_MAX;
	row.eta_s = 15; /* of a minute ago: it moves no more */
	row.why = (struct why){WHY_TRACKER_DOWN, 1, 0, 0, 0, 40};
	assert_string_equal(say(&row), "stalled: no peers, and none of 1 "
				       "tracker answers · next announce in "
				       "40s");
}

static void who_waits_for_peers_hears_of_the_dht(void **state)
{
	struct torrent_row row = leech;

	(void)state;
	row.why.kind = WHY_NO_PEERS_KNOWN;
	row.dht_running = true;
	assert_string_equal(say(&row),
		"stalled: no peers known yet · asking the DHT");
	row.dht_asked = 1;
	assert_string_equal(say(&row),
		"stalled: no peers known yet · DHT asked 1 node");
	row.dht_running = false;
	row.dht_asked = 41;
	assert_string_equal(say(&row), "stalled: no peers known yet · DHT "
				       "asked 41 nodes and found nobody");
	row.dht_found = 16;
	row.why.next_announce_s = 40;
	assert_string_equal(say(&row),
		"stalled: no peers known yet · DHT asked 41 nodes, found 16 "
		"peers · next announce in 40s");
	row.why.kind = WHY_DOWNLOADING;
	assert_null(strstr(say(&row), "DHT"));
	row.state = TORRENT_FETCHING;
	row.has_metadata = false;
	row.why = (struct why){WHY_METADATA, 3, 11, 2, 0, UINT32_MAX};
	assert_string_equal(say(&row),
		"fetching the file list (metadata): 3 of 11 parts from 2 peers "
		"· DHT asked 41 nodes, found 16 peers");
	row.state = TORRENT_SEEDING;
	assert_null(strstr(say(&row), "DHT"));
}

static void every_reason_in_every_state_is_a_sentence(void **state)
{
	static const char *const words[] = {
		[TORRENT_PAUSED] = "paused",
		[TORRENT_QUEUED] = "queued",
		[TORRENT_LOADING] = "checking",
		[TORRENT_FETCHING] = "metadata",
		[TORRENT_CHECKING] = "checking",
		[TORRENT_LEECHING] = "",
		[TORRENT_SEEDING] = "seeding",
		[TORRENT_FAULTY] = "error",
	};

	(void)state;
	for (int s = TORRENT_PAUSED; s <= TORRENT_FAULTY; s++)
		for (int k = WHY_NONE; k <= WHY_FINISHED; k++) {
			struct torrent_row row = leech;
			char tiny[8];

			row.state = (enum torrent_state)s;
			row.why.kind = (enum why_kind)k;
			row.why.a = row.why.b = UINT64_MAX;
			row.why.c = row.why.d = UINT64_MAX;
			assert_true(strlen(say(&row)) > 5);
			/* Those two have words of their own. */
			if (k != WHY_FINISHED && k != WHY_CHOOSE)
				assert_non_null(strstr(say(&row), words[s]));
			why_text(tiny, sizeof tiny, &row, 0, UNITS_SI);
			assert_true(strlen(tiny) < sizeof tiny);
		}
}

static void faults_name_the_trouble_and_the_key(void **state)
{
	struct torrent_row row = leech;
	char text[64];

	(void)state;
	row.state = TORRENT_FAULTY;
	row.fault = (struct fault){ERR_DISK, ENOSPC, "no space on /mnt/media"};
	assert_string_equal(say(&row),
		"error: no space on /mnt/media · p tries again");
	why_short(text, sizeof text, &row);
	assert_string_equal(text, "! disk full");
	row.fault.os = 0;
	why_short(text, sizeof text, &row);
	assert_string_equal(text, "! disk error");
	row.state = TORRENT_PAUSED;
	why_short(text, sizeof text, &row);
	assert_string_equal(text, "");
}

static void signs_follow_what_moves(void **state)
{
	struct torrent_row row = leech;

	(void)state;
	assert_int_equal(why_sign(&row), SIGN_STALLED);
	row.down_bps = 1;
	assert_int_equal(why_sign(&row), SIGN_DOWN);
	row.state = TORRENT_SEEDING;
	assert_int_equal(why_sign(&row), SIGN_IDLE);
	row.up_bps = 1;
	assert_int_equal(why_sign(&row), SIGN_SEED);
	for (int i = 0; i < SIGN_COUNT; i++)
		for (int k = 0; k < i; k++)
			for (int t = TIER_UTF8; t <= TIER_ASCII; t++)
				assert_int_not_equal(
					glyph_state((enum glyph_tier)t,
						(enum state_sign)i),
					glyph_state((enum glyph_tier)t,
						(enum state_sign)k));
}

static void news_repeat_as_a_count(void **state)
{
	struct newsroom *r = mem_zero(sizeof *r);

	(void)state;
	news_add(r, NEWS_BAD, true, 0, 0, "disk full");
	news_add(r, NEWS_BAD, true, 500, 0, "disk full");
	assert_int_equal(r->n, 1);
	assert_int_equal(news_at(r, 0)->count, 2);
	news_add(r, NEWS_GOOD, true, 600, 0, "other");
	assert_int_equal(r->n, 2);
	assert_int_equal(r->bad, 1);
	mem_free(r);
}

static void news_of_two_torrents_are_not_one(void **state)
{
	struct newsroom *r = mem_zero(sizeof *r);
	struct news n = {.kind = NEWS_WARN, .torrent = {1, 1}, .lead = 3};

	(void)state;
	snprintf(n.text, sizeof n.text, "a: the same");
	news_add_of(r, &n);
	news_add_of(r, &n);
	assert_int_equal(r->n, 1);
	assert_int_equal(news_at(r, 0)->count, 2);
	n.torrent.slot = 2;
	news_add_of(r, &n);
	assert_int_equal(r->n, 2);
	assert_int_equal(r->warned, 2);
	assert_int_equal(news_at(r, 1)->torrent.slot, 2);
	assert_int_equal(news_at(r, 1)->lead, 3);
	mem_free(r);
}

static void old_news_leave_the_room(void **state)
{
	struct newsroom *r = mem_zero(sizeof *r);
	char text[32];

	(void)state;
	for (int i = 0; i < NEWS_KEPT + 10; i++) {
		snprintf(text, sizeof text, "news %d", i);
		news_add(r, i % 2 ? NEWS_BAD : NEWS_WARN, false, 0, 0, text);
	}
	assert_int_equal(r->n, NEWS_KEPT);
	assert_string_equal(news_at(r, 0)->text, "news 10");
	assert_int_equal(r->bad + r->warned, NEWS_KEPT);
	mem_free(r);
}

static void toasts_end_by_themselves(void **state)
{
	struct newsroom *r = mem_zero(sizeof *r);

	(void)state;
	assert_true(toasts_deadline(r, 0) == UINT64_MAX);
	news_add(r, NEWS_GOOD, true, 1000, 0, "good");
	news_add(r, NEWS_BAD, true, 1000, 0, "bad");
	assert_int_equal(toasts_deadline(r, 2000), 5000);
	assert_int_equal(toasts_deadline(r, 6000), 13000);
	news_dismiss(r);
	assert_true(toasts_deadline(r, 2000) == UINT64_MAX);
	mem_free(r);
}

static void history_keeps_means_of_coarser_grains(void **state)
{
	struct history *h = mem_zero(sizeof *h);
	uint32_t out[HISTORY_SAMPLES];

	(void)state;
	for (uint64_t t = 0; t < 120; t++)
		history_add(h, t * 1000, t % 2 ? 300 : 100);
	assert_int_equal(history_samples(h, SPAN_2M, 120, out), 120);
	assert_int_equal(out[119], 300);
	assert_int_equal(out[118], 100);
	history_samples(h, SPAN_10M, 300, out);
	assert_int_equal(out[299], 200);
	assert_int_equal(history_peak(h, SPAN_2M), 300);
	assert_int_equal(history_peak(h, SPAN_10M), 200);
	assert_int_equal(history_peak(h, SPAN_24H), 0);
	mem_free(h);
}

static void history_fills_gaps_and_ignores_haste(void **state)
{
	struct history *h = mem_zero(sizeof *h);
	uint32_t out[HISTORY_SAMPLES];

	(void)state;
	history_add(h, 5000, 10);
	history_add(h, 5100, 99);
	history_add(h, 5900, 99);
	history_add(h, 9000, 50);
	history_samples(h, SPAN_2M, 120, out);
	assert_int_equal(out[119], 50);
	assert_int_equal(out[118], 10);
	assert_int_equal(out[116], 10);
	assert_int_equal(out[115], 10);
	assert_int_equal(out[114], 0);
	/* A night asleep does not take a night. */
	history_add(h, 1ull << 50, 1);
	mem_free(h);
}

static void themes_have_colours_for_every_role_and_depth(void **state)
{
	static const char *const names[] = {"aurora", "paper", "contrast"};

	(void)state;
	assert_null(theme_find("nosuch"));
	for (size_t n = 0; n < 3; n++) {
		const struct theme *t = theme_find(names[n]);

		assert_non_null(t);
		for (int r = 0; r < ROLE_COUNT; r++)
			for (int g = GROUND_NONE; g < GROUND_COUNT; g++) {
				struct style s = theme_style(t, DEPTH_256,
					(enum role)r, (enum ground)g, 0);

				assert_in_range(s.fg, 16, 255);
				assert_true(s.bg >= -1 && s.bg <= 255);
				s = theme_style(t, DEPTH_8, (enum role)r,
					(enum ground)g, 0);
				assert_true(s.fg >= -1 && s.fg < 8);
				s = theme_style(t, DEPTH_MONO, (enum role)r,
					(enum ground)g, 0);
				assert_true(s.fg == -1 && s.bg == -1);
			}
	}
}

static void the_terminals_own_ground_is_not_painted(void **state)
{
	struct style s = theme_style(theme_find("aurora"), DEPTH_TRUE,
		ROLE_TEXT, GROUND_NONE, 0);

	(void)state;
	assert_int_equal(s.bg, COLOR_DEFAULT);
	s = theme_style(theme_find("paper"), DEPTH_256, ROLE_TEXT, GROUND_NONE,
		0);
	assert_int_equal(s.bg, COLOR_DEFAULT);
}

static int set_locale(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return -1;
	text_set_utf8(true);
	return 0;
}

static struct theme *theme_of(const char *text, struct fault *fault)
{
	return theme_read(span_str(text), fault);
}

static void a_theme_of_the_users_is_its_base_but_for_its_lines(void **state)
{
	struct fault fault = {0};
	struct theme *t = theme_of("# mine\n"
				   "base = paper\n"
				   "\n"
				   "down = 58B8FF bold # blue\n"
				   "up=ff0000\r\n"
				   "dim underline\n"
				   "panel = on 101010\n"
				   "bar 202020",
		&fault);
	const struct theme *paper = theme_find("paper");
	struct style s, base;

	(void)state;
	assert_non_null(t);
	s = theme_style(t, DEPTH_TRUE, ROLE_DOWN, GROUND_PANEL, 0);
	assert_int_equal(s.fg, 0x58b8ff);
	assert_int_equal(s.bg, 0x101010);
	assert_int_equal(s.attrs, ATTR_BOLD);
	s = theme_style(t, DEPTH_256, ROLE_UP, GROUND_BAR, 0);
	assert_int_equal(s.fg, 196);
	assert_int_equal(s.bg, 234);
	s = theme_style(t, DEPTH_TRUE, ROLE_DIM, GROUND_NONE, 0);
	base = theme_style(paper, DEPTH_TRUE, ROLE_DIM, GROUND_NONE, 0);
	assert_int_equal(s.fg, base.fg);
	assert_int_equal(s.attrs, base.attrs | ATTR_UNDERLINE);
	s = theme_style(t, DEPTH_16, ROLE_DOWN, GROUND_NONE, 0);
	base = theme_style(paper, DEPTH_16, ROLE_DOWN, GROUND_NONE, 0);
	assert_int_equal(s.fg, base.fg);
	theme_free(t);
}

static void a_wrong_line_of_a_theme_is_named(void **state)
{
	static const char *const lines[] = {"nosuch = ffffff", "text",
		"text =", "text = 12345", "text = 1234567", "text = gggggg",
		"text = ffffff blinking", "panel", "panel = on",
		"panel = ffffff bold", "base", "base = nosuch",
		"text = ffffff a a a a a a a", "text \x01",
		"text = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct fault fault = {0};
		char *text = mem_printf("\n%s\n", lines[i]);

		assert_null(theme_of(text, &fault));
		assert_memory_equal(fault.what, "line 2: ", 8);
		mem_free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(downloads_say_from_whom_and_how_long),
		cmocka_unit_test(stalls_say_why_and_what_comes_next),
		cmocka_unit_test(who_waits_for_peers_hears_of_the_dht),
		cmocka_unit_test(every_reason_in_every_state_is_a_sentence),
		cmocka_unit_test(faults_name_the_trouble_and_the_key),
		cmocka_unit_test(signs_follow_what_moves),
		cmocka_unit_test(news_repeat_as_a_count),
		cmocka_unit_test(news_of_two_torrents_are_not_one),
		cmocka_unit_test(old_news_leave_the_room),
		cmocka_unit_test(toasts_end_by_themselves),
		cmocka_unit_test(history_keeps_means_of_coarser_grains),
		cmocka_unit_test(history_fills_gaps_and_ignores_haste),
		cmocka_unit_test(themes_have_colours_for_every_role_and_depth),
		cmocka_unit_test(the_terminals_own_ground_is_not_painted),
		cmocka_unit_test(
			a_theme_of_the_users_is_its_base_but_for_its_lines),
		cmocka_unit_test(a_wrong_line_of_a_theme_is_named),
	};

	return cmocka_run_group_tests(tests, set_locale, NULL);
}
