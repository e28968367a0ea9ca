/*
 * resume_test.c - a torrent's state file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "core/storage/resume.h"

static const uint8_t hash[20] = "abcdefghijklmnopqrst";

#define TOTAL 100000u
#define PIECES 7u
#define FILES 3u

static struct resume make(void)
{
	struct resume r = {
		.total = TOTAL,
		.npieces = PIECES,
		.nfiles = FILES,
		.boot_id = "5f2e0a-boot",
		.up_bytes = 1ull << 40,
		.down_bytes = 77,
		.added_s = 1700000000,
		.completed_s = 0,
		.paused = true,
		.npeers = 2,
	};

	memcpy(r.hash, hash, sizeof hash);
	bitfield_init(&r.have, PIECES);
	bitfield_init(&r.synced, PIECES);
	bitfield_add(&r.have, 0);
	bitfield_add(&r.have, 5);
	bitfield_add(&r.synced, 5);
	r.stat = mem_zero_array(FILES, sizeof *r.stat);
	r.stat[0] = (struct disk_stat){true, 99000, -5};
	r.stat[2] = (struct disk_stat){true, 0, 1700000000123456789};
	r.priority = mem_dup("\0\4\7", FILES);
	r.peers[0] = addr_v4(10, 1, 2, 3, 6881);
	assert_int_equal(addr_parse("[2001:db8::1]:51413", &r.peers[1]), 0);
	r.trackers = mem_array(2, sizeof *r.trackers);
	r.trackers[0] = mem_strdup("udp://tracker.example:6969/announce");
	r.trackers[1] = mem_strdup("http://tracker.example/a?x=1");
	r.ntrackers = 2;
	return r;
}

static struct buf encode(const struct resume *r)
{
	struct buf out = {0};

	resume_encode(r, &out);
	return out;
}

static enum err decode(const struct buf *b, struct resume *out)
{
	return resume_decode(buf_span(b), hash, TOTAL, PIECES, FILES, out);
}

static void gives_back_what_was_saved(void **state)
{
	struct resume r = make(), got = {0};
	struct buf b = encode(&r);

	(void)state;
	assert_int_equal(decode(&b, &got), ERR_OK);
	assert_memory_equal(got.hash, hash, 20);
	assert_int_equal(got.total, TOTAL);
	assert_int_equal(bitfield_count(&got.have), 2);
	assert_true(bitfield_has(&got.have, 5));
	assert_int_equal(bitfield_count(&got.synced), 1);
	assert_string_equal(got.boot_id, "5f2e0a-boot");
	assert_true(got.stat[0].exists);
	assert_int_equal(got.stat[0].size, 99000);
	assert_true(got.stat[0].mtime_ns == -5);
	assert_false(got.stat[1].exists);
	assert_true(got.stat[2].mtime_ns == 1700000000123456789);
	assert_memory_equal(got.priority, "\0\4\7", 3);
	assert_true(got.up_bytes == 1ull << 40);
	assert_int_equal(got.down_bytes, 77);
	assert_int_equal(got.added_s, 1700000000);
	assert_true(got.paused);
	assert_false(got.sequential);
	assert_int_equal(got.npeers, 2);
	assert_true(addr_equal(&got.peers[0], &r.peers[0]));
	assert_true(addr_equal(&got.peers[1], &r.peers[1]));
	assert_int_equal(got.ntrackers, 2);
	assert_string_equal(got.trackers[1], "http://tracker.example/a?x=1");
	resume_fini(&got);
	resume_fini(&r);
	buf_free(&b);
}

static void believes_nothing_when_any_byte_is_changed(void **state)
{
	struct resume r = make();
	struct buf b = encode(&r);

	(void)state;
	for (size_t i = 0; i < b.len; i++) {
		struct resume got = {.npieces = 4711};

		b.p[i] ^= 0x10;
		assert_int_not_equal(decode(&b, &got), ERR_OK);
		assert_int_equal(got.npieces, 4711);
		b.p[i] ^= 0x10;
	}
	resume_fini(&r);
	buf_free(&b);
}

static void believes_nothing_when_the_file_was_cut(void **state)
{
	struct resume r = make(), got = {0};
	struct buf b = encode(&r);

	(void)state;
	for (size_t n = 0; n < b.len; n++)
		assert_int_equal(resume_decode(span_of(b.p, n), hash, TOTAL,
					 PIECES, FILES, &got),
			ERR_SYNTAX);
	resume_fini(&r);
	buf_free(&b);
}

static void tells_a_wrong_checksum_from_damage(void **state)
{
	struct resume r = make(), got = {0};
	struct buf b = encode(&r);

	(void)state;
	b.p[11] ^= 1; /* d5:check8:........ */
	assert_int_equal(decode(&b, &got), ERR_HASH);
	resume_fini(&r);
	buf_free(&b);
}

