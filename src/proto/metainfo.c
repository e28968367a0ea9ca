/*
 * metainfo.c - the frame of a .torrent: finding the info dictionary, its
 * name and hashes, and the trackers, web seeds and texts around it.
 */
#include "proto/metainfo.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "proto/benc_write.h"
#include "proto/metainfo_priv.h"
#include "proto/url.h"

_Static_assert(URL_MAX == METAINFO_URL_MAX, "one limit for URLs");

#define TRACKER_SCHEMES (URL_HTTP | URL_HTTPS | URL_UDP)
#define WEBSEED_SCHEMES (URL_HTTP | URL_HTTPS)

/* Entries looked at before a list is cut, good, bad or repeated. */
#define URLS_SEEN_MAX 4000u
#define COMMENT_BYTES_MAX 4096u
#define TEXT_BYTES_MAX 512u
#define CREATED_MAX INT64_C(253402300799) /* end of the year 9999 */
/* Bytes all paths together may take: this and 8 times the info dictionary. */
#define PATHS_BYTES_BASE (1u << 20)
#define PATHS_BYTES_MAX (128u << 20)

bool tracker_url_ok(struct span url)
{
	return url_ok(url, TRACKER_SCHEMES);
}

bool webseed_url_ok(struct span url)
{
	return url_ok(url, WEBSEED_SCHEMES);
}

struct paths *meta_paths(struct meta_build *b, const char *top)
{
	uint8_t key[SHA1_LEN];
	size_t budget = PATHS_BYTES_BASE + 8 * b->m->info.n;

	/* Whoever wants names that collide under this key would have to know
	 * the hash of the dictionary that holds them.  And it is a pure
	 * function of the torrent. */
	infohash_wire(&b->m->hash, key);
	if (budget > PATHS_BYTES_MAX)
		budget = PATHS_BYTES_MAX;
	return paths_new(b->arena, top, key, budget, b->m->nfiles);
}

/* Text for a screen; NULL for none. */
static const char *screen_text(struct meta_build *b, struct span raw,
	size_t max)
{
	if (raw.n > max) {
		raw.n = max;
		/* Not in the middle of a character. */
		while (raw.n > 0 && (raw.p[raw.n] & 0xc0) == 0x80)
			raw.n--;
	}
	if (raw.n == 0)
		return NULL;
	char *clean = text_clean(raw, 0);
	const char *kept = NULL;
	if (clean[0])
		kept = arena_text(b->arena, span_str(clean));
	mem_free(clean);
	return kept;
}

/* The string under key.utf-8 if it is valid UTF-8, else the one under key. */
static struct span preferred_text(const struct benc_doc *d, uint32_t dict,
	const char *key, const char *key_utf8)
{
	struct span s = benc_str(d, benc_get(d, dict, key_utf8));

	if (s.n > 0 && utf8_valid(s))
		return s;
	return benc_str(d, benc_get(d, dict, key));
}

static void hash_info(struct metainfo *m)
{
	m->hash.has_v1 = m->has_v1;
	m->hash.has_v2 = m->has_v2;
	if (m->has_v1)
		sha1(m->info, m->hash.v1);
	if (m->has_v2)
		sha256(m->info, m->hash.v2);
}

/*
 * The name the torrent asks for, made safe.  One of which nothing would be
 * left ("..", or only characters that are dropped) becomes the info-hash.
 */
static enum err read_name(struct meta_build *b)
{
	struct metainfo *m = b->m;

	b->name = preferred_text(b->doc, b->info, "name", "name.utf-8");
	if (!benc_is(b->doc, benc_get(b->doc, b->info, "name"), BENC_STR) &&
		b->name.n == 0)
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"'name' is missing or no string");
	char *clean = name_clean(b->name);
	if (strcmp(clean, "_") == 0 && !span_is(b->name, "_")) {
		char hex[INFOHASH_HEX_MAX];

		infohash_hex(&m->hash, hex);
		m->name = arena_text(b->arena, span_str(hex));
	} else {
		m->name = arena_text(b->arena, span_str(clean));
	}
	mem_free(clean);
	m->raw_name = screen_text(b, b->name, TEXT_BYTES_MAX);
	if (!m->raw_name)
		m->raw_name = m->name;
	return ERR_OK;
}

static enum err read_piece_length(struct meta_build *b)
{
	uint32_t node = benc_get(b->doc, b->info, "piece length");
	int64_t v = 0;

	if (!benc_int(b->doc, node, &v))
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"'piece length' is missing or no number");
	if (v < 1 || v > METAINFO_PIECE_LENGTH_MAX)
		return fault_set(b->fault, ERR_RANGE, 0,
			"'piece length' is %" PRId64
			": it must be from 1 to %d",
			v, METAINFO_PIECE_LENGTH_MAX);
	b->m->piece_length = (uint32_t)v;
	return ERR_OK;
}

