/*
 * The rules one by one; the corpus test has them all at once, on other
 * people's files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/codec.h"
#include "metainfo_check.h"

#define HASH20 "xxxxxxxxxxxxxxxxxxxx"
#define PIECE "12:piece lengthi16384e"
#define ONE "6:pieces20:" HASH20
#define TWO "6:pieces40:" HASH20 HASH20

/* The smallest good info dictionary, and a .torrent of one. */
#define INFO "d6:lengthi5e4:name1:n" PIECE ONE "e"
#define TORRENT "d4:info" INFO "e"

static struct fault fault;

static enum err try_span(struct span s, struct metainfo **m)
{
	memset(&fault, 0, sizeof fault);
	return metainfo_parse(s, m, &fault);
}

static struct metainfo *parse(const char *text)
{
	struct metainfo *m = NULL;

	assert_int_equal(try_span(span_str(text), &m), ERR_OK);
	assert_ptr_equal(metainfo_flaw(m), NULL);
	return m;
}

static void assert_refused(const char *text, enum err want, const char *why)
{
	struct metainfo *m = NULL;

	assert_int_equal(try_span(span_str(text), &m), want);
	assert_null(m);
	assert_int_equal(fault.code, want);
	if (!strstr(fault.what, why))
		print_error("said: %s\n", fault.what);
	assert_non_null(strstr(fault.what, why));
}

/* Files of a multi-file torrent, with these entries and piece hashes. */
#define MULTI(entries, pieces)                                                 \
	"d4:infod5:filesl" entries "e4:name1:d" PIECE pieces "ee"
#define ENTRY(length, path) "d6:lengthi" length "e4:pathl" path "ee"

static void reads_a_single_file(void **state)
{
	struct metainfo *m = parse(TORRENT);
	char hex[INFOHASH_HEX_MAX];

	(void)state;
	assert_string_equal(m->name, "n");
	assert_string_equal(m->raw_name, "n");
	assert_int_equal(m->nfiles, 1);
	assert_string_equal(m->files[0].path, "n");
	assert_int_equal(m->files[0].length, 5);
	assert_int_equal(m->total, 5);
	assert_int_equal(m->npieces, 1);
	assert_false(m->is_multi);
	assert_false(m->is_private);
	assert_true(m->has_v1 && !m->has_v2);
	assert_memory_equal(m->pieces, HASH20, 20);
	assert_null(m->layers);
	assert_null(m->comment);
	assert_true(span_is(m->info, INFO));
	uint8_t digest[20];
	char want[41];
	sha1(span_str(INFO), digest);
	hex_encode(digest, 20, want);
	infohash_hex(&m->hash, hex);
	assert_string_equal(hex, want);
	metainfo_free(m);
	metainfo_free(NULL);
}

static void reads_several_files(void **state)
{
	struct metainfo *m = parse(MULTI(ENTRY("16380", "1:a1:b") ENTRY("0",
						 "1:e") ENTRY("8", "1:c"),
		TWO));

	(void)state;
	assert_true(m->is_multi);
	assert_int_equal(m->nfiles, 3);
	assert_string_equal(m->files[0].path, "d/a/b");
	assert_string_equal(m->files[1].path, "d/e");
	assert_int_equal(m->files[2].offset, 16380);
	assert_int_equal(m->total, 16388);
	assert_int_equal(m->npieces, 2);
	assert_int_equal(metainfo_piece_size(m, 0), 16384);
	assert_int_equal(metainfo_piece_size(m, 1), 4);
	assert_int_equal(metainfo_piece_size(m, 2), 0);
	metainfo_free(m);
}

static void ignores_bytes_behind_the_torrent(void **state)
{
	(void)state;
	metainfo_free(parse(TORRENT "\r\nmore"));
}

