/*
 * torrent_file.h - what people name on a command line: files of torrents,
 * links, hashes, URLs.
 */
#ifndef CLI_TORRENT_FILE_H
#define CLI_TORRENT_FILE_H

#include "base/bytes.h"
#include "base/err.h"
#include "proto/magnet.h"
#include "proto/metainfo.h"

enum named_kind {
	NAMED_FILE,
	NAMED_LINK, /* magnet link or info-hash */
	NAMED_URL,  /* http(s): of a .torrent */
};

/* A file of that name wins over an info-hash. */
enum named_kind named_kind_of(const char *text);

/* A link, or the link of an info-hash; errors as those of magnet_parse(). */
MUST_CHECK enum err named_link_parse(const char *text, struct magnet **out,
	struct fault *fault);

/*
 * Appends the file's bytes.
 *   ERR_DISK   it cannot be read; ERR_LIMIT  longer than METAINFO_FILE_MAX
 */
MUST_CHECK enum err torrent_file_read(const char *path, struct buf *out,
	struct fault *fault);

/* Read and parsed; the caller ends it with metainfo_free(). */
MUST_CHECK enum err torrent_file_load(const char *path, struct metainfo **out,
	struct fault *fault);

#endif
