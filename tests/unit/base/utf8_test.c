#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

#define DOT "\xc2\xb7"
#define DOTS "\xe2\x80\xa6"
#define EURO "\xe2\x82\xac"
#define ACUTE "\xcc\x81"     /* a combining mark */
#define KANJI "\xe6\xbc\xa2" /* two columns */
#define RLO "\xe2\x80\xae"   /* right-to-left override */
#define ZWSP "\xe2\x80\x8b"  /* zero width space */

#define SPAN(literal) span_of(literal, sizeof(literal) - 1)

static void decodes_every_length(void **state)
{
	static const struct {
		const char *text;
		uint32_t c;
	} rows[] = {
		{"A", 'A'},
		{"\x7f", 0x7f},
		{"\xc2\x80", 0x80},
		{"\xdf\xbf", 0x7ff},
		{"\xe0\xa0\x80", 0x800},
		{"\xed\x9f\xbf", 0xd7ff},
		{"\xee\x80\x80", 0xe000},
		{"\xef\xbf\xbf", 0xffff},
		{"\xf0\x90\x80\x80", 0x10000},
		{"\xf4\x8f\xbf\xbf", 0x10ffff},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span s = span_str(rows[i].text);
		size_t used = 99;
		char out[4];

		assert_int_equal(utf8_decode(s, &used), rows[i].c);
		assert_int_equal(used, s.n);
		assert_int_equal(utf8_encode(rows[i].c, out), s.n);
		assert_memory_equal(out, s.p, s.n);
		assert_true(utf8_valid(s));
	}
}

