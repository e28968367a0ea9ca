/*
 * list.h - intrusive doubly linked list; a ring with a head.  Pure.
 *
 * A node is a member of the object it links.  An unlinked node points at
 * itself after list_init() or list_remove(), so removing twice is harmless.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *next, *prev;
};

#define container_of(ptr, type, member)                                        \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* NOLINTBEGIN(bugprone-macro-parentheses): `it` is a name being declared. */
/* The body may not unlink `it`; the _safe form may. */
#define list_for_each(it, head)                                                \
	for (struct list *it = (head)->next; it != (head); it = it->next)
#define list_for_each_safe(it, head)                                           \
	for (struct list *it = (head)->next, *it##_next = it->next;            \
		it != (head); it = it##_next, it##_next = it->next)
/* NOLINTEND(bugprone-macro-parentheses) */

static inline void list_init(struct list *n)
{
	n->next = n->prev = n;
}

static inline bool list_empty(const struct list *head)
{
	return head->next == head;
}

static inline void list_insert_before(struct list *at, struct list *n)
{
	n->prev = at->prev;
	n->next = at;
	at->prev->next = n;
	at->prev = n;
}

static inline void list_push_back(struct list *head, struct list *n)
{
	list_insert_before(head, n);
}

static inline void list_push_front(struct list *head, struct list *n)
{
	list_insert_before(head->next, n);
}

static inline void list_remove(struct list *n)
{
	n->prev->next = n->next;
	n->next->prev = n->prev;
	list_init(n);
}

/* NULL when empty; the node stays linked. */
static inline struct list *list_front(const struct list *head)
{
	return list_empty(head) ? NULL : head->next;
}

#endif
