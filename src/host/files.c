/*
 * files.c - reading, writing and hashing the files of a torrent.
 */
#include "host/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "host/below.h"
#include "host/files_priv.h"

#define OPEN_TRIES 4 /* with fewer open files each time */
#define NAME_SHOWN 120

void file_worker_init(struct file_worker *w)
{
	w->hasher = hasher_new();
	w->buffer = mem_alloc(FILES_BUFFER);
}

void file_worker_fini(struct file_worker *w)
{
	hasher_free(w->hasher);
	mem_free(w->buffer);
}

struct files *files_new(const struct layout *layout, const char *dir,
	const char *tag, struct fd_cache *cache, const struct file_io *io)
{
	size_t nfiles = layout->meta->nfiles;
	struct files *f = mem_zero(sizeof *f);

	f->layout = layout;
	f->cache = cache;
	f->io = (struct file_io){preadv, pwritev, fdatasync};
	if (io && io->preadv)
		f->io.preadv = io->preadv;
	if (io && io->pwritev)
		f->io.pwritev = io->pwritev;
	if (io && io->fdatasync)
		f->io.fdatasync = io->fdatasync;
	f->dir = mem_strdup(dir);
	f->parts = mem_printf(".bttui-%s.parts", tag);
	f->temp = mem_printf(".bttui-%s.tmp", tag);
	bitfield_init(&f->wanted, (uint32_t)nfiles);
	bitfield_set_all(&f->wanted);
	atomic_init(&f->cancel, false);
	pthread_mutex_init(&f->lock, NULL);
	return f;
}

void files_free(struct files *f)
{
	if (!f)
		return;
	pthread_mutex_destroy(&f->lock);
	bitfield_fini(&f->wanted);
	mem_free(f->dir);
	mem_free(f->parts);
	mem_free(f->temp);
	mem_free(f->flag);
	mem_free(f->dirty);
	mem_free(f);
}

void files_close(struct files *f)
{
	fd_cache_forget(f->cache, f, FD_CACHE_ALL);
}

void files_cancel(struct files *f)
{
	atomic_store(&f->cancel, true);
}

enum err files_fault(struct fault *fault, const char *verb, const char *name,
	int err)
{
	char clean[NAME_SHOWN], buf[64];
	enum err code = err == -ECANCELED ? ERR_CANCELED : ERR_DISK;

	text_clean_to(clean, sizeof clean, span_str(name));
	return fault_set(fault, code, -err, "cannot %s \"%s\": %s", verb, clean,
		below_reason(err, buf, sizeof buf));
}

static bool out_of_descriptors(int err)
{
	return err == -EMFILE || err == -ENFILE;
}

struct fd_ref *files_root(struct files *f, bool make, int *err)
{
	struct fd_ref *ref = fd_cache_get(f->cache, f, SLOT_ROOT, false);
	int fd = -EMFILE;

	if (ref)
		return ref;
	for (int i = 0; i < OPEN_TRIES && out_of_descriptors(fd); i++) {
		fd = below_root(f->dir, make);
		if (out_of_descriptors(fd) && !fd_cache_shrink(f->cache))
			break;
	}
	if (fd < 0) {
		*err = fd;
		return NULL;
	}
	return fd_cache_add(f->cache, f, SLOT_ROOT, false, fd);
}

static int grow(int fd, uint64_t size)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (size > INT64_MAX)
		return -EFBIG;
	if ((uint64_t)st.st_size >= size)
		return 0;
	return ftruncate(fd, (off_t)size) ? -errno : 0;
}

