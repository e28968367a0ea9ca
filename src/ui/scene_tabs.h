/*
 * scene_tabs.h - files and trackers of a scene's first torrent.  See scene.h.
 */
#ifndef UI_SCENE_TABS_H
#define UI_SCENE_TABS_H

#include "core/snapshot.h"

void scene_files(struct torrent_detail *d);
void scene_trackers(struct torrent_detail *d);

#endif
