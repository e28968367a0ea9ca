#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
/* A name that base/err.h has as well. */
#define ERR_STATE OPENSSL_ERR_STATE
#include <openssl/evp.h>
#undef ERR_STATE

#include "base/codec.h"
#include "base/hash.h"
#include "base/sign.h"
#include "dht/items.h"

#define NOW UINT64_C(5000)

static const uint8_t map_key[16] = {1, 2, 3};

static void from_hex(const char *hex, uint8_t *out, size_t n)
{
	assert_int_equal(hex_decode(span_str(hex), out, n), ERR_OK);
}

static struct krpc plain(const char *v)
{
	return (struct krpc){.v = span_str(v)};
}

/* --- the examples of BEP 44 -------------------------------------------- */

static const char example_value[] = "12:Hello World!";

struct example {
	uint8_t k[SIGN_KEY_LEN], sig[SIGN_LEN];
	struct node_id target;
};

static void read_example(const char *sig, const char *target,
	struct example *out)
{
	from_hex("77ff84905a91936367c01360803104f9"
		 "2432fcd904a43511876df5cdf3e7e548",
		out->k, sizeof out->k);
	from_hex(sig, out->sig, sizeof out->sig);
	from_hex(target, out->target.b, sizeof out->target.b);
}

static struct krpc put_example(const struct example *e, const char *salt)
{
	return (struct krpc){.v = span_str(example_value),
		.k = span_of(e->k, sizeof e->k),
		.sig = span_of(e->sig, sizeof e->sig),
		.salt = span_str(salt),
		.has_seq = true,
		.seq = 1};
}

static void first_example(struct example *out)
{
	read_example("305ac8aeb6c9c151fa120f120ea2cfb923564e11552d06a5d856091e"
		     "5e853cff1260d3f39e4999684aa92eb73ffd136e6f4f3ecbfda0ce53"
		     "a1608ecd7ae21f01",
		"4a533d47ec9c7d95b1ad75f576cffc641853b750", out);
}

static void salted_example(struct example *out)
{
	read_example("6834284b6b24c3204eb2fea824d82f88883a3d95e8b4a21b8c0ded55"
		     "3d17d17ddf9a8a7104b1258f30bed3787e6cb896fca78c58f8e03b5f"
		     "18f14951a87d9a08",
		"411eba73b6f087ca51a3795d9c8c938d365e32c1", out);
}

/* --- a signer of our own ----------------------------------------------- */

static EVP_PKEY *secret;
static uint8_t public[SIGN_KEY_LEN];

struct signed_put {
	uint8_t sig[SIGN_LEN];
	struct krpc m;
};

static void sign(struct signed_put *p)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = SIGN_LEN;
	struct buf text = {0};

	if (p->m.salt.n) {
		buf_printf(&text, "4:salt%zu:", p->m.salt.n);
		buf_add(&text, p->m.salt);
	}
	buf_printf(&text, "3:seqi%lde1:v", (long)p->m.seq);
	buf_add(&text, p->m.v);
	assert_int_equal(EVP_DigestSignInit(ctx, NULL, NULL, NULL, secret), 1);
	assert_int_equal(EVP_DigestSign(ctx, p->sig, &len, text.p, text.len),
		1);
	EVP_MD_CTX_free(ctx);
	buf_free(&text);
	p->m.sig = span_of(p->sig, sizeof p->sig);
}

static void make_put(struct signed_put *p, const char *v, int64_t seq)
{
	p->m = (struct krpc){.v = span_str(v),
		.k = span_of(public, sizeof public),
		.has_seq = true,
		.seq = seq};
	sign(p);
}

static enum krpc_code put_seq(struct items *s, const char *v, int64_t seq,
	uint64_t now)
{
	struct signed_put p;

	make_put(&p, v, seq);
	return items_put(s, &p.m, now);
}

