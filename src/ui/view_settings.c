/*
 * view_settings.c - all settings: one row each, made from settings_table().
 *
 * A change has effect at once and is kept; closing the dialog takes nothing
 * back.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/settings.h"
#include "ui/screen.h"
#include "ui/stepping.h"
#include "ui/views.h"

#define BOX_COLS 96
#define NAME_COLS 20
#define VALUE_COLS 24
#define VALUE_MAX 256
#define ROWS_MAX (SETTINGS_COUNT + 16)

enum section {
	SECTION_MORE, /* of what has no other */
	SECTION_DOWNLOADS,
	SECTION_SPEED,
	SECTION_NETWORK,
	SECTION_DISPLAY,
	SECTION_COUNT,
};

static const char *const titles[SECTION_COUNT] = {
	"More", "Downloads", "Speed", "Network", "Display"};

static const uint8_t sections[SETTINGS_COUNT] = {
	[SET_DOWNLOAD_DIR] = SECTION_DOWNLOADS,
	[SET_BLOCK_MEMORY] = SECTION_DOWNLOADS,
	[SET_ACTIVE_DOWNLOADS] = SECTION_DOWNLOADS,
	[SET_ACTIVE_SEEDS] = SECTION_DOWNLOADS,
	[SET_RATIO_GOAL] = SECTION_DOWNLOADS,
	[SET_TIME_GOAL] = SECTION_DOWNLOADS,
	[SET_CONFIRM_REMOVE] = SECTION_DOWNLOADS,
	[SET_DOWN_LIMIT] = SECTION_SPEED,
	[SET_UP_LIMIT] = SECTION_SPEED,
	[SET_SLOW_MODE] = SECTION_SPEED,
	[SET_SLOW_DOWN_LIMIT] = SECTION_SPEED,
	[SET_SLOW_UP_LIMIT] = SECTION_SPEED,
	[SET_UPLOAD_SLOTS] = SECTION_SPEED,
	[SET_PORT] = SECTION_NETWORK,
	[SET_MAX_PEERS] = SECTION_NETWORK,
	[SET_MAX_PEERS_TORRENT] = SECTION_NETWORK,
	[SET_MAX_HALF_OPEN] = SECTION_NETWORK,
	[SET_ENCRYPTION] = SECTION_NETWORK,
	[SET_DHT] = SECTION_NETWORK,
	[SET_LSD] = SECTION_NETWORK,
	[SET_PEX] = SECTION_NETWORK,
	[SET_UTP] = SECTION_NETWORK,
	[SET_PORTMAP] = SECTION_NETWORK,
	[SET_THEME] = SECTION_DISPLAY,
	[SET_COLORS] = SECTION_DISPLAY,
	[SET_GLYPHS] = SECTION_DISPLAY,
	[SET_GRAPH] = SECTION_DISPLAY,
	[SET_FPS] = SECTION_DISPLAY,
	[SET_ANIMATIONS] = SECTION_DISPLAY,
	[SET_MOUSE] = SECTION_DISPLAY,
	[SET_UNITS] = SECTION_DISPLAY,
	[SET_LAYOUT] = SECTION_DISPLAY,
	[SET_SORT] = SECTION_DISPLAY,
	[SET_SORT_REVERSE] = SECTION_DISPLAY,
};

struct settings_row {
	const struct setting_info *set; /* NULL: a title */
	const char *title;
};

struct settings_view {
	struct view v;
	struct settings_row rows[ROWS_MAX];
	int n, at, top;
	bool searching, editing;
	struct prompt words, value;
	char problem[FAULT_TEXT_MAX];
};

static struct settings_view *settings_of(struct view *v)
{
	return (struct settings_view *)(void *)v;
}

static const struct setting_info *chosen(const struct settings_view *d)
{
	return d->n ? d->rows[d->at].set : NULL;
}

static const char *value_of(const struct settings_view *d,
	const struct setting_info *row)
{
	const char *now = screen_setting(d->v.screen, row->name);

	return now ? now : row->fallback;
}

/* --- which rows
 * ------------------------------------------------------------------------ */

static bool is_found(struct settings_view *d, const struct setting_info *row)
{
	const char *words = prompt_text(&d->words);

	return row->when != SETTING_LATER &&
	       (!*words || strcasestr(row->name, words) ||
		       strcasestr(row->help, words));
}

