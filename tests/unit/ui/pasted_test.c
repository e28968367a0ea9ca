/*
 * pasted_test.c - links found in what was pasted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "ui/pasted.h"

#define HASH "0123456789abcdef0123456789abcdef01234567"

static void takes(const char *text, const char *expected)
{
	struct paste_list p = {.at = NULL};
	struct buf b = {0};

	pasted_take(&p, text);
	for (size_t i = 0; i < p.n; i++)
		buf_printf(&b, "%s|", p.at[i]);
	buf_add_byte(&b, '\0');
	assert_string_equal((const char *)b.p, expected);
	buf_free(&b);
	pasted_stop(&p);
}

static void takes_one_of_each_line(void **state)
{
	(void)state;
	takes("magnet:?xt=urn:btih:" HASH "\n" HASH "\n\nhttps://a.example/x\n"
	      "/tmp/a.torrent",
		"magnet:?xt=urn:btih:" HASH "|" HASH "|https://a.example/x|"
		"/tmp/a.torrent|");
}

static void takes_several_of_one_line(void **state)
{
	(void)state;
	takes("  magnet:?a  " HASH " ~/b.torrent ",
		"magnet:?a|" HASH "|~/b.torrent|");
}

static void a_path_may_have_blanks(void **state)
{
	(void)state;
	takes("/tmp/my own.torrent", "/tmp/my own.torrent|");
	takes("'/tmp/my own.torrent' \"b c.TORRENT\"",
		"/tmp/my own.torrent|b c.TORRENT|");
	takes("magnet:?dn=two words", "magnet:?dn=two words|");
}

static void other_text_is_left_out(void **state)
{
	(void)state;
	takes("", "");
	takes("qqqddd", "");
	takes("  \n\n '' ", "");
	takes("read https://a.example/x\nmagnet:?a\n.torrent", "magnet:?a|");
	takes("https://a.example/x is it", "https://a.example/x|");
	takes("'", "");
	takes("'magnet:?a", "magnet:?a|");
}

static void nothing_is_taken_twice(void **state)
{
	(void)state;
	takes("magnet:?a magnet:?b\nmagnet:?a", "magnet:?a|magnet:?b|");
}

static void takes_no_more_than_it_may(void **state)
{
	struct paste_list p = {.at = NULL};
	struct buf b = {0};

	(void)state;
	for (unsigned i = 0; i < PASTED_MAX + 10; i++)
		buf_printf(&b, "magnet:?%u%c", i, i % 7 ? ' ' : '\n');
	buf_add_byte(&b, '\0');
	pasted_take(&p, (const char *)b.p);
	assert_int_equal(p.n, PASTED_MAX);
	assert_string_equal(p.at[999], "magnet:?999");
	buf_free(&b);
	pasted_stop(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_one_of_each_line),
		cmocka_unit_test(takes_several_of_one_line),
		cmocka_unit_test(a_path_may_have_blanks),
		cmocka_unit_test(other_text_is_left_out),
		cmocka_unit_test(nothing_is_taken_twice),
		cmocka_unit_test(takes_no_more_than_it_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