static void says_what_a_file_is_instead(void **state)
{
	struct metainfo *m = NULL;
	char zeros[64] = {0};

	(void)state;
	assert_refused("", ERR_SYNTAX, "empty");
	assert_refused("<!DOCTYPE html>", ERR_SYNTAX, "web page");
	assert_refused("\x1f\x8b\x08xx", ERR_SYNTAX, "gzip");
	assert_refused("d4:info", ERR_SYNTAX, "cut off");
	assert_refused("hello", ERR_SYNTAX, "not a torrent");
	assert_refused("d1:ai03ee", ERR_RANGE, "number");
	assert_int_equal(try_span(span_of(zeros, sizeof zeros), &m),
		ERR_SYNTAX);
	assert_non_null(strstr(fault.what, "zeros"));
	memset(zeros, 'l', sizeof zeros);
	char deep[300];
	memset(deep, 'l', sizeof deep);
	assert_int_equal(try_span(span_of(deep, sizeof deep), &m), ERR_LIMIT);
	assert_int_equal(try_span(span_of(zeros, METAINFO_FILE_MAX + 1u), &m),
		ERR_LIMIT);
	assert_non_null(strstr(fault.what, "64 MiB"));
}

static void needs_an_info_dictionary(void **state)
{
	(void)state;
	assert_refused("de", ERR_SYNTAX, "'info'");
	assert_refused("d4:info1:xe", ERR_SYNTAX, "'info'");
	assert_refused("d4:infolee", ERR_SYNTAX, "'info'");
	assert_refused("le", ERR_SYNTAX, "'info'");
	assert_refused("d4:infodee", ERR_SYNTAX, "'name'");
}

static void refuses_equal_keys_in_the_info_dictionary(void **state)
{
	(void)state;
	assert_refused("d4:infod6:lengthi5e4:name1:n4:name1:m" PIECE ONE "ee",
		ERR_SYNTAX, "twice");
	/* Elsewhere the first of them counts. */
	struct metainfo *m = parse("d4:info" INFO "4:info"
				   "de"
				   "e");
	assert_string_equal(m->name, "n");
	metainfo_free(m);
}

static void refuses_impossible_piece_lengths(void **state)
{
	static const char *const bad[] = {"0", "-16384", "2147483648",
		"4294967296", "9223372036854775807"};
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(text, sizeof text,
			"d4:infod6:lengthi5e4:name1:n12:piece lengthi%se" ONE
			"ee",
			bad[i]);
		assert_refused(text, ERR_RANGE, "'piece length'");
	}
	assert_refused("d4:infod6:lengthi5e4:name1:n" ONE "ee", ERR_SYNTAX,
		"'piece length'");
	struct metainfo *m = parse("d4:infod6:lengthi5e4:name1:n"
				   "12:piece lengthi2147483647e" ONE "ee");
	assert_int_equal(metainfo_piece_size(m, 0), 5);
	metainfo_free(m);
}

static void refuses_impossible_sizes(void **state)
{
	(void)state;
	assert_refused("d4:infod6:lengthi0e4:name1:n" PIECE ONE "ee", ERR_RANGE,
		"size is 0");
	assert_refused("d4:infod6:lengthi-1e4:name1:n" PIECE ONE "ee",
		ERR_RANGE, "negative");
	assert_refused("d4:infod6:length1:54:name1:n" PIECE ONE "ee",
		ERR_SYNTAX, "length");
	assert_refused("d4:infod4:name1:n" PIECE ONE "ee", ERR_SYNTAX,
		"neither files");
	assert_refused(MULTI("", ONE), ERR_SYNTAX, "no files");
	assert_refused(MULTI(ENTRY("0", "1:a"), "6:pieces0:"), ERR_RANGE,
		"size is 0");
	assert_refused(MULTI(ENTRY("9223372036854775807", "1:a")
				       ENTRY("1", "1:b"),
			       ONE),
		ERR_RANGE, "add up");
	assert_refused(MULTI(ENTRY("10", "1:a") ENTRY("-5", "1:b"), ONE),
		ERR_RANGE, "file 2");
	assert_refused(MULTI(ENTRY("9223372036854775807", "1:a"), ONE),
		ERR_LIMIT, "pieces");
}

static void wants_as_many_hashes_as_pieces(void **state)
{
	(void)state;
	assert_refused("d4:infod6:lengthi5e4:name1:n" PIECE TWO "ee", ERR_RANGE,
		"ask for 1");
	assert_refused("d4:infod6:lengthi16385e4:name1:n" PIECE ONE "ee",
		ERR_RANGE, "ask for 2");
	assert_refused("d4:infod6:lengthi5e4:name1:n" PIECE "6:pieces3:abcee",
		ERR_SYNTAX, "whole number");
	assert_refused("d4:infod6:lengthi5e4:name1:n" PIECE "6:piecesleee",
		ERR_SYNTAX, "'pieces'");
}

