/*
 * metainfo_check.h - what must hold for every torrent that was accepted,
 * whoever wrote it.  For the corpus test and the fuzz target.
 *
 * metainfo_flaw() gives the first promise of metainfo.h that *m breaks, or
 * NULL.
 */
#ifndef TESTS_METAINFO_CHECK_H
#define TESTS_METAINFO_CHECK_H

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "proto/merkle.h"
#include "proto/metainfo.h"

static inline bool is_clean_name(const char *name, size_t n)
{
	char *clean = name_clean(span_of(name, n));
	bool same = strlen(clean) == n && memcmp(clean, name, n) == 0;

	mem_free(clean);
	return same;
}

static inline bool is_clean_text(const char *text)
{
	if (!text)
		return true;
	char *clean = text_clean(span_str(text), 0);
	bool same = strcmp(clean, text) == 0;
	mem_free(clean);
	return same && text[0] != '\0';
}

static inline const char *path_flaw(const struct metainfo *m, const char *path)
{
	const char *p = path;
	unsigned depth = 0;

	if (strlen(path) > METAINFO_PATH_MAX)
		return "a path is too long";
	for (;;) {
		size_t n = strcspn(p, "/");

		if (!is_clean_name(p, n))
			return "an element of a path is not clean";
		if (depth == 0 && m->is_multi &&
			!span_is(span_of(p, n), m->name))
			return "a path is outside the torrent's folder";
		depth++;
		if (p[n] == '\0')
			break;
		p += n + 1;
	}
	if (depth > METAINFO_DEPTH_MAX)
		return "a path is too deep";
	return depth >= (m->is_multi ? 2u : 1u) ? NULL : "a path is too short";
}

/* In this order what lies in a folder follows the folder at once. */
static inline int compare_paths(const void *x, const void *y)
{
	const unsigned char *a = *(unsigned char *const *)x;
	const unsigned char *b = *(unsigned char *const *)y;

	while (*a && *a == *b) {
		a++;
		b++;
	}
	int ca = *a == '/' ? 1 : *a ? *a + 1 : 0;
	int cb = *b == '/' ? 1 : *b ? *b + 1 : 0;
	return ca - cb;
}

static inline const char *paths_flaw(const struct metainfo *m)
{
	const char **a = mem_array(m->nfiles, sizeof *a);
	const char *flaw = NULL;
	size_t n = 0;

	for (size_t i = 0; i < m->nfiles && !flaw; i++) {
		flaw = path_flaw(m, m->files[i].path);
		if (!m->files[i].is_pad)
			a[n++] = m->files[i].path;
	}
	qsort(a, n, sizeof *a, compare_paths);
	for (size_t i = 1; i < n && !flaw; i++) {
		size_t len = strlen(a[i - 1]);

		if (strncmp(a[i - 1], a[i], len) != 0)
			continue;
		if (a[i][len] == '\0')
			flaw = "two files have the same path";
		if (a[i][len] == '/')
			flaw = "a file is also a folder";
	}
	mem_free(a);
	return flaw;
}

static inline const char *sizes_flaw(const struct metainfo *m)
{
	uint64_t at = 0, content = 0, pieces = 0;

	for (size_t i = 0; i < m->nfiles; i++) {
		const struct meta_file *f = &m->files[i];

		if (!m->has_v1 && f->length)
			at = pieces * m->piece_length;
		if (f->offset != at)
			return "a file begins at the wrong place";
		if (f->is_symlink && f->length)
			return "a link has a length";
		if (m->has_v2 && !f->root != (f->length == 0 || f->is_pad))
			return "a root is missing or too much";
		at += f->length;
		content += f->is_pad ? 0 : f->length;
		pieces += (f->length + m->piece_length - 1) / m->piece_length;
	}
	if (m->has_v1)
		pieces = (at + m->piece_length - 1) / m->piece_length;
	if (at != m->total || content != m->content || content == 0)
		return "the sizes do not add up";
	if (pieces != m->npieces || pieces > METAINFO_PIECES_MAX)
		return "the number of pieces is wrong";
	return NULL;
}

static inline const char *pieces_flaw(const struct metainfo *m)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < m->npieces; i++) {
		uint32_t n = metainfo_piece_size(m, i);

		if (n == 0 || n > m->piece_length)
			return "a piece has an impossible length";
		sum += n;
	}
	if (metainfo_piece_size(m, m->npieces) != 0)
		return "there is a piece too many";
	if (sum != (m->has_v1 ? m->total : m->content))
		return "the pieces do not make up the torrent";
	return NULL;
}

