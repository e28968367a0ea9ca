/*
 * dht_state.c - what a node keeps for its next start:
 *
 *	{ "check": SHA-1 over the value of "dht",
 *	  "dht": { "id4", "id6": our ids,
 *	           "nodes", "nodes6": contacts, likeliest first } }
 *
 * The checksum covers the value's raw bytes, so rot is found before any field
 * is believed.  It is no protection against somebody who writes the file: what
 * is in it are addresses to ping, and only those that answer become contacts.
 */
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "dht/dht_priv.h"
#include "proto/benc_write.h"
#include "proto/bencode.h"

#define TOKENS_MAX 64u
#define NODES_BYTES_MAX (DHT_SAVED_NODES * KRPC_NODE_V6)

struct saved_family {
	struct node_id id;
	bool has_id;
	struct span nodes;
};

static const char *const id_keys[2] = {"id4", "id6"};
static const char *const nodes_keys[2] = {"nodes", "nodes6"};

/* --- saving --------------------------------------------------------------- */

/* Those of the last run that are no contacts yet: an evening without network
 * does not cost them. */
static void write_saved(const struct family *f, struct writer *w, size_t n)
{
	for (size_t i = 0; i < f->nsaved && n < DHT_SAVED_NODES; i++) {
		const struct krpc_node *s = &f->saved[i];

		if (table_find(f->table, &s->addr))
			continue;
		krpc_write_node(w, &s->id, &s->addr);
		n++;
	}
}

static void save_nodes(const struct family *f, uint64_t now, const char *key,
	struct bw *b)
{
	const struct contact *best[DHT_SAVED_NODES];
	uint8_t bytes[NODES_BYTES_MAX];
	struct writer w = writer_of(bytes, sizeof bytes);
	size_t n = table_worth_saving(f->table, now, best, DHT_SAVED_NODES);

	for (size_t i = 0; i < n; i++)
		krpc_write_node(&w, &best[i]->id, &best[i]->addr);
	write_saved(f, &w, n);
	bw_key(b, key);
	bw_span(b, writer_span(&w));
}

static void save_payload(const struct dht *d, uint64_t now, struct bw *b)
{
	bw_init(b);
	bw_dict(b);
	for (size_t i = 0; i < 2; i++) {
		const struct family *f = &d->fam[i];

		if (!f->table)
			continue;
		bw_key(b, id_keys[i]);
		bw_span(b, span_of(f->id.b, sizeof f->id.b));
	}
	for (size_t i = 0; i < 2; i++)
		if (d->fam[i].table)
			save_nodes(&d->fam[i], now, nodes_keys[i], b);
	bw_end(b);
}

void dht_save(const struct dht *d, uint64_t now, struct buf *out)
{
	uint8_t check[SHA1_LEN];
	struct bw payload, file;

	save_payload(d, now, &payload);
	sha1(buf_span(&payload.out), check);
	bw_init(&file);
	bw_dict(&file);
	bw_key(&file, "check");
	bw_span(&file, span_of(check, sizeof check));
	bw_key(&file, "dht");
	bw_raw(&file, buf_span(&payload.out));
	bw_end(&file);
	buf_add(out, buf_span(&file.out));
	bw_fini(&payload);
	bw_fini(&file);
}

/* --- restoring ------------------------------------------------------------ */

static enum err read_family(const struct benc_doc *doc, uint32_t payload,
	size_t i, struct saved_family *out)
{
	struct span id = benc_str(doc, benc_get(doc, payload, id_keys[i]));
	size_t size = i == 0 ? KRPC_NODE_V4 : KRPC_NODE_V6;

	out->nodes = benc_str(doc, benc_get(doc, payload, nodes_keys[i]));
	if ((id.n != 0 && id.n != NODE_ID_LEN) || out->nodes.n % size != 0)
		return ERR_SYNTAX;
	out->has_id = id.n != 0;
	if (out->has_id)
		memcpy(out->id.b, id.p, sizeof out->id.b);
	return ERR_OK;
}

static enum err decode(struct span file, struct saved_family out[2])
{
	struct benc_tok tok[TOKENS_MAX];
	uint8_t want[SHA1_LEN];
	struct benc_doc doc;
	uint32_t payload;

	if (file.n > DHT_STATE_MAX ||
		benc_parse(&doc, file.p, file.n, tok, TOKENS_MAX) != ERR_OK)
		return ERR_SYNTAX;
	payload = benc_get(&doc, BENC_ROOT, "dht");
	if (!benc_is(&doc, payload, BENC_DICT))
		return ERR_SYNTAX;
	sha1(benc_raw(&doc, payload), want);
	if (!span_equal(benc_str(&doc, benc_get(&doc, BENC_ROOT, "check")),
		    span_of(want, sizeof want)))
		return ERR_HASH;
	for (size_t i = 0; i < 2; i++)
		if (read_family(&doc, payload, i, &out[i]) != ERR_OK)
			return ERR_SYNTAX;
	return ERR_OK;
}

/* The old id, unless it cannot be ours any more or others know us already. */
static void take_id(struct dht *d, struct family *f,
	const struct saved_family *s)
{
	if (!s->has_id || node_id_is_zero(&s->id) || f->live > 0)
		return;
	if (f->external.family == ADDR_NONE ||
		node_id_fits_addr(&s->id, &f->external))
		dht_set_id(d, f, &s->id);
}

static void take_over(struct dht *d, struct family *f,
	const struct saved_family *s)
{
	take_id(d, f, s);
	if (s->nodes.n == 0)
		return;
	mem_free(f->saved);
	f->saved = (struct krpc_node *)mem_zero_array(DHT_SAVED_NODES,
		sizeof *f->saved);
	f->nsaved =
		krpc_read_nodes(s->nodes, f->family, f->saved, DHT_SAVED_NODES);
	f->next_saved = 0;
	f->restored_ms = d->now_ms;
	dht_saved_run(d, f);
	dht_join_soon(d, f);
}

enum err dht_restore(struct dht *d, struct span saved, uint64_t now)
{
	struct saved_family s[2] = {{.has_id = false}};
	enum err e = decode(saved, s);

	dht_see_time(d, now);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < 2; i++)
		if (d->fam[i].table)
			take_over(d, &d->fam[i], &s[i]);
	return ERR_OK;
}
