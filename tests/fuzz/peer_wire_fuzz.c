/*
 * Any bytes of a peer, cut in any way: the same events in the same order, no
 * index or range outside the torrent, and no more memory than bytes came.
 * The first two bytes choose the geometry, whether it is known at once, and
 * whether a good handshake precedes the rest.
 */
#include "../unit/proto/wire_trace.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	hash_setup();
	return 0;
}

static uint64_t seed_of(struct span s)
{
	uint8_t digest[SHA1_LEN];
	struct reader r = reader_of(digest, sizeof digest);

	sha1(s, digest);
	return read_u64(&r);
}

static void check_memory(const struct wire_trace *t, size_t size)
{
	TRACE_CHECK(t->memory <= 2 * size + 20000);
	TRACE_CHECK(t->events <= 2 + size / 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t zero[20];
	uint8_t bytes[WIRE_HANDSHAKE_LEN];
	struct writer out = writer_of(bytes, sizeof bytes);
	struct wire_trace whole, t;
	struct buf stream = {0};
	struct wire_cut cuts[3];
	uint32_t pieces;
	bool late;
	size_t i;

	if (size < 2)
		return 0;
	pieces = data[0];
	late = data[1] & 1;
	if (data[1] & 2) {
		wire_put_handshake(&out, zero, zero, zero);
		buf_add(&stream, writer_span(&out));
	}
	buf_add(&stream, span_of(data + 2, size - 2));
	cuts[0] = CUT_BYTES;
	cuts[1] = CUT_BY_CHANCE(seed_of(buf_span(&stream)));
	cuts[2] = (struct wire_cut){.step = 1u + (data[1] >> 2)};
	whole = trace_stream(buf_span(&stream), CUT_WHOLE, pieces, 32768, late);
	check_memory(&whole, stream.len);
	for (i = 0; i < 3; i++) {
		t = trace_stream(buf_span(&stream), cuts[i], pieces, 32768,
			late);
		check_memory(&t, stream.len);
		TRACE_CHECK(trace_equal(&whole, &t));
		trace_free(&t);
	}
	trace_free(&whole);
	buf_free(&stream);
	return 0;
}
