/*
 * metainfo_priv.h - what the parts of the metainfo parser share.  Private to
 * metainfo*.c, their tests and fuzz targets.
 *
 *	metainfo.c        the .torrent around the info dictionary, and the
 *result metainfo_v1.c     the list of files and the piece hashes of BEP 3
 *	metainfo_v2.c     the file tree of BEP 52, and whether a hybrid agrees
 *	metainfo_layers.c the piece layers of BEP 52
 *	metainfo_paths.c  names made safe and distinct
 */
#ifndef PROTO_METAINFO_PRIV_H
#define PROTO_METAINFO_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "proto/arena.h"
#include "proto/bencode.h"
#include "proto/metainfo.h"

#define META_PIECE_V2_MIN 16384 /* BEP 52's smallest piece length, bytes */

/* What metainfo.arena points at. */
struct meta_owner {
	struct arena *arena; /* holds this, and all that is small */
	uint8_t *info;       /* its bytes: piece hashes and roots are inside */
	uint8_t *layers;     /* or NULL */
};

/* A torrent in the making. */
struct meta_build {
	struct metainfo *m;
	struct meta_owner *own;
	struct arena *arena;
	const struct benc_doc *doc;
	uint32_t info;             /* the info dictionary's node */
	const uint8_t *info_bytes; /* where doc has it; m->info is the copy */
	struct fault *fault;
	struct paths *paths;
	struct span name; /* as written, of name.utf-8 or name */
};

/* The same bytes in the copy that the metainfo owns. */
const uint8_t *meta_owned(const struct meta_build *b, const uint8_t *p);

/* What one file's dictionary says, in v1 and v2 alike. */
struct meta_props {
	uint64_t length;
	bool is_pad, is_symlink, is_executable;
};
/* index: the file's number, from 1, for faults. */
MUST_CHECK enum err meta_read_props(const struct meta_build *b, uint32_t node,
	size_t index, struct meta_props *out);

/* One entry of the v1 list. */
struct v1_entry {
	uint32_t path; /* its list of elements, at least one, all strings */
	struct meta_props props;
};
MUST_CHECK enum err meta_v1_entry(const struct meta_build *b, uint32_t node,
	size_t index, struct v1_entry *out);
/* Fills files, total, content, npieces, pieces, is_multi. */
MUST_CHECK enum err meta_v1_parse(struct meta_build *b);

/* The same from the file tree; for a hybrid it compares and adds roots. */
MUST_CHECK enum err meta_v2_parse(struct meta_build *b);
/* node: the dictionary `piece layers`, or BENC_NONE. */
MUST_CHECK enum err meta_v2_layers(struct meta_build *b, uint32_t node);

/*
 * Paths of one torrent.  Elements are cleaned one by one; two that would
 * share a name in their folder are told apart by " (2)", " (3)", ... before
 * the extension, in the order of the files.  A folder that would make the
 * path deeper than METAINFO_DEPTH_MAX or longer than METAINFO_PATH_MAX is
 * left out.  Work is linear in the bytes of the elements.
 */
#define PATHS_TOP 0u /* the torrent's own folder */
#define PATHS_FOLDERS_MAX 262144u
struct paths;

/*
 * top: the cleaned name of the torrent's own folder, or NULL when files lie
 * in the download folder itself; it and the arena are borrowed.  The key
 * guards the tables against names made to collide.  budget: bytes all paths
 * together may take.  nfiles: how many files are to come, about.
 */
struct paths *paths_new(struct arena *a, const char *top, const uint8_t key[16],
	size_t budget, size_t nfiles);
void paths_free(struct paths *p);

/* The folder for this element inside parent, the same for the same element.
 * ERR_LIMIT when there are too many. */
MUST_CHECK enum err paths_folder(struct paths *p, uint32_t parent,
	struct span element, uint32_t *out);
/* The path, in the arena, of a file of this name; each call is a new file.
 * ERR_LIMIT when the budget is used up. */
MUST_CHECK enum err paths_file(struct paths *p, uint32_t parent,
	struct span element, const char **out);

/* The paths of a torrent whose m->nfiles is known. */
struct paths *meta_paths(struct meta_build *b, const char *top);

#endif
