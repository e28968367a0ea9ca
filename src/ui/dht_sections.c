/*
 * dht_sections.c - see dht_sections.h.
 */
#include "ui/dht_sections.h"

#include <stdio.h>
#include <string.h>

#include "base/codec.h"
#include "ui/dht_buckets.h"
#include "ui/dht_words.h"

#define LABEL_COLS 4
#define BAR_COLS 8
#define BITS_COLS 9
#define DEFAULT_DEPTH 20 /* bits, while the size of the network is unknown */
#define AXIS_COLS 7
#define METHODS_SHOWN 4 /* those that every node speaks */

static int min(int a, int b)
{
	return a < b ? a : b;
}

static int max(int a, int b)
{
	return a > b ? a : b;
}

static int draw_heading(const struct area *a, int y, const char *text)
{
	char cut[160];
	int x;

	text_fit(a->grid->tier, text, a->w, FIT_END, cut, sizeof cut);
	x = draw_text(a, 0, y, pen_of(ROLE_FOCUS), cut) + 1;
	draw_hline(a, x, y, a->w - x, pen_of(ROLE_RULE), 0x2500);
	return y + 1;
}

/* Words one after the other, in the next row where they do not fit. */
struct flow {
	const struct area *a;
	int x, y;
	int first; /* rows below it are indented */
};

static void flow_put(struct flow *f, enum role role, const char *text)
{
	int width = draw_width(f->a, text);

	if (f->x && f->x + 3 + width > f->a->w) {
		f->x = 0;
		f->y++;
	}
	f->x += f->x || f->y > f->first ? 3 : 0;
	draw_field(f->a, (struct rect){f->x, f->y, min(width, f->a->w), 1},
		pen_of(role), FIT_MIDDLE, text);
	f->x += width;
}

/* --- who we are --- */

static void flow_family(struct flow *f, const char *label,
	const struct dht_view_family *v)
{
	char hex[2 * NODE_ID_LEN + 1], ip[ADDR_TEXT_MAX], text[128];

	if (!dht_has_nodes(v))
		return;
	if (f->x)
		*f = (struct flow){f->a, 0, f->y + 1, f->y + 1};
	hex_encode(v->id.b, sizeof v->id.b, hex);
	snprintf(text, sizeof text, "%s own id %s", label, hex);
	flow_put(f, ROLE_TEXT, text);
	addr_ip_text(&v->external, ip);
	if (v->external.family == ADDR_NONE)
		flow_put(f, ROLE_DIM, "own address not known yet");
	else if (v->is_verified) {
		snprintf(text, sizeof text, "BEP 42 ok for %s", ip);
		flow_put(f, ROLE_DIM, text);
	} else {
		snprintf(text, sizeof text, "BEP 42 not kept for %s", ip);
		flow_put(f, ROLE_WARN, text);
	}
}

int section_ids(const struct dht_page *p, const struct area *a, int y)
{
	struct flow f = {a, 0, y, y};
	char text[32];

	flow_family(&f, "v4", &p->t->view.v4);
	flow_family(&f, "v6", &p->t->view.v6);
	flow_put(&f, p->t->view.read_only ? ROLE_WARN : ROLE_DIM,
		p->t->view.read_only ? "read-only yes" : "read-only no");
	snprintf(text, sizeof text, "port %u", p->s->snap->totals.port);
	flow_put(&f, ROLE_DIM, text);
	return f.y + 2;
}

/* --- buckets --- */

static void draw_chosen(const struct area *a, int y,
	const struct dht_view_family *f, unsigned i)
{
	char text[96];

	snprintf(text, sizeof text, "bucket %u: %u good, %u unsure, %u spare%s",
		i, f->bucket[i].good, f->bucket[i].unsure, f->bucket[i].spare,
		f->bucket[i].refreshing ? ", being refreshed" : "");
	draw_field(a, (struct rect){LABEL_COLS, y, a->w - LABEL_COLS, 1},
		pen_of(ROLE_TEXT), FIT_END, text);
}

/* The first bucket that a lookup refreshes, beside the matrix. */
static void draw_refreshing(const struct area *a, int x, int y,
	const struct dht_view_family *f)
{
	for (unsigned i = 0; i < f->nbuckets && x + 9 <= a->w; i++)
		if (f->bucket[i].refreshing) {
			draw_textf(a, x, y, pen_of(ROLE_DIM), "bucket %u", i);
			draw_text(a, x, y + 1, pen_of(ROLE_WARN), "▸ refresh");
			return;
		}
}

