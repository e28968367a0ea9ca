/*
 * scene.h - made-up snapshots: the same screen every time, without an engine.
 *
 * For tests, fuzzing, measuring and pictures.  The clock stands still and
 * nothing is random.
 */
#ifndef UI_SCENE_H
#define UI_SCENE_H

#include "ui/screen.h"

struct scene;

/* NULL: there is no scene of that name. */
struct scene *scene_new(const char *name);
/* n torrents of no particular kind, for measuring. */
struct scene *scene_new_many(size_t ntorrents);
void scene_free(struct scene *s);
const char *scene_names(void); /* "dash|empty|..." */

const struct snapshot *scene_snapshot(const struct scene *s);
const struct torrent_detail *scene_detail(const struct scene *s);

/* What engine_dht() would fill in. */
void scene_dht(const struct scene *s, enum addr_family family, unsigned bucket,
	struct dht_detail *out);

/* A screen that shows the scene; ops may be NULL.  The caller frees it before
 * the scene. */
struct screen *scene_screen(struct scene *s, int cols, int rows,
	enum glyph_tier tier, const struct ui_ops *ops, void *user);

/* Let time pass: what moves moves a little. */
void scene_step(struct scene *s, uint64_t ms);

#endif
