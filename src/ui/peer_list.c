/*
 * peer_list.c - see peer_list.h.
 */
#include "ui/peer_list.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

#define SORT_EVERY_MS 2000
#define HOLD_MS 3000

static const struct {
	const char *word, *label;
	char letter;
} sorts[PEERS_SORTS] = {
	[PEERS_DOWN] = {"down", "Download", 'd'},
	[PEERS_UP] = {"up", "Upload", 'u'},
	[PEERS_DONE] = {"done", "Done", 'o'},
	[PEERS_ADDRESS] = {"address", "Address", 'a'},
	[PEERS_CLIENT] = {"client", "Client", 'c'},
	[PEERS_QUEUE] = {"queue", "Requests", 'r'},
	[PEERS_RTT] = {"rtt", "Round trip", 'l'},
	[PEERS_TIME] = {"time", "Connected", 't'},
	[PEERS_IDLE] = {"idle", "Idle", 'i'},
};

const char *peer_sort_word(enum peer_sort sort)
{
	return sorts[sort].word;
}

const char *peer_sort_label(enum peer_sort sort)
{
	return sorts[sort].label;
}

char peer_sort_letter(enum peer_sort sort)
{
	return sorts[sort].letter;
}

bool peer_sort_parse(const char *word, enum peer_sort *out)
{
	for (int i = 0; i < PEERS_SORTS; i++)
		if (strcmp(sorts[i].word, word) == 0) {
			*out = (enum peer_sort)i;
			return true;
		}
	return false;
}

/* --- comparing
 * ---------------------------------------------------------------------- */

/* The larger one above. */
static int largest(uint64_t a, uint64_t b)
{
	return a > b ? -1 : a < b;
}

/* The smaller one above, those without a value last. */
static int smallest(uint64_t a, uint64_t b)
{
	if (!a || !b)
		return !a - !b;
	return -largest(a, b);
}

static int by_client(const struct peer_row *a, const struct peer_row *b)
{
	if (!*a->client || !*b->client)
		return !*a->client - !*b->client;
	return strcasecmp(a->client, b->client);
}

static int by_key(enum peer_sort sort, const struct peer_row *a,
	const struct peer_row *b)
{
	switch (sort) {
	case PEERS_UP:
		return largest(a->up_bps, b->up_bps);
	case PEERS_DONE:
		return largest(a->pieces_have, b->pieces_have);
	case PEERS_ADDRESS:
		return addr_compare(&a->addr, &b->addr);
	case PEERS_CLIENT:
		return by_client(a, b);
	case PEERS_QUEUE:
		return largest((uint64_t)a->asked + a->wants,
			(uint64_t)b->asked + b->wants);
	case PEERS_RTT:
		return smallest(a->rtt_ms, b->rtt_ms);
	case PEERS_TIME:
		return largest(a->connected_s, b->connected_s);
	case PEERS_IDLE:
		return largest(a->idle_s, b->idle_s);
	default:
		return largest(a->down_bps, b->down_bps);
	}
}

int peer_compare(enum peer_sort sort, bool reversed, const struct peer_row *a,
	const struct peer_row *b)
{
	int way;

	if (a->connecting != b->connecting)
		return a->connecting - b->connecting;
	way = by_key(sort, a, b);
	if (way)
		return reversed ? -way : way;
	way = largest(a->down_bps, b->down_bps);
	if (!way)
		way = largest(a->up_bps, b->up_bps);
	if (!way)
		way = largest(a->pieces_have, b->pieces_have);
	return way ? way : -largest(a->id, b->id);
}

struct sorting {
	const struct peer_list *l;
	const struct peer_row *peers;
};

static int by_order(const void *pa, const void *pb, void *user)
{
	const struct sorting *s = user;
	const struct peer_place *a = pa, *b = pb;

	return peer_compare(s->l->sort, s->l->reversed, &s->peers[a->at],
		&s->peers[b->at]);
}

static int by_id(const void *pa, const void *pb)
{
	const struct peer_place *a = pa, *b = pb;

	return -largest(a->id, b->id);
}

/* --- the list
 * ---------------------------------------------------------------------- */

void peer_list_stop(struct peer_list *l)
{
	mem_free(l->order);
	*l = (struct peer_list){.order = NULL};
}

void peer_list_clear(struct peer_list *l)
{
	l->n = l->at = 0;
	l->chosen = 0;
	l->pinned = false;
	l->stale = true;
	l->held_until_ms = 0;
}

static bool is_due(const struct peer_list *l, uint64_t now_ms)
{
	return l->stale || (now_ms >= l->held_until_ms &&
				   now_ms - l->sorted_ms >= SORT_EVERY_MS);
}

/* As they stood; those that are gone leave, new ones come last. */
static void keep_order(struct peer_list *l, struct sorting *s,
	struct peer_place *fresh, size_t n)
{
	size_t kept = 0, added;
	bool *seen = mem_zero_array(n + 1, sizeof *seen);

	qsort(fresh, n, sizeof *fresh, by_id);
	for (size_t i = 0; i < l->n; i++) {
		const struct peer_place *p =
			bsearch(&l->order[i], fresh, n, sizeof *fresh, by_id);

		if (!p || seen[p - fresh])
			continue;
		seen[p - fresh] = true;
		l->order[kept++] = *p;
	}
	added = kept;
	for (size_t i = 0; i < n; i++)
		if (!seen[i])
			l->order[added++] = fresh[i];
	qsort_r(l->order + kept, added - kept, sizeof *l->order, by_order, s);
	mem_free(seen);
}

static void find_chosen(struct peer_list *l)
{
	if (l->pinned)
		for (size_t i = 0; i < l->n; i++)
			if (l->order[i].id == l->chosen) {
				l->at = i;
				return;
			}
	if (!l->pinned)
		l->at = 0;
	if (l->at >= l->n)
		l->at = l->n ? l->n - 1 : 0;
	l->chosen = l->n ? l->order[l->at].id : 0;
}

void peer_list_update(struct peer_list *l, const struct peer_row *peers,
	size_t n, uint64_t now_ms)
{
	struct sorting s = {l, peers};
	struct peer_place *fresh = mem_array(n + 1, sizeof *fresh);

	l->order = mem_grow(l->order, &l->cap, (n > l->n ? n : l->n) + 1,
		sizeof *l->order);
	for (size_t i = 0; i < n; i++)
		fresh[i] = (struct peer_place){peers[i].id, (uint32_t)i};
	if (is_due(l, now_ms)) {
		if (n)
			memcpy(l->order, fresh, n * sizeof *fresh);
		qsort_r(l->order, n, sizeof *l->order, by_order, &s);
		l->sorted_ms = now_ms;
		l->stale = false;
	} else {
		keep_order(l, &s, fresh, n);
	}
	l->n = n;
	mem_free(fresh);
	find_chosen(l);
}

void peer_list_sort(struct peer_list *l, enum peer_sort sort)
{
	l->reversed = sort == l->sort && !l->reversed;
	l->sort = sort;
	l->stale = true;
}

void peer_list_reverse(struct peer_list *l)
{
	l->reversed = !l->reversed;
	l->stale = true;
}

void peer_list_choose(struct peer_list *l, size_t at, uint64_t now_ms)
{
	if (at >= l->n)
		return;
	l->at = at;
	l->chosen = l->order[at].id;
	l->pinned = true;
	l->held_until_ms = now_ms + HOLD_MS;
}
