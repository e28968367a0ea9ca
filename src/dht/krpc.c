/*
 * krpc.c - reading messages of the DHT; krpc_write.c writes them.
 *
 * A dictionary is walked once, and the values of the keys we know are noted
 * by number.  A walk starts its comparisons where the last key was found: in
 * a sorted dictionary, which almost all are, it compares each key we know
 * about once.
 */
#include "dht/krpc.h"

#include <string.h>

#include "proto/bencode.h"

/* A value takes two bytes at least, so a datagram that we read always fits. */
#define TOKENS_MAX (KRPC_READ_MAX / 2u)

#define KEY_LEN 32u
#define SIG_LEN 64u

struct key {
	const char *text;
	size_t n;
};
#define KEY(text)                                                              \
	{                                                                      \
		text, sizeof(text) - 1                                         \
	}

enum {
	TOP_A,
	TOP_E,
	TOP_IP,
	TOP_Q,
	TOP_R,
	TOP_RO,
	TOP_T,
	TOP_V,
	TOP_Y,
	TOPS
};
static const struct key top_keys[TOPS] = {
	[TOP_A] = KEY("a"),
	[TOP_E] = KEY("e"),
	[TOP_IP] = KEY("ip"),
	[TOP_Q] = KEY("q"),
	[TOP_R] = KEY("r"),
	[TOP_RO] = KEY("ro"),
	[TOP_T] = KEY("t"),
	[TOP_V] = KEY("v"),
	[TOP_Y] = KEY("y"),
};

/* Of "a" and "r", in the order of messages. */
enum {
	IN_BFPE,
	IN_BFSD,
	IN_CAS,
	IN_ID,
	IN_IMPLIED_PORT,
	IN_INFO_HASH,
	IN_INTERVAL,
	IN_K,
	IN_NODES,
	IN_NODES6,
	IN_NOSEED,
	IN_NUM,
	IN_PORT,
	IN_SALT,
	IN_SAMPLES,
	IN_SCRAPE,
	IN_SEED,
	IN_SEQ,
	IN_SIG,
	IN_TARGET,
	IN_TOKEN,
	IN_V,
	IN_VALUES,
	IN_WANT,
	INS,
};
static const struct key in_keys[INS] = {
	[IN_BFPE] = KEY("BFpe"),
	[IN_BFSD] = KEY("BFsd"),
	[IN_CAS] = KEY("cas"),
	[IN_ID] = KEY("id"),
	[IN_IMPLIED_PORT] = KEY("implied_port"),
	[IN_INFO_HASH] = KEY("info_hash"),
	[IN_INTERVAL] = KEY("interval"),
	[IN_K] = KEY("k"),
	[IN_NODES] = KEY("nodes"),
	[IN_NODES6] = KEY("nodes6"),
	[IN_NOSEED] = KEY("noseed"),
	[IN_NUM] = KEY("num"),
	[IN_PORT] = KEY("port"),
	[IN_SALT] = KEY("salt"),
	[IN_SAMPLES] = KEY("samples"),
	[IN_SCRAPE] = KEY("scrape"),
	[IN_SEED] = KEY("seed"),
	[IN_SEQ] = KEY("seq"),
	[IN_SIG] = KEY("sig"),
	[IN_TARGET] = KEY("target"),
	[IN_TOKEN] = KEY("token"),
	[IN_V] = KEY("v"),
	[IN_VALUES] = KEY("values"),
	[IN_WANT] = KEY("want"),
};

/* The values of one dictionary, by the number of their key. */
struct found {
	const struct benc_doc *d;
	uint32_t node[INS];
};
_Static_assert((int)TOPS <= (int)INS, "struct found has room for both kinds");

static size_t key_number(const struct key *keys, size_t nkeys, size_t start,
	struct span text)
{
	for (size_t i = 0; i < nkeys; i++) {
		size_t at = start + i < nkeys ? start + i : start + i - nkeys;

		if (keys[at].n == text.n &&
			memcmp(keys[at].text, text.p, text.n) == 0)
			return at;
	}
	return nkeys;
}

