/*
 * dht_buckets.h - a routing table as characters.  Pure.
 *
 * As a row a bucket is one character whose height is the number of its
 * contacts, 0 to 8; as a matrix it is a column of eight.  Buckets near the
 * first one may hold more than eight: the row shows them full ('+' where
 * digits stand for heights), the matrix in proportion with a '+' on top.
 */
#ifndef UI_DHT_BUCKETS_H
#define UI_DHT_BUCKETS_H

#include "core/snapshot.h"
#include "ui/draw.h"

#define BUCKET_ROWS 8

/* Contacts of bucket i, spares left out; 0 beyond the last. */
unsigned bucket_size(const struct dht_view_family *f, unsigned i);
/* How many of its eight cells show good contacts, how many unsure ones. */
void bucket_cells(const struct dht_view_family *f, unsigned i, unsigned *good,
	unsigned *unsure);

/* The row at (at.x, at.y), at most at.w columns. */
void buckets_draw_row(const struct area *a, struct rect at,
	const struct dht_view_family *f);
/* "0    5    10" under n columns, `pitch` cells apart. */
void buckets_draw_ruler(const struct area *a, int x, int y, unsigned first,
	unsigned n, int pitch);
/*
 * Eight rows and no labels; columns first to first + n - 1, `pitch` cells
 * apart.  The column `cursor` is lit; UINT_MAX: none.
 */
struct bucket_matrix {
	const struct dht_view_family *family;
	unsigned first, n, cursor;
	int pitch;
};
void buckets_draw_matrix(const struct area *a, int x, int y,
	const struct bucket_matrix *m);
/* The sign of a contact, which ASCII has another one for. */
uint32_t bucket_sign(enum glyph_tier tier, bool good);

#endif
