#include "proto/infohash.h"

#include <string.h>

#include "base/codec.h"
#include "base/hash.h"

void infohash_wire(const struct infohash *h, uint8_t out[20])
{
	memcpy(out, h->has_v1 ? h->v1 : h->v2, SHA1_LEN);
}

bool infohash_same(const struct infohash *a, const struct infohash *b)
{
	if (a->has_v1 && b->has_v1 && memcmp(a->v1, b->v1, SHA1_LEN) == 0)
		return true;
	return a->has_v2 && b->has_v2 && memcmp(a->v2, b->v2, SHA256_LEN) == 0;
}

void infohash_hex(const struct infohash *h, char out[INFOHASH_HEX_MAX])
{
	if (h->has_v1)
		hex_encode(h->v1, SHA1_LEN, out);
	else
		hex_encode(h->v2, SHA256_LEN, out);
}

enum err infohash_parse(struct span text, struct infohash *out)
{
	struct infohash h = {0};
	enum err e;

	switch (text.n) {
	case 2 * SHA1_LEN:
		h.has_v1 = true;
		e = hex_decode(text, h.v1, SHA1_LEN);
		break;
	case 32: /* 20 bytes are 32 base32 characters, without padding */
		h.has_v1 = true;
		e = base32_decode(text, h.v1, SHA1_LEN);
		break;
	case 2 * SHA256_LEN:
		h.has_v2 = true;
		e = hex_decode(text, h.v2, SHA256_LEN);
		break;
	default:
		return ERR_SYNTAX;
	}
	if (e)
		return e;
	*out = h;
	return ERR_OK;
}
