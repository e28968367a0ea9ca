#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "play.h"

static void tell(struct play *p, uint32_t slot, enum notice_kind kind,
	const char *text)
{
	struct notice *n = &p->notices[p->nnotices++];

	assert_true(p->nnotices <= 8);
	*n = (struct notice){.seq = p->nnotices,
		.at_ms = p->snap.now_ms,
		.wall_s = p->snap.wall_s,
		.kind = kind,
		.torrent = {slot, slot ? 1 : 0}};
	snprintf(n->text, sizeof n->text, "%s", text);
}

static void only_messages_about_the_torrent_are_shown(void **state)
{
	struct play *p = play_new("overview");

	(void)state;
	tell(p, 1, NOTICE_CHECKED, "all pieces good");
	tell(p, 2, NOTICE_WARNING, "of another one");
	tell(p, 0, NOTICE_INFO, "of none");
	play_type(p, "6");
	news_dismiss(&p->s->news);
	assert_true(play_shows(p, "all pieces good"));
	assert_false(play_shows(p, "of another one"));
	assert_false(play_shows(p, "of none"));
	assert_true(play_shows(p, "1 line, 0 warnings, 0 errors"));
	/* Its name stands above already. */
	assert_false(play_shows(p, "debian-12.7.0-amd64-DVD-1.iso: all"));
	play_type(p, "J");
	assert_true(play_shows(p, "of another one"));
	assert_false(play_shows(p, "all pieces good"));
	play_type(p, "J");
	assert_true(play_shows(p, "nothing was said of it since the start"));
	play_free(p);
}

static void a_level_hides_what_is_less_grave(void **state)
{
	struct play *p = play_new("logtab");

	(void)state;
	assert_true(play_shows(p, "all messages · following · 7 lines"));
	assert_true(play_shows(p, "2 warnings, 1 error"));
	play_type(p, "l");
	assert_true(play_shows(p, "warnings and errors · following · 3 lines"));
	assert_false(play_shows(p, "all 2,214 pieces good"));
	assert_true(play_shows(p, "failed its hash (2 times)"));
	play_type(p, "l");
	assert_true(play_shows(p, " errors · following · 1 line,"));
	assert_false(play_shows(p, "failed its hash"));
	play_type(p, "l");
	assert_true(play_shows(p, "all messages"));
	play_free(p);
}

static void the_newest_is_followed_until_one_looks_back(void **state)
{
	struct play *p = play_new("logtab");

	(void)state;
	assert_true(play_shows(p, "▸14:57:00"));
	tell(p, 1, NOTICE_INFO, "one more");
	assert_true(play_shows(p, "▸14:58:00   one more"));
	play_type(p, "k");
	assert_true(play_shows(p, "▸14:57:00"));
	assert_true(play_shows(p, "· held ·"));
	tell(p, 1, NOTICE_INFO, "and one more");
	assert_true(play_shows(p, "▸14:57:00"));
	play_type(p, "G");
	assert_true(play_shows(p, "▸14:58:00   and one more"));
	assert_true(play_shows(p, "· following ·"));
	play_mouse(p, MOUSE_WHEEL_UP, 5, 8);
	assert_true(play_shows(p, "· held ·"));
	play_free(p);
}

static void a_long_line_is_told_in_full_below(void **state)
{
	struct play *p = play_new_at("logtab", 50, 20);

	(void)state;
	play_type(p, "gjj");
	assert_true(play_shows(p, "82.64.31.180:50321 sent nothing for"));
	assert_true(play_shows(p, "blocks are asked of others"));
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_messages_about_the_torrent_are_shown),
		cmocka_unit_test(a_level_hides_what_is_less_grave),
		cmocka_unit_test(the_newest_is_followed_until_one_looks_back),
		cmocka_unit_test(a_long_line_is_told_in_full_below),
	};

	return cmocka_run_group_tests(tests, play_locale, NULL);
}
