/*
 * metainfo_v2.c - the file tree of BEP 52.
 *
 * The tree is walked with a stack of its own, in the order of its keys, which
 * is the order of the pieces.  A v2 torrent's files become the list; in a
 * hybrid they are held against the v1 list, entry by entry.
 */
#include <assert.h>

#include "base/hash.h"
#include "proto/metainfo_priv.h"

struct tree_level {
	uint32_t dict;
	uint32_t at;  /* key of the entry being visited */
	uint32_t key; /* key of the entry after it, or BENC_NONE */
	uint32_t folder;
	bool has_folder; /* whether `folder` was looked up */
};

struct tree_walk {
	const struct meta_build *b;
	size_t index; /* files met so far */
	unsigned depth;
	struct tree_level level[BENC_MAX_DEPTH];
};

/* A file; its path are the keys `at` of the walk's levels. */
struct tree_leaf {
	struct meta_props props;
	struct span root; /* 32 bytes, or empty for an empty file */
};

static void tree_enter(struct tree_walk *w, uint32_t dict)
{
	/* The tree lies inside the document, whose depth is bounded. */
	assert(w->depth < BENC_MAX_DEPTH);
	w->level[w->depth++] = (struct tree_level){
		.dict = dict,
		.at = BENC_NONE,
		.key = benc_first(w->b->doc, dict),
	};
}

static bool all_zero(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i])
			return false;
	}
	return true;
}

static enum err read_leaf(const struct tree_walk *w, uint32_t node,
	struct tree_leaf *out)
{
	const struct meta_build *b = w->b;
	struct tree_leaf leaf = {0};

	if (!benc_is(b->doc, node, BENC_DICT))
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"file %zu: its properties are no dictionary", w->index);
	enum err e = meta_read_props(b, node, w->index, &leaf.props);
	if (e)
		return e;
	if (leaf.props.is_pad)
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"file %zu: padding in a file tree", w->index);
	if (leaf.props.length > 0) {
		leaf.root =
			benc_str(b->doc, benc_get(b->doc, node, "pieces root"));
		if (leaf.root.n != SHA256_LEN || all_zero(leaf.root))
			return fault_set(b->fault, ERR_SYNTAX, 0,
				"file %zu: its pieces root is missing or wrong",
				w->index);
	}
	*out = leaf;
	return ERR_OK;
}

/* Visit one entry; ERR_AGAIN when it was a folder. */
static enum err tree_visit(struct tree_walk *w, uint32_t value,
	struct tree_leaf *leaf)
{
	const struct benc_doc *d = w->b->doc;

	if (!benc_is(d, value, BENC_DICT))
		return fault_set(w->b->fault, ERR_SYNTAX, 0,
			"an entry of the file tree is no dictionary");
	uint32_t first = benc_first(d, value);
	if (first == BENC_NONE)
		return ERR_AGAIN; /* an empty folder: nothing to make */
	if (benc_str(d, first).n > 0) {
		tree_enter(w, value);
		return ERR_AGAIN;
	}
	uint32_t props = benc_next(d, value, first);
	w->index++;
	if (benc_next(d, value, props) != BENC_NONE)
		return fault_set(w->b->fault, ERR_SYNTAX, 0,
			"file %zu: a file and a folder have the same name",
			w->index);
	return read_leaf(w, props, leaf);
}

/* The next file; ERR_NOENT after the last. */
static enum err tree_next(struct tree_walk *w, struct tree_leaf *leaf)
{
	const struct benc_doc *d = w->b->doc;

	while (w->depth > 0) {
		struct tree_level *l = &w->level[w->depth - 1];

		if (l->key == BENC_NONE) {
			w->depth--;
			continue;
		}
		uint32_t value = benc_next(d, l->dict, l->key);
		l->at = l->key;
		l->key = benc_next(d, l->dict, value);
		enum err e = tree_visit(w, value, leaf);
		if (e != ERR_AGAIN)
			return e;
	}
	return ERR_NOENT;
}

static void tree_begin(struct tree_walk *w, const struct meta_build *b)
{
	w->b = b;
	w->index = 0;
	w->depth = 0;
	tree_enter(w, benc_get(b->doc, b->info, "file tree"));
}