/* v1, v2 or both: BEP 52's version key, and whether v1's hashes are there. */
static enum err read_version(struct meta_build *b)
{
	struct metainfo *m = b->m;
	uint32_t node = benc_get(b->doc, b->info, "meta version");
	int64_t version = 1;

	if (node != BENC_NONE && !benc_int(b->doc, node, &version))
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"'meta version' is no number");
	if (version < 1 || version > 2)
		return fault_set(b->fault, ERR_UNSUPPORTED, 0,
			"'meta version' is %" PRId64 ": only 1 and 2 are known",
			version);
	m->has_v2 = version == 2;
	m->has_v1 =
		!m->has_v2 || benc_get(b->doc, b->info, "pieces") != BENC_NONE;
	return ERR_OK;
}

static void read_flags(struct meta_build *b)
{
	uint32_t node = benc_get(b->doc, b->info, "private");
	int64_t v = 0;

	/* Anything but a plain 0 is taken for the safe side. */
	b->m->is_private =
		node != BENC_NONE && !(benc_int(b->doc, node, &v) && v == 0);
	b->m->source = screen_text(b,
		benc_str(b->doc, benc_get(b->doc, b->info, "source")),
		TEXT_BYTES_MAX);
}

static enum err parse_info(struct meta_build *b)
{
	enum err e;

	if (!benc_is(b->doc, b->info, BENC_DICT))
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"'info' is missing or no dictionary");
	if (benc_has_duplicate_keys(b->doc, b->info))
		return fault_set(b->fault, ERR_SYNTAX, 0,
			"'info' has the same key twice");
	e = read_version(b);
	if (e)
		return e;
	hash_info(b->m);
	e = read_name(b);
	if (!e)
		e = read_piece_length(b);
	if (!e && b->m->has_v1)
		e = meta_v1_parse(b);
	if (!e && b->m->has_v2)
		e = meta_v2_parse(b);
	if (!e)
		read_flags(b);
	return e;
}

/* A list of URLs in the making. */
struct url_list {
	struct meta_build *b;
	struct meta_tracker *a;
	size_t n, max;
	size_t seen;
	unsigned schemes;
};

static bool url_list_has(const struct url_list *l, const char *url)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->a[i].url, url) == 0)
			return true;
	}
	return false;
}

/* False when no more may be looked at. */
static bool url_list_add(struct url_list *l, uint32_t node, uint32_t tier)
{
	struct span raw = benc_str(l->b->doc, node);
	char url[URL_MAX + 1];

	if (l->n == l->max || l->seen++ == URLS_SEEN_MAX)
		return false;
	if (url_clean(raw, l->schemes, url) && !url_list_has(l, url))
		l->a[l->n++] = (struct meta_tracker){
			.url = arena_text(l->b->arena, span_str(url)),
			.tier = tier,
		};
	return true;
}

/* BEP 12: a list of tiers, each a list of URLs. */
static void read_announce_list(struct url_list *l, uint32_t list)
{
	const struct benc_doc *d = l->b->doc;
	uint32_t tier = 0;

	if (!benc_is(d, list, BENC_LIST))
		return;
	for (uint32_t t = benc_first(d, list); t != BENC_NONE;
		t = benc_next(d, list, t)) {
		size_t before = l->n;

		/* Some write plain strings: each a tier of its own. */
		if (benc_is(d, t, BENC_STR) && !url_list_add(l, t, tier))
			return;
		for (uint32_t u = benc_first(d, t);
			benc_is(d, t, BENC_LIST) && u != BENC_NONE;
			u = benc_next(d, t, u)) {
			if (!url_list_add(l, u, tier))
				return;
		}
		if (l->n > before)
			tier++;
	}
}

static void read_trackers(struct meta_build *b)
{
	struct url_list l = {
		.b = b,
		.a = mem_array(METAINFO_TRACKERS_MAX, sizeof *l.a),
		.max = METAINFO_TRACKERS_MAX,
		.schemes = TRACKER_SCHEMES,
	};

	read_announce_list(&l, benc_get(b->doc, BENC_ROOT, "announce-list"));
	/* BEP 12: the single tracker counts only without a list. */
	if (l.n == 0)
		(void)url_list_add(&l, benc_get(b->doc, BENC_ROOT, "announce"),
			0);
	if (l.n > 0) {
		b->m->trackers = arena_array(b->arena, l.n, sizeof *l.a);
		memcpy(b->m->trackers, l.a, l.n * sizeof *l.a);
		b->m->ntrackers = l.n;
	}
	mem_free(l.a);
}

