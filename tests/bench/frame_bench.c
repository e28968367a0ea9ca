/*
 * What one frame costs: update, draw everything at 120x36, by number of
 * torrents; and the piece map alone.  Microseconds, median of many.
 */
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/utf8.h"
#include "ui/scene.h"

#define FRAMES 301

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void measure(const char *name, size_t ntorrents, bool motion)
{
	struct scene *scene = scene_new_many(ntorrents);
	struct screen *s = scene_screen(scene, 120, 36, TIER_UTF8, NULL, NULL);
	static double us[FRAMES];

	screen_draw(s);
	for (int i = 0; i < FRAMES; i++) {
		double start;

		/* A second a frame: every other one sorts the list anew. */
		scene_step(scene, motion ? 200 : 1000);
		start = now_us();
		screen_update(s, scene_snapshot(scene), scene_detail(scene));
		if (motion)
			screen_draw_motion(s);
		else
			screen_draw(s);
		us[i] = now_us() - start;
	}
	qsort(us, FRAMES, sizeof *us, by_value);
	printf("%s_median_us %.0f\n", name, us[FRAMES / 2]);
	printf("%s_p99_us %.0f\n", name, us[FRAMES * 99 / 100]);
	screen_free(s);
	scene_free(scene);
}

int main(void)
{
	text_set_utf8(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
	measure("frame_12", 12, false);
	measure("frame_1000", 1000, false);
	measure("frame_10000", 10000, false);
	measure("map_12", 12, true);
	return 0;
}
