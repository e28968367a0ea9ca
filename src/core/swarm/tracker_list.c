/*
 * tracker_list.c - see tracker_list.h.
 *
 * Trackers keep their index for life; `order` is the order of trying.  A
 * round is one walk through the list: each tracker is tried at most once in
 * it, the one that answered last before all others.
 */
#include "core/swarm/tracker_list.h"

#include <string.h>

#include "base/heap.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/utf8.h"

#define BACKOFF_MIN_MS UINT64_C(15000)
#define BACKOFF_MAX_MS UINT64_C(1800000)
#define SCRAPE_EVERY_MS UINT64_C(1800000)
#define SCRAPE_FAILS_MAX 2u
#define SPREAD_SHARE 20u /* up to a twentieth later */
#define NOBODY SIZE_MAX
#define UNKNOWN UINT32_MAX

struct tracker {
	char *url, *host;
	uint32_t tier;
	enum tracker_status status;
	char text[FAULT_TEXT_MAX];
	char tracker_id[128];
	uint32_t seeds, leeches, downloaded, last_peers;
	uint32_t fails;        /* in a row */
	uint64_t round;        /* last one it was tried in */
	uint64_t last_ms;      /* end of the last announce; NEVER: none */
	uint64_t not_before;   /* it asked for this */
	uint64_t min_until;    /* its minimum interval ends */
	uint64_t next_scrape;  /* NEVER: not wanted */
	uint32_t scrape_fails; /* in a row */
	enum tracker_event asked;
	bool asking, scraping;
	bool gone;     /* removed by the user */
	bool told;     /* it counts us among the peers */
	bool stop_due; /* tell it "stopped" */
};

struct tracker_list {
	struct tracker *t[TRACKER_LIST_MAX];
	size_t order[TRACKER_LIST_MAX];
	size_t n;
	size_t current; /* answered last; NOBODY when it failed since */
	size_t asking;  /* whom we announce to now, or NOBODY */
	const char *good_host;
	bool active;
	bool completed_due;
	uint32_t fails;      /* whole rounds in a row */
	uint64_t round;      /* counts from 1 */
	uint64_t due;        /* next announce; NEVER while inactive */
	uint64_t hurry_from; /* no hurry before this after a failed round */
	struct rng rng;
};

struct tracker_list *tracker_list_new(uint64_t seed)
{
	struct tracker_list *l = (struct tracker_list *)mem_zero(sizeof *l);

	rng_seed(&l->rng, seed);
	l->current = l->asking = NOBODY;
	l->round = 1;
	l->due = NEVER;
	return l;
}

void tracker_list_free(struct tracker_list *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n; i++) {
		mem_free(l->t[i]->url);
		mem_free(l->t[i]->host);
		mem_free(l->t[i]);
	}
	mem_free(l);
}

/* Host of a URL that tracker_url_ok() took, brackets included. */
static char *host_of(const char *url)
{
	const char *p = strstr(url, "://");
	const char *at;
	size_t n;

	p = p ? p + 3 : url;
	n = strcspn(p, "/?#");
	at = (const char *)memrchr(p, '@', n);
	if (at)
		p = at + 1;
	if (*p == '[')
		return mem_strndup(p, strcspn(p, "]") + 1);
	return mem_strndup(p, strcspn(p, ":/?#"));
}

/* At a random place among those of its tier. */
static void put_in_order(struct tracker_list *l, size_t index)
{
	uint32_t tier = l->t[index]->tier;
	size_t lo = 0, hi, at;

	while (lo < l->n && l->t[l->order[lo]]->tier < tier)
		lo++;
	for (hi = lo; hi < l->n && l->t[l->order[hi]]->tier == tier;)
		hi++;
	at = lo + (size_t)rng_below(&l->rng, hi - lo + 1);
	memmove(l->order + at + 1, l->order + at,
		(l->n - at) * sizeof l->order[0]);
	l->order[at] = index;
}

static struct tracker *find(const struct tracker_list *l, const char *url)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->t[i]->url, url) == 0)
			return l->t[i];
	return NULL;
}

bool tracker_list_remove(struct tracker_list *l, const char *url)
{
	struct tracker *t = find(l, url);

	if (!t || t->gone)
		return false;
	t->gone = true;
	t->stop_due = t->told && !t->asking;
	t->next_scrape = NEVER;
	if (l->good_host == t->host)
		l->good_host = NULL;
	return true;
}

