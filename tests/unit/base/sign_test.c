#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
/* A name that base/err.h has as well. */
#define ERR_STATE OPENSSL_ERR_STATE
#include <openssl/err.h>
#include <openssl/evp.h>
#undef ERR_STATE

#include "base/codec.h"
#include "base/sign.h"

struct row {
	const char *key, *sig, *message;
};

/* The first two examples of RFC 8032, and one of BEP 44. */
static const struct row rows[] = {
	{"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
		"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901"
		"555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a"
		"100b",
		""},
	{"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69"
		"da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb"
		"0c00",
		"\x72"},
	{"77ff84905a91936367c01360803104f92432fcd904a43511876df5cdf3e7e548",
		"305ac8aeb6c9c151fa120f120ea2cfb923564e11552d06a5d856091e5e853c"
		"ff1260d3f39e4999684aa92eb73ffd136e6f4f3ecbfda0ce53a1608ecd7ae2"
		"1f01",
		"3:seqi1e1:v12:Hello World!"},
};
#define ROWS (sizeof rows / sizeof rows[0])

struct signed_text {
	uint8_t key[SIGN_KEY_LEN];
	uint8_t sig[SIGN_LEN];
	struct span message;
};

static struct signed_text example(size_t i)
{
	struct signed_text s = {.message = span_str(rows[i].message)};

	assert_int_equal(hex_decode(span_str(rows[i].key), s.key, sizeof s.key),
		ERR_OK);
	assert_int_equal(hex_decode(span_str(rows[i].sig), s.sig, sizeof s.sig),
		ERR_OK);
	return s;
}

static bool is_good(const struct signed_text *s)
{
	return sign_verify(s->key, s->sig, s->message);
}

static void believes_the_published_examples(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct signed_text s = example(i);

		assert_true(is_good(&s));
	}
}

static void an_empty_message_may_have_no_pointer(void **state)
{
	struct signed_text s = example(0);

	(void)state;
	s.message = span_of(NULL, 0);
	assert_true(is_good(&s));
}

static void any_changed_bit_spoils_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < 8 * SIGN_LEN; i += 13) {
		struct signed_text s = example(2);

		s.sig[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_false(is_good(&s));
	}
	for (size_t i = 0; i < 8 * SIGN_KEY_LEN; i += 13) {
		struct signed_text s = example(2);

		s.key[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_false(is_good(&s));
	}
}

static void another_message_spoils_it(void **state)
{
	struct signed_text s = example(2);

	(void)state;
	s.message = span_str("3:seqi2e1:v12:Hello World!");
	assert_false(is_good(&s));
	s.message = span_of(NULL, 0);
	assert_false(is_good(&s));
}

/* The second half is a number; it plus the order of the group would fit the
 * same equation, and make two signatures out of one. */
static void a_signature_has_one_form_only(void **state)
{
	static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63,
		0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
		0x14, [31] = 0x10};
	struct signed_text s = example(2);
	unsigned carry = 0;

	(void)state;
	for (size_t i = 0; i < sizeof order; i++) {
		carry += s.sig[32 + i] + (unsigned)order[i];
		s.sig[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_false(is_good(&s));
}

/* As on a machine whose libcrypto is confined to what FIPS approved. */
static void believes_nothing_when_the_library_cannot_check(void **state)
{
	struct signed_text s = example(2);

	(void)state;
	ERR_clear_error();
	assert_int_equal(EVP_set_default_properties(NULL, "fips=yes"), 1);
	assert_false(is_good(&s));
	/* What another user of the library would take for his own error. */
	assert_int_equal(ERR_peek_error(), 0);
	assert_int_equal(EVP_set_default_properties(NULL, ""), 1);
	assert_true(is_good(&s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(believes_the_published_examples),
		cmocka_unit_test(an_empty_message_may_have_no_pointer),
		cmocka_unit_test(any_changed_bit_spoils_it),
		cmocka_unit_test(another_message_spoils_it),
		cmocka_unit_test(a_signature_has_one_form_only),
		cmocka_unit_test(
			believes_nothing_when_the_library_cannot_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
