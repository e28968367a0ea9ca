/*
 * scene_add.h - made-up torrents that are being added, for scenes; see
 * scene.h.
 */
#ifndef UI_SCENE_ADD_H
#define UI_SCENE_ADD_H

#include "core/snapshot.h"
#include "ui/screen.h"

/* What stands in a folder or a .torrent file that a dialog asks for; false:
 * there is no such thing. */
bool scene_add_folder(struct screen *s, const char *path);
bool scene_add_torrent(struct screen *s, const char *path);

/* The row of a magnet link, and what is known of its trackers and peers. */
void scene_add_fetch(struct torrent_row *row, struct torrent_detail *d);
/* The row of one that waits for a choice, and its files. */
void scene_add_choose(struct torrent_row *row, struct torrent_detail *d);
/* Four links, of which one is known when the list is that of the dashboard. */
extern const char scene_add_links[];

#endif
