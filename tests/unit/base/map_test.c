#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/map.h"
#include "base/rng.h"

#define KEYS 600u
#define SEED UINT64_C(77)

static const uint8_t sip_key[16] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static void hashes_as_the_authors_of_siphash_do(void **state)
{
	/* From the paper's appendix and the reference vectors. */
	static const uint8_t in[15] = {
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};

	(void)state;
	assert_true(siphash(sip_key, in, 0) == UINT64_C(0x726fdb47dd0e0e31));
	assert_true(siphash(sip_key, in, 1) == UINT64_C(0x74f839c593dc67fd));
	assert_true(siphash(sip_key, in, 8) == UINT64_C(0x93f5f5799a932462));
	assert_true(siphash(sip_key, in, 15) == UINT64_C(0xa129ca6149be45e5));
}

static void an_empty_map_has_nothing(void **state)
{
	struct map *m = map_new(4, sip_key);
	const void *key = NULL;
	void *value = NULL;
	size_t cursor = 0;

	(void)state;
	assert_null(map_get(m, "abcd"));
	assert_null(map_remove(m, "abcd"));
	assert_int_equal(map_count(m), 0);
	assert_false(map_walk(m, &cursor, &key, &value));
	map_free(m);
	map_free(NULL);
}

static void replaces_and_returns_the_old_value(void **state)
{
	struct map *m = map_new(4, sip_key);
	int a = 0, b = 0;

	(void)state;
	assert_null(map_put(m, "abcd", &a));
	assert_ptr_equal(map_put(m, "abcd", &b), &a);
	assert_int_equal(map_count(m), 1);
	assert_ptr_equal(map_get(m, "abcd"), &b);
	assert_ptr_equal(map_remove(m, "abcd"), &b);
	assert_null(map_get(m, "abcd"));
	assert_int_equal(map_count(m), 0);
	map_free(m);
}

static void copies_its_keys(void **state)
{
	uint8_t key[20] = {1};
	struct map *m = map_new(sizeof key, sip_key);
	int a = 0;

	(void)state;
	map_put(m, key, &a);
	key[19] = 9;
	assert_null(map_get(m, key));
	key[19] = 0;
	assert_ptr_equal(map_get(m, key), &a);
	map_free(m);
}

static void takes_every_key_length(void **state)
{
	uint8_t key[MAP_KEY_MAX] = {0};
	int a = 0, b = 0;

	(void)state;
	for (size_t len = 1; len <= MAP_KEY_MAX; len++) {
		struct map *m = map_new(len, sip_key);

		memset(key, 0, sizeof key);
		map_put(m, key, &a);
		key[len - 1] = 1;
		map_put(m, key, &b);
		assert_ptr_equal(map_get(m, key), &b);
		key[len - 1] = 0;
		assert_ptr_equal(map_get(m, key), &a);
		map_free(m);
	}
}

/* Compare m with what it should hold: values[i] under key i, or nothing. */
static void assert_holds(const struct map *m, void *const values[KEYS])
{
	const void *key = NULL;
	void *value = NULL;
	size_t cursor = 0;
	size_t present = 0;
	size_t walked = 0;

	for (uint32_t i = 0; i < KEYS; i++) {
		assert_ptr_equal(map_get(m, &i), values[i]);
		present += values[i] != NULL;
	}
	assert_int_equal(map_count(m), present);
	while (map_walk(m, &cursor, &key, &value)) {
		uint32_t i;

		memcpy(&i, key, sizeof i);
		assert_true(i < KEYS);
		assert_ptr_equal(values[i], value);
		walked++;
	}
	assert_int_equal(walked, present);
}

/*
 * Phases lean towards putting and towards removing in turn, so that the
 * table grows, shrinks and closes gaps across its end.
 */
static void agrees_with_an_array_through_random_changes(void **state)
{
	static char storage[KEYS * 2];
	void *values[KEYS] = {0};
	struct map *m = map_new(sizeof(uint32_t), sip_key);
	struct rng r;

	(void)state;
	rng_seed(&r, SEED);
	for (int step = 0; step < 24000; step++) {
		uint32_t i = (uint32_t)rng_below(&r, KEYS);
		bool growing = step / 3000 % 2 == 0;

		if (rng_below(&r, 10) < (growing ? 8 : 2)) {
			void *value = &storage[rng_below(&r, sizeof storage)];

			assert_ptr_equal(map_put(m, &i, value), values[i]);
			values[i] = value;
		} else {
			assert_ptr_equal(map_remove(m, &i), values[i]);
			values[i] = NULL;
		}
		if (step % 100 == 0)
			assert_holds(m, values);
	}
	for (uint32_t i = 0; i < KEYS; i++) {
		map_remove(m, &i);
		values[i] = NULL;
	}
	assert_holds(m, values);
	map_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_as_the_authors_of_siphash_do),
		cmocka_unit_test(an_empty_map_has_nothing),
		cmocka_unit_test(replaces_and_returns_the_old_value),
		cmocka_unit_test(copies_its_keys),
		cmocka_unit_test(takes_every_key_length),
		cmocka_unit_test(agrees_with_an_array_through_random_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
