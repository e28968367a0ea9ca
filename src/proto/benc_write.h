/*
 * benc_write.h - writing bencoded documents (BEP 3).  Pure.
 *
 * Appends to a growing buffer.  The caller opens and closes containers and
 * gives dictionary keys in ascending byte order, as BEP 3 demands; debug
 * builds assert that order.
 *
 *	bw_dict(w);
 *	bw_key(w, "interval"); bw_int(w, 1800);
 *	bw_end(w);
 */
#ifndef PROTO_BENC_WRITE_H
#define PROTO_BENC_WRITE_H

#include <stdint.h>

#include "base/bytes.h"

#define BW_DEPTH_MAX 16u

struct bw {
	struct buf out; /* the caller takes or frees it */
	unsigned depth;
	struct {
		size_t key_at; /* last key of this dictionary in out */
		size_t key_len;
		uint8_t kind;
	} level[BW_DEPTH_MAX];
};

void bw_init(struct bw *w); /* empty, owns nothing yet */
void bw_fini(struct bw *w);

void bw_dict(struct bw *w);
void bw_list(struct bw *w);
void bw_end(struct bw *w); /* of the innermost dict or list */
void bw_key(struct bw *w, const char *key);
void bw_key_span(struct bw *w, struct span key);
void bw_int(struct bw *w, int64_t v);
void bw_str(struct bw *w, const char *s);
void bw_span(struct bw *w, struct span s);
/* One value that is bencoded already, copied as it stands. */
void bw_raw(struct bw *w, struct span encoded);

#endif
