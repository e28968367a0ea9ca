/*
 * blame.c - see blame.h.
 */
#include "core/swarm/blame.h"

#include <string.h>

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"

#define RECORDS_MAX 256u
#define PAROLE_MAX 1024u

/* A piece that failed: who had sent what. */
struct record {
	struct list link; /* in blame.records, oldest first */
	uint32_t piece;
	size_t n;
	struct blame_block block[];
};

struct blame {
	struct list records;
	size_t nrecords, nblocks;
	struct map *parole; /* by address with port 0 */
	struct addr *who;   /* NULL until the first, then PAROLE_MAX of them */
	size_t nwho;
};

struct liars {
	struct addr *a;
	size_t n, max;
};

struct blame *blame_new(const uint8_t key[16])
{
	struct blame *b = (struct blame *)mem_zero(sizeof *b);

	list_init(&b->records);
	b->parole = map_new(ADDR_KEY_LEN, key);
	return b;
}

static void drop_record(struct blame *b, struct record *r)
{
	list_remove(&r->link);
	b->nrecords--;
	b->nblocks -= r->n;
	mem_free(r);
}

static struct record *record_of(struct list *link)
{
	return container_of(link, struct record, link);
}

void blame_free(struct blame *b)
{
	if (!b)
		return;
	while (!list_empty(&b->records))
		drop_record(b, record_of(list_front(&b->records)));
	map_free(b->parole);
	mem_free(b->who);
	mem_free(b);
}

static void ip_key(const struct addr *a, uint8_t key[ADDR_KEY_LEN])
{
	struct addr ip = *a;

	ip.port = 0;
	addr_key(&ip, key);
}

void blame_cleared(struct blame *b, const struct addr *a)
{
	uint8_t key[ADDR_KEY_LEN], moved[ADDR_KEY_LEN];
	struct addr *place, *last;

	if (b->nwho == 0)
		return;
	ip_key(a, key);
	place = (struct addr *)map_remove(b->parole, key);
	if (!place)
		return;
	last = &b->who[--b->nwho];
	if (place == last)
		return;
	*place = *last;
	ip_key(place, moved);
	map_put(b->parole, moved, place);
}

static void put_on_parole(struct blame *b, const struct addr *a)
{
	uint8_t key[ADDR_KEY_LEN];

	if (a->family == ADDR_NONE || blame_on_parole(b, a))
		return;
	if (b->nwho == PAROLE_MAX) {
		struct addr first = b->who[0];

		blame_cleared(b, &first);
	}
	if (!b->who)
		b->who = mem_array(PAROLE_MAX, sizeof *b->who);
	b->who[b->nwho] = *a;
	ip_key(a, key);
	map_put(b->parole, key, &b->who[b->nwho++]);
}

static void convict(struct blame *b, const struct addr *a, struct liars *l)
{
	blame_cleared(b, a);
	for (size_t i = 0; i < l->n; i++)
		if (addr_same_ip(&l->a[i], a))
			return;
	if (l->n < l->max)
		l->a[l->n++] = *a;
}

/* Whether all of it came from one known address. */
static bool has_one_sender(const struct blame_block *blocks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (blocks[i].sender.family == ADDR_NONE ||
			!addr_same_ip(&blocks[i].sender, &blocks[0].sender))
			return false;
	return n > 0;
}

static void remember(struct blame *b, uint32_t piece,
	const struct blame_block *blocks, size_t n)
{
	struct record *r;

	if (n == 0 || n > BLAME_BLOCKS_MAX)
		return;
	while (b->nblocks + n > BLAME_BLOCKS_MAX || b->nrecords == RECORDS_MAX)
		drop_record(b, record_of(list_front(&b->records)));
	r = (struct record *)mem_alloc(sizeof *r + n * sizeof r->block[0]);
	r->piece = piece;
	r->n = n;
	memcpy(r->block, blocks, n * sizeof r->block[0]);
	list_push_back(&b->records, &r->link);
	b->nrecords++;
	b->nblocks += n;
}

size_t blame_failed(struct blame *b, uint32_t piece,
	const struct blame_block *blocks, size_t n, struct addr *liars,
	size_t max)
{
	struct liars l = {.a = liars, .max = max};

	if (has_one_sender(blocks, n)) {
		convict(b, &blocks[0].sender, &l);
		return l.n;
	}
	remember(b, piece, blocks, n);
	for (size_t i = 0; i < n; i++)
		put_on_parole(b, &blocks[i].sender);
	return 0;
}

bool blame_watches(const struct blame *b, uint32_t piece)
{
	list_for_each (it, &b->records)
		if (record_of(it)->piece == piece)
			return true;
	return false;
}

static bool is_known(const struct blame_block *block)
{
	static const uint8_t none[sizeof block->digest];

	return memcmp(block->digest, none, sizeof none) != 0;
}

static void judge(struct blame *b, const struct record *r,
	const struct blame_block *good, size_t n, struct liars *l)
{
	for (size_t i = 0; i < n && i < r->n; i++) {
		const struct blame_block *then = &r->block[i];

		if (then->sender.family == ADDR_NONE || !is_known(then) ||
			!is_known(&good[i]))
			continue;
		if (memcmp(then->digest, good[i].digest, sizeof then->digest) !=
			0)
			convict(b, &then->sender, l);
	}
}

size_t blame_passed(struct blame *b, uint32_t piece,
	const struct blame_block *blocks, size_t n, struct addr *liars,
	size_t max)
{
	struct liars l = {.a = liars, .max = max};

	/* Convict last: who lied then and not now is a liar still. */
	for (size_t i = 0; i < n; i++)
		blame_cleared(b, &blocks[i].sender);
	list_for_each_safe (it, &b->records) {
		struct record *r = record_of(it);

		if (r->piece != piece)
			continue;
		for (size_t i = 0; i < r->n; i++)
			blame_cleared(b, &r->block[i].sender);
		judge(b, r, blocks, n, &l);
		drop_record(b, r);
	}
	return l.n;
}

bool blame_on_parole(const struct blame *b, const struct addr *a)
{
	uint8_t key[ADDR_KEY_LEN];

	if (b->nwho == 0)
		return false;
	ip_key(a, key);
	return map_get(b->parole, key) != NULL;
}

bool blame_has_parole(const struct blame *b)
{
	return b->nwho > 0;
}
