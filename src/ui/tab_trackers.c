/*
 * tab_trackers.c - who tells of peers of one torrent: trackers, and what there
 * is beside them.  See tabs.h.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/dht_words.h"
#include "ui/tabs.h"

#define NAME_COLS 6 /* of the sources that are no trackers */
#define URL_MIN 28

struct trackers_tab {
	struct tab t;
	struct tab_rows rows;
	char *leaving; /* its URL: asked once whether to remove it */
};

static struct trackers_tab *trackers_of(struct tab *t)
{
	return (struct trackers_tab *)(void *)t;
}

static const struct trackers_tab *const_trackers(const struct tab *t)
{
	return (const struct trackers_tab *)(const void *)t;
}

static void keep(struct trackers_tab *d)
{
	mem_free(d->leaving);
	d->leaving = NULL;
}

static void fini(struct tab *t)
{
	keep(trackers_of(t));
}

static void reset(struct tab *t)
{
	struct trackers_tab *d = trackers_of(t);

	keep(d);
	d->rows = (struct tab_rows){0};
}

static uint32_t watch(const struct tab *t)
{
	(void)t;
	return WATCH_TRACKERS | WATCH_PEERS;
}

/* --- trackers
 * ------------------------------------------------------------------ */

/* Widths, blanks between columns included; 0: left out. */
struct tracker_columns {
	int tier, url, state, seeds, peers, got, last, next;
};

static void take(int *left, int *column, int w)
{
	if (*left - w < URL_MIN)
		return;
	*column = w;
	*left -= w;
}

static struct tracker_columns fit_trackers(int w)
{
	struct tracker_columns c = {.state = 3};
	int left = w - 3 - c.state;

	take(&left, &c.next, 7);
	take(&left, &c.tier, 5);
	if (left - 12 >= URL_MIN) {
		c.state += 12;
		left -= 12;
	}
	take(&left, &c.seeds, 7);
	take(&left, &c.peers, 7);
	take(&left, &c.got, 6);
	take(&left, &c.last, 7);
	if (left - 14 >= 46) {
		c.state += 14;
		left -= 14;
	}
	c.url = left > 0 ? left : 0;
	return c;
}

static void put(const struct area *a, int *x, int y, int w, enum fit fit,
	struct pen pen, const char *text)
{
	if (w <= 1)
		return;
	draw_field(a, (struct rect){*x, y, w - 1, 1}, pen, fit, text);
	*x += w;
}

static void draw_heads(const struct area *a, const struct tracker_columns *c)
{
	struct pen pen = pen_of(ROLE_FAINT);
	int x = 2;

	put(a, &x, 0, c->tier, FIT_END, pen, "Tier");
	put(a, &x, 0, c->url, FIT_END, pen, "Tracker");
	put(a, &x, 0, c->state, FIT_END, pen, c->state > 6 ? "State" : "");
	put(a, &x, 0, c->seeds, FIT_RIGHT, pen, "Seeds");
	put(a, &x, 0, c->peers, FIT_RIGHT, pen, "Peers");
	put(a, &x, 0, c->got, FIT_RIGHT, pen, "New");
	put(a, &x, 0, c->last, FIT_RIGHT, pen, "Last");
	put(a, &x, 0, c->next, FIT_RIGHT, pen, "Next");
}

struct tracker_state {
	uint32_t sign;
	enum role role;
	const char *word;
};

static struct tracker_state state_of(const struct tracker_row *r)
{
	switch (r->status) {
	case TRACKER_ASKING:
		return (struct tracker_state){'~', ROLE_ACTIVE, "asking"};
	case TRACKER_OK:
		if (r->text[0])
			return (struct tracker_state){
				0x2713, ROLE_WARN, r->text};
		return (struct tracker_state){0x2713, ROLE_OK, "ok"};
	case TRACKER_FAILED:
	case TRACKER_DISABLED:
		return (struct tracker_state){
			'!', ROLE_ERR, r->text[0] ? r->text : "no answer"};
	case TRACKER_IDLE:
		break;
	}
	return (struct tracker_state){0xb7, ROLE_DIM, "not asked"};
}

static void word_count(char out[FORMAT_MAX], uint32_t n)
{
	out[0] = '\0';
	if (n != UINT32_MAX)
		format_count(out, n);
}

