/*
 * resume.c - a torrent's state file.
 *
 *	{ "check":  first 8 bytes of the SHA-256 over the value of "resume",
 *	  "resume": { ... } }
 *
 * The checksum covers the value's raw bytes, so that rot is found before any
 * field is looked at.  Large arrays are single strings, which keeps a file
 * for a million files small and its tokens few.
 */
#include "core/storage/resume.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "core/swarm/piece_picker.h"
#include "proto/benc_write.h"
#include "proto/bencode.h"
#include "proto/metainfo.h"

#define CHECK_LEN 8u
#define STAT_LEN 16u /* size and time, 8 bytes each */
#define NO_FILE UINT64_MAX
#define TRACKERS_MAX METAINFO_TRACKERS_MAX
#define TOKENS_MAX (TRACKERS_MAX + 128u)

void resume_fini(struct resume *r)
{
	bitfield_fini(&r->have);
	bitfield_fini(&r->synced);
	mem_free(r->stat);
	mem_free(r->priority);
	for (uint32_t i = 0; i < r->ntrackers; i++)
		mem_free(r->trackers[i]);
	mem_free(r->trackers);
	*r = (struct resume){.npieces = 0};
}

/* --- encoding ---------------------------------------------------------- */

static int64_t clamp_u64(uint64_t v)
{
	return v > INT64_MAX ? INT64_MAX : (int64_t)v;
}

static int64_t clamp_date(int64_t v)
{
	return v < 0 ? 0 : v;
}

static void put_int(struct bw *w, const char *key, int64_t v)
{
	bw_key(w, key);
	bw_int(w, v);
}

static void put_span(struct bw *w, const char *key, struct span s)
{
	bw_key(w, key);
	bw_span(w, s);
}

static void put_bits(struct bw *w, const char *key, const struct bitfield *b)
{
	size_t n = bitfield_wire_len(bitfield_size(b));
	uint8_t *wire = mem_alloc(n + 1);

	bitfield_write(b, wire);
	put_span(w, key, span_of(wire, n));
	mem_free(wire);
}

static void put_stats(struct bw *w, const struct resume *r)
{
	size_t n = (size_t)r->nfiles * STAT_LEN;
	uint8_t *bytes = mem_alloc(n + 1);
	struct writer out = writer_of(bytes, n);

	for (uint32_t i = 0; i < r->nfiles; i++) {
		write_u64(&out, r->stat[i].exists ? r->stat[i].size : NO_FILE);
		write_u64(&out, (uint64_t)r->stat[i].mtime_ns);
	}
	put_span(w, "files", writer_span(&out));
	mem_free(bytes);
}

static void put_peers(struct bw *w, const char *key, const struct resume *r,
	enum addr_family family)
{
	uint8_t bytes[RESUME_PEERS_MAX * ADDR_COMPACT_V6];
	struct writer out = writer_of(bytes, sizeof bytes);

	for (uint32_t i = 0; i < r->npeers && i < RESUME_PEERS_MAX; i++)
		if (r->peers[i].family == family)
			addr_write_compact(&out, &r->peers[i]);
	if (out.len > 0)
		put_span(w, key, writer_span(&out));
}

static void put_trackers(struct bw *w, const struct resume *r)
{
	if (r->ntrackers == 0)
		return;
	bw_key(w, "trackers");
	bw_list(w);
	for (uint32_t i = 0; i < r->ntrackers && i < TRACKERS_MAX; i++)
		bw_str(w, r->trackers[i]);
	bw_end(w);
}

/* Keys stand in ascending order. */
static void put_payload(struct bw *w, const struct resume *r)
{
	bw_dict(w);
	put_int(w, "added", clamp_date(r->added_s));
	bw_key(w, "boot");
	bw_str(w, r->boot_id);
	put_int(w, "completed", clamp_date(r->completed_s));
	put_int(w, "down", clamp_u64(r->down_bytes));
	put_stats(w, r);
	put_span(w, "hash", span_of(r->hash, sizeof r->hash));
	put_bits(w, "have", &r->have);
	put_int(w, "nfiles", r->nfiles);
	put_int(w, "npieces", r->npieces);
	put_int(w, "paused", r->paused);
	put_peers(w, "peers", r, ADDR_V4);
	put_peers(w, "peers6", r, ADDR_V6);
	put_span(w, "priority", span_of(r->priority, r->nfiles));
	put_int(w, "sequential", r->sequential);
	put_bits(w, "synced", &r->synced);
	put_int(w, "total", clamp_u64(r->total));
	put_trackers(w, r);
	put_int(w, "up", clamp_u64(r->up_bytes));
	put_int(w, "version", RESUME_VERSION);
	bw_end(w);
}

