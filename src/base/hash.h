/*
 * hash.h - SHA-1 and SHA-256 through libcrypto.
 *
 * The digests' implementations are fetched once, and a context is reused, for
 * in OpenSSL 3 each implicit fetch is a locked look-up.  hash_setup() must
 * run before the first thread starts; one `struct hasher` serves one thread
 * at a time.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define SHA1_LEN 20u
#define SHA256_LEN 32u

enum hash_kind {
	HASH_SHA1,
	HASH_SHA256,
};

struct hasher;

void hash_setup(void);    /* idempotent */
void hash_teardown(void); /* for leak checkers, after the last thread */

struct hasher *hasher_new(void);
void hasher_free(struct hasher *h);
void hasher_begin(struct hasher *h, enum hash_kind kind);
void hasher_add(struct hasher *h, const void *p, size_t n);
/* Writes 20 or 32 bytes; the hasher can begin again. */
void hasher_end(struct hasher *h, uint8_t *out);

/* One-shot forms; any thread. */
void sha1(struct span in, uint8_t out[SHA1_LEN]);
void sha256(struct span in, uint8_t out[SHA256_LEN]);

#endif
