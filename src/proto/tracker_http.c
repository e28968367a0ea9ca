/*
 * tracker_http.c - queries to and answers from HTTP trackers.
 */
#include "proto/tracker_http.h"

#include <inttypes.h>

#include "base/codec.h"
#include "base/utf8.h"
#include "proto/bencode.h"
#include "proto/tracker_answer.h"

#define IP_TEXT_MAX 45u         /* "ffff:...:255.255.255.255" */
#define RETRY_MINUTES_MAX 10080 /* a week */

/*
 * The announce URL as the torrent gives it, without its fragment.  Bytes that
 * no URL contains are escaped, so that none of them can end a request line.
 */
static void add_base(struct buf *out, struct span base)
{
	size_t i;

	for (i = 0; i < base.n && base.p[i] != '#'; i++) {
		if (base.p[i] > ' ' && base.p[i] < 0x7f)
			buf_add_byte(out, base.p[i]);
		else
			buf_printf(out, "%%%02X", base.p[i]);
	}
}

/* '?', '&', or nothing when the URL ends in one of them already. */
static void add_joint(struct buf *out, size_t from)
{
	uint8_t last;

	if (out->len == from || !memchr(out->p + from, '?', out->len - from)) {
		buf_add_byte(out, '?');
		return;
	}
	last = out->p[out->len - 1];
	if (last != '?' && last != '&')
		buf_add_byte(out, '&');
}

static void add_escaped(struct buf *out, const char *key, struct span value)
{
	buf_add_str(out, key);
	percent_encode(value, out);
}

void tracker_http_announce_url(const char *base, const struct tracker_ask *ask,
	const char *tracker_id, struct buf *out)
{
	static const char *const events[] = {
		[TRACKER_EVENT_NONE] = "",
		[TRACKER_EVENT_COMPLETED] = "&event=completed",
		[TRACKER_EVENT_STARTED] = "&event=started",
		[TRACKER_EVENT_STOPPED] = "&event=stopped",
	};
	size_t from = out->len;

	add_base(out, span_str(base));
	add_joint(out, from);
	add_escaped(out, "info_hash=", span_of(ask->info_hash, 20));
	add_escaped(out, "&peer_id=", span_of(ask->peer_id, 20));
	buf_printf(out,
		"&port=%u&uploaded=%" PRIu64 "&downloaded=%" PRIu64
		"&left=%" PRIu64 "&key=%08" PRIX32 "&numwant=%" PRIu32
		"&compact=1&no_peer_id=1",
		ask->port, ask->uploaded, ask->downloaded, ask->left, ask->key,
		ask->numwant);
	buf_add_str(out, events[ask->event]);
	if (tracker_id && *tracker_id) {
		buf_add_str(out, "&trackerid=");
		buf_add_str(out, tracker_id);
	}
}

/*
 * Where the last part of the URL's path begins, if it begins with "announce":
 * the only URLs for which BEP 48 says how a scrape is asked for.
 */
static bool find_announce(struct span url, size_t *at)
{
	static const char word[] = "announce", sep[] = "://";
	const uint8_t *p = memmem(url.p, url.n, sep, sizeof sep - 1);
	size_t i, end = url.n, last = 0;

	if (!p)
		return false;
	for (i = (size_t)(p - url.p) + sizeof sep - 1; i < end; i++) {
		if (url.p[i] == '?' || url.p[i] == '#')
			end = i;
		else if (url.p[i] == '/')
			last = i + 1;
	}
	if (last == 0 || end - last < sizeof word - 1)
		return false;
	if (memcmp(url.p + last, word, sizeof word - 1) != 0)
		return false;
	*at = last;
	return true;
}

enum err tracker_http_scrape_url(const char *base, const uint8_t (*hashes)[20],
	size_t n, struct buf *out)
{
	struct span url = span_str(base);
	size_t i, at, from = out->len;

	if (!find_announce(url, &at))
		return ERR_UNSUPPORTED;
	add_base(out, span_of(url.p, at));
	buf_add_str(out, "scrape");
	at += strlen("announce");
	add_base(out, span_of(url.p + at, url.n - at));
	for (i = 0; i < n; i++) {
		add_joint(out, from);
		add_escaped(out, "info_hash=", span_of(hashes[i], 20));
	}
	return ERR_OK;
}

