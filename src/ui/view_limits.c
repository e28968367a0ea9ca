/*
 * view_limits.c - limits and goals side by side: of everything, of slow mode,
 * of the marked torrents or the chosen one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/settings.h"
#include "ui/options.h"
#include "ui/screen.h"
#include "ui/stepping.h"
#include "ui/views.h"

#define BOX_COLS 66
#define RATIO_STEP 250 /* thousandths */

enum line {
	LINE_DOWN,
	LINE_UP,
	LINE_RATIO,
	LINE_TIME,
	LINE_SLOW,
	LINES
};
enum side {
	SIDE_ALL,
	SIDE_SLOW,
	SIDE_TORRENT,
	SIDES
};

/* Of rates bytes per second, of ratios thousandths, of times minutes. */
static const char *const settings[LINES][SIDES] = {
	[LINE_DOWN] = {"down_limit", "slow_down_limit", NULL},
	[LINE_UP] = {"up_limit", "slow_up_limit", NULL},
	[LINE_RATIO] = {"ratio_goal", NULL, NULL},
	[LINE_TIME] = {"time_goal", NULL, NULL},
};
static const enum command_kind kinds[LINES] = {
	[LINE_DOWN] = CMD_TORRENT_DOWN_LIMIT,
	[LINE_UP] = CMD_TORRENT_UP_LIMIT,
	[LINE_RATIO] = CMD_RATIO_GOAL,
	[LINE_TIME] = CMD_TIME_GOAL,
};

struct limits_view {
	struct view v;
	enum line line;
	enum side side;
	bool editing;
	struct prompt value;
	char problem[FAULT_TEXT_MAX];
};

static struct limits_view *limits_of(struct view *v)
{
	return (struct limits_view *)(void *)v;
}

static void fini(struct view *v)
{
	prompt_stop(&limits_of(v)->value);
}

/* --- values
 * -----------------------------------------------------------------------------
 */

static uint64_t row_value(const struct torrent_row *row, enum line line)
{
	switch (line) {
	case LINE_DOWN:
		return row->down_limit_bps;
	case LINE_UP:
		return row->up_limit_bps;
	case LINE_RATIO:
		return row->ratio_goal_milli;
	default:
		return row->time_goal_min;
	}
}

/* The one value of all torrents that are meant; false when they differ. */
static bool torrent_value(const struct screen *s, enum line line, uint64_t *out)
{
	size_t n;
	struct torrent_id *ids = list_targets(&s->list, &n);
	bool same = true;

	*out = 0;
	for (size_t i = 0; i < n; i++) {
		const struct torrent_row *row = list_row(s->snap, ids[i]);
		uint64_t value = row ? row_value(row, line) : *out;

		if (i && value != *out)
			same = false;
		*out = value;
	}
	mem_free(ids);
	return same;
}

static bool value_at(const struct screen *s, enum line line, enum side side,
	uint64_t *out)
{
	const char *name = settings[line][side], *text;

	*out = 0;
	if (side == SIDE_TORRENT)
		return torrent_value(s, line, out);
	text = screen_setting(s, name);
	if (settings_parse_size(text ? text : settings_find(name)->fallback,
		    out) != ERR_OK)
		return false;
	if (line == LINE_RATIO)
		*out *= 10; /* it is kept in per cent */
	return true;
}

static bool is_field(const struct screen *s, enum line line, enum side side)
{
	size_t n;

	if (line == LINE_SLOW)
		return side == SIDE_ALL;
	if (side != SIDE_TORRENT)
		return settings[line][side] != NULL;
	mem_free(list_targets(&s->list, &n));
	return n > 0;
}

static void value_text(const struct screen *s, enum line line, enum side side,
	bool narrow, char *out, size_t cap)
{
	char text[FORMAT_MAX];
	uint64_t value;

	if (!is_field(s, line, side)) {
		snprintf(out, cap, "%s", "");
	} else if (!value_at(s, line, side, &value)) {
		snprintf(out, cap, "mixed");
	} else if (!value) {
		snprintf(out, cap, "none");
	} else if (line == LINE_RATIO) {
		snprintf(out, cap, "%" PRIu64 ".%02" PRIu64, value / 1000,
			value % 1000 / 10);
	} else if (line == LINE_TIME) {
		format_duration(text, value < UINT32_MAX / 60
					      ? (uint32_t)value * 60
					      : UINT32_MAX);
		snprintf(out, cap, "%s", text);
	} else {
		if (narrow)
			format_rate_short(text,
				value < UINT32_MAX ? (uint32_t)value
						   : UINT32_MAX,
				s->opt.units);
		else
			format_rate(text, value, s->opt.units);
		snprintf(out, cap, "%s", text);
	}
}

/* --- changing
 * ---------------------------------------------------------------------------
 */

