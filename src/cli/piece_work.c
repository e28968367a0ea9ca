/*
 * piece_work.c - see piece_work.h.
 */
#include "cli/piece_work.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/mem.h"

/* Half of it stays in a second-level cache between pread() and hashing. */
#define BUFFER ((size_t)256 * 1024)
/* Neighbouring pieces go to one thread, so that each file is read in runs. */
#define TAKE_BYTES (4u << 20)
#define PROGRESS_MS 200u
#define NO_FILE SIZE_MAX

struct crew {
	struct piece_work *w;
	uint32_t take; /* pieces at once */
	atomic_uint_fast32_t next;
	atomic_uint_fast64_t bytes;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	unsigned running;
};

struct worker {
	struct crew *crew;
	struct hasher *hasher;
	uint8_t *buffer;
	size_t file; /* that fd reads; NO_FILE: none */
	int fd;
};

static void note_failure(struct worker *k, size_t file, int os)
{
	struct piece_work *w = k->crew->w;

	pthread_mutex_lock(&k->crew->lock);
	if (!w->bad_errno || file < w->bad_file) {
		w->bad_errno = os;
		w->bad_file = file;
	}
	pthread_mutex_unlock(&k->crew->lock);
}

static void close_file(struct worker *k)
{
	if (k->file != NO_FILE && k->fd >= 0)
		close(k->fd);
	k->file = NO_FILE;
}

/* A file that failed to open stays "open" with a bad descriptor, so that its
 * other pieces fail without another system call. */
static int open_file(struct worker *k, size_t file)
{
	struct piece_work *w = k->crew->w;

	if (k->file == file)
		return k->fd;
	close_file(k);
	k->fd = w->open(w->user, file);
	k->file = file;
	if (k->fd < 0)
		note_failure(k, file, -k->fd);
	else
		posix_fadvise(k->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return k->fd;
}

static bool hash_zeros(struct worker *k, uint64_t n)
{
	size_t part = n < BUFFER ? (size_t)n : BUFFER;

	memset(k->buffer, 0, part);
	for (; n > 0; n -= part) {
		part = n < BUFFER ? (size_t)n : BUFFER;
		hasher_add(k->hasher, k->buffer, part);
	}
	return true;
}

static bool hash_run(struct worker *k, size_t file, uint64_t at, uint64_t n)
{
	int fd;

	if (k->crew->w->files[file].is_zero)
		return hash_zeros(k, n);
	fd = open_file(k, file);
	while (fd >= 0 && n > 0) {
		size_t want = n < BUFFER ? (size_t)n : BUFFER;
		ssize_t got = pread(fd, k->buffer, want, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			note_failure(k, file, got < 0 ? errno : ENODATA);
			return false;
		}
		hasher_add(k->hasher, k->buffer, (size_t)got);
		at += (uint64_t)got;
		n -= (uint64_t)got;
	}
	return n == 0;
}

/* The last file that begins at or before the offset and has bytes there. */
static size_t file_at(const struct piece_work *w, uint64_t offset)
{
	size_t low = 0, high = w->nfiles;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (w->files[mid].offset <= offset)
			low = mid;
		else
			high = mid;
	}
	return low;
}

static bool hash_piece(struct worker *k, uint64_t at, uint64_t n,
	uint8_t digest[SHA1_LEN])
{
	const struct piece_work *w = k->crew->w;
	size_t i = file_at(w, at);
	bool ok = true;

	hasher_begin(k->hasher, HASH_SHA1);
	for (; ok && n > 0 && i < w->nfiles; i++) {
		const struct piece_file *f = &w->files[i];
		uint64_t skip = at - f->offset;
		uint64_t part;

		if (f->offset > at || skip >= f->length)
			continue;
		part = f->length - skip < n ? f->length - skip : n;
		ok = hash_run(k, i, skip, part);
		at += part;
		n -= part;
	}
	hasher_end(k->hasher, digest);
	return ok && n == 0;
}

