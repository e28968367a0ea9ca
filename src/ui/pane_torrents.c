/*
 * pane_torrents.c - the list of torrents in its three sizes.  See panes.h.
 */
#include <stdio.h>
#include <string.h>

#include "ui/panes.h"
#include "ui/why.h"

static bool is_chosen(const struct screen *s, const struct torrent_row *row)
{
	return torrent_id_equal(row->id, s->list.chosen);
}

static bool is_moving(const struct torrent_row *row)
{
	return row->down_bps || row->up_bps;
}

static bool is_resting(const struct torrent_row *row)
{
	return row->state == TORRENT_PAUSED || row->state == TORRENT_QUEUED;
}

static struct pen name_pen(const struct screen *s,
	const struct torrent_row *row)
{
	enum role role = ROLE_TEXT;

	if (is_moving(row))
		return pen_bold(ROLE_STRONG);
	if (is_resting(row) && !is_chosen(s, row))
		role = ROLE_DIM;
	return pen_of(role);
}

/* The part of the name that the filter found, while it is not cut away. */
static void draw_mark(const struct screen *s, const struct area *a,
	struct rect at, const char *name)
{
	size_t from, len;
	char front[512];
	struct pen pen = pen_bold(ROLE_KEY);

	if (!s->list.filter[0] || draw_width(a, name) > at.w ||
		strlen(name) >= sizeof front ||
		!filter_find_mark(s->list.filter, name, &from, &len))
		return;
	pen.attrs |= ATTR_UNDERLINE;
	memcpy(front, name, from);
	front[from] = '\0';
	at.x += draw_width(a, front);
	memcpy(front, name + from, len);
	front[len] = '\0';
	draw_text(a, at.x, at.y, pen, front);
}

static void draw_name(const struct screen *s, const struct area *a,
	struct rect at, const struct torrent_row *row)
{
	char name[512];

	column_name(row, name, sizeof name);
	draw_field(a, at, name_pen(s, row), FIT_MIDDLE, name);
	draw_mark(s, a, at, name);
}

static void draw_progress(const struct area *a, struct rect at,
	const struct torrent_row *row)
{
	char text[64];
	enum role role = why_role(why_sign(row));

	if (row->state == TORRENT_FAULTY) {
		why_short(text, sizeof text, row);
		draw_field(a, at, pen_bold(ROLE_ERR), FIT_END, text);
		return;
	}
	draw_bar(a, at, column_bar(row), pen_of(role), pen_of(ROLE_RULE));
}

static void draw_lead(const struct screen *s, const struct area *a, int y,
	const struct torrent_row *row)
{
	enum state_sign sign = why_sign(row);

	if (is_chosen(s, row))
		draw_char(a, 0, y, pen_bold(ROLE_FOCUS), 0x25b8);
	else if (list_is_marked(&s->list, row->id))
		draw_char(a, 0, y, pen_bold(ROLE_KEY), 0x25cf);
	draw_char(a, 1, y, pen_of(why_role(sign)),
		glyph_state(a->grid->tier, sign));
	/* A chosen row that is marked as well shows it before its name. */
	if (is_chosen(s, row) && list_is_marked(&s->list, row->id))
		draw_char(a, 2, y, pen_bold(ROLE_KEY), 0x25cf);
}

static void draw_row(const struct screen *s, const struct area *a, int y,
	const struct columns *cols, const struct torrent_row *row)
{
	struct column_text value;

	if (is_chosen(s, row)) {
		draw_ground(a, y, GROUND_SELECT);
		a->grid->cursor_x = a->x;
		a->grid->cursor_y = a->y + y;
	}
	draw_lead(s, a, y, row);
	for (int c = 0; c < COLUMN_COUNT; c++) {
		struct rect at = {cols->at[c].x, y, cols->at[c].w, 1};

		if (!at.w)
			continue;
		if (c == COLUMN_NAME) {
			draw_name(s, a, at, row);
		} else if (c == COLUMN_BAR) {
			draw_progress(a, at, row);
		} else {
			column_value((enum column)c, row, s->snap->wall_s,
				s->opt.units, &value);
			draw_field(a, at, pen_of(value.role),
				column_is_left((enum column)c) ? FIT_END
							       : FIT_RIGHT,
				value.text);
		}
	}
}