static void checksum(struct span payload, uint8_t out[CHECK_LEN])
{
	uint8_t digest[SHA256_LEN];

	sha256(payload, digest);
	memcpy(out, digest, CHECK_LEN);
}

void resume_encode(const struct resume *r, struct buf *out)
{
	struct bw payload, file;
	uint8_t check[CHECK_LEN];

	bw_init(&payload);
	put_payload(&payload, r);
	checksum(buf_span(&payload.out), check);
	bw_init(&file);
	bw_dict(&file);
	put_span(&file, "check", span_of(check, sizeof check));
	bw_key(&file, "resume");
	bw_raw(&file, buf_span(&payload.out));
	bw_end(&file);
	buf_add(out, buf_span(&file.out));
	bw_fini(&payload);
	bw_fini(&file);
}

/* --- decoding ---------------------------------------------------------- */

struct decoder {
	const struct benc_doc *d;
	uint32_t top; /* the payload */
	bool bad;     /* a needed key is missing or of a wrong kind */
};

static struct span get_span(struct decoder *k, const char *key)
{
	return benc_str(k->d, benc_get(k->d, k->top, key));
}

/* A number in [0, max]; anything else makes the decoder bad. */
static uint64_t get_number(struct decoder *k, const char *key, int64_t max)
{
	int64_t v = 0;

	if (!benc_int_in(k->d, benc_get(k->d, k->top, key), 0, max, &v))
		k->bad = true;
	return (uint64_t)v;
}

static void get_bits(struct decoder *k, const char *key, uint32_t n,
	struct bitfield *out)
{
	bitfield_init(out, n);
	if (!benc_is(k->d, benc_get(k->d, k->top, key), BENC_STR) ||
		bitfield_read(out, get_span(k, key)) != ERR_OK)
		k->bad = true;
}

static void get_stats(struct decoder *k, struct resume *r)
{
	struct span s = get_span(k, "files");
	struct reader in = reader_of_span(s);

	if (s.n != (size_t)r->nfiles * STAT_LEN) {
		k->bad = true;
		return;
	}
	r->stat = mem_zero_array((size_t)r->nfiles + 1, sizeof *r->stat);
	for (uint32_t i = 0; i < r->nfiles; i++) {
		uint64_t size = read_u64(&in);
		uint64_t mtime = read_u64(&in);

		if (size == NO_FILE)
			continue;
		r->stat[i].exists = true;
		r->stat[i].size = size;
		r->stat[i].mtime_ns = (int64_t)mtime;
	}
}

static void get_priorities(struct decoder *k, struct resume *r)
{
	struct span s = get_span(k, "priority");

	if (s.n != r->nfiles) {
		k->bad = true;
		return;
	}
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] > PRIO_HIGH)
			k->bad = true;
	r->priority = mem_zero((size_t)r->nfiles + 1);
	if (s.n > 0)
		memcpy(r->priority, s.p, s.n);
}

static void get_boot_id(struct decoder *k, struct resume *r)
{
	struct span s = get_span(k, "boot");

	/* Without it only what was synced is believed. */
	if (s.n >= sizeof r->boot_id || (s.n > 0 && memchr(s.p, 0, s.n)))
		return;
	if (s.n > 0)
		memcpy(r->boot_id, s.p, s.n);
}

static void get_peers(struct decoder *k, const char *key,
	enum addr_family family, struct resume *r)
{
	struct span s = get_span(k, key);
	struct reader in = reader_of_span(s);
	size_t each = family == ADDR_V4 ? ADDR_COMPACT_V4 : ADDR_COMPACT_V6;

	while (read_left(&in) >= each && r->npeers < RESUME_PEERS_MAX) {
		struct addr a = addr_read_compact(&in, family);

		if (addr_is_dialable(&a))
			r->peers[r->npeers++] = a;
	}
}

