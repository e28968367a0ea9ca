/*
 * dht_buckets.c - see dht_buckets.h.
 */
#include "ui/dht_buckets.h"

#include <stdio.h>

unsigned bucket_size(const struct dht_view_family *f, unsigned i)
{
	if (i >= f->nbuckets || i >= DHT_VIEW_BUCKETS)
		return 0;
	return (unsigned)f->bucket[i].good + f->bucket[i].unsure;
}

void bucket_cells(const struct dht_view_family *f, unsigned i, unsigned *good,
	unsigned *unsure)
{
	unsigned n = bucket_size(f, i);

	*good = *unsure = 0;
	if (n == 0)
		return;
	if (n <= BUCKET_ROWS) {
		*good = f->bucket[i].good;
		*unsure = f->bucket[i].unsure;
		return;
	}
	/* Neither kind vanishes for being few. */
	*unsure = (f->bucket[i].unsure * BUCKET_ROWS + n / 2) / n;
	if (f->bucket[i].unsure && *unsure == 0)
		*unsure = 1;
	if (f->bucket[i].good && *unsure == BUCKET_ROWS)
		*unsure = BUCKET_ROWS - 1;
	*good = BUCKET_ROWS - *unsure;
}

static enum role bucket_role(const struct dht_view_family *f, unsigned i)
{
	if (bucket_size(f, i) == 0)
		return ROLE_FAINT;
	return f->bucket[i].unsure ? ROLE_ACTIVE : ROLE_HAVE;
}

/* Only the full tier has blocks of eight heights. */
static uint32_t height_sign(enum glyph_tier tier, unsigned n)
{
	if (n == 0)
		return 0xb7;
	if (tier == TIER_UTF8)
		return 0x2580 + (n < BUCKET_ROWS ? n : BUCKET_ROWS);
	return n <= BUCKET_ROWS ? '0' + n : '+';
}

void buckets_draw_row(const struct area *a, struct rect at,
	const struct dht_view_family *f)
{
	unsigned room = at.w > 0 ? (unsigned)at.w : 0;
	unsigned n = f->nbuckets;

	if (n > room)
		n = room ? room - 1 : 0;
	for (unsigned i = 0; i < n; i++)
		draw_char(a, at.x + (int)i, at.y, pen_of(bucket_role(f, i)),
			height_sign(a->grid->tier, bucket_size(f, i)));
	if (n < f->nbuckets && room)
		draw_char(a, at.x + (int)n, at.y, pen_of(ROLE_DIM), 0x2026);
}

void buckets_draw_ruler(const struct area *a, int x, int y, unsigned first,
	unsigned n, int pitch)
{
	unsigned step = pitch > 1 ? 2 : 5;

	for (unsigned i = 0; i < n; i++)
		if ((first + i) % step == 0)
			draw_textf(a, x + (int)i * pitch, y, pen_of(ROLE_FAINT),
				"%u", first + i);
}

uint32_t bucket_sign(enum glyph_tier tier, bool good)
{
	if (tier == TIER_ASCII)
		return good ? 'o' : '?';
	return good ? 0x25cf : 0x25cb;
}

static void draw_column(const struct area *a, int x, int y,
	const struct bucket_matrix *m, unsigned i)
{
	unsigned good, unsure;
	bool lit = i == m->cursor;

	bucket_cells(m->family, i, &good, &unsure);
	for (unsigned row = 0; row < BUCKET_ROWS; row++) {
		struct area cell =
			area_sub(a, x, y + BUCKET_ROWS - 1 - (int)row, 1, 1);
		struct pen pen = pen_of(ROLE_FAINT);
		uint32_t c = 0xb7;

		if (row < good) {
			pen = pen_of(ROLE_HAVE);
			c = bucket_sign(a->grid->tier, true);
		} else if (row < good + unsure) {
			pen = pen_of(ROLE_ACTIVE);
			c = bucket_sign(a->grid->tier, false);
		}
		if (row + 1 == BUCKET_ROWS &&
			bucket_size(m->family, i) > BUCKET_ROWS)
			c = '+';
		draw_char(&cell, 0, 0, pen, c);
		if (lit)
			draw_ground(&cell, 0, GROUND_SELECT);
	}
}

void buckets_draw_matrix(const struct area *a, int x, int y,
	const struct bucket_matrix *m)
{
	for (unsigned i = 0; i < m->n; i++)
		draw_column(a, x + (int)i * m->pitch, y, m, m->first + i);
}
