#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/decoder.h"

/* Events as text, so that a whole run compares at once. */
static void describe(struct decoder *d, struct buf *out)
{
	struct input in;

	while (decoder_next(d, &in)) {
		if (in.kind == INPUT_KEY)
			buf_printf(out, "k%d/%u ", in.key, in.mods);
		else if (in.kind == INPUT_MOUSE)
			buf_printf(out, "m%d@%d,%d/%u ", (int)in.button, in.x,
				in.y, in.mods);
		else if (in.kind == INPUT_PASTE)
			buf_printf(out, "p<%s> ", in.text);
		else
			buf_printf(out, "f%d ", in.key);
	}
}

/* Feed s in two parts, cut at `cut`, then let the time run out. */
static char *decode(const char *s, size_t n, size_t cut)
{
	struct decoder *d = decoder_new(DECODER_ESC_MS);
	struct buf out = {0};

	decoder_feed(d, span_of(s, cut), 1000);
	describe(d, &out);
	decoder_feed(d, span_of(s + cut, n - cut), 1001);
	describe(d, &out);
	decoder_tick(d, 1001 + PASTE_TIMEOUT_MS);
	describe(d, &out);
	buf_add_byte(&out, '\0');
	decoder_free(d);
	return (char *)out.p;
}

static void expect(const char *bytes, const char *events)
{
	size_t n = strlen(bytes);

	for (size_t cut = 0; cut <= n; cut++) {
		char *got = decode(bytes, n, cut);

		assert_string_equal(got, events);
		mem_free(got);
	}
}

static void expect_key(const char *bytes, int key, unsigned mods)
{
	char events[32];

	snprintf(events, sizeof events, "k%d/%u ", key, mods);
	expect(bytes, events);
}

static void decodes_characters(void **state)
{
	(void)state;
	expect("aZ", "k97/0 k90/0 ");
	expect_key("\xd1\x84", 0x444, 0);
	expect_key("\xe6\x97\xa5", 0x65e5, 0);
	expect_key("\xf0\x9f\x98\x80", 0x1f600, 0);
	expect_key("\x7f", KEY_BACKSPACE_CHAR, 0);
	expect_key("\x08", KEY_BACKSPACE_CHAR, 0);
	expect_key("\x03", KEY_CTRL_('C'), 0);
}

static void drops_ill_formed_characters(void **state)
{
	(void)state;
	expect("\xff"
	       "a",
		"k97/0 ");
	expect("\xc3"
	       "a",
		"k97/0 ");
	expect("\xed\xa0\x80"
	       "a",
		"k97/0 ");
	expect("\xc3\x1b[A", "k1114113/0 ");
}

static void decodes_keys_in_all_their_forms(void **state)
{
	(void)state;
	expect_key("\033[A", KEY_UP_ARROW, 0);
	expect_key("\033OA", KEY_UP_ARROW, 0);
	expect_key("\033[1;5A", KEY_UP_ARROW, MOD_CTRL);
	expect_key("\033[1;2B", KEY_DOWN_ARROW, MOD_SHIFT);
	expect_key("\033[H", KEY_HOME_KEY, 0);
	expect_key("\033[1~", KEY_HOME_KEY, 0);
	expect_key("\033[7~", KEY_HOME_KEY, 0);
	expect_key("\033[4~", KEY_END_KEY, 0);
	expect_key("\033[3~", KEY_DELETE, 0);
	expect_key("\033[3;3~", KEY_DELETE, MOD_ALT);
	expect_key("\033[5~", KEY_PAGE_UP, 0);
	expect_key("\033[6~", KEY_PAGE_DOWN, 0);
	expect_key("\033[Z", KEY_BACK_TAB, 0);
	expect_key("\033OP", KEY_F1, 0);
	expect_key("\033[11~", KEY_F1, 0);
	expect_key("\033[[A", KEY_F1, 0);
	expect_key("\033[15~", KEY_F5, 0);
	expect_key("\033[21~", KEY_F10, 0);
	expect_key("\033[24~", KEY_F12, 0);
}

static void alt_is_escape_before_a_key(void **state)
{
	(void)state;
	expect_key("\033b", 'b', MOD_ALT);
	expect_key("\033\xc3\xa9", 0xe9, MOD_ALT);
	expect_key("\033\x7f", KEY_BACKSPACE_CHAR, MOD_ALT);
}

static void a_lone_escape_is_a_key_after_its_time(void **state)
{
	struct decoder *d = decoder_new(DECODER_ESC_MS);
	struct input in;

	(void)state;
	decoder_feed(d, span_str("\033"), 500);
	assert_false(decoder_next(d, &in));
	assert_int_equal(decoder_deadline(d), 500 + DECODER_ESC_MS);
	decoder_tick(d, 500 + DECODER_ESC_MS - 1);
	assert_false(decoder_next(d, &in));
	decoder_tick(d, 500 + DECODER_ESC_MS);
	assert_true(decoder_next(d, &in));
	assert_int_equal(in.key, KEY_ESC_CHAR);
	assert_true(decoder_deadline(d) == DECODER_NEVER);
	decoder_free(d);
}

