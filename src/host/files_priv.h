/*
 * files_priv.h - what files.c, files_flush.c, files_select.c and files_move.c
 * share.
 */
#ifndef HOST_FILES_PRIV_H
#define HOST_FILES_PRIV_H

#include <pthread.h>

#include "host/files.h"

/* Entries of the descriptor cache besides the files themselves. */
#define SLOT_ROOT (SIZE_MAX - 1)
#define SLOT_PARTS (SIZE_MAX - 2)

#define FILE_MODE 0666

/* Bits of files.flag. */
#define FILE_DIRTY 1u   /* written since the last flush; listed in dirty */
#define FILE_CREATED 2u /* its folder entry is not on stable storage yet */

struct files {
	const struct layout *layout;
	struct fd_cache *cache;
	struct file_io io;
	char *dir;
	char *parts; /* name of the part file */
	char *temp;  /* name of a file that is being copied */
	struct bitfield wanted;
	bool selected; /* files_select() ran */
	atomic_bool cancel;

	pthread_mutex_t lock; /* for what follows */
	uint8_t *flag;        /* by file; [nfiles] is the part file */
	size_t *dirty;        /* files to flush */
	size_t ndirty, dirty_cap;
};

static inline const struct meta_file *files_meta(const struct files *f,
	size_t i)
{
	return &f->layout->meta->files[i];
}

/* Whether the file can have bytes or an entry in a folder at all. */
static inline bool files_is_real(const struct files *f, size_t i)
{
	return !files_meta(f, i)->is_pad && !files_meta(f, i)->is_symlink;
}

/* Fill the fault: cannot VERB "NAME": REASON.  err is a negated errno. */
enum err files_fault(struct fault *fault, const char *verb, const char *name,
	int err);

/* The download folder, held in the cache; NULL and *err on failure. */
struct fd_ref *files_root(struct files *f, bool make, int *err);

/* What shall be opened, and how. */
struct opening {
	size_t slot; /* of the cache */
	const char *path;
	bool write;
	bool create;
	uint64_t size; /* make it at least that long; 0: leave it */
};

/* A file, held in the cache; NULL and *err on failure. */
struct fd_ref *files_open(struct files *f, const struct opening *o, int *err);

/* Remember for the next flush that file i (nfiles: the part file) changed. */
void files_note_written(struct files *f, size_t i, bool created);

/* Bytes from one descriptor to another, sparse where the source is.  Returns
 * 0 or a negated errno; -ECANCELED after files_cancel(). */
struct copy_range {
	int from, to;
	uint64_t from_offset, to_offset;
	uint64_t n;
};
int files_copy_range(struct files *f, struct file_worker *w,
	const struct copy_range *c);

#endif
