/*
 * dht_sections.h - the parts of the page that shows the DHT alone.  Pure.
 *
 * Each draws itself from row y on, which may lie above or below the area when
 * the page is scrolled, and returns the row after it and a blank one.
 */
#ifndef UI_DHT_SECTIONS_H
#define UI_DHT_SECTIONS_H

#include "ui/panes.h"

/* Rows of the sections that can be of any height. */
struct dht_rows {
	int lookups, announces, graph, rtts, events;
};

struct dht_page {
	struct dash *d;
	struct screen *s;
	const struct dht_detail *t;
	struct dht_rows rows;
};

int section_ids(const struct dht_page *p, const struct area *a, int y);
int section_buckets(const struct dht_page *p, const struct area *a, int y,
	enum addr_family family);
int section_lookups(const struct dht_page *p, const struct area *a, int y);
int section_announces(const struct dht_page *p, const struct area *a, int y);
int section_network(const struct dht_page *p, const struct area *a, int y);
int section_messages(const struct dht_page *p, const struct area *a, int y);
/* How many kinds of messages that shows. */
int section_methods(const struct dht_detail *t);
int section_rtts(const struct dht_page *p, const struct area *a, int y);
int section_events(const struct dht_page *p, const struct area *a, int y);

#endif