bool tracker_list_is_gone(const struct tracker_list *l, size_t i)
{
	return l->t[i]->gone;
}

enum err tracker_list_add(struct tracker_list *l, const char *url,
	uint32_t tier)
{
	struct tracker *t;

	if (!tracker_url_ok(span_str(url)))
		return ERR_SYNTAX;
	t = find(l, url);
	if (t) {
		t->gone = false;
		return ERR_OK;
	}
	if (l->n == TRACKER_LIST_MAX)
		return ERR_LIMIT;
	t = (struct tracker *)mem_zero(sizeof *t);
	t->url = mem_strdup(url);
	t->host = host_of(url);
	t->tier = tier;
	t->seeds = t->leeches = t->downloaded = UNKNOWN;
	t->last_ms = t->next_scrape = NEVER;
	l->t[l->n] = t;
	put_in_order(l, l->n);
	l->n++;
	/* Nobody answers so far: do not let it wait for the back-off. */
	if (l->active && l->current == NOBODY)
		l->due = 0;
	return ERR_OK;
}

size_t tracker_list_count(const struct tracker_list *l)
{
	return l->n;
}

const char *tracker_list_url(const struct tracker_list *l, size_t i)
{
	return i < l->n ? l->t[i]->url : NULL;
}

static uint64_t spread(struct tracker_list *l, uint64_t ms)
{
	return ms + rng_below(&l->rng, ms / SPREAD_SHARE + 1);
}

void tracker_list_start(struct tracker_list *l, uint64_t now)
{
	if (l->active)
		return;
	l->active = true;
	l->due = now;
	l->fails = 0;
	l->round++;
	for (size_t i = 0; i < l->n; i++)
		l->t[i]->stop_due = false;
}

void tracker_list_completed(struct tracker_list *l, uint64_t now)
{
	if (!l->active)
		return;
	l->completed_due = true;
	if (l->due > now)
		l->due = now;
}

void tracker_list_hurry(struct tracker_list *l, uint64_t now)
{
	uint64_t from = l->current == NOBODY ? l->hurry_from
	                                     : l->t[l->current]->min_until;

	if (from < now)
		from = now;
	if (l->active && l->due > from)
		l->due = from;
}

void tracker_list_stop(struct tracker_list *l, uint64_t now)
{
	(void)now;
	if (!l->active)
		return;
	l->active = false;
	l->completed_due = false;
	l->due = NEVER;
	for (size_t i = 0; i < l->n; i++)
		l->t[i]->stop_due = l->t[i]->told && !l->t[i]->asking;
}

static bool may_try(const struct tracker_list *l, size_t i, uint64_t now)
{
	const struct tracker *t = l->t[i];

	return t->round != l->round && t->status != TRACKER_DISABLED &&
	       !t->gone && t->not_before <= now && !t->asking;
}

/* Whom to announce to in this round; NOBODY when it is over. */
static size_t choose(const struct tracker_list *l, uint64_t now)
{
	if (l->current != NOBODY && may_try(l, l->current, now))
		return l->current;
	for (size_t i = 0; i < l->n; i++)
		if (may_try(l, l->order[i], now))
			return l->order[i];
	return NOBODY;
}

static bool any_asking(const struct tracker_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->t[i]->asking)
			return true;
	return false;
}

/* Everybody was tried in vain. */
static void end_round(struct tracker_list *l, uint64_t now)
{
	uint64_t wait = BACKOFF_MIN_MS;

	for (uint32_t i = 0; i < l->fails && wait < BACKOFF_MAX_MS; i++)
		wait *= 2;
	if (wait > BACKOFF_MAX_MS)
		wait = BACKOFF_MAX_MS;
	l->fails++;
	l->round++;
	l->due = now + spread(l, wait);
	l->hurry_from = now + BACKOFF_MIN_MS;
}

static void fill(const struct tracker_list *l, size_t i,
	struct tracker_action *out)
{
	const struct tracker *t = l->t[i];

	*out = (struct tracker_action){
		.index = i,
		.url = t->url,
		.event = t->asked,
		.tracker_id = t->tracker_id[0] ? t->tracker_id : NULL,
	};
}

