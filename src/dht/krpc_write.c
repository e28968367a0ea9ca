/*
 * krpc_write.c - writing messages of the DHT, straight into a bounded writer.
 *
 * Keys stand in the code in the order in which they stand in a message.
 */
#include "dht/krpc.h"

#define DIGITS_MAX 20u /* of UINT64_MAX */

static void write_number(struct writer *w, uint64_t v)
{
	uint8_t digits[DIGITS_MAX];
	size_t at = sizeof digits;

	do {
		digits[--at] = (uint8_t)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	write_span(w, span_of(digits + at, sizeof digits - at));
}

static void write_int(struct writer *w, int64_t v)
{
	write_u8(w, 'i');
	if (v < 0)
		write_u8(w, '-');
	/* Negated without a sign: INT64_MIN has no positive counterpart. */
	write_number(w, v < 0 ? -(uint64_t)v : (uint64_t)v);
	write_u8(w, 'e');
}

static void write_text(struct writer *w, struct span s)
{
	write_number(w, s.n);
	write_u8(w, ':');
	write_span(w, s);
}

/* Keys come with their length, "2:id": a key is one constant. */
static void put_text(struct writer *w, const char *key, struct span s)
{
	if (s.n == 0)
		return;
	write_str(w, key);
	write_text(w, s);
}

static void put_int(struct writer *w, const char *key, bool is_there, int64_t v)
{
	if (!is_there)
		return;
	write_str(w, key);
	write_int(w, v);
}

static void put_flag(struct writer *w, const char *key, bool is_set)
{
	put_int(w, key, is_set, 1);
}

static void put_id(struct writer *w, const char *key, bool is_there,
	const struct node_id *id)
{
	if (is_there)
		put_text(w, key, span_of(id->b, sizeof id->b));
}

/* One bencoded value, as it is. */
static void put_value(struct writer *w, const char *key, struct span v)
{
	if (v.n == 0)
		return;
	write_str(w, key);
	write_span(w, v);
}

static void write_addr(struct writer *w, const struct addr *a)
{
	uint8_t compact[ADDR_COMPACT_V6];
	struct writer one = writer_of(compact, sizeof compact);

	addr_write_compact(&one, a);
	write_text(w, writer_span(&one));
}

static void put_want(struct writer *w, const struct krpc *m)
{
	if (!m->want4 && !m->want6)
		return;
	write_str(w, "4:wantl");
	if (m->want4)
		write_str(w, "2:n4");
	if (m->want6)
		write_str(w, "2:n6");
	write_u8(w, 'e');
}

static void write_arguments(struct writer *w, const struct krpc *m)
{
	bool is_hash =
		m->method == KRPC_GET_PEERS || m->method == KRPC_ANNOUNCE;

	write_str(w, "1:ad");
	put_int(w, "3:cas", m->has_cas, m->cas);
	put_id(w, "2:id", m->has_id, &m->id);
	put_flag(w, "12:implied_port", m->implied_port);
	put_id(w, "9:info_hash", m->has_target && is_hash, &m->target);
	put_text(w, "1:k", m->k);
	put_flag(w, "6:noseed", m->no_seed);
	put_int(w, "4:port", m->has_port, m->port);
	put_text(w, "4:salt", m->salt);
	put_flag(w, "6:scrape", m->scrape);
	put_flag(w, "4:seed", m->seed);
	put_int(w, "3:seq", m->has_seq, m->seq);
	put_text(w, "3:sig", m->sig);
	put_id(w, "6:target", m->has_target && !is_hash, &m->target);
	put_text(w, "5:token", m->token);
	put_value(w, "1:v", m->v);
	put_want(w, m);
	write_u8(w, 'e');
}

static void put_values(struct writer *w, const struct krpc *m)
{
	if (m->nvalues == 0)
		return;
	write_str(w, "6:valuesl");
	for (size_t i = 0; i < m->nvalues; i++)
		write_addr(w, &m->values[i]);
	write_u8(w, 'e');
}

static void write_results(struct writer *w, const struct krpc *m)
{
	write_str(w, "1:rd");
	put_text(w, "4:BFpe", m->bloom_peers);
	put_text(w, "4:BFsd", m->bloom_seeds);
	put_id(w, "2:id", m->has_id, &m->id);
	put_int(w, "8:interval", m->has_samples || m->interval_s,
		m->interval_s);
	put_text(w, "1:k", m->k);
	put_text(w, "5:nodes", m->nodes);
	put_text(w, "6:nodes6", m->nodes6);
	put_int(w, "3:num", m->has_samples || m->num, m->num);
	if (m->has_samples) {
		/* Also when there are none: BEP 51 knows us by it. */
		write_str(w, "7:samples");
		write_text(w, m->samples);
	}
	put_int(w, "3:seq", m->has_seq, m->seq);
	put_text(w, "3:sig", m->sig);
	put_text(w, "5:token", m->token);
	put_value(w, "1:v", m->v);
	put_values(w, m);
	write_u8(w, 'e');
}

static void write_complaint(struct writer *w, const struct krpc *m)
{
	write_str(w, "1:el");
	write_int(w, m->code);
	write_text(w, m->text);
	write_u8(w, 'e');
}

static void write_external(struct writer *w, const struct addr *a)
{
	if (a->family == ADDR_NONE)
		return;
	write_str(w, "2:ip");
	write_addr(w, a);
}

/* Where q and r have their places: a < e < ip < q < r < ro < t < v < y. */
void krpc_write(const struct krpc *m, struct writer *w)
{
	static const char *const letters[] = {
		[KRPC_QUERY] = "1:y1:q",
		[KRPC_REPLY] = "1:y1:r",
		[KRPC_ERROR] = "1:y1:e",
	};

	write_u8(w, 'd');
	if (m->kind == KRPC_QUERY)
		write_arguments(w, m);
	if (m->kind == KRPC_ERROR)
		write_complaint(w, m);
	write_external(w, &m->external);
	if (m->kind == KRPC_QUERY) {
		write_str(w, "1:q");
		write_text(w, span_str(krpc_method_name(m->method)));
	}
	if (m->kind == KRPC_REPLY)
		write_results(w, m);
	put_flag(w, "2:ro", m->read_only);
	put_text(w, "1:t", m->tid);
	put_text(w, "1:v", m->version);
	write_str(w, letters[m->kind]);
	write_u8(w, 'e');
}

void krpc_write_node(struct writer *w, const struct node_id *id,
	const struct addr *a)
{
	write_span(w, span_of(id->b, sizeof id->b));
	addr_write_compact(w, a);
}
