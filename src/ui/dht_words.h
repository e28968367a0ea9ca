/*
 * dht_words.h - what is said about the DHT: sentences, counts, targets.  Pure.
 */
#ifndef UI_DHT_WORDS_H
#define UI_DHT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/snapshot.h"
#include "ui/format.h"

#define DHT_WORDS_MAX 160 /* any of these, with its NUL */

/* "9.8M", "47K", "812": two digits, for what is only estimated. */
void dht_approx(char out[FORMAT_MAX], uint64_t n);
/* Thousandths a second: "0", "0.1", "17.2", "120". */
void dht_per_second(char out[FORMAT_MAX], uint64_t milli);

/* Good contacts of both families. */
uint32_t dht_good(const struct dht_detail *d);
/* Whether there is anything to show of a family: a network without IPv6 has a
 * table for it all the same. */
bool dht_has_nodes(const struct dht_view_family *f);

/*
 * Why there is nothing to show: off, or no contact yet.  False, and out is
 * empty, when there is.
 */
bool dht_excuse(const struct dht_detail *d, char out[DHT_WORDS_MAX]);

/* "203 nodes · ≈ 9.8M in network · bootstrapped 4.1 s": as many of its parts
 * as fit into `room` columns. */
void dht_headline(const struct dht_detail *d, int room,
	char out[DHT_WORDS_MAX]);

#define DHT_SHORT_HASH 12 /* "c9e15763…" and its NUL */
void dht_short_hash(const struct node_id *id, char out[DHT_SHORT_HASH]);

/* "get_peers" and "c9e15763…"; "refresh" and "bucket 17". */
const char *dht_lookup_word(const struct dht_view_lookup *l);
#define DHT_TARGET_COLS 9
void dht_lookup_target(const struct dht_view_lookup *l, char out[FORMAT_MAX]);

/* One line about an announce: a sign ('~' runs, 0x2713 done, '!' in vain,
 * 0xb7 not yet) and "8 of 8". */
uint32_t dht_announce_sign(const struct dht_announce_row *r);
void dht_announce_state(const struct dht_announce_row *r, char out[FORMAT_MAX]);

void dht_event_words(const struct dht_view_event *e, char out[DHT_WORDS_MAX]);

#endif