int section_buckets(const struct dht_page *p, const struct area *a, int y,
	enum addr_family family)
{
	const struct dht_view_family *f =
		family == ADDR_V4 ? &p->t->view.v4 : &p->t->view.v6;
	const char *name = family == ADDR_V4 ? "IPv4" : "IPv6";
	struct bucket_matrix m = {f, 0, f->nbuckets, UINT32_MAX, 2};
	unsigned bucket, room;
	int right;
	char text[96];

	snprintf(text, sizeof text, "%s buckets: %u good, %u unsure, %u spare",
		name, f->good, f->unsure, f->spare);
	if (!f->on)
		snprintf(text, sizeof text, "%s buckets: not used", name);
	else if (!dht_has_nodes(f))
		snprintf(text, sizeof text, "%s buckets: no node known", name);
	draw_heading(a, y, text);
	if (!dht_has_nodes(f))
		return y + 2;
	if (dht_cursor(p->d, &bucket) == family)
		m.cursor = bucket;
	if (LABEL_COLS + 2 * (int)m.n > a->w)
		m.pitch = 1;
	room = (unsigned)max(a->w - LABEL_COLS, 1) / (unsigned)m.pitch;
	if (m.n > room && m.cursor != UINT32_MAX && m.cursor >= room)
		m.first = m.cursor - room + 1;
	if (m.n > room)
		m.n = room;
	for (int i = 0; i < BUCKET_ROWS; i++)
		draw_textf(a, 0, y + 1 + i, pen_of(ROLE_FAINT), "%d",
			BUCKET_ROWS - i);
	buckets_draw_matrix(a, LABEL_COLS, y + 1, &m);
	y += 1 + BUCKET_ROWS;
	right = LABEL_COLS + (int)m.n * m.pitch + 1;
	draw_refreshing(a, right + 1, y - 2, f);
	buckets_draw_ruler(a, LABEL_COLS, y, m.first, m.n, m.pitch);
	if (right + 4 <= a->w)
		draw_text(a, right, y, pen_of(ROLE_FAINT), "bits");
	if (m.cursor != UINT32_MAX) {
		int x = LABEL_COLS + (int)(m.cursor - m.first) * m.pitch;

		draw_text(a, x, y, pen_bold(ROLE_KEY),
			m.pitch > 1 ? "▴ " : "▴");
		draw_chosen(a, y + 1, f, m.cursor);
	}
	return y + 3;
}

/* --- lookups and announces --- */

/* Bits at which a lookup stands among the nodes closest to its target. */
static unsigned full_depth(const struct dht_view *v)
{
	unsigned bits = 0;

	for (uint64_t n = v->network; n > 1; n /= 2)
		bits++;
	return bits ? bits : DEFAULT_DEPTH;
}

static void draw_lookup(const struct dht_page *p, const struct area *a, int y,
	const struct dht_view_lookup *l)
{
	const struct dht_view *v = &p->t->view;
	char target[FORMAT_MAX], text[128];
	int bits = a->w - BITS_COLS, end = bits;
	size_t n;

	dht_lookup_target(l, target);
	n = (size_t)snprintf(text, sizeof text, "%-9s %s%*s%s %2u asked",
		dht_lookup_word(l), target,
		max(DHT_TARGET_COLS - draw_width(a, target), 0), "",
		!v->v4.on || !v->v6.on ? ""
		: l->family == ADDR_V4 ? " v4"
				       : " v6",
		l->asked);
	if (!l->is_done)
		n += (size_t)snprintf(text + n, sizeof text - n, " %u open",
			l->open);
	if (l->kind == DHT_LOOKUP_PEERS && l->peers && a->w >= 60)
		snprintf(text + n, sizeof text - n, " %u peer%s", l->peers,
			format_s(l->peers));
	if (a->w >= 54) {
		end = bits - BAR_COLS;
		draw_bar(a, (struct rect){end, y, BAR_COLS, 1},
			l->depth_bits * 1000 / full_depth(v), pen_of(ROLE_META),
			pen_of(ROLE_RULE));
	}
	draw_text(a, 0, y, pen_of(l->is_done ? ROLE_OK : ROLE_ASKED),
		l->is_done ? "✓" : "▸");
	draw_field(a, (struct rect){2, y, end - 3, 1}, pen_of(ROLE_TEXT),
		FIT_END, text);
	draw_textf(a, bits, y, pen_of(ROLE_TEXT), "%3u bit%s", l->depth_bits,
		format_s(l->depth_bits));
}