static bool next_stopped(struct tracker_list *l, struct tracker_action *out)
{
	for (size_t i = 0; i < l->n; i++) {
		struct tracker *t = l->t[i];

		if (!t->stop_due || t->asking)
			continue;
		t->stop_due = t->told = false;
		t->asking = true;
		t->asked = TRACKER_EVENT_STOPPED;
		fill(l, i, out);
		return true;
	}
	return false;
}

static bool next_announce(struct tracker_list *l, uint64_t now,
	struct tracker_action *out)
{
	struct tracker *t;
	size_t i;

	if (!l->active || !l->n || l->asking != NOBODY || now < l->due)
		return false;
	i = choose(l, now);
	if (i == NOBODY && any_asking(l)) {
		l->due = NEVER; /* until it has been told "stopped" */
		return false;
	}
	if (i == NOBODY) {
		end_round(l, now);
		return false;
	}
	t = l->t[i];
	t->round = l->round;
	t->asking = true;
	t->status = TRACKER_ASKING;
	t->asked = TRACKER_EVENT_NONE;
	if (!t->told)
		t->asked = TRACKER_EVENT_STARTED;
	else if (l->completed_due)
		t->asked = TRACKER_EVENT_COMPLETED;
	l->asking = i;
	fill(l, i, out);
	return true;
}

static bool next_scrape(struct tracker_list *l, uint64_t now,
	struct tracker_action *out)
{
	for (size_t i = 0; l->active && i < l->n; i++) {
		struct tracker *t = l->t[i];

		if (t->scraping || now < t->next_scrape)
			continue;
		t->scraping = true;
		fill(l, i, out);
		out->event = TRACKER_EVENT_NONE;
		out->scrape = true;
		return true;
	}
	return false;
}

bool tracker_list_next(struct tracker_list *l, uint64_t now,
	struct tracker_action *out)
{
	return next_stopped(l, out) || next_announce(l, now, out) ||
	       next_scrape(l, now, out);
}

uint64_t tracker_list_deadline(const struct tracker_list *l)
{
	uint64_t next = NEVER;

	if (l->active && l->n && l->asking == NOBODY)
		next = l->due;
	for (size_t i = 0; i < l->n; i++) {
		const struct tracker *t = l->t[i];

		if (t->stop_due && !t->asking)
			return 0;
		if (l->active && !t->scraping && t->next_scrape < next)
			next = t->next_scrape;
	}
	return next;
}

/* To the front of its tier. */
static void promote(struct tracker_list *l, size_t index)
{
	size_t at = 0, first;

	while (l->order[at] != index)
		at++;
	for (first = at; first > 0 &&
			 l->t[l->order[first - 1]]->tier == l->t[index]->tier;)
		first--;
	memmove(l->order + first + 1, l->order + first,
		(at - first) * sizeof l->order[0]);
	l->order[first] = index;
}

static void take_numbers(struct tracker *t, const struct tracker_answer *a,
	uint64_t now)
{
	bool full = a->has_seeds && a->has_leeches;

	if (a->has_seeds)
		t->seeds = a->seeds;
	if (a->has_leeches)
		t->leeches = a->leeches;
	if (full || t->scrape_fails >= SCRAPE_FAILS_MAX)
		t->next_scrape = NEVER;
	else if (t->next_scrape == NEVER)
		t->next_scrape = now;
	t->last_peers = (uint32_t)a->npeers;
	text_clean_to(t->text, sizeof t->text, span_str(a->warning));
	if (a->tracker_id[0])
		memcpy(t->tracker_id, a->tracker_id, sizeof t->tracker_id);
}

static uint64_t interval_ms(const struct tracker_answer *a)
{
	uint64_t s = a->interval_s;

	return (s < TRACKER_INTERVAL_MIN ? TRACKER_INTERVAL_MIN : s) * 1000;
}

static void answered(struct tracker_list *l, size_t index,
	const struct tracker_answer *a, uint64_t now)
{
	struct tracker *t = l->t[index];
	uint64_t min_s =
		a->min_interval_s ? a->min_interval_s : TRACKER_INTERVAL_MIN;

	take_numbers(t, a, now);
	t->status = TRACKER_OK;
	t->fails = 0;
	t->told = true;
	t->min_until = now + min_s * 1000;
	l->good_host = t->host;
	promote(l, index);
	if (!l->active) { /* stopped meanwhile */
		t->stop_due = true;
		return;
	}
	l->current = index;
	l->fails = 0;
	l->round++;
	l->due = now + spread(l, interval_ms(a));
	if (t->asked == TRACKER_EVENT_COMPLETED)
		l->completed_due = false;
	if (l->completed_due)
		l->due = now;
}