static bool put(struct limits_view *d, uint64_t value)
{
	struct screen *s = d->v.screen;
	struct command c = {.kind = kinds[d->line], .value = value};
	struct fault fault = {0};
	char text[32];

	d->problem[0] = '\0';
	if (d->side == SIDE_TORRENT)
		return options_each(s, &c) > 0;
	if (d->line == LINE_RATIO)
		value /= 10;
	snprintf(text, sizeof text, "%" PRIu64, value);
	if (screen_set(s, settings[d->line][d->side], text, &fault))
		return true;
	snprintf(d->problem, sizeof d->problem, "%s", fault.what);
	return false;
}

static bool parse(enum line line, const char *text, uint64_t *out)
{
	if (line == LINE_RATIO)
		return stepping_parse_ratio(text, out);
	if (line == LINE_TIME)
		return stepping_parse_minutes(text, out);
	return settings_parse_size(text, out) == ERR_OK;
}

static void toggle_slow(struct limits_view *d)
{
	struct screen *s = d->v.screen;
	struct fault fault = {0};

	d->problem[0] = '\0';
	if (!screen_set(s, "slow_mode", s->opt.slow_mode ? "off" : "on",
		    &fault))
		snprintf(d->problem, sizeof d->problem, "%s", fault.what);
}

static void step(struct limits_view *d, int by)
{
	uint64_t value, unit;

	if (d->line == LINE_SLOW) {
		toggle_slow(d);
		return;
	}
	if (!value_at(d->v.screen, d->line, d->side, &value))
		value = 0;
	if (d->line == LINE_DOWN || d->line == LINE_UP) {
		put(d, stepping_rate(value, by));
		return;
	}
	unit = d->line == LINE_RATIO ? RATIO_STEP : 60;
	if (by > 0)
		put(d, value + unit);
	else
		put(d, value > unit ? value - unit : 0);
}

static void accept(struct limits_view *d)
{
	uint64_t value;

	if (d->line == LINE_SLOW) {
		toggle_slow(d);
	} else if (!d->editing) {
		d->editing = true;
		prompt_set(&d->value, "");
	} else if (!parse(d->line, prompt_text(&d->value), &value)) {
		snprintf(d->problem, sizeof d->problem, "%s",
			d->line == LINE_RATIO  ? "a ratio: 1.5, 0 for none"
			: d->line == LINE_TIME ? "a time: 90m, 12h, 3d, 0 for "
						 "none"
					       : "a rate: 750k, 2M, 10mbit, 0 "
						 "for none");
	} else if (put(d, value)) {
		d->editing = false;
	}
}

/* --- the cursor
 * ------------------------------------------------------------------------- */

static void move_line(struct limits_view *d, int by)
{
	int line = (int)d->line + by;

	if (line < 0 || line >= LINES)
		return;
	d->line = (enum line)line;
	if (!is_field(d->v.screen, d->line, d->side) && d->side != SIDE_ALL)
		d->side = SIDE_ALL;
	d->problem[0] = '\0';
}

static void next_field(struct limits_view *d, int by)
{
	int at = (int)d->line * SIDES + (int)d->side;
	const int n = LINES * SIDES;

	do {
		at = (at + by + n) % n;
	} while (!is_field(d->v.screen, (enum line)(at / SIDES),
		(enum side)(at % SIDES)));
	d->line = (enum line)(at / SIDES);
	d->side = (enum side)(at % SIDES);
	d->problem[0] = '\0';
}

/* A torrent may be gone since. */
static void update(struct view *v)
{
	struct limits_view *d = limits_of(v);

	if (!is_field(v->screen, d->line, d->side))
		d->side = SIDE_ALL;
}

/* --- drawing
 * ----------------------------------------------------------------------------
 */

static void draw_field_at(struct limits_view *d, const struct area *a,
	struct rect at, enum line line, enum side side)
{
	bool chosen = line == d->line && side == d->side;
	struct pen pen = pen_on(ROLE_TEXT, GROUND_PANEL);
	char text[64];

	if (chosen && d->editing) {
		prompt_draw(&d->value, a, at, pen_on(ROLE_TEXT, GROUND_FIELD),
			true);
		return;
	}
	if (chosen) {
		pen = pen_on(ROLE_INVERSE, GROUND_CHOICE);
		a->grid->cursor_x = a->x + at.x;
		a->grid->cursor_y = a->y + at.y;
	}
	value_text(d->v.screen, line, side, at.w < 12, text, sizeof text);
	draw_field(a, at, pen, FIT_END, text);
}

static void draw_slow(struct limits_view *d, const struct area *a, int y)
{
	struct pen pen = pen_on(ROLE_TEXT, GROUND_PANEL);

	if (d->line == LINE_SLOW) {
		pen = pen_on(ROLE_INVERSE, GROUND_CHOICE);
		a->grid->cursor_x = a->x + 1;
		a->grid->cursor_y = a->y + y;
	}
	draw_textf(a, 1, y, pen, "[%c] slow mode now",
		d->v.screen->opt.slow_mode ? 'x' : ' ');
}