/* As many of n things as rows, the last row saying how many more there are. */
static int shown_of(size_t n, int rows)
{
	return n > (size_t)rows ? rows - 1 : (int)n;
}

static void draw_more(const struct area *a, int y, size_t n, int shown)
{
	draw_textf(a, 2, y, pen_of(ROLE_DIM), "and %zu more",
		n - (size_t)shown);
}

int section_lookups(const struct dht_page *p, const struct area *a, int y)
{
	size_t n = p->t->view.nlookups;
	int rows = p->rows.lookups, shown = shown_of(n, rows);

	y = draw_heading(a, y, "Lookups in flight");
	if (n == 0)
		draw_text(a, 0, y, pen_of(ROLE_DIM), "none");
	for (int i = 0; i < shown; i++)
		draw_lookup(p, a, y + i, &p->t->view.lookups[i]);
	if (n > (size_t)shown)
		draw_more(a, y + shown, n, shown);
	return y + rows + 1;
}

static void draw_announce(const struct dht_page *p, const struct area *a, int y,
	const struct dht_announce_row *r)
{
	const struct torrent_row *row = list_row(p->s->snap, r->torrent);
	char state[FORMAT_MAX], left[FORMAT_MAX], next[FORMAT_MAX + 8];
	uint32_t sign = dht_announce_sign(r);
	enum role role = sign == 0x2713 ? ROLE_OK
	                 : sign == 0xb7 ? ROLE_DIM
	                                : ROLE_WARN;
	int x = a->w - 25;

	dht_announce_state(r, state);
	format_duration(left, r->next_s);
	snprintf(next, sizeof next, "next %s", left);
	if (r->is_running)
		snprintf(next, sizeof next, "%u asked", r->asked);
	else if (r->next_s == UINT32_MAX)
		next[0] = '\0';
	draw_field(a, (struct rect){0, y, x - 1, 1}, pen_of(ROLE_TEXT),
		FIT_MIDDLE,
		!row                      ? ""
		: row->name && *row->name ? row->name
					  : row->hash_hex);
	draw_char(a, x, y, pen_of(role), sign);
	draw_text(a, x + 2, y, pen_of(role), state);
	draw_text(a, x + 13, y, pen_of(ROLE_DIM), next);
}

int section_announces(const struct dht_page *p, const struct area *a, int y)
{
	size_t n = p->t->nannounces;
	size_t all = p->t->nwants > n ? p->t->nwants : n;
	int rows = p->rows.announces, shown = shown_of(all, rows);

	if ((size_t)shown > n)
		shown = (int)n;
	y = draw_heading(a, y, "Announces");
	if (all == 0)
		draw_text(a, 0, y, pen_of(ROLE_DIM),
			"no torrent wants peers from here");
	for (int i = 0; i < shown; i++)
		draw_announce(p, a, y + i, &p->t->announces[i]);
	if (all > (size_t)shown)
		draw_more(a, y + shown, all, shown);
	return y + rows + 1;
}

/* --- the network --- */

/* Minutes spread over the samples of a graph, those before the first one 0. */
static void spread_minutes(const struct dht_view *v, size_t want, uint32_t *out)
{
	size_t n = v->nhistory;

	for (size_t i = 0; i < want; i++) {
		size_t back = (want - 1 - i) * DHT_VIEW_HISTORY / want;
		uint64_t size = back < n ? v->history[n - 1 - back] : 0;

		out[i] = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
	}
}

static void draw_history(const struct dht_page *p, const struct area *a, int y)
{
	uint32_t samples[HISTORY_SAMPLES];
	struct graph g = {.samples = samples,
		.up = true,
		.style = pane_graph_style(p->s),
		.first_role = ROLE_GRAPH_DOWN0};
	struct rect at = {AXIS_COLS, y, a->w - AXIS_COLS - 1, p->rows.graph};
	char peak[FORMAT_MAX];

	at.w = max(min(at.w, HISTORY_SAMPLES / 2), 0);
	g.n = (size_t)at.w * (g.style == GRAPH_BRAILLE ? 2 : 1);
	spread_minutes(&p->t->view, g.n, samples);
	for (size_t i = 0; i < g.n; i++)
		if (samples[i] > g.max)
			g.max = samples[i];
	if (g.max == 0)
		return;
	draw_graph(a, at, &g);
	dht_approx(peak, g.max);
	draw_field(a, (struct rect){0, y, AXIS_COLS - 1, 1}, pen_of(ROLE_DIM),
		FIT_RIGHT, peak);
	draw_field(a, (struct rect){0, y + at.h - 1, AXIS_COLS - 1, 1},
		pen_of(ROLE_DIM), FIT_RIGHT, "0");
}