static void refuses_the_file_of_another_torrent(void **state)
{
	struct resume r = make(), got = {0};
	struct buf b = encode(&r);
	uint8_t other[20] = "abcdefghijklmnopqrs";
	struct span s = buf_span(&b);

	(void)state;
	assert_int_equal(resume_decode(s, other, TOTAL, PIECES, FILES, &got),
		ERR_STATE);
	assert_int_equal(resume_decode(s, hash, TOTAL + 1, PIECES, FILES, &got),
		ERR_STATE);
	assert_int_equal(resume_decode(s, hash, TOTAL, PIECES + 1, FILES, &got),
		ERR_STATE);
	assert_int_equal(resume_decode(s, hash, TOTAL, PIECES, FILES + 1, &got),
		ERR_STATE);
	resume_fini(&r);
	buf_free(&b);
}

/* A file with a right checksum over any payload. */
static struct buf seal(const char *payload, size_t n)
{
	struct buf b = {0};
	uint8_t digest[SHA256_LEN];

	sha256(span_of(payload, n), digest);
	buf_add_str(&b, "d5:check8:");
	buf_add(&b, span_of(digest, 8));
	buf_add_str(&b, "6:resume");
	buf_add(&b, span_of(payload, n));
	buf_add_byte(&b, 'e');
	return b;
}

static void checks_every_field_behind_a_right_checksum(void **state)
{
	static const char *const bad[] = {
		"de",
		"d7:versioni1ee",
		"d4:hash20:abcdefghijklmnopqrst6:nfilesi3e7:npiecesi7e"
		"5:totali100000e7:versioni2ee",
		"d4:hash20:abcdefghijklmnopqrst6:nfilesi3e7:npiecesi7e"
		"5:totali100000e7:versioni1ee",
		"d4:hash20:abcdefghijklmnopqrst6:nfilesi-3e7:npiecesi7e"
		"5:totali100000e7:versioni1ee",
	};
	struct resume got = {0};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct buf b = seal(bad[i], strlen(bad[i]));

		assert_int_equal(decode(&b, &got), ERR_SYNTAX);
		buf_free(&b);
	}
}

static void refuses_synced_pieces_that_are_not_there(void **state)
{
	struct resume r = make(), got = {0};
	struct buf b;

	(void)state;
	bitfield_add(&r.synced, 3);
	b = encode(&r);
	assert_int_equal(decode(&b, &got), ERR_SYNTAX);
	resume_fini(&r);
	buf_free(&b);
}

static void refuses_priorities_that_do_not_exist(void **state)
{
	struct resume r = make(), got = {0};
	struct buf b;

	(void)state;
	r.priority[1] = 200;
	b = encode(&r);
	assert_int_equal(decode(&b, &got), ERR_SYNTAX);
	resume_fini(&r);
	buf_free(&b);
}

static void leaves_out_trackers_and_peers_that_cannot_be_used(void **state)
{
	struct resume r = make(), got = {0};
	struct buf b;

	(void)state;
	mem_free(r.trackers[0]);
	r.trackers[0] = mem_strdup("file:///etc/passwd");
	r.peers[0] = addr_v4(0, 0, 0, 0, 0);
	b = encode(&r);
	assert_int_equal(decode(&b, &got), ERR_OK);
	assert_int_equal(got.ntrackers, 1);
	assert_string_equal(got.trackers[0], r.trackers[1]);
	assert_int_equal(got.npeers, 1);
	resume_fini(&got);
	resume_fini(&r);
	buf_free(&b);
}

static void clamps_numbers_that_the_file_cannot_hold(void **state)
{
	struct resume r = make(), got = {0};
	struct buf b;

	(void)state;
	r.up_bytes = UINT64_MAX;
	r.added_s = -100;
	b = encode(&r);
	assert_int_equal(decode(&b, &got), ERR_OK);
	assert_true(got.up_bytes == INT64_MAX);
	assert_int_equal(got.added_s, 0);
	resume_fini(&got);
	resume_fini(&r);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_what_was_saved),
		cmocka_unit_test(believes_nothing_when_any_byte_is_changed),
		cmocka_unit_test(believes_nothing_when_the_file_was_cut),
		cmocka_unit_test(tells_a_wrong_checksum_from_damage),
		cmocka_unit_test(refuses_the_file_of_another_torrent),
		cmocka_unit_test(checks_every_field_behind_a_right_checksum),
		cmocka_unit_test(refuses_synced_pieces_that_are_not_there),
		cmocka_unit_test(refuses_priorities_that_do_not_exist),
		cmocka_unit_test(
			leaves_out_trackers_and_peers_that_cannot_be_used),
		cmocka_unit_test(clamps_numbers_that_the_file_cannot_hold),
	};

	hash_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
