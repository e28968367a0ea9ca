/*
 * table_read.c - see table.h: what may be read from the table.
 *
 * The buckets are in an order of distance to any target, each as a whole: of
 * two ids the one in the shallower bucket i differs from ours at bit i, the
 * other one does not.  So, if the target differs from ours at bit i, all of
 * bucket i are closer to it than all that lie deeper, else farther.  Closest
 * are therefore the buckets at whose bit the target differs from us, shallow
 * ones first, then the last bucket, then the others, deep ones first; sorting
 * is needed inside of a bucket only.
 */
#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dht/table.h"
#include "dht/table_priv.h"

enum which {
	WHICH_ALL,
	WHICH_USABLE, /* not bad */
	WHICH_GOOD,
};

/* Contacts being collected, closest first. */
struct near {
	const struct node_id *target;
	enum which which;
	uint64_t now;
	const struct contact **out;
	size_t n, max;
};

struct candidate {
	uint64_t distance; /* its first 64 bits */
	const struct contact *c;
};

/* The best of one bucket, closest first. */
struct ranking {
	struct candidate best[TABLE_SIZE_MAX];
	size_t n, most;
};

unsigned table_bucket_size(const struct table *t, unsigned bucket)
{
	static const uint8_t first[] = {TABLE_SIZE_MAX, 2 * TABLE_K};

	if (bucket + 1 == t->nbuckets || bucket >= sizeof first)
		return TABLE_K;
	return first[bucket];
}

static uint64_t first_bits(const struct node_id *id)
{
	uint64_t v;

	memcpy(&v, id->b, sizeof v);
	return be64toh(v);
}

static bool is_wanted(const struct near *w, const struct contact *c)
{
	enum contact_state state;

	if (w->which == WHICH_ALL)
		return true;
	state = contact_state(c, w->now);
	return state == CONTACT_GOOD ||
	       (state == CONTACT_UNSURE && w->which == WHICH_USABLE);
}

static bool is_nearer(const struct near *w, const struct candidate *a,
	const struct candidate *b)
{
	if (a->distance != b->distance)
		return a->distance < b->distance;
	return node_id_compare(w->target, &a->c->id, &b->c->id) < 0;
}

static void insert(struct ranking *r, const struct near *w,
	const struct candidate *c)
{
	size_t at;

	if (r->n < r->most)
		r->n++;
	else if (!is_nearer(w, c, &r->best[r->n - 1]))
		return;
	for (at = r->n - 1; at > 0 && is_nearer(w, c, &r->best[at - 1]); at--)
		r->best[at] = r->best[at - 1];
	r->best[at] = *c;
}

static void collect(struct near *w, const struct bucket *b)
{
	uint64_t target = first_bits(w->target);
	size_t most = w->max - w->n;
	struct ranking r;

	r.n = 0;
	r.most = most < TABLE_SIZE_MAX ? most : TABLE_SIZE_MAX;
	for (unsigned i = 0; r.most > 0 && i < b->live.n; i++) {
		struct candidate c = {.c = &b->live.c[i]};

		if (!is_wanted(w, c.c))
			continue;
		c.distance = first_bits(&c.c->id) ^ target;
		insert(&r, w, &c);
	}
	for (size_t i = 0; i < r.n; i++)
		w->out[w->n++] = r.best[i].c;
}

static bool differs_at(const struct table *t, const struct node_id *target,
	unsigned bit)
{
	return (t->self.b[bit / 8] ^ target->b[bit / 8]) >> (7 - bit % 8) & 1;
}

size_t table_closest(const struct table *t, const struct node_id *target,
	bool good_only, uint64_t now, const struct contact **out, size_t max)
{
	struct near w = {.target = target,
		.which = good_only ? WHICH_GOOD : WHICH_USABLE,
		.now = now,
		.out = out,
		.max = max};
	unsigned last = t->nbuckets - 1;

	assert(max <= TABLE_CLOSEST_MAX);
	for (unsigned i = 0; i < last && w.n < max; i++)
		if (differs_at(t, target, i))
			collect(&w, &t->buckets[i]);
	collect(&w, &t->buckets[last]);
	for (unsigned i = last; i-- > 0 && w.n < max;)
		if (!differs_at(t, target, i))
			collect(&w, &t->buckets[i]);
	return w.n;
}

size_t table_bucket(const struct table *t, unsigned bucket,
	const struct contact **out, size_t max)
{
	struct near w = {
		.target = &t->self, .which = WHICH_ALL, .out = out, .max = max};

	assert(bucket < t->nbuckets);
	collect(&w, &t->buckets[bucket]);
	return w.n;
}

void table_bucket_counts(const struct table *t, unsigned bucket, uint64_t now,
	uint32_t *good, uint32_t *unsure, uint32_t *spare)
{
	const struct bucket *b = &t->buckets[bucket];

	assert(bucket < t->nbuckets);
	*good = *unsure = 0;
	*spare = b->spare.n;
	for (unsigned i = 0; i < b->live.n; i++) {
		enum contact_state state = contact_state(&b->live.c[i], now);

		*good += state == CONTACT_GOOD;
		*unsure += state == CONTACT_UNSURE;
	}
}

static uint32_t count_verified(const struct bucket *b, uint64_t now)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < b->live.n; i++)
		n += b->live.c[i].verified &&
		     contact_state(&b->live.c[i], now) != CONTACT_BAD;
	return n;
}

struct table_counts table_counts(const struct table *t, uint64_t now)
{
	struct table_counts sum = {.buckets = t->nbuckets};

	for (unsigned i = 0; i < t->nbuckets; i++) {
		uint32_t good, unsure, spare;

		table_bucket_counts(t, i, now, &good, &unsure, &spare);
		sum.good += good;
		sum.unsure += unsure;
		sum.spare += spare;
		sum.verified += count_verified(&t->buckets[i], now);
	}
	return sum;
}

/* --- saving --------------------------------------------------------------- */

struct saved {
	unsigned rank; /* higher is better */
	const struct contact *c;
};

static size_t list_saved(struct saved *out, size_t n,
	const struct contact_list *l, uint64_t now)
{
	for (unsigned i = 0; i < l->n; i++) {
		const struct contact *c = &l->c[i];
		enum contact_state state = contact_state(c, now);

		if (state == CONTACT_BAD)
			continue;
		out[n].rank = 2u * (state == CONTACT_GOOD) + c->verified;
		out[n++].c = c;
	}
	return n;
}

static int compare_saved(const void *a, const void *b)
{
	const struct saved *x = (const struct saved *)a;
	const struct saved *y = (const struct saved *)b;

	if (x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	if (x->c->replied_ms != y->c->replied_ms)
		return x->c->replied_ms > y->c->replied_ms ? -1 : 1;
	/* The same file of the same table, whatever qsort() does. */
	return addr_compare(&x->c->addr, &y->c->addr);
}

size_t table_worth_saving(const struct table *t, uint64_t now,
	const struct contact **out, size_t max)
{
	size_t most = t->nlive + (size_t)t->nbuckets * TABLE_K;
	struct saved *all = (struct saved *)mem_array(most, sizeof *all);
	size_t n = 0;

	for (unsigned i = 0; i < t->nbuckets; i++) {
		n = list_saved(all, n, &t->buckets[i].live, now);
		n = list_saved(all, n, &t->buckets[i].spare, now);
	}
	qsort(all, n, sizeof *all, compare_saved);
	if (n > max)
		n = max;
	for (size_t i = 0; i < n; i++)
		out[i] = all[i].c;
	mem_free(all);
	return n;
}
