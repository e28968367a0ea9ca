/*
 * pane_header.c - the first row, the title rules, the key bar.  See panes.h.
 */
#include <stdio.h>
#include <string.h>

#include "ui/panes.h"
#include "ui/why.h"

/* --- first row
 * ------------------------------------------------------------------ */

static void count_signs(const struct screen *s, unsigned counts[SIGN_COUNT])
{
	memset(counts, 0, SIGN_COUNT * sizeof *counts);
	for (size_t i = 0; i < s->snap->nrows; i++)
		counts[why_sign(&s->snap->rows[i])]++;
}

/* "▼2 ▽1 ▲3": those that are not zero. */
static int draw_signs(const struct screen *s, const struct area *a, int x,
	bool few)
{
	static const uint8_t all[] = {SIGN_DOWN, SIGN_STALLED, SIGN_SEED,
		SIGN_META, SIGN_CHECK, SIGN_PAUSED, SIGN_ERROR};
	static const uint8_t some[] = {SIGN_DOWN, SIGN_SEED, SIGN_ERROR};
	const uint8_t *which = few ? some : all;
	size_t n = few ? sizeof some : sizeof all;
	unsigned counts[SIGN_COUNT];
	int start = x;

	count_signs(s, counts);
	for (size_t i = 0; i < n; i++) {
		enum state_sign sign = (enum state_sign)which[i];
		struct pen pen = pen_of(why_role(sign));
		char number[16];

		if (!counts[sign])
			continue;
		snprintf(number, sizeof number, "%u ", counts[sign]);
		if (x + 1 + draw_width(a, number) > a->w)
			break;
		/* In the header an error is a '!' everywhere. */
		if (sign == SIGN_ERROR)
			draw_char(a, x++, 0, pen, '!');
		else
			draw_char(a, x++, 0, pen,
				glyph_state(a->grid->tier, sign));
		x += draw_text(a, x, 0, pen, number);
	}
	return x - start;
}

static int draw_rate(const struct screen *s, const struct area *a, int x,
	bool up)
{
	const struct engine_totals *t = &s->snap->totals;
	uint32_t limit = up ? t->up_limit_bps : t->down_limit_bps;
	struct pen pen = pen_bold(up ? ROLE_UP : ROLE_DOWN);
	char rate[FORMAT_MAX], cap[FORMAT_MAX];
	uint32_t bps = up ? t->up_bps : t->down_bps;
	int start = x;

	format_rate(rate, bps, s->opt.units);
	x += draw_textf(a, x, 0, pen, "%s %s", up ? "↑" : "↓",
		bps ? rate : "0");
	if (limit) {
		format_rate_short(cap, limit, s->opt.units);
		x += draw_textf(a, x, 0, pen_of(ROLE_DIM), " of %s", cap);
	}
	return x - start + 3;
}

/* Words in the order of their use: the last ones leave first. */
static int header_item(const struct screen *s, int i, char *out, size_t cap)
{
	const struct engine_totals *t = &s->snap->totals;
	char text[FORMAT_MAX];

	switch (i) {
	case 0:
		if (!t->peers)
			return 0;
		return snprintf(out, cap, "peers %u", t->peers);
	case 1:
		if (!t->has_dht)
			return 0;
		return snprintf(out, cap, "DHT %u%s", t->dht_nodes,
			s->dht.has_joined ? "" : " joining…");
	case 2:
		if (!t->free_bytes)
			return 0;
		format_size(text, t->free_bytes, s->opt.units);
		return snprintf(out, cap, "free %s", text);
	case 3:
		if (!t->port)
			return 0;
		return snprintf(out, cap, ":%u%s", t->port,
			t->reachable ? " ✓ open" : "");
	case 4:
		format_ratio(text, t->up_bytes, t->down_bytes);
		return *text ? snprintf(out, cap, "ratio %s", text) : 0;
	default:
		return -1;
	}
}

void pane_header(const struct screen *s, const struct area *a)
{
	char clock[FORMAT_MAX], text[64];
	int x = 1, signs, right, n;

	draw_fill(a, pen_on(ROLE_TEXT, GROUND_BAR));
	format_clock(clock, s->snap->wall_s);
	right = a->w - 1 - draw_width(a, clock);
	draw_text(a, right, 0, pen_of(ROLE_TEXT), clock);
	if (s->is_slow) {
		right -= 6;
		draw_text(a, right, 0, pen_of(ROLE_WARN), "~slow");
	}
	struct area left = area_sub(a, 0, 0, right - 1, 1);

	x += draw_text(&left, x, 0, pen_bold(ROLE_STRONG), "bttui") + 3;
	x += draw_rate(s, &left, x, false);
	x += draw_rate(s, &left, x, true);
	if (s->opt.slow_mode)
		x += draw_text(&left, x, 0, pen_bold(ROLE_WARN), "slow") + 3;
	signs = draw_signs(s, &left, x, false);
	if (signs)
		x += signs + 2; /* it ends with a blank */
	for (int i = 0; (n = header_item(s, i, text, sizeof text)) >= 0; i++) {
		if (n == 0)
			continue;
		if (x + draw_width(a, text) >= left.w)
			break;
		x += draw_text(&left, x, 0, pen_of(ROLE_DIM), text) + 3;
	}
}

