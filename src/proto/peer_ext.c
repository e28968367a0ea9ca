/*
 * peer_ext.c - bodies of extended messages (BEP 10, BEP 9).
 */
#include "proto/peer_ext.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "proto/benc_write.h"
#include "proto/bencode.h"

#define METADATA_PIECES_MAX (EXT_METADATA_MAX / EXT_METADATA_PIECE)

static const char *const ext_names[EXT_KINDS] = {
	[EXT_UT_PEX] = "ut_pex",
	[EXT_UT_METADATA] = "ut_metadata",
	[EXT_LT_DONTHAVE] = "lt_donthave",
	[EXT_UPLOAD_ONLY] = "upload_only",
};

static void parse_ids(const struct benc_doc *d, struct ext_handshake *out)
{
	uint32_t m = benc_get(d, BENC_ROOT, "m");
	int64_t id;
	size_t i;

	for (i = 0; i < EXT_KINDS; i++) {
		uint32_t node = benc_get(d, m, ext_names[i]);

		if (!benc_int_in(d, node, 0, UINT8_MAX, &id))
			continue;
		out->sets[i] = true;
		out->id[i] = (uint8_t)id;
	}
}

/* Cut first by columns, then by bytes; both cut at a character. */
static void parse_client(struct span v, struct ext_handshake *out)
{
	char *text;

	if (v.n == 0)
		return;
	text = text_clean(v, EXT_CLIENT_MAX);
	text_clean_to(out->client, sizeof out->client, span_str(text));
	mem_free(text);
}

static void parse_numbers(const struct benc_doc *d, struct ext_handshake *out)
{
	int64_t v;

	if (benc_int_in(d, benc_get(d, BENC_ROOT, "reqq"), 1, INT64_MAX, &v))
		out->reqq = v > EXT_REQQ_MAX ? EXT_REQQ_MAX : (uint32_t)v;
	if (benc_int_in(d, benc_get(d, BENC_ROOT, "metadata_size"), 1,
		    EXT_METADATA_MAX, &v))
		out->metadata_size = (uint32_t)v;
	if (benc_int_in(d, benc_get(d, BENC_ROOT, "p"), 1, UINT16_MAX, &v))
		out->port = (uint16_t)v;
	if (benc_int(d, benc_get(d, BENC_ROOT, "upload_only"), &v))
		out->upload_only = v == 1;
}

enum err ext_handshake_parse(struct span body, struct ext_handshake *out)
{
	struct ext_handshake h = {0};
	struct benc_file f;
	struct span ip;
	size_t prefix;
	enum err e;

	if (body.n > EXT_BODY_MAX)
		return ERR_LIMIT;
	e = benc_load(&f, body, &prefix);
	if (e != ERR_OK || !benc_is(&f.doc, BENC_ROOT, BENC_DICT)) {
		benc_unload(&f);
		return ERR_SYNTAX;
	}
	parse_ids(&f.doc, &h);
	parse_client(benc_str(&f.doc, benc_get(&f.doc, BENC_ROOT, "v")), &h);
	parse_numbers(&f.doc, &h);
	ip = benc_str(&f.doc, benc_get(&f.doc, BENC_ROOT, "yourip"));
	if (ip.n == 4 || ip.n == 16)
		h.yourip = addr_from_ip(ip, 0);
	benc_unload(&f);
	*out = h;
	return ERR_OK;
}

static void write_id(struct bw *w, enum ext_kind kind)
{
	bw_key(w, ext_names[kind]);
	bw_int(w, (int64_t)kind + 1);
}

/* Keys in byte order, as BEP 3 demands. */
static void write_ids(struct bw *w, const struct ext_offer *o)
{
	bw_key(w, "m");
	bw_dict(w);
	write_id(w, EXT_LT_DONTHAVE);
	write_id(w, EXT_UPLOAD_ONLY);
	if (o->metadata)
		write_id(w, EXT_UT_METADATA);
	if (o->pex)
		write_id(w, EXT_UT_PEX);
	bw_end(w);
}