static void failed(struct tracker_list *l, size_t index,
	const struct tracker_answer *a, const struct fault *f, uint64_t now)
{
	struct tracker *t = l->t[index];
	const char *text = a ? a->failure : f ? f->what : "";

	t->status = TRACKER_FAILED;
	t->fails++;
	text_clean_to(t->text, sizeof t->text, span_str(text));
	if (a && a->retry_in_s == UINT32_MAX)
		t->status = TRACKER_DISABLED;
	else if (a)
		t->not_before = now + (uint64_t)a->retry_in_s * 1000;
	if (l->current == index)
		l->current = NOBODY;
	if (!l->active)
		return;
	l->due = now;
	if (choose(l, now) == NOBODY)
		end_round(l, now);
}

void tracker_list_report(struct tracker_list *l, size_t index,
	const struct tracker_answer *a, const struct fault *f, uint64_t now)
{
	struct tracker *t;

	if (index >= l->n || !l->t[index]->asking)
		return;
	t = l->t[index];
	t->asking = false;
	t->last_ms = now;
	if (l->asking == index)
		l->asking = NOBODY;
	if (t->asked == TRACKER_EVENT_STOPPED) {
		if (l->active && l->due == NEVER)
			l->due = now;
		return;
	}
	if (a && !a->failure[0])
		answered(l, index, a, now);
	else
		failed(l, index, a, f, now);
}

void tracker_list_report_scrape(struct tracker_list *l, size_t index,
	const struct tracker_scrape *s, uint64_t now)
{
	struct tracker *t;

	if (index >= l->n)
		return;
	t = l->t[index];
	t->scraping = false;
	t->next_scrape = now + spread(l, SCRAPE_EVERY_MS);
	if (!s || !s->known) {
		if (++t->scrape_fails >= SCRAPE_FAILS_MAX)
			t->next_scrape = NEVER;
		return;
	}
	t->scrape_fails = 0;
	t->seeds = s->seeds;
	t->leeches = s->leeches;
	t->downloaded = s->downloaded;
}

static void keep_larger(uint32_t *most, uint32_t n)
{
	if (n != UNKNOWN && n > *most)
		*most = n;
}

void tracker_list_swarm(const struct tracker_list *l, uint32_t *seeds,
	uint32_t *leeches)
{
	*seeds = *leeches = 0;
	for (size_t i = 0; i < l->n; i++) {
		keep_larger(seeds, l->t[i]->seeds);
		keep_larger(leeches, l->t[i]->leeches);
	}
}

bool tracker_list_all_down(const struct tracker_list *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (l->t[i]->gone)
			continue;
		if (l->t[i]->fails == 0)
			return false;
		n++;
	}
	return n > 0;
}

uint64_t tracker_list_next_announce(const struct tracker_list *l, uint64_t now)
{
	if (!l->active || !l->n)
		return NEVER;
	if (l->asking != NOBODY || l->due <= now)
		return 0;
	return l->due - now;
}

const char *tracker_list_good_host(const struct tracker_list *l)
{
	return l->good_host;
}

void tracker_list_row(const struct tracker_list *l, size_t i, uint64_t now,
	struct tracker_row *row)
{
	const struct tracker *t = l->t[i];
	uint64_t wait = tracker_list_next_announce(l, now);

	*row = (struct tracker_row){
		.url = t->url,
		.tier = t->tier,
		.status = t->status,
		.seeds = t->seeds,
		.leeches = t->leeches,
		.downloaded = t->downloaded,
		.last_peers = t->last_peers,
		.next_announce_s = UNKNOWN,
		.last_announce_s = UNKNOWN,
		.fails = t->fails,
		.is_current = i == l->current,
	};
	memcpy(row->text, t->text, sizeof row->text);
	if (t->last_ms != NEVER)
		row->last_announce_s = (uint32_t)((now - t->last_ms) / 1000);
	if (l->asking == NOBODY && wait != NEVER && i == choose(l, l->due))
		row->next_announce_s = (uint32_t)(wait / 1000);
}
