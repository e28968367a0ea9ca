/*
 * codec.h - hex, base32, base64 and percent coding.  Pure.
 *
 * Decoders take exactly the text given and write exactly out_len bytes, or
 * fail with ERR_SYNTAX (a character outside the alphabet, or a length that
 * does not fit) and leave `out` unspecified but inside its bounds.
 */
#ifndef BASE_CODEC_H
#define BASE_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* out has 2n+1 chars; lower case, NUL-terminated. */
void hex_encode(const uint8_t *p, size_t n, char *out);
MUST_CHECK enum err hex_decode(struct span text, uint8_t *out, size_t out_len);

/* RFC 4648 without padding; either case is read. */
MUST_CHECK enum err base32_decode(struct span text, uint8_t *out,
	size_t out_len);

/* With padding; appended to out. */
void base64_encode(struct span in, struct buf *out);

/* Only RFC 3986 unreserved characters stay; %XX upper case.  Appends. */
void percent_encode(struct span in, struct buf *out);
/* A broken escape is kept as it stands.  Appends at most in.n bytes. */
void percent_decode(struct span in, struct buf *out);

#endif
