/*
 * Every datagram of the manifest of krpc/ against a node: what it answers,
 * what it learns, and whom it asks for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "dht_net.h"
#include "krpc_cases.h"

#define PORT 7000u

/* One node, and the stranger that the case is about. */
struct scene {
	struct net net;
	struct net_node *node;
	struct addr from;
	struct node_id id;       /* of the stranger, as in the corpus */
	struct net_packet query; /* of ours, that waits for the case */
	struct dht_view before;
};

static struct scene s;

static struct dht_view view(void)
{
	struct dht_view v;

	dht_view(s.node->d, s.net.now, &v);
	return v;
}

static void open_scene(void)
{
	net_init(&s.net, 1);
	s.node = net_add(&s.net, true, false);
	s.from = addr_v4(127, 0, 0, 1, 7001);
	memcpy(s.id.b, "the stranger's id 01", NODE_ID_LEN);
	memset(&s.query, 0, sizeof s.query);
}

/* As large as datagrams may be, so not by way of the net. */
static void deliver(struct span bytes)
{
	/* From a copy exactly as long, so that a read beyond is noticed. */
	uint8_t *copy = bytes.n ? (uint8_t *)mem_dup(bytes.p, bytes.n) : NULL;

	s.before = view();
	dht_receive(s.node->d, span_of(copy, bytes.n), &s.from, s.net.now);
	net_drain(s.node);
	mem_free(copy);
}

/* --- the query that a case answers -----------------------------------------
 */

/* The next query of this kind to the stranger; others are answered. */
static bool wait_for(enum krpc_method method)
{
	for (unsigned i = 0; i < 20; i++) {
		struct net_packet p;

		net_run(&s.net, 100);
		while (net_take(&s.net, &s.from, &p)) {
			struct krpc q = net_parse(&p);
			struct krpc r = {.kind = KRPC_REPLY};

			if (q.kind != KRPC_QUERY)
				continue;
			if (q.method == method) {
				s.query = p;
				return true;
			}
			r.token = span_str("token");
			net_reply(&s.net, &p, r, &s.id);
		}
	}
	return false;
}

/* We have no query that asks for samples: any does for its answer. */
static bool ask(enum krpc_method method)
{
	struct dht_query q = net_hash("corpus");
	dht_search_id id;

	if (method == KRPC_SAMPLE)
		method = KRPC_FIND_NODE;
	dht_add_contact(s.node->d, &s.from, s.net.now);
	if (method == KRPC_PING)
		return wait_for(method);
	if (!wait_for(KRPC_PING))
		return false;
	net_reply(&s.net, &s.query, (struct krpc){.kind = KRPC_REPLY}, &s.id);
	/* It knows nobody, so that whom we ask then is named by the case. */
	net_run(&s.net, 2 * NET_DELAY_MS);
	if (method == KRPC_FIND_NODE)
		return wait_for(method);
	q.announce_port = PORT;
	return dht_search(s.node->d, &q, s.net.now, &id) == ERR_OK &&
	       wait_for(method);
}

/* --- what must hold --------------------------------------------------------
 */

/* Whom we asked for it: nobody who could not be a node. */
static void check_asked(struct manifest *m)
{
	for (size_t i = 0; i < s.net.nstrays; i++) {
		const struct addr *a = &s.net.strays[i].to;

		MANIFEST_CHECK(m, a->port >= KRPC_PORT_MIN);
		MANIFEST_CHECK(m, addr_is_dialable(a));
		MANIFEST_CHECK(m, !addr_equal(a, &s.node->addr[0]));
	}
}

/* How many addresses of others were asked. */
static size_t count_asked(void)
{
	size_t n = 0;

	for (size_t i = 0; i < s.net.nstrays; i++)
		n += !addr_equal(&s.net.strays[i].to, &s.from);
	return n;
}

static size_t count_peers(void)
{
	size_t n = 0;

	for (size_t i = 0; i < s.node->nevents; i++)
		n += s.node->events[i].ev.npeers;
	return n;
}

static bool has_stored(struct manifest *m)
{
	struct dht_view v = view();

	return manifest_is(m, "method", "put") ? v.stored_items > 0
	                                       : v.stored_peers > 0;
}

static void check_stored(struct manifest *m, bool wanted)
{
	if (manifest_is(m, "method", "put") ||
		manifest_is(m, "method", "announce_peer"))
		MANIFEST_CHECK(m, has_stored(m) == wanted);
	else
		MANIFEST_CHECK(m,
			view().stored_peers + view().stored_items == 0);
}

static void check_answer(struct manifest *m, struct span bytes)
{
	enum krpc_code complaint;
	struct krpc q = {.kind = KRPC_QUERY}, r;
	struct net_packet p;
	long long code;

	MANIFEST_CHECK(m, krpc_parse(bytes, &q, &complaint) == ERR_OK);
	if (!net_take(&s.net, &s.from, &p)) {
		manifest_bad(m, "no answer");
		return;
	}
	r = net_parse(&p);
	MANIFEST_CHECK(m, span_equal(r.tid, q.tid));
	MANIFEST_CHECK(m, addr_equal(&r.external, &s.from));
	if (manifest_is(m, "expect", "ok"))
		MANIFEST_CHECK(m, r.kind == KRPC_REPLY && r.has_id);
	else
		MANIFEST_CHECK(m, r.kind == KRPC_ERROR);
	if (manifest_number(m, "code", &code))
		MANIFEST_CHECK(m, r.code == code);
}

