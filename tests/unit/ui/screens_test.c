/*
 * screens_test.c - whole screens compared with text files in tests/ui.
 *
 * BTTUI_GOLDEN=update writes them anew; look at the difference before it is
 * committed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/render.h"
#include "ui/scene.h"

static const struct golden {
	const char *file, *scene;
	int cols, rows;
	enum render_style style;
} goldens[] = {
	{"dash-200x55", "dash", 200, 55, RENDER_TEXT},
	{"dash-120x36", "dash", 120, 36, RENDER_TEXT},
	{"dash-100x30", "dash", 100, 30, RENDER_TEXT},
	{"dash-80x24", "dash", 80, 24, RENDER_TEXT},
	{"dash-80x24-ascii", "dash", 80, 24, RENDER_ASCII},
	{"dash-60x16", "dash", 60, 16, RENDER_TEXT},
	{"dash-40x12", "dash", 40, 12, RENDER_TEXT},
	{"dash-24x4", "dash", 24, 4, RENDER_TEXT},
	{"dash-24x1", "dash", 24, 1, RENDER_TEXT},
	{"dash-80x24-mono", "dash", 80, 24, RENDER_MONO},
	{"empty-100x30", "empty", 100, 30, RENDER_TEXT},
	{"empty-40x12", "empty", 40, 12, RENDER_TEXT},
	{"hostile-80x24", "hostile", 80, 24, RENDER_TEXT},
	{"add-100x30", "add", 100, 30, RENDER_TEXT},
	{"add-80x24", "add", 80, 24, RENDER_TEXT},
	{"add-40x12", "add", 40, 12, RENDER_TEXT},
	{"fetch-100x30", "fetch", 100, 30, RENDER_TEXT},
	{"fetch-80x24", "fetch", 80, 24, RENDER_TEXT},
	{"fetch-40x12", "fetch", 40, 12, RENDER_TEXT},
	{"choose-100x30", "choose", 100, 30, RENDER_TEXT},
	{"choose-80x24", "choose", 80, 24, RENDER_TEXT},
	{"choose-80x24-ascii", "choose", 80, 24, RENDER_ASCII},
	{"choose-40x12", "choose", 40, 12, RENDER_TEXT},
	{"paste-80x24", "paste", 80, 24, RENDER_TEXT},
	{"paste-40x12", "paste", 40, 12, RENDER_TEXT},
	{"help-100x30", "help", 100, 30, RENDER_TEXT},
	{"help-80x24", "help", 80, 24, RENDER_TEXT},
	{"confirm-100x30", "confirm", 100, 30, RENDER_TEXT},
	{"confirm-40x12", "confirm", 40, 12, RENDER_TEXT},
	{"sort-80x24", "sort", 80, 24, RENDER_TEXT},
	{"settings-120x36", "settings", 120, 36, RENDER_TEXT},
	{"settings-80x24", "settings", 80, 24, RENDER_TEXT},
	{"settings-40x12", "settings", 40, 12, RENDER_TEXT},
	{"settings-80x24-ascii", "settings", 80, 24, RENDER_ASCII},
	{"limits-120x36", "limits", 120, 36, RENDER_TEXT},
	{"limits-80x24", "limits", 80, 24, RENDER_TEXT},
	{"limits-40x12", "limits", 40, 12, RENDER_TEXT},
	{"limits-80x24-ascii", "limits", 80, 24, RENDER_ASCII},
	{"columns-120x36", "columns", 120, 36, RENDER_TEXT},
	{"columns-80x24", "columns", 80, 24, RENDER_TEXT},
	{"columns-40x12", "columns", 40, 12, RENDER_TEXT},
	{"columns-80x24-ascii", "columns", 80, 24, RENDER_ASCII},
	{"cmdline-100x30", "cmdline", 100, 30, RENDER_TEXT},
	{"filter-100x30", "filter", 100, 30, RENDER_TEXT},
	{"quit-100x30", "quit", 100, 30, RENDER_TEXT},
	{"toasts-100x30", "toasts", 100, 30, RENDER_TEXT},
	{"pieces-80x24", "pieces", 80, 24, RENDER_TEXT},
	{"peers-120x36", "peers", 120, 36, RENDER_TEXT},
	{"speed-80x24", "speed", 80, 24, RENDER_TEXT},
	{"log-80x24", "log", 80, 24, RENDER_TEXT},
	{"availability-80x24", "availability", 80, 24, RENDER_TEXT},
	{"dash-120x36-ascii", "dash", 120, 36, RENDER_ASCII},
	{"dht-200x55", "dht", 200, 55, RENDER_TEXT},
	{"dht-120x36", "dht", 120, 36, RENDER_TEXT},
	{"dht-120x36-ascii", "dht", 120, 36, RENDER_ASCII},
	{"dht-80x24", "dht", 80, 24, RENDER_TEXT},
	{"dht-80x24-ascii", "dht", 80, 24, RENDER_ASCII},
	{"dht-80x24-mono", "dht", 80, 24, RENDER_MONO},
	{"dht-40x12", "dht", 40, 12, RENDER_TEXT},
	{"dht-80x100", "dht", 80, 100, RENDER_TEXT},
	{"nodes-120x36", "nodes", 120, 36, RENDER_TEXT},
	{"nodes-80x24-ascii", "nodes", 80, 24, RENDER_ASCII},
	{"nodes-40x12", "nodes", 40, 12, RENDER_TEXT},
	{"nodht-120x36", "nodht", 120, 36, RENDER_TEXT},
	{"joining-80x24", "joining", 80, 24, RENDER_TEXT},
	{"peers-80x24", "peers", 80, 24, RENDER_TEXT},
	{"files-120x36", "filestab", 120, 36, RENDER_TEXT},
	{"files-80x24", "filestab", 80, 24, RENDER_TEXT},
	{"files-40x12", "filestab", 40, 12, RENDER_TEXT},
	{"files-80x24-ascii", "filestab", 80, 24, RENDER_ASCII},
	{"files-80x24-hostile", "badfiles", 80, 24, RENDER_TEXT},
	{"peerstab-200x55", "peerstab", 200, 55, RENDER_TEXT},
	{"peerstab-120x36", "peerstab", 120, 36, RENDER_TEXT},
	{"peerstab-80x24", "peerstab", 80, 24, RENDER_TEXT},
	{"peerstab-40x12", "peerstab", 40, 12, RENDER_TEXT},
	{"peerstab-80x24-ascii", "peerstab", 80, 24, RENDER_ASCII},
	{"peerstab-120x36-hostile", "badpeers", 120, 36, RENDER_TEXT},
	{"overview-120x36", "overview", 120, 36, RENDER_TEXT},
	{"overview-80x24", "overview", 80, 24, RENDER_TEXT},
	{"overview-40x12", "overview", 40, 12, RENDER_TEXT},
	{"trackerstab-120x36", "trackerstab", 120, 36, RENDER_TEXT},
	{"trackerstab-80x24", "trackerstab", 80, 24, RENDER_TEXT},
	{"trackerstab-40x12", "trackerstab", 40, 12, RENDER_TEXT},
	{"piecestab-120x36", "piecestab", 120, 36, RENDER_TEXT},
	{"piecestab-80x24", "piecestab", 80, 24, RENDER_TEXT},
	{"piecestab-40x12", "piecestab", 40, 12, RENDER_TEXT},
	{"logtab-120x36", "logtab", 120, 36, RENDER_TEXT},
	{"logtab-80x24", "logtab", 80, 24, RENDER_TEXT},
	{"logtab-40x12", "logtab", 40, 12, RENDER_TEXT},
	{"zoomtab-120x36", "zoomtab", 120, 36, RENDER_TEXT},
	{"zoomtab-80x24", "zoomtab", 80, 24, RENDER_TEXT},
	{"zoomtab-40x12", "zoomtab", 40, 12, RENDER_TEXT},
	{"tabhelp-100x30", "tabhelp", 100, 30, RENDER_TEXT},
	{"overview-200x55", "overview", 200, 55, RENDER_TEXT},
	{"overview-80x24-ascii", "overview", 80, 24, RENDER_ASCII},
	{"trackerstab-80x24-ascii", "trackerstab", 80, 24, RENDER_ASCII},
	{"piecestab-80x24-ascii", "piecestab", 80, 24, RENDER_ASCII},
	{"zoomtab-80x24-ascii", "zoomtab", 80, 24, RENDER_ASCII},
	{"logtab-80x24-ascii", "logtab", 80, 24, RENDER_ASCII},
	{"piecestab-80x24-mono", "piecestab", 80, 24, RENDER_MONO},
	{"trackerstab-80x24-mono", "trackerstab", 80, 24, RENDER_MONO},
};
#define NGOLDENS (sizeof goldens / sizeof goldens[0])

static int set_locale(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return -1;
	text_set_utf8(true);
	return 0;
}

static struct buf rendered(const struct golden *g)
{
	struct ui_render_opts opts = {
		g->cols, g->rows, g->scene, g->style, NULL};
	struct fault fault = {0};
	struct buf out = {0};

	if (ui_render(&opts, &out, &fault) != ERR_OK)
		fail_msg("%s: %s", g->file, fault.what);
	return out;
}

static struct buf file_of(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buf b = {0};
	size_t n = 1;

	while (f && n) {
		uint8_t *to = buf_reserve(&b, 4096);

		n = fread(to, 1, 4096, f);
		buf_commit(&b, n);
	}
	if (f)
		fclose(f);
	return b;
}

static bool is_same(const struct golden *g)
{
	char path[128];
	struct buf now = rendered(g), then;
	bool same;

	snprintf(path, sizeof path, "tests/ui/%s.screen", g->file);
	if (getenv("BTTUI_GOLDEN") &&
		strcmp(getenv("BTTUI_GOLDEN"), "update") == 0) {
		FILE *f = fopen(path, "wb");

		assert_non_null(f);
		fwrite(now.p, 1, now.len, f);
		fclose(f);
	}
	then = file_of(path);
	same = span_equal(buf_span(&now), buf_span(&then));
	if (!same)
		fprintf(stderr, "--- %s should be\n%.*s+++ but is\n%.*s", path,
			(int)then.len, (const char *)then.p, (int)now.len,
			(const char *)now.p);
	buf_free(&now);
	buf_free(&then);
	return same;
}

static void every_screen_is_as_it_was(void **state)
{
	size_t different = 0;

	(void)state;
	for (size_t i = 0; i < NGOLDENS; i++)
		different += !is_same(&goldens[i]);
	assert_int_equal(different, 0);
}

static void no_row_is_wider_than_the_screen(void **state)
{
	(void)state;
	for (size_t i = 0; i < NGOLDENS; i++) {
		struct buf b;
		char *row;

		if (goldens[i].style == RENDER_MONO)
			continue;
		b = rendered(&goldens[i]);
		buf_add_byte(&b, '\0');
		row = (char *)b.p;
		for (int rows = 0; rows < goldens[i].rows; rows++) {
			char *end = strchr(row, '\n');

			assert_non_null(end);
			*end = '\0';
			assert_true(text_width(row) <= (size_t)goldens[i].cols);
			row = end + 1;
		}
		assert_int_equal(*row, '\0');
		buf_free(&b);
	}
}

static void ascii_screens_are_ascii(void **state)
{
	struct golden g = {"", "dash", 120, 36, RENDER_ASCII};
	static const char *const scenes[] = {"dash", "hostile", "add", "help",
		"toasts", "quit", "pieces", "empty", "dht", "nodes", "nodht",
		"joining", "peers", "overview", "filestab", "peerstab",
		"badfiles", "badpeers", "trackerstab", "piecestab", "logtab",
		"zoomtab", "fetch", "choose", "paste"};

	(void)state;
	for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
		struct buf b;

		g.scene = scenes[i];
		b = rendered(&g);
		for (size_t k = 0; k < b.len; k++)
			assert_true(b.p[k] == '\n' ||
				    (b.p[k] >= 0x20 && b.p[k] < 0x7f));
		buf_free(&b);
	}
}

static void hostile_names_change_no_other_cell(void **state)
{
	struct golden g = {"", "hostile", 100, 30, RENDER_TEXT};
	struct buf b = rendered(&g);

	(void)state;
	for (size_t i = 0; i < b.len; i++)
		assert_true(b.p[i] == '\n' || b.p[i] >= 0x20);
	assert_null(memmem(b.p, b.len, "\xe2\x80\xae", 3));
	assert_null(memmem(b.p, b.len, "\xe2\x80\x8b", 3));
	assert_true(utf8_valid(buf_span(&b)));
	buf_free(&b);
}

static void draws_at_every_size(void **state)
{
	static const char *const names[] = {"dash", "empty", "hostile", "add",
		"help", "confirm", "sort", "cmdline", "filter", "quit",
		"toasts", "pieces", "peers", "speed", "log", "dht", "nodes",
		"nodht", "joining", "overview", "filestab", "peerstab",
		"badfiles", "badpeers", "trackerstab", "piecestab", "logtab",
		"zoomtab", "fetch", "choose", "paste"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct scene *scene = scene_new(names[i]);
		struct screen *s =
			scene_screen(scene, 80, 24, TIER_UTF8, NULL, NULL);

		for (int w = 0; w <= 250; w += w < 40 ? 1 : 13)
			for (int h = 0; h <= 70; h += h < 30 ? 1 : 7) {
				screen_resize(s, w, h, TIER_UTF8);
				screen_draw(s);
				screen_draw_motion(s);
			}
		screen_free(s);
		scene_free(scene);
	}
}

/* Acceptance: from 120x36 to others and back gives the same cells. */
static void resizing_leaves_no_stale_cell(void **state)
{
	struct scene *scene = scene_new("dash");
	struct screen *s = scene_screen(scene, 120, 36, TIER_UTF8, NULL, NULL);
	struct grid first = {0};
	const struct grid *last;

	(void)state;
	grid_copy(&first, screen_draw(s));
	screen_resize(s, 40, 12, TIER_UTF8);
	screen_draw(s);
	screen_resize(s, 200, 55, TIER_UTF8);
	screen_draw(s);
	screen_resize(s, 120, 36, TIER_UTF8);
	last = screen_draw(s);
	for (int i = 0; i < 120 * 36; i++)
		assert_true(cell_equal(&first.cells[i], &last->cells[i]));
	grid_fini(&first);
	screen_free(s);
	scene_free(scene);
}

