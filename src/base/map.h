/*
 * map.h - hash map from keys of one fixed size to pointers.  Pure.
 *
 * Keys come from strangers (info-hashes, addresses), so the hash is SipHash
 * under a key the caller draws at random.  Keys are copied, values borrowed.
 * Open addressing; a table of n entries takes about 2n slots.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAP_KEY_MAX 64u

struct map;

/* key_len <= MAP_KEY_MAX; sip_key is copied. */
struct map *map_new(size_t key_len, const uint8_t sip_key[16]);
void map_free(struct map *m); /* the values are not touched */

void *map_get(const struct map *m, const void *key); /* NULL: not there */
/* Insert or replace; returns the value that was there, or NULL.  value is
 * not NULL. */
void *map_put(struct map *m, const void *key, void *value);
void *map_remove(struct map *m, const void *key); /* returns the old value */
size_t map_count(const struct map *m);

/*
 * Walk all entries in no order: start with *cursor = 0; false at the end.
 * The map may not change during the walk.
 */
bool map_walk(const struct map *m, size_t *cursor, const void **key,
	void **value);

/* SipHash-2-4, for callers with a table of their own. */
uint64_t siphash(const uint8_t key[16], const void *p, size_t n);

#endif
