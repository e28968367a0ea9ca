/*
 * tracker_udp.c - one request to a UDP tracker (BEP 15, BEP 41).
 *
 * A request is a little machine of three steps: connect unless a live
 * connection id is at hand, ask, be answered.  `waiting` is true while a
 * datagram is out; a transaction id belongs to one step and is kept when the
 * datagram is repeated, so that a late answer to the first one still counts.
 */
#include "proto/tracker_udp.h"

#include <assert.h>

#include "base/mem.h"
#include "base/rng.h"
#include "proto/tracker_answer.h"

enum action {
	ACTION_CONNECT = 0,
	ACTION_ANNOUNCE = 1,
	ACTION_SCRAPE = 2,
	ACTION_ERROR = 3,
};

#define HEADER_LEN 8u /* action and transaction of an answer */
#define CONNECT_LEN 16u
#define ANNOUNCE_LEN 20u
#define SCRAPE_ENTRY_LEN 12u

/* Options of BEP 41; each has a length byte. */
#define OPTION_URL_DATA 2u
#define OPTION_DATA_MAX 255u

struct udp_request {
	struct tracker_ask ask;
	uint8_t (*hashes)[20]; /* scrape */
	size_t nhashes;        /* 0: an announce */
	char *path;            /* BEP 41; NULL: none */
	struct rng rng;
	uint64_t deadline; /* ms, while waiting */
	uint64_t asked_id; /* connection id of the question that is out */
	uint32_t transaction;
	uint32_t action; /* of the datagram that is out or was last */
	unsigned tries;  /* time-outs so far */
	unsigned tries_max;
	bool waiting;
	bool fresh_id; /* this request has connected itself */
	bool over;     /* done or failed */
	bool failed;
};

static struct udp_request *request_new(uint64_t tid_seed)
{
	struct udp_request *r = mem_zero(sizeof *r);

	rng_seed(&r->rng, tid_seed);
	r->action = ACTION_ERROR; /* no datagram yet */
	r->tries_max = UDP_TRACKER_TRIES;
	return r;
}

void udp_request_limit_tries(struct udp_request *r, unsigned n)
{
	assert(n >= 1 && n <= UDP_TRACKER_TRIES);
	r->tries_max = n;
}

struct udp_request *udp_announce_new(const struct tracker_ask *ask,
	const char *path_query, uint64_t tid_seed)
{
	struct udp_request *r = request_new(tid_seed);
	size_t n = path_query ? strcspn(path_query, "#") : 0;

	r->ask = *ask;
	if (n > 0 && n <= UDP_PATH_MAX)
		r->path = mem_strndup(path_query, n);
	return r;
}

struct udp_request *udp_scrape_new(const uint8_t (*hashes)[20], size_t n,
	uint64_t tid_seed)
{
	struct udp_request *r = request_new(tid_seed);

	assert(n > 0 && n <= UDP_SCRAPE_MAX);
	r->hashes = mem_dup(hashes, n * sizeof *hashes);
	r->nhashes = n;
	return r;
}

void udp_request_free(struct udp_request *r)
{
	if (!r)
		return;
	mem_free(r->hashes);
	mem_free(r->path);
	mem_free(r);
}

static bool timed_out(const struct udp_request *r, uint64_t now)
{
	return r->waiting && now >= r->deadline;
}

bool udp_request_failed(const struct udp_request *r, uint64_t now)
{
	if (r->over)
		return r->failed;
	return timed_out(r, now) && r->tries + 1 >= r->tries_max;
}

uint64_t udp_request_deadline(const struct udp_request *r)
{
	if (r->over)
		return UDP_NEVER;
	return r->waiting ? r->deadline : 0;
}

static void write_url_data(struct writer *out, const char *path)
{
	struct reader r = reader_of_span(span_str(path));

	while (read_left(&r) > 0) {
		size_t n = read_left(&r);

		if (n > OPTION_DATA_MAX)
			n = OPTION_DATA_MAX;
		write_u8(out, OPTION_URL_DATA);
		write_u8(out, (uint8_t)n);
		write_span(out, read_span(&r, n));
	}
}

static void write_announce(struct writer *out, const struct tracker_ask *ask)
{
	write_span(out, span_of(ask->info_hash, 20));
	write_span(out, span_of(ask->peer_id, 20));
	write_u64(out, ask->downloaded);
	write_u64(out, ask->left);
	write_u64(out, ask->uploaded);
	write_u32(out, ask->event);
	write_u32(out, 0); /* our address: as the tracker sees it */
	write_u32(out, ask->key);
	write_u32(out, ask->numwant);
	write_u16(out, ask->port);
}

static void write_request(const struct udp_request *r, uint64_t id,
	struct writer *out)
{
	write_u64(out, r->action == ACTION_CONNECT ? UDP_PROTOCOL_ID : id);
	write_u32(out, r->action);
	write_u32(out, r->transaction);
	if (r->action == ACTION_SCRAPE) {
		write_span(out,
			span_of(r->hashes, r->nhashes * sizeof *r->hashes));
	} else if (r->action == ACTION_ANNOUNCE) {
		write_announce(out, &r->ask);
		if (r->path)
			write_url_data(out, r->path);
	}
	assert(!out->full);
}

