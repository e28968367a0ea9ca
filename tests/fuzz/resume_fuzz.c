/*
 * Any bytes as a state file, and any bytes as the payload of one whose
 * checksum is right: what is accepted agrees with what was expected, and
 * written and read again it stays the same.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "core/storage/resume.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TOTAL 100000u
#define PIECES 7u
#define FILES 3u

static const uint8_t hash[20] = "abcdefghijklmnopqrst";

static void check(const struct resume *r)
{
	assert(memcmp(r->hash, hash, 20) == 0 && r->total == TOTAL);
	assert(r->npieces == PIECES && r->nfiles == FILES);
	assert(bitfield_size(&r->have) == PIECES);
	assert(bitfield_size(&r->synced) == PIECES);
	assert(!bitfield_any_not_in(&r->synced, &r->have));
	assert(memchr(r->boot_id, 0, sizeof r->boot_id));
	assert(r->npeers <= RESUME_PEERS_MAX);
	for (uint32_t i = 0; i < r->npeers; i++)
		assert(addr_is_dialable(&r->peers[i]));
	for (uint32_t i = 0; i < r->nfiles; i++)
		assert(r->priority[i] <= 7);
	for (uint32_t i = 0; i < r->ntrackers; i++)
		assert(strlen(r->trackers[i]) > 0);
}

static void check_again(const struct resume *r)
{
	struct buf first = {0}, second = {0};
	struct resume again = {.npieces = 0};
	enum err e;

	resume_encode(r, &first);
	e = resume_decode(buf_span(&first), hash, TOTAL, PIECES, FILES, &again);
	assert(e == ERR_OK);
	check(&again);
	resume_encode(&again, &second);
	/* Peers may be put in another order once: IPv4 first. */
	assert(again.npeers == r->npeers && again.ntrackers == r->ntrackers);
	assert(span_equal(buf_span(&first), buf_span(&second)));
	resume_fini(&again);
	buf_free(&first);
	buf_free(&second);
}

static void try_decode(struct span s)
{
	struct resume r = {.npieces = 4711};

	if (resume_decode(s, hash, TOTAL, PIECES, FILES, &r) != ERR_OK) {
		assert(r.npieces == 4711 && !r.stat && !r.trackers);
		return;
	}
	check(&r);
	check_again(&r);
	resume_fini(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf sealed = {0};
	uint8_t digest[SHA256_LEN];

	hash_setup();
	try_decode(span_of(data, size));
	sha256(span_of(data, size), digest);
	buf_add_str(&sealed, "d5:check8:");
	buf_add(&sealed, span_of(digest, 8));
	buf_add_str(&sealed, "6:resume");
	buf_add(&sealed, span_of(data, size));
	buf_add_byte(&sealed, 'e');
	try_decode(buf_span(&sealed));
	buf_free(&sealed);
	return 0;
}
