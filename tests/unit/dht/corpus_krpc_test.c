/*
 * Every datagram of the manifest of krpc/ through the parser, and real ones
 * where they are at hand.  What a whole node does with them is tested where
 * the node is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "dht/token.h"
#include "krpc_cases.h"

static const uint8_t tid[KRPC_CASE_TID_LEN] = {0xd4, 0, 0xff, 'e'};
static const uint8_t token[TOKEN_LEN] = {0, 'e', ':'};
static const struct node_id self = {{0x5e, 0x1f}};

/* What became of one datagram. */
struct outcome {
	enum err e;
	enum krpc_code complaint;
	struct krpc m;
	uint8_t *copy; /* what m points into */
};

/* From a copy exactly as long, so that a read beyond is noticed. */
static struct outcome parse(struct span packet)
{
	struct outcome o = {.copy = NULL};

	if (packet.n > 0)
		o.copy = mem_dup(packet.p, packet.n);
	o.e = krpc_parse(span_of(o.copy, packet.n), &o.m, &o.complaint);
	return o;
}

static struct outcome parse_row(struct manifest *m, struct buf *b)
{
	struct outcome o;
	bool answers = krpc_case_put(m, "tid_at", b, tid, sizeof tid);

	krpc_case_put(m, "self_at", b, self.b, sizeof self.b);
	krpc_case_put(m, "token_at", b, token, sizeof token);
	o = parse(buf_span(b));
	if (o.e == ERR_OK && answers)
		MANIFEST_CHECK(m,
			span_equal(o.m.tid, span_of(tid, sizeof tid)));
	return o;
}

static void check_verdict(struct manifest *m, const struct outcome *o)
{
	long long code;

	if (manifest_is(m, "parse", "ok"))
		MANIFEST_CHECK(m, o->e == ERR_OK && o->complaint == 0);
	if (manifest_is(m, "parse", "syntax"))
		MANIFEST_CHECK(m, o->e == ERR_SYNTAX);
	if (manifest_is(m, "parse", "limit"))
		MANIFEST_CHECK(m, o->e == ERR_LIMIT);
	if (manifest_number(m, "parse", &code))
		MANIFEST_CHECK(m,
			o->e == ERR_OK && (long long)o->complaint == code);
}

static void check_query(struct manifest *m, const struct krpc *q)
{
	struct node_id target;

	MANIFEST_CHECK(m, q->kind == KRPC_QUERY);
	if (!manifest_is(m, "token_at", "-"))
		MANIFEST_CHECK(m, krpc_case_target(m, &target));
	MANIFEST_CHECK(m, q->method == krpc_case_method(m));
	if (manifest_is(m, "file", "duplicate-keys.bin"))
		MANIFEST_CHECK(m, q->id.b[0] == 't');
	if (manifest_is(m, "file", "want-both.bin"))
		MANIFEST_CHECK(m, q->want4 && q->want6);
	if (manifest_is(m, "file", "want-junk.bin"))
		MANIFEST_CHECK(m, !q->want4 && !q->want6);
	if (manifest_is(m, "file", "ok-readonly.bin"))
		MANIFEST_CHECK(m, q->read_only);
	if (manifest_is(m, "file", "ok-scrape.bin"))
		MANIFEST_CHECK(m, q->scrape && q->no_seed);
	if (manifest_is(m, "file", "ok-target-self.bin"))
		MANIFEST_CHECK(m, node_id_equal(&q->target, &self));
	if (manifest_is(m, "file", "put-1001.bin"))
		MANIFEST_CHECK(m, q->v.n == KRPC_VALUE_MAX + 1);
}

static size_t contacts(struct span list, enum addr_family family)
{
	struct krpc_node n[KRPC_NODES_MAX];

	return krpc_read_nodes(list, family, n, KRPC_NODES_MAX);
}

static void check_answer(struct manifest *m, const struct krpc *r)
{
	long long n;

	MANIFEST_CHECK(m, r->kind != KRPC_QUERY);
	if (manifest_number(m, "nodes", &n))
		MANIFEST_CHECK(m, (long long)contacts(r->nodes, ADDR_V4) == n);
	if (manifest_number(m, "nodes6", &n))
		MANIFEST_CHECK(m, (long long)contacts(r->nodes6, ADDR_V6) == n);
	if (manifest_number(m, "values", &n))
		MANIFEST_CHECK(m, (long long)r->nvalues == n);
	if (manifest_number(m, "code", &n))
		MANIFEST_CHECK(m, r->kind == KRPC_ERROR && r->code == n);
	if (manifest_is(m, "expect", "ok"))
		MANIFEST_CHECK(m, r->has_id);
	if (strncmp(m->cell[0], "r-id-", 5) == 0)
		MANIFEST_CHECK(m, !r->has_id);
	if (manifest_is(m, "file", "r-own-id.bin"))
		MANIFEST_CHECK(m, node_id_equal(&r->id, &self));
	if (strstr(manifest_cell(m, "detail"), "nothing is announced"))
		MANIFEST_CHECK(m, r->token.n == 0);
}

