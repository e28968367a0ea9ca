/*
 * dht_words.c - see dht_words.h.
 */
#include "ui/dht_words.h"

#include <stdio.h>
#include <string.h>

#include "base/codec.h"
#include "base/utf8.h"

void dht_approx(char out[FORMAT_MAX], uint64_t n)
{
	static const char letters[] = "KMGTPE";
	uint64_t unit = 1000, tenths;
	size_t power = 0;

	if (n < 1000) {
		snprintf(out, FORMAT_MAX, "%u", (unsigned)n);
		return;
	}
	while (power + 2 < sizeof letters && n / unit >= 1000) {
		unit *= 1000;
		power++;
	}
	tenths = n / (unit / 10);
	if (tenths < 100)
		snprintf(out, FORMAT_MAX, "%u.%u%c", (unsigned)(tenths / 10),
			(unsigned)(tenths % 10), letters[power]);
	else
		snprintf(out, FORMAT_MAX, "%u%c", (unsigned)(tenths / 10),
			letters[power]);
}

void dht_per_second(char out[FORMAT_MAX], uint64_t milli)
{
	uint64_t tenths = milli / 100 + (milli % 100 >= 50);

	if (milli == 0)
		snprintf(out, FORMAT_MAX, "0");
	else if (tenths == 0)
		snprintf(out, FORMAT_MAX, "<0.1");
	else if (tenths < 1000)
		snprintf(out, FORMAT_MAX, "%u.%u", (unsigned)(tenths / 10),
			(unsigned)(tenths % 10));
	else
		format_count(out, tenths / 10);
}

uint32_t dht_good(const struct dht_detail *d)
{
	return d->view.v4.good + d->view.v6.good;
}

bool dht_has_nodes(const struct dht_view_family *f)
{
	return f->on && (f->good || f->unsure || f->spare);
}

bool dht_excuse(const struct dht_detail *d, char out[DHT_WORDS_MAX])
{
	const struct dht_view *v = &d->view;

	out[0] = '\0';
	if (!d->on)
		snprintf(out, DHT_WORDS_MAX,
			"The DHT is off in settings (dht): \":dht on\" "
			"switches it on.");
	else if (dht_has_nodes(&v->v4) || dht_has_nodes(&v->v6))
		return false;
	else if (v->bootstrap_asked)
		snprintf(out, DHT_WORDS_MAX,
			"joining: %u bootstrap node%s asked, %u answered",
			v->bootstrap_asked, format_s(v->bootstrap_asked),
			v->bootstrap_answered);
	else if (d->resolving)
		snprintf(out, DHT_WORDS_MAX,
			"joining: looking for the addresses of bootstrap "
			"nodes");
	else
		snprintf(out, DHT_WORDS_MAX,
			"joining: no node is known yet, \":dht add HOST:PORT\" "
			"names one");
	return true;
}

static void add_part(char out[DHT_WORDS_MAX], int room, const char *part)
{
	size_t len = strlen(out);

	if (room > 0 && text_width(out) + (len ? 3 : 0) + text_width(part) <=
				(size_t)room)
		snprintf(out + len, DHT_WORDS_MAX - len, "%s%s",
			len ? " · " : "", part);
}

void dht_headline(const struct dht_detail *d, int room, char out[DHT_WORDS_MAX])
{
	const struct dht_view *v = &d->view;
	char part[64], n[FORMAT_MAX];
	uint64_t ms = v->joined_ms - v->started_ms;

	out[0] = '\0';
	if (!d->on) {
		add_part(out, room, "off");
		return;
	}
	if (!v->joined && dht_good(d) == 0) {
		add_part(out, room, "joining…");
		return;
	}
	format_count(n, dht_good(d));
	snprintf(part, sizeof part, "%s node%s", n, format_s(dht_good(d)));
	add_part(out, room, part);
	if (!v->joined) {
		add_part(out, room, "joining…");
		return;
	}
	if (v->network) {
		dht_approx(n, v->network);
		snprintf(part, sizeof part, "≈ %s in network", n);
		add_part(out, room, part);
	}
	if (v->joined_ms > v->started_ms && ms < 600000) {
		snprintf(part, sizeof part, "bootstrapped %u.%u s",
			(unsigned)(ms / 1000), (unsigned)(ms / 100 % 10));
		add_part(out, room, part);
	}
}

