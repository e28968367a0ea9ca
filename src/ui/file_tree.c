/*
 * file_tree.c - see file_tree.h.
 */
#include "ui/file_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct file_tree {
	struct file_node *nodes; /* depth first */
	size_t n;
	size_t nfiles;
	uint32_t *node_of; /* of each file; FILE_NONE: padding */
	uint32_t *shown;   /* nodes */
	size_t nshown;
	uint8_t *marked; /* a byte for each file */
	size_t nmarked;
	bool flat, filtered;
	struct file_totals totals;
};

/* --- making
 *
 * Folders are found by sorting the files by folder, which needs no table
 * keyed by what a stranger chose; they are then hung up in the order of the
 * files.
 * ---------------------------------------------------------------------- */

struct draft {
	uint32_t file, at, len; /* where its name stands */
	uint32_t parent, first, last, next;
	bool linked;
	uint8_t depth;
};

struct maker {
	const struct file_row *files;
	size_t n;
	uint32_t *dir_len;   /* of each path */
	uint32_t *folder_of; /* of each file; a draft */
	struct draft *folders;
	size_t nfolders, cap;
	uint32_t first, last; /* of the root; files are FILE_BIT | number */
	uint32_t *next_file;  /* the child after each file */
};

/* Children are folders and files: the latter have this bit. */
#define FILE_BIT 0x80000000u

static uint32_t dir_length(const char *path)
{
	const char *p = path, *slash = NULL;

	for (unsigned depth = 0; depth < FILE_TREE_DEPTH_MAX; depth++) {
		const char *next = strchr(p, '/');

		if (!next)
			break;
		slash = next;
		p = next + 1;
	}
	return slash ? (uint32_t)(slash - path) : 0;
}

/* The end of a name comes before any character, so what lies in a folder
 * stands together. */
static int by_folder(const void *pa, const void *pb, void *user)
{
	const struct maker *m = user;
	uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;
	const char *x = m->files[a].path, *y = m->files[b].path;
	uint32_t nx = m->dir_len[a], ny = m->dir_len[b];

	for (uint32_t i = 0; i < nx && i < ny; i++)
		if (x[i] != y[i]) {
			int cx = x[i] == '/' ? 0 : (unsigned char)x[i];
			int cy = y[i] == '/' ? 0 : (unsigned char)y[i];

			return cx - cy;
		}
	if (nx != ny)
		return nx < ny ? -1 : 1;
	return a < b ? -1 : a > b;
}

static uint32_t add_folder(struct maker *m, uint32_t file, uint32_t at,
	uint32_t len, uint32_t parent)
{
	struct draft *d;

	m->folders = mem_grow(m->folders, &m->cap, m->nfolders + 1,
		sizeof *m->folders);
	d = &m->folders[m->nfolders];
	*d = (struct draft){.file = file,
		.at = at,
		.len = len,
		.parent = parent,
		.first = FILE_NONE,
		.last = FILE_NONE,
		.next = FILE_NONE};
	if (parent != FILE_NONE)
		d->depth = (uint8_t)(m->folders[parent].depth + 1);
	return (uint32_t)m->nfolders++;
}

/* The folder of a path whose first `same` elements are the folders in chain;
 * adds the others. */
static uint32_t folder_chain(struct maker *m, uint32_t file, uint32_t *chain,
	size_t *nchain)
{
	const char *path = m->files[file].path;
	uint32_t len = m->dir_len[file], at = 0;
	size_t depth = 0;
	bool same = true;

	while (at < len) {
		const char *slash = memchr(path + at, '/', len - at);
		uint32_t end = slash ? (uint32_t)(slash - path) : len;
		const struct draft *d = NULL;

		if (same && depth < *nchain)
			d = &m->folders[chain[depth]];
		same = d && d->len == end - at &&
		       memcmp(m->files[d->file].path + d->at, path + at,
			       d->len) == 0;
		if (!same)
			chain[depth] = add_folder(m, file, at, end - at,
				depth ? chain[depth - 1] : FILE_NONE);
		depth++;
		at = end + 1;
	}
	*nchain = depth;
	return depth ? chain[depth - 1] : FILE_NONE;
}

static void find_folders(struct maker *m)
{
	uint32_t *order = mem_array(m->n + 1, sizeof *order);
	uint32_t chain[FILE_TREE_DEPTH_MAX + 1];
	size_t nchain = 0;

	for (size_t i = 0; i < m->n; i++) {
		order[i] = (uint32_t)i;
		m->dir_len[i] = dir_length(m->files[i].path);
	}
	qsort_r(order, m->n, sizeof *order, by_folder, m);
	for (size_t i = 0; i < m->n; i++)
		m->folder_of[order[i]] =
			folder_chain(m, order[i], chain, &nchain);
	mem_free(order);
}

