/*
 * peer_list.h - peers of one torrent in the order the user wants.  Pure.
 *
 * Everything is remembered by the connection's id, as in list.h: the cursor
 * stays on its peer while the order changes, an order is made at most every
 * 2 s, and held for 3 s after the user moved.  Peers still being connected to
 * stand last in any order.
 */
#ifndef UI_PEER_LIST_H
#define UI_PEER_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/snapshot.h"

enum peer_sort {
	PEERS_DOWN, /* then up, then done: the order of the dashboard, too */
	PEERS_UP,
	PEERS_DONE,
	PEERS_ADDRESS,
	PEERS_CLIENT,
	PEERS_QUEUE,
	PEERS_RTT,
	PEERS_TIME,
	PEERS_IDLE,
	PEERS_SORTS,
};

/* "down": in answers; "Download speed"; 'd'. */
const char *peer_sort_word(enum peer_sort sort);
const char *peer_sort_label(enum peer_sort sort);
char peer_sort_letter(enum peer_sort sort);
bool peer_sort_parse(const char *word, enum peer_sort *out);

/* < 0: a stands above b.  0 only for a peer and itself. */
int peer_compare(enum peer_sort sort, bool reversed, const struct peer_row *a,
	const struct peer_row *b);

struct peer_place {
	uint64_t id;
	uint32_t at; /* in the peers of the last peer_list_update() */
};

/* Zeroed is empty. */
struct peer_list {
	struct peer_place *order;
	size_t n, cap;
	uint64_t chosen; /* id; 0: none */
	size_t at;       /* where it stands */
	enum peer_sort sort;
	bool reversed;
	bool pinned; /* the user was here: the cursor keeps its peer */
	bool stale;  /* order again at the next update, whatever the time */
	uint64_t sorted_ms, held_until_ms;
};

void peer_list_stop(struct peer_list *l);
/* Another torrent; the order asked for stays. */
void peer_list_clear(struct peer_list *l);
void peer_list_update(struct peer_list *l, const struct peer_row *peers,
	size_t n, uint64_t now_ms);
/* The same again reverses. */
void peer_list_sort(struct peer_list *l, enum peer_sort sort);
void peer_list_reverse(struct peer_list *l);
/* The user moved to the row at. */
void peer_list_choose(struct peer_list *l, size_t at, uint64_t now_ms);

#endif