static void draw_heads(const struct screen *s, const struct area *a,
	const struct columns *cols)
{
	enum column sorted = sort_column(s->list.sort);
	char text[32];

	/* What moves most stands above: that is the down column. */
	if (s->list.sort == SORT_DEFAULT)
		sorted = COLUMN_DOWN;
	for (int c = 0; c < COLUMN_COUNT; c++) {
		struct rect at = {cols->at[c].x, 1, cols->at[c].w, 1};
		struct pen pen = pen_of(ROLE_FAINT);
		const char *mark = "";

		if (!at.w)
			continue;
		if ((enum column)c == sorted) {
			mark = s->list.descending ? "▾" : "▴";
			pen = pen_bold(ROLE_TEXT);
		}
		snprintf(text, sizeof text, "%s%s",
			column_is_left((enum column)c) ? "" : mark,
			column_title((enum column)c, a->grid->tier));
		if (column_is_left((enum column)c))
			strncat(text, mark, sizeof text - strlen(text) - 1);
		draw_field(a, at, pen,
			column_is_left((enum column)c) ? FIT_END : FIT_RIGHT,
			text);
	}
}

static void draw_why(const struct screen *s, const struct area *a, int y)
{
	const struct torrent_row *row = screen_chosen(s);
	char text[400];
	enum state_sign sign;

	if (!row) {
		if (s->list.filter[0])
			draw_text(a, 1, y, pen_of(ROLE_DIM),
				"no torrent matches the filter · Esc clears "
				"it");
		return;
	}
	sign = why_sign(row);
	why_text(text, sizeof text, row, s->snap->wall_s, s->opt.units);
	draw_char(a, 1, y, pen_of(why_role(sign)),
		glyph_state(a->grid->tier, sign));
	draw_field(a, (struct rect){3, y, a->w - 4, 1}, pen_of(ROLE_TEXT),
		FIT_END, text);
}

static void title_right(const struct dash *d, const struct area *a, char *out,
	size_t cap, int page)
{
	const struct screen *s = d->v.screen;
	const struct torrent_list *l = &s->list;
	const char *arrow = l->descending ? "↓" : "↑";
	char shown[FORMAT_MAX], all[FORMAT_MAX];

	format_count(shown, l->n);
	format_count(all, s->snap->nrows);
	if (s->snap->list_loading)
		snprintf(out, cap, "reading the list");
	else if (s->snap->nrows == 0)
		snprintf(out, cap, "none yet");
	else if (l->n > (size_t)page && page > 0 && a->w >= 40)
		snprintf(out, cap, "%zu-%zu of %s · sort %s %s", l->top + 1,
			l->top + (size_t)page < l->n ? l->top + (size_t)page
						     : l->n,
			shown, arrow, sort_word(l->sort));
	else if (l->n < s->snap->nrows)
		snprintf(out, cap, "%s of %s · sort %s %s", shown, all, arrow,
			sort_word(l->sort));
	else
		snprintf(out, cap, "%s torrent%s · sort %s %s", all,
			format_s(s->snap->nrows), arrow, sort_word(l->sort));
}

static void draw_first_start(const struct screen *s, const struct area *a)
{
	static const struct {
		const char *key, *text;
	} lines[] = {
		{"a", "type or complete a magnet link, address or file"},
		{"paste", "paste a magnet link anywhere in this window"},
		{"drop", "drop a .torrent file on this terminal"},
		{"", ""},
		{"?", "all keys"},
		{":", "commands: speed limits, colours, sorting"},
	};
	int n = (int)(sizeof lines / sizeof lines[0]);
	int y = (a->h - n - 2) / 2;
	int x = a->w > 70 ? (a->w - 58) / 2 : 1;

	if (s->snap->list_loading)
		return; /* there may be many */
	if (y < 1)
		y = 1;
	draw_text(a, x, y, pen_of(ROLE_TEXT),
		"Nothing here yet. Add your first torrent:");
	for (int i = 0; i < n; i++) {
		draw_textf(a, x, y + 2 + i, pen_bold(ROLE_KEY), "%11s",
			lines[i].key);
		draw_text(a, x + 13, y + 2 + i, pen_of(ROLE_DIM),
			lines[i].text);
	}
}

int pane_torrents_page(const struct dash *d)
{
	int h = d->layout.pane[PANE_TORRENTS].h;

	if (d->layout.class == LAYOUT_PANES)
		h -= 3; /* rule, heads, why line */
	return h > 0 ? h : 0;
}