static void wants_a_list_of_names_as_path(void **state)
{
	(void)state;
	assert_refused(MULTI("d6:lengthi5ee", ONE), ERR_SYNTAX, "file 1");
	assert_refused(MULTI("d6:lengthi5e4:path1:xe", ONE), ERR_SYNTAX,
		"file 1");
	assert_refused(MULTI(ENTRY("5", ""), ONE), ERR_SYNTAX, "path");
	assert_refused(MULTI(ENTRY("5", "i3e"), ONE), ERR_SYNTAX, "path");
	assert_refused(MULTI("1:x", ONE), ERR_SYNTAX, "not a dictionary");
	assert_refused("d4:infod5:files1:x6:lengthi5e4:name1:n" PIECE ONE "ee",
		ERR_SYNTAX, "'files'");
}

static void files_win_over_a_length(void **state)
{
	struct metainfo *m = parse("d4:infod5:filesl" ENTRY("7",
		"1:a") "e6:lengthi5e4:name1:d" PIECE ONE "ee");

	(void)state;
	assert_true(m->is_multi);
	assert_int_equal(m->total, 7);
	metainfo_free(m);
}

static void prefers_utf8_fields_that_are_valid(void **state)
{
	struct metainfo *m =
		parse("d4:infod5:filesl"
		      "d6:lengthi1e4:pathl1:ae10:path.utf-8l2:\xc3\xa9"
		      "ee"
		      "d6:lengthi1e4:pathl1:be10:path.utf-8l1:\xff"
		      "ee"
		      "d6:lengthi1e4:pathl1:ce10:path.utf-8lee"
		      "e4:name1:n10:name.utf-82:\xc3\xa4" PIECE ONE "ee");

	(void)state;
	assert_string_equal(m->name, "\xc3\xa4");
	assert_string_equal(m->files[0].path, "\xc3\xa4/\xc3\xa9");
	assert_string_equal(m->files[1].path, "\xc3\xa4/b");
	assert_string_equal(m->files[2].path, "\xc3\xa4/c");
	metainfo_free(m);
	m = parse("d4:infod6:lengthi5e4:name1:n10:name.utf-81:\xff" PIECE ONE
		  "ee");
	assert_string_equal(m->name, "n");
	metainfo_free(m);
}

static void assert_name(const char *name, size_t n, const char *want)
{
	struct buf b = {0};
	struct metainfo *m = NULL;
	char hex[INFOHASH_HEX_MAX];

	buf_printf(&b, "d4:infod6:lengthi5e4:name%zu:", n);
	buf_add(&b, span_of(name, n));
	buf_add_str(&b, PIECE ONE "ee");
	assert_int_equal(try_span(buf_span(&b), &m), ERR_OK);
	infohash_hex(&m->hash, hex);
	assert_string_equal(m->name, want ? want : hex);
	assert_string_equal(m->files[0].path, m->name);
	assert_null(metainfo_flaw(m));
	metainfo_free(m);
	buf_free(&b);
}

static void makes_the_name_safe(void **state)
{
	(void)state;
	assert_name("a/b", 3, "a_b");
	assert_name("../../etc", 9, ".._.._etc");
	assert_name("x\x1b[2J", 5, "x_[2J");
	assert_name("a\0b", 3, "a_b");
	assert_name("_", 1, "_");
	assert_name(".hidden ", 8, ".hidden ");
	assert_name("back\\slash", 10, "back\\slash");
}

static void a_name_of_which_nothing_is_left_becomes_the_hash(void **state)
{
	(void)state;
	assert_name("", 0, NULL);
	assert_name(".", 1, NULL);
	assert_name("..", 2, NULL);
	assert_name("/", 1, NULL);
	assert_name("\0", 1, NULL);
	assert_name("\xe2\x80\xae", 3, NULL);
}

static void equal_paths_are_told_apart(void **state)
{
	struct metainfo *m = parse(MULTI(ENTRY("1", "1:a") ENTRY("1", "1:a")
						 ENTRY("1", "1:a1:b"),
		ONE));

	(void)state;
	assert_string_equal(m->files[0].path, "d/a");
	assert_string_equal(m->files[1].path, "d/a (2)");
	assert_string_equal(m->files[2].path, "d/a (3)/b");
	metainfo_free(m);
}

