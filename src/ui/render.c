/*
 * render.c - see render.h.
 */
#include "ui/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "ui/scene.h"

#define SIDE_MAX 1000

static void add_char(struct buf *out, const struct cell *c)
{
	char utf8[4];

	for (int i = 0; i < CELL_CHARS && c->ch[i]; i++)
		buf_add(out, span_of(utf8, utf8_encode(c->ch[i], utf8)));
}

/* The escape sequence that leads from plain to this style. */
static void add_style(struct buf *out, const struct style *s)
{
	buf_add_str(out, "\033[0");
	if (s->attrs & ATTR_BOLD)
		buf_add_str(out, ";1");
	if (s->attrs & ATTR_DIM)
		buf_add_str(out, ";2");
	if (s->attrs & ATTR_UNDERLINE)
		buf_add_str(out, ";4");
	if (s->attrs & ATTR_REVERSE)
		buf_add_str(out, ";7");
	if (s->fg != COLOR_DEFAULT)
		buf_printf(out, ";38;2;%d;%d;%d", s->fg >> 16 & 255,
			s->fg >> 8 & 255, s->fg & 255);
	if (s->bg != COLOR_DEFAULT)
		buf_printf(out, ";48;2;%d;%d;%d", s->bg >> 16 & 255,
			s->bg >> 8 & 255, s->bg & 255);
	buf_add_byte(out, 'm');
}

static void add_styled_row(struct buf *out, const struct grid *g, int y,
	const struct theme *theme, enum depth depth)
{
	struct style last = {COLOR_DEFAULT, COLOR_DEFAULT, 0};

	for (int x = 0; x < g->cols; x++) {
		const struct cell *c = grid_cell(g, x, y);
		struct style s = theme_style(theme, depth, (enum role)c->role,
			(enum ground)c->ground, c->attrs);

		if (c->width == 0)
			continue;
		if (x == 0 || s.fg != last.fg || s.bg != last.bg ||
			s.attrs != last.attrs)
			add_style(out, &s);
		last = s;
		add_char(out, c);
	}
	buf_add_str(out, "\033[0m\n");
}

static void add_plain_row(struct buf *out, const struct grid *g, int y)
{
	for (int x = 0; x < g->cols; x++)
		if (grid_cell(g, x, y)->width)
			add_char(out, grid_cell(g, x, y));
	while (out->len && out->p[out->len - 1] == ' ')
		out->len--;
	buf_add_byte(out, '\n');
}

static void add_rows(struct buf *out, const struct grid *g,
	enum render_style style, const struct theme *theme)
{
	for (int y = 0; y < g->rows; y++) {
		if (style == RENDER_ANSI)
			add_styled_row(out, g, y, theme, DEPTH_TRUE);
		else if (style == RENDER_MONO)
			add_styled_row(out, g, y, theme, DEPTH_MONO);
		else
			add_plain_row(out, g, y);
	}
}

enum err ui_render(const struct ui_render_opts *opts, struct buf *out,
	struct fault *fault)
{
	const struct theme *theme =
		theme_find(opts->theme ? opts->theme : "aurora");
	bool ascii = opts->style == RENDER_ASCII || !text_is_utf8();
	struct scene *scene;
	struct screen *screen;

	if (!theme)
		return fault_set(fault, ERR_NOENT, 0, "a theme is one of %s",
			theme_names());
	if (opts->cols < 1 || opts->cols > SIDE_MAX || opts->rows < 1 ||
		opts->rows > SIDE_MAX)
		return fault_set(fault, ERR_RANGE, 0,
			"a size is 1x1 to 1000x1000");
	scene = scene_new(opts->scene);
	if (!scene)
		return fault_set(fault, ERR_NOENT, 0, "a scene is one of %s",
			scene_names());
	screen = scene_screen(scene, opts->cols, opts->rows,
		ascii ? TIER_ASCII : TIER_UTF8, NULL, NULL);
	screen->opt.mono = opts->style == RENDER_MONO;
	add_rows(out, screen_draw(screen), opts->style, theme);
	screen_free(screen);
	scene_free(scene);
	return ERR_OK;
}

enum err ui_render_parse_size(const char *text, int *cols, int *rows)
{
	char *x, *end;
	long w = strtol(text, &x, 10), h;

	if (x == text || *x != 'x')
		return ERR_SYNTAX;
	h = strtol(x + 1, &end, 10);
	if (end == x + 1 || *end)
		return ERR_SYNTAX;
	if (w < 1 || w > SIDE_MAX || h < 1 || h > SIDE_MAX)
		return ERR_RANGE;
	*cols = (int)w;
	*rows = (int)h;
	return ERR_OK;
}

enum err ui_render_parse_style(const char *text, enum render_style *out)
{
	static const char *const words[] = {
		[RENDER_TEXT] = "text",
		[RENDER_ANSI] = "ansi",
		[RENDER_MONO] = "mono",
		[RENDER_ASCII] = "ascii",
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i], text) == 0) {
			*out = (enum render_style)i;
			return ERR_OK;
		}
	return ERR_NOENT;
}