static void get_trackers(struct decoder *k, struct resume *r)
{
	uint32_t list = benc_get(k->d, k->top, "trackers");
	uint32_t n = benc_first(k->d, list);
	size_t cap = 0;

	if (!benc_is(k->d, list, BENC_LIST))
		return;
	for (; n != BENC_NONE && r->ntrackers < TRACKERS_MAX;
		n = benc_next(k->d, list, n)) {
		struct span url = benc_str(k->d, n);

		if (!tracker_url_ok(url))
			continue;
		r->trackers = mem_grow(r->trackers, &cap, r->ntrackers + 1,
			sizeof *r->trackers);
		r->trackers[r->ntrackers++] =
			mem_strndup((const char *)url.p, url.n);
	}
}

/* What the file has to agree with. */
struct expected {
	const uint8_t *hash;
	uint64_t total;
	uint32_t npieces, nfiles;
};

static enum err check_identity(struct decoder *k, const struct expected *e)
{
	struct span hash = get_span(k, "hash");
	bool same = get_number(k, "total", INT64_MAX) == e->total;

	same &= get_number(k, "npieces", UINT32_MAX) == e->npieces;
	same &= get_number(k, "nfiles", UINT32_MAX) == e->nfiles;
	same &= span_equal(hash, span_of(e->hash, 20));
	if (k->bad || get_number(k, "version", INT64_MAX) != RESUME_VERSION)
		return ERR_SYNTAX;
	return same ? ERR_OK : ERR_STATE;
}

static void get_fields(struct decoder *k, struct resume *r)
{
	get_bits(k, "have", r->npieces, &r->have);
	get_bits(k, "synced", r->npieces, &r->synced);
	get_stats(k, r);
	get_priorities(k, r);
	get_boot_id(k, r);
	r->added_s = (int64_t)get_number(k, "added", INT64_MAX);
	r->completed_s = (int64_t)get_number(k, "completed", INT64_MAX);
	r->up_bytes = get_number(k, "up", INT64_MAX);
	r->down_bytes = get_number(k, "down", INT64_MAX);
	r->paused = get_number(k, "paused", 1) == 1;
	r->sequential = get_number(k, "sequential", 1) == 1;
	get_peers(k, "peers", ADDR_V4, r);
	get_peers(k, "peers6", ADDR_V6, r);
	get_trackers(k, r);
	if (!k->bad && bitfield_any_not_in(&r->synced, &r->have))
		k->bad = true;
}

static enum err decode_payload(const struct benc_doc *d,
	const struct expected *e, struct resume *out)
{
	struct decoder k = {.d = d, .top = benc_get(d, BENC_ROOT, "resume")};
	struct resume r = {
		.total = e->total, .npieces = e->npieces, .nfiles = e->nfiles};
	struct span check = benc_str(d, benc_get(d, BENC_ROOT, "check"));
	uint8_t want[CHECK_LEN];
	enum err err;

	if (!benc_is(d, k.top, BENC_DICT) || check.n != CHECK_LEN)
		return ERR_SYNTAX;
	checksum(benc_raw(d, k.top), want);
	if (memcmp(want, check.p, CHECK_LEN) != 0)
		return ERR_HASH;
	err = check_identity(&k, e);
	if (err)
		return err;
	memcpy(r.hash, e->hash, sizeof r.hash);
	get_fields(&k, &r);
	if (k.bad) {
		resume_fini(&r);
		return ERR_SYNTAX;
	}
	*out = r;
	return ERR_OK;
}

enum err resume_decode(struct span file, const uint8_t hash[20], uint64_t total,
	uint32_t npieces, uint32_t nfiles, struct resume *out)
{
	struct expected e = {hash, total, npieces, nfiles};
	struct benc_tok *tok;
	struct benc_doc d;
	enum err err = ERR_SYNTAX;

	if (file.n > RESUME_MAX)
		return ERR_SYNTAX;
	tok = mem_array(TOKENS_MAX, sizeof *tok);
	if (benc_parse(&d, file.p, file.n, tok, TOKENS_MAX) == ERR_OK)
		err = decode_payload(&d, &e, out);
	mem_free(tok);
	return err;
}