static void marks_the_maximal_bad_part(void **state)
{
	static const struct {
		const char *text;
		size_t used;
	} rows[] = {
		{"\x80", 1},
		{"\xc0\xaf", 1}, /* an overlong slash */
		{"\xc1\xbf", 1},
		{"\xe0\x80\xaf", 1}, /* another */
		{"\xe0\x9f\xbf", 1},
		{"\xed\xa0\x80", 1}, /* a surrogate */
		{"\xf0\x8f\xbf\xbf", 1},
		{"\xf4\x90\x80\x80", 1}, /* beyond the last plane */
		{"\xf5\x80\x80\x80", 1},
		{"\xff", 1},
		{"\xc2", 1},
		{"\xc2"
		 "A",
			1},
		{"\xe2\x82", 2},
		{"\xe2\x82"
		 "A",
			2},
		{"\xe2"
		 "A",
			1},
		{"\xf0\x9f\x98", 3},
		{"\xf0\x9f\x98"
		 "A",
			3},
		{"\xf0\x9f\xf0\x9f", 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span s = span_str(rows[i].text);
		size_t used = 99;

		assert_int_equal(utf8_decode(s, &used), UTF8_BAD);
		assert_int_equal(used, rows[i].used);
		assert_false(utf8_valid(s));
	}
}

static void decodes_nothing_from_nothing(void **state)
{
	size_t used = 99;

	(void)state;
	assert_int_equal(utf8_decode(span_of(NULL, 0), &used), UTF8_BAD);
	assert_int_equal(used, 0);
	assert_true(utf8_valid(span_of(NULL, 0)));
	assert_true(utf8_valid(SPAN("a\0b")));
}

static void encodes_scalar_values_only(void **state)
{
	char out[4] = "xyz";

	(void)state;
	assert_int_equal(utf8_encode(0xd800, out), 0);
	assert_int_equal(utf8_encode(0xdfff, out), 0);
	assert_int_equal(utf8_encode(0x110000, out), 0);
	assert_int_equal(utf8_encode(UTF8_BAD, out), 0);
	assert_string_equal(out, "xyz");
}

/* name_clean() twice: the second pass must not change anything. */
static void assert_name(struct span raw, const char *want)
{
	char *once = name_clean(raw);
	char *twice = name_clean(span_str(once));

	assert_string_equal(once, want);
	assert_string_equal(twice, want);
	mem_free(once);
	mem_free(twice);
}

static void a_harmless_name_stays(void **state)
{
	(void)state;
	assert_name(SPAN("file name.txt"), "file name.txt");
	assert_name(SPAN("...a"), "...a");
	assert_name(SPAN(".hidden"), ".hidden");
	assert_name(SPAN("a\\b:c*?\"<>|"), "a\\b:c*?\"<>|");
	assert_name(SPAN(KANJI " " EURO ACUTE), KANJI " " EURO ACUTE);
}

static void a_name_cannot_leave_its_folder(void **state)
{
	(void)state;
	assert_name(SPAN(""), "_");
	assert_name(SPAN("."), "_");
	assert_name(SPAN(".."), "_");
	assert_name(SPAN("../x"), ".._x");
	assert_name(SPAN("/etc/passwd"), "_etc_passwd");
	assert_name(SPAN("a\0b"), "a_b");
	assert_name(SPAN("\xc0\xaf"), "__");
	assert_name(SPAN("." ZWSP "."), "_");
	assert_name(SPAN(ZWSP), "_");
	assert_name(SPAN(RLO "." RLO), "_");
}

static void a_name_has_no_controls(void **state)
{
	(void)state;
	assert_name(SPAN("a\nb\x1b[0m\x7f"), "a_b_[0m_");
	assert_name(SPAN("a\xc2\x85\xc2\x9b\xc2\xa0"), "a__\xc2\xa0");
	assert_name(SPAN("a\xff\xfe"
			 "b\xe2\x82"),
		"a__b_");
}

static void a_name_has_nothing_hidden(void **state)
{
	(void)state;
	assert_name(SPAN("evil" RLO "gpj.exe"), "evilgpj.exe");
	assert_name(SPAN("\xe2\x81\xa6"
			 "a\xe2\x81\xa9"),
		"a");
	assert_name(SPAN("\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c"
			 "a"),
		"a");
	assert_name(SPAN("\xef\xbb\xbf"
			 "a\xc2\xad"
			 "b"),
		"ab");
	assert_name(SPAN("a\xe2\x81\xa0\xe2\x80\x8d\xef\xb8\x8f"), "a");
	assert_name(SPAN("a\xf3\xa0\x80\xa1\xf3\xa0\x84\x80"
			 "b"),
		"ab");
}

static void a_long_name_keeps_its_extension(void **state)
{
	char raw[1000];
	char want[NAME_BYTES_MAX + 1];

	(void)state;
	memset(raw, 'x', sizeof raw);
	memcpy(raw + 300, ".tar.xz", 7);
	memset(want, 'x', sizeof want);
	memcpy(want + NAME_BYTES_MAX - 3, ".xz", 4);
	want[NAME_BYTES_MAX - 7] = 'x';
	assert_name(span_of(raw, 307), want);
}

static void a_long_extension_is_cut_like_the_rest(void **state)
{
	char raw[400];
	char want[NAME_BYTES_MAX + 1];

	(void)state;
	memset(raw, 'x', sizeof raw);
	memset(want, 'x', sizeof want);
	want[NAME_BYTES_MAX] = '\0';
	raw[sizeof raw - 17] = '.';
	assert_name(span_of(raw, sizeof raw), want);
	/* One byte shorter, it is kept. */
	raw[sizeof raw - 17] = 'x';
	raw[sizeof raw - 16] = '.';
	want[NAME_BYTES_MAX - 16] = '.';
	assert_name(span_of(raw, sizeof raw), want);
}

static void a_long_name_is_cut_at_a_character(void **state)
{
	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		char raw[900];
		char *name;

		memset(raw, 'x', sizeof raw);
		for (size_t i = shift; i + 3 <= sizeof raw; i += 3)
			memcpy(raw + i, EURO, 3);
		name = name_clean(span_of(raw, 600));
		assert_true(utf8_valid(span_str(name)));
		assert_in_range(strlen(name), NAME_BYTES_MAX - 3,
			NAME_BYTES_MAX);
		mem_free(name);
	}
}

static void names_of_exactly_the_limit_stay(void **state)
{
	char raw[NAME_BYTES_MAX + 1];
	char *name;

	(void)state;
	memset(raw, 'n', sizeof raw);
	raw[NAME_BYTES_MAX] = '\0';
	assert_name(span_of(raw, NAME_BYTES_MAX), raw);
	raw[NAME_BYTES_MAX] = 'n';
	name = name_clean(span_of(raw, sizeof raw));
	assert_int_equal(strlen(name), NAME_BYTES_MAX);
	mem_free(name);
}

/* text_clean() twice, and its width. */
static void assert_text(struct span raw, size_t max_cols, const char *want)
{
	char *once = text_clean(raw, max_cols);
	char *twice = text_clean(span_str(once), max_cols);

	assert_string_equal(once, want);
	assert_string_equal(twice, want);
	if (max_cols)
		assert_true(text_width(once) <= max_cols);
	mem_free(once);
	mem_free(twice);
}

