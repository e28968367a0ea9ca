/*
 * A tracker under any sequence of requests: every HTTP answer is bencode with
 * its keys in order, every datagram is one our own client takes, and what is
 * counted stays inside the caps.
 *
 * The input is a list of requests: one byte of kind and sender, one byte of
 * seconds that pass, two bytes of length, and so many bytes.
 */
#include <assert.h>

#include "core/tracker_server.h"
#include "proto/bencode.h"
#include "proto/tracker_udp.h"

#define PEERS_MAX 5u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_counts(const struct tracker_server *t)
{
	struct tracker_server_counts c;

	tracker_server_count(t, &c);
	assert(c.peers <= PEERS_MAX);
	assert(c.seeds <= c.peers);
	assert(c.torrents <= c.peers + 1); /* one is allowed by name */
}

static void ask_http(struct tracker_server *t, struct span target,
	const struct addr *from, uint64_t now)
{
	struct buf body = {0};
	struct benc_file f;

	if (tracker_server_http(t, target, from, now, &body) == 200) {
		assert(benc_load(&f, buf_span(&body), NULL) == ERR_OK);
		assert(benc_keys_ascend(&f.doc, BENC_ROOT));
		benc_unload(&f);
	}
	buf_free(&body);
}

static void ask_udp(struct tracker_server *t, struct span in,
	const struct addr *from, uint64_t now)
{
	uint8_t out[TRACKER_SERVER_DATAGRAM_MAX];
	struct writer w = writer_of(out, sizeof out);

	tracker_server_udp(t, in, from, now, &w);
	assert(w.len == 0 || udp_tracker_looks_like(writer_span(&w)));
	/* No amplification for who never proved his address. */
	if (in.n < 98)
		assert(w.len <= in.n * 3);
}

/* With the right connection id, so that what is behind it is met, too. */
static void ask_udp_known(struct tracker_server *t, struct span in,
	const struct addr *from, uint64_t now)
{
	static const uint8_t hello[16] = {
		0, 0, 0x04, 0x17, 0x27, 0x10, 0x19, 0x80};
	uint8_t reply[TRACKER_SERVER_DATAGRAM_MAX], ask[1500];
	struct writer w = writer_of(reply, sizeof reply);

	if (in.n < 8 || in.n > sizeof ask)
		return;
	tracker_server_udp(t, span_of(hello, sizeof hello), from, now, &w);
	assert(w.len == 16);
	memcpy(ask, reply + 8, 8);
	memcpy(ask + 8, in.p + 8, in.n - 8);
	w = writer_of(reply, sizeof reply);
	tracker_server_udp(t, span_of(ask, in.n), from, now, &w);
	assert(w.len == 0 || udp_tracker_looks_like(writer_span(&w)));
}

static struct addr sender(uint8_t kind)
{
	static const uint8_t v6[16] = {0x20, 1, 0xd, 0xb8};

	if (kind & 0x10)
		return addr_from_ip(span_of(v6, 16), 4000);
	return addr_v4(10, 0, 0, kind >> 5, 4000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct addr fixed = addr_v4(10, 0, 0, 1, 6881);
	const struct tracker_server_config cfg = {.interval_s = 60,
		.peers = &fixed,
		.npeers = 1,
		.peers_max = PEERS_MAX};
	struct tracker_server *t = tracker_server_new(&cfg);
	struct reader r = reader_of(data, size);
	uint64_t now = 0;

	if (size && data[0] == 'a')
		tracker_server_allow(t,
			(const uint8_t *)"aaaaaaaaaaaaaaaaaaaa");
	while (read_left(&r) >= 4) {
		uint8_t kind = read_u8(&r);
		struct addr from = sender(kind);
		size_t n;
		struct span in;

		now += read_u8(&r) * 1000u;
		n = read_u16(&r);
		in = read_span(&r, n < read_left(&r) ? n : read_left(&r));
		if (kind % 3 == 0)
			ask_http(t, in, &from, now);
		else if (kind % 3 == 1)
			ask_udp(t, in, &from, now);
		else
			ask_udp_known(t, in, &from, now);
		check_counts(t);
	}
	tracker_server_free(t);
	return 0;
}
