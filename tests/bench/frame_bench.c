/*
 * What one frame costs: update, draw everything at 120x36, by number of
 * torrents; the piece map alone; and each tab of one torrent at 200x55.
 * Microseconds, median of many.
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

static void measure_frames(const char *name, struct scene *scene,
	struct screen *s, bool motion)
{
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

static void measure(const char *name, size_t ntorrents, bool motion)
{
	struct scene *scene = scene_new_many(ntorrents);

	measure_frames(name, scene,
		scene_screen(scene, 120, 36, TIER_UTF8, NULL, NULL), motion);
}

static void measure_scene(const char *name)
{
	struct scene *scene = scene_new(name);

	measure_frames(name, scene,
		scene_screen(scene, 200, 55, TIER_UTF8, NULL, NULL), false);
}

#define FILES 100000u

static void press(struct screen *s, int32_t key)
{
	struct input in = {.kind = INPUT_KEY, .key = key};

	screen_input(s, &in);
}

/* A hundred folders of a thousand files: a key and a frame of the tab of
 * files; with step_ms of a second, the sums of folders as well. */
static void measure_files(const char *name, uint64_t step_ms)
{
	struct scene *scene = scene_new("filestab");
	struct torrent_detail d = *scene_detail(scene);
	struct file_row *files = calloc(FILES, sizeof *files);
	char(*paths)[48] = calloc(FILES, sizeof *paths);
	static double us[FRAMES];
	struct screen *s;

	for (size_t i = 0; files && paths && i < FILES; i++) {
		snprintf(paths[i], sizeof paths[i], "all/folder %zu/file %zu",
			i / 1000, i);
		files[i] = (struct file_row){paths[i], 40000, 20000,
			(uint32_t)(i / 27), (uint32_t)(i / 27 + 1), 4, false};
	}
	d.files = files;
	d.nfiles = FILES;
	s = scene_screen(scene, 120, 36, TIER_UTF8, NULL, NULL);
	for (int i = 0; i < FRAMES; i++) {
		double start;

		scene_step(scene, step_ms);
		start = now_us();
		screen_update(s, scene_snapshot(scene), &d);
		press(s, i % 2 ? 'k' : 'G');
		screen_draw(s);
		us[i] = now_us() - start;
	}
	qsort(us, FRAMES, sizeof *us, by_value);
	printf("%s_median_us %.0f\n", name, us[FRAMES / 2]);
	printf("%s_p99_us %.0f\n", name, us[FRAMES * 99 / 100]);
	screen_free(s);
	scene_free(scene);
	free(files);
	free(paths);
}

int main(void)
{
	text_set_utf8(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
	measure("frame_12", 12, false);
	measure("frame_1000", 1000, false);
	measure("frame_10000", 10000, false);
	measure("map_12", 12, true);
	measure_files("files_100000", 3);
	measure_files("files_100000_second", 1000);
	measure_scene("overview");
	measure_scene("filestab");
	measure_scene("peerstab");
	measure_scene("trackerstab");
	measure_scene("piecestab");
	measure_scene("logtab");
	return 0;
}
