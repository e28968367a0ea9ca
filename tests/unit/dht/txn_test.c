/*
 * txn_test.c - queries that wait for an answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/rng.h"
#include "dht/txn.h"

#define T0 UINT64_C(1000)
#define FIRST_SHORT 1000u /* while nothing has been measured */

static const uint8_t key[16] = {7};
static const struct node_id node = {{1, 2, 3}};
static const struct node_id liar = {{3, 2, 1}};

static struct addr host(uint32_t i)
{
	return addr_v4(20, 0, (uint8_t)(i >> 8), (uint8_t)i, 6881);
}

/* Query number i, to host number i. */
static struct txn query(uint32_t i, uint64_t now)
{
	struct txn t = {.method = KRPC_GET_PEERS,
		.to = host(i),
		.knows_node = true,
		.node = node,
		.owner = i,
		.sent_ms = now};

	memcpy(t.id, &i, sizeof t.id);
	return t;
}

static void ask(struct txns *x, uint32_t i, uint64_t now)
{
	struct txn t = query(i, now);

	assert_true(txns_has_room(x));
	assert_true(txns_add(x, &t));
}

static bool answer_as(struct txns *x, uint32_t i, const struct addr *from,
	const struct node_id *id, uint64_t now)
{
	struct txn out;

	if (!txns_take(x, span_of(&i, sizeof i), from, id != NULL, id, now,
		    &out))
		return false;
	assert_memory_equal(out.id, &i, sizeof i);
	return true;
}

static bool answer(struct txns *x, uint32_t i, uint64_t now)
{
	struct addr from = host(i);

	return answer_as(x, i, &from, &node, now);
}

static struct txn_rtts rtts(const struct txns *x)
{
	struct txn_rtts r;

	txns_rtts(x, &r);
	return r;
}

/* One query of which the answer takes so long. */
static void measure(struct txns *x, uint64_t ms)
{
	ask(x, 1, T0);
	assert_true(answer(x, 1, T0 + ms));
}

static void an_answer_is_taken_once(void **state)
{
	struct txns *x = txns_new(key);
	struct txn t = query(5, T0), out;

	(void)state;
	t.is_late = true; /* which no new query is */
	assert_true(txns_add(x, &t));
	assert_int_equal(txns_count(x), 1);
	assert_true(txns_is_asking(x, &t.to));
	assert_true(txns_take(x, span_of(t.id, TXN_ID_LEN), &t.to, true, &node,
		T0 + 50, &out));
	assert_int_equal(out.method, KRPC_GET_PEERS);
	assert_int_equal(out.owner, 5);
	assert_int_equal(out.sent_ms, T0);
	assert_true(addr_equal(&out.to, &t.to));
	assert_true(node_id_equal(&out.node, &node));
	assert_false(out.is_late);
	assert_int_equal(txns_count(x), 0);
	assert_false(txns_is_asking(x, &t.to));
	assert_false(answer(x, 5, T0 + 51));
	assert_true(txns_deadline(x) == UINT64_MAX);
	txns_free(x);
	txns_free(NULL);
}

static void a_forged_answer_is_not_taken(void **state)
{
	struct txns *x = txns_new(key);
	struct addr from = host(5), other_port = from, other = host(6);
	const uint8_t longer[] = {5, 0, 0, 0, 0};
	struct txn out;

	(void)state;
	other_port.port++;
	ask(x, 5, T0);
	assert_false(answer_as(x, 6, &from, &node, T0));
	assert_false(answer_as(x, 5, &other, &node, T0));
	assert_false(answer_as(x, 5, &other_port, &node, T0));
	assert_false(answer_as(x, 5, &from, &liar, T0));
	assert_false(txns_take(x, span_of(longer, 5), &from, true, &node, T0,
		&out));
	assert_false(txns_take(x, span_of(longer, 3), &from, true, &node, T0,
		&out));
	assert_false(txns_take(x, span_of(NULL, 0), &from, true, &node, T0,
		&out));
	/* And the true one still counts. */
	assert_int_equal(rtts(x).samples, 0);
	assert_true(answer(x, 5, T0));
	txns_free(x);
}

static void whoever_answers_counts_when_we_know_none(void **state)
{
	struct txns *x = txns_new(key);
	struct txn t = query(5, T0);

	(void)state;
	t.knows_node = false;
	assert_true(txns_add(x, &t));
	assert_true(answer_as(x, 5, &t.to, &liar, T0));
	/* An error names nobody. */
	ask(x, 6, T0);
	t.to = host(6);
	assert_true(answer_as(x, 6, &t.to, NULL, T0));
	txns_free(x);
}

