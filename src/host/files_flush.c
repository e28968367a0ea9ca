/*
 * files_flush.c - what was written to stable storage.
 *
 * Written files are kept as a list, so that a flush costs nothing for the
 * others, and each is on it once.
 */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "host/below.h"
#include "host/files.h"
#include "host/files_priv.h"

void files_note_written(struct files *f, size_t i, bool created)
{
	size_t n = f->layout->meta->nfiles + 1;

	pthread_mutex_lock(&f->lock);
	if (!f->flag)
		f->flag = mem_zero_array(n, sizeof *f->flag);
	if (created)
		f->flag[i] |= FILE_CREATED;
	if (!(f->flag[i] & FILE_DIRTY)) {
		f->flag[i] |= FILE_DIRTY;
		f->dirty = mem_grow(f->dirty, &f->dirty_cap, f->ndirty + 1,
			sizeof *f->dirty);
		f->dirty[f->ndirty++] = i;
	}
	pthread_mutex_unlock(&f->lock);
}

/* fsync() of the folders on the way to path, up to the download folder. */
static int sync_folders(int root, const char *path)
{
	char *at = mem_strdup(path);
	char *slash;
	int err;

	do {
		err = below_sync_parent(root, at);
		slash = strrchr(at, '/');
		if (slash)
			*slash = '\0';
	} while (slash && !err);
	mem_free(at);
	return err;
}

static int flush_one(struct files *f, size_t i, unsigned flag, const char *name)
{
	bool is_parts = i == f->layout->meta->nfiles;
	struct opening o = {
		.slot = is_parts ? SLOT_PARTS : i,
		.path = name,
		.write = true,
	};
	struct fd_ref *ref, *root;
	int err = 0;

	ref = files_open(f, &o, &err);
	if (!ref)
		return err;
	if (f->io.fdatasync(ref->fd) != 0)
		err = -errno;
	fd_cache_drop(f->cache, ref);
	if (err || !(flag & FILE_CREATED))
		return err;
	root = files_root(f, false, &err);
	if (!root)
		return err;
	err = sync_folders(root->fd, name);
	fd_cache_drop(f->cache, root);
	return err;
}

/* Take the list of written files over; writers go on with an empty one. */
static size_t take_dirty(struct files *f, size_t **list, uint8_t **flags)
{
	size_t n;

	pthread_mutex_lock(&f->lock);
	n = f->ndirty;
	*list = f->dirty;
	*flags = n ? mem_array(n, 1) : NULL;
	for (size_t i = 0; i < n; i++) {
		(*flags)[i] = f->flag[f->dirty[i]];
		f->flag[f->dirty[i]] = 0;
	}
	f->dirty = NULL;
	f->ndirty = 0;
	f->dirty_cap = 0;
	pthread_mutex_unlock(&f->lock);
	return n;
}

enum err files_flush(struct files *f, struct fault *fault)
{
	size_t *list;
	uint8_t *flags;
	size_t n = take_dirty(f, &list, &flags);
	enum err result = ERR_OK;

	for (size_t i = 0; i < n; i++) {
		const char *name = list[i] == f->layout->meta->nfiles
		                           ? f->parts
		                           : files_meta(f, list[i])->path;
		int err = flush_one(f, list[i], flags[i], name);

		if (!err)
			continue;
		/* What somebody removed stays lost; say so once. */
		if (err != -ENOENT)
			files_note_written(f, list[i], flags[i] & FILE_CREATED);
		if (!result)
			result = files_fault(fault, "flush", name, err);
	}
	mem_free(list);
	mem_free(flags);
	return result;
}