static void collect_section(struct settings_view *d, enum section section)
{
	const struct setting_info *t = settings_table();
	int title = d->n;

	d->rows[d->n++] = (struct settings_row){NULL, titles[section]};
	for (int i = 0; i < SETTINGS_COUNT; i++)
		if (sections[i] == section && is_found(d, &t[i]))
			d->rows[d->n++] = (struct settings_row){&t[i], NULL};
	if (d->n == title + 1)
		d->n = title; /* nothing under it */
}

static void step(struct settings_view *d, int by)
{
	int at = d->at + by;

	while (at >= 0 && at < d->n && !d->rows[at].set)
		at += by;
	if (at >= 0 && at < d->n)
		d->at = at;
	d->problem[0] = '\0';
}

static void collect(struct settings_view *d)
{
	d->n = 0;
	for (int i = SECTION_DOWNLOADS; i < SECTION_COUNT; i++)
		collect_section(d, (enum section)i);
	collect_section(d, SECTION_MORE);
	d->at = -1;
	step(d, 1);
	if (d->at < 0)
		d->at = 0;
}

static void init(struct view *v, const void *arg)
{
	struct settings_view *d = settings_of(v);

	prompt_set(&d->words, arg ? arg : "");
	prompt_set(&d->value, "");
	collect(d);
}

static void fini(struct view *v)
{
	prompt_stop(&settings_of(v)->words);
	prompt_stop(&settings_of(v)->value);
}

/* --- drawing
 * ----------------------------------------------------------------------------
 */