/* A peer of the plain form; names and anything odd are passed over. */
static void add_plain_peer(struct tracker_answer *a, const struct benc_doc *d,
	uint32_t node)
{
	struct span ip = benc_str(d, benc_get(d, node, "ip"));
	char text[IP_TEXT_MAX + 1];
	struct addr peer;
	int64_t port;

	if (!benc_int_in(d, benc_get(d, node, "port"), 1, UINT16_MAX, &port))
		return;
	if (ip.n == 0 || ip.n > IP_TEXT_MAX || memchr(ip.p, '\0', ip.n))
		return;
	memcpy(text, ip.p, ip.n);
	text[ip.n] = '\0';
	if (addr_parse_ip(text, (uint16_t)port, &peer) == ERR_OK)
		tracker_answer_add_peer(a, peer);
}

static enum err parse_peers(struct tracker_answer *a, const struct benc_doc *d)
{
	uint32_t peers = benc_get(d, BENC_ROOT, "peers");
	uint32_t peers6 = benc_get(d, BENC_ROOT, "peers6");
	uint32_t node;
	size_t seen = 0;

	if (benc_is(d, peers, BENC_LIST)) {
		for (node = benc_first(d, peers); node != BENC_NONE;
			node = benc_next(d, peers, node)) {
			if (seen++ >= TRACKER_PEERS_SEEN)
				break;
			add_plain_peer(a, d, node);
		}
	} else if (benc_is(d, peers, BENC_STR)) {
		tracker_answer_add_compact(a, benc_str(d, peers), ADDR_V4);
	} else if (peers != BENC_NONE) {
		return ERR_SYNTAX;
	}
	tracker_answer_add_compact(a, benc_str(d, peers6), ADDR_V6);
	return ERR_OK;
}

/* BEP 31: minutes, or "never". */
static uint32_t parse_retry(const struct benc_doc *d)
{
	uint32_t node = benc_get(d, BENC_ROOT, "retry in");
	int64_t minutes = 0;

	if (span_is(benc_str(d, node), "never"))
		return UINT32_MAX;
	if (!benc_int(d, node, &minutes) || minutes <= 0)
		return 0;
	if (minutes > RETRY_MINUTES_MAX)
		minutes = RETRY_MINUTES_MAX;
	return (uint32_t)minutes * 60;
}

static bool parse_count(const struct benc_doc *d, uint32_t node, uint32_t *out)
{
	int64_t v;

	return benc_int(d, node, &v) && tracker_count(v, out);
}

/* Escaped at once: so it is printable and goes back as it stands. */
static void parse_tracker_id(struct tracker_answer *a, struct span id)
{
	struct buf escaped = {0};

	if (id.n > 0 && id.n < sizeof a->tracker_id)
		percent_encode(id, &escaped);
	if (escaped.len > 0 && escaped.len < sizeof a->tracker_id) {
		memcpy(a->tracker_id, escaped.p, escaped.len);
		a->tracker_id[escaped.len] = '\0';
	}
	buf_free(&escaped);
}

static void parse_numbers(struct tracker_answer *a, const struct benc_doc *d)
{
	int64_t v;

	if (benc_int(d, benc_get(d, BENC_ROOT, "interval"), &v))
		a->interval_s = tracker_interval_clamp(v);
	if (benc_int(d, benc_get(d, BENC_ROOT, "min interval"), &v) && v > 0)
		a->min_interval_s = tracker_interval_clamp(v);
	a->has_seeds =
		parse_count(d, benc_get(d, BENC_ROOT, "complete"), &a->seeds);
	a->has_leeches = parse_count(d, benc_get(d, BENC_ROOT, "incomplete"),
		&a->leeches);
}

static void parse_texts(struct tracker_answer *a, const struct benc_doc *d)
{
	struct span ip = benc_str(d, benc_get(d, BENC_ROOT, "external ip"));
	struct span warning;

	if (ip.n == 4 || ip.n == 16)
		a->external = addr_from_ip(ip, 0);
	warning = benc_str(d, benc_get(d, BENC_ROOT, "warning message"));
	if (warning.n > 0)
		text_clean_to(a->warning, sizeof a->warning, warning);
	parse_tracker_id(a, benc_str(d, benc_get(d, BENC_ROOT, "tracker id")));
}