static void draw_tracker(const struct area *a, int y,
	const struct tracker_columns *c, const struct tracker_row *r)
{
	struct tracker_state s = state_of(r);
	struct pen dim = pen_of(ROLE_DIM), text = pen_of(ROLE_TEXT);
	char number[FORMAT_MAX];
	int x = 2;

	snprintf(number, sizeof number, "%u", r->tier + 1);
	put(a, &x, y, c->tier, FIT_END, dim, number);
	put(a, &x, y, c->url, FIT_MIDDLE,
		r->is_current ? pen_bold(ROLE_STRONG) : text, r->url);
	draw_char(a, x, y, pen_bold(s.role), s.sign);
	draw_field(a, (struct rect){x + 2, y, c->state - 3, 1}, pen_of(s.role),
		FIT_END, s.word);
	x += c->state;
	word_count(number, r->seeds);
	put(a, &x, y, c->seeds, FIT_RIGHT, text, number);
	word_count(number, r->leeches);
	put(a, &x, y, c->peers, FIT_RIGHT, text, number);
	word_count(number,
		r->status == TRACKER_OK ? r->last_peers : UINT32_MAX);
	put(a, &x, y, c->got, FIT_RIGHT, text, number);
	format_span(number, r->last_announce_s);
	put(a, &x, y, c->last, FIT_RIGHT, dim, number);
	format_span(number, r->next_announce_s);
	put(a, &x, y, c->next, FIT_RIGHT, dim, number);
}

