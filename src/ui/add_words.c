/*
 * add_words.c - see add_words.h.
 */
#include "ui/add_words.h"

#include <stdio.h>
#include <string.h>

#include "proto/magnet.h"
#include "ui/actions.h"

const struct torrent_row *add_words_known(const struct screen *s,
	const struct infohash *h)
{
	uint8_t wire[20];

	infohash_wire(h, wire);
	for (size_t i = 0; i < s->snap->nrows; i++)
		if (memcmp(s->snap->rows[i].wire_hash, wire, 20) == 0)
			return &s->snap->rows[i];
	return NULL;
}

/* Where the torrent stands in the list, from 1; 0: a filter hides it. */
static size_t place_of(const struct screen *s, struct torrent_id id)
{
	for (size_t i = 0; i < s->list.n; i++)
		if (torrent_id_equal(s->list.order[i], id))
			return i + 1;
	return 0;
}

void add_words_hash(const struct screen *s, const struct infohash *h,
	size_t ntrackers, const char *what, char *out, size_t cap)
{
	const struct torrent_row *row = add_words_known(s, h);
	size_t place = row ? place_of(s, row->id) : 0;
	char where[32] = "";

	if (!row) {
		snprintf(out, cap, "%s", what);
		return;
	}
	if (place)
		snprintf(where, sizeof where, " (row %zu)", place);
	if (ntrackers)
		snprintf(out, cap,
			"already in the list%s: Enter adds its %zu tracker%s",
			where, ntrackers, format_s(ntrackers));
	else
		snprintf(out, cap,
			"already in the list%s: Enter adds what is new in it",
			where);
}

static void explain_magnet(const struct screen *s, const char *text, char *out,
	size_t cap)
{
	struct magnet *m = NULL;
	struct fault fault = {0};
	char what[200];

	if (magnet_parse(span_str(text), &m, &fault) != ERR_OK) {
		snprintf(out, cap, "%s", fault.what);
		return;
	}
	snprintf(what, sizeof what, "magnet link: %.100s%s%zu tracker%s",
		m->name ? m->name : "", m->name ? ", " : "", m->ntrackers,
		format_s(m->ntrackers));
	add_words_hash(s, &m->hash, m->ntrackers, what, out, cap);
	magnet_free(m);
}

void add_words_link(const struct screen *s, const char *text, char *out,
	size_t cap)
{
	struct infohash hash = {0};

	out[0] = '\0';
	if (source_classify(text) == SOURCE_URL)
		snprintf(out, cap, "web address of a .torrent file");
	else if (infohash_parse(span_str(text), &hash) == ERR_OK)
		add_words_hash(s, &hash, 0, "info hash", out, cap);
	else if (source_classify(text) == SOURCE_LINK)
		explain_magnet(s, text, out, cap);
}