static void write_number(struct bw *w, const char *key, uint32_t v)
{
	if (v == 0)
		return;
	bw_key(w, key);
	bw_int(w, v);
}

void ext_handshake_write(const struct ext_offer *o, struct buf *out)
{
	struct bw w;

	bw_init(&w);
	bw_dict(&w);
	write_ids(&w, o);
	write_number(&w, "metadata_size", o->metadata_size);
	write_number(&w, "p", o->port);
	write_number(&w, "reqq", o->reqq);
	write_number(&w, "upload_only", o->upload_only ? 1 : 0);
	if (o->client && *o->client) {
		bw_key(&w, "v");
		bw_str(&w, o->client);
	}
	if (o->peer.family != ADDR_NONE) {
		bw_key(&w, "yourip");
		bw_span(&w, span_of(o->peer.ip,
				    o->peer.family == ADDR_V4 ? 4 : 16));
	}
	bw_end(&w);
	buf_add(out, buf_span(&w.out));
	bw_fini(&w);
}

/* The block's length follows from the total, when that is said. */
static enum err check_data(const struct utm_message *m)
{
	uint32_t at = m->piece * EXT_METADATA_PIECE;
	uint32_t want = EXT_METADATA_PIECE;

	if (m->data.n == 0 || m->data.n > EXT_METADATA_PIECE)
		return ERR_RANGE;
	if (m->total_size == 0)
		return ERR_OK;
	if (at >= m->total_size)
		return ERR_RANGE;
	if (want > m->total_size - at)
		want = m->total_size - at;
	return m->data.n == want ? ERR_OK : ERR_RANGE;
}

static enum err parse_utm(const struct benc_doc *d, struct span rest,
	struct utm_message *out)
{
	uint32_t total = benc_get(d, BENC_ROOT, "total_size");
	struct utm_message m = {0};
	int64_t v;

	if (!benc_int(d, benc_get(d, BENC_ROOT, "msg_type"), &v))
		return ERR_SYNTAX;
	if (v < UTM_REQUEST || v > UTM_REJECT)
		return ERR_UNSUPPORTED;
	m.kind = (enum utm_kind)v;
	if (!benc_int(d, benc_get(d, BENC_ROOT, "piece"), &v))
		return ERR_SYNTAX;
	if (v < 0 || v >= METADATA_PIECES_MAX)
		return ERR_RANGE;
	m.piece = (uint32_t)v;
	if (m.kind == UTM_DATA) {
		if (total != BENC_NONE) {
			if (!benc_int_in(d, total, 1, EXT_METADATA_MAX, &v))
				return ERR_RANGE;
			m.total_size = (uint32_t)v;
		}
		m.data = rest;
		if (check_data(&m) != ERR_OK)
			return ERR_RANGE;
	}
	*out = m;
	return ERR_OK;
}

enum err utm_parse(struct span body, struct utm_message *out)
{
	struct benc_file f;
	size_t prefix = 0;
	enum err e;

	if (body.n > EXT_BODY_MAX)
		return ERR_LIMIT;
	e = benc_load(&f, body, &prefix);
	if (e == ERR_OK && benc_is(&f.doc, BENC_ROOT, BENC_DICT))
		e = parse_utm(&f.doc, span_of(body.p + prefix, body.n - prefix),
			out);
	else
		e = ERR_SYNTAX;
	benc_unload(&f);
	return e;
}

void utm_write(const struct utm_message *m, struct buf *out)
{
	struct bw w;

	bw_init(&w);
	bw_dict(&w);
	bw_key(&w, "msg_type");
	bw_int(&w, m->kind);
	bw_key(&w, "piece");
	bw_int(&w, m->piece);
	if (m->kind == UTM_DATA) {
		bw_key(&w, "total_size");
		bw_int(&w, m->total_size);
	}
	bw_end(&w);
	buf_add(out, buf_span(&w.out));
	if (m->kind == UTM_DATA)
		buf_add(out, m->data);
	bw_fini(&w);
}
