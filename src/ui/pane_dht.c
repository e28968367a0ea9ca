/*
 * pane_dht.c - the DHT on the dashboard: its routing table, how well it
 * answers, what it looks for.  See panes.h; dht_large.c draws it alone.
 */
#include <stdio.h>
#include <string.h>

#include "ui/dht_buckets.h"
#include "ui/dht_words.h"
#include "ui/panes.h"

#define LABEL_COLS 4   /* "v4  " */
#define COUNTS_COLS 20 /* "142 good  18 unsure" */
#define WIDE_COLS 48   /* whole sentences from here on */
#define MATRIX_H 15    /* rows from which contacts are shown one by one */
#define MATRIX_GAP 4

/* --- the routing table --- */

static unsigned widest(const struct dht_view *v)
{
	unsigned n4 = dht_has_nodes(&v->v4) ? v->v4.nbuckets : 0;
	unsigned n6 = dht_has_nodes(&v->v6) ? v->v6.nbuckets : 0;

	return n4 > n6 ? n4 : n6;
}

/* Columns for the buckets of one row, with its counts beside them. */
static int bucket_room(const struct area *a, const struct dht_view *v,
	bool *sentence)
{
	int n = (int)widest(v);

	*sentence = a->w >= LABEL_COLS + n + 2 + COUNTS_COLS;
	if (!*sentence && LABEL_COLS + n + 6 > a->w)
		n = a->w - LABEL_COLS - 6;
	return n > 0 ? n : 0;
}

static void draw_family(const struct area *a, int y, const char *label,
	const struct dht_view_family *f, int room, bool sentence)
{
	int x = LABEL_COLS + room + 2;

	draw_text(a, 0, y, pen_of(ROLE_TEXT), label);
	buckets_draw_row(a, (struct rect){LABEL_COLS, y, room, 1}, f);
	if (sentence)
		draw_textf(a, x, y, pen_of(ROLE_TEXT), "%3u good  %2u unsure",
			f->good, f->unsure);
	else
		draw_textf(a, x, y, pen_of(ROLE_TEXT), "%4u", f->good);
}

/* Returns the rows it took. */
static int draw_rows(const struct area *a, const struct dht_view *v)
{
	bool sentence;
	int room = bucket_room(a, v, &sentence);
	int y = 0;

	if (dht_has_nodes(&v->v4))
		draw_family(a, y++, "v4", &v->v4, room, sentence);
	if (dht_has_nodes(&v->v6) && y < a->h)
		draw_family(a, y++, "v6", &v->v6, room, sentence);
	if (a->h - y < 4)
		return y;
	buckets_draw_ruler(a, LABEL_COLS, y, 0,
		room < (int)widest(v) ? (unsigned)room : widest(v), 1);
	if (LABEL_COLS + room + 2 + 18 <= a->w)
		draw_text(a, LABEL_COLS + room + 2, y, pen_of(ROLE_FAINT),
			"shared prefix bits");
	return y + 1;
}

static int draw_matrix(const struct area *a, int x, const char *label,
	const struct dht_view_family *f)
{
	struct bucket_matrix m = {f, 0, f->nbuckets, UINT32_MAX, 1};

	draw_text(a, x, 0, pen_of(ROLE_TEXT), label);
	for (int i = 1; i < BUCKET_ROWS; i++)
		draw_textf(a, x + 1, i, pen_of(ROLE_FAINT), "%d",
			BUCKET_ROWS - i);
	buckets_draw_matrix(a, x + LABEL_COLS, 0, &m);
	buckets_draw_ruler(a, x + LABEL_COLS, BUCKET_ROWS, 0, f->nbuckets, 1);
	draw_textf(a, x + LABEL_COLS, BUCKET_ROWS + 1, pen_of(ROLE_TEXT),
		"%u good  %u unsure", f->good, f->unsure);
	return x + LABEL_COLS +
	       (f->nbuckets > COUNTS_COLS ? (int)f->nbuckets : COUNTS_COLS) +
	       MATRIX_GAP;
}

