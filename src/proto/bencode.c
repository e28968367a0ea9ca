/*
 * bencode.c - one pass over the bytes, no recursion.
 *
 * The scanner keeps a stack of the containers that are open.  It runs twice
 * for benc_load(): once without an array to count, once to fill it.
 */
#include "proto/bencode.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct level {
	uint32_t tok; /* of the container */
	bool is_dict;
	bool has_key; /* a key was read and its value was not */
};

struct scan {
	const uint8_t *base;
	const uint8_t *p;
	const uint8_t *end;
	struct benc_tok *tok; /* NULL: only count */
	uint32_t cap;
	uint32_t n;
	unsigned depth;
	struct level level[BENC_MAX_DEPTH];
};

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* "i42e" at the start of s; *used counts the bytes it takes. */
static enum err int_decode(struct span s, int64_t *v, size_t *used)
{
	size_t i = 1;
	bool negative = i < s.n && s.p[i] == '-';
	uint64_t max = (uint64_t)INT64_MAX + (negative ? 1 : 0);
	uint64_t u = 0;

	i += negative ? 1 : 0;
	size_t first = i;
	for (; i < s.n && is_digit(s.p[i]); i++) {
		uint64_t digit = s.p[i] - (uint64_t)'0';

		if (u > (max - digit) / 10)
			return ERR_RANGE;
		u = u * 10 + digit;
	}
	if (i == first || i == s.n || s.p[i] != 'e')
		return ERR_SYNTAX;
	if (s.p[first] == '0' && (negative || i - first > 1))
		return ERR_RANGE;
	/* INT64_MIN has no positive counterpart, hence the detour. */
	*v = negative ? -(int64_t)(u - 1) - 1 : (int64_t)u;
	*used = i + 1;
	return ERR_OK;
}

/* "4:spam" at the start of s: *head bytes, then *len bytes of contents. */
static enum err str_decode(struct span s, size_t *head, size_t *len)
{
	size_t n = 0;
	size_t i = 0;

	for (; i < s.n && is_digit(s.p[i]); i++) {
		if (n > BENC_MAX_BYTES / 10)
			return ERR_SYNTAX;
		n = n * 10 + (size_t)(s.p[i] - '0');
	}
	if (i == 0 || i == s.n || s.p[i] != ':')
		return ERR_SYNTAX;
	if (s.p[0] == '0' && i > 1)
		return ERR_SYNTAX;
	i++;
	if (n > s.n - i)
		return ERR_SYNTAX;
	*head = i;
	*len = n;
	return ERR_OK;
}

/* Record a token of n bytes at the scanner's place, and step over them. */
static enum err scan_add(struct scan *s, enum benc_type type, size_t n,
	size_t head)
{
	if (s->n >= s->cap)
		return ERR_LIMIT;
	if (s->tok) {
		uint32_t off = (uint32_t)(s->p - s->base);

		s->tok[s->n] = (struct benc_tok){
			.off = off,
			.end = off + (uint32_t)n,
			.next = s->n + 1,
			.type = (uint8_t)type,
			.head = (uint8_t)head,
		};
	}
	s->n++;
	s->p += n;
	return ERR_OK;
}

static enum err scan_int(struct scan *s)
{
	struct span rest = span_of(s->p, (size_t)(s->end - s->p));
	int64_t v;
	size_t used;
	enum err e = int_decode(rest, &v, &used);

	return e ? e : scan_add(s, BENC_INT, used, 0);
}

static enum err scan_str(struct scan *s)
{
	struct span rest = span_of(s->p, (size_t)(s->end - s->p));
	size_t head, len;
	enum err e = str_decode(rest, &head, &len);

	return e ? e : scan_add(s, BENC_STR, head + len, head);
}

static enum err scan_open(struct scan *s, enum benc_type type)
{
	if (s->depth == BENC_MAX_DEPTH)
		return ERR_LIMIT;
	s->level[s->depth++] = (struct level){
		.tok = s->n,
		.is_dict = type == BENC_DICT,
	};
	return scan_add(s, type, 1, 0);
}

