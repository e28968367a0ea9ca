/*
 * Any datagram of local service discovery: a port and hashes within their
 * bounds, a cookie that lies inside it; what we write of it reads the same.
 */
#include <assert.h>

#include "proto/lsd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_cookie(struct span c, const uint8_t *data, size_t size)
{
	assert(c.n <= LSD_COOKIE_MAX);
	if (c.n)
		assert(c.p >= data && c.n <= (size_t)(data + size - c.p));
}

/* Only as many hashes as we ever write, and no cookie but ours. */
static void check_round_trip(struct lsd_message *m, enum addr_family family)
{
	uint8_t bytes[LSD_WRITE_MAX];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct lsd_message again;

	if (m->nhashes > LSD_WRITE_HASHES)
		m->nhashes = LSD_WRITE_HASHES;
	m->cookie = span_str("0123456789abcdef");
	lsd_write(m, family, &w);
	assert(!w.full);
	assert(lsd_parse(writer_span(&w), &again) == ERR_OK);
	assert(again.port == m->port && again.nhashes == m->nhashes);
	assert(memcmp(again.hash, m->hash, 20 * m->nhashes) == 0);
	assert(span_equal(again.cookie, m->cookie));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lsd_message m;

	if (lsd_parse(span_of(data, size), &m) != ERR_OK)
		return 0;
	assert(size <= LSD_READ_MAX);
	assert(m.port != 0 && m.nhashes > 0 && m.nhashes <= LSD_HASHES_MAX);
	check_cookie(m.cookie, data, size);
	check_round_trip(&m, ADDR_V4);
	check_round_trip(&m, ADDR_V6);
	return 0;
}
