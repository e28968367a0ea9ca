#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "proto/bencode.h"

#define TOKENS 64

static struct benc_tok tokens[TOKENS];

static enum err parse(struct benc_doc *d, const char *text)
{
	struct span s = span_str(text);

	return benc_parse(d, s.p, s.n, tokens, TOKENS);
}

static void assert_refused(const char *text, enum err want)
{
	struct benc_doc d;

	assert_int_equal(parse(&d, text), want);
	assert_int_equal(d.ntok, 0);
}

static void reads_integers_up_to_the_limits_of_int64(void **state)
{
	static const struct {
		const char *text;
		int64_t v;
	} cases[] = {
		{"i0e", 0},
		{"i7e", 7},
		{"i-7e", -7},
		{"i10e", 10},
		{"i9223372036854775807e", INT64_MAX},
		{"i-9223372036854775808e", INT64_MIN},
	};
	struct benc_doc d;
	int64_t v;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(parse(&d, cases[i].text), ERR_OK);
		assert_true(benc_int(&d, BENC_ROOT, &v));
		assert_true(v == cases[i].v);
	}
}

static void refuses_integers_beyond_int64(void **state)
{
	(void)state;
	assert_refused("i9223372036854775808e", ERR_RANGE);
	assert_refused("i-9223372036854775809e", ERR_RANGE);
	assert_refused("i99999999999999999999999999e", ERR_RANGE);
}

static void refuses_integers_that_have_two_spellings(void **state)
{
	(void)state;
	assert_refused("i-0e", ERR_RANGE);
	assert_refused("i00e", ERR_RANGE);
	assert_refused("i03e", ERR_RANGE);
	assert_refused("i-03e", ERR_RANGE);
}

