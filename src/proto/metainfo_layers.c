/*
 * metainfo_layers.c - the `piece layers` of BEP 52, checked against the roots
 * of the files before anybody trusts them.
 *
 * They lie outside the info dictionary, so no info-hash covers them; the
 * roots, which are inside, do.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "proto/merkle.h"
#include "proto/metainfo_priv.h"

struct layer {
	const uint8_t *root;
	struct span hashes;
	bool wanted;  /* it is some file's */
	bool checked; /* it leads to its root */
};

struct layer_list {
	struct layer *a;
	size_t n;
};

static int compare_layers(const void *a, const void *b)
{
	const struct layer *x = a, *y = b;

	return memcmp(x->root, y->root, SHA256_LEN);
}

static enum err read_layers(const struct meta_build *b, uint32_t node,
	struct layer_list *list)
{
	const struct benc_doc *d = b->doc;
	size_t n = 0;

	for (uint32_t k = benc_first(d, node); k != BENC_NONE;
		k = benc_next(d, node, benc_next(d, node, k)))
		n++;
	if (n == 0)
		return ERR_OK;
	list->a = mem_zero_array(n, sizeof *list->a);
	for (uint32_t k = benc_first(d, node); k != BENC_NONE;) {
		uint32_t value = benc_next(d, node, k);
		struct span root = benc_str(d, k);
		struct span hashes = benc_str(d, value);

		if (root.n != SHA256_LEN || hashes.n == 0 ||
			hashes.n % SHA256_LEN)
			return fault_set(b->fault, ERR_SYNTAX, 0,
				"'piece layers' has an entry of a wrong size");
		list->a[list->n++] = (struct layer){
			.root = root.p,
			.hashes = hashes,
		};
		k = benc_next(d, node, value);
	}
	qsort(list->a, list->n, sizeof *list->a, compare_layers);
	return ERR_OK;
}

static struct layer *find_layer(const struct layer_list *list,
	const uint8_t *root)
{
	struct layer want = {.root = root};

	if (list->n == 0)
		return NULL;
	return bsearch(&want, list->a, list->n, sizeof *list->a,
		compare_layers);
}

static bool layer_ok(const struct metainfo *m, struct layer *l, size_t npieces)
{
	uint8_t root[SHA256_LEN];

	if (l->hashes.n / SHA256_LEN != npieces)
		return false;
	/* Files with equal contents share a layer: check it once. */
	if (l->checked)
		return true;
	merkle_root(l->hashes.p, npieces, merkle_level(m->piece_length), 0,
		root);
	l->checked = memcmp(root, l->root, SHA256_LEN) == 0;
	return l->checked;
}

/* Copy the hashes of file i to out; *missing is set when there are none. */
static enum err take_layer(const struct meta_build *b, size_t i,
	const struct layer_list *list, uint8_t *out, bool *missing)
{
	const struct metainfo *m = b->m;
	const struct meta_file *f = &m->files[i];
	size_t first = m->layer_first[i];
	struct layer *l = find_layer(list, f->root);

	if (l)
		l->wanted = true;
	if (f->length <= m->piece_length) {
		/* Its root is the hash of its only piece. */
		memcpy(out + first * SHA256_LEN, f->root, SHA256_LEN);
		return ERR_OK;
	}
	if (!l) {
		*missing = true;
		return ERR_OK;
	}
	size_t n = (size_t)((f->length - 1) / m->piece_length + 1);
	if (!layer_ok(m, l, n))
		return fault_set(b->fault, ERR_RANGE, 0,
			"file %zu: its piece layer does not match its root",
			i + 1);
	memcpy(out + first * SHA256_LEN, l->hashes.p, l->hashes.n);
	return ERR_OK;
}

static enum err take_layers(struct meta_build *b, const struct layer_list *list,
	uint8_t *out, bool *missing)
{
	const struct metainfo *m = b->m;

	for (size_t i = 0; i < m->nfiles; i++) {
		if (!m->files[i].root)
			continue;
		enum err e = take_layer(b, i, list, out, missing);
		if (e)
			return e;
	}
	for (size_t i = 0; i < list->n; i++) {
		if (!list->a[i].wanted)
			return fault_set(b->fault, ERR_SYNTAX, 0,
				"'piece layers' has an entry of no file");
	}
	return ERR_OK;
}

static void number_layers(struct meta_build *b)
{
	struct metainfo *m = b->m;
	uint32_t *first = arena_array(b->arena, m->nfiles, sizeof *first);

	for (size_t i = 0; i < m->nfiles; i++)
		first[i] = (uint32_t)(m->files[i].offset / m->piece_length);
	m->layer_first = first;
}

enum err meta_v2_layers(struct meta_build *b, uint32_t node)
{
	struct metainfo *m = b->m;
	struct layer_list list = {0};
	uint8_t *layers = NULL;
	bool missing = false;
	enum err e;

	if (node != BENC_NONE && !benc_is(b->doc, node, BENC_DICT))
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"'piece layers' is no dictionary");
	number_layers(b);
	e = read_layers(b, node, &list);
	if (e)
		goto out;
	layers = mem_zero_array(m->npieces, SHA256_LEN);
	e = take_layers(b, &list, layers, &missing);
	if (e == ERR_OK && !missing) {
		m->layers = b->own->layers = layers;
		m->has_layers = true;
		layers = NULL;
	}
out:
	mem_free(layers);
	mem_free(list.a);
	return e;
}