static void an_arrow_that_comes_slowly_types_no_letters(void **state)
{
	struct decoder *d = decoder_new(DECODER_ESC_MS);
	struct buf out = {0};

	(void)state;
	decoder_feed(d, span_str("\033"), 0);
	decoder_tick(d, 1000);
	decoder_feed(d, span_str("["), 1000);
	decoder_tick(d, 2000);
	decoder_feed(d, span_str("A"), 2000);
	decoder_tick(d, 5000);
	describe(d, &out);
	buf_add_byte(&out, '\0');
	assert_string_equal((char *)out.p, "k27/0 ");
	buf_free(&out);
	decoder_free(d);
}

static void decodes_the_mouse(void **state)
{
	(void)state;
	expect("\033[<0;12;5M", "m0@11,4/0 ");
	expect("\033[<0;12;5m", "");
	expect("\033[<64;1;1M", "m3@0,0/0 ");
	expect("\033[<65;300;2M", "m4@299,1/0 ");
	expect("\033[<81;3;3M", "m4@2,2/4 ");
	expect("\033[<35;3;3M", "");
	expect("\033[<0;0;3M", "");
	expect("\033[M !!", "m0@0,0/0 ");
	expect("\033[M#!!", "");
}

static void a_paste_is_one_event_and_no_keys(void **state)
{
	(void)state;
	expect("\033[200~qqqddd\033[201~", "p<qqqddd> ");
	expect("\033[200~a\rb\r\nc\td\033[201~x", "p<a\nb\nc d> k120/0 ");
	/* Controls and a false end stay out of the text. */
	expect("\033[200~a\033[20b\x07\033[201~", "p<a[20b> ");
	expect("\033[200~\033[201~", "");
}

static void a_paste_without_its_end_is_closed_by_time(void **state)
{
	(void)state;
	expect("\033[200~magnet:?xt", "p<magnet:?xt> ");
}

static void a_paste_is_cut_at_its_limit(void **state)
{
	struct decoder *d = decoder_new(DECODER_ESC_MS);
	struct input in;
	char block[4096];

	(void)state;
	memset(block, 'x', sizeof block);
	decoder_feed(d, span_str("\033[200~"), 0);
	for (size_t i = 0; i < PASTE_MAX / sizeof block + 10; i++)
		decoder_feed(d, span_of(block, sizeof block), 1);
	decoder_feed(d, span_str("\033[201~"), 2);
	assert_true(decoder_next(d, &in));
	assert_int_equal(strlen(in.text), PASTE_MAX);
	decoder_free(d);
}

static void answers_and_unknown_sequences_are_swallowed(void **state)
{
	(void)state;
	expect("\033[24;80R", "");
	expect("\033[?62;22c", "");
	expect("\033]11;rgb:0000/0000/0000\007a", "k97/0 ");
	expect("\033]11;rgb:00/00/00\033\\a", "k97/0 ");
	expect("\033P1$r0m\033\\a", "k97/0 ");
	expect("\033[99~a", "k97/0 ");
	expect("\033[1;2;3;4;5;6Wa", "k97/0 ");
	expect("\033[99999999999999999999A", "k1114113/0 ");
}

static void focus_is_told(void **state)
{
	(void)state;
	expect("\033[I\033[O", "f1 f0 ");
}

static void unread_pastes_are_freed(void **state)
{
	struct decoder *d = decoder_new(DECODER_ESC_MS);

	(void)state;
	decoder_feed(d, span_str("\033[200~a\033[201~\033[200~b\033[201~"), 0);
	decoder_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_characters),
		cmocka_unit_test(drops_ill_formed_characters),
		cmocka_unit_test(decodes_keys_in_all_their_forms),
		cmocka_unit_test(alt_is_escape_before_a_key),
		cmocka_unit_test(a_lone_escape_is_a_key_after_its_time),
		cmocka_unit_test(an_arrow_that_comes_slowly_types_no_letters),
		cmocka_unit_test(decodes_the_mouse),
		cmocka_unit_test(a_paste_is_one_event_and_no_keys),
		cmocka_unit_test(a_paste_without_its_end_is_closed_by_time),
		cmocka_unit_test(a_paste_is_cut_at_its_limit),
		cmocka_unit_test(answers_and_unknown_sequences_are_swallowed),
		cmocka_unit_test(focus_is_told),
		cmocka_unit_test(unread_pastes_are_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
