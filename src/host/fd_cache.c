/*
 * fd_cache.c - open files: a chained hash table and a list in order of use.
 */
#include "host/fd_cache.h"

#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <unistd.h>

#include "base/mem.h"

#define BUCKETS 256u
#define MAX_FLOOR 4u /* fewer would only make files open and close */

struct fd_cache {
	pthread_mutex_t lock;
	size_t max;
	size_t n; /* in the table */
	struct fd_ref *bucket[BUCKETS];
	struct fd_ref *newest, *oldest;
};

struct fd_cache *fd_cache_new(size_t max)
{
	struct fd_cache *c = mem_zero(sizeof *c);

	pthread_mutex_init(&c->lock, NULL);
	c->max = max > MAX_FLOOR ? max : MAX_FLOOR;
	return c;
}

static struct fd_ref **bucket_of(struct fd_cache *c, const void *owner,
	size_t which)
{
	uint64_t h = ((uint64_t)(uintptr_t)owner >> 4) + which;

	h *= UINT64_C(0x9e3779b97f4a7c15);
	return &c->bucket[h >> 56 & (BUCKETS - 1)];
}

static void list_out(struct fd_cache *c, struct fd_ref *r)
{
	*(r->newer ? &r->newer->older : &c->newest) = r->older;
	*(r->older ? &r->older->newer : &c->oldest) = r->newer;
	r->newer = NULL;
	r->older = NULL;
}

static void list_newest(struct fd_cache *c, struct fd_ref *r)
{
	r->newer = NULL;
	r->older = c->newest;
	*(c->newest ? &c->newest->newer : &c->oldest) = r;
	c->newest = r;
}

/*
 * Take r out of the table.  If nobody holds it, it goes on *victims, to be
 * closed when the lock is no longer held.
 */
static void remove_ref(struct fd_cache *c, struct fd_ref *r,
	struct fd_ref **victims)
{
	struct fd_ref **at = bucket_of(c, r->owner, r->which);

	while (*at != r)
		at = &(*at)->chain;
	*at = r->chain;
	list_out(c, r);
	c->n--;
	r->dead = true;
	r->chain = NULL;
	if (r->holds > 0)
		return;
	r->chain = *victims;
	*victims = r;
}

static void close_all(struct fd_ref *victims)
{
	while (victims) {
		struct fd_ref *r = victims;

		victims = r->chain;
		close(r->fd);
		pthread_mutex_destroy(&r->writing);
		mem_free(r);
	}
}

/* Remove the oldest that are not held until `keep` are left. */
static void evict(struct fd_cache *c, size_t keep, struct fd_ref **victims)
{
	struct fd_ref *r = c->oldest;

	while (r && c->n > keep) {
		struct fd_ref *newer = r->newer;

		if (r->holds == 0)
			remove_ref(c, r, victims);
		r = newer;
	}
}

void fd_cache_free(struct fd_cache *c)
{
	struct fd_ref *victims = NULL;

	if (!c)
		return;
	evict(c, 0, &victims);
	assert(c->n == 0);
	close_all(victims);
	pthread_mutex_destroy(&c->lock);
	mem_free(c);
}

static struct fd_ref *find(struct fd_cache *c, const void *owner, size_t which)
{
	struct fd_ref *r = *bucket_of(c, owner, which);

	while (r && (r->owner != owner || r->which != which))
		r = r->chain;
	return r;
}

static struct fd_ref *hold(struct fd_cache *c, struct fd_ref *r)
{
	r->holds++;
	if (c->newest != r) {
		list_out(c, r);
		list_newest(c, r);
	}
	return r;
}

struct fd_ref *fd_cache_get(struct fd_cache *c, const void *owner, size_t which,
	bool write)
{
	struct fd_ref *r;

	pthread_mutex_lock(&c->lock);
	r = find(c, owner, which);
	if (r && write && !r->writable)
		r = NULL;
	if (r)
		hold(c, r);
	pthread_mutex_unlock(&c->lock);
	return r;
}

static struct fd_ref *insert(struct fd_cache *c, const void *owner,
	size_t which, bool write, int fd)
{
	struct fd_ref **at = bucket_of(c, owner, which);
	struct fd_ref *r = mem_zero(sizeof *r);

	*r = (struct fd_ref){
		.fd = fd,
		.owner = owner,
		.which = which,
		.holds = 1,
		.writable = write,
		.chain = *at,
	};
	pthread_mutex_init(&r->writing, NULL);
	*at = r;
	list_newest(c, r);
	c->n++;
	return r;
}

struct fd_ref *fd_cache_add(struct fd_cache *c, const void *owner, size_t which,
	bool write, int fd)
{
	struct fd_ref *victims = NULL;
	struct fd_ref *r;
	int spare = -1;

	pthread_mutex_lock(&c->lock);
	r = find(c, owner, which);
	if (r && (r->writable || !write)) {
		spare = fd;
		hold(c, r);
	} else {
		if (r)
			remove_ref(c, r, &victims);
		r = insert(c, owner, which, write, fd);
		evict(c, c->max, &victims);
	}
	pthread_mutex_unlock(&c->lock);
	close_all(victims);
	if (spare >= 0)
		close(spare);
	return r;
}

void fd_cache_drop(struct fd_cache *c, struct fd_ref *ref)
{
	bool last;

	pthread_mutex_lock(&c->lock);
	assert(ref->holds > 0);
	last = --ref->holds == 0 && ref->dead;
	pthread_mutex_unlock(&c->lock);
	if (last)
		close_all(ref);
}

void fd_cache_forget(struct fd_cache *c, const void *owner, size_t which)
{
	struct fd_ref *victims = NULL;
	struct fd_ref *r;

	pthread_mutex_lock(&c->lock);
	if (which != FD_CACHE_ALL) {
		r = find(c, owner, which);
		if (r)
			remove_ref(c, r, &victims);
	} else {
		for (r = c->newest; r;) {
			struct fd_ref *older = r->older;

			if (r->owner == owner)
				remove_ref(c, r, &victims);
			r = older;
		}
	}
	pthread_mutex_unlock(&c->lock);
	close_all(victims);
}

bool fd_cache_shrink(struct fd_cache *c)
{
	struct fd_ref *victims = NULL;
	size_t before;
	bool any;

	pthread_mutex_lock(&c->lock);
	before = c->n;
	evict(c, before / 2, &victims);
	any = victims != NULL;
	if (any && c->n > MAX_FLOOR && c->n < c->max)
		c->max = c->n;
	pthread_mutex_unlock(&c->lock);
	close_all(victims);
	return any;
}

size_t fd_cache_count(struct fd_cache *c)
{
	size_t n;

	pthread_mutex_lock(&c->lock);
	n = c->n;
	pthread_mutex_unlock(&c->lock);
	return n;
}