static void printable_text_stays(void **state)
{
	(void)state;
	assert_text(SPAN(""), 0, "");
	assert_text(SPAN("Hello, world ~"), 0, "Hello, world ~");
	assert_text(SPAN(KANJI EURO " \xc3\xa9 e" ACUTE), 0,
		KANJI EURO " \xc3\xa9 e" ACUTE);
}

static void text_cannot_steer_the_terminal(void **state)
{
	(void)state;
	assert_text(SPAN("\x1b[2J"), 0, DOT "[2J");
	assert_text(SPAN("a\r\n\tb\0c\x7f"), 0,
		"a" DOT DOT DOT "b" DOT "c" DOT);
	assert_text(SPAN("\xc2\x9b"
			 "31m"),
		0, DOT "31m");
	assert_text(SPAN("\x9b"
			 "31m"),
		0, DOT "31m");
	assert_text(SPAN("a\xe2\x80\xa8"
			 "b\xe2\x80\xa9"),
		0, "a" DOT "b" DOT);
}

static void text_hides_and_turns_nothing(void **state)
{
	(void)state;
	assert_text(SPAN("a" RLO "b" ZWSP "c"), 0, "a" DOT "b" DOT "c");
	assert_text(SPAN("\xef\xbb\xbf\xc2\xad\xe2\x80\x8d"), 0, DOT DOT DOT);
	assert_text(SPAN("\xef\xb8\x8f\xf3\xa0\x81\x81"), 0, DOT DOT);
	/* Private use, a noncharacter, an unassigned character. */
	assert_text(SPAN("\xee\x80\x80\xef\xbf\xbf\xcd\xb8"), 0, DOT DOT DOT);
	assert_text(SPAN("\xf3\xb0\x80\x80\xef\xb7\x90"), 0, DOT DOT);
}

static void each_bad_part_is_one_dot(void **state)
{
	(void)state;
	assert_text(SPAN("a\xff\xfe"
			 "b"),
		0, "a" DOT DOT "b");
	assert_text(SPAN("a\xe2\x82"
			 "b"),
		0, "a" DOT "b");
	assert_text(SPAN("\xed\xa0\x80"), 0, DOT DOT DOT);
}

static void two_marks_may_follow_a_character(void **state)
{
	(void)state;
	assert_text(SPAN("e" ACUTE ACUTE), 0, "e" ACUTE ACUTE);
	assert_text(SPAN("e" ACUTE ACUTE ACUTE ACUTE "x" ACUTE), 0,
		"e" ACUTE ACUTE "x" ACUTE);
}

static void a_mark_cannot_join_what_stands_before_the_text(void **state)
{
	(void)state;
	assert_text(SPAN(ACUTE "e"), 0, DOT "e");
	assert_text(SPAN(ACUTE ACUTE ACUTE ACUTE), 0, DOT ACUTE ACUTE);
}

static void text_is_cut_with_an_ellipsis(void **state)
{
	(void)state;
	assert_text(SPAN("abcdef"), 6, "abcdef");
	assert_text(SPAN("abcdef"), 5, "abcd" DOTS);
	assert_text(SPAN("abcdef"), 1, DOTS);
	assert_text(SPAN("a"), 1, "a");
	assert_text(SPAN("abcdef"), 0, "abcdef");
}

static void wide_characters_are_not_halved(void **state)
{
	(void)state;
	assert_text(SPAN(KANJI KANJI), 4, KANJI KANJI);
	assert_text(SPAN(KANJI KANJI), 3, KANJI DOTS);
	assert_text(SPAN(KANJI KANJI KANJI), 4, KANJI DOTS);
	assert_text(SPAN(KANJI), 1, DOTS);
}

static void marks_before_the_cut_are_kept(void **state)
{
	(void)state;
	assert_text(SPAN("abe" ACUTE), 3, "abe" ACUTE);
	assert_text(SPAN("ae" ACUTE "xyz"), 3, "ae" ACUTE DOTS);
	assert_text(SPAN("abcd" ACUTE), 3, "ab" DOTS);
}

static void a_buffer_gets_whole_characters(void **state)
{
	char out[8];

	(void)state;
	memset(out, 'z', sizeof out);
	text_clean_to(out, 6, SPAN("a" EURO EURO));
	assert_string_equal(out, "a" EURO);
	assert_int_equal(out[6], 'z');
	text_clean_to(out, 8, SPAN("a" EURO EURO));
	assert_string_equal(out, "a" EURO EURO);
	text_clean_to(out, 8,
		SPAN("\x1b"
		     "ab" EURO "c"));
	assert_string_equal(out, DOT "ab" EURO);
	text_clean_to(out, 1, SPAN("abc"));
	assert_string_equal(out, "");
	text_clean_to(out, 8, span_of(NULL, 0));
	assert_string_equal(out, "");
}