/* The value under our own key, and its number. */
static bool get_ours(struct items *s, uint64_t now, struct krpc *reply)
{
	struct krpc query = {.k = span_of(public, sizeof public)};

	items_target(&query, &query.target);
	memset(reply, 0, sizeof *reply);
	return items_get(s, &query, now, reply);
}

static bool has_plain(struct items *s, const char *v, uint64_t now)
{
	struct krpc query = plain(v), reply = {0};

	items_target(&query, &query.target);
	return items_get(s, &query, now, &reply) &&
	       span_equal(reply.v, span_str(v));
}

/* ------------------------------------------------------------------------ */

static void keeps_a_value_under_its_digest(void **state)
{
	struct items *s = items_new(map_key);
	struct krpc put = plain(example_value), query = {0}, reply = {0};

	(void)state;
	from_hex("e5f96f6f38320f0f33959cb4d3d656452117aadb", query.target.b,
		NODE_ID_LEN);
	assert_false(items_get(s, &query, NOW, &reply));
	assert_int_equal(items_put(s, &put, NOW), 0);
	assert_true(items_get(s, &query, NOW, &reply));
	assert_true(span_is(reply.v, example_value));
	assert_int_equal(reply.k.n + reply.sig.n + reply.has_seq, 0);
	assert_int_equal(items_count(s), 1);
	items_free(s);
	items_free(NULL);
}

static void a_number_in_the_query_is_of_no_matter_to_plain_values(void **state)
{
	struct items *s = items_new(map_key);
	struct krpc put = plain(example_value), reply = {0};
	struct krpc query = {.has_seq = true, .seq = 100};

	(void)state;
	items_target(&put, &query.target);
	assert_int_equal(items_put(s, &put, NOW), 0);
	assert_true(items_get(s, &query, NOW, &reply));
	assert_true(span_is(reply.v, example_value));
	items_free(s);
}

static void keeps_signed_values_under_key_and_salt(void **state)
{
	struct items *s = items_new(map_key);
	struct example e[2];
	const char *salt[] = {"", "foobar"};

	(void)state;
	first_example(&e[0]);
	salted_example(&e[1]);
	for (int i = 0; i < 2; i++) {
		struct krpc put = put_example(&e[i], salt[i]);
		struct krpc query = {.target = e[i].target}, reply = {0};

		assert_int_equal(items_put(s, &put, NOW), 0);
		assert_true(items_get(s, &query, NOW, &reply));
		assert_true(span_is(reply.v, example_value));
		assert_true(span_equal(reply.k, put.k));
		assert_true(span_equal(reply.sig, put.sig));
		assert_true(reply.has_seq && reply.seq == 1);
	}
	assert_int_equal(items_count(s), 2);
	items_free(s);
}

static void what_is_kept_is_a_copy(void **state)
{
	struct items *s = items_new(map_key);
	char text[] = "5:hello";
	struct krpc put = plain(text);

	(void)state;
	assert_int_equal(items_put(s, &put, NOW), 0);
	memset(text, 'x', sizeof text - 1);
	assert_true(has_plain(s, "5:hello", NOW));
	items_free(s);
}

static void who_has_it_already_gets_the_number_only(void **state)
{
	struct items *s = items_new(map_key);
	struct krpc query = {.k = span_of(public, sizeof public)}, reply;

	(void)state;
	items_target(&query, &query.target);
	assert_int_equal(put_seq(s, "i1e", 7, NOW), 0);
	query.has_seq = true;
	for (query.seq = 6; query.seq < 9; query.seq++) {
		bool is_news = query.seq < 7;

		memset(&reply, 0, sizeof reply);
		assert_true(items_get(s, &query, NOW, &reply));
		assert_true(reply.has_seq && reply.seq == 7);
		assert_int_equal(reply.v.n, is_news ? 3 : 0);
		assert_int_equal(reply.k.n, is_news ? SIGN_KEY_LEN : 0);
		assert_int_equal(reply.sig.n, is_news ? SIGN_LEN : 0);
	}
	items_free(s);
}

