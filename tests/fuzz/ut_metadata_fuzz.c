/*
 * Any ut_metadata body: a block lies inside the body and, put where its
 * number says, inside the total it names; what we write reads the same.
 */
#include <assert.h>

#include "proto/peer_ext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_data(const struct utm_message *m, const uint8_t *body,
	size_t size)
{
	uint64_t at = (uint64_t)m->piece * EXT_METADATA_PIECE;

	assert(m->data.n > 0 && m->data.n <= EXT_METADATA_PIECE);
	assert(m->data.p > body && m->data.p + m->data.n == body + size);
	assert(at + m->data.n <= EXT_METADATA_MAX);
	assert(m->total_size <= EXT_METADATA_MAX);
	if (m->total_size > 0)
		assert(range_ok(at, m->data.n, m->total_size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct utm_message m, again;
	struct buf out = {0};

	if (utm_parse(span_of(data, size), &m) != ERR_OK)
		return 0;
	assert(size <= EXT_BODY_MAX);
	if (m.kind == UTM_DATA) {
		check_data(&m, data, size);
		if (m.total_size == 0) /* we always say it */
			return 0;
	} else {
		assert(m.data.n == 0 && m.total_size == 0);
	}
	utm_write(&m, &out);
	assert(utm_parse(buf_span(&out), &again) == ERR_OK);
	assert(again.kind == m.kind && again.piece == m.piece);
	assert(again.total_size == m.total_size);
	assert(span_equal(again.data, m.data));
	buf_free(&out);
	return 0;
}
