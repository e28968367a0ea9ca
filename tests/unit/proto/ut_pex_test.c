/*
 * ut_pex_test.c - bodies of peer exchange.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "proto/benc_write.h"
#include "proto/ut_pex.h"

#define A "\x0a\0\0\1\x1a\xe1"                           /* 10.0.0.1:6881 */
#define B "\x0a\0\0\2\0\x50"                             /* 10.0.0.2:80 */
#define SIX "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\7\x1a\xe2" /* [fd00::7]:6882 */

/* Of a literal, whose bytes may be zero. */
#define BODY(text) span_of(text, sizeof(text) - 1)

static struct addr six(void)
{
	struct addr a;

	assert_int_equal(addr_parse("[fd00::7]:6882", &a), ERR_OK);
	return a;
}

static void reads_all_six_lists(void **state)
{
	const struct addr a = addr_v4(10, 0, 0, 1, 6881);
	const struct addr b = addr_v4(10, 0, 0, 2, 80);
	const struct addr c = six();
	struct pex_message m;

	(void)state;
	assert_int_equal(pex_parse(BODY("d5:added12:" A B "7:added.f2:\x02\x10"
					"6:added618:" SIX "8:added6.f1:\x05"
					"7:dropped6:" B "8:dropped618:" SIX
					"e"),
				 &m),
		ERR_OK);
	assert_int_equal(m.nadded, 3);
	assert_true(addr_equal(&m.added[0].addr, &a));
	assert_int_equal(m.added[0].flags, PEX_SEED);
	assert_true(addr_equal(&m.added[1].addr, &b));
	assert_int_equal(m.added[1].flags, PEX_REACHABLE);
	assert_true(addr_equal(&m.added[2].addr, &c));
	assert_int_equal(m.added[2].flags, PEX_ENCRYPTION | PEX_UTP);
	assert_int_equal(m.ndropped, 2);
	assert_true(addr_equal(&m.dropped[0], &b));
	assert_true(addr_equal(&m.dropped[1], &c));
}

static void all_lists_may_be_missing_or_empty(void **state)
{
	struct pex_message m = {.nadded = 7, .ndropped = 7};

	(void)state;
	assert_int_equal(pex_parse(BODY("de"), &m), ERR_OK);
	assert_int_equal(m.nadded + m.ndropped, 0);
	m.nadded = 7;
	assert_int_equal(pex_parse(BODY("d5:added0:7:added.f0:7:dropped0:e"),
				 &m),
		ERR_OK);
	assert_int_equal(m.nadded + m.ndropped, 0);
}

static void lists_of_other_types_are_left_out(void **state)
{
	struct pex_message m;

	(void)state;
	assert_int_equal(pex_parse(BODY("d5:addedi5e7:added.fli1ee6:added6i-1e"
					"7:droppedd1:a1:bee"),
				 &m),
		ERR_OK);
	assert_int_equal(m.nadded + m.ndropped, 0);
}

static void half_an_address_is_none(void **state)
{
	struct pex_message m;

	(void)state;
	assert_int_equal(pex_parse(BODY("d5:added5:\x0a\0\0\1\x1a"
					"7:dropped7:" A "xe"),
				 &m),
		ERR_OK);
	assert_int_equal(m.nadded, 0);
	assert_int_equal(m.ndropped, 1);
}

static void flags_that_are_missing_are_none(void **state)
{
	struct pex_message m;

	(void)state;
	assert_int_equal(pex_parse(BODY("d5:added12:" A B "7:added.f1:\x02"
					"e"),
				 &m),
		ERR_OK);
	assert_int_equal(m.nadded, 2);
	assert_int_equal(m.added[0].flags, PEX_SEED);
	assert_int_equal(m.added[1].flags, 0);
}

/* And the flags stay with their addresses. */
static void impossible_addresses_are_left_out(void **state)
{
	struct pex_message m;

	(void)state;
	assert_int_equal(
		pex_parse(BODY("d5:added30:"
			       "\0\0\0\0\x1a\xe1"         /* unspecified */
			       "\xff\xff\xff\xff\x1a\xe1" /* broadcast */
			       "\xe0\0\0\1\x1a\xe1"       /* multicast */
			       "\x0a\0\0\1\0\0"           /* port 0 */
				  A "7:added.f5:\1\2\3\4\5"
			       "6:added618:\xff\2\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
			       "\x1a\xe1"
			       "e"),
			&m),
		ERR_OK);
	assert_int_equal(m.nadded, 1);
	assert_int_equal(m.added[0].flags, 5);
}

static void a_mapped_address_is_an_ipv4_one(void **state)
{
	const struct addr a = addr_v4(10, 0, 0, 1, 6881);
	struct pex_message m;

	(void)state;
	assert_int_equal(pex_parse(BODY("d6:added618:"
					"\0\0\0\0\0\0\0\0\0\0\xff\xff" A "e"),
				 &m),
		ERR_OK);
	assert_int_equal(m.nadded, 1);
	assert_true(addr_equal(&m.added[0].addr, &a));
}