static uint32_t *next_of(struct maker *m, uint32_t child)
{
	return child & FILE_BIT ? &m->next_file[child & ~FILE_BIT]
	                        : &m->folders[child].next;
}

static void link_child(struct maker *m, uint32_t parent, uint32_t child)
{
	uint32_t *first = &m->first, *last = &m->last;

	if (parent != FILE_NONE) {
		first = &m->folders[parent].first;
		last = &m->folders[parent].last;
	}
	if (*first == FILE_NONE)
		*first = child;
	else
		*next_of(m, *last) = child;
	*last = child;
}

static void link_file(struct maker *m, uint32_t file)
{
	uint32_t folder = m->folder_of[file];

	m->next_file[file] = FILE_NONE;
	link_child(m, folder, FILE_BIT | file);
	while (folder != FILE_NONE && !m->folders[folder].linked) {
		struct draft *d = &m->folders[folder];

		d->linked = true;
		/* The name is the same in every path; rows begin with it. */
		d->file = file;
		link_child(m, d->parent, folder);
		folder = d->parent;
	}
}

static uint32_t put_file(struct file_tree *t, const struct maker *m,
	uint32_t file, uint32_t parent)
{
	struct file_node *node = &t->nodes[t->n];
	uint32_t len = m->dir_len[file];
	uint32_t at = len ? len + 1 : 0;

	*node = (struct file_node){.file = file,
		.last_file = file,
		.parent = parent,
		.end = (uint32_t)t->n + 1,
		.at = at,
		.len = (uint32_t)strlen(m->files[file].path + at),
		.nfiles = 1,
		.matches = true};
	if (parent != FILE_NONE)
		node->depth = (uint8_t)(t->nodes[parent].depth + 1);
	t->node_of[file] = (uint32_t)t->n;
	return (uint32_t)t->n++;
}

static uint32_t put_folder(struct file_tree *t, const struct maker *m,
	uint32_t folder, uint32_t parent)
{
	const struct draft *d = &m->folders[folder];

	t->nodes[t->n] = (struct file_node){.file = d->file,
		.parent = parent,
		.at = d->at,
		.len = d->len,
		.depth = d->depth,
		.is_folder = true,
		.matches = true};
	return (uint32_t)t->n++;
}

/* All children of all folders, depth first, without recursion. */
static void put_nodes(struct file_tree *t, struct maker *m)
{
	struct {
		uint32_t child, node;
	} stack[FILE_TREE_DEPTH_MAX + 1];
	int top = 0;

	stack[0].child = m->first;
	stack[0].node = FILE_NONE;
	while (top >= 0) {
		uint32_t child = stack[top].child, node = stack[top].node;

		if (child == FILE_NONE) {
			if (node != FILE_NONE)
				t->nodes[node].end = (uint32_t)t->n;
			top--;
			continue;
		}
		stack[top].child = *next_of(m, child);
		if (child & FILE_BIT) {
			put_file(t, m, child & ~FILE_BIT, node);
			continue;
		}
		node = put_folder(t, m, child, node);
		stack[++top].child = m->folders[child].first;
		stack[top].node = node;
	}
}

static void find_whole(struct file_tree *t);
static void show(struct file_tree *t);

struct file_tree *file_tree_new(const struct file_row *files, size_t n)
{
	struct file_tree *t = mem_zero(sizeof *t);
	struct maker m = {.files = files,
		.n = n < FILE_BIT ? n : FILE_BIT - 1,
		.first = FILE_NONE,
		.last = FILE_NONE};

	m.dir_len = mem_array(m.n + 1, sizeof *m.dir_len);
	m.folder_of = mem_array(m.n + 1, sizeof *m.folder_of);
	m.next_file = mem_array(m.n + 1, sizeof *m.next_file);
	find_folders(&m);
	t->nfiles = m.n;
	t->nodes = mem_array(m.n + m.nfolders + 1, sizeof *t->nodes);
	t->shown = mem_array(m.n + m.nfolders + 1, sizeof *t->shown);
	t->node_of = mem_array(m.n + 1, sizeof *t->node_of);
	t->marked = mem_zero(m.n + 1);
	for (size_t i = 0; i < m.n; i++) {
		t->node_of[i] = FILE_NONE;
		if (!files[i].is_pad)
			link_file(&m, (uint32_t)i);
	}
	put_nodes(t, &m);
	mem_free(m.dir_len);
	mem_free(m.folder_of);
	mem_free(m.next_file);
	mem_free(m.folders);
	file_tree_sum(t, files);
	find_whole(t);
	show(t);
	return t;
}

