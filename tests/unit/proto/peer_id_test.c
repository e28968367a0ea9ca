#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "proto/peer_id.h"

/* The text for an id that begins like this and goes on with zeros. */
static const char *client(const char *begin)
{
	static char out[PEER_CLIENT_MAX];
	uint8_t id[PEER_ID_LEN] = {0};

	assert_true(strlen(begin) <= sizeof id);
	memcpy(id, begin, strlen(begin));
	peer_id_client(id, out);
	return out;
}

static void ours_names_program_and_version(void **state)
{
	uint8_t a[PEER_ID_LEN], b[PEER_ID_LEN];
	char out[PEER_CLIENT_MAX];
	struct rng r;
	size_t i;

	(void)state;
	rng_seed(&r, 1);
	peer_id_make(a, &r);
	peer_id_make(b, &r);
	assert_memory_equal(a, "-TU" BTTUI_VERSION_DIGITS "-", 8);
	assert_memory_not_equal(a, b, sizeof a);
	for (i = 8; i < sizeof a; i++)
		assert_true((a[i] >= '0' && a[i] <= '9') ||
			    (a[i] >= 'a' && a[i] <= 'z') ||
			    (a[i] >= 'A' && a[i] <= 'Z'));
	peer_id_client(a, out);
	assert_memory_equal(out, "bttui ", 6);
}

static void names_the_clients_of_today(void **state)
{
	(void)state;
	assert_string_equal(client("-qB4520-"), "qBittorrent 4.5.2");
	assert_string_equal(client("-qB5000-"), "qBittorrent 5.0.0");
	assert_string_equal(client("-LT2080-"), "libtorrent 2.0.8");
	assert_string_equal(client("-LT20B0-"), "libtorrent 2.0.11");
	assert_string_equal(client("-lt0D80-"), "libTorrent 0.13.8");
	assert_string_equal(client("-DE13F0-"), "Deluge 1.3.15");
	assert_string_equal(client("-DE203s-"), "Deluge 2.0.3");
	assert_string_equal(client("-UT355S-"), "uTorrent 3.5.5");
	assert_string_equal(client("-BT7a5S-"), "BitTorrent 7.10.5");
	assert_string_equal(client("-AZ5751-"), "Azureus 5.7.5.1");
	assert_string_equal(client("-BI3500-"), "BiglyBT 3.5.0");
	assert_string_equal(client("-TU0123-"), "bttui 0.1.2.3");
}

static void spells_each_clients_version_its_own_way(void **state)
{
	(void)state;
	assert_string_equal(client("-TR3000-"), "Transmission 3.00");
	assert_string_equal(client("-TR2940-"), "Transmission 2.94");
	assert_string_equal(client("-TR300Z-"), "Transmission 3.00");
	assert_string_equal(client("-TR4050-"), "Transmission 4.0.5");
	assert_string_equal(client("-WW0207-"), "WebTorrent 2.07");
	assert_string_equal(client("-BC0171-"), "BitComet 1.71");
	assert_string_equal(client("-BL246326"), "BitLord");
	assert_string_equal(client("-ML2.7.2-"), "MLDonkey 2.7.2");
}

static void names_dashed_and_old_styles(void **state)
{
	(void)state;
	assert_string_equal(client("A2-1-36-0-"), "aria2 1.36.0");
	assert_string_equal(client("M7-2-2--abc"), "Mainline 7.2.2");
	assert_string_equal(client("M4-20-8-abc"), "Mainline 4.20.8");
	assert_string_equal(client("Q1-10-0-"), "Queen Bee 1.10.0");
	assert_string_equal(client("S3-1-0-0--"), "Amazon S3 1.0.0");
	assert_string_equal(client("XBT054d-"), "XBT 0.5.4");
	assert_string_equal(client("T03I--00"), "BitTornado 0.3.18");
	assert_string_equal(client("S58B-----"), "Shadow's 5.8.11");
	assert_string_equal(client("A310--001"), "ABC 3.1.0");
	assert_string_equal(client("exbc\x01\x02LORD"), "BitLord 1.02");
	assert_string_equal(client("exbc\x01\x02xyz"), "BitComet 1.02");
	assert_string_equal(client("Mbrst1-1-3"), "Burst!");
	assert_string_equal(client("-BOWA0C"), "Bits on Wheels");
	assert_string_equal(client("TIX0284-"), "Tixati");
}

static void a_version_it_cannot_read_is_left_out(void **state)
{
	(void)state;
	assert_string_equal(client("-qB\x1b[2J"), "qBittorrent");
	assert_string_equal(client("-TR3x\xff\xff-"), "Transmission");
	assert_string_equal(client("-WWabcd-"), "WebTorrent");
	assert_string_equal(client("-KT42\xff\xff-"), "KTorrent 4.2");
}

static void unknown_clients_show_at_most_their_code(void **state)
{
	(void)state;
	assert_string_equal(client("-XY1234-"), "unknown XY");
	assert_string_equal(client("-\x1b]0;A\x07"), "unknown");
	assert_string_equal(client(""), "unknown");
	assert_string_equal(client("hello world 12345678"), "unknown");
	assert_string_equal(client("M7-x"), "unknown");
	assert_string_equal(client("A2-1-"), "unknown");
	assert_string_equal(client("M1234-5-6-"), "unknown");
	assert_string_equal(client("XBT\x1b\x1b\x1b"), "unknown");
	assert_string_equal(client("Z03I----"), "unknown");
}

static void never_shows_a_strangers_bytes(void **state)
{
	static const char *const heads[] = {"", "-", "-TR", "-qB", "-ML", "A2-",
		"M", "exbc", "S", "XBT", "-ML1.1.1.1.1.1.1.1.1"};
	uint8_t id[PEER_ID_LEN];
	char out[PEER_CLIENT_MAX];
	struct rng r;
	size_t i, n;

	(void)state;
	rng_seed(&r, 20250101);
	for (i = 0; i < 20000; i++) {
		const char *head = heads[i % (sizeof heads / sizeof heads[0])];

		rng_fill(&r, id, sizeof id);
		memcpy(id, head, strlen(head));
		memset(out, 'x', sizeof out);
		peer_id_client(id, out);
		n = strnlen(out, sizeof out);
		assert_true(n > 0 && n < sizeof out);
		while (n-- > 0)
			assert_true(out[n] >= ' ' && out[n] <= '~');
	}
}

static void rtorrent_takes_one_question_at_a_time(void **state)
{
	(void)state;
	assert_true(peer_id_takes_one_question((const uint8_t
			*)"-lt0D80-abcdefghijkl"));
	/* The other library of nearly that name. */
	assert_false(peer_id_takes_one_question((const uint8_t
			*)"-LT2080-abcdefghijkl"));
	assert_false(peer_id_takes_one_question((const uint8_t
			*)"-TR3000-abcdefghijkl"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ours_names_program_and_version),
		cmocka_unit_test(names_the_clients_of_today),
		cmocka_unit_test(spells_each_clients_version_its_own_way),
		cmocka_unit_test(names_dashed_and_old_styles),
		cmocka_unit_test(a_version_it_cannot_read_is_left_out),
		cmocka_unit_test(unknown_clients_show_at_most_their_code),
		cmocka_unit_test(never_shows_a_strangers_bytes),
		cmocka_unit_test(rtorrent_takes_one_question_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