static bool has_matrix_room(const struct area *a, const struct dht_view *v)
{
	int w = 0;

	if (dht_has_nodes(&v->v4))
		w += LABEL_COLS + MATRIX_GAP + (int)v->v4.nbuckets;
	if (dht_has_nodes(&v->v6))
		w += LABEL_COLS + COUNTS_COLS;
	return a->h >= MATRIX_H && a->w >= w;
}

static int draw_matrices(const struct area *a, const struct dht_view *v)
{
	int x = 0;

	if (dht_has_nodes(&v->v4))
		x = draw_matrix(a, x, "v4", &v->v4);
	if (dht_has_nodes(&v->v6))
		draw_matrix(a, x, "v6", &v->v6);
	return BUCKET_ROWS + 3;
}

/* --- how it is --- */

/* Whole numbers, which stand still when not much changes. */
static void whole_rate(char out[FORMAT_MAX], uint64_t milli)
{
	if (milli > 0 && milli < 500)
		snprintf(out, FORMAT_MAX, "<1");
	else
		format_count(out, (milli + 500) / 1000);
}

static void count_rates(const struct dht_detail *t, char out[FORMAT_MAX],
	char in[FORMAT_MAX])
{
	uint64_t sent = 0, got = 0;

	for (size_t i = 0; i < KRPC_METHODS; i++) {
		sent += t->rates[i].out;
		got += t->rates[i].in;
	}
	whole_rate(out, sent);
	whole_rate(in, got);
}

static void draw_health(const struct area *a, int y, const struct dht_detail *t)
{
	const struct txn_rtts *r = &t->view.rtts;
	bool wide = a->w >= WIDE_COLS;
	unsigned lost = (r->loss_milli + 5) / 10;

	if (!r->samples)
		draw_text(a, 0, y, pen_of(ROLE_DIM), "no answer measured yet");
	else if (wide)
		draw_textf(a, 0, y, pen_of(ROLE_TEXT),
			"RTT %u ms median  %u ms p95   lost %u%%", r->median_ms,
			r->p95_ms, lost);
	else
		draw_textf(a, 0, y, pen_of(ROLE_TEXT), "RTT %u ms  lost %u%%",
			r->median_ms, lost);
}

static void draw_load(const struct area *a, int y, const struct dht_detail *t)
{
	char out[FORMAT_MAX], in[FORMAT_MAX], stored[FORMAT_MAX];
	const struct dht_view *v = &t->view;

	count_rates(t, out, in);
	format_count(stored, v->stored_peers);
	if (a->w >= WIDE_COLS)
		draw_textf(a, 0, y, pen_of(ROLE_TEXT),
			"queries %s/s out  %s/s in   stored %s peer%s", out, in,
			stored, format_s(v->stored_peers));
	else
		draw_textf(a, 0, y, pen_of(ROLE_TEXT),
			"%s/s out %s/s in  %u lookup%s", out, in, v->searches,
			format_s(v->searches));
}

/* --- what it does --- */

static void draw_lookup(const struct area *a, int y,
	const struct dht_view_lookup *l)
{
	char target[FORMAT_MAX], depth[FORMAT_MAX];
	int x;

	dht_lookup_target(l, target);
	if (l->is_done)
		draw_char(a, 0, y, pen_of(ROLE_OK), 0x2713);
	else
		draw_char(a, 0, y, pen_of(ROLE_ASKED), 0x25b8);
	x = 2 +
	    draw_textf(a, 2, y, pen_of(ROLE_TEXT), "%-9s ", dht_lookup_word(l));
	draw_text(a, x, y, pen_of(ROLE_DIM), target);
	x += DHT_TARGET_COLS + 1;
	x += draw_textf(a, x, y, pen_of(ROLE_TEXT), "%u asked %u open",
		l->asked, l->open);
	snprintf(depth, sizeof depth, "  depth %u", l->depth_bits);
	if (x + draw_width(a, depth) <= a->w)
		draw_text(a, x, y, pen_of(ROLE_TEXT), depth);
}