static void only_a_higher_number_replaces_a_value(void **state)
{
	struct items *s = items_new(map_key);
	struct krpc reply;

	(void)state;
	assert_int_equal(put_seq(s, "i1e", 5, NOW), 0);
	assert_int_equal(put_seq(s, "i2e", 4, NOW), KRPC_OLD_SEQUENCE);
	assert_int_equal(put_seq(s, "i2e", 5, NOW), KRPC_OLD_SEQUENCE);
	assert_true(get_ours(s, NOW, &reply));
	assert_true(span_is(reply.v, "i1e"));
	assert_int_equal(put_seq(s, "3:new", 6, NOW), 0);
	assert_true(get_ours(s, NOW, &reply));
	assert_true(span_is(reply.v, "3:new") && reply.seq == 6);
	assert_int_equal(items_count(s), 1);
	items_free(s);
}

static void numbers_may_be_of_any_size_and_sign(void **state)
{
	struct items *s = items_new(map_key);
	struct krpc reply;

	(void)state;
	assert_int_equal(put_seq(s, "i1e", INT64_MIN, NOW), 0);
	assert_int_equal(put_seq(s, "i2e", -1, NOW), 0);
	assert_int_equal(put_seq(s, "i3e", INT64_MAX, NOW), 0);
	assert_true(get_ours(s, NOW, &reply));
	assert_true(reply.seq == INT64_MAX);
	items_free(s);
}

static void compare_and_swap_wants_the_number_that_is_there(void **state)
{
	struct items *s = items_new(map_key);
	struct signed_put p;

	(void)state;
	make_put(&p, "i1e", 5);
	p.m.has_cas = true;
	p.m.cas = 99; /* of no matter: there is nothing yet */
	assert_int_equal(items_put(s, &p.m, NOW), 0);
	make_put(&p, "i2e", 6);
	p.m.has_cas = true;
	p.m.cas = 4;
	assert_int_equal(items_put(s, &p.m, NOW), KRPC_CAS_MISMATCH);
	p.m.cas = 5;
	assert_int_equal(items_put(s, &p.m, NOW), 0);
	items_free(s);
}

static void a_bad_signature_changes_nothing(void **state)
{
	struct items *s = items_new(map_key);
	struct signed_put p;
	struct krpc reply;

	(void)state;
	make_put(&p, "i1e", 5);
	p.sig[7] ^= 1;
	assert_int_equal(items_put(s, &p.m, NOW), KRPC_BAD_SIGNATURE);
	assert_int_equal(items_count(s), 0);
	p.sig[7] ^= 1;
	assert_int_equal(items_put(s, &p.m, NOW), 0);
	make_put(&p, "i2e", 6);
	p.m.seq = 7;
	assert_int_equal(items_put(s, &p.m, NOW), KRPC_BAD_SIGNATURE);
	p.m.seq = 6;
	p.m.salt = span_str("x");
	assert_int_equal(items_put(s, &p.m, NOW), KRPC_BAD_SIGNATURE);
	assert_true(get_ours(s, NOW, &reply));
	assert_true(reply.seq == 5 && span_is(reply.v, "i1e"));
	items_free(s);
}

/* So that nobody makes us check a signature for nothing. */
static void what_is_cheap_to_see_is_seen_first(void **state)
{
	struct items *s = items_new(map_key);
	struct signed_put p;

	(void)state;
	assert_int_equal(put_seq(s, "i1e", 5, NOW), 0);
	make_put(&p, "i2e", 4);
	p.sig[0] ^= 1;
	assert_int_equal(items_put(s, &p.m, NOW), KRPC_OLD_SEQUENCE);
	p.m.seq = 5;
	assert_int_equal(items_put(s, &p.m, NOW), KRPC_OLD_SEQUENCE);
	p.m.seq = 6;
	p.m.has_cas = true;
	assert_int_equal(items_put(s, &p.m, NOW), KRPC_CAS_MISMATCH);
	p.m.has_cas = false;
	assert_int_equal(items_put(s, &p.m, NOW), KRPC_BAD_SIGNATURE);
	items_free(s);
}