static uint32_t next_action(const struct udp_request *r,
	const struct udp_connection *c, uint64_t now)
{
	if (c->expires <= now)
		return ACTION_CONNECT;
	return r->nhashes > 0 ? ACTION_SCRAPE : ACTION_ANNOUNCE;
}

bool udp_request_next(struct udp_request *r, struct udp_connection *c,
	uint64_t now, struct writer *out)
{
	uint32_t action;

	if (r->over)
		return false;
	if (timed_out(r, now)) {
		r->waiting = false;
		if (++r->tries >= r->tries_max) {
			r->over = r->failed = true;
			return false;
		}
	}
	action = next_action(r, c, now);
	/* Another request may have connected while this one waits to. */
	if (r->waiting && (r->action != ACTION_CONNECT || action == r->action))
		return false;
	if (action != r->action) {
		r->action = action;
		r->transaction = (uint32_t)(rng_u64(&r->rng) >> 32);
	}
	r->asked_id = c->id;
	write_request(r, c->id, out);
	r->waiting = true;
	r->deadline = now + ((uint64_t)UDP_TRY_MS << r->tries);
	return true;
}

static enum udp_verdict take_connect(struct udp_request *r,
	struct udp_connection *c, struct reader *in, uint64_t now)
{
	uint64_t id = read_u64(in);

	if (in->bad)
		return UDP_IGNORED;
	c->id = id;
	c->expires = now + UDP_CONNECTION_MS;
	r->waiting = false;
	r->fresh_id = true;
	return UDP_PROGRESS;
}

/*
 * An error may only mean that the tracker was restarted and does not know an
 * id that another request got: that is worth one more connect.
 */
static enum udp_verdict take_error(struct udp_request *r,
	struct udp_connection *c, struct reader *in,
	struct tracker_answer *answer)
{
	if (r->action != ACTION_CONNECT && !r->fresh_id) {
		if (c->id == r->asked_id)
			c->expires = 0;
		r->fresh_id = true;
		r->waiting = false;
		return UDP_PROGRESS;
	}
	tracker_answer_init(answer);
	tracker_answer_fail(answer, read_rest(in));
	return UDP_DONE;
}

static enum udp_verdict take_announce(struct reader *in,
	enum addr_family family, struct tracker_answer *answer)
{
	struct tracker_answer a;
	uint32_t interval = read_u32(in);
	uint32_t leeches = read_u32(in);
	uint32_t seeds = read_u32(in);

	if (in->bad)
		return UDP_IGNORED;
	tracker_answer_init(&a);
	/* The numbers are signed: above INT32_MAX they are nonsense. */
	a.interval_s = tracker_interval_clamp((int64_t)interval > INT32_MAX
						      ? -1
						      : (int64_t)interval);
	a.has_leeches = tracker_count(leeches, &a.leeches);
	a.has_seeds = tracker_count(seeds, &a.seeds);
	tracker_answer_add_compact(&a, read_rest(in), family);
	*answer = a;
	return UDP_DONE;
}

static enum udp_verdict take_scrape(const struct udp_request *r,
	struct reader *in, struct tracker_answer *answer,
	struct tracker_scrape *scrape)
{
	size_t i;

	if (read_left(in) < r->nhashes * SCRAPE_ENTRY_LEN)
		return UDP_IGNORED;
	tracker_answer_init(answer);
	for (i = 0; i < r->nhashes; i++) {
		struct tracker_scrape s = {0};

		s.known = tracker_count(read_u32(in), &s.seeds);
		s.known &= tracker_count(read_u32(in), &s.downloaded);
		s.known &= tracker_count(read_u32(in), &s.leeches);
		scrape[i] = s.known ? s : (struct tracker_scrape){0};
	}
	return UDP_DONE;
}

enum udp_verdict udp_request_receive(struct udp_request *r,
	struct udp_connection *c, struct span datagram, enum addr_family family,
	uint64_t now, struct tracker_answer *answer,
	struct tracker_scrape *scrape)
{
	struct reader in = reader_of_span(datagram);
	uint32_t action = read_u32(&in);
	uint32_t transaction = read_u32(&in);
	enum udp_verdict verdict = UDP_IGNORED;

	if (in.bad || !r->waiting || transaction != r->transaction)
		return UDP_IGNORED;
	if (action == ACTION_ERROR)
		verdict = take_error(r, c, &in, answer);
	else if (action != r->action)
		return UDP_IGNORED;
	else if (action == ACTION_CONNECT)
		verdict = take_connect(r, c, &in, now);
	else if (action == ACTION_ANNOUNCE)
		verdict = take_announce(&in, family, answer);
	else if (action == ACTION_SCRAPE)
		verdict = take_scrape(r, &in, answer, scrape);
	if (verdict == UDP_DONE) {
		r->over = true;
		r->waiting = false;
	}
	return verdict;
}

bool udp_tracker_looks_like(struct span datagram)
{
	struct reader r = reader_of_span(datagram);
	uint32_t action = read_u32(&r);

	if (datagram.n < HEADER_LEN)
		return false;
	switch (action) {
	case ACTION_CONNECT:
		return datagram.n >= CONNECT_LEN;
	case ACTION_ANNOUNCE:
		return datagram.n >= ANNOUNCE_LEN;
	case ACTION_SCRAPE:
		return datagram.n >= HEADER_LEN + SCRAPE_ENTRY_LEN;
	default:
		return action == ACTION_ERROR;
	}
}