void pane_ticker_header(const struct screen *s, const struct area *a)
{
	const struct engine_totals *t = &s->snap->totals;
	bool roomy = a->w >= 30;
	char text[FORMAT_MAX];
	int x = roomy;

	draw_fill(a, pen_on(ROLE_TEXT, GROUND_BAR));
	format_rate_short(text, t->down_bps, s->opt.units);
	x += draw_textf(a, x, 0, pen_bold(ROLE_DOWN), "↓%s", text) + 1 + roomy;
	format_rate_short(text, t->up_bps, s->opt.units);
	x += draw_textf(a, x, 0, pen_bold(ROLE_UP), "↑%s", text) + 1 + roomy;
	x += draw_signs(s, a, x, true);
	format_clock(text, s->snap->wall_s);
	if (roomy && x + 6 < a->w)
		draw_text(a, a->w - 1 - draw_width(a, text), 0,
			pen_of(ROLE_TEXT), text);
}

/* --- title rules
 * ------------------------------------------------------------------ */

void pane_title(const struct area *a, const struct title *t)
{
	static const char *const names[PANE_COUNT] = {
		"Torrents", "Pieces", "Peers", "Speed", "DHT", "Log"};
	struct pen rule = pen_of(t->focus ? ROLE_FOCUS : ROLE_RULE);
	struct pen word = t->focus ? pen_bold(ROLE_STRONG) : pen_of(ROLE_TEXT);
	int x = 1, width;

	draw_hline(a, 0, 0, a->w, rule, t->focus ? 0x2501 : 0x2500);
	x += draw_text(a, x, 0, rule, " ");
	x += draw_textf(a, x, 0, pen_bold(ROLE_KEY), "%d", (int)t->pane + 1);
	x += draw_textf(a, x, 0, word, " %s ", names[t->pane]);
	if (t->chip && *t->chip) {
		x += 1;
		x += draw_textf(a, x, 0, pen_bold(ROLE_KEY), " %s ", t->chip);
	}
	if (!t->right || !*t->right)
		return;
	width = draw_width(a, t->right);
	if (x + width + 4 <= a->w)
		draw_textf(a, a->w - 3 - width, 0, pen_of(ROLE_DIM), " %s ",
			t->right);
}

/* --- last row
 * ---------------------------------------------------------------------- */

static int draw_key_item(const struct view *v, const struct area *a, int x,
	const struct key_binding *b, int limit)
{
	char key[KEY_NAME_MAX];
	int width;

	key_name(keymap_first(&v->screen->keys, b, view_contexts(v)), key);
	width = draw_width(a, key) + 1 + draw_width(a, b->label);
	if (x + width > limit)
		return 0;
	x += draw_text(a, x, 0, pen_bold(ROLE_KEY), key);
	draw_text(a, x + 1, 0, pen_of(ROLE_TEXT), b->label);
	return width;
}

static const struct key_binding *ranked(const struct view *v, int rank)
{
	size_t n;
	const struct key_binding *t = keys_table(&n);
	unsigned contexts = view_contexts(v);

	for (size_t i = 0; i < n; i++)
		if (t[i].label && t[i].rank == rank &&
			(t[i].contexts & contexts) &&
			keymap_first(&v->screen->keys, &t[i], contexts) &&
			view_can(v, t[i].action))
			return &t[i];
	return NULL;
}

void draw_key_bar(const struct screen *s, const struct area *a, int y,
	const struct view *v)
{
	struct area bar = area_sub(a, 0, y, a->w, 1);
	const struct key_binding *help = ranked(v, 255);
	bool shown[ACTION_COUNT] = {false};
	int x = 1, limit = a->w - 1;

	(void)s;
	draw_fill(&bar, pen_on(ROLE_TEXT, GROUND_BAR));
	/* Help is never dropped. */
	if (help) {
		limit -= 8;
		draw_key_item(v, &bar, limit + 1, help, a->w);
	}
	for (int rank = 1; rank < 255; rank++) {
		const struct key_binding *b = ranked(v, rank);
		int width;

		if (!b || shown[b->action])
			continue;
		width = draw_key_item(v, &bar, x, b, limit);
		if (!width)
			break;
		shown[b->action] = true;
		x += width + 2;
	}
}