static void the_same_again_lives_longer(void **state)
{
	struct items *s = items_new(map_key);
	struct krpc put = plain("i1e"), reply;
	struct signed_put p;
	uint64_t later = NOW + ITEMS_KEEP_MS - 1;

	(void)state;
	make_put(&p, "i1e", 5);
	assert_int_equal(items_put(s, &p.m, NOW), 0);
	assert_int_equal(items_put(s, &put, NOW), 0);
	assert_int_equal(items_put(s, &p.m, later), 0);
	assert_int_equal(items_put(s, &put, later), 0);
	items_tick(s, later + ITEMS_KEEP_MS - 1);
	assert_true(get_ours(s, later + ITEMS_KEEP_MS - 1, &reply));
	assert_true(has_plain(s, "i1e", later + ITEMS_KEEP_MS - 1));
	/* With another signature it has to be a good one. */
	p.sig[0] ^= 1;
	assert_int_equal(items_put(s, &p.m, later), KRPC_BAD_SIGNATURE);
	items_free(s);
}

static void an_item_expires_after_its_last_put(void **state)
{
	struct items *s = items_new(map_key);
	struct krpc put = plain("i1e");
	uint64_t end = NOW + ITEMS_KEEP_MS;

	(void)state;
	assert_true(items_deadline(s) == UINT64_MAX);
	assert_int_equal(items_put(s, &put, NOW), 0);
	assert_int_equal(put_seq(s, "i2e", 1, NOW + 1), 0);
	assert_true(items_deadline(s) == end);
	assert_true(has_plain(s, "i1e", end - 1));
	assert_false(has_plain(s, "i1e", end));
	items_tick(s, end);
	assert_int_equal(items_count(s), 1);
	assert_true(items_deadline(s) == end + 1);
	items_tick(s, end + 1);
	assert_int_equal(items_count(s), 0);
	items_free(s);
}

static void what_has_expired_counts_for_nothing_before_a_tick(void **state)
{
	struct items *s = items_new(map_key);
	struct krpc reply;
	uint64_t end = NOW + ITEMS_KEEP_MS;

	(void)state;
	assert_int_equal(put_seq(s, "i1e", 5, NOW), 0);
	assert_false(get_ours(s, end, &reply));
	assert_int_equal(put_seq(s, "i2e", 4, end), 0);
	assert_true(get_ours(s, end, &reply));
	assert_true(reply.seq == 4);
	assert_int_equal(items_count(s), 1);
	items_free(s);
}

static void when_full_the_one_expiring_first_makes_room(void **state)
{
	struct items *s = items_new(map_key);
	char text[16];
	struct krpc put;

	(void)state;
	for (unsigned i = 0; i < ITEMS_MAX + 2; i++) {
		snprintf(text, sizeof text, "i%ue", i);
		put = plain(text);
		assert_int_equal(items_put(s, &put, NOW + i), 0);
		put = plain("i0e"); /* the first is put again and again */
		assert_int_equal(items_put(s, &put, NOW + i), 0);
	}
	assert_int_equal(items_count(s), ITEMS_MAX);
	assert_true(has_plain(s, "i0e", NOW));
	assert_false(has_plain(s, "i1e", NOW));
	assert_false(has_plain(s, "i2e", NOW));
	assert_true(has_plain(s, "i3e", NOW));
	items_free(s);
}