static void check_query(struct manifest *m, struct span bytes)
{
	bool is_silent = manifest_is(m, "expect", "ignore");

	deliver(bytes);
	net_run(&s.net, NET_DELAY_MS);
	if (manifest_is(m, "expect", "ok") || manifest_is(m, "expect", "error"))
		check_answer(m, bytes);
	if (!manifest_is(m, "expect", "either"))
		check_stored(m, manifest_is(m, "expect", "ok"));
	if (is_silent)
		MANIFEST_CHECK(m, net_strays_to(&s.net, &s.from) == 0);
	MANIFEST_CHECK(m, view().bad_packets == is_silent ||
				  manifest_is(m, "expect", "either"));
	net_run(&s.net, 20000);
	/* Whoever it is may be pinged, and has not answered. */
	MANIFEST_CHECK(m, view().v4.good == 0);
	MANIFEST_CHECK(m, count_asked() == 0);
	if (strcmp(m->cell[0], "ok-readonly.bin") == 0)
		MANIFEST_CHECK(m, net_strays_to(&s.net, &s.from) == 0);
}

static void check_taken(struct manifest *m, enum krpc_method method)
{
	long long nodes = 0, values = 0;
	struct dht_view v = view();

	MANIFEST_CHECK(m, v.traffic[method].answered ==
				  s.before.traffic[method].answered + 1);
	MANIFEST_CHECK(m, v.v4.good == 1);
	net_run(&s.net, 20000);
	if (manifest_number(m, "values", &values))
		MANIFEST_CHECK(m,
			values == 0 ? count_peers() == 0
				    : count_peers() > 0 &&
					      count_peers() <= (size_t)values);
	/* Not all that can be asked is asked: one for each id and address. */
	if (manifest_number(m, "nodes", &nodes) && method == KRPC_FIND_NODE &&
		nodes == 0)
		MANIFEST_CHECK(m, count_asked() == 0);
	if (nodes > 1)
		MANIFEST_CHECK(m, count_asked() > 0);
}

static void check_answering(struct manifest *m, struct span bytes)
{
	enum krpc_method method = krpc_case_method(m);

	if (method == KRPC_SAMPLE)
		method = KRPC_FIND_NODE;
	deliver(bytes);
	if (manifest_is(m, "expect", "ok")) {
		check_taken(m, method);
	} else if (manifest_is(m, "expect", "error")) {
		MANIFEST_CHECK(m,
			view().traffic[method].answered ==
				s.before.traffic[method].answered + 1);
		net_run(&s.net, 20000);
		MANIFEST_CHECK(m, count_peers() == 0 && count_asked() == 0);
	} else if (manifest_is(m, "expect", "ignore")) {
		MANIFEST_CHECK(m, view().traffic[method].answered ==
					  s.before.traffic[method].answered);
		net_reply(&s.net, &s.query, (struct krpc){.kind = KRPC_REPLY},
			&s.id);
		net_run(&s.net, NET_DELAY_MS);
		MANIFEST_CHECK(m,
			view().traffic[method].answered ==
				s.before.traffic[method].answered + 1);
		net_run(&s.net, 20000);
		MANIFEST_CHECK(m, count_peers() == 0 && count_asked() == 0);
	}
	for (size_t i = 0; i < s.node->nevents; i++) {
		struct dht_event *ev = &s.node->events[i].ev;

		if (ev->kind == DHT_SEARCH_DONE)
			MANIFEST_CHECK(m,
				ev->stored == (method == KRPC_ANNOUNCE &&
						      manifest_is(m, "expect",
							      "ok")));
	}
}

static void check_stray(struct manifest *m, struct span bytes)
{
	deliver(bytes);
	net_run(&s.net, 20000);
	MANIFEST_CHECK(m, view().v4.good == 0);
	MANIFEST_CHECK(m, count_peers() == 0 && count_asked() == 0);
	if (manifest_is(m, "expect", "ignore"))
		MANIFEST_CHECK(m, s.net.nstrays == 0);
}

/* --- the cases -------------------------------------------------------------
 */

static void put_token(struct manifest *m, struct buf *b)
{
	uint8_t token[TOKEN_LEN];
	struct node_id target;

	if (!krpc_case_target(m, &target))
		return;
	token_make(&s.node->d->tokens, &s.from, &target, token);
	krpc_case_put(m, "token_at", b, token, sizeof token);
}

static void play(struct manifest *m, struct buf *b)
{
	const struct node_id *self = &s.node->d->fam[0].id;

	krpc_case_put(m, "self_at", b, self->b, sizeof self->b);
	put_token(m, b);
	if (manifest_is(m, "role", "query")) {
		check_query(m, buf_span(b));
	} else if (manifest_is(m, "role", "stray")) {
		check_stray(m, buf_span(b));
	} else if (!ask(krpc_case_method(m))) {
		manifest_bad(m, "the query that it answers was not sent");
	} else {
		struct krpc q = net_parse(&s.query);

		krpc_case_put(m, "tid_at", b, q.tid.p, q.tid.n);
		check_answering(m, buf_span(b));
	}
	check_asked(m);
	MANIFEST_CHECK(m, s.net.longest <= KRPC_PACKET_MAX);
}

static void every_datagram_ends_as_its_row_says(void **state)
{
	struct manifest m;

	(void)state;
	manifest_open(&m, "BTTUI_CORPUS", "krpc");
	while (manifest_row(&m)) {
		struct buf b = manifest_file(&m);

		open_scene();
		play(&m, &b);
		net_fini(&s.net);
		buf_free(&b);
	}
	manifest_close(&m, KRPC_CASES_AT_LEAST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_datagram_ends_as_its_row_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
