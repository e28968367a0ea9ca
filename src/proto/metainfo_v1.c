/*
 * metainfo_v1.c - the files and piece hashes of BEP 3, with the attributes
 * of BEP 47.
 */
#include <string.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "proto/metainfo_priv.h"

#define PAD_NAME "_____padding_file_"

const uint8_t *meta_owned(const struct meta_build *b, const uint8_t *p)
{
	return b->m->info.p + (p - b->info_bytes);
}

/* BEP 47: a symlink's target is a list of strings; ours only to be checked. */
static bool symlink_target_ok(const struct benc_doc *d, uint32_t node)
{
	if (node == BENC_NONE)
		return true;
	if (!benc_is(d, node, BENC_LIST))
		return false;
	for (uint32_t i = benc_first(d, node); i != BENC_NONE;
		i = benc_next(d, node, i)) {
		if (!benc_is(d, i, BENC_STR))
			return false;
	}
	return true;
}

enum err meta_read_props(const struct meta_build *b, uint32_t node,
	size_t index, struct meta_props *out)
{
	const struct benc_doc *d = b->doc;
	struct span attr = benc_str(d, benc_get(d, node, "attr"));
	uint32_t length = benc_get(d, node, "length");
	struct meta_props props = {0};
	int64_t n = 0;

	for (size_t i = 0; i < attr.n; i++) {
		props.is_pad |= attr.p[i] == 'p';
		props.is_symlink |= attr.p[i] == 'l';
		props.is_executable |= attr.p[i] == 'x';
	}
	if (props.is_symlink) {
		uint32_t target = benc_get(d, node, "symlink path");

		if (!symlink_target_ok(d, target))
			return fault_set(b->fault, ERR_SYNTAX, 0,
				"file %zu: its symlink path is not a list of "
				"names",
				index);
	}
	if (length == BENC_NONE && props.is_symlink) {
		*out = props;
		return ERR_OK;
	}
	if (!benc_int(d, length, &n))
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"file %zu: its length is missing or no number", index);
	if (n < 0)
		return fault_set(b->fault, ERR_RANGE, 0,
			"file %zu: its length is negative", index);
	/* Nothing is stored for a link, whatever length it claims. */
	props.length = props.is_symlink ? 0 : (uint64_t)n;
	*out = props;
	return ERR_OK;
}

/* A list of at least one string; with `utf8` also all of them valid. */
static bool is_path(const struct benc_doc *d, uint32_t node, bool utf8)
{
	uint32_t i;

	if (!benc_is(d, node, BENC_LIST))
		return false;
	i = benc_first(d, node);
	if (i == BENC_NONE)
		return false;
	for (; i != BENC_NONE; i = benc_next(d, node, i)) {
		if (!benc_is(d, i, BENC_STR))
			return false;
		if (utf8 && !utf8_valid(benc_str(d, i)))
			return false;
	}
	return true;
}

static bool has_pad_name(const struct benc_doc *d, uint32_t path)
{
	struct span last = {0};

	for (uint32_t i = benc_first(d, path); i != BENC_NONE;
		i = benc_next(d, path, i))
		last = benc_str(d, i);
	return last.n >= strlen(PAD_NAME) &&
	       memcmp(last.p, PAD_NAME, strlen(PAD_NAME)) == 0;
}

enum err meta_v1_entry(const struct meta_build *b, uint32_t node, size_t index,
	struct v1_entry *out)
{
	const struct benc_doc *d = b->doc;
	struct v1_entry entry;

	if (!benc_is(d, node, BENC_DICT))
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"file %zu: not a dictionary", index);
	entry.path = benc_get(d, node, "path.utf-8");
	if (!is_path(d, entry.path, true))
		entry.path = benc_get(d, node, "path");
	if (!is_path(d, entry.path, false))
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"file %zu: its path is missing, empty or no list of "
			"names",
			index);
	enum err e = meta_read_props(b, node, index, &entry.props);
	if (e)
		return e;
	if (has_pad_name(d, entry.path))
		entry.props.is_pad = true;
	*out = entry;
	return ERR_OK;
}

static enum err entry_path(struct meta_build *b, uint32_t path,
	const char **out)
{
	const struct benc_doc *d = b->doc;
	uint32_t folder = PATHS_TOP;
	uint32_t i = benc_first(d, path);

	for (;;) {
		uint32_t next = benc_next(d, path, i);

		if (next == BENC_NONE)
			break;
		enum err e =
			paths_folder(b->paths, folder, benc_str(d, i), &folder);
		if (e)
			return e;
		i = next;
	}
	return paths_file(b->paths, folder, benc_str(d, i), out);
}