/* Minutes only: a second is no news here, and each would be redrawn. */
static void next_words(const struct dht_announce_row *r, char out[FORMAT_MAX])
{
	out[0] = '\0';
	if (r->is_running)
		snprintf(out, FORMAT_MAX, "%u asked", r->asked);
	else if (r->next_s == UINT32_MAX)
		return;
	else if (r->next_s < 60)
		snprintf(out, FORMAT_MAX, "next <1m");
	else
		snprintf(out, FORMAT_MAX, "next %um", r->next_s / 60);
}

static void draw_announce(const struct screen *s, const struct area *a, int y,
	const struct dht_announce_row *r)
{
	const struct torrent_row *row = list_row(s->snap, r->torrent);
	char name[256] = "", state[FORMAT_MAX], next[FORMAT_MAX];
	uint32_t sign = dht_announce_sign(r);
	int room = a->w - 12 - 20;

	if (row)
		text_fit(a->grid->tier,
			row->name && *row->name ? row->name : row->hash_hex,
			room > 0 ? room : 0, FIT_MIDDLE, name, sizeof name);
	dht_announce_state(r, state);
	next_words(r, next);
	draw_char(a, 0, y,
		pen_of(sign == 0x2713 ? ROLE_OK
			: sign == '!' ? ROLE_WARN
				      : ROLE_ASKED),
		sign);
	draw_textf(a, 2, y, pen_of(ROLE_TEXT), "announce  %s", name);
	draw_textf(a, a->w - 19, y, pen_of(ROLE_TEXT), "%-8s  %s", state, next);
}

/* Lookups, then announces; both get a share of few rows. */
static void draw_work(const struct screen *s, const struct area *a,
	const struct dht_detail *t)
{
	int rows = a->h > 0 ? a->h : 0;
	int lookups = (int)t->view.nlookups, announces = (int)t->nannounces;
	int y = 0;

	if (a->w < WIDE_COLS - 4)
		announces = 0; /* no room for a name beside the numbers */
	if (lookups > rows - (announces > 0))
		lookups = rows - (announces > 0);
	for (int i = 0; i < lookups; i++)
		draw_lookup(a, y++, &t->view.lookups[i]);
	for (int i = 0; i < announces && y < rows; i++)
		draw_announce(s, a, y++, &t->announces[i]);
}

static void draw_table(const struct screen *s, const struct area *a,
	const struct dht_detail *t)
{
	int y = has_matrix_room(a, &t->view) ? draw_matrices(a, &t->view)
	                                     : draw_rows(a, &t->view);
	struct area rest;

	if (y < a->h)
		draw_health(a, y++, t);
	if (y < a->h)
		draw_load(a, y++, t);
	rest = area_sub(a, 0, y, a->w, a->h - y);
	draw_work(s, &rest, t);
}

void pane_dht(struct dash *d, const struct area *a)
{
	struct screen *s = d->v.screen;
	const struct dht_detail *t = screen_dht(s);
	char right[DHT_WORDS_MAX], excuse[DHT_WORDS_MAX];
	struct title title = {PANE_DHT, d->focus == PANE_DHT, NULL, right};
	struct area in = area_sub(a, 1, 1, a->w - 2, a->h - 1);
	struct area words = area_sub(a, 2, 1, a->w - 3, a->h - 1);

	if (d->zoomed) {
		pane_dht_large(d, a);
		return;
	}
	/* The time of joining is for those who look closer. */
	dht_headline(t, a->w - 14 < 40 ? a->w - 14 : 40, right);
	pane_title(a, &title);
	if (dht_excuse(t, excuse))
		draw_words(&words, pen_of(ROLE_DIM), excuse);
	else
		draw_table(s, &in, t);
}
