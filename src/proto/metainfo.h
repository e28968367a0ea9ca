/*
 * metainfo.h - a .torrent file, or an info dictionary alone (BEP 3, 12, 19,
 * 27, 47, 52).  Pure.
 *
 * metainfo_parse() turns hostile bytes into one immutable structure in which
 * everything has been checked: sizes add up without overflow, the number of
 * piece hashes fits the sizes, every path is cleaned, distinct and below the
 * torrent's own folder.  The info-hash is taken over the raw bytes of the
 * info dictionary.  v1, v2 and hybrid torrents give the same structure.
 *
 * The structure owns a copy of what it needs: the input may go after the call.
 *
 * Memory: `info` (piece hashes and roots lie inside it) and `layers` are one
 * allocation each, the rest is a few hundred bytes and about 50 bytes and the
 * path for each file.  While parsing, 16 bytes a token are added and about 50
 * a file.  So a large torrent, whose bytes are hashes, takes twice its size
 * at the peak.  Lists of many tiny files take more: the paths are bounded by
 * 8 times the info dictionary and 1 MiB, and by 128 MiB in all.
 *
 * An idle torrent need not keep it: whatever is in the structure is a pure
 * function of the bytes, paths included, so an owner may free it, keep hash,
 * name and total, and parse the stored .torrent again on the first need.
 */
#ifndef PROTO_METAINFO_H
#define PROTO_METAINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "proto/infohash.h"

#define METAINFO_FILE_MAX (64u << 20)  /* longest .torrent read, bytes */
#define METAINFO_INFO_MAX (32u << 20)  /* longest info dict from peers */
#define METAINFO_PIECES_MAX (1u << 21) /* pieces in one torrent */
#define METAINFO_PIECE_LENGTH_MAX INT32_MAX
#define METAINFO_FILES_MAX 1000000u
#define METAINFO_PATH_MAX 4000u /* bytes of a cleaned path */
#define METAINFO_DEPTH_MAX 64u  /* elements of a path that are kept */
#define METAINFO_TRACKERS_MAX 1000u
#define METAINFO_WEBSEEDS_MAX 100u
#define METAINFO_NODES_MAX 100u
#define METAINFO_URL_MAX 2048u

struct meta_file {
	/* First byte in the torrent's byte stream.  In v2 only torrents every
	 * file that has bytes begins a piece: the gap before it is nowhere. */
	uint64_t offset;
	uint64_t length;
	const char *path; /* cleaned, UTF-8, '/' between elements, relative to
	                     the download folder, the torrent's own folder
	                     included for multi-file torrents; all pad files
	                     share one that may also be a real file's */
	bool is_pad;      /* BEP 47: zeros, never written or shown */
	bool is_symlink;  /* BEP 47: never created; length is 0 */
	bool is_executable;
	const uint8_t *root; /* v2: 32 bytes, or NULL */
};

struct meta_tracker {
	const char *url; /* http, https or udp; printable ASCII */
	uint32_t tier;   /* 0 first; ascending in the array */
};

struct metainfo {
	struct infohash hash;
	const char *name;     /* cleaned for files; never empty */
	const char *raw_name; /* cleaned for screens only */
	uint64_t total;       /* end of the stream, pad files included */
	uint64_t content;     /* bytes without pad files */
	uint32_t piece_length;
	uint32_t npieces;
	bool is_private;
	bool is_multi; /* files lie in a folder of the torrent's name */
	bool has_v1, has_v2;

	struct meta_file *files;
	size_t nfiles;
	struct meta_tracker *trackers;
	size_t ntrackers;
	const char **webseeds; /* BEP 19 url-list; http or https */
	size_t nwebseeds;
	const char **nodes; /* BEP 5 "host:port" */
	size_t nnodes;

	const char *comment;    /* cleaned for screens; NULL: none */
	const char *created_by; /* likewise */
	const char *source;     /* likewise */
	int64_t created_s;      /* Unix time; 0: none */

	const uint8_t *pieces; /* v1: npieces * 20 bytes; NULL for v2 only */
	/*
	 * v2: the hashes of all pieces, 32 bytes each: file i's begin at
	 * layer_first[i], which is its first piece.  Every one was checked
	 * against the root of its file.  A file of one piece has its root
	 * here, which is over as many leaves as its own blocks need (a power
	 * of two); in a larger file each hash is over a whole piece's leaves.
	 * NULL for v1, and unless has_layers.
	 */
	const uint8_t *layers;
	const uint32_t *layer_first;
	bool has_layers; /* false: v2 whose layers must still be fetched */

	struct span info; /* the raw info dictionary, owned */
	void *arena;      /* private */
};

/*
 * `file` is a whole .torrent; bytes after the first value are ignored.
 *
 * On failure *out is untouched and *fault (may be NULL) holds one line that
 * names the field and the reason:
 *   ERR_SYNTAX  not bencode, or a needed key is missing or of a wrong type
 *   ERR_RANGE   a number outside its legal range, or sizes that contradict
 *   ERR_LIMIT   one of the limits above
 *   ERR_UNSUPPORTED  a version of the format that is not known
 */
MUST_CHECK enum err metainfo_parse(struct span file, struct metainfo **out,
	struct fault *fault);

/* The info dictionary alone, as a magnet link's peers send it. */
MUST_CHECK enum err metainfo_parse_info(struct span info, struct metainfo **out,
	struct fault *fault);

void metainfo_free(struct metainfo *m);

/*
 * Length of piece i; 0 for i out of range.  The last may be shorter, and in
 * v2 only torrents the last of each file.
 */
uint32_t metainfo_piece_size(const struct metainfo *m, uint32_t i);

/*
 * A .torrent of this info dictionary with the given trackers and web seeds,
 * for the session folder and for exporting a magnet.  Piece layers are not
 * written: they are fetched again.  Appends to out.
 */
void metainfo_write(struct span info, const struct meta_tracker *trackers,
	size_t ntrackers, const char *const *webseeds, size_t nwebseeds,
	struct buf *out);

/* Whether a URL may be used as a tracker: scheme, host, port, no controls. */
bool tracker_url_ok(struct span url);
bool webseed_url_ok(struct span url);

#endif