static void draw_heads(const struct limits_view *d, const struct area *a,
	int name, int w)
{
	const struct screen *s = d->v.screen;
	struct pen pen = pen_on(ROLE_DIM, GROUND_PANEL);
	bool narrow = w < 12;
	size_t n;

	mem_free(list_targets(&s->list, &n));
	draw_text(a, name, 0, pen, narrow ? "All" : "Everything");
	draw_text(a, name + w, 0, pen, narrow ? "Slow" : "Slow mode");
	if (n == 1)
		draw_text(a, name + 2 * w, 0, pen,
			narrow ? "Chosen" : "The chosen");
	else if (n)
		draw_textf(a, name + 2 * w, 0, pen, "%zu chosen", n);
}

static void draw_table(struct limits_view *d, const struct area *a)
{
	static const char *const names[LINES] = {
		"Download", "Upload", "Stop at ratio", "Stop after", ""};
	static const char *const brief[LINES] = {
		"Download", "Upload", "Ratio", "Time", ""};
	bool narrow = a->w < 56;
	int name = narrow ? 10 : 17;
	int w = (a->w - name) / SIDES;

	draw_heads(d, a, name, w);
	for (int i = 0; i < LINE_SLOW; i++) {
		draw_text(a, 1, i + 1, pen_on(ROLE_TEXT, GROUND_PANEL),
			narrow ? brief[i] : names[i]);
		for (int side = 0; side < SIDES; side++)
			draw_field_at(d, a,
				(struct rect){name + side * w, i + 1, w - 1, 1},
				(enum line)i, (enum side)side);
	}
	draw_slow(d, a, LINE_SLOW + 2);
}

static void draw(struct view *v, const struct area *a)
{
	struct limits_view *d = limits_of(v);
	int w = a->w < BOX_COLS ? a->w : BOX_COLS;
	bool roomy = a->h >= 14;
	int h = roomy ? 13 : 10;
	struct area box, in;

	if (h > a->h - 1)
		h = a->h - 1;
	box = area_sub(a, (a->w - w) / 2, (a->h - 1 - h) / 2, w, h);
	if (h < 3) {
		box = area_sub(a, 0, 0, a->w, 1);
		draw_fill(&box, pen_on(ROLE_TEXT, GROUND_PANEL));
		if (d->line == LINE_SLOW)
			draw_slow(d, &box, 0);
		else
			draw_field_at(d, &box, (struct rect){0, 0, a->w, 1},
				d->line, d->side);
		return;
	}
	draw_box(&box, "Speed limits", NULL);
	in = area_sub(&box, 2, roomy ? 2 : 1, w - 4, h - (roomy ? 3 : 2));
	draw_table(d, &in);
	draw_field(&in, (struct rect){1, in.h - 1, in.w - 2, 1},
		pen_on(d->problem[0] ? ROLE_ERR : ROLE_DIM, GROUND_PANEL),
		FIT_END,
		d->problem[0]
			? d->problem
			: "type a rate: 750k 2M 10mbit, 0 none · ← → step");
	draw_key_bar(v->screen, a, a->h - 1, v);
}

/* --- input
 * ------------------------------------------------------------------------------
 */

static enum view_answer input(struct view *v, const struct input *in)
{
	struct limits_view *d = limits_of(v);

	if (in->kind == INPUT_MOUSE)
		return VIEW_USED;
	if (d->line == LINE_SLOW)
		return VIEW_UNUSED;
	if (!d->editing && in->kind == INPUT_KEY && in->key >= '0' &&
		in->key <= '9') {
		d->editing = true;
		prompt_set(&d->value, "");
	}
	if (!d->editing)
		return VIEW_UNUSED;
	if (in->kind == INPUT_KEY && in->key == KEY_ESC_CHAR) {
		d->editing = false;
		d->problem[0] = '\0';
		return VIEW_USED;
	}
	if (in->kind == INPUT_KEY && in->key == KEY_ENTER_CHAR) {
		accept(d);
		return VIEW_USED;
	}
	prompt_input(&d->value, in);
	return VIEW_USED;
}

static enum view_answer act(struct view *v, enum action action,
	const struct input *in)
{
	struct limits_view *d = limits_of(v);

	(void)in;
	switch (action) {
	case ACTION_UP:
		move_line(d, -1);
		return VIEW_USED;
	case ACTION_DOWN:
		move_line(d, 1);
		return VIEW_USED;
	case ACTION_NEXT_PANE:
		next_field(d, 1);
		return VIEW_USED;
	case ACTION_PREV_PANE:
		next_field(d, -1);
		return VIEW_USED;
	case ACTION_LESS:
		step(d, -1);
		return VIEW_USED;
	case ACTION_MORE:
		step(d, 1);
		return VIEW_USED;
	case ACTION_SLOW:
		toggle_slow(d);
		return VIEW_USED;
	case ACTION_ACCEPT:
		accept(d);
		return VIEW_USED;
	case ACTION_CLOSE:
		return VIEW_CLOSE;
	default:
		return VIEW_UNUSED;
	}
}

static unsigned contexts(const struct view *v)
{
	(void)v;
	return CTX_LIMITS | CTX_SCROLL | CTX_DIALOG;
}

const struct view_class view_limits = {
	.size = sizeof(struct limits_view),
	.fini = fini,
	.update = update,
	.draw = draw,
	.contexts = contexts,
	.input = input,
	.act = act,
};
