/*
 * tracker_http.h - announce and scrape over HTTP: the query that is sent and
 * the body that comes back (BEP 3, 7, 23, 24, 31, 48).  Pure.
 */
#ifndef PROTO_TRACKER_HTTP_H
#define PROTO_TRACKER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"

#define TRACKER_BODY_MAX (1u << 20)
#define TRACKER_PEERS_MAX 1000u /* kept of one answer */
#define TRACKER_INTERVAL_MIN 60u
#define TRACKER_INTERVAL_MAX 86400u
#define TRACKER_INTERVAL_DEFAULT 1800u
#define TRACKER_REASON_MAX 200u

enum tracker_event {
	TRACKER_EVENT_NONE = 0, /* the numbers of BEP 15 */
	TRACKER_EVENT_COMPLETED = 1,
	TRACKER_EVENT_STARTED = 2,
	TRACKER_EVENT_STOPPED = 3,
};

/* What is announced, over HTTP or UDP. */
struct tracker_ask {
	uint8_t info_hash[20];
	uint8_t peer_id[20];
	uint64_t uploaded, downloaded, left; /* bytes */
	enum tracker_event event;
	uint32_t key;
	uint32_t numwant;
	uint16_t port;
};

/* What came back, from HTTP or UDP. */
struct tracker_answer {
	char failure[TRACKER_REASON_MAX + 1]; /* cleaned; "" on success */
	char warning[TRACKER_REASON_MAX + 1];
	uint32_t interval_s;     /* clamped to the limits above */
	uint32_t min_interval_s; /* 0: not said */
	uint32_t retry_in_s;     /* BEP 31; 0: not said, UINT32_MAX: never */
	bool has_seeds, has_leeches;
	uint32_t seeds, leeches;
	struct addr external; /* BEP 24; ADDR_NONE: not said */
	char tracker_id[128]; /* for the next announce, percent-encoded */
	struct addr *peers;   /* heap, freed with tracker_answer_fini() */
	size_t npeers;
};

void tracker_answer_fini(struct tracker_answer *a);

/*
 * The URL to fetch: `base` without its fragment, with the query added ('?' or
 * '&'), every byte of info_hash and peer_id that is not unreserved escaped.
 * Of base only bytes that no URL may hold (controls, space, beyond ASCII) are
 * escaped.  tracker_id is that of the last answer; NULL or "" if it had none.
 * Appends, no NUL.
 */
void tracker_http_announce_url(const char *base, const struct tracker_ask *ask,
	const char *tracker_id, struct buf *out);
/*
 * BEP 48.  ERR_UNSUPPORTED when the path's last part does not begin
 * "announce"; then nothing is appended.  n is at least 1: no tracker is asked
 * for everything it knows.
 */
MUST_CHECK enum err tracker_http_scrape_url(const char *base,
	const uint8_t (*hashes)[20], size_t n, struct buf *out);

/*
 * Decode an announce body.  A failure reason is ERR_OK with a->failure set.
 * Compact and plain peers, v4 and v6, each once; host names and addresses
 * nobody can dial are left out.  A count nobody can have is "not said".
 *   ERR_SYNTAX  not a bencoded dictionary, wrong types, nothing usable
 *   ERR_LIMIT   longer than TRACKER_BODY_MAX, or nested too deep
 */
MUST_CHECK enum err tracker_http_parse(struct span body,
	struct tracker_answer *a);

struct tracker_scrape {
	uint32_t seeds, leeches, downloaded;
	bool known;
};
/*
 * out has n elements, in the order of hashes; known is false for those the
 * tracker said nothing credible about.  Errors as above.
 */
MUST_CHECK enum err tracker_http_parse_scrape(struct span body,
	const uint8_t (*hashes)[20], size_t n, struct tracker_scrape *out);

#endif