static enum err scan_close(struct scan *s)
{
	struct level *l = &s->level[--s->depth];

	if (l->has_key)
		return ERR_SYNTAX;
	s->p++;
	if (s->tok) {
		s->tok[l->tok].end = (uint32_t)(s->p - s->base);
		s->tok[l->tok].next = s->n;
	}
	return ERR_OK;
}

static enum err scan_step(struct scan *s)
{
	struct level *l = s->depth ? &s->level[s->depth - 1] : NULL;

	if (s->p == s->end)
		return ERR_SYNTAX;
	uint8_t c = *s->p;
	if (c == 'e' && l)
		return scan_close(s);
	if (l && l->is_dict) {
		if (!l->has_key && !is_digit(c))
			return ERR_SYNTAX;
		l->has_key = !l->has_key;
	}
	if (is_digit(c))
		return scan_str(s);
	if (c == 'i')
		return scan_int(s);
	if (c == 'l')
		return scan_open(s, BENC_LIST);
	if (c == 'd')
		return scan_open(s, BENC_DICT);
	return ERR_SYNTAX;
}

/* One whole value; afterwards s->p is behind it and s->n tokens were met. */
static enum err scan_value(struct scan *s, struct span bytes,
	struct benc_tok *tok, uint32_t cap)
{
	enum err e;

	if (bytes.n > BENC_MAX_BYTES)
		return ERR_LIMIT;
	s->base = s->p = bytes.p;
	s->end = bytes.n ? bytes.p + bytes.n : bytes.p;
	s->tok = tok;
	s->cap = cap;
	s->n = 0;
	s->depth = 0;
	do {
		e = scan_step(s);
	} while (e == ERR_OK && s->depth > 0);
	return e;
}

enum err benc_parse(struct benc_doc *d, const uint8_t *buf, size_t len,
	struct benc_tok *tok, uint32_t cap)
{
	struct scan s;

	*d = (struct benc_doc){.buf = buf};
	enum err e = scan_value(&s, span_of(buf, len), tok, tok ? cap : 0);
	if (e)
		return e;
	if (s.p != s.end)
		return ERR_SYNTAX;
	d->tok = tok;
	d->ntok = s.n;
	return ERR_OK;
}

enum err benc_load(struct benc_file *f, struct span bytes, size_t *prefix)
{
	struct scan s;

	*f = (struct benc_file){.doc.buf = bytes.p};
	enum err e = scan_value(&s, bytes, NULL, BENC_MAX_TOKENS);
	if (e)
		return e;
	if (!prefix && s.p != s.end)
		return ERR_SYNTAX;
	size_t used = (size_t)(s.p - s.base);
	uint32_t n = s.n;
	f->tok = mem_array(n, sizeof *f->tok);
	e = benc_parse(&f->doc, bytes.p, used, f->tok, n);
	if (e) {
		benc_unload(f);
		return e;
	}
	if (prefix)
		*prefix = used;
	return ERR_OK;
}

void benc_unload(struct benc_file *f)
{
	mem_free(f->tok);
	*f = (struct benc_file){0};
}

bool benc_is(const struct benc_doc *d, uint32_t node, enum benc_type type)
{
	return node < d->ntok && d->tok[node].type == type;
}

static bool is_container(const struct benc_doc *d, uint32_t node)
{
	return benc_is(d, node, BENC_LIST) || benc_is(d, node, BENC_DICT);
}

uint32_t benc_first(const struct benc_doc *d, uint32_t node)
{
	if (!is_container(d, node) || d->tok[node].next == node + 1)
		return BENC_NONE;
	return node + 1;
}

uint32_t benc_next(const struct benc_doc *d, uint32_t parent, uint32_t node)
{
	if (!is_container(d, parent) || node >= d->ntok)
		return BENC_NONE;
	uint32_t next = d->tok[node].next;
	return next < d->tok[parent].next ? next : BENC_NONE;
}

