/*
 * resume.h - one torrent's state file: what is on disk, and how far it can
 * be trusted.
 *
 * Bencoded, with a checksum over the payload.  `have` names pieces that were
 * verified and written.  Of these, `synced` were on stable storage when the
 * file was written; the others are only trusted while the same kernel runs
 * (boot_id), for then the page cache still has them.  Per file, size and time
 * at the moment of saving: a file that looks different is hashed again.
 *
 * Pure.  Decoding is safe against any bytes.
 */
#ifndef CORE_STORAGE_RESUME_H
#define CORE_STORAGE_RESUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bitfield.h"
#include "base/bytes.h"
#include "base/err.h"
#include "core/storage/disk.h"

#define RESUME_MAX (64u << 20) /* longest file that is read, bytes */
#define RESUME_PEERS_MAX 50u
#define RESUME_VERSION 1

struct resume {
	uint8_t hash[20]; /* the torrent's wire hash */
	uint64_t total;   /* bytes */
	uint32_t npieces;
	uint32_t nfiles;
	char boot_id[40];
	struct bitfield have, synced;
	struct disk_stat *stat; /* nfiles, heap */
	uint8_t *priority;      /* nfiles, heap: enum piece_priority values */
	uint64_t up_bytes, down_bytes;
	int64_t added_s, completed_s;
	bool paused, sequential;
	struct addr peers[RESUME_PEERS_MAX];
	uint32_t npeers;
	char **trackers; /* added by the user; heap */
	uint32_t ntrackers;
};

void resume_fini(struct resume *r);

/* Appends the file's bytes. */
void resume_encode(const struct resume *r, struct buf *out);

/*
 * hash, total, npieces and nfiles must be those given.
 *   ERR_SYNTAX  damaged, or of another version
 *   ERR_HASH    the checksum is wrong
 *   ERR_STATE   of another torrent
 * On failure *out is untouched.
 */
MUST_CHECK enum err resume_decode(struct span file, const uint8_t hash[20],
	uint64_t total, uint32_t npieces, uint32_t nfiles, struct resume *out);

#endif