/* Of equal keys the first counts. */
static void find(struct found *f, const struct benc_doc *d, uint32_t dict,
	const struct key *keys, size_t nkeys)
{
	size_t at = 0;

	f->d = d;
	for (size_t i = 0; i < nkeys; i++)
		f->node[i] = BENC_NONE;
	if (!benc_is(d, dict, BENC_DICT))
		return;
	for (uint32_t k = benc_first(d, dict); k != BENC_NONE;) {
		uint32_t value = benc_next(d, dict, k);
		size_t n = key_number(keys, nkeys, at, benc_str(d, k));

		if (n < nkeys && f->node[n] == BENC_NONE)
			f->node[n] = value;
		if (n < nkeys)
			at = n + 1 < nkeys ? n + 1 : 0;
		k = benc_next(d, dict, value);
	}
}

static struct span get_str(const struct found *f, size_t key)
{
	return benc_str(f->d, f->node[key]);
}

/* A string of this length, or an empty span. */
static struct span get_exactly(const struct found *f, size_t key, size_t n)
{
	struct span s = get_str(f, key);

	return s.n == n ? s : span_of(NULL, 0);
}

/* A string of whole entries, or an empty span. */
static struct span get_entries(const struct found *f, size_t key, size_t size)
{
	struct span s = get_str(f, key);

	return s.n % size == 0 ? s : span_of(NULL, 0);
}

static bool get_id(const struct found *f, size_t key, struct node_id *out)
{
	struct span s = get_exactly(f, key, NODE_ID_LEN);

	if (s.n == 0)
		return false;
	memcpy(out->b, s.p, sizeof out->b);
	return true;
}

static bool get_int(const struct found *f, size_t key, int64_t *out)
{
	return benc_int(f->d, f->node[key], out);
}

static uint32_t get_u32(const struct found *f, size_t key)
{
	int64_t v = 0;

	benc_int_in(f->d, f->node[key], 0, UINT32_MAX, &v);
	return (uint32_t)v;
}

static bool is_nonzero(const struct found *f, size_t key)
{
	int64_t v = 0;

	return get_int(f, key, &v) && v != 0;
}

/* BEP 33: any other value says nothing. */
static bool is_one(const struct found *f, size_t key)
{
	int64_t v = 0;

	return get_int(f, key, &v) && v == 1;
}

static enum krpc_method method_of(struct span name)
{
	for (unsigned m = 0; m < KRPC_METHODS; m++)
		if (span_is(name, krpc_method_name((enum krpc_method)m)))
			return (enum krpc_method)m;
	return KRPC_UNKNOWN;
}

const char *krpc_method_name(enum krpc_method m)
{
	static const char *const names[KRPC_METHODS] = {
		[KRPC_PING] = "ping",
		[KRPC_FIND_NODE] = "find_node",
		[KRPC_GET_PEERS] = "get_peers",
		[KRPC_ANNOUNCE] = "announce_peer",
		[KRPC_GET] = "get",
		[KRPC_PUT] = "put",
		[KRPC_SAMPLE] = "sample_infohashes",
	};

	return m < KRPC_METHODS ? names[m] : "";
}

static void read_want(const struct found *in, struct krpc *m)
{
	uint32_t list = in->node[IN_WANT];

	if (!benc_is(in->d, list, BENC_LIST))
		return;
	for (uint32_t n = benc_first(in->d, list); n != BENC_NONE;
		n = benc_next(in->d, list, n)) {
		struct span s = benc_str(in->d, n);

		m->want4 |= span_is(s, "n4");
		m->want6 |= span_is(s, "n6");
	}
}

/* What BEP 44 has in queries and in replies. */
static void read_item(const struct found *in, struct krpc *m)
{
	struct span token = get_str(in, IN_TOKEN);

	if (token.n <= KRPC_TOKEN_MAX)
		m->token = token;
	m->v = benc_raw(in->d, in->node[IN_V]);
	m->k = get_exactly(in, IN_K, KEY_LEN);
	m->sig = get_exactly(in, IN_SIG, SIG_LEN);
	m->has_seq = get_int(in, IN_SEQ, &m->seq);
}

