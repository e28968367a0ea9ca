/*
 * Any datagram: what is read lies inside it and inside the limits; a message
 * that we would answer or believe, written and read again, is the same, and
 * written once more is the same to the byte.
 */
#include <assert.h>

#include "dht/krpc.h"

/* A reply with samples gets two numbers that may be missing. */
#define WRITTEN_MAX (KRPC_READ_MAX + 32u)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(struct span part, const uint8_t *data, size_t size)
{
	if (part.n == 0)
		return;
	assert(part.p >= data && part.n <= size);
	assert((size_t)(part.p - data) <= size - part.n);
}

static void check_contacts(struct span list, enum addr_family family)
{
	struct krpc_node n[KRPC_NODES_MAX];
	size_t count = krpc_read_nodes(list, family, n, KRPC_NODES_MAX);

	assert(count <= KRPC_NODES_MAX);
	for (size_t i = 0; i < count; i++) {
		assert(n[i].addr.family == family);
		assert(n[i].addr.port >= KRPC_PORT_MIN);
		assert(addr_is_dialable(&n[i].addr));
	}
}

static void check_limits(const struct krpc *m, const uint8_t *data, size_t size)
{
	const struct span parts[] = {m->tid, m->version, m->token, m->v, m->k,
		m->sig, m->salt, m->nodes, m->nodes6, m->bloom_seeds,
		m->bloom_peers, m->samples, m->text};

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		check_inside(parts[i], data, size);
	assert(m->tid.n >= 1 && m->tid.n <= KRPC_TID_MAX);
	assert(m->token.n <= KRPC_TOKEN_MAX);
	assert(m->k.n == 0 || m->k.n == 32);
	assert(m->sig.n == 0 || m->sig.n == 64);
	assert(m->bloom_seeds.n % KRPC_BLOOM_LEN == 0);
	assert(m->bloom_peers.n % KRPC_BLOOM_LEN == 0);
	assert(m->samples.n % NODE_ID_LEN == 0);
	assert(m->nodes.n % KRPC_NODE_V4 == 0);
	assert(m->nodes6.n % KRPC_NODE_V6 == 0);
	assert(!m->has_port == (m->port == 0));
	assert(m->nvalues <= KRPC_VALUES_MAX);
	for (size_t i = 0; i < m->nvalues; i++)
		assert(addr_is_dialable(&m->values[i]));
	check_contacts(m->nodes, ADDR_V4);
	check_contacts(m->nodes6, ADDR_V6);
}

static void check_needs(const struct krpc *m)
{
	assert(m->kind == KRPC_QUERY && m->method < KRPC_METHODS && m->has_id);
	assert(m->has_target || m->method == KRPC_PING ||
		m->method == KRPC_PUT);
	if (m->method == KRPC_ANNOUNCE)
		assert(m->token.n && (m->has_port || m->implied_port));
	if (m->method == KRPC_PUT)
		assert(m->token.n && m->v.n);
}

static void check_same(const struct krpc *a, const struct krpc *b)
{
	assert(a->kind == b->kind && a->method == b->method);
	assert(span_equal(a->tid, b->tid));
	assert(span_equal(a->version, b->version));
	assert(addr_equal(&a->external, &b->external));
	assert(a->read_only == b->read_only && a->has_id == b->has_id);
	assert(node_id_equal(&a->id, &b->id));
	assert(a->has_target == b->has_target);
	assert(node_id_equal(&a->target, &b->target));
	assert(a->want4 == b->want4 && a->want6 == b->want6);
	assert(a->scrape == b->scrape && a->no_seed == b->no_seed);
	assert(a->seed == b->seed && a->implied_port == b->implied_port);
	assert(a->has_port == b->has_port && a->port == b->port);
	assert(span_equal(a->token, b->token) && span_equal(a->v, b->v));
	assert(span_equal(a->k, b->k) && span_equal(a->sig, b->sig));
	assert(span_equal(a->salt, b->salt));
	assert(a->has_seq == b->has_seq && a->seq == b->seq);
	assert(a->has_cas == b->has_cas && a->cas == b->cas);
	assert(span_equal(a->nodes, b->nodes));
	assert(span_equal(a->nodes6, b->nodes6));
	assert(a->nvalues == b->nvalues);
	for (size_t i = 0; i < a->nvalues; i++)
		assert(addr_equal(&a->values[i], &b->values[i]));
	assert(span_equal(a->bloom_seeds, b->bloom_seeds));
	assert(span_equal(a->bloom_peers, b->bloom_peers));
	assert(a->has_samples == b->has_samples);
	assert(span_equal(a->samples, b->samples));
	assert(a->interval_s == b->interval_s && a->num == b->num);
	assert(a->code == b->code && span_equal(a->text, b->text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[WRITTEN_MAX], bytes_again[WRITTEN_MAX];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct writer w_again = writer_of(bytes_again, sizeof bytes_again);
	enum krpc_code complaint;
	struct krpc m, again;

	if (krpc_parse(span_of(data, size), &m, &complaint) != ERR_OK)
		return 0;
	assert(size <= KRPC_READ_MAX);
	check_limits(&m, data, size);
	krpc_write(&m, &w);
	assert(!w.full);
	if (complaint != 0) {
		assert(m.kind == KRPC_QUERY);
		return 0;
	}
	if (m.kind == KRPC_QUERY)
		check_needs(&m);
	if (w.len > KRPC_READ_MAX)
		return 0;
	assert(krpc_parse(writer_span(&w), &again, &complaint) == ERR_OK);
	assert(complaint == 0);
	check_same(&m, &again);
	krpc_write(&again, &w_again);
	assert(span_equal(writer_span(&w), writer_span(&w_again)));
	return 0;
}