static void work_piece(struct worker *k, uint32_t piece)
{
	struct piece_work *w = k->crew->w;
	uint64_t at = (uint64_t)piece * w->piece_length;
	uint64_t n = w->piece_length;

	if (at >= w->total)
		return;
	if (n > w->total - at)
		n = w->total - at;
	w->states[piece] = hash_piece(k, at, n, w->digests[piece])
	                           ? PIECE_READ
	                           : PIECE_ABSENT;
	atomic_fetch_add_explicit(&k->crew->bytes, n, memory_order_relaxed);
}

static void work(struct worker *k)
{
	struct crew *c = k->crew;
	uint32_t npieces = c->w->npieces;

	for (;;) {
		uint_fast32_t i = atomic_fetch_add_explicit(&c->next, c->take,
			memory_order_relaxed);
		uint_fast32_t end = i + c->take;

		if (i >= npieces)
			return;
		for (; i < end && i < npieces; i++)
			work_piece(k, (uint32_t)i);
	}
}

static void *worker_main(void *arg)
{
	struct crew *c = arg;
	struct worker k = {.crew = c, .file = NO_FILE, .fd = -1};

	k.hasher = hasher_new();
	k.buffer = mem_alloc(BUFFER);
	work(&k);
	close_file(&k);
	mem_free(k.buffer);
	hasher_free(k.hasher);
	pthread_mutex_lock(&c->lock);
	c->running--;
	pthread_cond_signal(&c->ended);
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static void tell(struct crew *c)
{
	if (c->w->progress)
		c->w->progress(c->w->user,
			atomic_load_explicit(&c->bytes, memory_order_relaxed));
}

static void wait_for_all(struct crew *c)
{
	struct timespec until;

	pthread_mutex_lock(&c->lock);
	while (c->running > 0) {
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += PROGRESS_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		if (pthread_cond_timedwait(&c->ended, &c->lock, &until) == 0)
			continue;
		pthread_mutex_unlock(&c->lock);
		tell(c);
		pthread_mutex_lock(&c->lock);
	}
	pthread_mutex_unlock(&c->lock);
}

static unsigned count_threads(const struct piece_work *w, uint32_t take)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	uint32_t takes = (w->npieces + take - 1) / take;
	unsigned n = w->threads;

	if (n == 0)
		n = cores > 0 ? (unsigned)cores : 1;
	if (n > PIECE_WORK_THREADS_MAX)
		n = PIECE_WORK_THREADS_MAX;
	return n < takes ? n : takes;
}

/* Signals stay with the caller's thread. */
static unsigned start_threads(struct crew *c, pthread_t *threads, unsigned n)
{
	sigset_t all, old;
	unsigned started = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (unsigned i = 0; i < n; i++) {
		pthread_mutex_lock(&c->lock);
		c->running++;
		pthread_mutex_unlock(&c->lock);
		if (pthread_create(&threads[started], NULL, worker_main, c) ==
			0) {
			started++;
			continue;
		}
		pthread_mutex_lock(&c->lock);
		c->running--;
		pthread_mutex_unlock(&c->lock);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return started;
}

static void crew_init(struct crew *c, struct piece_work *w)
{
	pthread_condattr_t attr;

	memset(c, 0, sizeof *c);
	c->w = w;
	c->take = TAKE_BYTES / w->piece_length;
	if (c->take == 0)
		c->take = 1;
	/* Few pieces are dealt out one by one, so that all cores get some. */
	if (w->npieces / c->take < PIECE_WORK_THREADS_MAX)
		c->take = w->npieces / PIECE_WORK_THREADS_MAX + 1;
	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&c->ended, &attr);
	pthread_condattr_destroy(&attr);
}

void piece_work_run(struct piece_work *w)
{
	pthread_t threads[PIECE_WORK_THREADS_MAX];
	struct crew c;
	unsigned n;

	w->bad_errno = 0;
	w->bad_file = 0;
	memset(w->states, PIECE_UNREAD, w->npieces);
	if (w->npieces == 0 || w->piece_length == 0)
		return;
	crew_init(&c, w);
	n = start_threads(&c, threads, count_threads(w, c.take));
	if (n == 0) {
		c.running++;
		worker_main(&c);
	}
	wait_for_all(&c);
	for (unsigned i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	tell(&c);
	pthread_cond_destroy(&c.ended);
	pthread_mutex_destroy(&c.lock);
}
