/*
 * files.h - the files of one torrent, read and written by worker threads.
 *
 * Blocking.  Functions take offsets in the torrent's stream of bytes and find
 * the files below the download folder.  Several workers may read, write and
 * hash at once; move, remove, select and close run alone (disk.c sees to it).
 * Failures fill a fault with a sentence that names the file; its text was
 * cleaned.
 *
 * A file that is not wanted and does not exist has its bytes in the part
 * file, ".bttui-TAG.parts" in the download folder: sparse, and the offset of
 * a byte in it is that byte's offset in the stream.  A file that is not
 * wanted but exists (it was wanted once, or the user put it there) is used in
 * place.
 */
#ifndef HOST_FILES_H
#define HOST_FILES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/bitfield.h"
#include "base/err.h"
#include "base/hash.h"
#include "core/storage/disk.h"
#include "core/storage/layout.h"
#include "host/fd_cache.h"

#define FILES_IOV 1024u                   /* vectors in one system call */
#define FILES_BUFFER ((size_t)256 * 1024) /* stays in a core's cache */

/* The calls that tests let fail or fall short.  NULL: the real one. */
struct file_io {
	ssize_t (*preadv)(int fd, const struct iovec *v, int n, off_t at);
	ssize_t (*pwritev)(int fd, const struct iovec *v, int n, off_t at);
	int (*fdatasync)(int fd);
};

/* What one worker needs while it runs a job. */
struct file_worker {
	struct hasher *hasher;
	uint8_t *buffer; /* FILES_BUFFER */
	struct iovec iov[FILES_IOV];
};

void file_worker_init(struct file_worker *w);
void file_worker_fini(struct file_worker *w);

struct files;

/* Borrows layout, cache and io; copies dir and tag.  Touches no file. */
struct files *files_new(const struct layout *layout, const char *dir,
	const char *tag, struct fd_cache *cache, const struct file_io *io);
void files_free(struct files *f); /* after files_close() */

/* Close all descriptors. */
void files_close(struct files *f);
/* From the loop thread: a move that copies shall give up soon. */
void files_cancel(struct files *f);

/* A range and the memory for it; the vectors hold n bytes. */
struct file_span {
	uint64_t offset;
	uint64_t n;
	const struct iovec *vec;
	int nvec;
};

MUST_CHECK enum err files_read(struct files *f, struct file_worker *w,
	const struct file_span *s, struct fault *fault);
/*
 * The same without blocking, on the loop thread: true only when every file
 * was open and every byte in memory.  No job that writes is running.
 */
bool files_read_cached(struct files *f, const struct file_span *s);
MUST_CHECK enum err files_write(struct files *f, struct file_worker *w,
	const struct file_span *s, struct fault *fault);
MUST_CHECK enum err files_hash(struct files *f, struct file_worker *w,
	uint64_t offset, uint64_t n, uint8_t sha1[SHA1_LEN],
	struct fault *fault);

/* fdatasync() of what was written since the last flush, and fsync() of the
 * folders in which files appeared.  After a failure the rest is still done,
 * and what failed is tried again by the next flush. */
MUST_CHECK enum err files_flush(struct files *f, struct fault *fault);
/* Never fails for a file: what cannot be seen does not exist. */
MUST_CHECK enum err files_stat(struct files *f, struct disk_stat *stat,
	struct fault *fault);
/* Creates wanted empty files; brings bytes of files that become wanted in
 * from the part file, and removes it when nothing is left for it. */
MUST_CHECK enum err files_select(struct files *f, struct file_worker *w,
	const struct bitfield *wanted, struct fault *fault);

/*
 * All files to another folder.  Either all of them are there afterwards, or
 * all are where they were and the fault says why; a file in the way is
 * ERR_EXISTS.  Copies when the folder is on another file system.
 */
MUST_CHECK enum err files_move(struct files *f, struct file_worker *w,
	const char *dir, struct fault *fault);
/* Files of this torrent, and the folders they leave empty.  Only regular
 * files are removed.  Goes on after a failure; the fault is the first. */
MUST_CHECK enum err files_remove(struct files *f, struct fault *fault);

#endif
