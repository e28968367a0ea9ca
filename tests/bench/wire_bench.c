/*
 * wire_bench.c - how fast PIECE messages pass through the wire machine.
 *
 * A long stream of 16 KiB blocks is fed in reads of a given size, as the
 * loop gets them from a busy socket.  Printed is the payload per second of
 * one core, once without and once with the copy of each block into a block
 * buffer, which is what a download does with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "proto/peer_wire.h"

#define BLOCKS 512u
#define PIECE_LENGTH (256u * 1024)
#define MESSAGE_LEN (WIRE_PIECE_HEADER_LEN + WIRE_BLOCK_MAX)
#define SECONDS 0.5

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct span make_stream(uint8_t *p)
{
	struct writer out = writer_of(p, BLOCKS * (size_t)MESSAGE_LEN);
	uint32_t i, at;

	for (i = 0; i < BLOCKS; i++) {
		at = i * WIRE_BLOCK_MAX;
		wire_put_piece_header(&out,
			(struct wire_range){at / PIECE_LENGTH,
				at % PIECE_LENGTH, WIRE_BLOCK_MAX});
		out.len += WIRE_BLOCK_MAX;
	}
	return writer_span(&out);
}

static struct wire *make_wire(void)
{
	static const uint8_t zero[20];
	uint8_t bytes[WIRE_HANDSHAKE_LEN];
	struct writer out = writer_of(bytes, sizeof bytes);
	struct wire *w = wire_new();
	struct wire_event ev;

	wire_set_geometry(w, BLOCKS, PIECE_LENGTH);
	wire_put_handshake(&out, zero, zero, zero);
	wire_feed(w, writer_span(&out));
	while (wire_next(w, &ev) == ERR_OK)
		;
	return w;
}

/* One pass over the stream; bytes of payload. */
static uint64_t pass(struct wire *w, struct span stream, size_t feed,
	uint8_t *copy_to)
{
	struct wire_event ev;
	uint64_t payload = 0;
	size_t at, n;
	enum err e;

	for (at = 0; at < stream.n; at += n) {
		n = stream.n - at < feed ? stream.n - at : feed;
		wire_feed(w, span_of(stream.p + at, n));
		while ((e = wire_next(w, &ev)) == ERR_OK) {
			payload += ev.block.data.n;
			if (copy_to)
				memcpy(copy_to, ev.block.data.p,
					ev.block.data.n);
		}
		if (e != ERR_AGAIN)
			abort();
	}
	return payload;
}

static double measure(struct span stream, size_t feed, uint8_t *copy_to)
{
	struct wire *w = make_wire();
	double begin = now_s(), end;
	uint64_t payload = 0;

	do {
		payload += pass(w, stream, feed, copy_to);
		end = now_s();
	} while (end - begin < SECONDS);
	wire_free(w);
	return (double)payload / (end - begin) / (1u << 30);
}

int main(void)
{
	static uint8_t block[WIRE_BLOCK_MAX];
	uint8_t *p = mem_zero_array(BLOCKS, MESSAGE_LEN);
	struct span stream = make_stream(p);
	size_t kib;

	for (kib = 64; kib <= 256; kib *= 2) {
		printf("wire_feed_%zuk_gib_per_s %.1f\n", kib,
			measure(stream, kib * 1024, NULL));
		printf("wire_copy_%zuk_gib_per_s %.1f\n", kib,
			measure(stream, kib * 1024, block));
	}
	printf("wire_feed_gib_per_s %.1f\n", measure(stream, 64 * 1024, NULL));
	return 0;
}