static bool is_answer(const struct benc_doc *d)
{
	return benc_get(d, BENC_ROOT, "interval") != BENC_NONE ||
	       benc_get(d, BENC_ROOT, "peers") != BENC_NONE ||
	       benc_get(d, BENC_ROOT, "peers6") != BENC_NONE;
}

/* On failure *a may hold peers. */
static enum err parse_answer(struct tracker_answer *a, const struct benc_doc *d)
{
	uint32_t failure = benc_get(d, BENC_ROOT, "failure reason");

	if (!benc_is(d, BENC_ROOT, BENC_DICT))
		return ERR_SYNTAX;
	if (failure != BENC_NONE) {
		if (!benc_is(d, failure, BENC_STR))
			return ERR_SYNTAX;
		tracker_answer_fail(a, benc_str(d, failure));
		a->retry_in_s = parse_retry(d);
		return ERR_OK;
	}
	if (!is_answer(d))
		return ERR_SYNTAX;
	parse_numbers(a, d);
	parse_texts(a, d);
	return parse_peers(a, d);
}

/*
 * The document of a body; ended with benc_unload() in any case.  Bytes after
 * it are let pass: some trackers end theirs with a new line.
 */
static enum err load(struct benc_file *f, struct span body)
{
	size_t prefix;

	*f = (struct benc_file){0};
	if (body.n > TRACKER_BODY_MAX)
		return ERR_LIMIT;
	return benc_load(f, body, &prefix);
}

/* Errors of the decoder other than ERR_LIMIT are one thing to the caller. */
static enum err refusal(enum err e)
{
	return e == ERR_LIMIT ? ERR_LIMIT : ERR_SYNTAX;
}

enum err tracker_http_parse(struct span body, struct tracker_answer *a)
{
	struct tracker_answer answer;
	struct benc_file f;
	enum err e;

	tracker_answer_init(&answer);
	e = load(&f, body);
	if (e == ERR_OK)
		e = parse_answer(&answer, &f.doc);
	benc_unload(&f);
	if (e != ERR_OK) {
		tracker_answer_fini(&answer);
		return refusal(e);
	}
	*a = answer;
	return ERR_OK;
}

static void parse_scrape_entry(const struct benc_doc *d, uint32_t entry,
	struct tracker_scrape *out)
{
	struct tracker_scrape s = {0};

	s.known = parse_count(d, benc_get(d, entry, "complete"), &s.seeds);
	s.known &= parse_count(d, benc_get(d, entry, "incomplete"), &s.leeches);
	(void)parse_count(d, benc_get(d, entry, "downloaded"), &s.downloaded);
	if (s.known)
		*out = s;
}

static void parse_scrape_files(const struct benc_doc *d, uint32_t files,
	const uint8_t (*hashes)[20], size_t n, struct tracker_scrape *out)
{
	uint32_t key = benc_first(d, files);
	size_t i;

	while (key != BENC_NONE) {
		uint32_t entry = benc_next(d, files, key);
		struct span hash = benc_str(d, key);

		for (i = 0; i < n && hash.n == 20; i++)
			if (memcmp(hash.p, hashes[i], 20) == 0)
				parse_scrape_entry(d, entry, &out[i]);
		key = benc_next(d, files, entry);
	}
}

enum err tracker_http_parse_scrape(struct span body,
	const uint8_t (*hashes)[20], size_t n, struct tracker_scrape *out)
{
	struct benc_file f;
	uint32_t files;
	enum err e = load(&f, body);
	size_t i;

	if (e == ERR_OK) {
		files = benc_get(&f.doc, BENC_ROOT, "files");
		if (!benc_is(&f.doc, files, BENC_DICT))
			e = ERR_SYNTAX;
	}
	if (e == ERR_OK) {
		for (i = 0; i < n; i++)
			out[i] = (struct tracker_scrape){0};
		parse_scrape_files(&f.doc, files, hashes, n, out);
	}
	benc_unload(&f);
	return e == ERR_OK ? ERR_OK : refusal(e);
}
