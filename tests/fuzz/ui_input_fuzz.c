/*
 * Random keys, pastes, mouse presses and sizes on every scene: the screen is
 * always drawn, wide characters are whole, no cell holds a control.
 */
#include <assert.h>
#include <locale.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/utf8.h"
#include "ui/decoder.h"
#include "ui/scene.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const scenes[] = {"dash", "empty", "hostile", "add", "help",
	"confirm", "cmdline", "filter", "dht", "nodes", "nodht", "joining",
	"fetch", "choose", "paste"};
#define NSCENES (sizeof scenes / sizeof scenes[0])

static void check_grid(const struct grid *g)
{
	for (int y = 0; y < g->rows; y++)
		for (int x = 0; x < g->cols; x++) {
			const struct cell *c = grid_cell(g, x, y);

			assert(c->ch[0] >= 0x20 &&
				!(c->ch[0] >= 0x7f && c->ch[0] < 0xa0));
			assert(g->tier != TIER_ASCII || c->ch[0] < 0x7f);
			assert(c->role < ROLE_COUNT);
			assert(c->ground < GROUND_COUNT &&
				c->ground != GROUND_KEEP);
			if (c->width == 2)
				assert(x + 1 < g->cols &&
					grid_cell(g, x + 1, y)->width == 0);
			if (c->width == 0)
				assert(x > 0 &&
					grid_cell(g, x - 1, y)->width == 2);
		}
}

static void do_step(struct scene *scene, struct screen *s, struct decoder *d,
	struct reader *r)
{
	uint8_t what = read_u8(r);
	struct input in;

	if (what < 8) {
		screen_resize(s, read_u8(r), read_u8(r) % 80,
			(enum glyph_tier)(what % 3));
	} else if (what < 12) {
		scene_step(scene, read_u8(r) * 16u);
	} else {
		decoder_feed(d,
			read_span(r, what % 8 < read_left(r) ? what % 8
							     : read_left(r)),
			s->now_ms);
		decoder_tick(d, UINT64_MAX - 1);
	}
	screen_update(s, scene_snapshot(scene), scene_detail(scene));
	while (decoder_next(d, &in))
		screen_input(s, &in);
	if (what % 4 == 0)
		screen_draw_motion(s);
	check_grid(screen_draw(s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	struct reader r = reader_of(data, size);
	struct decoder *d = decoder_new(DECODER_ESC_MS);
	struct scene *scene;
	struct screen *s;

	if (!ready) {
		setenv("TZ", "UTC", 1);
		text_set_utf8(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
		ready = true;
	}
	scene = scene_new(scenes[read_u8(&r) % NSCENES]);
	s = scene_screen(scene, 80, 24, TIER_UTF8, NULL, NULL);
	for (int i = 0; i < 64 && !r.bad && read_left(&r); i++)
		do_step(scene, s, d, &r);
	decoder_free(d);
	screen_free(s);
	scene_free(scene);
	return 0;
}