void pane_torrents(struct dash *d, const struct area *a)
{
	struct screen *s = d->v.screen;
	int page = a->h - 3;
	struct columns cols;
	char right[80], chip[FILTER_TEXT_MAX + 32] = "";
	struct title t = {
		PANE_TORRENTS, d->focus == PANE_TORRENTS, chip, right};

	list_scroll_to_chosen(&s->list, page > 0 ? (size_t)page : 0);
	title_right(d, a, right, sizeof right, page);
	if (s->list.filter[0])
		snprintf(chip, sizeof chip, "/ %s", s->list.filter);
	if (s->list.nmarked)
		snprintf(chip + strlen(chip), sizeof chip - strlen(chip),
			"%s%zu marked", *chip ? " · " : "", s->list.nmarked);
	pane_title(a, &t);
	if (s->snap->nrows == 0) {
		draw_first_start(s, a);
		return;
	}
	columns_fit(a->w, &s->columns, &cols);
	draw_heads(s, a, &cols);
	for (int i = 0; i < page && s->list.top + (size_t)i < s->list.n; i++) {
		const struct torrent_row *row = list_row(s->snap,
			s->list.order[s->list.top + (size_t)i]);

		if (row)
			draw_row(s, a, 2 + i, &cols, row);
	}
	draw_why(s, a, a->h - 1);
}

/* --- small sizes
 * --------------------------------------------------------------------- */

/* "64.2%" to "64%". */
static void whole_percent(char *text)
{
	char *dot = strchr(text, '.');

	if (dot)
		memcpy(dot, "%", 2);
}

static void draw_compact_row(const struct screen *s, const struct area *a,
	int y, const struct torrent_row *row)
{
	int name = a->w - 3 - 5 - 7 - 7 - 1;
	struct column_text value;
	char rate[FORMAT_MAX] = "";

	if (is_chosen(s, row))
		draw_ground(a, y, GROUND_SELECT);
	draw_lead(s, a, y, row);
	draw_name(s, a, (struct rect){3, y, name, 1}, row);
	column_value(COLUMN_DONE, row, s->snap->wall_s, s->opt.units, &value);
	whole_percent(value.text);
	draw_field(a, (struct rect){3 + name, y, 5, 1}, pen_of(value.role),
		FIT_RIGHT, value.text);
	if (row->down_bps)
		format_rate_short(rate, row->down_bps, s->opt.units);
	else if (row->up_bps) {
		format_rate_short(rate, row->up_bps, s->opt.units);
		draw_text(a, 3 + name + 5 + 6 - draw_width(a, rate), y,
			pen_of(ROLE_UP), "↑");
	}
	if (*rate)
		draw_text(a, 3 + name + 5 + 7 - draw_width(a, rate), y,
			pen_of(row->down_bps ? ROLE_DOWN : ROLE_UP), rate);
	column_value(COLUMN_ETA, row, s->snap->wall_s, s->opt.units, &value);
	draw_field(a, (struct rect){3 + name + 12, y, 7, 1}, pen_of(value.role),
		FIT_RIGHT, value.text);
}

void pane_torrents_compact(struct dash *d, const struct area *a)
{
	struct screen *s = d->v.screen;

	list_scroll_to_chosen(&s->list, a->h > 0 ? (size_t)a->h : 0);
	if (s->snap->nrows == 0)
		draw_first_start(s, a);
	for (int i = 0; i < a->h && s->list.top + (size_t)i < s->list.n; i++) {
		const struct torrent_row *row = list_row(s->snap,
			s->list.order[s->list.top + (size_t)i]);

		if (row)
			draw_compact_row(s, a, i, row);
	}
}

void pane_torrents_ticker(struct dash *d, const struct area *a)
{
	struct screen *s = d->v.screen;

	list_scroll_to_chosen(&s->list, a->h > 0 ? (size_t)a->h : 0);
	for (int i = 0; i < a->h && s->list.top + (size_t)i < s->list.n; i++) {
		const struct torrent_row *row = list_row(s->snap,
			s->list.order[s->list.top + (size_t)i]);
		struct column_text value;
		enum state_sign sign;

		if (!row)
			continue;
		if (is_chosen(s, row) && a->h > 1)
			draw_ground(a, i, GROUND_SELECT);
		sign = why_sign(row);
		draw_char(a, 0, i, pen_of(why_role(sign)),
			glyph_state(a->grid->tier, sign));
		column_value(COLUMN_DONE, row, s->snap->wall_s, s->opt.units,
			&value);
		whole_percent(value.text);
		draw_name(s, a, (struct rect){2, i, a->w - 8, 1}, row);
		draw_field(a, (struct rect){a->w - 6, i, 6, 1},
			pen_of(ROLE_TEXT), FIT_RIGHT, value.text);
	}
}