static uint64_t pieces_of(const struct metainfo *m, uint64_t length)
{
	return length / m->piece_length + (length % m->piece_length ? 1 : 0);
}

/* First pass: everything is well-formed; how many files and pieces. */
static enum err measure(struct meta_build *b, size_t *nfiles, uint64_t *npieces)
{
	struct tree_walk w;
	struct tree_leaf leaf;
	uint64_t pieces = 0;
	enum err e;

	tree_begin(&w, b);
	while ((e = tree_next(&w, &leaf)) == ERR_OK) {
		pieces += pieces_of(b->m, leaf.props.length);
		if (pieces > METAINFO_PIECES_MAX)
			return fault_set(b->fault, ERR_LIMIT, 0,
				"more than %u pieces", METAINFO_PIECES_MAX);
		if (w.index > METAINFO_FILES_MAX)
			return fault_set(b->fault, ERR_LIMIT, 0,
				"more than %u files", METAINFO_FILES_MAX);
	}
	if (e != ERR_NOENT)
		return e;
	if (w.index == 0)
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"the torrent has no files");
	if (pieces == 0)
		return fault_set(b->fault, ERR_RANGE, 0,
			"the torrent holds no data: its size is 0");
	*nfiles = w.index;
	*npieces = pieces;
	return ERR_OK;
}

/* One file directly in the tree: no folder is made for the torrent. */
static bool is_single(const struct meta_build *b)
{
	const struct benc_doc *d = b->doc;
	uint32_t tree = benc_get(d, b->info, "file tree");
	uint32_t key = benc_first(d, tree);
	uint32_t value = benc_next(d, tree, key);

	if (benc_next(d, tree, value) != BENC_NONE)
		return false;
	uint32_t inner = benc_first(d, value);
	return inner != BENC_NONE && benc_str(d, inner).n == 0;
}

static enum err leaf_path(struct tree_walk *w, struct paths *paths,
	const char **out)
{
	const struct benc_doc *d = w->b->doc;
	unsigned i;

	w->level[0].folder = PATHS_TOP;
	w->level[0].has_folder = true;
	for (i = 1; i < w->depth; i++) {
		struct tree_level *up = &w->level[i - 1];
		struct tree_level *l = &w->level[i];

		if (l->has_folder)
			continue;
		enum err e = paths_folder(paths, up->folder,
			benc_str(d, up->at), &l->folder);
		if (e)
			return e;
		l->has_folder = true;
	}
	return paths_file(paths, w->level[i - 1].folder,
		benc_str(d, w->level[i - 1].at), out);
}

/* v2 only: the tree becomes the list of files. */
static enum err list_files(struct meta_build *b)
{
	struct metainfo *m = b->m;
	struct tree_walk w;
	struct tree_leaf leaf;
	uint64_t pieces = 0;

	m->is_multi = !is_single(b);
	b->paths = meta_paths(b, m->is_multi ? m->name : NULL);
	tree_begin(&w, b);
	for (size_t i = 0; i < m->nfiles; i++) {
		struct meta_file *f = &m->files[i];

		enum err e = tree_next(&w, &leaf);
		if (e)
			return e;
		f->length = leaf.props.length;
		f->is_symlink = leaf.props.is_symlink;
		f->is_executable = leaf.props.is_executable;
		/* A file begins a piece; an empty one lies where it is met. */
		f->offset = f->length ? pieces * m->piece_length : m->total;
		if (f->length) {
			f->root = meta_owned(b, leaf.root.p);
			m->total = f->offset + f->length;
		}
		m->content += f->length;
		pieces += pieces_of(m, f->length);
		if (leaf_path(&w, b->paths, &f->path))
			return fault_set(b->fault, ERR_LIMIT, 0,
				"the paths of the files are too long together");
	}
	return ERR_OK;
}

/* The keys on the walk's stack are the elements of the v1 path. */
static bool same_path(const struct tree_walk *w, uint32_t path)
{
	const struct benc_doc *d = w->b->doc;
	uint32_t i = benc_first(d, path);

	for (unsigned k = 0; k < w->depth; k++) {
		if (i == BENC_NONE)
			return false;
		if (!span_equal(benc_str(d, i), benc_str(d, w->level[k].at)))
			return false;
		i = benc_next(d, path, i);
	}
	return i == BENC_NONE;
}