/* Pad files are never made, so they take no name from others. */
static const char *pad_path(struct meta_build *b)
{
	size_t n = strlen(b->m->name);
	char *path = arena_chars(b->arena, n + sizeof "/.pad");

	memcpy(path, b->m->name, n);
	memcpy(path + n, "/.pad", sizeof "/.pad");
	return path;
}

static enum err count_files(struct meta_build *b, uint32_t list)
{
	size_t n = 0;

	for (uint32_t i = benc_first(b->doc, list); i != BENC_NONE;
		i = benc_next(b->doc, list, i))
		n++;
	if (n == 0)
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"the torrent has no files");
	if (n > METAINFO_FILES_MAX)
		return fault_set(b->fault, ERR_LIMIT, 0, "more than %u files",
			METAINFO_FILES_MAX);
	b->m->files = arena_array(b->arena, n, sizeof *b->m->files);
	b->m->nfiles = n;
	return ERR_OK;
}

static enum err add_file(struct meta_build *b, struct meta_file *f,
	const struct v1_entry *entry, const char **pad)
{
	struct metainfo *m = b->m;
	uint64_t length = entry->props.length;

	if (length > INT64_MAX - m->total)
		return fault_set(b->fault, ERR_RANGE, 0,
			"the lengths of the files add up to too much");
	f->offset = m->total;
	f->length = length;
	f->is_pad = entry->props.is_pad;
	f->is_symlink = entry->props.is_symlink;
	f->is_executable = entry->props.is_executable;
	m->total += length;
	if (f->is_pad) {
		if (!*pad)
			*pad = pad_path(b);
		f->path = *pad;
		return ERR_OK;
	}
	m->content += length;
	if (entry_path(b, entry->path, &f->path))
		return fault_set(b->fault, ERR_LIMIT, 0,
			"the paths of the files are too long together");
	return ERR_OK;
}

static enum err parse_list(struct meta_build *b, uint32_t list)
{
	struct metainfo *m = b->m;
	const char *pad = NULL;
	uint32_t node = benc_first(b->doc, list);

	enum err e = count_files(b, list);
	if (e)
		return e;
	b->paths = meta_paths(b, m->name);
	for (size_t i = 0; i < m->nfiles; i++) {
		struct v1_entry entry;

		e = meta_v1_entry(b, node, i + 1, &entry);
		if (!e)
			e = add_file(b, &m->files[i], &entry, &pad);
		if (e)
			return e;
		node = benc_next(b->doc, list, node);
	}
	m->is_multi = true;
	return ERR_OK;
}

static enum err parse_single(struct meta_build *b)
{
	struct metainfo *m = b->m;
	struct meta_props props;

	if (benc_get(b->doc, b->info, "length") == BENC_NONE)
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"the torrent has neither files nor a length");
	enum err e = meta_read_props(b, b->info, 1, &props);
	if (e)
		return e;
	m->files = arena_array(b->arena, 1, sizeof *m->files);
	m->nfiles = 1;
	m->files[0].length = props.length;
	m->files[0].path = m->name;
	m->files[0].is_executable = props.is_executable;
	m->total = m->content = props.length;
	return ERR_OK;
}

static enum err parse_pieces(struct meta_build *b)
{
	struct metainfo *m = b->m;
	uint32_t node = benc_get(b->doc, b->info, "pieces");
	struct span pieces = benc_str(b->doc, node);
	uint64_t n = m->total / m->piece_length +
	             (m->total % m->piece_length ? 1 : 0);

	if (!benc_is(b->doc, node, BENC_STR))
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"'pieces' is missing or no string");
	if (n > METAINFO_PIECES_MAX)
		return fault_set(b->fault, ERR_LIMIT, 0, "more than %u pieces",
			METAINFO_PIECES_MAX);
	if (pieces.n % SHA1_LEN)
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"'pieces' is not a whole number of hashes");
	if (pieces.n / SHA1_LEN != n)
		return fault_set(b->fault, ERR_RANGE, 0,
			"the sizes ask for %llu piece hashes, there are %zu",
			(unsigned long long)n, pieces.n / SHA1_LEN);
	m->npieces = (uint32_t)n;
	m->pieces = meta_owned(b, pieces.p);
	return ERR_OK;
}

enum err meta_v1_parse(struct meta_build *b)
{
	uint32_t list = benc_get(b->doc, b->info, "files");
	enum err e;

	if (list == BENC_NONE)
		e = parse_single(b);
	else if (!benc_is(b->doc, list, BENC_LIST))
		e = fault_set(b->fault, ERR_SYNTAX, 0, "'files' is not a list");
	else
		e = parse_list(b, list);
	if (e)
		return e;
	if (b->m->content == 0)
		return fault_set(b->fault, ERR_RANGE, 0,
			"the torrent holds no data: its size is 0");
	return parse_pieces(b);
}