static int open_below(struct files *f, int root, const struct opening *o)
{
	bool created = false;
	int fd, err;

	if (o->create)
		fd = below_create_file(root, o->path, FILE_MODE, &created);
	else
		fd = below_open_file(root, o->path, o->write);
	if (fd < 0)
		return fd;
	if (created)
		files_note_written(f,
			o->slot == SLOT_PARTS ? f->layout->meta->nfiles
					      : o->slot,
			true);
	err = o->write ? grow(fd, o->size) : 0;
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

struct fd_ref *files_open(struct files *f, const struct opening *o, int *err)
{
	struct fd_ref *ref = fd_cache_get(f->cache, f, o->slot, o->write);
	struct fd_ref *root;
	int fd = -EMFILE;

	if (ref)
		return ref;
	root = files_root(f, o->create, err);
	if (!root)
		return NULL;
	for (int i = 0; i < OPEN_TRIES && out_of_descriptors(fd); i++) {
		fd = open_below(f, root->fd, o);
		if (out_of_descriptors(fd) && !fd_cache_shrink(f->cache))
			break;
	}
	fd_cache_drop(f->cache, root);
	if (fd < 0) {
		*err = fd;
		return NULL;
	}
	return fd_cache_add(f->cache, f, o->slot, o->write, fd);
}

/* Where the bytes of a run really are. */
struct place {
	struct fd_ref *ref;
	const char *name;
	size_t note; /* for files_note_written() */
	uint64_t offset;
};

static bool find_place(struct files *f, const struct layout_run *run,
	bool write, struct place *place, int *err)
{
	const struct meta_file *m = files_meta(f, run->file);
	bool wanted = bitfield_has(&f->wanted, (uint32_t)run->file);
	struct opening o = {
		.slot = run->file,
		.path = m->path,
		.write = write,
		.create = write && wanted,
		.size = m->length,
	};

	*place = (struct place){
		.name = m->path, .note = run->file, .offset = run->file_offset};
	place->ref = files_open(f, &o, err);
	if (place->ref || wanted || (*err != -ENOENT && *err != -ENOTDIR))
		return place->ref != NULL;
	place->name = f->parts;
	place->note = f->layout->meta->nfiles;
	place->offset = m->offset + run->file_offset;
	o = (struct opening){
		.slot = SLOT_PARTS,
		.path = f->parts,
		.write = write,
		.create = write,
	};
	place->ref = files_open(f, &o, err);
	return place->ref != NULL;
}

/* A place in an array of vectors. */
struct cursor {
	const struct iovec *v;
	int left;  /* vectors, v included */
	size_t at; /* bytes of v that are behind us */
};

/* Fill iov with vectors of at most n bytes; returns how many. */
static int cursor_vectors(const struct cursor *c, uint64_t n, struct iovec *iov,
	int max)
{
	struct cursor at = *c;
	int count = 0;

	while (n > 0 && at.left > 0 && count < max) {
		size_t here = at.v->iov_len - at.at;
		size_t take = here < n ? here : (size_t)n;

		if (take > 0)
			iov[count++] = (struct iovec){
				(uint8_t *)at.v->iov_base + at.at, take};
		n -= take;
		at.v++;
		at.left--;
		at.at = 0;
	}
	return count;
}

static void cursor_skip(struct cursor *c, uint64_t n)
{
	while (c->left > 0 && n >= c->v->iov_len - c->at) {
		n -= c->v->iov_len - c->at;
		c->v++;
		c->left--;
		c->at = 0;
	}
	if (c->left > 0)
		c->at += (size_t)n;
}

static void cursor_zero(struct cursor *c, uint64_t n)
{
	while (n > 0 && c->left > 0) {
		size_t here = c->v->iov_len - c->at;
		size_t take = here < n ? here : (size_t)n;

		memset((uint8_t *)c->v->iov_base + c->at, 0, take);
		cursor_skip(c, take);
		n -= take;
	}
}

static ssize_t write_alone(const struct files *f, struct fd_ref *ref,
	const struct iovec *iov, int count, uint64_t at)
{
	ssize_t did;
	int os;

	pthread_mutex_lock(&ref->writing);
	did = f->io.pwritev(ref->fd, iov, count, (off_t)at);
	os = errno;
	pthread_mutex_unlock(&ref->writing);
	errno = os;
	return did;
}

/* All n bytes between the vectors and one file; 0 or a negated errno. */
static int transfer(struct files *f, struct file_worker *w, bool write,
	const struct place *place, struct cursor *c, uint64_t n)
{
	uint64_t at = place->offset;

	while (n > 0) {
		int count = cursor_vectors(c, n, w->iov, FILES_IOV);
		ssize_t did;

		if (count == 0)
			return -EINVAL;
		did = write ? write_alone(f, place->ref, w->iov, count, at)
		            : f->io.preadv(place->ref->fd, w->iov, count,
				      (off_t)at);
		if (did < 0 && errno == EINTR)
			continue;
		if (did < 0)
			return -errno;
		if (did == 0)
			return write ? -EIO : -ENODATA;
		cursor_skip(c, (uint64_t)did);
		at += (uint64_t)did;
		n -= (uint64_t)did;
	}
	return 0;
}

static enum err transfer_run(struct files *f, struct file_worker *w, bool write,
	const struct layout_run *run, struct cursor *c, struct fault *fault)
{
	struct place place;
	int err = 0;

	if (!files_is_real(f, run->file)) {
		if (write)
			cursor_skip(c, run->n);
		else
			cursor_zero(c, run->n);
		return ERR_OK;
	}
	if (find_place(f, run, write, &place, &err)) {
		err = transfer(f, w, write, &place, c, run->n);
		fd_cache_drop(f->cache, place.ref);
		if (write)
			files_note_written(f, place.note, false);
	}
	if (err)
		return files_fault(fault, write ? "write" : "read", place.name,
			err);
	return ERR_OK;
}

static enum err outside(struct fault *fault)
{
	return fault_set(fault, ERR_RANGE, 0,
		"a range outside the torrent's files");
}

static enum err transfer_all(struct files *f, struct file_worker *w, bool write,
	const struct file_span *s, struct fault *fault)
{
	struct cursor c = {.v = s->vec, .left = s->nvec};
	uint64_t at = s->offset, left = s->n;
	struct layout_run run;

	if (!range_ok(at, left, f->layout->total))
		return outside(fault);
	while (left > 0) {
		enum err e;

		if (!layout_run(f->layout, at, left, &run))
			return outside(fault);
		e = transfer_run(f, w, write, &run, &c, fault);
		if (e)
			return e;
		at += run.n;
		left -= run.n;
	}
	return ERR_OK;
}

enum err files_read(struct files *f, struct file_worker *w,
	const struct file_span *s, struct fault *fault)
{
	return transfer_all(f, w, false, s, fault);
}

enum err files_write(struct files *f, struct file_worker *w,
	const struct file_span *s, struct fault *fault)
{
	return transfer_all(f, w, true, s, fault);
}

#define CACHED_IOV 16

static bool run_cached(struct files *f, const struct layout_run *run,
	struct cursor *c)
{
	struct iovec iov[CACHED_IOV];
	struct fd_ref *ref;
	ssize_t did;
	int count;

	if (!files_is_real(f, run->file)) {
		cursor_zero(c, run->n);
		return true;
	}
	if (!bitfield_has(&f->wanted, (uint32_t)run->file))
		return false;
	ref = fd_cache_get(f->cache, f, run->file, false);
	if (!ref)
		return false;
	count = cursor_vectors(c, run->n, iov, CACHED_IOV);
	did = preadv2(ref->fd, iov, count, (off_t)run->file_offset, RWF_NOWAIT);
	fd_cache_drop(f->cache, ref);
	cursor_skip(c, run->n);
	return did > 0 && (uint64_t)did == run->n;
}

bool files_read_cached(struct files *f, const struct file_span *s)
{
	struct cursor c = {.v = s->vec, .left = s->nvec};
	uint64_t at = s->offset, left = s->n;
	struct layout_run run;

	while (left > 0) {
		if (!layout_run(f->layout, at, left, &run) ||
			!run_cached(f, &run, &c))
			return false;
		at += run.n;
		left -= run.n;
	}
	return true;
}

static void hash_zeroes(struct file_worker *w, uint64_t n)
{
	size_t chunk = n < FILES_BUFFER ? (size_t)n : FILES_BUFFER;

	memset(w->buffer, 0, chunk);
	while (n > 0) {
		size_t take = n < chunk ? (size_t)n : chunk;

		hasher_add(w->hasher, w->buffer, take);
		n -= take;
	}
}

static int hash_place(struct files *f, struct file_worker *w,
	const struct place *place, uint64_t n)
{
	uint64_t at = place->offset;

	while (n > 0) {
		struct iovec v = {w->buffer, FILES_BUFFER};
		ssize_t did;

		if (v.iov_len > n)
			v.iov_len = (size_t)n;
		did = f->io.preadv(place->ref->fd, &v, 1, (off_t)at);
		if (did < 0 && errno == EINTR)
			continue;
		if (did < 0)
			return -errno;
		if (did == 0)
			return -ENODATA;
		hasher_add(w->hasher, w->buffer, (size_t)did);
		at += (uint64_t)did;
		n -= (uint64_t)did;
	}
	return 0;
}

static enum err hash_run(struct files *f, struct file_worker *w,
	const struct layout_run *run, struct fault *fault)
{
	struct place place;
	int err = 0;

	if (!files_is_real(f, run->file)) {
		hash_zeroes(w, run->n);
		return ERR_OK;
	}
	if (find_place(f, run, false, &place, &err)) {
		err = hash_place(f, w, &place, run->n);
		fd_cache_drop(f->cache, place.ref);
	}
	return err ? files_fault(fault, "read", place.name, err) : ERR_OK;
}

enum err files_hash(struct files *f, struct file_worker *w, uint64_t offset,
	uint64_t n, uint8_t sha1_out[SHA1_LEN], struct fault *fault)
{
	struct layout_run run;
	enum err e;

	if (!range_ok(offset, n, f->layout->total))
		return outside(fault);
	hasher_begin(w->hasher, HASH_SHA1);
	while (n > 0) {
		if (!layout_run(f->layout, offset, n, &run))
			return outside(fault);
		e = hash_run(f, w, &run, fault);
		if (e)
			return e;
		offset += run.n;
		n -= run.n;
	}
	hasher_end(w->hasher, sha1_out);
	return ERR_OK;
}

enum err files_stat(struct files *f, struct disk_stat *stat,
	struct fault *fault)
{
	size_t n = f->layout->meta->nfiles;
	int err = 0;
	struct fd_ref *root = files_root(f, false, &err);

	memset(stat, 0, n * sizeof *stat);
	if (!root && err == -ENOENT)
		return ERR_OK;
	if (!root)
		return files_fault(fault, "open", f->dir, err);
	for (size_t i = 0; i < n; i++) {
		struct stat st;

		if (!files_is_real(f, i) ||
			below_stat(root->fd, files_meta(f, i)->path, &st) ||
			!S_ISREG(st.st_mode))
			continue;
		stat[i].exists = true;
		stat[i].size = (uint64_t)st.st_size;
		stat[i].mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 +
		                   st.st_mtim.tv_nsec;
	}
	fd_cache_drop(f->cache, root);
	return ERR_OK;
}
