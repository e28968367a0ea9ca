/*
 * add_words.h - what somebody typed is taken for, in words.  Pure.
 */
#ifndef UI_ADD_WORDS_H
#define UI_ADD_WORDS_H

#include "proto/infohash.h"
#include "ui/screen.h"

/* The torrent in the list that has this hash; NULL: none. */
const struct torrent_row *add_words_known(const struct screen *s,
	const struct infohash *h);
/* `what`, unless it is in the list already; ntrackers of them come with it. */
void add_words_hash(const struct screen *s, const struct infohash *h,
	size_t ntrackers, const char *what, char *out, size_t cap);
/* A magnet link, a hash, a web address; "" when it is none of these. */
void add_words_link(const struct screen *s, const char *text, char *out,
	size_t cap);

#endif
