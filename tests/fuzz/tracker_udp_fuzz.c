/*
 * A sequence of datagrams and moments against one request: only one with the
 * transaction that is out changes anything, tries and datagrams are bounded,
 * and answers stay in their limits.  Each datagram is also read as a query
 * and as a URL.
 */
#include <assert.h>
#include <ctype.h>

#include "base/mem.h"
#include "proto/tracker_udp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct udp_request *r;
	struct udp_connection c;
	uint64_t now;
	uint8_t transaction[4];
	unsigned sent;
	bool waiting, over;
};

static void send_due(struct run *u)
{
	uint8_t bytes[UDP_TRACKER_PACKET_MAX];
	struct writer out = writer_of(bytes, sizeof bytes);
	struct udp_query q;

	while (udp_request_next(u->r, &u->c, u->now, &out)) {
		assert(!u->over);
		assert(udp_query_parse(writer_span(&out), &q) == ERR_OK);
		memcpy(u->transaction, bytes + 12, 4);
		u->waiting = true;
		u->sent++;
		out.len = 0;
	}
	/* Two a try, and one more connect for an id that was forgotten. */
	assert(u->sent <= 2 * UDP_TRACKER_TRIES + 2);
}

static void check_answer(const struct tracker_answer *a)
{
	size_t i;

	assert(a->interval_s >= TRACKER_INTERVAL_MIN);
	assert(a->interval_s <= TRACKER_INTERVAL_MAX);
	assert(a->npeers <= TRACKER_PEERS_MAX);
	for (i = 0; i < a->npeers; i++)
		assert(addr_is_dialable(&a->peers[i]));
}

static void receive(struct run *u, struct span datagram, bool is_v6)
{
	struct udp_connection before = u->c;
	uint64_t deadline = udp_request_deadline(u->r);
	struct tracker_answer answer = {0};
	struct tracker_scrape scrape[2];
	bool is_ours = u->waiting && datagram.n >= 8 &&
	               memcmp(datagram.p + 4, u->transaction, 4) == 0;
	enum udp_verdict v = udp_request_receive(u->r, &u->c, datagram,
		is_v6 ? ADDR_V6 : ADDR_V4, u->now, &answer, scrape);

	if (v == UDP_IGNORED) {
		assert(u->c.id == before.id && u->c.expires == before.expires);
		assert(udp_request_deadline(u->r) == deadline);
		assert(answer.npeers == 0 && answer.interval_s == 0);
		return;
	}
	assert(is_ours && udp_tracker_looks_like(datagram));
	u->waiting = false;
	if (v == UDP_DONE) {
		u->over = true;
		check_answer(&answer);
	}
	tracker_answer_fini(&answer);
}

static void check_url(struct span s)
{
	char *url = mem_strndup((const char *)s.p, s.n);
	char host[256];
	const char *path;
	uint16_t port;
	size_t i;

	if (udp_tracker_split_url(url, host, &port, &path) == ERR_OK) {
		assert(port > 0 && host[0] != '\0');
		assert(path >= url && path <= url + strlen(url));
		for (i = 0; host[i]; i++)
			assert(isalnum((unsigned char)host[i]) ||
				strchr("-._:", host[i]));
	}
	mem_free(url);
}

/* A step: flags, a length, and that many bytes. */
static bool step(struct run *u, struct reader *in)
{
	uint8_t flags = read_u8(in);
	struct span s = read_span(in, read_u8(in));
	struct udp_query q;
	uint8_t copy[256];

	if (in->bad)
		return false;
	memcpy(copy, s.n ? s.p : copy, s.n);
	if ((flags & 1) && s.n >= 8)
		memcpy(copy + 4, u->transaction, 4);
	if (udp_query_parse(s, &q) == ERR_OK && q.action == 2)
		assert(q.nhashes * 20 <= s.n - 16);
	check_url(s);
	receive(u, span_of(copy, s.n), flags & 2);
	if (flags & 4)
		send_due(u);
	if (flags & 8)
		u->now += (uint64_t)flags * 1000;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t hashes[2][20] = {"a", "b"};
	static const struct tracker_ask ask = {.port = 6881};
	struct reader in = reader_of(data, size);
	struct run u = {.now = 1000};
	uint8_t first = read_u8(&in);

	u.r = first & 1 ? udp_scrape_new(hashes, 2, 7)
	                : udp_announce_new(&ask, "/announce", 7);
	if (first & 2)
		u.c = (struct udp_connection){.id = 5, .expires = 9000};
	send_due(&u);
	while (step(&u, &in))
		;
	udp_request_free(u.r);
	return 0;
}
