/*
 * draw.c - see draw.h.
 */
#include "ui/draw.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/utf8.h"

#define TEXTF_MAX 512 /* bytes of one formatted text */

struct area area_of(struct grid *g)
{
	return (struct area){g, 0, 0, g->cols, g->rows};
}

static int clamp(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}

struct area area_sub(const struct area *a, int x, int y, int w, int h)
{
	int left = clamp(x, 0, a->w);
	int top = clamp(y, 0, a->h);
	int right = clamp(x + (w > 0 ? w : 0), left, a->w);
	int bottom = clamp(y + (h > 0 ? h : 0), top, a->h);

	return (struct area){
		a->grid, a->x + left, a->y + top, right - left, bottom - top};
}

struct area area_rect(const struct area *a, struct rect r)
{
	return area_sub(a, r.x, r.y, r.w, r.h);
}

/* The next character of a text; ill-formed bytes are shown as one sign. */
static uint32_t next_char(struct span *s)
{
	size_t used;
	uint32_t c = utf8_decode(*s, &used);

	s->p += used;
	s->n -= used;
	return c == UTF8_BAD ? 0xb7 : c;
}

int draw_width(const struct area *a, const char *text)
{
	struct span s = span_str(text);
	int cols = 0;

	while (s.n)
		cols += grid_char_width(a->grid->tier, next_char(&s));
	return cols;
}

/* One character inside the clip; returns its columns. */
static int put(const struct area *a, int x, int y, struct pen pen, uint32_t c)
{
	int width = grid_char_width(a->grid->tier, c);

	if (y < 0 || y >= a->h || x < 0 || x > a->w)
		return width;
	/* A mark of no width joins the character before it. */
	if (width == 0 ? x > 0 : width > 0 && x + width <= a->w)
		grid_put(a->grid, a->x + x, a->y + y, c, pen);
	else if (width == 2 && x < a->w)
		grid_put(a->grid, a->x + x, a->y + y, ' ', pen);
	return width;
}

void draw_char(const struct area *a, int x, int y, struct pen pen, uint32_t c)
{
	put(a, x, y, pen, c);
}

int draw_text(const struct area *a, int x, int y, struct pen pen,
	const char *text)
{
	struct span s = span_str(text);
	int at = x;

	while (s.n)
		at += put(a, at, y, pen, next_char(&s));
	return at - x;
}