/* "down_limit" to "Down limit". */
static void row_name(const struct setting_info *row, char *out, size_t cap)
{
	snprintf(out, cap, "%s", row->name);
	for (char *p = out; *p; p++)
		if (*p == '_')
			*p = ' ';
	/* "dht" is short for something. */
	for (char *p = out; *p && (p == out || strlen(out) <= 3); p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
}

static void row_value(const struct settings_view *d,
	const struct setting_info *row, char *out, size_t cap)
{
	const char *value = value_of(d, row);

	if (row->type == SETTING_BOOL)
		snprintf(out, cap, "%s",
			strcmp(value, "on") == 0 ? "[x]" : "[ ]");
	else if (stepping_is_choice(row))
		snprintf(out, cap, "‹ %s ›", value);
	else if (row->type == SETTING_RATE && strcmp(value, "0") == 0)
		snprintf(out, cap, "no limit");
	else if (row->type == SETTING_RATE)
		snprintf(out, cap, "%s/s", value);
	else
		snprintf(out, cap, "%s", *value ? value : "-");
}

static void draw_row(struct settings_view *d, const struct area *a, int y,
	int i)
{
	const struct settings_row *r = &d->rows[i];
	struct area row = area_sub(a, 0, y, a->w, 1);
	struct pen pen = pen_on(ROLE_TEXT, GROUND_PANEL);
	struct pen dim = pen_on(ROLE_DIM, GROUND_PANEL);
	char name[64], value[VALUE_MAX];
	int w = a->w < NAME_COLS + 12 ? a->w / 2 : NAME_COLS;

	if (!r->set) {
		draw_text(&row, 0, 0, pen_on(ROLE_FOCUS, GROUND_PANEL),
			r->title);
		return;
	}
	if (i == d->at) {
		pen = dim = pen_on(ROLE_INVERSE, GROUND_CHOICE);
		draw_fill(&row, pen);
		a->grid->cursor_x = a->x;
		a->grid->cursor_y = a->y + y;
	}
	row_name(r->set, name, sizeof name);
	row_value(d, r->set, value, sizeof value);
	draw_field(&row, (struct rect){1, 0, w, 1}, pen, FIT_END, name);
	if (i == d->at && d->editing) {
		prompt_draw(&d->value, &row,
			(struct rect){w + 2, 0, a->w - w - 3, 1},
			pen_on(ROLE_TEXT, GROUND_FIELD), true);
		return;
	}
	draw_field(&row, (struct rect){w + 2, 0, a->w - w - 3, 1}, pen, FIT_END,
		value);
	if (a->w > w + VALUE_COLS + 20)
		draw_field(&row,
			(struct rect){w + VALUE_COLS + 3, 0,
				a->w - w - VALUE_COLS - 4, 1},
			dim, FIT_END,
			r->set->when == SETTING_AT_START ? "after a restart"
			: r->set->choices                ? r->set->choices
			: r->set->unit                   ? r->set->unit
							 : "");
}

static void draw_rows(struct settings_view *d, const struct area *a)
{
	if (d->at < d->top)
		d->top = d->at;
	if (d->at >= d->top + a->h)
		d->top = d->at - a->h + 1;
	/* Its section's name as long as there is room for both. */
	if (d->top > 0 && d->at > d->top && !d->rows[d->top - 1].set &&
		d->at < d->top + a->h - 1)
		d->top--;
	if (d->at <= 1)
		d->top = 0;
	for (int i = 0; i < a->h && d->top + i < d->n; i++)
		draw_row(d, a, i, d->top + i);
}

/* What the chosen row is for, or what was wrong. */
static void draw_help(struct settings_view *d, const struct area *a)
{
	const struct setting_info *row = chosen(d);
	char text[400];

	if (d->searching || *prompt_text(&d->words)) {
		struct area line = area_sub(a, 0, a->h - 1, a->w, 1);

		draw_text(&line, 0, 0, pen_on(ROLE_KEY, GROUND_PANEL), "/");
		prompt_draw(&d->words, &line, (struct rect){1, 0, a->w - 1, 1},
			pen_on(ROLE_TEXT, GROUND_PANEL), d->searching);
	}
	if (d->problem[0]) {
		draw_words(a, pen_on(ROLE_ERR, GROUND_PANEL), d->problem);
		return;
	}
	if (!row) {
		draw_words(a, pen_on(ROLE_DIM, GROUND_PANEL),
			"no setting has that in its name or its help");
		return;
	}
	snprintf(text, sizeof text, "%s%s Default: %s.", row->help,
		row->when == SETTING_AT_START ? " Read at the start." : "",
		*row->fallback ? row->fallback : "empty");
	draw_words(a, pen_on(ROLE_DIM, GROUND_PANEL), text);
}

static void draw(struct view *v, const struct area *a)
{
	struct settings_view *d = settings_of(v);
	int w = a->w < BOX_COLS ? a->w : BOX_COLS;
	int h = a->h - 1 < d->n + 6 ? a->h - 1 : d->n + 6;
	bool roomy = h >= 12;
	struct area box, rows, help;

	if (a->h < 6)
		h = a->h;
	box = area_sub(a, (a->w - w) / 2, 0, w, h);
	if (h < 4) {
		draw_fill(&box, pen_on(ROLE_TEXT, GROUND_PANEL));
		draw_rows(d, &box);
		return;
	}
	draw_box(&box, "Settings",
		v->screen->opt.can_keep ? "kept in the config file"
					: "until bttui ends");
	rows = area_sub(&box, 2, 1, w - 4, h - (roomy ? 6 : 4));
	draw_rows(d, &rows);
	help = area_sub(&box, 3, h - (roomy ? 4 : 3), w - 6, roomy ? 3 : 2);
	draw_help(d, &help);
	draw_key_bar(v->screen, a, a->h - 1, v);
}

/* --- changing
 * ---------------------------------------------------------------------------
 */

static bool change(struct settings_view *d, const char *value)
{
	struct fault fault = {0};

	d->problem[0] = '\0';
	if (screen_set(d->v.screen, chosen(d)->name, value, &fault))
		return true;
	snprintf(d->problem, sizeof d->problem, "%s", fault.what);
	return false;
}

static void step_value(struct settings_view *d, int by)
{
	char next[STEPPING_TEXT_MAX];
	const struct setting_info *row = chosen(d);

	if (row && stepping_next(d->v.screen, row, value_of(d, row), by, next))
		change(d, next);
}

static void begin_edit(struct settings_view *d, const char *text)
{
	d->editing = true;
	prompt_set(&d->value, text);
}

static void accept(struct settings_view *d)
{
	const struct setting_info *row = chosen(d);

	if (!row)
		return;
	if (row->type == SETTING_BOOL || stepping_is_choice(row))
		step_value(d, 1);
	else
		begin_edit(d, value_of(d, row));
}

static void reset(struct settings_view *d)
{
	struct fault fault = {0};

	d->problem[0] = '\0';
	if (chosen(d) && !screen_reset(d->v.screen, chosen(d)->name, &fault))
		snprintf(d->problem, sizeof d->problem, "%s", fault.what);
}

static void next_section(struct settings_view *d, int by)
{
	int at = d->at;

	/* To the title above, then on to the one that was asked for. */
	while (at > 0 && d->rows[at].set)
		at--;
	if (by < 0)
		at--;
	else
		at++;
	while (at > 0 && at < d->n && d->rows[at].set)
		at += by;
	if (at < 0 || at >= d->n)
		return;
	d->at = at;
	step(d, 1);
}

/* --- input
 * ------------------------------------------------------------------------------
 */

static enum view_answer edit_input(struct settings_view *d,
	const struct input *in)
{
	if (in->kind == INPUT_KEY && in->key == KEY_ENTER_CHAR) {
		if (change(d, prompt_text(&d->value)))
			d->editing = false;
	} else if (in->kind == INPUT_KEY && in->key == KEY_ESC_CHAR) {
		d->editing = false;
		d->problem[0] = '\0';
	} else {
		prompt_input(&d->value, in);
	}
	return VIEW_USED;
}

static enum view_answer search_input(struct settings_view *d,
	const struct input *in)
{
	if (in->kind == INPUT_KEY &&
		(in->key == KEY_UP_ARROW || in->key == KEY_DOWN_ARROW)) {
		step(d, in->key == KEY_UP_ARROW ? -1 : 1);
		return VIEW_USED;
	}
	if (in->kind == INPUT_KEY && in->key == KEY_ENTER_CHAR) {
		d->searching = false;
		return VIEW_USED;
	}
	if (in->kind == INPUT_KEY && in->key == KEY_ESC_CHAR) {
		d->searching = false;
		prompt_set(&d->words, "");
		collect(d);
		return VIEW_USED;
	}
	if (prompt_input(&d->words, in) == PROMPT_CHANGED)
		collect(d);
	return VIEW_USED;
}

static enum view_answer input(struct view *v, const struct input *in)
{
	struct settings_view *d = settings_of(v);
	const struct setting_info *row = chosen(d);

	if (in->kind == INPUT_MOUSE)
		return VIEW_USED;
	if (d->editing)
		return edit_input(d, in);
	if (d->searching)
		return search_input(d, in);
	/* A digit begins a new number. */
	if (row && in->kind == INPUT_KEY && in->key >= '0' && in->key <= '9' &&
		(row->type == SETTING_INT || row->type == SETTING_RATE ||
			row->type == SETTING_SIZE)) {
		begin_edit(d, "");
		return edit_input(d, in);
	}
	return VIEW_UNUSED;
}

static enum view_answer act(struct view *v, enum action action,
	const struct input *in)
{
	struct settings_view *d = settings_of(v);
	int page = 8;

	(void)in;
	switch (action) {
	case ACTION_UP:
		step(d, -1);
		break;
	case ACTION_DOWN:
		step(d, 1);
		break;
	case ACTION_FIRST:
		d->at = -1;
		step(d, 1);
		break;
	case ACTION_LAST:
		d->at = d->n;
		step(d, -1);
		break;
	case ACTION_HALF_UP:
	case ACTION_PAGE_UP:
		while (page-- > 0)
			step(d, -1);
		break;
	case ACTION_HALF_DOWN:
	case ACTION_PAGE_DOWN:
		while (page-- > 0)
			step(d, 1);
		break;
	case ACTION_LESS:
	case ACTION_MORE:
		step_value(d, action == ACTION_MORE ? 1 : -1);
		break;
	case ACTION_ACCEPT:
		accept(d);
		break;
	case ACTION_RESET:
		reset(d);
		break;
	case ACTION_NEXT_PANE:
	case ACTION_PREV_PANE:
		next_section(d, action == ACTION_NEXT_PANE ? 1 : -1);
		break;
	case ACTION_FILTER:
		d->searching = true;
		break;
	case ACTION_CLOSE:
		return VIEW_CLOSE;
	default:
		return VIEW_UNUSED;
	}
	return VIEW_USED;
}

static unsigned contexts(const struct view *v)
{
	(void)v;
	return CTX_SETTINGS | CTX_SCROLL | CTX_DIALOG;
}

const struct view_class view_settings = {
	.size = sizeof(struct settings_view),
	.init = init,
	.fini = fini,
	.draw = draw,
	.contexts = contexts,
	.input = input,
	.act = act,
};