static struct buf crowd(size_t n)
{
	struct bw w;
	struct buf list = {0};

	for (size_t i = 0; i < n; i++) {
		uint8_t c[6] = {20, (uint8_t)(i >> 8), (uint8_t)i, 1, 9, 9};

		buf_add(&list, span_of(c, sizeof c));
	}
	bw_init(&w);
	bw_dict(&w);
	bw_key(&w, "added");
	bw_span(&w, buf_span(&list));
	bw_key(&w, "added6");
	bw_span(&w, BODY(SIX));
	bw_key(&w, "dropped");
	bw_span(&w, buf_span(&list));
	bw_end(&w);
	buf_free(&list);
	return w.out;
}

static void takes_no_more_than_a_hundred(void **state)
{
	struct buf b = crowd(5000);
	struct pex_message m;

	(void)state;
	assert_int_equal(pex_parse(buf_span(&b), &m), ERR_OK);
	assert_int_equal(m.nadded, PEX_ADDED_MAX);
	assert_int_equal(m.ndropped, PEX_DROPPED_MAX);
	buf_free(&b);
	b = crowd(99);
	assert_int_equal(pex_parse(buf_span(&b), &m), ERR_OK);
	assert_int_equal(m.nadded, 100);
	assert_int_equal(m.added[99].addr.family, ADDR_V6);
	buf_free(&b);
}

static void refuses_what_is_no_dictionary_or_too_long(void **state)
{
	static const char *const bad[] = {
		"", "le", "i1e", "5:added", "d5:added", "d5:added6:abc", "e"};
	struct pex_message m = {.nadded = 3};
	struct buf b;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(pex_parse(span_str(bad[i]), &m), ERR_SYNTAX);
	b = crowd(6000);
	assert_true(b.len > PEX_BODY_MAX);
	assert_int_equal(pex_parse(buf_span(&b), &m), ERR_LIMIT);
	assert_int_equal(m.nadded, 3);
	buf_free(&b);
}

static void writes_its_keys_in_order(void **state)
{
	struct pex_message m = {.nadded = 2,
		.ndropped = 2,
		.added = {{six(), PEX_UTP},
			{addr_v4(10, 0, 0, 1, 6881), PEX_SEED}},
		.dropped = {six(), addr_v4(10, 0, 0, 2, 80)}};
	struct buf b = {0};

	(void)state;
	pex_write(&m, &b);
	assert_true(span_equal(buf_span(&b),
		BODY("d5:added6:" A "7:added.f1:\x02"
		     "6:added618:" SIX "8:added6.f1:\x04"
		     "7:dropped6:" B "8:dropped618:" SIX "e")));
	buf_free(&b);
}

static void leaves_empty_lists_out(void **state)
{
	struct pex_message m = {
		.ndropped = 1, .dropped = {addr_v4(10, 0, 0, 2, 80)}};
	struct buf b = {0};

	(void)state;
	pex_write(&m, &b);
	assert_true(span_equal(buf_span(&b), BODY("d7:dropped6:" B "e")));
	buf_free(&b);
}

static void what_is_written_reads_the_same(void **state)
{
	struct pex_message m = {
		.nadded = PEX_ADDED_MAX, .ndropped = PEX_DROPPED_MAX};
	struct pex_message again;
	struct buf b = {0};

	(void)state;
	for (uint32_t i = 0; i < PEX_ADDED_MAX; i++) {
		struct addr v6 = six();

		v6.ip[9] = (uint8_t)i;
		m.added[i].addr =
			i < 60 ? addr_v4(20, 0, 0, (uint8_t)i, 5) : v6;
		m.added[i].flags = (uint8_t)(i & 31);
		m.dropped[i] = i < 50 ? addr_v4(21, 0, 0, (uint8_t)i, 5) : v6;
	}
	pex_write(&m, &b);
	assert_int_equal(pex_parse(buf_span(&b), &again), ERR_OK);
	assert_int_equal(again.nadded, m.nadded);
	assert_int_equal(again.ndropped, m.ndropped);
	for (size_t i = 0; i < PEX_ADDED_MAX; i++) {
		assert_true(addr_equal(&again.added[i].addr, &m.added[i].addr));
		assert_int_equal(again.added[i].flags, m.added[i].flags);
		assert_true(addr_equal(&again.dropped[i], &m.dropped[i]));
	}
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all_six_lists),
		cmocka_unit_test(all_lists_may_be_missing_or_empty),
		cmocka_unit_test(lists_of_other_types_are_left_out),
		cmocka_unit_test(half_an_address_is_none),
		cmocka_unit_test(flags_that_are_missing_are_none),
		cmocka_unit_test(impossible_addresses_are_left_out),
		cmocka_unit_test(a_mapped_address_is_an_ipv4_one),
		cmocka_unit_test(takes_no_more_than_a_hundred),
		cmocka_unit_test(refuses_what_is_no_dictionary_or_too_long),
		cmocka_unit_test(writes_its_keys_in_order),
		cmocka_unit_test(leaves_empty_lists_out),
		cmocka_unit_test(what_is_written_reads_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
