#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "cli/show.h"

/* Two files and a tracker whose texts hold an escape sequence. */
static const char torrent[] =
	"d8:announce17:http://t/announce7:comment6:a\033[2Jb4:infod5:filesl"
	"d6:lengthi1e4:pathl3:sub1:aeed6:lengthi2e4:pathl3:sub1:bee"
	"e4:name1:n12:piece lengthi16384e6:pieces20:01234567890123456789ee";

static struct metainfo *parse(void)
{
	struct fault fault = {0};
	struct metainfo *m;

	assert_int_equal(metainfo_parse(span_str(torrent), &m, &fault), ERR_OK);
	return m;
}

static const char *text_of(struct buf *b)
{
	buf_add_byte(b, 0);
	return (const char *)b->p;
}

static void shows_a_torrent_without_control_bytes(void **state)
{
	struct metainfo *m = parse();
	struct buf out = {0};
	const char *text;

	(void)state;
	show_metainfo_text(m, &out);
	text = text_of(&out);
	assert_null(strchr(text, '\033'));
	assert_non_null(strstr(text, "name         n\n"));
	assert_non_null(strstr(text, "info-hash v1 "));
	assert_null(strstr(text, "info-hash v2 "));
	assert_non_null(strstr(text, "size         3 B in 2 files\n"));
	assert_non_null(strstr(text, "pieces       1 of 16.0 KiB\n"));
	assert_non_null(strstr(text, "tier 1  http://t/announce\n"));
	assert_non_null(strstr(text, "comment      a.[2Jb\n"));
	buf_free(&out);
	metainfo_free(m);
}

static void draws_each_folder_once(void **state)
{
	struct metainfo *m = parse();
	struct buf out = {0};

	(void)state;
	show_tree(m, &out);
	assert_string_equal(text_of(&out), "  n/\n"
					   "    sub/\n"
					   "      a  1 B  #1\n"
					   "      b  2 B  #2\n");
	buf_free(&out);
	metainfo_free(m);
}

static void writes_one_line_of_json(void **state)
{
	struct metainfo *m = parse();
	struct buf out = {0};
	const char *text;

	(void)state;
	show_metainfo_json(m, &out);
	text = text_of(&out);
	assert_null(strchr(text, '\n'));
	assert_null(strchr(text, '\033'));
	assert_non_null(strstr(text, "\"info_hash_v2\":null"));
	assert_non_null(strstr(text,
		"{\"number\":2,\"path\":\"n/sub/b\",\"size\":2}"));
	buf_free(&out);
	metainfo_free(m);
}

static void shows_what_is_in_a_link(void **state)
{
	static const char link[] =
		"magnet:?xt=urn:btih:0123456789012345678901234567890123456789"
		"&dn=a%1bb&tr=udp://t:1&x.pe=1.2.3.4:5&so=0,2-3&xl=2048";
	struct magnet *m;
	struct fault fault = {0};
	struct buf out = {0};
	const char *text;

	(void)state;
	assert_int_equal(magnet_parse(span_str(link), &m, &fault), ERR_OK);
	show_magnet_text(m, &out);
	text = text_of(&out);
	assert_non_null(strstr(text, "name         a.b\n"));
	assert_non_null(strstr(text, "size         2.00 KiB (2,048 bytes)\n"));
	assert_non_null(strstr(text, "trackers     udp://t:1\n"));
	assert_non_null(strstr(text, "peers        1.2.3.4:5\n"));
	assert_non_null(strstr(text, "files        1,3-4\n"));
	buf_free(&out);
	show_magnet_json(m, &out);
	text = text_of(&out);
	assert_non_null(strstr(text, "\"select\":[{\"first\":1,\"last\":1},"
				     "{\"first\":3,\"last\":4}]"));
	buf_free(&out);
	magnet_free(m);
}

static int setup(void **state)
{
	(void)state;
	hash_setup();
	text_set_utf8(false);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hash_teardown();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_a_torrent_without_control_bytes),
		cmocka_unit_test(draws_each_folder_once),
		cmocka_unit_test(writes_one_line_of_json),
		cmocka_unit_test(shows_what_is_in_a_link),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