void file_tree_free(struct file_tree *t)
{
	if (!t)
		return;
	mem_free(t->nodes);
	mem_free(t->shown);
	mem_free(t->node_of);
	mem_free(t->marked);
	mem_free(t);
}

size_t file_tree_files(const struct file_tree *t)
{
	return t->nfiles;
}

/* --- sums
 * ---------------------------------------------------------------------- */

static void sum_file(struct file_tree *t, struct file_node *node,
	const struct file_row *f)
{
	node->size = f->size;
	node->have = f->have;
	node->priority = f->priority;
	node->first_piece = f->first_piece;
	node->end_piece = f->end_piece;
	node->nmarked = t->marked[node->file];
	t->totals.nfiles++;
	t->totals.nskipped += f->priority == 0;
	t->totals.size += f->size;
	if (f->priority) {
		t->totals.wanted += f->size;
		t->totals.missing += f->size > f->have ? f->size - f->have : 0;
	}
}

static void empty_folder(struct file_node *node)
{
	node->size = node->have = 0;
	node->nfiles = node->nmarked = 0;
	node->first_piece = UINT32_MAX;
	node->end_piece = 0;
	node->last_file = 0;
}

static void add_to_folder(struct file_node *to, const struct file_node *in)
{
	to->priority = to->nfiles == 0 || to->priority == in->priority
	                       ? in->priority
	                       : FILE_MIXED;
	to->size += in->size;
	to->have += in->have;
	to->nfiles += in->nfiles;
	to->nmarked += in->nmarked;
	if (in->end_piece > in->first_piece) {
		if (in->first_piece < to->first_piece)
			to->first_piece = in->first_piece;
		if (in->end_piece > to->end_piece)
			to->end_piece = in->end_piece;
	}
	if (in->last_file > to->last_file)
		to->last_file = in->last_file;
}

void file_tree_sum(struct file_tree *t, const struct file_row *files)
{
	t->totals = (struct file_totals){0};
	for (size_t i = 0; i < t->n; i++)
		if (t->nodes[i].is_folder)
			empty_folder(&t->nodes[i]);
		else
			sum_file(t, &t->nodes[i], &files[t->nodes[i].file]);
	/* Backwards, each folder is complete before it is added. */
	for (size_t i = t->n; i-- > 0;)
		if (t->nodes[i].parent != FILE_NONE)
			add_to_folder(&t->nodes[t->nodes[i].parent],
				&t->nodes[i]);
}

/* Padding between two files parts nobody. */
static void find_whole(struct file_tree *t)
{
	uint32_t *before = mem_array(t->nfiles + 1, sizeof *before);
	uint32_t count = 0;

	for (size_t i = 0; i < t->nfiles; i++) {
		before[i] = count;
		count += t->node_of[i] != FILE_NONE;
	}
	for (size_t i = 0; i < t->n; i++) {
		struct file_node *node = &t->nodes[i];

		node->whole =
			before[node->last_file] - before[node->file] + 1 ==
			node->nfiles;
	}
	mem_free(before);
}

const struct file_totals *file_tree_totals(const struct file_tree *t)
{
	return &t->totals;
}

/* --- rows shown
 * ---------------------------------------------------------------------- */

static void show_flat(struct file_tree *t)
{
	for (size_t i = 0; i < t->nfiles; i++)
		if (t->node_of[i] != FILE_NONE &&
			t->nodes[t->node_of[i]].matches)
			t->shown[t->nshown++] = t->node_of[i];
}

static void show(struct file_tree *t)
{
	t->nshown = 0;
	if (t->flat) {
		show_flat(t);
		return;
	}
	for (size_t i = 0; i < t->n;) {
		const struct file_node *node = &t->nodes[i];
		bool skip = node->folded && !t->filtered;

		if (node->matches)
			t->shown[t->nshown++] = (uint32_t)i;
		i = skip || (node->is_folder && !node->matches) ? node->end
		                                                : i + 1;
	}
}

size_t file_tree_rows(const struct file_tree *t)
{
	return t->nshown;
}

const struct file_node *file_tree_at(const struct file_tree *t, size_t row)
{
	return &t->nodes[t->shown[row]];
}

const char *file_tree_name(const struct file_tree *t,
	const struct file_node *node, const struct file_row *files, size_t *len)
{
	const char *path = files[node->file].path;

	*len = t->flat ? strlen(path) : node->len;
	return t->flat ? path : path + node->at;
}