static void add_words(char *out, size_t cap, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
static void add_words(char *out, size_t cap, const char *fmt, ...)
{
	size_t len = strlen(out);
	va_list args;

	if (len && len + 4 < cap) {
		memcpy(out + len, " · ", 5);
		len = strlen(out);
	}
	va_start(args, fmt);
	vsnprintf(out + len, cap - len, fmt, args);
	va_end(args);
}

/* What there was no room for in its row, in a sentence. */
static void word_tracker(const struct tracker_row *r, char *out, size_t cap)
{
	char span[FORMAT_MAX], n[FORMAT_MAX];

	*out = '\0';
	format_span(span, r->last_announce_s);
	if (r->status == TRACKER_IDLE)
		add_words(out, cap, "not asked yet: others come first");
	else if (r->status == TRACKER_ASKING)
		add_words(out, cap, "being asked now");
	else if (r->text[0])
		add_words(out, cap, "%s: %s",
			r->status == TRACKER_OK ? "it warns" : "it failed",
			r->text);
	if (r->fails > 1)
		add_words(out, cap, "%u times in a row", r->fails);
	if (*span && r->status == TRACKER_OK)
		add_words(out, cap, "answered %s ago with %u address%s", span,
			r->last_peers, r->last_peers == 1 ? "" : "es");
	else if (*span)
		add_words(out, cap, "asked %s ago", span);
	if (r->seeds != UINT32_MAX)
		add_words(out, cap, "%u seed%s, %u other%s", r->seeds,
			format_s(r->seeds),
			r->leeches == UINT32_MAX ? 0 : r->leeches,
			format_s(r->leeches));
	if (r->downloaded != UINT32_MAX) {
		format_count(n, r->downloaded);
		add_words(out, cap, "%s finished it", n);
	}
	format_span(span, r->next_announce_s);
	if (*span)
		add_words(out, cap, "next in %s", span);
}

static const struct tracker_row *chosen(const struct trackers_tab *d)
{
	const struct torrent_detail *t = tab_detail(&d->t, WATCH_TRACKERS);

	return t && d->rows.at < t->ntrackers ? &t->trackers[d->rows.at] : NULL;
}

static void draw_chosen(struct trackers_tab *d, const struct area *a)
{
	const struct tracker_row *r = chosen(d);
	char text[400];

	if (!r)
		return;
	if (d->leaving && strcmp(d->leaving, r->url) == 0) {
		draw_words(a, pen_of(ROLE_WARN),
			"Press x once more to remove this tracker");
		return;
	}
	word_tracker(r, text, sizeof text);
	draw_words(a, pen_of(ROLE_DIM), text);
}

/* --- without trackers
 * ----------------------------------------------------------- */

enum source {
	BY_DHT,
	BY_PEX,
	BY_LSD,
	SOURCES,
};

static bool is_off(const struct screen *s, const char *setting)
{
	const char *value =
		s->ops->setting ? s->ops->setting(s->user, setting) : NULL;

	return value && strcmp(value, "off") == 0;
}

/* Connected and connecting peers that this source told of. */
static unsigned count_from(const struct tab *t, unsigned bit)
{
	const struct torrent_detail *d = tab_detail(t, WATCH_PEERS);
	unsigned n = 0;

	for (size_t i = 0; d && i < d->npeers; i++)
		n += (d->peers[i].sources & bit) != 0;
	return n;
}

static const struct dht_announce_row *dht_row(const struct tab *t)
{
	const struct dht_detail *d = screen_dht(t->screen);

	for (size_t i = 0; i < d->nannounces; i++)
		if (torrent_id_equal(d->announces[i].torrent, tab_row(t)->id))
			return &d->announces[i];
	return NULL;
}

static void word_dht(const struct tab *t, char *out, size_t cap)
{
	const struct dht_announce_row *r = dht_row(t);
	const struct torrent_row *row = tab_row(t);
	char span[FORMAT_MAX];

	*out = '\0';
	if (row->dht_running || (r && r->is_running))
		add_words(out, cap, "asking: %u node%s so far", row->dht_asked,
			format_s(row->dht_asked));
	else if (r && r->last_s != UINT32_MAX) {
		format_span(span, r->last_s);
		add_words(out, cap, "announced %s ago to %u of %u nodes", span,
			r->stored, r->told);
	} else if (row->dht_asked)
		add_words(out, cap, "asked %u node%s", row->dht_asked,
			format_s(row->dht_asked));
	else
		add_words(out, cap, "not asked yet");
	if (row->dht_found)
		add_words(out, cap, "found %u peer%s", row->dht_found,
			format_s(row->dht_found));
	if (r && (r->swarm_seeds || r->swarm_peers))
		add_words(out, cap, "about %u seed%s, %u other%s",
			r->swarm_seeds, format_s(r->swarm_seeds),
			r->swarm_peers, format_s(r->swarm_peers));
	if (r && !r->is_running && r->next_s != UINT32_MAX) {
		format_span(span, r->next_s);
		add_words(out, cap, "next in %s", span);
	}
}

static void draw_source(const struct tab *t, const struct area *a, int y,
	enum source source)
{
	static const struct {
		const char *name, *setting;
		unsigned bit;
	} sources[SOURCES] = {
		[BY_DHT] = {"DHT", "dht", SOURCE_DHT},
		[BY_PEX] = {"PEX", "pex", SOURCE_PEX},
		[BY_LSD] = {"LSD", "lsd", SOURCE_LSD},
	};
	const struct screen *s = t->screen;
	bool off = is_off(s, sources[source].setting) ||
	           (source == BY_DHT && !s->snap->totals.has_dht);
	bool forbidden = tab_row(t)->is_private;
	unsigned n = count_from(t, sources[source].bit);
	char text[300] = "";

	draw_text(a, 1, y, pen_of(ROLE_TEXT), sources[source].name);
	if (off || forbidden) {
		draw_text(a, NAME_COLS + 1, y, pen_of(ROLE_DIM), "- off");
		snprintf(text, sizeof text,
			off ? ":set %s on turns it on" : "%s",
			off ? sources[source].setting
			    : "the torrent is private");
	} else {
		draw_text(a, NAME_COLS + 1, y, pen_of(ROLE_OK), "✓ on");
		if (source == BY_DHT)
			word_dht(t, text, sizeof text);
		if (n)
			add_words(text, sizeof text,
				"%u of the peers here came by it", n);
	}
	draw_field(a, (struct rect){NAME_COLS + 8, y, a->w - NAME_COLS - 9, 1},
		pen_of(ROLE_DIM), FIT_END, text);
}

/* A bar of letters, so that it can be read without colours: each peer counts
 * for the first that told of it. */
static void draw_shares(const struct tab *t, const struct area *a, int y)
{
	static const struct {
		unsigned bit;
		char letter;
		enum role role;
		const char *word;
	} from[] = {
		{SOURCE_TRACKER, 'T', ROLE_DOWN, "tracker"},
		{SOURCE_DHT, 'D', ROLE_HAVE, "DHT"},
		{SOURCE_PEX, 'P', ROLE_META, "PEX"},
		{SOURCE_LSD, 'L', ROLE_ACTIVE, "LSD"},
		{SOURCE_INCOMING, 'I', ROLE_UP, "incoming"},
		{SOURCE_USER, 'U', ROLE_WARN, "you"},
		{SOURCE_RESUME, 'R', ROLE_DIM, "earlier"},
	};
	enum {
		N = sizeof from / sizeof from[0]
	};
	const struct torrent_detail *d = tab_detail(t, WATCH_PEERS);
	unsigned n[N] = {0}, all = 0, seen = 0;
	int x = 1, words = 1, w = a->w - 2;
	char title[80];

	for (size_t i = 0; d && i < d->npeers; i++)
		for (size_t k = 0; k < N; k++)
			if (d->peers[i].sources & from[k].bit) {
				n[k]++;
				all++;
				break;
			}
	snprintf(title, sizeof title, "Where the %u peer%s here came from", all,
		format_s(all));
	if (!all || w <= 0)
		return;
	tab_draw_head(a, y, title);
	for (size_t k = 0; k < N; k++) {
		int end;

		if (!n[k])
			continue;
		seen += n[k];
		end = 1 + (int)((unsigned)w * seen / all);
		draw_hline(a, x, y + 1, end - x, pen_of(from[k].role),
			(uint32_t)from[k].letter);
		x = end;
		if (words + 14 < a->w)
			words += draw_textf(a, words, y + 2,
					 pen_of(from[k].role), "%c %s %u",
					 from[k].letter, from[k].word, n[k]) +
			         3;
	}
}

/* --- drawing
 * ------------------------------------------------------------------ */

/* Rows of each part, from the top; the rest stays blank. */
struct tracker_parts {
	int list; /* trackers, under the heads */
	int words;
	bool sources, shares;
};

static struct tracker_parts share_rows(int h, size_t n)
{
	struct tracker_parts p = {.list = (int)(n < 1000 ? n : 1000)};
	int left = h - 1;

	if (p.list < 1)
		p.list = 1;
	p.words = h >= 10 ? 2 : h >= 5;
	left -= p.words;
	p.sources = left >= SOURCES + 1 + (p.list < 3 ? p.list : 3);
	left -= p.sources ? SOURCES + 2 : 0;
	p.shares = left >= p.list + 4;
	left -= p.shares ? 4 : 0;
	if (p.list > left)
		p.list = left > 0 ? left : 0;
	return p;
}

static void draw(struct tab *t, const struct area *a)
{
	struct trackers_tab *d = trackers_of(t);
	const struct torrent_detail *detail = tab_detail(t, WATCH_TRACKERS);
	size_t n = detail ? detail->ntrackers : 0;
	struct tracker_parts parts = share_rows(a->h, n);
	struct tracker_columns c = fit_trackers(a->w);
	struct tab_rows *r = &d->rows;
	struct area words;
	int y = 1;

	tab_rows_fit(r, n, parts.list);
	draw_heads(a, &c);
	if (detail && n == 0)
		draw_text(a, 2, 1, pen_of(ROLE_DIM), "it names no tracker");
	for (size_t i = r->top; i < n && i - r->top < r->page; i++) {
		int row = y + (int)(i - r->top);

		if (i == r->at)
			tab_rows_mark(a, row);
		draw_tracker(a, row, &c, &detail->trackers[i]);
	}
	y += parts.list;
	words = area_sub(a, 2, y, a->w - 3, parts.words);
	draw_chosen(d, &words);
	y += parts.words;
	if (parts.sources) {
		tab_draw_head(a, y++, "Without trackers");
		for (int i = 0; i < SOURCES; i++)
			draw_source(t, a, y++, (enum source)i);
	}
	if (parts.shares)
		draw_shares(t, a, y + 1);
}

/* --- keys and mouse
 * ----------------------------------------------------------- */

static unsigned contexts(const struct tab *t)
{
	(void)t;
	return CTX_TRACKERS | CTX_SCROLL;
}

static bool can(const struct tab *t, enum action action)
{
	if (action == ACTION_TRACKER_REMOVE)
		return chosen(const_trackers(t)) != NULL;
	return true;
}

/* Nothing is taken away by a single key. */
static void remove_chosen(struct trackers_tab *d)
{
	const struct tracker_row *r = chosen(d);

	if (!r)
		return;
	if (!d->leaving || strcmp(d->leaving, r->url) != 0) {
		keep(d);
		d->leaving = mem_strdup(r->url);
		return;
	}
	if (tab_command(&d->t, (struct command){.kind = CMD_REMOVE_TRACKER,
				       .text = d->leaving}))
		screen_say(d->t.screen, NEWS_GOOD, "removed %s", d->leaving);
	keep(d);
}

static bool act(struct tab *t, enum action action, const struct input *in)
{
	static const struct ask add = {.action = ACTION_TRACKER_ADD,
		.label = "Address of the tracker"};
	struct trackers_tab *d = trackers_of(t);

	(void)in;
	if (action == ACTION_TRACKER_REMOVE) {
		remove_chosen(d);
		return true;
	}
	keep(d);
	if (action == ACTION_TRACKER_ADD) {
		tab_ask(t, &add);
		return true;
	}
	return tab_rows_act(&d->rows, action);
}

static bool answer(struct tab *t, enum action action, const char *text,
	struct fault *fault)
{
	struct screen *s = t->screen;
	struct command c = {.kind = CMD_ADD_TRACKER,
		.torrent = tab_row(t)->id,
		.text = text};

	if (action != ACTION_TRACKER_ADD || !*text || !s->ops->command)
		return true;
	return s->ops->command(s->user, &c, NULL, fault) == ERR_OK;
}

static bool mouse(struct tab *t, const struct input *in)
{
	struct trackers_tab *d = trackers_of(t);

	keep(d);
	return tab_rows_mouse(&d->rows, in, in->y - 1);
}

const struct tab_class tab_trackers = {
	.name = "Trackers",
	.size = sizeof(struct trackers_tab),
	.fini = fini,
	.reset = reset,
	.watch = watch,
	.draw = draw,
	.contexts = contexts,
	.can = can,
	.act = act,
	.mouse = mouse,
	.answer = answer,
};