static void an_id_in_use_is_refused(void **state)
{
	struct txns *x = txns_new(key);
	struct txn t = query(5, T0);

	(void)state;
	ask(x, 5, T0);
	t.to = host(9);
	assert_false(txns_add(x, &t));
	assert_int_equal(txns_count(x), 1);
	assert_false(txns_is_asking(x, &t.to));
	assert_true(answer(x, 5, T0));
	txns_free(x);
}

static void there_is_an_end_to_the_room(void **state)
{
	struct txns *x = txns_new(key);

	(void)state;
	for (uint32_t i = 0; i < TXN_MAX; i++)
		ask(x, i, T0);
	assert_false(txns_has_room(x));
	assert_true(answer(x, 77, T0));
	assert_true(txns_has_room(x));
	ask(x, TXN_MAX, T0);
	for (uint32_t i = 0; i <= TXN_MAX; i++)
		assert_int_equal(answer(x, i, T0), i != 77);
	assert_int_equal(txns_count(x), 0);
	txns_free(x);
}

static void several_queries_to_one_address_are_told_apart(void **state)
{
	struct txns *x = txns_new(key);
	struct addr to = host(1);

	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		struct txn t = query(i, T0);

		t.to = to;
		assert_true(txns_add(x, &t));
	}
	/* The first, one in the middle, the last two. */
	for (uint32_t i = 0; i < 4; i++) {
		static const uint32_t order[] = {0, 2, 3, 1};

		assert_true(txns_is_asking(x, &to));
		assert_true(answer_as(x, order[i], &to, &node, T0));
	}
	assert_false(txns_is_asking(x, &to));
	txns_free(x);
}

static void a_query_is_late_once_and_then_lost(void **state)
{
	struct txns *x = txns_new(key);
	struct txn out;

	(void)state;
	ask(x, 1, T0);
	assert_int_equal(txns_deadline(x), T0 + FIRST_SHORT);
	assert_int_equal(txns_next_due(x, T0 + FIRST_SHORT - 1, &out),
		TXN_NOTHING);
	assert_int_equal(txns_next_due(x, T0 + FIRST_SHORT, &out), TXN_LATE);
	assert_int_equal(out.owner, 1);
	assert_true(out.is_late);
	assert_int_equal(txns_next_due(x, T0 + FIRST_SHORT, &out), TXN_NOTHING);
	assert_int_equal(txns_deadline(x), T0 + TXN_LONG_MS);
	assert_int_equal(txns_next_due(x, T0 + TXN_LONG_MS - 1, &out),
		TXN_NOTHING);
	assert_int_equal(txns_next_due(x, T0 + TXN_LONG_MS, &out), TXN_FAILED);
	assert_int_equal(out.owner, 1);
	assert_int_equal(txns_next_due(x, T0 + TXN_LONG_MS, &out), TXN_NOTHING);
	assert_int_equal(txns_count(x), 0);
	assert_false(answer(x, 1, T0 + TXN_LONG_MS));
	txns_free(x);
}

static void a_late_answer_still_counts(void **state)
{
	struct txns *x = txns_new(key);
	struct addr from = host(1);
	uint32_t id = 1;
	struct txn out;

	(void)state;
	ask(x, 1, T0);
	assert_int_equal(txns_next_due(x, T0 + 3000, &out), TXN_LATE);
	assert_true(txns_take(x, span_of(&id, sizeof id), &from, true, &node,
		T0 + 3000, &out));
	assert_true(out.is_late);
	assert_int_equal(rtts(x).median_ms, 3000);
	assert_int_equal(rtts(x).loss_milli, 0);
	txns_free(x);
}

static void after_a_long_pause_all_fall_due_in_order(void **state)
{
	struct txns *x = txns_new(key);
	uint64_t now = T0 + 100000;
	struct txn out;

	(void)state;
	/* Sent out of order, as callers should not. */
	ask(x, 1, T0 + 10);
	ask(x, 3, T0 + 30);
	ask(x, 2, T0 + 20);
	for (uint32_t i = 1; i <= 3; i++) {
		assert_int_equal(txns_next_due(x, T0 + 1030, &out), TXN_LATE);
		assert_int_equal(out.owner, i);
	}
	ask(x, 4, T0 + 5000);
	for (uint32_t i = 1; i <= 3; i++) {
		assert_int_equal(txns_next_due(x, now, &out), TXN_FAILED);
		assert_int_equal(out.owner, i);
	}
	assert_int_equal(txns_next_due(x, now, &out), TXN_LATE);
	assert_int_equal(txns_next_due(x, now, &out), TXN_FAILED);
	assert_int_equal(txns_next_due(x, now, &out), TXN_NOTHING);
	txns_free(x);
}