/* BEP 19: one URL, or a list of them. */
static void read_webseeds(struct meta_build *b)
{
	const struct benc_doc *d = b->doc;
	uint32_t node = benc_get(d, BENC_ROOT, "url-list");
	struct meta_tracker found[METAINFO_WEBSEEDS_MAX];
	struct url_list l = {
		.b = b,
		.a = found,
		.max = METAINFO_WEBSEEDS_MAX,
		.schemes = WEBSEED_SCHEMES,
	};

	if (benc_is(d, node, BENC_STR))
		(void)url_list_add(&l, node, 0);
	for (uint32_t i = benc_first(d, node);
		benc_is(d, node, BENC_LIST) && i != BENC_NONE;
		i = benc_next(d, node, i)) {
		if (!url_list_add(&l, i, 0))
			break;
	}
	if (l.n == 0)
		return;
	b->m->webseeds = arena_array(b->arena, l.n, sizeof *b->m->webseeds);
	b->m->nwebseeds = l.n;
	for (size_t i = 0; i < l.n; i++)
		b->m->webseeds[i] = found[i].url;
}

/* BEP 5: one [host, port]; NULL when it is not usable. */
static const char *read_node(struct meta_build *b, uint32_t node)
{
	char text[URL_HOST_MAX + sizeof "[]:65535"];
	const struct benc_doc *d = b->doc;
	uint32_t first = benc_first(d, node);
	struct span host = benc_str(d, first);
	int64_t port = 0;

	if (!benc_is(d, node, BENC_LIST) || !host_ok(host))
		return NULL;
	if (!benc_int_in(d, benc_next(d, node, first), 1, UINT16_MAX, &port))
		return NULL;
	bool v6 = memchr(host.p, ':', host.n) != NULL;
	struct writer w = writer_of(text, sizeof text);
	write_str(&w, v6 ? "[" : "");
	write_span(&w, host);
	write_str(&w, v6 ? "]:" : ":");
	char digits[8];
	snprintf(digits, sizeof digits, "%u", (unsigned)port);
	write_str(&w, digits);
	return w.full ? NULL : arena_text(b->arena, writer_span(&w));
}

static void read_nodes(struct meta_build *b)
{
	const struct benc_doc *d = b->doc;
	uint32_t list = benc_get(d, BENC_ROOT, "nodes");
	const char *found[METAINFO_NODES_MAX];
	size_t n = 0;

	if (!benc_is(d, list, BENC_LIST))
		return;
	for (uint32_t i = benc_first(d, list);
		i != BENC_NONE && n < METAINFO_NODES_MAX;
		i = benc_next(d, list, i)) {
		found[n] = read_node(b, i);
		n += found[n] ? 1 : 0;
	}
	if (n == 0)
		return;
	b->m->nodes = arena_array(b->arena, n, sizeof *b->m->nodes);
	memcpy(b->m->nodes, found, n * sizeof *found);
	b->m->nnodes = n;
}

static void read_texts(struct meta_build *b)
{
	const struct benc_doc *d = b->doc;
	struct metainfo *m = b->m;

	m->comment = screen_text(b,
		preferred_text(d, BENC_ROOT, "comment", "comment.utf-8"),
		COMMENT_BYTES_MAX);
	m->created_by = screen_text(b,
		preferred_text(d, BENC_ROOT, "created by", "created by.utf-8"),
		TEXT_BYTES_MAX);
	(void)benc_int_in(d, benc_get(d, BENC_ROOT, "creation date"), 1,
		CREATED_MAX, &m->created_s);
}

static void build_begin(struct meta_build *b, const struct benc_doc *d,
	uint32_t info, struct fault *fault)
{
	struct span raw = benc_raw(d, info);
	struct arena *arena = arena_new();

	*b = (struct meta_build){
		.m = arena_alloc(arena, sizeof *b->m),
		.own = arena_alloc(arena, sizeof *b->own),
		.arena = arena,
		.doc = d,
		.info = info,
		.info_bytes = raw.p,
		.fault = fault,
	};
	b->own->arena = arena;
	if (raw.n) {
		b->own->info = mem_dup(raw.p, raw.n);
		b->m->info = span_of(b->own->info, raw.n);
	}
	b->m->arena = b->own;
}

/* Everything is checked, or e says what is wrong: hand over or clean up. */
static enum err build_end(struct meta_build *b, enum err e,
	struct metainfo **out)
{
	paths_free(b->paths);
	if (e)
		metainfo_free(b->m);
	else
		*out = b->m;
	return e;
}

/* What the bytes look like when they are no bencode at all. */
static enum err explain_syntax(struct span file, enum err e,
	struct fault *fault)
{
	size_t zeros = 0;

