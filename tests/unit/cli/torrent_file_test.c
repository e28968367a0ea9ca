#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "cli/torrent_file.h"

#define HEX "0123456789abcdef0123456789abcdef01234567"
#define BASE32 "AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH" /* the same */
#define HEX_V2 HEX "890123456789abcdef012345"

static void what_is_named_is_told_apart(void **state)
{
	(void)state;
	assert_int_equal(named_kind_of("a.torrent"), NAMED_FILE);
	assert_int_equal(named_kind_of("MAGNET:?xt=x"), NAMED_LINK);
	assert_int_equal(named_kind_of(HEX), NAMED_LINK);
	assert_int_equal(named_kind_of(BASE32), NAMED_LINK);
	assert_int_equal(named_kind_of(HEX "0"), NAMED_FILE);
	assert_int_equal(named_kind_of("https://host/a"), NAMED_URL);
	assert_int_equal(named_kind_of("/"), NAMED_FILE);
}

static void an_info_hash_is_a_link(void **state)
{
	static const char *const same[] = {
		HEX, BASE32, "magnet:?xt=urn:btih:" HEX};
	struct fault fault = {0};
	struct magnet *m;

	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
		assert_int_equal(named_link_parse(same[i], &m, &fault), ERR_OK);
		assert_true(m->hash.has_v1);
		assert_false(m->hash.has_v2);
		assert_memory_equal(m->hash.v1, "\x01\x23\x45\x67", 4);
		magnet_free(m);
	}
	assert_int_equal(named_link_parse(HEX_V2, &m, &fault), ERR_OK);
	assert_true(m->hash.has_v2);
	magnet_free(m);
}

static void a_bad_link_is_refused(void **state)
{
	struct fault fault = {0};
	struct magnet *m;

	(void)state;
	assert_int_equal(named_link_parse("magnet:?dn=x", &m, &fault),
		ERR_SYNTAX);
	assert_true(fault.what[0] != 0);
}

static void a_folder_is_no_torrent(void **state)
{
	struct fault fault = {0};
	struct buf bytes = {0};

	(void)state;
	assert_int_equal(torrent_file_read("/", &bytes, &fault), ERR_DISK);
	assert_string_equal(fault.what, "it is a folder");
	assert_int_equal(torrent_file_read("/nowhere/at/all", &bytes, &fault),
		ERR_DISK);
	buf_free(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_named_is_told_apart),
		cmocka_unit_test(an_info_hash_is_a_link),
		cmocka_unit_test(a_bad_link_is_refused),
		cmocka_unit_test(a_folder_is_no_torrent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