static void padding_is_counted_but_takes_no_name(void **state)
{
	struct metainfo *m = parse(MULTI(
		ENTRY("1", "1:a") "d4:attr1:p6:lengthi16383e4:pathl4:.pad5:"
				  "16383ee" ENTRY("2",
					  "4:.pad5:16383") "d6:lengthi5e4:"
							   "pathl20:_____"
							   "padding_file_00ee",
		TWO));

	(void)state;
	assert_false(m->files[0].is_pad);
	assert_true(m->files[1].is_pad);
	assert_false(m->files[2].is_pad);
	assert_true(m->files[3].is_pad);
	assert_string_equal(m->files[2].path, "d/.pad/16383");
	assert_int_equal(m->files[2].offset, 16384);
	assert_int_equal(m->total, 16391);
	assert_int_equal(m->content, 3);
	metainfo_free(m);
	assert_refused(MULTI("d4:attr1:p6:lengthi5e4:pathl1:pee", ONE),
		ERR_RANGE, "no data");
}

static void symlinks_have_no_length(void **state)
{
	struct metainfo *m =
		parse(MULTI(ENTRY("5", "1:a") "d4:attr2:lx6:lengthi425e4:"
					      "pathl1:be12:symlink pathl1:aee"
					      "d4:attr1:l4:pathl1:cee",
			ONE));

	(void)state;
	assert_true(m->files[1].is_symlink && m->files[1].is_executable);
	assert_int_equal(m->files[1].length, 0);
	assert_true(m->files[2].is_symlink);
	assert_int_equal(m->total, 5);
	metainfo_free(m);
	assert_refused(MULTI(ENTRY("5", "1:a") "d4:attr1:l6:lengthi0e4:pathl1:"
					       "be12:symlink pathli4eee",
			       ONE),
		ERR_SYNTAX, "symlink");
	assert_refused(MULTI(ENTRY("5", "1:a") "d4:attr1:l6:lengthi0e4:pathl1:"
					       "be12:symlink path1:xe",
			       ONE),
		ERR_SYNTAX, "symlink");
}

static void anything_but_zero_is_private(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} cases[] = {
		{"", false},
		{"7:privatei0e", false},
		{"7:privatei1e", true},
		{"7:privatei2e", true},
		{"7:privatei-1e", true},
		{"7:private1:0", true},
	};
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(text, sizeof text,
			"d4:infod6:lengthi5e4:name1:n" PIECE ONE "%see",
			cases[i].text);
		struct metainfo *m = parse(text);
		assert_int_equal(m->is_private, cases[i].want);
		metainfo_free(m);
	}
}

static void reads_trackers_in_tiers(void **state)
{
	struct metainfo *m =
		parse("d8:announce15:http://ignored/"
		      "13:announce-listl"
		      "l9:udp://a:113:http://b/ann e" /* a blank is cut */
		      "le"
		      "i5e"
		      "l3:bad9:udp://a:1e" /* nothing new here */
		      "l9:udp://c:1e"
		      "9:udp://d:1"
		      "e"
		      "4:info" INFO "e");

	(void)state;
	assert_int_equal(m->ntrackers, 4);
	assert_string_equal(m->trackers[0].url, "udp://a:1");
	assert_string_equal(m->trackers[1].url, "http://b/ann");
	assert_int_equal(m->trackers[1].tier, 0);
	assert_string_equal(m->trackers[2].url, "udp://c:1");
	assert_int_equal(m->trackers[2].tier, 1);
	assert_string_equal(m->trackers[3].url, "udp://d:1");
	assert_int_equal(m->trackers[3].tier, 2);
	metainfo_free(m);
}

static void the_single_tracker_counts_without_a_list(void **state)
{
	struct metainfo *m = parse("d8:announce9:udp://a:113:announce-listle"
				   "4:info" INFO "e");

	(void)state;
	assert_int_equal(m->ntrackers, 1);
	assert_string_equal(m->trackers[0].url, "udp://a:1");
	metainfo_free(m);
	m = parse("d8:announcei3e13:announce-listi4e4:info" INFO "e");
	assert_int_equal(m->ntrackers, 0);
	metainfo_free(m);
}