/* The name under which a method has its target. */
static size_t target_key(const struct found *in, enum krpc_method m)
{
	switch (m) {
	case KRPC_GET_PEERS:
	case KRPC_ANNOUNCE:
		return IN_INFO_HASH;
	case KRPC_UNKNOWN:
		return get_exactly(in, IN_TARGET, NODE_ID_LEN).n ? IN_TARGET
		                                                 : IN_INFO_HASH;
	default:
		return IN_TARGET;
	}
}

static bool method_has_target(enum krpc_method m)
{
	return m != KRPC_PING && m != KRPC_PUT;
}

static void read_arguments(const struct found *in, struct krpc *m)
{
	int64_t port;

	m->has_id = get_id(in, IN_ID, &m->id);
	if (method_has_target(m->method))
		m->has_target =
			get_id(in, target_key(in, m->method), &m->target);
	read_want(in, m);
	m->scrape = is_one(in, IN_SCRAPE);
	m->no_seed = is_one(in, IN_NOSEED);
	m->seed = is_one(in, IN_SEED);
	m->implied_port = is_nonzero(in, IN_IMPLIED_PORT);
	if (benc_int_in(in->d, in->node[IN_PORT], 1, UINT16_MAX, &port)) {
		m->has_port = true;
		m->port = (uint16_t)port;
	}
	read_item(in, m);
	m->salt = get_str(in, IN_SALT);
	m->has_cas = get_int(in, IN_CAS, &m->cas);
}

/* A key, its number and its signature are of use together only. */
static bool item_is_whole(const struct krpc *m)
{
	bool has_key = m->k.n != 0;

	return m->v.n != 0 && has_key == (m->sig.n != 0) &&
	       has_key == m->has_seq;
}

static bool has_what_it_needs(const struct krpc *m)
{
	if (!m->has_id || (method_has_target(m->method) && !m->has_target))
		return false;
	if (m->method == KRPC_ANNOUNCE)
		return m->token.n != 0 && (m->has_port || m->implied_port);
	if (m->method == KRPC_PUT)
		return m->token.n != 0 && item_is_whole(m);
	return true;
}

static enum krpc_code read_query(const struct found *top, struct krpc *m)
{
	struct found in;

	find(&in, top->d, top->node[TOP_A], in_keys, INS);
	m->method = method_of(get_str(top, TOP_Q));
	read_arguments(&in, m);
	if (!benc_is(top->d, top->node[TOP_Q], BENC_STR))
		return KRPC_PROTOCOL;
	if (m->method == KRPC_UNKNOWN)
		return KRPC_NO_METHOD;
	return has_what_it_needs(m) ? 0 : KRPC_PROTOCOL;
}

/* Peers of both families may stand in one list (BEP 32). */
static void read_values(const struct found *in, struct krpc *m)
{
	uint32_t list = in->node[IN_VALUES];

	if (!benc_is(in->d, list, BENC_LIST))
		return;
	for (uint32_t n = benc_first(in->d, list);
		n != BENC_NONE && m->nvalues < KRPC_VALUES_MAX;
		n = benc_next(in->d, list, n)) {
		struct span s = benc_str(in->d, n);
		struct reader r = reader_of_span(s);
		struct addr a;

		if (s.n != ADDR_COMPACT_V4 && s.n != ADDR_COMPACT_V6)
			continue;
		a = addr_read_compact(&r,
			s.n == ADDR_COMPACT_V4 ? ADDR_V4 : ADDR_V6);
		if (addr_is_dialable(&a))
			m->values[m->nvalues++] = a;
	}
}

