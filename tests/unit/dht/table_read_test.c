/*
 * table_read_test.c - what a routing table says of its contacts.
 */
#include "base/rng.h"
#include "table_nodes.h"

/* Random ids, each in a net of its own; half of them later than the others. */
static struct table *fill_at_random(struct rng *rng, unsigned n)
{
	struct table *t = make();

	for (unsigned i = 0; i < n; i++) {
		struct node x = nth(i % 160, i);

		rng_fill(rng, x.id.b, NODE_ID_LEN);
		replied(t, x, i % 2 ? T0 : T0 + 10 * MINUTE);
	}
	return t;
}

static bool is_closer(const struct node_id *target, const struct contact *a,
	const struct contact *b)
{
	return node_id_compare(target, &a->id, &b->id) < 0;
}

static void check_closest(const struct table *t, const struct node_id *target,
	bool good_only, uint64_t now)
{
	const struct contact *got[20], *in[LAST_MAX];
	size_t n = table_closest(t, target, good_only, now, got, 20);
	size_t closer = 0;

	for (size_t i = 1; i < n; i++)
		assert_true(is_closer(target, got[i - 1], got[i]));
	for (unsigned b = 0; b < table_counts(t, now).buckets; b++) {
		size_t k = table_bucket(t, b, in, LAST_MAX);

		for (size_t i = 0; i < k; i++) {
			enum contact_state s = contact_state(in[i], now);

			if (s == CONTACT_GOOD || !good_only)
				closer += !is_closer(target, got[n - 1], in[i]);
		}
	}
	assert_int_equal(n, 20);
	assert_int_equal(closer, n);
}

static void finds_the_closest_of_all(void **state)
{
	struct rng rng;
	struct table *t;

	(void)state;
	rng_seed(&rng, 7);
	t = fill_at_random(&rng, 3000);
	assert_in_range(total(t, T0), 100, 250);
	for (unsigned i = 0; i < 300; i++) {
		struct node_id target;

		rng_fill(&rng, target.b, NODE_ID_LEN);
		if (i % 3 == 0)
			node_id_in_bucket(&target, &self, i % 20);
		check_closest(t, &target, i % 2, T0 + 16 * MINUTE);
	}
	check_closest(t, &self, false, T0);
	table_free(t);
}

static void tells_others_of_good_contacts_only(void **state)
{
	struct table *t = make();
	const struct contact *got[4];
	uint64_t now = T0 + 16 * MINUTE;

	(void)state;
	replied(t, nth(0, 1), T0);
	replied(t, nth(0, 2), T0 + 10 * MINUTE);
	assert_int_equal(table_closest(t, &self, true, now, got, 4), 1);
	assert_true(is_node(got[0], nth(0, 2)));
	assert_int_equal(table_closest(t, &self, false, now, got, 4), 2);
	assert_int_equal(table_closest(t, &self, false, now, got, 1), 1);
	assert_int_equal(table_closest(t, &self, false, now, got, 0), 0);
	table_free(t);
}

static void ids_alike_for_long_are_told_apart(void **state)
{
	struct table *t = make();
	struct node a = nth(0, 1), b = nth(0, 2);
	const struct contact *got[2];

	(void)state;
	replied(t, a, T0);
	replied(t, b, T0);
	assert_int_equal(table_closest(t, &b.id, true, T0, got, 2), 2);
	assert_true(node_id_equal(&got[0]->id, &b.id));
	assert_int_equal(table_closest(t, &a.id, true, T0, got, 2), 2);
	assert_true(node_id_equal(&got[0]->id, &a.id));
	table_free(t);
}

/* --- reading -------------------------------------------------------------- */

static void counts_what_is_in_each_bucket(void **state)
{
	struct table *t = with_bucket(TABLE_K + 2);
	uint32_t good, unsure, spare;
	uint64_t now = T0 + 16 * MINUTE;

	(void)state;
	replied(t, nth(3, 1), now);
	fail_thrice(t, nth(5, 1), now);
	table_bucket_counts(t, 3, now, &good, &unsure, &spare);
	assert_int_equal(good, 1);
	assert_int_equal(unsure, TABLE_K - 1);
	assert_int_equal(spare, 2);
	assert_int_equal(table_counts(t, now).good, 1);
	assert_int_equal(table_counts(t, now).unsure, 2 * TABLE_K - 2);
	assert_int_equal(table_counts(t, now).spare, 2);
	assert_int_equal(table_counts(t, now).buckets, 5);
	table_free(t);
}

static void shows_a_bucket_closest_first(void **state)
{
	struct table *t = with_bucket(TABLE_K);
	const struct contact *in[LAST_MAX];

	(void)state;
	fail_thrice(t, nth(3, 1), T0);
	assert_int_equal(table_bucket(t, 3, in, LAST_MAX), TABLE_K);
	for (unsigned i = 1; i < TABLE_K; i++)
		assert_true(is_closer(&self, in[i - 1], in[i]));
	assert_int_equal(table_bucket(t, 3, in, 3), 3);
	table_free(t);
}

static void counts_those_that_fit_unless_they_are_bad(void **state)
{
	struct table *t = make();

	(void)state;
	replied(t, verified(1), T0);
	replied(t, verified(2), T0);
	replied(t, nth(0, 1), T0);
	assert_int_equal(table_counts(t, T0).verified, 2);
	fail_thrice(t, verified(1), T0);
	assert_int_equal(table_counts(t, T0).verified, 1);
	table_free(t);
}

static void saves_the_likeliest_first(void **state)
{
	struct table *t = with_bucket(TABLE_K + 1);
	const struct contact *kept[40];
	uint64_t now = T0 + 16 * MINUTE;
	size_t n;

	(void)state;
	/* Good and fitting, good, good by a query, unsure and fitting. */
	replied(t, verified(3), now - 5);
	replied(t, nth(3, 5), now);
	replied(t, nth(3, 6), now - 1);
	queried(t, nth(3, 7), now);
	replied(t, verified(4), T0 + 500);
	fail_thrice(t, nth(5, 0), now);
	n = table_worth_saving(t, now, kept, 40);
	assert_int_equal(n, 2 * TABLE_K - 1 + 1 + 2);
	assert_true(is_node(kept[0], verified(3)));
	assert_true(is_node(kept[1], nth(3, 5)));
	assert_true(is_node(kept[2], nth(3, 6)));
	assert_true(is_node(kept[3], nth(3, 7)));
	assert_true(is_node(kept[4], verified(4)));
	for (size_t i = 0; i < n; i++)
		assert_false(is_node(kept[i], nth(5, 0)));
	assert_int_equal(table_worth_saving(t, now, kept, 2), 2);
	table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_closest_of_all),
		cmocka_unit_test(tells_others_of_good_contacts_only),
		cmocka_unit_test(ids_alike_for_long_are_told_apart),
		cmocka_unit_test(counts_what_is_in_each_bucket),
		cmocka_unit_test(shows_a_bucket_closest_first),
		cmocka_unit_test(counts_those_that_fit_unless_they_are_bad),
		cmocka_unit_test(saves_the_likeliest_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