static void queries_of_a_lookup_that_ended_belong_to_nobody(void **state)
{
	struct txns *x = txns_new(key);
	struct txn out;

	(void)state;
	for (uint32_t i = 1; i <= 3; i++) {
		struct txn t = query(i, T0 + i);

		t.owner = i < 3 ? 9 : 8;
		assert_true(txns_add(x, &t));
	}
	assert_int_equal(txns_next_due(x, T0 + 1 + FIRST_SHORT, &out),
		TXN_LATE);
	txns_disown(x, 9);
	for (uint32_t i = 1; i <= 3; i++) {
		struct addr from = host(i);

		assert_true(txns_take(x, span_of(&i, sizeof i), &from, true,
			&node, T0, &out));
		assert_int_equal(out.owner, i < 3 ? 0 : 8);
	}
	txns_free(x);
}

static void the_short_time_out_follows_the_answers(void **state)
{
	struct txns *x = txns_new(key);

	(void)state;
	assert_int_equal(txns_short_ms(x), FIRST_SHORT);
	for (uint32_t i = 0; i < 15; i++)
		measure(x, 20);
	assert_int_equal(txns_short_ms(x), FIRST_SHORT);
	measure(x, 20);
	assert_int_equal(txns_short_ms(x), TXN_SHORT_MIN_MS);
	/* A tenth of slow ones does not matter, more do. */
	for (uint32_t i = 0; i < 64; i++)
		measure(x, i % 8 < 6 ? 300 : 400);
	assert_int_equal(txns_short_ms(x), 600);
	for (uint32_t i = 0; i < 512; i++)
		measure(x, 3000);
	assert_int_equal(txns_short_ms(x), TXN_SHORT_MAX_MS);
	for (uint32_t i = 0; i < 512; i++)
		measure(x, i % 20 == 0 ? 5000 : 200);
	assert_int_equal(txns_short_ms(x), 300);
	txns_free(x);
}

static void a_new_short_time_out_holds_for_queries_under_way(void **state)
{
	struct txns *x = txns_new(key);
	struct txn out;

	(void)state;
	ask(x, 7, T0);
	for (uint32_t i = 0; i < 16; i++)
		measure(x, 200);
	assert_int_equal(txns_deadline(x), T0 + 300);
	assert_int_equal(txns_next_due(x, T0 + 300, &out), TXN_LATE);
	assert_int_equal(out.owner, 7);
	txns_free(x);
}

static void measures_round_trips(void **state)
{
	struct txns *x = txns_new(key);
	struct txn_rtts r = rtts(x);
	uint32_t sum = 0;

	(void)state;
	assert_int_equal(r.samples, 0);
	assert_int_equal(r.median_ms, 0);
	assert_int_equal(r.p95_ms, 0);
	assert_int_equal(r.loss_milli, 0);
	/* 101 to 200 ms, in no order. */
	for (uint32_t i = 0; i < 100; i++)
		measure(x, 101 + i * 37 % 100);
	r = rtts(x);
	assert_int_equal(r.samples, 100);
	assert_int_equal(r.median_ms, 151);
	assert_int_equal(r.p95_ms, 196);
	assert_int_equal(r.cells[9], 0);
	assert_int_equal(r.cells[10], 9);
	assert_int_equal(r.cells[11], 10);
	assert_int_equal(r.cells[20], 1);
	/* Only the last 512 count; what is too long is in the last cell. */
	for (uint32_t i = 0; i < 512; i++)
		measure(x, i < 500 ? 0 : 560 + i);
	r = rtts(x);
	assert_int_equal(r.samples, 512);
	assert_int_equal(r.median_ms, 1);
	assert_int_equal(r.cells[0], 500);
	assert_int_equal(r.cells[TXN_RTT_CELLS - 1], 12);
	for (uint32_t i = 0; i < TXN_RTT_CELLS; i++)
		sum += r.cells[i];
	assert_int_equal(sum, 512);
	txns_free(x);
}

static void a_time_beyond_all_reason_is_capped(void **state)
{
	struct txns *x = txns_new(key);

	(void)state;
	measure(x, 1000000);
	assert_int_equal(rtts(x).median_ms, TXN_LONG_MS);
	assert_int_equal(rtts(x).cells[TXN_RTT_CELLS - 1], 1);
	txns_free(x);
}

static void lose(struct txns *x, uint32_t n)
{
	struct txn out;

	for (uint32_t i = 0; i < n; i++) {
		ask(x, i, T0);
		while (txns_next_due(x, T0 + TXN_LONG_MS, &out) != TXN_NOTHING)
			continue;
	}
}

