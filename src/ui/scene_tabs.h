/*
 * scene_tabs.h - files, trackers and messages of a scene.  See scene.h.
 */
#ifndef UI_SCENE_TABS_H
#define UI_SCENE_TABS_H

#include "core/snapshot.h"
#include "ui/screen.h"

void scene_files(struct torrent_detail *d);
/* What they were asked, how long they have been here. */
void scene_peer_times(struct peer_row *peers, size_t n);
/* Names of files and clients that a stranger chose to break the screen. */
void scene_hostile(struct torrent_detail *d, struct peer_row *peers, size_t n);
void scene_trackers(struct torrent_detail *d);
void scene_news(struct screen *s, uint64_t now_ms, int64_t wall_s);
/* Of that torrent. */
void scene_torrent_news(struct screen *s, struct torrent_id id, uint64_t now_ms,
	int64_t wall_s);

#endif
