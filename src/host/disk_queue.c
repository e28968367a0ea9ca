/*
 * disk_queue.c - order among jobs that touch the same bytes.
 */
#include "host/disk_queue.h"

#include <assert.h>

#define ITEM(node) container_of(node, struct disk_item, in_domain)
#define READY(node) container_of(node, struct disk_item, in_class)

void disk_domain_init(struct disk_domain *dom)
{
	list_init(&dom->items);
	dom->ordered = 0;
}

void disk_queue_init(struct disk_queue *q, unsigned workers)
{
	*q = (struct disk_queue){.workers = workers > 0 ? workers : 1};
	q->background_max = q->workers > 1 ? q->workers / 2 : 1;
	for (int i = 0; i < DISK_CLASSES; i++)
		list_init(&q->ready[i]);
}

static bool is_ordered(const struct disk_item *it)
{
	return it->writes || it->waits_for_all || it->holds_all;
}

static bool conflicts(const struct disk_item *earlier,
	const struct disk_item *later)
{
	if (earlier->holds_all || later->waits_for_all)
		return true;
	if (!earlier->writes && !later->writes)
		return false;
	return earlier->begin < later->end && later->begin < earlier->end;
}

bool disk_queue_enter(struct disk_domain *dom, struct disk_item *it)
{
	it->domain = dom;
	it->waits = 0;
	it->running = false;
	list_init(&it->in_class);
	/* Readers among readers never conflict: uploads take this way. */
	if (dom->ordered > 0 || is_ordered(it))
		list_for_each (node, &dom->items)
			it->waits += conflicts(ITEM(node), it);
	list_push_back(&dom->items, &it->in_domain);
	dom->ordered += is_ordered(it);
	return it->waits == 0;
}

void disk_queue_ready(struct disk_queue *q, struct disk_item *it)
{
	assert(it->waits == 0 && !it->running && list_empty(&it->in_class));
	list_push_back(&q->ready[it->class], &it->in_class);
	q->nready[it->class]++;
}

static void unqueue(struct disk_queue *q, struct disk_item *it)
{
	if (list_empty(&it->in_class))
		return;
	list_remove(&it->in_class);
	q->nready[it->class]--;
}

struct disk_item *disk_queue_take(struct disk_queue *q,
	unsigned background_running, const struct disk_item *like)
{
	for (int i = 0; i < DISK_CLASSES; i++) {
		struct list *node = list_front(&q->ready[i]);
		bool may = i != DISK_BACKGROUND ||
		           background_running < q->background_max;

		if (!node || !may || (like && (int)like->class != i))
			continue;
		unqueue(q, READY(node));
		READY(node)->running = true;
		return READY(node);
	}
	return NULL;
}

static void release_later(struct disk_queue *q, struct disk_item *it)
{
	struct list *end = &it->domain->items;

	for (struct list *node = it->in_domain.next; node != end;
		node = node->next) {
		struct disk_item *later = ITEM(node);

		if (!conflicts(it, later))
			continue;
		assert(later->waits > 0);
		if (--later->waits == 0)
			disk_queue_ready(q, later);
	}
}

void disk_queue_leave(struct disk_queue *q, struct disk_item *it)
{
	struct disk_domain *dom = it->domain;

	unqueue(q, it);
	dom->ordered -= is_ordered(it);
	/* If the rest are readers and so was it, nobody waits for it. */
	if (dom->ordered > 0 || is_ordered(it))
		release_later(q, it);
	list_remove(&it->in_domain);
}