/* The v1 list, seen without its padding. */
struct v1_walk {
	uint32_t list; /* BENC_NONE: a single file */
	uint32_t node;
	size_t index; /* of node in m->files */
};

/* Whether the v1 list goes on with the file the tree walk stands at. */
static bool matches_v1(const struct tree_walk *w, struct v1_walk *v)
{
	const struct meta_build *b = w->b;
	const struct metainfo *m = b->m;
	struct v1_entry entry;

	while (v->index < m->nfiles && m->files[v->index].is_pad) {
		v->node = benc_next(b->doc, v->list, v->node);
		v->index++;
	}
	if (v->index == m->nfiles)
		return false;
	if (v->list == BENC_NONE) {
		struct span key = benc_str(b->doc, w->level[0].at);

		return w->depth == 1 && span_equal(key, b->name);
	}
	if (meta_v1_entry(b, v->node, v->index + 1, &entry))
		return false;
	return same_path(w, entry.path);
}

static enum err disagree(const struct meta_build *b, size_t index)
{
	return fault_set(b->fault, ERR_RANGE, 0,
		"file %zu: its v1 and v2 descriptions disagree", index);
}

/* Hybrid: both lists name the same files at the same places. */
static enum err compare_lists(struct meta_build *b, uint64_t npieces)
{
	struct metainfo *m = b->m;
	struct tree_walk w;
	struct tree_leaf leaf;
	struct v1_walk v = {.list = benc_get(b->doc, b->info, "files")};
	uint64_t pieces = 0;
	enum err e;

	v.node = benc_first(b->doc, v.list);
	tree_begin(&w, b);
	while ((e = tree_next(&w, &leaf)) == ERR_OK) {
		if (!matches_v1(&w, &v))
			return disagree(b, w.index);
		struct meta_file *f = &m->files[v.index++];
		v.node = benc_next(b->doc, v.list, v.node);
		if (f->length != leaf.props.length)
			return disagree(b, w.index);
		if (f->length && f->offset != pieces * m->piece_length)
			return disagree(b, w.index);
		if (f->length)
			f->root = meta_owned(b, leaf.root.p);
		pieces += pieces_of(m, f->length);
	}
	if (e != ERR_NOENT)
		return e;
	while (v.index < m->nfiles && m->files[v.index].is_pad)
		v.index++;
	if (v.index != m->nfiles || m->npieces != npieces)
		return disagree(b, v.index + 1);
	return ERR_OK;
}

static enum err check_head(const struct meta_build *b)
{
	const struct benc_doc *d = b->doc;
	uint32_t length = b->m->piece_length;
	uint32_t tree = benc_get(d, b->info, "file tree");
	uint32_t first = benc_first(d, tree);

	if (length < META_PIECE_V2_MIN || (length & (length - 1)) != 0)
		return fault_set(b->fault, ERR_RANGE, 0,
			"'piece length' of a v2 torrent must be a power of two "
			"and at least %d",
			META_PIECE_V2_MIN);
	if (!benc_is(d, tree, BENC_DICT) || first == BENC_NONE)
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"'file tree' is missing or empty");
	if (benc_str(d, first).n == 0)
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"'file tree' has a file without a name");
	/* The order of the keys is the order of the pieces. */
	if (!benc_keys_ascend(d, b->info))
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"the keys of a v2 torrent are not in order");
	return ERR_OK;
}

enum err meta_v2_parse(struct meta_build *b)
{
	struct metainfo *m = b->m;
	size_t nfiles = 0;
	uint64_t npieces = 0;

	enum err e = check_head(b);
	if (!e)
		e = measure(b, &nfiles, &npieces);
	if (e)
		return e;
	if (m->has_v1)
		return compare_lists(b, npieces);
	m->files = arena_array(b->arena, nfiles, sizeof *m->files);
	m->nfiles = nfiles;
	m->npieces = (uint32_t)npieces;
	return list_files(b);
}
