/*
 * hash.c - see hash.h.
 */
#include "base/hash.h"

#include <assert.h>
#include <openssl/evp.h>

#include "base/mem.h"

#define KINDS 2

static EVP_MD *digests[KINDS]; /* by enum hash_kind */

struct hasher {
	EVP_MD_CTX *ctx;
};

static EVP_MD *fetch(const char *name)
{
	EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);

	if (!md)
		mem_fatal("libcrypto lacks a digest bttui needs");
	return md;
}

void hash_setup(void)
{
	if (!digests[HASH_SHA1])
		digests[HASH_SHA1] = fetch("SHA1");
	if (!digests[HASH_SHA256])
		digests[HASH_SHA256] = fetch("SHA256");
}

void hash_teardown(void)
{
	for (int i = 0; i < KINDS; i++) {
		EVP_MD_free(digests[i]);
		digests[i] = NULL;
	}
}

/* These fail only without memory or with a broken library. */
static void must(int ok)
{
	if (!ok)
		mem_fatal("libcrypto failed to compute a digest");
}

struct hasher *hasher_new(void)
{
	struct hasher *h = (struct hasher *)mem_zero(sizeof *h);

	h->ctx = EVP_MD_CTX_new();
	must(h->ctx != NULL);
	return h;
}

void hasher_free(struct hasher *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->ctx);
	mem_free(h);
}

void hasher_begin(struct hasher *h, enum hash_kind kind)
{
	assert(digests[kind]); /* hash_setup() was forgotten */
	must(EVP_DigestInit_ex2(h->ctx, digests[kind], NULL));
}

void hasher_add(struct hasher *h, const void *p, size_t n)
{
	if (n)
		must(EVP_DigestUpdate(h->ctx, p, n));
}

void hasher_end(struct hasher *h, uint8_t *out)
{
	must(EVP_DigestFinal_ex(h->ctx, out, NULL));
}

static void digest(enum hash_kind kind, struct span in, uint8_t *out)
{
	assert(digests[kind]);
	must(EVP_Digest(in.n ? (const void *)in.p : "", in.n, out, NULL,
		digests[kind], NULL));
}

void sha1(struct span in, uint8_t out[SHA1_LEN])
{
	digest(HASH_SHA1, in, out);
}

void sha256(struct span in, uint8_t out[SHA256_LEN])
{
	digest(HASH_SHA256, in, out);
}