static void check_parts(struct manifest *m, const struct outcome *o)
{
	if (manifest_is(m, "parse", "-") || o->e != ERR_OK)
		return;
	if (manifest_is(m, "role", "query"))
		check_query(m, &o->m);
	else
		check_answer(m, &o->m);
}

static void datagrams_are_read_as_the_manifest_says(void **state)
{
	struct manifest m;

	(void)state;
	manifest_open(&m, "BTTUI_CORPUS", "krpc");
	while (manifest_row(&m)) {
		struct buf b = manifest_file(&m);
		struct outcome o = parse_row(&m, &b);

		check_verdict(&m, &o);
		check_parts(&m, &o);
		mem_free(o.copy);
		buf_free(&b);
	}
	manifest_close(&m, KRPC_CASES_AT_LEAST);
}

/* What was read is written, read and written again. */
static void check_writing(struct manifest *m, const struct krpc *first)
{
	uint8_t once[KRPC_READ_MAX + 64], twice[sizeof once];
	struct writer w = writer_of(once, sizeof once);
	struct writer again = writer_of(twice, sizeof twice);
	struct outcome o;

	krpc_write(first, &w);
	MANIFEST_CHECK(m, !w.full);
	o = parse(writer_span(&w));
	MANIFEST_CHECK(m, o.e == ERR_OK && o.complaint == 0);
	if (o.e == ERR_OK) {
		krpc_write(&o.m, &again);
		MANIFEST_CHECK(m,
			span_equal(writer_span(&w), writer_span(&again)));
	}
	mem_free(o.copy);
}

static void what_was_read_can_be_written(void **state)
{
	struct manifest m;
	unsigned written = 0;

	(void)state;
	manifest_open(&m, "BTTUI_CORPUS", "krpc");
	while (manifest_row(&m)) {
		struct buf b = manifest_file(&m);
		struct outcome o = parse_row(&m, &b);

		if (o.e == ERR_OK && o.complaint == 0) {
			check_writing(&m, &o.m);
			written++;
		}
		mem_free(o.copy);
		buf_free(&b);
	}
	manifest_close(&m, KRPC_CASES_AT_LEAST);
	assert_true(written > 100);
}

static void no_part_of_a_message_is_a_message(void **state)
{
	struct manifest m;

	(void)state;
	manifest_open(&m, "BTTUI_CORPUS", "krpc");
	while (manifest_row(&m)) {
		struct buf b = manifest_file(&m);

		if (!manifest_is(&m, "parse", "ok"))
			b.len = 0;
		for (size_t n = 0; n < b.len; n++) {
			struct outcome o = parse(span_of(b.p, n));

			MANIFEST_CHECK(&m, o.e == ERR_SYNTAX);
			mem_free(o.copy);
		}
		buf_free(&b);
	}
	manifest_close(&m, KRPC_CASES_AT_LEAST);
}

/* A packet that was caught in the wild; freed by the caller. */
static struct outcome captured(const char *name)
{
	struct buf b = {0};
	struct manifest m;
	struct outcome o;

	manifest_open(&m, "BTTUI_COLLECTED", "captured");
	assert_true(manifest_load(m.dir, name, &b));
	o = parse(buf_span(&b));
	assert_int_equal(o.e, ERR_OK);
	assert_int_equal(o.complaint, 0);
	buf_free(&b);
	buf_free(&m.text);
	return o;
}

static void reads_real_queries(void **state)
{
	static const struct {
		const char *name;
		enum krpc_method method;
	} queries[] = {
		{"find_node_request.bin", KRPC_FIND_NODE},
		{"get_peers_request_0.bin", KRPC_GET_PEERS},
		{"get_peers_request_1.bin", KRPC_GET_PEERS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
		struct outcome o = captured(queries[i].name);

		assert_int_equal(o.m.kind, KRPC_QUERY);
		assert_int_equal(o.m.method, queries[i].method);
		assert_true(o.m.has_id && o.m.has_target);
		mem_free(o.copy);
	}
}

static void reads_real_replies(void **state)
{
	static const struct {
		const char *name;
		size_t nodes;
		bool has_ip;
	} replies[] = {
		{"find_node_response_1.bin", 8, false},
		{"find_node_response_2.bin", 16, true},
		{"find_node_response_3.bin", 16, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
		struct outcome o = captured(replies[i].name);

		assert_int_equal(o.m.kind, KRPC_REPLY);
		assert_true(o.m.has_id);
		assert_int_equal(contacts(o.m.nodes, ADDR_V4),
			replies[i].nodes);
		assert_int_equal(o.m.external.family == ADDR_V4,
			replies[i].has_ip);
		mem_free(o.copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(datagrams_are_read_as_the_manifest_says),
		cmocka_unit_test(what_was_read_can_be_written),
		cmocka_unit_test(no_part_of_a_message_is_a_message),
		cmocka_unit_test(reads_real_queries),
		cmocka_unit_test(reads_real_replies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