uint32_t benc_get(const struct benc_doc *d, uint32_t dict, const char *key)
{
	struct span want = span_str(key);

	if (!benc_is(d, dict, BENC_DICT))
		return BENC_NONE;
	uint32_t k = benc_first(d, dict);
	while (k != BENC_NONE) {
		uint32_t value = benc_next(d, dict, k);

		if (span_equal(benc_str(d, k), want))
			return value;
		k = benc_next(d, dict, value);
	}
	return BENC_NONE;
}

bool benc_int(const struct benc_doc *d, uint32_t node, int64_t *v)
{
	size_t used;

	if (!benc_is(d, node, BENC_INT))
		return false;
	return int_decode(benc_raw(d, node), v, &used) == ERR_OK;
}

bool benc_int_in(const struct benc_doc *d, uint32_t node, int64_t min,
	int64_t max, int64_t *v)
{
	int64_t x;

	if (!benc_int(d, node, &x) || x < min || x > max)
		return false;
	*v = x;
	return true;
}

struct span benc_str(const struct benc_doc *d, uint32_t node)
{
	if (!benc_is(d, node, BENC_STR))
		return span_of(NULL, 0);
	const struct benc_tok *t = &d->tok[node];
	return span_of(d->buf + t->off + t->head, t->end - t->off - t->head);
}

struct span benc_raw(const struct benc_doc *d, uint32_t node)
{
	if (node >= d->ntok)
		return span_of(NULL, 0);
	const struct benc_tok *t = &d->tok[node];
	return span_of(d->buf + t->off, t->end - t->off);
}

static int span_order(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c != 0 || a.n == b.n)
		return c;
	return a.n < b.n ? -1 : 1;
}

static int compare_keys(const void *a, const void *b)
{
	return span_order(*(const struct span *)a, *(const struct span *)b);
}

/* Whether each key is greater than the one before; *nkeys counts them. */
static bool keys_ascend(const struct benc_doc *d, uint32_t dict, size_t *nkeys)
{
	struct span last = {0};
	bool ascend = true;
	size_t n = 0;

	for (uint32_t k = benc_first(d, dict); k != BENC_NONE; n++) {
		struct span key = benc_str(d, k);

		if (n > 0 && span_order(last, key) >= 0)
			ascend = false;
		last = key;
		k = benc_next(d, dict, benc_next(d, dict, k));
	}
	*nkeys = n;
	return ascend;
}

/* For the rare dictionary out of order: sort a copy of its n keys. */
static bool unsorted_dict_repeats(const struct benc_doc *d, uint32_t dict,
	size_t n)
{
	struct span *keys = mem_array(n, sizeof *keys);
	bool repeats = false;
	uint32_t k = benc_first(d, dict);

	for (size_t i = 0; i < n; i++) {
		keys[i] = benc_str(d, k);
		k = benc_next(d, dict, benc_next(d, dict, k));
	}
	qsort(keys, n, sizeof *keys, compare_keys);
	for (size_t i = 1; i < n && !repeats; i++)
		repeats = span_equal(keys[i - 1], keys[i]);
	mem_free(keys);
	return repeats;
}

static uint32_t end_of(const struct benc_doc *d, uint32_t node)
{
	return node < d->ntok ? d->tok[node].next : node;
}

bool benc_has_duplicate_keys(const struct benc_doc *d, uint32_t node)
{
	size_t n;

	for (uint32_t i = node; i < end_of(d, node); i++) {
		if (!benc_is(d, i, BENC_DICT) || keys_ascend(d, i, &n))
			continue;
		if (unsorted_dict_repeats(d, i, n))
			return true;
	}
	return false;
}

bool benc_keys_ascend(const struct benc_doc *d, uint32_t node)
{
	size_t n;

	for (uint32_t i = node; i < end_of(d, node); i++) {
		if (benc_is(d, i, BENC_DICT) && !keys_ascend(d, i, &n))
			return false;
	}
	return true;
}