static inline const char *layers_flaw(const struct metainfo *m)
{
	unsigned level = merkle_level(m->piece_length);
	uint8_t root[SHA256_LEN];

	if (!m->has_layers)
		return m->layers ? "layers that are not there" : NULL;
	for (size_t i = 0; i < m->nfiles; i++) {
		const struct meta_file *f = &m->files[i];
		const uint8_t *first;
		size_t n;

		if (!f->root)
			continue;
		first = m->layers + (size_t)m->layer_first[i] * SHA256_LEN;
		n = (size_t)((f->length - 1) / m->piece_length + 1);
		merkle_root(first, n, n == 1 ? 0 : level, 0, root);
		if (memcmp(root, f->root, SHA256_LEN) != 0)
			return "a layer does not lead to its root";
	}
	return NULL;
}

static inline const char *hash_flaw(const struct metainfo *m)
{
	uint8_t digest[SHA256_LEN];

	if (m->has_v1 != m->hash.has_v1 || m->has_v2 != m->hash.has_v2)
		return "hashes and versions disagree";
	sha1(m->info, digest);
	if (m->has_v1 && memcmp(digest, m->hash.v1, SHA1_LEN) != 0)
		return "the v1 hash is not that of the info dictionary";
	sha256(m->info, digest);
	if (m->has_v2 && memcmp(digest, m->hash.v2, SHA256_LEN) != 0)
		return "the v2 hash is not that of the info dictionary";
	return m->has_v1 || m->has_v2 ? NULL : "neither v1 nor v2";
}

static inline const char *texts_flaw(const struct metainfo *m)
{
	if (!is_clean_name(m->name, strlen(m->name)))
		return "the name is not clean";
	if (!is_clean_text(m->raw_name) || !is_clean_text(m->comment) ||
		!is_clean_text(m->created_by) || !is_clean_text(m->source))
		return "a text is not clean";
	if (m->ntrackers > METAINFO_TRACKERS_MAX ||
		m->nwebseeds > METAINFO_WEBSEEDS_MAX ||
		m->nnodes > METAINFO_NODES_MAX)
		return "a list is too long";
	for (size_t i = 0; i < m->ntrackers; i++) {
		if (!tracker_url_ok(span_str(m->trackers[i].url)))
			return "a tracker's URL is not fit for use";
		uint32_t last = i ? m->trackers[i - 1].tier : 0;
		if (m->trackers[i].tier - last > (i ? 1 : 0))
			return "the tiers do not ascend one by one";
	}
	for (size_t i = 0; i < m->nwebseeds; i++) {
		if (!webseed_url_ok(span_str(m->webseeds[i])))
			return "a web seed's URL is not fit for use";
	}
	for (size_t i = 0; i < m->nnodes; i++) {
		for (const char *c = m->nodes[i]; *c; c++) {
			if (*c <= ' ' || *c > '~')
				return "a node is not printable";
		}
	}
	return NULL;
}

/* Written and read again it is the same torrent, with the same paths. */
static inline const char *again_flaw(const struct metainfo *m)
{
	const char *flaw = NULL;
	struct metainfo *again;
	struct buf out = {0};

	metainfo_write(m->info, m->trackers, m->ntrackers, m->webseeds,
		m->nwebseeds, &out);
	enum err e = metainfo_parse(buf_span(&out), &again, NULL);
	buf_free(&out);
	if (e)
		return "what was written is not read";
	if (!infohash_same(&m->hash, &again->hash) ||
		m->nfiles != again->nfiles ||
		m->ntrackers != again->ntrackers ||
		m->nwebseeds != again->nwebseeds)
		flaw = "what was written is another torrent";
	for (size_t i = 0; i < m->nfiles && !flaw; i++) {
		if (strcmp(m->files[i].path, again->files[i].path) != 0)
			flaw = "a path is not stable";
	}
	for (size_t i = 0; i < m->ntrackers && !flaw; i++) {
		if (strcmp(m->trackers[i].url, again->trackers[i].url) != 0 ||
			m->trackers[i].tier != again->trackers[i].tier)
			flaw = "a tracker is not stable";
	}
	metainfo_free(again);
	return flaw;
}

static inline const char *metainfo_flaw(const struct metainfo *m)
{
	static const char *(*const checks[])(const struct metainfo *) = {
		texts_flaw,
		paths_flaw,
		sizes_flaw,
		pieces_flaw,
		layers_flaw,
		hash_flaw,
		again_flaw,
	};

	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		const char *flaw = checks[i](m);

		if (flaw)
			return flaw;
	}
	return NULL;
}

#endif