static void tells_which_scenes_there_are(void **state)
{
	struct ui_render_opts opts = {80, 24, "nowhere", RENDER_TEXT, NULL};
	struct fault fault = {0};
	struct buf out = {0};

	(void)state;
	assert_int_equal(ui_render(&opts, &out, &fault), ERR_NOENT);
	assert_non_null(strstr(fault.what, "dash"));
	opts.scene = "dash";
	opts.cols = 0;
	assert_int_equal(ui_render(&opts, &out, &fault), ERR_RANGE);
	assert_int_equal(out.len, 0);
}

static void parses_sizes_and_styles(void **state)
{
	enum render_style style;
	int w = 0, h = 0;

	(void)state;
	assert_int_equal(ui_render_parse_size("120x36", &w, &h), ERR_OK);
	assert_int_equal(w, 120);
	assert_int_equal(h, 36);
	assert_int_equal(ui_render_parse_size("120x", &w, &h), ERR_SYNTAX);
	assert_int_equal(ui_render_parse_size("0x3", &w, &h), ERR_RANGE);
	assert_int_equal(ui_render_parse_size("9x9x", &w, &h), ERR_SYNTAX);
	assert_int_equal(ui_render_parse_style("mono", &style), ERR_OK);
	assert_int_equal(style, RENDER_MONO);
	assert_int_equal(ui_render_parse_style("gif", &style), ERR_NOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_screen_is_as_it_was),
		cmocka_unit_test(no_row_is_wider_than_the_screen),
		cmocka_unit_test(ascii_screens_are_ascii),
		cmocka_unit_test(hostile_names_change_no_other_cell),
		cmocka_unit_test(draws_at_every_size),
		cmocka_unit_test(resizing_leaves_no_stale_cell),
		cmocka_unit_test(tells_which_scenes_there_are),
		cmocka_unit_test(parses_sizes_and_styles),
	};

	return cmocka_run_group_tests(tests, set_locale, NULL);
}