static void keeps_a_bounded_number_of_trackers(void **state)
{
	struct metainfo *m = NULL;
	struct buf b = {0};

	(void)state;
	buf_add_str(&b, "d13:announce-listl");
	for (unsigned i = 10000; i < 13000; i++)
		buf_printf(&b, "l13:udp://a:%ue", i);
	buf_add_str(&b, "e4:info" INFO "8:url-listl");
	for (unsigned i = 10000; i < 13000; i++)
		buf_printf(&b, "14:http://a:%u", i);
	buf_add_str(&b, "e5:nodesl");
	for (unsigned i = 10000; i < 13000; i++)
		buf_printf(&b, "l1:hi%uee", i);
	buf_add_str(&b, "ee");
	assert_int_equal(try_span(buf_span(&b), &m), ERR_OK);
	assert_int_equal(m->ntrackers, METAINFO_TRACKERS_MAX);
	assert_int_equal(m->nwebseeds, METAINFO_WEBSEEDS_MAX);
	assert_int_equal(m->nnodes, METAINFO_NODES_MAX);
	assert_null(metainfo_flaw(m));
	metainfo_free(m);
	buf_free(&b);
}

static void reads_web_seeds_as_string_or_list(void **state)
{
	struct metainfo *m = parse("d4:info" INFO "8:url-list10:http://w/fe");

	(void)state;
	assert_int_equal(m->nwebseeds, 1);
	assert_string_equal(m->webseeds[0], "http://w/f");
	metainfo_free(m);
	m = parse("d4:info" INFO "8:url-listl10:http://w/f0:i3e10:http://w/f"
		  "9:udp://a:111:https://w/xee");
	assert_int_equal(m->nwebseeds, 2);
	assert_string_equal(m->webseeds[1], "https://w/x");
	metainfo_free(m);
}

static void reads_dht_nodes(void **state)
{
	struct metainfo *m = parse("d4:info" INFO "5:nodesl"
				   "l9:127.0.0.1i6881ee"
				   "l3:::1i1ee"
				   "l1:ai0ee"
				   "l1:ai65536ee"
				   "l1:ae"
				   "1:x"
				   "li3e1:xe"
				   "l3:a bi1ee"
				   "ee");

	(void)state;
	assert_int_equal(m->nnodes, 2);
	assert_string_equal(m->nodes[0], "127.0.0.1:6881");
	assert_string_equal(m->nodes[1], "[::1]:1");
	metainfo_free(m);
}

static void cleans_texts_for_screens(void **state)
{
	struct metainfo *m = parse("d7:comment5:a\x1b[2J"
				   "10:created by3:b\rc"
				   "13:creation datei1234567e"
				   "4:infod6:lengthi5e4:name3:x\ny" PIECE ONE
				   "6:source2:s\te"
				   "e");

	(void)state;
	assert_string_equal(m->comment, "a\xc2\xb7[2J");
	assert_string_equal(m->created_by, "b\xc2\xb7"
					   "c");
	assert_string_equal(m->source, "s\xc2\xb7");
	assert_string_equal(m->raw_name, "x\xc2\xb7y");
	assert_string_equal(m->name, "x_y");
	assert_int_equal(m->created_s, 1234567);
	metainfo_free(m);
}

static void cuts_long_texts_at_a_character(void **state)
{
	struct metainfo *m = NULL;
	struct buf b = {0};

	(void)state;
	buf_add_str(&b, "d7:comment6001:x");
	for (unsigned i = 0; i < 2000; i++)
		buf_add_str(&b, "\xe2\x82\xac");
	buf_add_str(&b, "4:info" INFO "e");
	assert_int_equal(try_span(buf_span(&b), &m), ERR_OK);
	assert_int_equal(strlen(m->comment), 4096);
	assert_null(metainfo_flaw(m));
	metainfo_free(m);
	buf_free(&b);
}

static void dates_beyond_reason_are_none(void **state)
{
	static const char *const dates[] = {"0", "-1", "253402300800",
		"9223372036854775807", "-9223372036854775808"};
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
		snprintf(text, sizeof text,
			"d13:creation datei%se4:info" INFO "e", dates[i]);
		struct metainfo *m = parse(text);
		assert_int_equal(m->created_s, 0);
		metainfo_free(m);
	}
}

