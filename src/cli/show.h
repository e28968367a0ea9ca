/*
 * show.h - what is in a torrent or a link, as text and as JSON.  Pure but for
 * the local time zone.
 */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "base/bytes.h"
#include "proto/magnet.h"
#include "proto/metainfo.h"

/* Append; the text ends in a newline, the JSON is one line without one. */
void show_metainfo_text(const struct metainfo *m, struct buf *out);
void show_metainfo_json(const struct metainfo *m, struct buf *out);
void show_magnet_text(const struct magnet *m, struct buf *out);
void show_magnet_json(const struct magnet *m, struct buf *out);

/* The files as a tree, two columns deeper for each folder. */
void show_tree(const struct metainfo *m, struct buf *out);

#endif
