/*
 * items.h - small values kept for others (BEP 44).  Pure; needs hash_setup().
 *
 * Immutable values are found by the SHA-1 of their bencoded form; mutable
 * ones by that of their public key and salt, signed with ed25519 and replaced
 * by a higher sequence number only.  Capped; expires after ITEMS_KEEP_MS
 * without a put; when full, the one expiring first makes room.
 *
 * To check a signature takes about 100 us, a hundred times as long as to
 * answer another query.  items_put() does it last, when everything else is
 * right, and not at all for an item it has already; that a stranger does not
 * ask for it too often is for the owner to see to.
 */
#ifndef DHT_ITEMS_H
#define DHT_ITEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "dht/krpc.h"
#include "dht/node_id.h"

#define ITEMS_MAX 256u
#define ITEMS_KEEP_MS 7200000u

struct items;

struct items *items_new(const uint8_t map_key[16]);
void items_free(struct items *s);

/*
 * A put whose token is good.  0 when it is kept, else the error to answer,
 * and nothing has changed:
 *   KRPC_PROTOCOL       no value; k, seq and sig are not all there, or not all
 *                       absent
 *   KRPC_V_TOO_BIG      longer than KRPC_VALUE_MAX
 *   KRPC_SALT_TOO_BIG   longer than KRPC_SALT_MAX
 *   KRPC_CAS_MISMATCH   what is kept has another number than cas
 *   KRPC_OLD_SEQUENCE   lower than what is kept, or equal with another value
 *   KRPC_BAD_SIGNATURE
 */
enum krpc_code items_put(struct items *s, const struct krpc *put, uint64_t now);
/* Fills v, and k, sig, seq of a mutable one, borrowed until the next put or
 * tick; nothing else of the reply is touched.  False: there is none.  A
 * mutable one that is not newer than has_seq/seq of the query gives its seq
 * only. */
bool items_get(struct items *s, const struct krpc *query, uint64_t now,
	struct krpc *reply);

/* The key under which the put would be found; what its token was made for. */
void items_target(const struct krpc *put, struct node_id *out);

/* Drops what has expired; until then it is counted, but never given out. */
void items_tick(struct items *s, uint64_t now);
/* When the next one expires; UINT64_MAX: there is none. */
uint64_t items_deadline(const struct items *s);
uint32_t items_count(const struct items *s);

#endif