static void read_reply(const struct found *top, struct krpc *m)
{
	struct found in;

	find(&in, top->d, top->node[TOP_R], in_keys, INS);
	m->has_id = get_id(&in, IN_ID, &m->id);
	m->nodes = get_entries(&in, IN_NODES, KRPC_NODE_V4);
	m->nodes6 = get_entries(&in, IN_NODES6, KRPC_NODE_V6);
	read_values(&in, m);
	m->bloom_seeds = get_exactly(&in, IN_BFSD, KRPC_BLOOM_LEN);
	m->bloom_peers = get_exactly(&in, IN_BFPE, KRPC_BLOOM_LEN);
	m->samples = get_entries(&in, IN_SAMPLES, NODE_ID_LEN);
	m->has_samples = benc_is(top->d, in.node[IN_SAMPLES], BENC_STR) &&
	                 get_str(&in, IN_SAMPLES).n == m->samples.n;
	m->interval_s = get_u32(&in, IN_INTERVAL);
	m->num = get_u32(&in, IN_NUM);
	read_item(&in, m);
}

static void read_error(const struct found *top, struct krpc *m)
{
	uint32_t list = top->node[TOP_E];
	uint32_t first = benc_first(top->d, list);

	benc_int(top->d, first, &m->code);
	m->text = benc_str(top->d, benc_next(top->d, list, first));
}

static void read_top(const struct found *top, struct krpc *m)
{
	struct span ip = get_str(top, TOP_IP);
	struct reader r = reader_of_span(ip);

	m->tid = get_str(top, TOP_T);
	m->version = get_str(top, TOP_V);
	m->read_only = is_nonzero(top, TOP_RO);
	if (ip.n == ADDR_COMPACT_V4)
		m->external = addr_read_compact(&r, ADDR_V4);
	else if (ip.n == ADDR_COMPACT_V6)
		m->external = addr_read_compact(&r, ADDR_V6);
}

/* Whether y and t, and what y speaks of, are there. */
static enum err check_top(const struct found *top, enum krpc_kind *kind)
{
	struct span y = get_str(top, TOP_Y);
	struct span t = get_str(top, TOP_T);

	if (span_is(y, "q"))
		*kind = KRPC_QUERY;
	else if (span_is(y, "r") &&
		 benc_is(top->d, top->node[TOP_R], BENC_DICT))
		*kind = KRPC_REPLY;
	else if (span_is(y, "e") &&
		 benc_is(top->d, top->node[TOP_E], BENC_LIST))
		*kind = KRPC_ERROR;
	else
		return ERR_SYNTAX;
	if (t.n > KRPC_TID_MAX)
		return ERR_LIMIT;
	return t.n == 0 ? ERR_SYNTAX : ERR_OK;
}

enum err krpc_parse(struct span packet, struct krpc *out,
	enum krpc_code *complaint)
{
	struct benc_tok tok[TOKENS_MAX];
	struct benc_doc d;
	struct found top;
	enum krpc_kind kind;
	enum err e;

	if (packet.n > KRPC_READ_MAX)
		return ERR_LIMIT;
	if (benc_parse(&d, packet.p, packet.n, tok, TOKENS_MAX) != ERR_OK)
		return ERR_SYNTAX;
	find(&top, &d, BENC_ROOT, top_keys, TOPS);
	e = check_top(&top, &kind);
	if (e)
		return e;
	*out = (struct krpc){.kind = kind, .method = KRPC_UNKNOWN};
	*complaint = 0;
	read_top(&top, out);
	if (kind == KRPC_QUERY)
		*complaint = read_query(&top, out);
	else if (kind == KRPC_REPLY)
		read_reply(&top, out);
	else
		read_error(&top, out);
	return ERR_OK;
}

size_t krpc_read_nodes(struct span nodes, enum addr_family family,
	struct krpc_node *out, size_t max)
{
	size_t size = family == ADDR_V4 ? KRPC_NODE_V4 : KRPC_NODE_V6;
	struct reader r = reader_of_span(nodes);
	size_t n = 0;

	while (n < max && read_left(&r) >= size) {
		struct span id = read_span(&r, NODE_ID_LEN);
		struct addr a = addr_read_compact(&r, family);

		if (a.family != family || a.port < KRPC_PORT_MIN ||
			!addr_is_dialable(&a))
			continue;
		memcpy(out[n].id.b, id.p, sizeof out[n].id.b);
		out[n].addr = a;
		n++;
	}
	return n;
}
