#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "play.h"
#include "ui/commands.h"

static void expect(struct play *p, const char *line, const char *asked)
{
	struct fault fault;
	size_t at;

	p->asked.len = 0;
	play_draw(p);
	if (!command_run(p->s, line, &fault, &at))
		fail_msg("%s: %s", line, fault.what);
	assert_string_equal(play_asked(p), asked);
}

static void refuse(struct play *p, const char *line, const char *why)
{
	struct fault fault;
	size_t at;

	p->asked.len = 0;
	play_draw(p);
	assert_false(command_run(p->s, line, &fault, &at));
	assert_non_null(strstr(fault.what, why));
	assert_string_equal(play_asked(p), "");
}

static void a_file_is_named_by_its_number(void **state)
{
	struct play *p = play_new("dash");

	(void)state;
	expect(p, "file 1 skip", "priority 1 [0,1) 0;");
	expect(p, "file 3-5 high", "priority 1 [2,5) 7;");
	expect(p, "file 3 want", "priority 1 [2,3) 4;");
	refuse(p, "file", "file NUMBER");
	refuse(p, "file 0 skip", "no number");
	refuse(p, "file x skip", "no number");
	refuse(p, "file 5-3 skip", "no number");
	refuse(p, "file 5- skip", "no number");
	refuse(p, "file 99999999999999999999 skip", "no number");
	refuse(p, "file 5 now", "file NUMBER");
	play_free(p);
}

static void files_are_named_by_words(void **state)
{
	struct play *p = play_new("filestab");

	(void)state;
	expect(p, "files *.srt skip", "priority 1 [4,6) 0;");
	expect(p, "files *.mp4 size>200M high", "priority 1 [1,2) 7;");
	/* What is skipped already parts no range. */
	expect(p, "files * skip", "priority 1 [0,10) 0;");
	refuse(p, "files *.srt", "files WORDS");
	refuse(p, "files *.srt now", "files WORDS");
	refuse(p, "files *.iso skip", "no file matches");
	refuse(p, "files size> skip", "no file matches");
	play_free(p);
}

static void files_must_be_looked_at_to_be_named_by_words(void **state)
{
	struct play *p = play_new("dash");

	(void)state;
	refuse(p, "files *.srt skip", "look at its files first");
	play_free(p);
}

static void a_refusal_ends_the_ranges(void **state)
{
	struct play *p = play_new("filestab");

	(void)state;
	p->answer = ERR_STATE;
	p->why = "not now";
	refuse(p, "files * skip", "not now");
	play_free(p);
}

static void peers_are_added_dropped_and_banned(void **state)
{
	struct play *p = play_new("peerstab");

	(void)state;
	expect(p, "peer add 192.0.2.7:1", "add-peer 1 192.0.2.7:1;");
	expect(p, "peer drop 91.134.88.203", "kick 1 3;");
	expect(p, "peer drop 91.134.88.203:6881", "kick 1 3;");
	expect(p, "peer drop 2a01:4f8:c17:9ab2::1", "kick 1 2;");
	expect(p, "peer ban 192.0.2.7", "ban 1 192.0.2.7:0;");
	refuse(p, "peer drop 91.134.88.203:1", "no peer");
	refuse(p, "peer drop me", "no address");
	refuse(p, "peer add 192.0.2.7", "and a port");
	refuse(p, "peer ban", "peer add");
	refuse(p, "peer kiss 1.2.3.4", "peer add");
	play_free(p);
}

static void bans_are_lifted(void **state)
{
	struct play *p = play_new("dash");

	(void)state;
	expect(p, "unban 192.0.2.7", "unban 1 192.0.2.7:0;");
	expect(p, "unban all", "unban 1;");
	refuse(p, "unban", "unban ADDRESS");
	refuse(p, "unban everybody", "no address");
	play_free(p);
}

static void nothing_is_done_without_a_torrent(void **state)
{
	struct play *p = play_new("empty");

	(void)state;
	refuse(p, "file 1 skip", "no torrent");
	refuse(p, "files * skip", "look at its files");
	refuse(p, "peer add 192.0.2.7:1", "no torrent");
	refuse(p, "unban all", "no torrent");
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_named_by_its_number),
		cmocka_unit_test(files_are_named_by_words),
		cmocka_unit_test(files_must_be_looked_at_to_be_named_by_words),
		cmocka_unit_test(a_refusal_ends_the_ranges),
		cmocka_unit_test(peers_are_added_dropped_and_banned),
		cmocka_unit_test(bans_are_lifted),
		cmocka_unit_test(nothing_is_done_without_a_torrent),
	};

	return cmocka_run_group_tests(tests, play_locale, NULL);
}
