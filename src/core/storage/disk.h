/*
 * disk.h - files of torrents, read, written and hashed off the loop thread.
 *
 * An interface with two makers: src/host/disk.c (worker threads) and
 * tests/sim/sim_disk.c (memory, faults on demand).
 *
 * Rules that hold for every job:
 *   - The job and the memory it points at belong to the disk from submit
 *     until done() is called, which happens exactly once, on the loop thread,
 *     never from inside the call that submitted it.
 *   - Jobs of one store that touch the same bytes run in the order made.
 *     FLUSH, MOVE, DELETE and SELECT wait for all earlier jobs of their store
 *     and hold back all later ones.
 *   - After store_close() jobs that had not begun finish with ERR_CANCELED.
 *
 * Back-pressure: bytes handed in for writing and not yet written are dirty.
 * Above the high mark disk_pressure() is true and core stops asking peers for
 * blocks; falling below the low mark calls relieved() once.
 */
#ifndef CORE_STORAGE_DISK_H
#define CORE_STORAGE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/bitfield.h"
#include "base/bytes.h"
#include "base/err.h"

struct disk;
struct layout;
struct store; /* the files of one torrent */

enum disk_class {
	DISK_URGENT,     /* a peer waits for it */
	DISK_NORMAL,     /* writes and hashes of a download */
	DISK_BACKGROUND, /* checks, moves, deletes */
};

enum disk_op {
	DISK_READ,      /* [offset, +length) into vec */
	DISK_WRITE,     /* vec to [offset, +length); not verified */
	DISK_PUT_PIECE, /* SHA-1 of vec; written only if it is `expect` */
	DISK_HASH,      /* SHA-1 of [offset, +length) as it is on disk */
	DISK_FLUSH,     /* all earlier writes are on stable storage when done */
	DISK_MOVE,      /* all files to another folder (`path`) */
	DISK_DELETE,    /* remove the files and the folders they leave empty */
	DISK_STAT,      /* sizes and times of all files into `stat` */
	DISK_SELECT,    /* set which files are wanted (`wanted`, nfiles bits) */
};

struct disk_stat {
	bool exists;
	uint64_t size;
	int64_t mtime_ns;
};

struct disk_job {
	/* Set by the caller. */
	enum disk_op op;
	enum disk_class class;
	uint64_t offset; /* in the torrent's byte stream */
	uint32_t length;
	const struct iovec *vec; /* READ, WRITE, PUT_PIECE */
	int nvec;
	uint8_t expect[20];            /* PUT_PIECE */
	const char *path;              /* MOVE: absolute folder */
	struct disk_stat *stat;        /* STAT: room for nfiles */
	const struct bitfield *wanted; /* SELECT */
	void (*done)(struct disk_job *job);
	void *user;

	/* Valid in done(). */
	struct fault fault; /* ERR_OK; ERR_HASH: PUT_PIECE, nothing written */
	uint8_t sha1[20];   /* PUT_PIECE, HASH */

	/* The disk's own. */
	void *impl[4];
};

/* A small state file, replaced whole: temporary, fsync, rename, fsync. */
struct disk_file_job {
	enum {
		DISK_FILE_SAVE,
		DISK_FILE_LOAD,
		DISK_FILE_REMOVE
	} op;
	const char *path;  /* relative to the state folder; '/' allowed */
	struct span bytes; /* SAVE: copied by the call */
	size_t max;        /* LOAD: longest file that is read */
	void (*done)(struct disk_file_job *job);
	void *user;

	struct fault fault; /* ERR_NOENT: LOAD, there is none */
	struct buf loaded;  /* LOAD: the caller takes or frees it in done() */
	void *impl[4];
};

struct disk_space {
	uint64_t free_bytes; /* 0 when unknown */
	uint64_t total_bytes;
};

struct disk_ops {
	/* Borrows the layout until store_close() is done.  Touches no file.
	 * tag names the torrent (40 hex digits) for its part file. */
	struct store *(*store_open)(struct disk *d, const struct layout *layout,
		const char *dir, const char *tag);
	void (*store_close)(struct store *s, void (*done)(void *user),
		void *user);
	void (*submit)(struct store *s, struct disk_job *job);
	/* SAVE of one path run in the order made. */
	void (*file)(struct disk *d, struct disk_file_job *job);
	/* Free space of the file system of dir as last seen (polled by the
	 * disk, at most every 10 s); never blocks. */
	struct disk_space (*space)(struct disk *d, const char *dir);
	bool (*pressure)(const struct disk *d);
	uint64_t (*dirty_bytes)(const struct disk *d);
	void (*on_relieved)(struct disk *d, void (*relieved)(void *user),
		void *user);
};

struct disk {
	const struct disk_ops *ops;
};

static inline struct store *store_open(struct disk *d,
	const struct layout *layout, const char *dir, const char *tag)
{
	return d->ops->store_open(d, layout, dir, tag);
}

/*
 * Reads of pad files give zeroes, writes to them are dropped.  Bytes of files
 * that are not wanted go to a part file (created only when needed) and are
 * moved into place when SELECT makes the file wanted; skipped files are never
 * created.  A read beyond the present end of a file: ERR_DISK, os ENODATA.
 * Parents are created on the first write; files get their final size, sparse,
 * and zero-length wanted files are created by the first SELECT.
 */

#endif
