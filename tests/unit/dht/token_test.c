#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "dht/token.h"

#define START 1000u

static const uint8_t secrets[4][16] = {{1}, {2}, {3}, {4}};
static const struct node_id hash = {{0xaa}};

static struct addr asker(void)
{
	return addr_v4(192, 0, 2, 1, 6881);
}

static struct token_jar new_jar(void)
{
	struct token_jar j = {.secret = {{0}}};

	token_jar_init(&j, secrets[0], START);
	return j;
}

static bool is_good(const struct token_jar *j, const uint8_t token[TOKEN_LEN])
{
	struct addr a = asker();

	return token_is_good(j, &a, &hash, span_of(token, TOKEN_LEN));
}

static void a_fresh_token_is_good(void **state)
{
	struct token_jar j = new_jar();
	struct addr a = asker();
	uint8_t token[TOKEN_LEN];

	(void)state;
	token_make(&j, &a, &hash, token);
	assert_true(is_good(&j, token));
}

static void a_token_is_good_for_one_turn_more(void **state)
{
	struct token_jar j = new_jar();
	struct addr a = asker();
	uint8_t token[TOKEN_LEN];

	(void)state;
	token_make(&j, &a, &hash, token);
	token_jar_turn(&j, secrets[1], START + TOKEN_TURN_MS);
	assert_true(is_good(&j, token));
	token_jar_turn(&j, secrets[2], START + 2 * TOKEN_TURN_MS);
	assert_false(is_good(&j, token));
}

static void a_new_secret_makes_another_token(void **state)
{
	struct token_jar j = new_jar();
	struct addr a = asker();
	uint8_t before[TOKEN_LEN], now[TOKEN_LEN];

	(void)state;
	token_make(&j, &a, &hash, before);
	token_jar_turn(&j, secrets[1], START + TOKEN_TURN_MS);
	token_make(&j, &a, &hash, now);
	assert_memory_not_equal(before, now, TOKEN_LEN);
	assert_true(is_good(&j, now));
}

static void a_late_turn_forgets_what_came_before(void **state)
{
	struct token_jar j = new_jar();
	struct addr a = asker();
	uint8_t token[TOKEN_LEN];

	(void)state;
	token_make(&j, &a, &hash, token);
	token_jar_turn(&j, secrets[1], START + 2 * TOKEN_TURN_MS);
	assert_false(is_good(&j, token));
	token_make(&j, &a, &hash, token);
	assert_true(is_good(&j, token));
}

static void a_turn_is_due_after_five_minutes(void **state)
{
	struct token_jar j = new_jar();

	(void)state;
	assert_false(token_jar_is_due(&j, START));
	assert_false(token_jar_is_due(&j, START + TOKEN_TURN_MS - 1));
	assert_true(token_jar_is_due(&j, START + TOKEN_TURN_MS));
	token_jar_turn(&j, secrets[1], START + TOKEN_TURN_MS + 7);
	assert_false(token_jar_is_due(&j, START + 2 * TOKEN_TURN_MS));
	assert_true(token_jar_is_due(&j, START + 2 * TOKEN_TURN_MS + 7));
}

static void no_secret_can_be_guessed_before_the_first_turn(void **state)
{
	struct token_jar guess = {.secret = {{0}}};
	struct token_jar j = new_jar();
	struct addr a = asker();
	uint8_t token[TOKEN_LEN];

	(void)state;
	token_make(&guess, &a, &hash, token);
	assert_false(is_good(&j, token));
}

static void another_ip_has_another_token(void **state)
{
	struct token_jar j = new_jar();
	struct addr a = asker(), b = asker();
	struct addr six = {.family = ADDR_V6, .port = 6881};
	uint8_t token[TOKEN_LEN];

	(void)state;
	token_make(&j, &a, &hash, token);
	b.ip[3]++;
	assert_false(token_is_good(&j, &b, &hash, span_of(token, TOKEN_LEN)));
	/* The same bytes, but of the other family. */
	memcpy(six.ip, a.ip, sizeof six.ip);
	assert_false(token_is_good(&j, &six, &hash, span_of(token, TOKEN_LEN)));
}

static void another_port_has_the_same_token(void **state)
{
	struct token_jar j = new_jar();
	struct addr a = asker();
	uint8_t token[TOKEN_LEN];

	(void)state;
	token_make(&j, &a, &hash, token);
	a.port = 1;
	assert_true(token_is_good(&j, &a, &hash, span_of(token, TOKEN_LEN)));
}

static void another_hash_has_another_token(void **state)
{
	struct token_jar j = new_jar();
	struct addr a = asker();
	struct node_id other = hash;
	uint8_t token[TOKEN_LEN];

	(void)state;
	token_make(&j, &a, &hash, token);
	other.b[NODE_ID_LEN - 1] ^= 1;
	assert_false(token_is_good(&j, &a, &other, span_of(token, TOKEN_LEN)));
}

static void every_bit_of_a_token_counts(void **state)
{
	struct token_jar j = new_jar();
	struct addr a = asker();
	uint8_t token[TOKEN_LEN];
	unsigned bit;

	(void)state;
	token_make(&j, &a, &hash, token);
	for (bit = 0; bit < TOKEN_LEN * 8; bit++) {
		token[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(is_good(&j, token));
		token[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void a_token_of_another_length_is_refused(void **state)
{
	struct token_jar j = new_jar();
	struct addr a = asker();
	uint8_t token[1000] = {0};
	size_t n;

	(void)state;
	token_make(&j, &a, &hash, token);
	for (n = 0; n < sizeof token; n++)
		assert_int_equal(token_is_good(&j, &a, &hash,
					 span_of(token, n)),
			n == TOKEN_LEN);
	assert_false(token_is_good(&j, &a, &hash, span_of(NULL, 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fresh_token_is_good),
		cmocka_unit_test(a_token_is_good_for_one_turn_more),
		cmocka_unit_test(a_new_secret_makes_another_token),
		cmocka_unit_test(a_late_turn_forgets_what_came_before),
		cmocka_unit_test(a_turn_is_due_after_five_minutes),
		cmocka_unit_test(
			no_secret_can_be_guessed_before_the_first_turn),
		cmocka_unit_test(another_ip_has_another_token),
		cmocka_unit_test(another_port_has_the_same_token),
		cmocka_unit_test(another_hash_has_another_token),
		cmocka_unit_test(every_bit_of_a_token_counts),
		cmocka_unit_test(a_token_of_another_length_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