int section_network(const struct dht_page *p, const struct area *a, int y)
{
	const struct dht_view *v = &p->t->view;
	char n[FORMAT_MAX], spread[FORMAT_MAX], text[128];
	const char *million = v->network >= 1000000 ? " million" : "";

	y = draw_heading(a, y, "Network size estimate, last hour");
	draw_history(p, a, y);
	y += p->rows.graph;
	dht_approx(n, v->network);
	dht_approx(spread, v->network_spread);
	if (*million && strchr(n, 'M'))
		*strchr(n, 'M') = '\0';
	else
		million = "";
	if (v->network)
		snprintf(text, sizeof text,
			"≈ %s%s nodes %s %s, from ids near ours", n, million,
			a->grid->tier == TIER_ASCII ? "+-" : "±", spread);
	else
		snprintf(text, sizeof text, "unknown yet: %u sample%s so far",
			v->network_samples, format_s(v->network_samples));
	draw_field(a, (struct rect){0, y, a->w, 1},
		pen_of(v->network ? ROLE_TEXT : ROLE_DIM), FIT_END, text);
	return y + 2;
}

/* --- messages --- */

static const char *const method_names[KRPC_METHODS] = {
	[KRPC_PING] = "ping",
	[KRPC_FIND_NODE] = "find_node",
	[KRPC_GET_PEERS] = "get_peers",
	[KRPC_ANNOUNCE] = "announce",
	[KRPC_GET] = "get",
	[KRPC_PUT] = "put",
	[KRPC_SAMPLE] = "sample",
};

static bool is_method_shown(const struct dht_detail *t, size_t i)
{
	const struct dht_view_traffic *m = &t->view.traffic[i];

	return i < METHODS_SHOWN || m->out || m->in || m->refused;
}

int section_methods(const struct dht_detail *t)
{
	int n = 0;

	for (size_t i = 0; i < KRPC_METHODS; i++)
		n += is_method_shown(t, i);
	return n;
}

/* The right edges of the columns; 0: left out. */
struct message_columns {
	int out, answered, lost, in, refused;
};

static struct message_columns fit_messages(int w)
{
	if (w >= 55)
		return (struct message_columns){17, 28, 35, 43, 53};
	if (w >= 46)
		return (struct message_columns){17, 28, 35, 43, 0};
	return (struct message_columns){15, 0, 22, 30, 0};
}

static void draw_value(const struct area *a, int edge, int y, struct pen pen,
	const char *text)
{
	if (edge)
		draw_text(a, edge - draw_width(a, text), y, pen, text);
}

static void draw_messages_of(const struct area *a, int y,
	const struct message_columns *c, const char *name,
	const struct dht_rates *r)
{
	struct pen pen = pen_of(ROLE_TEXT);
	char text[FORMAT_MAX];

	draw_text(a, 0, y, pen, name);
	dht_per_second(text, r->out);
	draw_value(a, c->out, y, pen, text);
	dht_per_second(text, r->answered);
	draw_value(a, c->answered, y, pen, text);
	snprintf(text, sizeof text, "%u%%", (r->lost + 5) / 10);
	draw_value(a, c->lost, y, pen, text);
	dht_per_second(text, r->in);
	draw_value(a, c->in, y, pen, text);
	dht_per_second(text, r->refused);
	draw_value(a, c->refused, y, pen, text);
}

static int draw_traffic(const struct dht_page *p, const struct area *a, int y)
{
	const struct dht_view *v = &p->t->view;
	char in[FORMAT_MAX], out[FORMAT_MAX], text[128];
	struct flow f = {a, 0, y, y};
	size_t n;

	format_rate(in, p->t->in_bps, p->s->opt.units);
	format_rate(out, p->t->out_bps, p->s->opt.units);
	snprintf(text, sizeof text, "↓ %s  ↑ %s", in, out);
	flow_put(&f, ROLE_TEXT, text);
	format_count(in, v->stored_peers);
	format_count(out, v->stored_hashes);
	n = (size_t)snprintf(text, sizeof text, "keeps %s peer%s, %s hash%s",
		in, format_s(v->stored_peers), out,
		v->stored_hashes == 1 ? "" : "es");
	if (v->stored_items)
		snprintf(text + n, sizeof text - n, ", %u item%s",
			v->stored_items, format_s(v->stored_items));
	flow_put(&f, ROLE_DIM, text);
	return f.y + 1;
}