static void knows_widths(void **state)
{
	(void)state;
	assert_int_equal(utf8_width('a'), 1);
	assert_int_equal(utf8_width(' '), 1);
	assert_int_equal(utf8_width(0xb7), 1);
	assert_int_equal(utf8_width(0x2026), 1);
	assert_int_equal(utf8_width(0x301), 0);
	assert_int_equal(utf8_width(0x6f22), 2);
	assert_int_equal(utf8_width(0x1f600), 2);
	assert_int_equal(utf8_width(0), -1);
	assert_int_equal(utf8_width('\n'), -1);
	assert_int_equal(utf8_width(0x7f), -1);
	assert_int_equal(utf8_width(0x9b), -1);
	assert_int_equal(utf8_width(0x202e), -1);
	assert_int_equal(utf8_width(0xd800), -1);
	assert_int_equal(utf8_width(0x110000), -1);
	assert_int_equal(utf8_width(UTF8_BAD), -1);
	assert_int_equal(text_width("a" KANJI "e" ACUTE DOTS), 5);
	assert_int_equal(text_width(""), 0);
}

static void without_utf8_only_ascii_is_put_out(void **state)
{
	char out[8];

	(void)state;
	text_set_utf8(false);
	assert_false(text_is_utf8());
	assert_text(SPAN("a\x1b" EURO KANJI ACUTE "\xff"
			 "b"),
		0, "a.....b");
	assert_text(SPAN("abcdef"), 5, "ab...");
	assert_text(SPAN("abcdef"), 3, "...");
	assert_text(SPAN("abcdef"), 2, "..");
	assert_text(SPAN("abcdef"), 1, ".");
	assert_text(SPAN("abc"), 3, "abc");
	text_clean_to(out, sizeof out, SPAN(EURO "x\xc2\xb7"));
	assert_string_equal(out, ".x.");
	assert_int_equal(utf8_width(0xb7), -1);
	assert_int_equal(utf8_width('x'), 1);
	text_set_utf8(true);
}

static void every_character_cleans_to_something_shown(void **state)
{
	(void)state;
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		char raw[4];
		char text[16];
		size_t n = utf8_encode(c, raw);
		int width = utf8_width(c);

		if (!n)
			continue;
		text_clean_to(text, sizeof text, span_of(raw, n));
		if (width > 0)
			assert_int_equal(text_width(text), width);
		else
			assert_string_equal(text, DOT);
	}
}

static int use_utf8(void **state)
{
	(void)state;
	text_set_utf8(true);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_every_length),
		cmocka_unit_test(marks_the_maximal_bad_part),
		cmocka_unit_test(decodes_nothing_from_nothing),
		cmocka_unit_test(encodes_scalar_values_only),
		cmocka_unit_test(a_harmless_name_stays),
		cmocka_unit_test(a_name_cannot_leave_its_folder),
		cmocka_unit_test(a_name_has_no_controls),
		cmocka_unit_test(a_name_has_nothing_hidden),
		cmocka_unit_test(a_long_name_keeps_its_extension),
		cmocka_unit_test(a_long_extension_is_cut_like_the_rest),
		cmocka_unit_test(a_long_name_is_cut_at_a_character),
		cmocka_unit_test(names_of_exactly_the_limit_stay),
		cmocka_unit_test(printable_text_stays),
		cmocka_unit_test(text_cannot_steer_the_terminal),
		cmocka_unit_test(text_hides_and_turns_nothing),
		cmocka_unit_test(each_bad_part_is_one_dot),
		cmocka_unit_test(two_marks_may_follow_a_character),
		cmocka_unit_test(
			a_mark_cannot_join_what_stands_before_the_text),
		cmocka_unit_test(text_is_cut_with_an_ellipsis),
		cmocka_unit_test(wide_characters_are_not_halved),
		cmocka_unit_test(marks_before_the_cut_are_kept),
		cmocka_unit_test(a_buffer_gets_whole_characters),
		cmocka_unit_test(knows_widths),
		cmocka_unit_test(without_utf8_only_ascii_is_put_out),
		cmocka_unit_test(every_character_cleans_to_something_shown),
	};

	/* Widths are those of a UTF-8 locale, which glibc has built in. */
	if (!setlocale(LC_CTYPE, "C.UTF-8")) {
		puts("skipped: there is no locale C.UTF-8");
		return 0;
	}
	return cmocka_run_group_tests(tests, use_utf8, NULL);
}
