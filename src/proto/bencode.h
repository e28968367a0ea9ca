/*
 * bencode.h - reading bencoded documents (BEP 3).  I/O-free, allocation-free.
 *
 * benc_parse() checks a whole document once and leaves a flat array of tokens
 * that point into the caller's bytes; the getters below then walk the tokens
 * and cannot fail on malformed input, because there is none left.  Both the
 * bytes and the token array are borrowed and must outlive the document.
 *
 * A getter given BENC_NONE, or a node of another type, answers "nothing", so
 * lookups chain without a test at every step:
 *
 *	n = benc_get(&d, benc_get(&d, BENC_ROOT, "info"), "piece length");
 *	if (!benc_int(&d, n, &length))
 *		return ERR_SYNTAX;
 *
 * Writing is in benc_write.h.
 */
#ifndef PROTO_BENCODE_H
#define PROTO_BENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

#define BENC_MAX_DEPTH 100         /* nesting; enough for BEP 52 file trees */
#define BENC_MAX_BYTES (64u << 20) /* a v2 torrent of 2 TB fits */
#define BENC_MAX_TOKENS 3000000u   /* what benc_load() allows a document */
#define BENC_ROOT 0u
#define BENC_NONE UINT32_MAX

enum benc_type {
	BENC_INT,
	BENC_STR,
	BENC_LIST,
	BENC_DICT,
};

/* Private to bencode.c; here only so that callers can size an array. */
struct benc_tok {
	uint32_t off;  /* first byte of the value */
	uint32_t end;  /* one past its last byte */
	uint32_t next; /* token after this value and all inside it */
	uint8_t type;
	uint8_t head; /* bytes before a string's contents */
};

struct benc_doc {
	const uint8_t *buf;
	const struct benc_tok *tok;
	uint32_t ntok;
};

/*
 * Parse one value that spans exactly buf[0..len).
 *
 *   ERR_SYNTAX  not bencode, or bytes left over at the end
 *   ERR_RANGE   an integer does not fit int64_t, or "-0", or a leading zero
 *   ERR_LIMIT   deeper than BENC_MAX_DEPTH, longer than BENC_MAX_BYTES, or
 *               more than cap tokens
 *
 * Unsorted dictionary keys are accepted (they are common on the DHT); of two
 * equal keys the first wins.  On failure *d is an empty document.
 */
MUST_CHECK enum err benc_parse(struct benc_doc *d, const uint8_t *buf,
	size_t len, struct benc_tok *tok, uint32_t cap);

/*
 * A document that owns its token array, for input of unknown size: counts
 * the tokens first, so memory is bounded by the input (16 bytes a token).
 * The bytes stay borrowed.  Ended with benc_unload(), also after a failure.
 * With `prefix` not NULL, bytes after the first value are allowed and *prefix
 * tells how long that value is (a .torrent with trailing bytes, ut_metadata).
 */
struct benc_file {
	struct benc_doc doc;
	struct benc_tok *tok;
};
MUST_CHECK enum err benc_load(struct benc_file *f, struct span bytes,
	size_t *prefix);
void benc_unload(struct benc_file *f);

bool benc_is(const struct benc_doc *d, uint32_t node, enum benc_type type);

/* The value under a key of a dictionary; BENC_NONE when there is none. */
uint32_t benc_get(const struct benc_doc *d, uint32_t dict, const char *key);

/* Walk a list, or a dictionary's keys and values in turn. */
uint32_t benc_first(const struct benc_doc *d, uint32_t node);
uint32_t benc_next(const struct benc_doc *d, uint32_t parent, uint32_t node);

/* False, leaving *v alone, when the node is not an integer. */
bool benc_int(const struct benc_doc *d, uint32_t node, int64_t *v);

/* As benc_int(), and also false outside [min, max]. */
bool benc_int_in(const struct benc_doc *d, uint32_t node, int64_t min,
	int64_t max, int64_t *v);

/* A string's bytes: any bytes at all, not NUL-terminated, not UTF-8. */
struct span benc_str(const struct benc_doc *d, uint32_t node);

/* The value exactly as it was encoded: what an info-hash is taken over. */
struct span benc_raw(const struct benc_doc *d, uint32_t node);

/*
 * Whether node, or anything below it, is a dictionary with two equal keys.
 * (The one getter that may allocate: a dictionary out of order is sorted.)
 */
bool benc_has_duplicate_keys(const struct benc_doc *d, uint32_t node);

/*
 * Whether in every dictionary from node down the keys strictly ascend, as
 * BEP 3 demands and BEP 52 insists on.
 */
bool benc_keys_ascend(const struct benc_doc *d, uint32_t node);

#endif