static void counts_what_is_lost_of_late(void **state)
{
	struct txns *x = txns_new(key);

	(void)state;
	lose(x, 1);
	assert_int_equal(rtts(x).loss_milli, 1000);
	for (uint32_t i = 0; i < 3; i++)
		measure(x, 10);
	assert_int_equal(rtts(x).loss_milli, 250);
	/* One under way has not come to an end. */
	ask(x, 2, T0);
	assert_int_equal(rtts(x).loss_milli, 250);
	assert_true(answer(x, 2, T0));
	for (uint32_t i = 0; i < 256; i++)
		measure(x, 10);
	assert_int_equal(rtts(x).loss_milli, 0);
	lose(x, 64);
	assert_int_equal(rtts(x).loss_milli, 250);
	lose(x, 256);
	assert_int_equal(rtts(x).loss_milli, 1000);
	txns_free(x);
}

/* --- any order of events -------------------------------------------------- */

#define HOSTS 6u

struct model {
	struct txn t[TXN_MAX];
	uint32_t n;
};

static void model_remove(struct model *m, uint32_t i)
{
	m->t[i] = m->t[--m->n];
}

static uint32_t model_find(const struct model *m, const uint8_t id[TXN_ID_LEN])
{
	for (uint32_t i = 0; i < m->n; i++)
		if (!memcmp(m->t[i].id, id, TXN_ID_LEN))
			return i;
	fail();
	return 0;
}

static void model_check(const struct model *m, const struct txns *x)
{
	uint64_t next = UINT64_MAX;
	bool asked[HOSTS] = {false};

	for (uint32_t i = 0; i < m->n; i++) {
		const struct txn *t = &m->t[i];
		uint64_t due = t->sent_ms +
		               (t->is_late ? TXN_LONG_MS : txns_short_ms(x));

		next = due < next ? due : next;
		asked[t->to.ip[3]] = true;
	}
	assert_int_equal(txns_count(x), m->n);
	assert_true(txns_deadline(x) == next);
	for (uint32_t i = 0; i < HOSTS; i++) {
		struct addr a = host(i);

		assert_int_equal(txns_is_asking(x, &a), asked[i]);
	}
}

static void model_time(struct model *m, struct txns *x, uint64_t now)
{
	enum txn_due due;
	struct txn out;

	while ((due = txns_next_due(x, now, &out)) != TXN_NOTHING) {
		uint32_t i = model_find(m, out.id);
		struct txn *t = &m->t[i];

		assert_int_equal(t->is_late, due == TXN_FAILED);
		assert_true(t->sent_ms + txns_short_ms(x) <= now || t->is_late);
		t->is_late = true;
		if (due == TXN_FAILED) {
			assert_true(t->sent_ms + TXN_LONG_MS <= now);
			model_remove(m, i);
		}
	}
	assert_true(txns_deadline(x) > now);
}

static void any_order_of_events_agrees_with_a_plain_list(void **state)
{
	struct txns *x = txns_new(key);
	static struct model m;
	uint64_t now = T0;
	struct rng rng;

	(void)state;
	rng_seed(&rng, 11);
	for (uint32_t step = 0; step < 20000; step++) {
		uint32_t i = m.n ? (uint32_t)rng_below(&rng, m.n) : 0;
		struct txn t = query((uint32_t)rng_below(&rng, HOSTS), now);

		switch (rng_below(&rng, 4)) {
		case 0:
			now += rng_below(&rng, 300);
			model_time(&m, x, now);
			break;
		case 1:
			if (m.n == 0)
				break;
			assert_true(txns_take(x, span_of(m.t[i].id, TXN_ID_LEN),
				&m.t[i].to, true, &node, now, &t));
			assert_memory_equal(t.id, m.t[i].id, TXN_ID_LEN);
			model_remove(&m, i);
			break;
		default:
			rng_fill(&rng, t.id, sizeof t.id);
			if (txns_has_room(x)) {
				assert_true(txns_add(x, &t));
				m.t[m.n++] = t;
			}
			break;
		}
		model_check(&m, x);
	}
	txns_free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_taken_once),
		cmocka_unit_test(a_forged_answer_is_not_taken),
		cmocka_unit_test(whoever_answers_counts_when_we_know_none),
		cmocka_unit_test(an_id_in_use_is_refused),
		cmocka_unit_test(there_is_an_end_to_the_room),
		cmocka_unit_test(several_queries_to_one_address_are_told_apart),
		cmocka_unit_test(a_query_is_late_once_and_then_lost),
		cmocka_unit_test(a_late_answer_still_counts),
		cmocka_unit_test(after_a_long_pause_all_fall_due_in_order),
		cmocka_unit_test(
			queries_of_a_lookup_that_ended_belong_to_nobody),
		cmocka_unit_test(the_short_time_out_follows_the_answers),
		cmocka_unit_test(
			a_new_short_time_out_holds_for_queries_under_way),
		cmocka_unit_test(measures_round_trips),
		cmocka_unit_test(a_time_beyond_all_reason_is_capped),
		cmocka_unit_test(counts_what_is_lost_of_late),
		cmocka_unit_test(any_order_of_events_agrees_with_a_plain_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