int section_messages(const struct dht_page *p, const struct area *a, int y)
{
	struct message_columns c = fit_messages(a->w);
	struct pen faint = pen_of(ROLE_FAINT);
	char text[80] = "Messages per second", count[FORMAT_MAX];

	if (p->t->view.bad_packets) {
		format_count(count, p->t->view.bad_packets);
		snprintf(text, sizeof text,
			"Messages per second, %s unreadable so far", count);
	}
	y = draw_heading(a, y, text);
	draw_value(a, c.out, y, faint, "out");
	draw_value(a, c.answered, y, faint, "answered");
	draw_value(a, c.lost, y, faint, "lost");
	draw_value(a, c.in, y, faint, "in");
	draw_value(a, c.refused, y, faint, "refused");
	y++;
	for (size_t i = 0; i < KRPC_METHODS; i++)
		if (is_method_shown(p->t, i))
			draw_messages_of(a, y++, &c, method_names[i],
				&p->t->rates[i]);
	return draw_traffic(p, a, y) + 1;
}

/* --- round trips --- */

int section_rtts(const struct dht_page *p, const struct area *a, int y)
{
	const struct txn_rtts *r = &p->t->view.rtts;
	int merge = a->w >= (int)TXN_RTT_CELLS ? 1 : 2;
	uint32_t cells[TXN_RTT_CELLS] = {0};
	enum graph_style style = pane_graph_style(p->s);
	struct graph g = {.samples = cells,
		.n = TXN_RTT_CELLS / (size_t)merge,
		.up = true,
		.style = style == GRAPH_ASCII ? GRAPH_ASCII : GRAPH_BLOCKS,
		.first_role = ROLE_GRAPH_DOWN0};
	char text[80] = "Round trip times";

	if (r->samples)
		snprintf(text, sizeof text,
			"Round trip times: median %u ms, p95 %u ms, lost %u%%",
			r->median_ms, r->p95_ms, (r->loss_milli + 5) / 10);
	y = draw_heading(a, y, text);
	for (size_t i = 0; i < TXN_RTT_CELLS; i++)
		cells[i / (size_t)merge] += r->cells[i];
	for (size_t i = 0; i < g.n; i++)
		if (cells[i] > g.max)
			g.max = cells[i];
	if (g.max)
		draw_graph(a, (struct rect){0, y, (int)g.n, p->rows.rtts}, &g);
	y += p->rows.rtts;
	draw_text(a, 0, y, pen_of(ROLE_FAINT), "0 ms");
	for (int i = 1; i < 5; i++)
		draw_textf(a, i * 10 / merge, y, pen_of(ROLE_FAINT), "%d",
			i * 100);
	if (merge == 1)
		draw_text(a, (int)g.n - 4, y, pen_of(ROLE_FAINT), "550+");
	return y + 2;
}

/* --- events --- */

int section_events(const struct dht_page *p, const struct area *a, int y)
{
	const struct dht_view *v = &p->t->view;
	int n = min((int)v->nevents, p->rows.events);

	y = draw_heading(a, y, "Recent");
	if (n == 0)
		draw_text(a, 0, y, pen_of(ROLE_DIM), "nothing yet");
	for (int i = 0; i < n; i++) {
		const struct dht_view_event *e = &v->events[i];
		uint64_t ago = v->now_ms > e->at_ms ? v->now_ms - e->at_ms : 0;
		char clock[FORMAT_MAX], text[DHT_WORDS_MAX];

		format_clock_seconds(clock,
			p->s->snap->wall_s - (int64_t)(ago / 1000));
		dht_event_words(e, text);
		draw_text(a, 0, y + i, pen_of(ROLE_FAINT), clock);
		draw_field(a, (struct rect){10, y + i, a->w - 10, 1},
			pen_of(ROLE_TEXT), FIT_END, text);
	}
	return y + max(n, 1) + 1;
}
