/*
 * token.h - write tokens: who asked us may announce to us, for a while
 * (BEP 5).  Pure.
 *
 * A token is 8 bytes of SipHash over the asker's IP and the hash under a
 * secret that is drawn anew every five minutes; the one before it is still
 * accepted.  So a token is good for 5 to 10 minutes, for one IP and one hash,
 * and costs no memory.
 */
#ifndef DHT_TOKEN_H
#define DHT_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "dht/node_id.h"

#define TOKEN_LEN 8u
#define TOKEN_TURN_MS 300000u

struct token_jar {
	uint8_t secret[2][16]; /* of now, and before */
	uint64_t turned_ms;
};

/* secret: 16 unpredictable bytes. */
void token_jar_init(struct token_jar *j, const uint8_t secret[16],
	uint64_t now);
/* Whether token_jar_turn() is due. */
bool token_jar_is_due(const struct token_jar *j, uint64_t now);
void token_jar_turn(struct token_jar *j, const uint8_t secret[16],
	uint64_t now);

void token_make(const struct token_jar *j, const struct addr *asker,
	const struct node_id *hash, uint8_t out[TOKEN_LEN]);
/* Compared in constant time. */
bool token_is_good(const struct token_jar *j, const struct addr *asker,
	const struct node_id *hash, struct span token);

#endif