static void reads_an_info_dictionary_alone(void **state)
{
	struct metainfo *m = NULL;
	struct metainfo *whole = parse(TORRENT);

	(void)state;
	assert_int_equal(metainfo_parse_info(span_str(INFO), &m, &fault),
		ERR_OK);
	assert_true(infohash_same(&m->hash, &whole->hash));
	assert_int_equal(m->ntrackers, 0);
	metainfo_free(m);
	metainfo_free(whole);
	m = NULL;
	assert_int_equal(metainfo_parse_info(span_str(INFO "x"), &m, &fault),
		ERR_SYNTAX);
	assert_int_equal(metainfo_parse_info(span_str("le"), &m, NULL),
		ERR_SYNTAX);
	assert_int_equal(metainfo_parse_info(span_of(INFO,
						     METAINFO_INFO_MAX + 1u),
				 &m, &fault),
		ERR_LIMIT);
	assert_null(m);
}

static void writes_a_torrent_again(void **state)
{
	static const struct meta_tracker trackers[] = {
		{"udp://a:1", 0}, {"udp://b:1", 0}, {"http://c/", 3}};
	static const char *const seeds[] = {"http://w/f"};
	struct buf out = {0};

	(void)state;
	metainfo_write(span_str(INFO), trackers, 3, seeds, 1, &out);
	assert_true(span_is(buf_span(&out),
		"d8:announce9:udp://a:113:announce-list"
		"ll9:udp://a:19:udp://b:1el9:http://c/ee"
		"4:info" INFO "8:url-listl10:http://w/fee"));
	buf_free(&out);
	metainfo_write(span_str(INFO), NULL, 0, NULL, 0, &out);
	assert_true(span_is(buf_span(&out), TORRENT));
	buf_free(&out);
}

static void paths_have_a_budget_in_all(void **state)
{
	struct metainfo *m = NULL;
	struct buf b = {0};

	(void)state;
	buf_add_str(&b, "d4:infod5:filesl");
	for (unsigned i = 0; i < 60000; i++)
		buf_printf(&b, "d6:lengthi1e4:pathl5:%05uee", i);
	buf_add_str(&b, "e4:name255:");
	for (unsigned i = 0; i < 255; i++)
		buf_add_byte(&b, 'n');
	buf_add_str(&b, PIECE TWO "ee");
	assert_int_equal(try_span(buf_span(&b), &m), ERR_LIMIT);
	assert_non_null(strstr(fault.what, "paths"));
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_single_file),
		cmocka_unit_test(reads_several_files),
		cmocka_unit_test(ignores_bytes_behind_the_torrent),
		cmocka_unit_test(says_what_a_file_is_instead),
		cmocka_unit_test(needs_an_info_dictionary),
		cmocka_unit_test(refuses_equal_keys_in_the_info_dictionary),
		cmocka_unit_test(refuses_impossible_piece_lengths),
		cmocka_unit_test(refuses_impossible_sizes),
		cmocka_unit_test(wants_as_many_hashes_as_pieces),
		cmocka_unit_test(wants_a_list_of_names_as_path),
		cmocka_unit_test(files_win_over_a_length),
		cmocka_unit_test(prefers_utf8_fields_that_are_valid),
		cmocka_unit_test(makes_the_name_safe),
		cmocka_unit_test(
			a_name_of_which_nothing_is_left_becomes_the_hash),
		cmocka_unit_test(equal_paths_are_told_apart),
		cmocka_unit_test(padding_is_counted_but_takes_no_name),
		cmocka_unit_test(symlinks_have_no_length),
		cmocka_unit_test(anything_but_zero_is_private),
		cmocka_unit_test(reads_trackers_in_tiers),
		cmocka_unit_test(the_single_tracker_counts_without_a_list),
		cmocka_unit_test(keeps_a_bounded_number_of_trackers),
		cmocka_unit_test(reads_web_seeds_as_string_or_list),
		cmocka_unit_test(reads_dht_nodes),
		cmocka_unit_test(cleans_texts_for_screens),
		cmocka_unit_test(cuts_long_texts_at_a_character),
		cmocka_unit_test(dates_beyond_reason_are_none),
		cmocka_unit_test(reads_an_info_dictionary_alone),
		cmocka_unit_test(writes_a_torrent_again),
		cmocka_unit_test(paths_have_a_budget_in_all),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 1;
	text_set_utf8(true);
	hash_setup();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	hash_teardown();
	return failed;
}
