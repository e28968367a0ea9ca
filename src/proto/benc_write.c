#include "proto/benc_write.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum level_kind {
	LEVEL_LIST,
	LEVEL_DICT,  /* a key comes next */
	LEVEL_VALUE, /* of the dictionary's last key */
};

void bw_init(struct bw *w)
{
	memset(w, 0, sizeof *w);
}

void bw_fini(struct bw *w)
{
	buf_free(&w->out);
	w->depth = 0;
}

/* A value begins here: in a dictionary it must follow a key. */
static void value_begins(struct bw *w)
{
	if (w->depth == 0)
		return;
	assert(w->level[w->depth - 1].kind != LEVEL_DICT);
	if (w->level[w->depth - 1].kind == LEVEL_VALUE)
		w->level[w->depth - 1].kind = LEVEL_DICT;
}

static void open_level(struct bw *w, enum level_kind kind, uint8_t mark)
{
	value_begins(w);
	assert(w->depth < BW_DEPTH_MAX);
	memset(&w->level[w->depth], 0, sizeof w->level[w->depth]);
	w->level[w->depth++].kind = (uint8_t)kind;
	buf_add_byte(&w->out, mark);
}

static void put_string(struct bw *w, struct span s)
{
	buf_printf(&w->out, "%zu:", s.n);
	buf_add(&w->out, s);
}

static bool key_order_ok(const struct bw *w, struct span key)
{
	size_t at = w->level[w->depth - 1].key_at;
	size_t len = w->level[w->depth - 1].key_len;

	if (at == 0)
		return true;
	size_t n = len < key.n ? len : key.n;
	int c = n ? memcmp(w->out.p + at, key.p, n) : 0;
	return c < 0 || (c == 0 && len < key.n);
}

void bw_dict(struct bw *w)
{
	open_level(w, LEVEL_DICT, 'd');
}

void bw_list(struct bw *w)
{
	open_level(w, LEVEL_LIST, 'l');
}

void bw_end(struct bw *w)
{
	assert(w->depth > 0);
	assert(w->level[w->depth - 1].kind != LEVEL_VALUE);
	w->depth--;
	buf_add_byte(&w->out, 'e');
}

void bw_key(struct bw *w, const char *key)
{
	bw_key_span(w, span_str(key));
}

void bw_key_span(struct bw *w, struct span key)
{
	assert(w->depth > 0);
	assert(w->level[w->depth - 1].kind == LEVEL_DICT);
	assert(key_order_ok(w, key));
	put_string(w, key);
	w->level[w->depth - 1].key_at = w->out.len - key.n;
	w->level[w->depth - 1].key_len = key.n;
	w->level[w->depth - 1].kind = LEVEL_VALUE;
}

void bw_int(struct bw *w, int64_t v)
{
	value_begins(w);
	buf_printf(&w->out, "i%" PRId64 "e", v);
}

void bw_str(struct bw *w, const char *s)
{
	bw_span(w, span_str(s));
}

void bw_span(struct bw *w, struct span s)
{
	value_begins(w);
	put_string(w, s);
}

void bw_raw(struct bw *w, struct span encoded)
{
	value_begins(w);
	buf_add(&w->out, encoded);
}
