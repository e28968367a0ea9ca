/*
 * piece_work.h - hash the pieces of files on all cores at once.
 *
 * `check` and `create` have nothing else to do, so they go past the engine:
 * each thread takes the next few pieces, reads them with plain pread() and
 * hashes them while they are in its core's cache.  Nothing is shared but the
 * number of the next piece.  Blocking; the progress call comes from the
 * calling thread.
 */
#ifndef CLI_PIECE_WORK_H
#define CLI_PIECE_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

#define PIECE_WORK_THREADS_MAX 64u

struct piece_file {
	uint64_t offset; /* in the stream; ascending, without overlaps */
	uint64_t length;
	bool is_zero; /* a pad file: zeros that are nowhere */
};

enum piece_state {
	PIECE_UNREAD = 0,
	PIECE_READ,   /* its digest is valid */
	PIECE_ABSENT, /* a part of it could not be read */
};

struct piece_work {
	const struct piece_file *files;
	size_t nfiles;
	uint64_t total; /* bytes of the stream */
	uint32_t piece_length;
	uint32_t npieces;
	/* A descriptor to read file i, which the caller of it closes, or a
	 * negated errno value.  Any thread. */
	int (*open)(void *user, size_t file);
	/* About five times a second, and once at the end; may be NULL. */
	void (*progress)(void *user, uint64_t bytes_done);
	void *user;
	unsigned threads; /* 0: one a core */

	/* The results, the caller's arrays of npieces elements. */
	uint8_t (*digests)[SHA1_LEN];
	uint8_t *states; /* enum piece_state */
	/* The first file that could not be read and why (ENODATA: it was
	 * shorter than it should be); errno 0: all could. */
	size_t bad_file;
	int bad_errno;
};

void piece_work_run(struct piece_work *w);

#endif