	while (zeros < file.n && file.p[zeros] == 0)
		zeros++;
	if (e == ERR_LIMIT)
		return fault_set(fault, e, 0,
			"nested too deep, or made of too many parts");
	if (e == ERR_RANGE)
		return fault_set(fault, e, 0,
			"a number is too large or oddly written");
	if (file.n == 0)
		return fault_set(fault, e, 0, "the file is empty");
	if (zeros == file.n)
		return fault_set(fault, e, 0, "the file holds only zeros");
	if (file.p[0] == '<')
		return fault_set(fault, e, 0,
			"this is a web page, not a torrent");
	if (file.n >= 2 && file.p[0] == 0x1f && file.p[1] == 0x8b)
		return fault_set(fault, e, 0,
			"this is a gzip file: unpack it first");
	if (file.p[0] == 'd')
		return fault_set(fault, e, 0, "the file is cut off or damaged");
	return fault_set(fault, e, 0, "this is not a torrent");
}

enum err metainfo_parse(struct span file, struct metainfo **out,
	struct fault *fault)
{
	struct benc_file f;
	struct meta_build b;
	size_t used;

	if (file.n > METAINFO_FILE_MAX)
		return fault_set(fault, ERR_LIMIT, 0,
			"the file is larger than %u MiB",
			METAINFO_FILE_MAX >> 20);
	enum err e = benc_load(&f, file, &used);
	if (e)
		return explain_syntax(file, e, fault);
	build_begin(&b, &f.doc, benc_get(&f.doc, BENC_ROOT, "info"), fault);
	e = parse_info(&b);
	if (!e && b.m->has_v2)
		e = meta_v2_layers(&b,
			benc_get(&f.doc, BENC_ROOT, "piece layers"));
	if (!e) {
		read_trackers(&b);
		read_webseeds(&b);
		read_nodes(&b);
		read_texts(&b);
	}
	e = build_end(&b, e, out);
	benc_unload(&f);
	return e;
}

enum err metainfo_parse_info(struct span info, struct metainfo **out,
	struct fault *fault)
{
	struct benc_file f;
	struct meta_build b;

	if (info.n > METAINFO_INFO_MAX)
		return fault_set(fault, ERR_LIMIT, 0,
			"the info dictionary is larger than %u MiB",
			METAINFO_INFO_MAX >> 20);
	enum err e = benc_load(&f, info, NULL);
	if (e)
		return explain_syntax(info, e, fault);
	build_begin(&b, &f.doc, BENC_ROOT, fault);
	e = parse_info(&b);
	if (!e && b.m->has_v2)
		e = meta_v2_layers(&b, BENC_NONE);
	e = build_end(&b, e, out);
	benc_unload(&f);
	return e;
}

void metainfo_free(struct metainfo *m)
{
	if (!m)
		return;
	struct meta_owner *own = m->arena;
	mem_free(own->info);
	mem_free(own->layers);
	/* Both structures lie in the arena themselves. */
	arena_free(own->arena);
}

/* The file a piece of a v2 torrent belongs to: the last that begins at or
 * before it.  (An empty file shares its offset with the file after it.) */
static const struct meta_file *file_at(const struct metainfo *m, uint64_t at)
{
	size_t lo = 0, hi = m->nfiles;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (m->files[mid].offset <= at)
			lo = mid;
		else
			hi = mid;
	}
	return &m->files[lo];
}

uint32_t metainfo_piece_size(const struct metainfo *m, uint32_t i)
{
	uint64_t at = (uint64_t)i * m->piece_length;
	uint64_t end = m->total;

	if (i >= m->npieces)
		return 0;
	if (!m->has_v1) {
		const struct meta_file *f = file_at(m, at);

		end = f->offset + f->length;
	}
	return end - at < m->piece_length ? (uint32_t)(end - at)
	                                  : m->piece_length;
}

static void write_tiers(struct bw *w, const struct meta_tracker *trackers,
	size_t n)
{
	bw_list(w);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || trackers[i].tier != trackers[i - 1].tier)
			bw_list(w);
		bw_str(w, trackers[i].url);
		if (i + 1 == n || trackers[i].tier != trackers[i + 1].tier)
			bw_end(w);
	}
	bw_end(w);
}

void metainfo_write(struct span info, const struct meta_tracker *trackers,
	size_t ntrackers, const char *const *webseeds, size_t nwebseeds,
	struct buf *out)
{
	struct bw w;

	bw_init(&w);
	bw_dict(&w);
	if (ntrackers > 0) {
		bw_key(&w, "announce");
		bw_str(&w, trackers[0].url);
	}
	if (ntrackers > 1) {
		bw_key(&w, "announce-list");
		write_tiers(&w, trackers, ntrackers);
	}
	bw_key(&w, "info");
	bw_raw(&w, info);
	if (nwebseeds > 0) {
		bw_key(&w, "url-list");
		bw_list(&w);
		for (size_t i = 0; i < nwebseeds; i++)
			bw_str(&w, webseeds[i]);
		bw_end(&w);
	}
	bw_end(&w);
	buf_add(out, buf_span(&w.out));
	bw_fini(&w);
}
