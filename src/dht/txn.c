/*
 * txn.c - see txn.h.
 *
 * Both time-outs are the same for all queries of a moment, so queries fall
 * due in the order in which they were sent: two lists in that order, of those
 * that are not late yet and of those that are, need no heap.
 */
#include "dht/txn.h"

#include <assert.h>
#include <string.h>

#include "base/heap.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"

#define SHORT_FIRST_MS 1000u /* until there are RTTS_MIN samples */
#define SHORT_MILLI 900u     /* the quantile of the times it is made from... */
#define SHORT_FACTOR_MILLI 1500u /* ...times this */
#define RTTS 512u
#define RTTS_MIN 16u
#define RENEW_AFTER 8u /* answers between two looks at the quantile */
#define OUTCOMES 256u
#define CELL_MS 10u
#define FINE_CELLS (TXN_LONG_MS / CELL_MS + 1)

struct pending {
	struct txn t;
	struct list due;  /* in fresh, late or unused */
	struct list same; /* ring of those to the same address */
};

struct txns {
	struct map *by_id;
	struct map *by_addr; /* one of the ring */
	struct list fresh;   /* not late yet; by the time they were sent */
	struct list late;    /* the same */
	struct list unused;

	uint16_t rtts[RTTS]; /* of the last answers, ms; a ring */
	uint32_t nrtts, next_rtt;
	uint32_t short_ms;

	uint8_t lost[OUTCOMES]; /* a ring */
	uint32_t noutcomes, next_outcome;
	uint32_t nlost; /* of the ring */
};

static struct pending *of_due(struct list *l)
{
	return container_of(l, struct pending, due);
}

struct txns *txns_new(const uint8_t map_key[16])
{
	struct txns *x = (struct txns *)mem_zero(sizeof *x);

	x->by_id = map_new(TXN_ID_LEN, map_key);
	x->by_addr = map_new(ADDR_KEY_LEN, map_key);
	list_init(&x->fresh);
	list_init(&x->late);
	list_init(&x->unused);
	x->short_ms = SHORT_FIRST_MS;
	return x;
}

static void free_list(struct list *l)
{
	list_for_each_safe (it, l)
		mem_free(of_due(it));
}

void txns_free(struct txns *x)
{
	if (!x)
		return;
	free_list(&x->fresh);
	free_list(&x->late);
	free_list(&x->unused);
	map_free(x->by_id);
	map_free(x->by_addr);
	mem_free(x);
}

size_t txns_count(const struct txns *x)
{
	return map_count(x->by_id);
}

bool txns_has_room(const struct txns *x)
{
	return txns_count(x) < TXN_MAX;
}

bool txns_is_asking(const struct txns *x, const struct addr *a)
{
	uint8_t key[ADDR_KEY_LEN];

	addr_key(a, key);
	return map_get(x->by_addr, key) != NULL;
}

/* --- the queries ---------------------------------------------------------- */

static void link_addr(struct txns *x, struct pending *p)
{
	struct pending *other;
	uint8_t key[ADDR_KEY_LEN];

	addr_key(&p->t.to, key);
	other = (struct pending *)map_get(x->by_addr, key);
	list_init(&p->same);
	if (other)
		list_push_back(&other->same, &p->same);
	else
		map_put(x->by_addr, key, p);
}

static void unlink_addr(struct txns *x, struct pending *p)
{
	struct pending *other;
	uint8_t key[ADDR_KEY_LEN];

	addr_key(&p->t.to, key);
	if (list_empty(&p->same)) {
		map_remove(x->by_addr, key);
		return;
	}
	other = container_of(p->same.next, struct pending, same);
	map_put(x->by_addr, key, other);
	list_remove(&p->same);
}

/* The order holds by itself as long as the caller's times do not go back. */
static void insert_by_time(struct list *head, struct pending *p)
{
	struct list *at = head;

	while (at->prev != head && of_due(at->prev)->t.sent_ms > p->t.sent_ms)
		at = at->prev;
	list_insert_before(at, &p->due);
}

static struct pending *new_pending(struct txns *x)
{
	struct list *l = list_front(&x->unused);

	if (!l)
		return (struct pending *)mem_alloc(sizeof(struct pending));
	list_remove(l);
	return of_due(l);
}

bool txns_add(struct txns *x, const struct txn *t)
{
	struct pending *p;

	assert(txns_has_room(x));
	if (map_get(x->by_id, t->id))
		return false;
	p = new_pending(x);
	p->t = *t;
	p->t.is_late = false;
	map_put(x->by_id, p->t.id, p);
	link_addr(x, p);
	insert_by_time(&x->fresh, p);
	return true;
}

static void take_out(struct txns *x, struct pending *p, struct txn *out)
{
	*out = p->t;
	map_remove(x->by_id, p->t.id);
	unlink_addr(x, p);
	list_remove(&p->due);
	list_push_front(&x->unused, &p->due);
}