/* The row of a node; rows stand in the order of nodes unless flat. */
static bool row_of_node(const struct file_tree *t, uint32_t node, size_t *out)
{
	size_t from = 0, to = t->nshown;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		bool before = t->flat ? t->nodes[t->shown[mid]].file <
		                                t->nodes[node].file
		                      : t->shown[mid] < node;

		if (before)
			from = mid + 1;
		else
			to = mid;
	}
	*out = from;
	return from < t->nshown && t->shown[from] == node;
}

size_t file_tree_row_of(const struct file_tree *t, uint32_t file)
{
	uint32_t node = file < t->nfiles ? t->node_of[file] : FILE_NONE;
	size_t row;

	for (; node != FILE_NONE; node = t->nodes[node].parent)
		if (row_of_node(t, node, &row))
			return row;
	return 0;
}

bool file_tree_parent(const struct file_tree *t, size_t row, size_t *out)
{
	uint32_t parent = t->nodes[t->shown[row]].parent;

	return !t->flat && parent != FILE_NONE && row_of_node(t, parent, out);
}

bool file_tree_fold(struct file_tree *t, size_t row, bool folded)
{
	struct file_node *node = &t->nodes[t->shown[row]];

	if (!node->is_folder || node->folded == folded || t->filtered)
		return false;
	node->folded = folded;
	show(t);
	return true;
}

bool file_tree_is_flat(const struct file_tree *t)
{
	return t->flat;
}

void file_tree_set_flat(struct file_tree *t, bool flat)
{
	t->flat = flat;
	show(t);
}

void file_tree_set_filter(struct file_tree *t, const struct file_row *files,
	const struct file_filter *f)
{
	t->filtered = f->n > 0;
	for (size_t i = t->n; i-- > 0;) {
		struct file_node *node = &t->nodes[i];

		if (!node->is_folder)
			node->matches =
				file_filter_matches(f, &files[node->file]);
	}
	for (size_t i = 0; i < t->n; i++)
		if (t->nodes[i].is_folder)
			t->nodes[i].matches = !t->filtered;
	for (size_t i = t->n; i-- > 0;)
		if (t->nodes[i].matches && t->nodes[i].parent != FILE_NONE)
			t->nodes[t->nodes[i].parent].matches = true;
	show(t);
}

bool file_tree_is_filtered(const struct file_tree *t)
{
	return t->filtered;
}

/* --- marks
 * ---------------------------------------------------------------------- */

/* Of all nodes, after marks changed. */
static void count_marks(struct file_tree *t)
{
	t->nmarked = 0;
	for (size_t i = 0; i < t->n; i++) {
		struct file_node *node = &t->nodes[i];

		node->nmarked = node->is_folder ? 0 : t->marked[node->file];
		t->nmarked += node->nmarked;
	}
	for (size_t i = t->n; i-- > 0;)
		if (t->nodes[i].parent != FILE_NONE)
			t->nodes[t->nodes[i].parent].nmarked +=
				t->nodes[i].nmarked;
}

static void set_node(const struct file_tree *t, uint32_t node, uint8_t *set,
	uint8_t value)
{
	for (size_t i = node; i < t->nodes[node].end; i++)
		if (!t->nodes[i].is_folder && t->nodes[i].matches)
			set[t->nodes[i].file] = value;
}

void file_tree_mark(struct file_tree *t, size_t from, size_t to, bool on)
{
	for (size_t row = from; row <= to && row < t->nshown; row++) {
		const struct file_node *node = &t->nodes[t->shown[row]];
		bool open = node->is_folder && (!node->folded || t->filtered);

		/* What is in an open folder has rows of its own. */
		if (!open || from == to)
			set_node(t, t->shown[row], t->marked, on);
	}
	count_marks(t);
}

void file_tree_mark_all(struct file_tree *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (!t->nodes[i].is_folder && t->nodes[i].matches)
			t->marked[t->nodes[i].file] = 1;
	count_marks(t);
}

void file_tree_unmark(struct file_tree *t)
{
	memset(t->marked, 0, t->nfiles);
	count_marks(t);
}

size_t file_tree_marked(const struct file_tree *t)
{
	return t->nmarked;
}

bool file_tree_is_marked(const struct file_tree *t,
	const struct file_node *node)
{
	(void)t;
	return node->nfiles && node->nmarked == node->nfiles;
}

size_t file_tree_targets(const struct file_tree *t, size_t row, uint8_t *set)
{
	size_t n = 0;

	memset(set, 0, t->nfiles);
	if (t->nmarked)
		memcpy(set, t->marked, t->nfiles);
	else if (row < t->nshown)
		set_node(t, t->shown[row], set, 1);
	for (size_t i = 0; i < t->nfiles; i++)
		n += set[i];
	return n;
}
