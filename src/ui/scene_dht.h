/*
 * scene_dht.h - the made-up DHT of a scene.  Pure; see scene.h.
 */
#ifndef UI_SCENE_DHT_H
#define UI_SCENE_DHT_H

#include "core/snapshot.h"

enum scene_dht {
	SCENE_DHT_OFF,
	SCENE_DHT_ALONE,   /* bootstrap nodes are asked, none answered */
	SCENE_DHT_JOINING, /* the first nodes are there */
	SCENE_DHT_JOINED,
};

uint32_t scene_dht_nodes(enum scene_dht kind);
/* As engine_dht(); the first torrents of the snapshot are announced. */
void scene_dht_fill(enum scene_dht kind, const struct snapshot *s,
	enum addr_family family, unsigned bucket, struct dht_detail *out);

#endif