int draw_textf(const struct area *a, int x, int y, struct pen pen,
	const char *fmt, ...)
{
	char text[TEXTF_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	return draw_text(a, x, y, pen, text);
}

/* Bytes of the front of s that take at most cols columns. */
static size_t front_bytes(enum glyph_tier tier, struct span s, int cols)
{
	struct span left = s;
	size_t end = 0;

	while (left.n) {
		cols -= grid_char_width(tier, next_char(&left));
		if (cols < 0)
			break;
		end = s.n - left.n;
	}
	return end;
}

/* Offset of the longest tail that takes at most cols columns. */
static size_t tail_at(enum glyph_tier tier, struct span s, int total, int cols)
{
	struct span left = s;

	while (left.n && total > cols)
		total -= grid_char_width(tier, next_char(&left));
	/* A tail may not begin with a mark that belongs to what was cut. */
	while (left.n) {
		struct span probe = left;

		if (grid_char_width(tier, next_char(&probe)) > 0)
			break;
		left = probe;
	}
	return s.n - left.n;
}

void text_fit(enum glyph_tier tier, const char *text, int cols, enum fit fit,
	char *out, size_t cap)
{
	struct grid g = {.tier = tier};
	struct area a = area_of(&g);
	struct span s = span_str(text);
	struct writer w = writer_of(out, cap - 1);
	int total = draw_width(&a, text);
	int tail = fit == FIT_MIDDLE && cols >= 8 ? (cols - 1) / 3 : 0;

	if (total <= cols) {
		write_span(&w, s);
		out[w.len] = '\0';
		return;
	}
	if (cols > 0) {
		write_span(&w,
			span_of(s.p, front_bytes(tier, s, cols - 1 - tail)));
		write_str(&w, "…");
	}
	if (tail > 0) {
		size_t at = tail_at(tier, s, total, tail);

		write_span(&w, span_of(s.p + at, s.n - at));
	}
	out[w.len] = '\0';
}

void draw_field(const struct area *a, struct rect at, struct pen pen,
	enum fit fit, const char *text)
{
	char cut[TEXTF_MAX];
	struct area field = area_sub(a, at.x, at.y, at.w, 1);
	int width;

	text_fit(a->grid->tier, text, at.w, fit, cut, sizeof cut);
	width = draw_width(a, cut);
	draw_fill(&field, pen);
	draw_text(&field, fit == FIT_RIGHT ? at.w - width : 0, 0, pen, cut);
}

void draw_words(const struct area *a, struct pen pen, const char *text)
{
	int x = 0, y = 0;

	while (*text) {
		size_t len = strcspn(text, " ");
		char word[64];
		int width;

		if (len >= sizeof word)
			len = sizeof word - 1;
		memcpy(word, text, len);
		word[len] = '\0';
		width = draw_width(a, word);
		if (x && x + width > a->w) {
			x = 0;
			y++;
		}
		x += draw_text(a, x, y, pen, word) + 1;
		text += len;
		text += strspn(text, " ");
	}
}

void draw_fill(const struct area *a, struct pen pen)
{
	for (int y = 0; y < a->h; y++)
		draw_hline(a, 0, y, a->w, pen, ' ');
}

void draw_ground(const struct area *a, int y, enum ground ground)
{
	if (y < 0 || y >= a->h)
		return;
	for (int x = 0; x < a->w; x++) {
		size_t i = (size_t)(a->y + y) * (size_t)a->grid->cols +
		           (size_t)(a->x + x);

		a->grid->cells[i].ground = (uint8_t)ground;
	}
}

void draw_hline(const struct area *a, int x, int y, int w, struct pen pen,
	uint32_t c)
{
	for (int i = 0; i < w; i++)
		put(a, x + i, y, pen, c);
}

void draw_bar(const struct area *a, struct rect at, uint32_t milli,
	struct pen full, struct pen rest)
{
	uint64_t halves = (uint64_t)(at.w > 0 ? at.w : 0) * 2 *
	                  (milli < 1000 ? milli : 1000) / 1000;

	for (int i = 0; i < at.w; i++) {
		uint64_t left =
			halves > (uint64_t)i * 2 ? halves - (uint64_t)i * 2 : 0;

		if (left >= 2)
			put(a, at.x + i, at.y, full, 0x2501);
		else if (left == 1)
			put(a, at.x + i, at.y, full, 0x2578);
		else
			put(a, at.x + i, at.y, rest, 0x2500);
	}
}

static void box_text(const struct area *a, bool below, const char *text)
{
	char cut[TEXTF_MAX];
	int y = below ? a->h - 1 : 0;
	struct pen pen = below ? pen_of(ROLE_DIM) : pen_bold(ROLE_STRONG);
	int width;

	if (!text || !*text || a->w < 8)
		return;
	text_fit(a->grid->tier, text, a->w - 6, FIT_END, cut, sizeof cut);
	width = draw_width(a, cut);
	draw_textf(a, below ? a->w - 3 - width - (a->w > 9) : 2, y, pen, " %s ",
		cut);
}

void draw_box(const struct area *a, const char *title, const char *hint)
{
	struct pen pen = pen_on(ROLE_FOCUS, GROUND_PANEL);
	int right = a->w - 1, bottom = a->h - 1;

	draw_fill(a, pen_on(ROLE_TEXT, GROUND_PANEL));
	draw_hline(a, 0, 0, a->w, pen, 0x2500);
	draw_hline(a, 0, bottom, a->w, pen, 0x2500);
	for (int y = 1; y < bottom; y++) {
		put(a, 0, y, pen, 0x2502);
		put(a, right, y, pen, 0x2502);
	}
	put(a, 0, 0, pen, 0x256d);
	put(a, right, 0, pen, 0x256e);
	put(a, 0, bottom, pen, 0x2570);
	put(a, right, bottom, pen, 0x256f);
	box_text(a, false, title);
	box_text(a, true, hint);
}

/* --- graphs ------------------------------------------------------------- */

/* The sample of column `col` of `cols`, newest at the right; 0 before time. */
static uint32_t sample_at(const struct graph *g, int cols, int col)
{
	size_t back = (size_t)(cols - 1 - col);

	return back < g->n ? g->samples[g->n - 1 - back] : 0;
}

/* Height of a sample in dots; anything above zero is seen. */
static int dots_of(const struct graph *g, uint32_t v, int dots)
{
	uint64_t h = ((uint64_t)v * (uint64_t)dots + g->max / 2) / g->max;

	if (v && h == 0)
		h = 1;
	return h > (uint64_t)dots ? dots : (int)h;
}

/* Dots of one braille half that are lit, counted from the axis. */
static uint32_t braille_half(int lit, bool right, bool up)
{
	static const uint8_t left_bits[] = {0x40, 0x04, 0x02, 0x01};
	static const uint8_t right_bits[] = {0x80, 0x20, 0x10, 0x08};
	uint32_t bits = 0;

	for (int i = 0; i < lit && i < 4; i++) {
		int dot = up ? i : 3 - i;

		bits |= right ? right_bits[dot] : left_bits[dot];
	}
	return bits;
}

static uint32_t braille_cell(const struct graph *g, struct rect at, int col,
	int level)
{
	int dots = at.h * 4;
	int a = dots_of(g, sample_at(g, at.w * 2, col * 2), dots) - level * 4;
	int b = dots_of(g, sample_at(g, at.w * 2, col * 2 + 1), dots) -
	        level * 4;
	uint32_t bits =
		braille_half(a, false, g->up) | braille_half(b, true, g->up);

	return bits ? 0x2800 + bits : ' ';
}

static uint32_t block_cell(const struct graph *g, struct rect at, int col,
	int level)
{
	static const char ascii_up[] = " .:|#";
	static const char ascii_down[] = " ':|#";
	int steps = g->style == GRAPH_ASCII ? 4 : 8;
	int lit = dots_of(g, sample_at(g, at.w, col), at.h * steps) -
	          level * steps;

	if (lit <= 0)
		return ' ';
	if (lit > steps)
		lit = steps;
	if (g->style == GRAPH_ASCII)
		return (uint32_t)(g->up ? ascii_up : ascii_down)[lit];
	/* No font has blocks that hang from above in eighths. */
	if (!g->up)
		return lit >= 6 ? 0x2588 : lit >= 2 ? 0x2580 : ' ';
	return 0x2580 + (uint32_t)lit;
}

void draw_graph(const struct area *a, struct rect at, const struct graph *g)
{
	for (int level = 0; level < at.h; level++) {
		int y = g->up ? at.y + at.h - 1 - level : at.y + level;
		int step = at.h > 1 ? level * 3 / (at.h - 1) : 0;
		struct pen pen = pen_of((enum role)((int)g->first_role + step));

		for (int x = 0; x < at.w; x++) {
			uint32_t c = g->style == GRAPH_BRAILLE
			                     ? braille_cell(g, at, x, level)
			                     : block_cell(g, at, x, level);

			if (c != ' ')
				put(a, at.x + x, y, pen, c);
		}
	}
}
