/*
 * Any bytes as bencode: tokens lie inside the input and inside each other,
 * the two ways of parsing agree, no proper prefix of a document is one, and a
 * document written again from its tokens is the same bytes if its keys
 * ascend.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "proto/benc_write.h"
#include "proto/bencode.h"

#define CAP 70000u /* more tokens than an input of 64 KiB can hold */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_tokens(const struct benc_doc *d, size_t size)
{
	assert(d->tok[BENC_ROOT].off == 0);
	assert(d->tok[BENC_ROOT].end == size);
	assert(d->tok[BENC_ROOT].next == d->ntok);
	for (uint32_t i = 0; i < d->ntok; i++) {
		const struct benc_tok *t = &d->tok[i];
		uint32_t at = t->off + 1;

		assert(t->off < t->end && t->end <= size);
		assert(t->next > i && t->next <= d->ntok);
		for (uint32_t k = benc_first(d, i); k != BENC_NONE;
			k = benc_next(d, i, k)) {
			assert(k < t->next);
			/* Children follow each other without a gap. */
			assert(d->tok[k].off == at);
			at = d->tok[k].end;
		}
		if (t->type == BENC_LIST || t->type == BENC_DICT)
			assert(at + 1 == t->end);
	}
}

/* Write node i and all below it; the stack is the writer's. */
static void write_again(const struct benc_doc *d, struct bw *w)
{
	uint32_t end[BENC_MAX_DEPTH];
	unsigned depth = 0;

	for (uint32_t i = 0; i < d->ntok; i++) {
		const struct benc_tok *t = &d->tok[i];
		int64_t v = 0;

		if (t->type == BENC_INT) {
			assert(benc_int(d, i, &v));
			buf_printf(&w->out, "i%llde", (long long)v);
		} else if (t->type == BENC_STR) {
			bw_span(w, benc_str(d, i));
		} else {
			buf_add_byte(&w->out, t->type == BENC_LIST ? 'l' : 'd');
			end[depth++] = t->next;
		}
		while (depth > 0 && end[depth - 1] == i + 1) {
			buf_add_byte(&w->out, 'e');
			depth--;
		}
	}
	assert(depth == 0);
}

/* Canonical documents of little depth also pass through the writer. */
static void write_strictly(const struct benc_doc *d, struct bw *w,
	uint32_t node)
{
	bool dict = benc_is(d, node, BENC_DICT);
	int64_t v = 0;

	if (benc_int(d, node, &v)) {
		bw_int(w, v);
		return;
	}
	if (benc_is(d, node, BENC_STR)) {
		bw_span(w, benc_str(d, node));
		return;
	}
	if (dict)
		bw_dict(w);
	else
		bw_list(w);
	for (uint32_t k = benc_first(d, node); k != BENC_NONE;
		k = benc_next(d, node, k)) {
		if (dict) {
			bw_key_span(w, benc_str(d, k));
			k = benc_next(d, node, k);
		}
		write_strictly(d, w, k);
	}
	bw_end(w);
}

static unsigned height(const struct benc_doc *d)
{
	uint32_t end[BENC_MAX_DEPTH];
	unsigned depth = 0, most = 0;

	for (uint32_t i = 0; i < d->ntok; i++) {
		while (depth > 0 && end[depth - 1] <= i)
			depth--;
		if (d->tok[i].type == BENC_LIST || d->tok[i].type == BENC_DICT)
			end[depth++] = d->tok[i].next;
		most = depth > most ? depth : most;
	}
	return most;
}

static void check_writing(const struct benc_doc *d, struct span in)
{
	struct bw w;

	bw_init(&w);
	write_again(d, &w);
	assert(span_equal(buf_span(&w.out), in));
	bw_fini(&w);
	bool ascend = benc_keys_ascend(d, BENC_ROOT);
	assert(!ascend || !benc_has_duplicate_keys(d, BENC_ROOT));
	if (!ascend || height(d) > BW_DEPTH_MAX)
		return;
	bw_init(&w);
	write_strictly(d, &w, BENC_ROOT);
	assert(span_equal(buf_span(&w.out), in));
	bw_fini(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct benc_tok tok[CAP];
	struct benc_doc d;
	struct benc_file f;
	size_t used = 0;

	if (size > CAP)
		return 0;
	enum err e = benc_parse(&d, data, size, tok, CAP);
	enum err whole = benc_load(&f, span_of(data, size), NULL);
	assert((e == ERR_OK) == (whole == ERR_OK));
	assert(e == ERR_OK || d.ntok == 0);
	benc_unload(&f);
	enum err prefix = benc_load(&f, span_of(data, size), &used);
	benc_unload(&f);
	if (prefix == ERR_OK) {
		assert(used > 0 && used <= size);
		assert(e == ERR_OK ? used == size : used < size);
		assert(benc_parse(&d, data, used, tok, CAP) == ERR_OK);
		check_tokens(&d, used);
		check_writing(&d, span_of(data, used));
		/* Exactly as many tokens as there are, and no fewer. */
		uint32_t n = d.ntok;
		assert(benc_parse(&d, data, used, tok, n) == ERR_OK);
		assert(benc_parse(&d, data, used, tok, n - 1) == ERR_LIMIT);
		assert(benc_parse(&d, data, used - 1, tok, CAP) != ERR_OK);
	} else {
		assert(e != ERR_OK);
	}
	return 0;
}
