/*
 * token.c - see token.h.
 */
#include "dht/token.h"

#include <string.h>

#include "base/map.h"

#define INPUT_LEN (1u + 16u + NODE_ID_LEN) /* family, IP, hash */

void token_jar_init(struct token_jar *j, const uint8_t secret[16], uint64_t now)
{
	/* The place of the one before must not hold what anybody can guess. */
	memcpy(j->secret[0], secret, sizeof j->secret[0]);
	memcpy(j->secret[1], secret, sizeof j->secret[1]);
	j->turned_ms = now;
}

bool token_jar_is_due(const struct token_jar *j, uint64_t now)
{
	return now - j->turned_ms >= TOKEN_TURN_MS;
}

void token_jar_turn(struct token_jar *j, const uint8_t secret[16], uint64_t now)
{
	/* After a long sleep the last secret is too old to be the one before.
	 */
	if (now - j->turned_ms >= 2 * (uint64_t)TOKEN_TURN_MS)
		memcpy(j->secret[1], secret, sizeof j->secret[1]);
	else
		memcpy(j->secret[1], j->secret[0], sizeof j->secret[1]);
	memcpy(j->secret[0], secret, sizeof j->secret[0]);
	j->turned_ms = now;
}

static void make(const uint8_t secret[16], const struct addr *asker,
	const struct node_id *hash, uint8_t out[TOKEN_LEN])
{
	uint8_t input[INPUT_LEN];
	struct writer in = writer_of(input, sizeof input);
	struct writer w = writer_of(out, TOKEN_LEN);

	/* Without the port: a NAT may give each exchange another one. */
	write_u8(&in, asker->family);
	write_span(&in, span_of(asker->ip, sizeof asker->ip));
	write_span(&in, span_of(hash->b, sizeof hash->b));
	write_u64(&w, siphash(secret, input, in.len));
}

void token_make(const struct token_jar *j, const struct addr *asker,
	const struct node_id *hash, uint8_t out[TOKEN_LEN])
{
	make(j->secret[0], asker, hash, out);
}

/* In a time that does not tell how many bytes are right. */
static bool equals(const uint8_t a[TOKEN_LEN], const uint8_t *b)
{
	uint8_t differs = 0;

	for (size_t i = 0; i < TOKEN_LEN; i++)
		differs |= (uint8_t)(a[i] ^ b[i]);
	return differs == 0;
}

bool token_is_good(const struct token_jar *j, const struct addr *asker,
	const struct node_id *hash, struct span token)
{
	uint8_t now[TOKEN_LEN], before[TOKEN_LEN];
	bool is_now, is_before;

	if (token.n != TOKEN_LEN)
		return false;
	make(j->secret[0], asker, hash, now);
	make(j->secret[1], asker, hash, before);
	is_now = equals(now, token.p);
	is_before = equals(before, token.p);
	return is_now || is_before;
}