void dht_short_hash(const struct node_id *id, char out[DHT_SHORT_HASH])
{
	hex_encode(id->b, 4, out);
	memcpy(out + 8, "…", sizeof "…");
}

const char *dht_lookup_word(const struct dht_view_lookup *l)
{
	switch (l->kind) {
	case DHT_LOOKUP_PEERS:
		return "get_peers";
	case DHT_LOOKUP_REFRESH:
		return "refresh";
	case DHT_LOOKUP_SELF:
		return "join";
	case DHT_LOOKUP_NODES:
		break;
	}
	return "find_node";
}

void dht_lookup_target(const struct dht_view_lookup *l, char out[FORMAT_MAX])
{
	char hash[DHT_SHORT_HASH];

	dht_short_hash(&l->target, hash);
	if (l->kind == DHT_LOOKUP_REFRESH)
		snprintf(out, FORMAT_MAX, "bucket %u", l->bits);
	else if (l->kind == DHT_LOOKUP_SELF)
		snprintf(out, FORMAT_MAX, "own id");
	else
		snprintf(out, FORMAT_MAX, "%s", hash);
}

uint32_t dht_announce_sign(const struct dht_announce_row *r)
{
	if (r->is_running)
		return '~';
	if (r->last_s == UINT32_MAX)
		return 0xb7;
	return r->stored ? 0x2713 : '!';
}

void dht_announce_state(const struct dht_announce_row *r, char out[FORMAT_MAX])
{
	if (r->is_running)
		snprintf(out, FORMAT_MAX, "running");
	else if (r->last_s == UINT32_MAX)
		snprintf(out, FORMAT_MAX, "waiting");
	else if (r->told == 0)
		snprintf(out, FORMAT_MAX, "no node");
	else
		snprintf(out, FORMAT_MAX, "%u of %u", r->stored, r->told);
}

void dht_event_words(const struct dht_view_event *e, char out[DHT_WORDS_MAX])
{
	char hash[DHT_SHORT_HASH], addr[ADDR_TEXT_MAX];

	dht_short_hash(&e->hash, hash);
	addr_ip_text(&e->addr, addr);
	out[0] = '\0';
	switch (e->note) {
	case DHT_NOTE_PEERS:
		snprintf(out, DHT_WORDS_MAX, "get_peers %s %u peer%s from %s",
			hash, e->n, format_s(e->n), addr);
		break;
	case DHT_NOTE_ANNOUNCED:
		snprintf(out, DHT_WORDS_MAX, "announce %s stored at %u of %u",
			hash, e->n, e->m);
		break;
	case DHT_NOTE_DROPPED:
		snprintf(out, DHT_WORDS_MAX,
			"node %s dropped: %u quer%s unanswered", addr, e->n,
			e->n == 1 ? "y" : "ies");
		break;
	case DHT_NOTE_SPLIT:
		snprintf(out, DHT_WORDS_MAX,
			"bucket %u split: own id range is now %u bit%s",
			e->n ? e->n - 1 : 0, e->n, format_s(e->n));
		break;
	case DHT_NOTE_EXTERNAL:
		snprintf(out, DHT_WORDS_MAX, "%u node%s see%s us as %s", e->n,
			format_s(e->n), e->n == 1 ? "s" : "", addr);
		break;
	case DHT_NOTE_BANNED:
		snprintf(out, DHT_WORDS_MAX, "%s banned: it sent too much",
			addr);
		break;
	case DHT_NOTE_JOINED:
		snprintf(out, DHT_WORDS_MAX, "joined: %u node%s in %u.%u s",
			e->n, format_s(e->n), e->m / 1000, e->m / 100 % 10);
		break;
	}
}
