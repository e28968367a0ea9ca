#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/codec.h"
#include "base/hash.h"
#include "base/mem.h"

struct row {
	const char *text, *sha1, *sha256;
};

/* The examples of FIPS 180. */
static const struct row rows[] = {
	{"", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
		"e3b0c44298fc1c149afbf4c8996fb924"
		"27ae41e4649b934ca495991b7852b855"},
	{"abc", "a9993e364706816aba3e25717850c26c9cd0d89d",
		"ba7816bf8f01cfea414140de5dae2223"
		"b00361a396177a9cb410ff61f20015ad"},
	{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"84983e441c3bd26ebaae4aa1f95129e5e54670f1",
		"248d6a61d20638b8e5c026930c3e6039"
		"a33ce45964ff2167f6ecedd419db06c1"},
};
#define ROWS (sizeof rows / sizeof rows[0])

static void assert_digest(const uint8_t *got, size_t n, const char *want)
{
	char text[2 * SHA256_LEN + 1];

	hex_encode(got, n, text);
	assert_string_equal(text, want);
}

static void knows_the_standard_examples(void **state)
{
	uint8_t out[SHA256_LEN];

	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		sha1(span_str(rows[i].text), out);
		assert_digest(out, SHA1_LEN, rows[i].sha1);
		sha256(span_str(rows[i].text), out);
		assert_digest(out, SHA256_LEN, rows[i].sha256);
	}
	sha1(span_of(NULL, 0), out);
	assert_digest(out, SHA1_LEN, rows[0].sha1);
}

static void one_hasher_serves_both_kinds_in_turn(void **state)
{
	struct hasher *h = hasher_new();
	uint8_t out[SHA256_LEN];

	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct span in = span_str(rows[i].text);

		hasher_begin(h, HASH_SHA256);
		hasher_add(h, in.p, in.n);
		hasher_end(h, out);
		assert_digest(out, SHA256_LEN, rows[i].sha256);
		hasher_begin(h, HASH_SHA1);
		hasher_add(h, in.p, in.n);
		hasher_end(h, out);
		assert_digest(out, SHA1_LEN, rows[i].sha1);
	}
	hasher_free(h);
	hasher_free(NULL);
}

static void a_million_letters_in_pieces_of_any_size(void **state)
{
	struct hasher *h = hasher_new();
	uint8_t part[997];
	uint8_t out[SHA256_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof part; i++)
		part[i] = 'a';
	for (size_t step = 1; step <= sizeof part; step += 332) {
		size_t left = 1000000;

		hasher_begin(h, HASH_SHA1);
		hasher_add(h, NULL, 0);
		while (left > 0) {
			size_t n = left < step ? left : step;

			hasher_add(h, part, n);
			left -= n;
		}
		hasher_end(h, out);
		assert_digest(out, SHA1_LEN,
			"34aa973cd4c4daa4f61eeb2bdbad27316534016f");
	}
	hasher_free(h);
}

static void a_hasher_begins_again_after_being_left(void **state)
{
	struct hasher *h = hasher_new();
	uint8_t out[SHA256_LEN];

	(void)state;
	hasher_begin(h, HASH_SHA1);
	hasher_add(h, "left behind", 11);
	hasher_begin(h, HASH_SHA1);
	hasher_add(h, "abc", 3);
	hasher_end(h, out);
	assert_digest(out, SHA1_LEN, rows[1].sha1);
	hasher_free(h);
}

static int set_up(void **state)
{
	(void)state;
	hash_setup();
	hash_setup();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	hash_teardown();
	hash_teardown();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_standard_examples),
		cmocka_unit_test(one_hasher_serves_both_kinds_in_turn),
		cmocka_unit_test(a_million_letters_in_pieces_of_any_size),
		cmocka_unit_test(a_hasher_begins_again_after_being_left),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