void txns_disown(struct txns *x, uint64_t owner)
{
	struct list *lists[] = {&x->fresh, &x->late};

	for (int i = 0; i < 2; i++)
		list_for_each (it, lists[i])
			if (of_due(it)->t.owner == owner)
				of_due(it)->t.owner = 0;
}

/* --- what became of them -------------------------------------------------- */

/* The sample below which `milli` of all lie, in ms; 0 when there is none. */
static uint32_t quantile(const struct txns *x, uint32_t milli)
{
	uint16_t cells[FINE_CELLS] = {0};
	uint16_t fine[CELL_MS] = {0};
	uint32_t left = x->nrtts * milli / 1000;
	uint32_t cell = 0, ms = 0;

	if (x->nrtts == 0)
		return 0;
	for (uint32_t i = 0; i < x->nrtts; i++)
		cells[x->rtts[i] / CELL_MS]++;
	for (; left >= cells[cell]; cell++)
		left -= cells[cell];
	for (uint32_t i = 0; i < x->nrtts; i++)
		if (x->rtts[i] / CELL_MS == cell)
			fine[x->rtts[i] % CELL_MS]++;
	for (; left >= fine[ms]; ms++)
		left -= fine[ms];
	return cell * CELL_MS + ms;
}

static void renew_short(struct txns *x)
{
	uint32_t ms = quantile(x, SHORT_MILLI) * SHORT_FACTOR_MILLI / 1000;

	if (ms < TXN_SHORT_MIN_MS)
		ms = TXN_SHORT_MIN_MS;
	if (ms > TXN_SHORT_MAX_MS)
		ms = TXN_SHORT_MAX_MS;
	x->short_ms = ms;
}

static void note_rtt(struct txns *x, uint64_t sent, uint64_t now)
{
	/* Never 0, which means that there is none. */
	uint64_t ms = now > sent ? now - sent : 1;

	x->rtts[x->next_rtt] = (uint16_t)(ms < TXN_LONG_MS ? ms : TXN_LONG_MS);
	x->next_rtt = (x->next_rtt + 1) % RTTS;
	if (x->nrtts < RTTS)
		x->nrtts++;
	if (x->nrtts >= RTTS_MIN && x->next_rtt % RENEW_AFTER == 0)
		renew_short(x);
}

static void note_outcome(struct txns *x, bool lost)
{
	uint8_t *place = &x->lost[x->next_outcome];

	/* What has not been used yet is zero. */
	x->nlost -= *place;
	*place = lost;
	x->nlost += lost;
	x->next_outcome = (x->next_outcome + 1) % OUTCOMES;
	if (x->noutcomes < OUTCOMES)
		x->noutcomes++;
}

bool txns_take(struct txns *x, struct span tid, const struct addr *from,
	bool has_id, const struct node_id *id, uint64_t now, struct txn *out)
{
	struct pending *p;

	if (tid.n != TXN_ID_LEN)
		return false;
	p = (struct pending *)map_get(x->by_id, tid.p);
	if (!p || !addr_equal(&p->t.to, from))
		return false;
	if (has_id && p->t.knows_node && !node_id_equal(&p->t.node, id))
		return false;
	take_out(x, p, out);
	note_rtt(x, out->sent_ms, now);
	note_outcome(x, false);
	return true;
}

/* --- time ----------------------------------------------------------------- */

static uint64_t due_of(const struct list *head, uint32_t after_ms)
{
	struct list *first = list_front(head);

	return first ? of_due(first)->t.sent_ms + after_ms : NEVER;
}

enum txn_due txns_next_due(struct txns *x, uint64_t now, struct txn *out)
{
	struct pending *p;

	if (due_of(&x->late, TXN_LONG_MS) <= now) {
		take_out(x, of_due(list_front(&x->late)), out);
		note_outcome(x, true);
		return TXN_FAILED;
	}
	if (due_of(&x->fresh, x->short_ms) > now)
		return TXN_NOTHING;
	p = of_due(list_front(&x->fresh));
	list_remove(&p->due);
	insert_by_time(&x->late, p);
	p->t.is_late = true;
	*out = p->t;
	return TXN_LATE;
}

uint64_t txns_deadline(const struct txns *x)
{
	uint64_t late = due_of(&x->fresh, x->short_ms);
	uint64_t failed = due_of(&x->late, TXN_LONG_MS);

	return late < failed ? late : failed;
}

uint32_t txns_short_ms(const struct txns *x)
{
	return x->short_ms;
}

void txns_rtts(const struct txns *x, struct txn_rtts *out)
{
	*out = (struct txn_rtts){.median_ms = quantile(x, 500),
		.p95_ms = quantile(x, 950),
		.samples = x->nrtts};
	if (x->noutcomes > 0)
		out->loss_milli = x->nlost * 1000 / x->noutcomes;
	for (uint32_t i = 0; i < x->nrtts; i++) {
		uint32_t cell = x->rtts[i] / CELL_MS;

		out->cells[cell < TXN_RTT_CELLS ? cell : TXN_RTT_CELLS - 1]++;
	}
}