static void refuses_what_is_too_long(void **state)
{
	struct items *s = items_new(map_key);
	uint8_t v[KRPC_VALUE_MAX + 1], salt[KRPC_SALT_MAX + 1];
	struct signed_put p;
	struct krpc put = {.v = span_of(v, KRPC_VALUE_MAX)};

	(void)state;
	memset(v, 'v', sizeof v);
	memset(salt, 's', sizeof salt);
	assert_int_equal(items_put(s, &put, NOW), 0);
	put.v.n++;
	assert_int_equal(items_put(s, &put, NOW), KRPC_V_TOO_BIG);

	make_put(&p, "", INT64_MIN);
	p.m.v = span_of(v, KRPC_VALUE_MAX);
	p.m.salt = span_of(salt, KRPC_SALT_MAX);
	sign(&p);
	assert_int_equal(items_put(s, &p.m, NOW), 0);
	p.m.v.n++;
	sign(&p);
	assert_int_equal(items_put(s, &p.m, NOW), KRPC_V_TOO_BIG);
	p.m.v.n--;
	p.m.salt.n++;
	sign(&p);
	assert_int_equal(items_put(s, &p.m, NOW), KRPC_SALT_TOO_BIG);
	items_free(s);
}

static void refuses_what_is_not_whole(void **state)
{
	struct items *s = items_new(map_key);
	struct signed_put p;
	struct krpc put;

	(void)state;
	make_put(&p, "i1e", 1);
	put = p.m;
	put.v.n = 0;
	assert_int_equal(items_put(s, &put, NOW), KRPC_PROTOCOL);
	put = p.m;
	put.k.n--;
	assert_int_equal(items_put(s, &put, NOW), KRPC_PROTOCOL);
	put = p.m;
	put.sig.n--;
	assert_int_equal(items_put(s, &put, NOW), KRPC_PROTOCOL);
	put = p.m;
	put.has_seq = false;
	assert_int_equal(items_put(s, &put, NOW), KRPC_PROTOCOL);
	put = p.m;
	put.k.n = 0;
	assert_int_equal(items_put(s, &put, NOW), KRPC_PROTOCOL);
	put.sig.n = 0; /* a plain value with a number */
	assert_int_equal(items_put(s, &put, NOW), KRPC_PROTOCOL);
	assert_int_equal(items_count(s), 0);
	items_free(s);
}

/* A token is checked before lengths are. */
static void any_put_has_a_target(void **state)
{
	static uint8_t big[KRPC_READ_MAX];
	struct krpc put = {.k = span_of(big, sizeof big),
		.salt = span_of(big, sizeof big)};
	struct krpc cut = {.k = span_of(big, sizeof big)};
	struct node_id a, b;

	(void)state;
	items_target(&put, &a);
	items_target(&cut, &b);
	assert_true(node_id_equal(&a, &b));
}

static int set_up(void **state)
{
	static const uint8_t seed[32] = {1, 2, 3, 4};
	size_t len = sizeof public;

	(void)state;
	hash_setup();
	secret = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed,
		sizeof seed);
	return EVP_PKEY_get_raw_public_key(secret, public, &len) != 1;
}

static int tear_down(void **state)
{
	(void)state;
	EVP_PKEY_free(secret);
	hash_teardown();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_a_value_under_its_digest),
		cmocka_unit_test(
			a_number_in_the_query_is_of_no_matter_to_plain_values),
		cmocka_unit_test(keeps_signed_values_under_key_and_salt),
		cmocka_unit_test(what_is_kept_is_a_copy),
		cmocka_unit_test(who_has_it_already_gets_the_number_only),
		cmocka_unit_test(only_a_higher_number_replaces_a_value),
		cmocka_unit_test(numbers_may_be_of_any_size_and_sign),
		cmocka_unit_test(
			compare_and_swap_wants_the_number_that_is_there),
		cmocka_unit_test(a_bad_signature_changes_nothing),
		cmocka_unit_test(what_is_cheap_to_see_is_seen_first),
		cmocka_unit_test(the_same_again_lives_longer),
		cmocka_unit_test(an_item_expires_after_its_last_put),
		cmocka_unit_test(
			what_has_expired_counts_for_nothing_before_a_tick),
		cmocka_unit_test(when_full_the_one_expiring_first_makes_room),
		cmocka_unit_test(refuses_what_is_too_long),
		cmocka_unit_test(refuses_what_is_not_whole),
		cmocka_unit_test(any_put_has_a_target),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