static void refuses_what_is_no_integer(void **state)
{
	static const char *const bad[] = {"ie", "i-e", "i", "i4", "i-", "i+1e",
		"i 1e", "i1.5e", "i0x1e", "i--1e", "i1-e"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_refused(bad[i], ERR_SYNTAX);
}

static void reads_strings_of_any_bytes(void **state)
{
	static const uint8_t text[] = "4:a\0\xff:";
	struct benc_doc d;

	(void)state;
	assert_int_equal(benc_parse(&d, text, 6, tokens, TOKENS), ERR_OK);
	struct span s = benc_str(&d, BENC_ROOT);
	assert_int_equal(s.n, 4);
	assert_memory_equal(s.p, "a\0\xff:", 4);
	assert_int_equal(parse(&d, "0:"), ERR_OK);
	assert_int_equal(benc_str(&d, BENC_ROOT).n, 0);
}

static void refuses_strings_that_reach_past_the_end(void **state)
{
	static const char *const bad[] = {"4:abc", "1:", "3abc", "3", ":",
		"03:abc", "-1:a", "4294967297:a", "18446744073709551615:a",
		"9223372036854775807:a", "2147483648:a", "67108865:a"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_refused(bad[i], ERR_SYNTAX);
}

static void refuses_containers_that_do_not_end(void **state)
{
	(void)state;
	assert_refused("l", ERR_SYNTAX);
	assert_refused("li1e", ERR_SYNTAX);
	assert_refused("d", ERR_SYNTAX);
	assert_refused("d1:ai1e", ERR_SYNTAX);
	assert_refused("d1:al", ERR_SYNTAX);
	assert_refused("e", ERR_SYNTAX);
	assert_refused("", ERR_SYNTAX);
}

static void refuses_dictionaries_without_pairs(void **state)
{
	(void)state;
	assert_refused("d1:ae", ERR_SYNTAX);
	assert_refused("di1ei2ee", ERR_SYNTAX);
	assert_refused("dlei2ee", ERR_SYNTAX);
	assert_refused("d1:ai1e1:be", ERR_SYNTAX);
}

static void refuses_bytes_after_the_value(void **state)
{
	(void)state;
	assert_refused("i1e ", ERR_SYNTAX);
	assert_refused("i1ei2e", ERR_SYNTAX);
	assert_refused("dee", ERR_SYNTAX);
}

static void finds_values_under_their_keys(void **state)
{
	struct benc_doc d;
	int64_t v = 0;

	(void)state;
	assert_int_equal(parse(&d, "d1:ad1:bi1ee1:cl1:xi2ee1:di3ee"), ERR_OK);
	assert_true(benc_int(&d,
		benc_get(&d, benc_get(&d, BENC_ROOT, "a"), "b"), &v));
	assert_int_equal(v, 1);
	assert_true(benc_int(&d, benc_get(&d, BENC_ROOT, "d"), &v));
	assert_int_equal(v, 3);
	assert_int_equal(benc_get(&d, BENC_ROOT, "b"), BENC_NONE);
	assert_int_equal(benc_get(&d, BENC_ROOT, ""), BENC_NONE);
}

static void takes_the_first_of_two_equal_keys(void **state)
{
	struct benc_doc d;
	int64_t v = 0;

	(void)state;
	assert_int_equal(parse(&d, "d1:bi1e1:ai2e1:bi3ee"), ERR_OK);
	assert_true(benc_int(&d, benc_get(&d, BENC_ROOT, "b"), &v));
	assert_int_equal(v, 1);
}

static void finds_an_empty_key(void **state)
{
	struct benc_doc d;

	(void)state;
	assert_int_equal(parse(&d, "d0:1:xe"), ERR_OK);
	assert_true(span_is(benc_str(&d, benc_get(&d, BENC_ROOT, "")), "x"));
}

static void walks_lists_and_dictionaries(void **state)
{
	static const char *const want[] = {"a", "b", "c"};
	struct benc_doc d;
	size_t n = 0;

	(void)state;
	assert_int_equal(parse(&d, "l1:a1:b1:ce"), ERR_OK);
	for (uint32_t i = benc_first(&d, BENC_ROOT); i != BENC_NONE;
		i = benc_next(&d, BENC_ROOT, i))
		assert_true(span_is(benc_str(&d, i), want[n++]));
	assert_int_equal(n, 3);
	assert_int_equal(parse(&d, "d1:ali1ei2ee1:bdee"), ERR_OK);
	n = 0;
	for (uint32_t i = benc_first(&d, BENC_ROOT); i != BENC_NONE;
		i = benc_next(&d, BENC_ROOT, i))
		n++;
	assert_int_equal(n, 4);
}

static void an_empty_container_has_no_first(void **state)
{
	struct benc_doc d;

	(void)state;
	assert_int_equal(parse(&d, "le"), ERR_OK);
	assert_int_equal(benc_first(&d, BENC_ROOT), BENC_NONE);
	assert_int_equal(parse(&d, "lleli1eee"), ERR_OK);
	assert_int_equal(benc_first(&d, benc_first(&d, BENC_ROOT)), BENC_NONE);
}

static void nothing_leads_to_nothing(void **state)
{
	struct benc_doc empty = {0}, d;
	int64_t v = 42;

	(void)state;
	assert_int_equal(parse(&d, "i1e"), ERR_OK);
	assert_int_equal(benc_get(&d, BENC_NONE, "a"), BENC_NONE);
	assert_int_equal(benc_get(&d, BENC_ROOT, "a"), BENC_NONE);
	assert_int_equal(benc_first(&d, BENC_NONE), BENC_NONE);
	assert_int_equal(benc_next(&d, BENC_NONE, BENC_NONE), BENC_NONE);
	assert_int_equal(benc_next(&d, BENC_ROOT, BENC_ROOT), BENC_NONE);
	assert_false(benc_int(&d, BENC_NONE, &v));
	assert_false(benc_int(&empty, BENC_ROOT, &v));
	assert_int_equal(v, 42);
	assert_int_equal(benc_str(&d, BENC_ROOT).n, 0);
	assert_int_equal(benc_raw(&d, BENC_NONE).n, 0);
	assert_false(benc_is(&empty, BENC_ROOT, BENC_DICT));
	assert_false(benc_has_duplicate_keys(&empty, BENC_ROOT));
	assert_false(benc_has_duplicate_keys(&d, BENC_NONE));
	assert_true(benc_keys_ascend(&d, BENC_NONE));
}

static void holds_integers_against_a_range(void **state)
{
	struct benc_doc d;
	int64_t v = 42;

	(void)state;
	assert_int_equal(parse(&d, "i-5e"), ERR_OK);
	assert_false(benc_int_in(&d, BENC_ROOT, 0, 10, &v));
	assert_false(benc_int_in(&d, BENC_ROOT, -10, -6, &v));
	assert_int_equal(v, 42);
	assert_true(benc_int_in(&d, BENC_ROOT, -5, -5, &v));
	assert_int_equal(v, -5);
}

static void gives_values_as_they_were_encoded(void **state)
{
	struct benc_doc d;

	(void)state;
	assert_int_equal(parse(&d, "d1:bd1:zi1e1:a0:e1:al2:xyee"), ERR_OK);
	assert_true(span_is(benc_raw(&d, benc_get(&d, BENC_ROOT, "b")),
		"d1:zi1e1:a0:e"));
	assert_true(span_is(benc_raw(&d, benc_get(&d, BENC_ROOT, "a")),
		"l2:xye"));
	assert_true(span_is(benc_raw(&d, BENC_ROOT),
		"d1:bd1:zi1e1:a0:e1:al2:xyee"));
}

/* n lists inside each other. */
static struct span nested(char *text, size_t n)
{
	memset(text, 'l', n);
	memset(text + n, 'e', n);
	return span_of(text, 2 * n);
}

static void limits_the_depth(void **state)
{
	static struct benc_tok room[BENC_MAX_DEPTH + 1];
	char text[2 * (BENC_MAX_DEPTH + 1)];
	struct benc_doc d;
	struct span s;

	(void)state;
	s = nested(text, BENC_MAX_DEPTH);
	assert_int_equal(benc_parse(&d, s.p, s.n, room, BENC_MAX_DEPTH + 1),
		ERR_OK);
	s = nested(text, BENC_MAX_DEPTH + 1);
	assert_int_equal(benc_parse(&d, s.p, s.n, room, BENC_MAX_DEPTH + 1),
		ERR_LIMIT);
}

static void limits_the_tokens(void **state)
{
	struct benc_tok room[3];
	struct benc_doc d;
	struct span two = span_str("li1ei2ee");
	struct span three = span_str("li1ei2ei3ee");

	(void)state;
	assert_int_equal(benc_parse(&d, two.p, two.n, room, 3), ERR_OK);
	assert_int_equal(benc_parse(&d, three.p, three.n, room, 3), ERR_LIMIT);
	assert_int_equal(benc_parse(&d, two.p, two.n, NULL, 3), ERR_LIMIT);
}

static void loads_what_it_counted(void **state)
{
	struct benc_file f;

	(void)state;
	assert_int_equal(benc_load(&f, span_str("d1:ali1ei2eee"), NULL),
		ERR_OK);
	assert_int_equal(f.doc.ntok, 5);
	benc_unload(&f);
	assert_null(f.tok);
	assert_int_equal(benc_load(&f, span_str("d1:ali1e"), NULL), ERR_SYNTAX);
	assert_null(f.tok);
	benc_unload(&f);
}

static void loads_a_prefix_when_asked(void **state)
{
	struct benc_file f;
	size_t used = 0;

	(void)state;
	assert_int_equal(benc_load(&f, span_str("d1:ai1ee\nrest"), &used),
		ERR_OK);
	assert_int_equal(used, 8);
	benc_unload(&f);
	assert_int_equal(benc_load(&f, span_str("d1:ai1ee\nrest"), NULL),
		ERR_SYNTAX);
	benc_unload(&f);
	assert_int_equal(benc_load(&f, span_of(NULL, 0), &used), ERR_SYNTAX);
	benc_unload(&f);
}

static void finds_duplicate_keys_anywhere(void **state)
{
	static const struct {
		const char *text;
		bool repeats, ascend;
	} cases[] = {
		{"d1:ai1e1:bi2ee", false, true},
		{"d1:bi1e1:ai2ee", false, false},
		{"d1:ai1e1:ai2ee", true, false},
		{"d1:bi1e1:ai2e1:bi3ee", true, false},
		{"d1:ai1e2:aai2ee", false, true},
		{"d2:aai1e1:ai2ee", false, false},
		{"d0:i1e0:i2ee", true, false},
		{"ld1:ali1ed1:bi1e1:bi2eeeee", true, false},
		{"d1:\x7fi1e1:\x80i2ee", false, true},
		{"i1e", false, true},
		{"de", false, true},
	};
	struct benc_doc d;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(parse(&d, cases[i].text), ERR_OK);
		assert_int_equal(benc_has_duplicate_keys(&d, BENC_ROOT),
			cases[i].repeats);
		assert_int_equal(benc_keys_ascend(&d, BENC_ROOT),
			cases[i].ascend);
	}
}

static void looks_for_duplicates_only_below_the_node(void **state)
{
	struct benc_doc d;

	(void)state;
	assert_int_equal(parse(&d, "d1:ad1:xi1ee1:bd1:yi1e1:yi2eee"), ERR_OK);
	assert_false(benc_has_duplicate_keys(&d, benc_get(&d, BENC_ROOT, "a")));
	assert_true(benc_has_duplicate_keys(&d, benc_get(&d, BENC_ROOT, "b")));
}

/* Many keys out of order must not cost their square. */
static void sorts_a_large_dictionary_out_of_order(void **state)
{
	enum {
		N = 200000
	};
	char *text = mem_alloc(N * 10 + 2);
	char *p = text;
	struct benc_file f;

	(void)state;
	*p++ = 'd';
	for (unsigned i = N; i-- > 0;) {
		*p++ = '5';
		*p++ = ':';
		for (unsigned k = 0, v = i; k < 5; k++, v /= 16)
			p[4 - k] = (char)('A' + v % 16);
		p += 5;
		memcpy(p, "i0e", 3);
		p += 3;
	}
	*p++ = 'e';
	assert_int_equal(benc_load(&f, span_of(text, (size_t)(p - text)), NULL),
		ERR_OK);
	assert_false(benc_has_duplicate_keys(&f.doc, BENC_ROOT));
	benc_unload(&f);
	mem_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_integers_up_to_the_limits_of_int64),
		cmocka_unit_test(refuses_integers_beyond_int64),
		cmocka_unit_test(refuses_integers_that_have_two_spellings),
		cmocka_unit_test(refuses_what_is_no_integer),
		cmocka_unit_test(reads_strings_of_any_bytes),
		cmocka_unit_test(refuses_strings_that_reach_past_the_end),
		cmocka_unit_test(refuses_containers_that_do_not_end),
		cmocka_unit_test(refuses_dictionaries_without_pairs),
		cmocka_unit_test(refuses_bytes_after_the_value),
		cmocka_unit_test(finds_values_under_their_keys),
		cmocka_unit_test(takes_the_first_of_two_equal_keys),
		cmocka_unit_test(finds_an_empty_key),
		cmocka_unit_test(walks_lists_and_dictionaries),
		cmocka_unit_test(an_empty_container_has_no_first),
		cmocka_unit_test(nothing_leads_to_nothing),
		cmocka_unit_test(holds_integers_against_a_range),
		cmocka_unit_test(gives_values_as_they_were_encoded),
		cmocka_unit_test(limits_the_depth),
		cmocka_unit_test(limits_the_tokens),
		cmocka_unit_test(loads_what_it_counted),
		cmocka_unit_test(loads_a_prefix_when_asked),
		cmocka_unit_test(finds_duplicate_keys_anywhere),
		cmocka_unit_test(looks_for_duplicates_only_below_the_node),
		cmocka_unit_test(sorts_a_large_dictionary_out_of_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
