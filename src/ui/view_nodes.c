/*
 * view_nodes.c - the contacts of one bucket of the DHT's routing table.
 */
#include <stdio.h>

#include "base/codec.h"
#include "ui/dht_buckets.h"
#include "ui/dht_words.h"
#include "ui/panes.h"
#include "ui/views.h"

struct nodes_view {
	struct view v;
	size_t top;
};

static struct nodes_view *nodes_of(struct view *v)
{
	return (struct nodes_view *)(void *)v;
}

static void fini(struct view *v)
{
	screen_watch_bucket(v->screen, ADDR_NONE, 0);
}

/* Widths, blanks between columns included; 0: left out. */
struct node_columns {
	int id, address, rtt, answered, lost, fits;
};

static struct node_columns fit_nodes(int w)
{
	struct node_columns c = {.rtt = 8};
	int left = w - 2 - c.rtt;

	if (left >= 22 + 9) {
		c.answered = 9;
		left -= c.answered;
	}
	if (left >= 22 + 10) {
		c.id = 10;
		left -= c.id;
	}
	if (left >= 22 + 7) {
		c.fits = 7;
		left -= c.fits;
	}
	if (left >= 22 + 6) {
		c.lost = 6;
		left -= c.lost;
	}
	if (left >= 22 + 31) {
		c.id += 31;
		left -= 31;
	}
	c.address = left > 0 ? left : 0;
	return c;
}

static void put(const struct area *a, int *x, int y, int w, bool right,
	struct pen pen, const char *text)
{
	if (w <= 0)
		return;
	draw_field(a, (struct rect){*x, y, w - 1, 1}, pen,
		right ? FIT_RIGHT : FIT_MIDDLE, text);
	*x += w;
}

static void draw_heads(const struct area *a, const struct node_columns *c)
{
	struct pen pen = pen_on(ROLE_FAINT, GROUND_PANEL);
	int x = 2;

	put(a, &x, 0, c->id, false, pen, "Id");
	put(a, &x, 0, c->address, false, pen, "Address");
	put(a, &x, 0, c->rtt, true, pen, "RTT");
	put(a, &x, 0, c->answered, true, pen, "Answered");
	put(a, &x, 0, c->lost, true, pen, "Lost");
	put(a, &x, 0, c->fits, true, pen, "BEP 42");
}

static void draw_node(const struct area *a, int y, const struct node_columns *c,
	const struct dht_view_node *n)
{
	struct pen pen = pen_on(ROLE_TEXT, GROUND_PANEL);
	struct pen dim = pen_on(ROLE_DIM, GROUND_PANEL);
	char text[2 * NODE_ID_LEN + 1 + ADDR_TEXT_MAX];
	int x = 2;

	draw_char(a, 0, y,
		pen_on(n->is_good ? ROLE_HAVE : ROLE_ACTIVE, GROUND_PANEL),
		bucket_sign(a->grid->tier, n->is_good));
	if (c->id > 2 * (int)NODE_ID_LEN)
		hex_encode(n->id.b, sizeof n->id.b, text);
	else
		dht_short_hash(&n->id, text);
	put(a, &x, y, c->id, false, dim, text);
	addr_text(&n->addr, text);
	put(a, &x, y, c->address, false, pen, text);
	text[0] = '\0';
	if (n->rtt_ms)
		snprintf(text, sizeof text, "%u ms", n->rtt_ms);
	put(a, &x, y, c->rtt, true, pen, text);
	if (n->replied_s == UINT32_MAX)
		snprintf(text, sizeof text, "never");
	else
		format_duration(text, n->replied_s);
	put(a, &x, y, c->answered, true, dim, text);
	text[0] = '\0';
	if (n->fails)
		snprintf(text, sizeof text, "%u", n->fails);
	put(a, &x, y, c->lost, true, pen_on(ROLE_WARN, GROUND_PANEL), text);
	put(a, &x, y, c->fits, true, dim, n->is_verified ? "✓" : "-");
}

static void draw(struct view *v, const struct area *a)
{
	struct nodes_view *d = nodes_of(v);
	struct dash *dash = dash_below(v);
	struct area box =
		area_sub(a, 0, a->h > 6, a->w, a->h > 6 ? a->h - 2 : a->h);
	struct area in = area_sub(&box, 2, 1, box.w - 4, box.h - 2);
	struct node_columns c = fit_nodes(in.w);
	const struct dht_detail *t;
	unsigned bucket;
	enum addr_family family = dht_cursor(dash, &bucket);
	char title[80];

	screen_watch_bucket(v->screen, family, bucket);
	t = screen_dht(v->screen);
	v->screen->dht.large = true;
	snprintf(title, sizeof title, "%s bucket %u: %zu node%s",
		family == ADDR_V6 ? "IPv6" : "IPv4", bucket, t->nnodes,
		format_s(t->nnodes));
	draw_box(&box, title, "Esc close");
	if (d->top >= t->nnodes)
		d->top = t->nnodes ? t->nnodes - 1 : 0;
	if (t->nnodes == 0)
		draw_text(&in, 0, 0, pen_on(ROLE_DIM, GROUND_PANEL),
			"no contact in this bucket");
	else
		draw_heads(&in, &c);
	for (size_t i = d->top; i < t->nnodes && 1 + (int)(i - d->top) < in.h;
		i++)
		draw_node(&in, 1 + (int)(i - d->top), &c, &t->nodes[i]);
	if (a->h > 6)
		draw_key_bar(v->screen, a, a->h - 1, v);
}

static void scroll(struct nodes_view *d, long by)
{
	const struct dht_detail *t = d->v.screen->dht.detail;
	size_t n = t ? t->nnodes : 0;

	if (by < 0)
		d->top = (size_t)-by > d->top ? 0 : d->top - (size_t)-by;
	else
		d->top += (size_t)by;
	if (d->top >= n)
		d->top = n ? n - 1 : 0;
}

static enum view_answer act(struct view *v, enum action action,
	const struct input *in)
{
	struct nodes_view *d = nodes_of(v);
	long page = v->screen->grid.rows > 8 ? v->screen->grid.rows - 6 : 1;

	(void)in;
	switch (action) {
	case ACTION_BUCKET_PREV:
	case ACTION_BUCKET_NEXT:
		d->top = 0;
		dht_act(dash_below(v), action);
		return VIEW_USED;
	case ACTION_UP:
	case ACTION_DOWN:
		scroll(d, action == ACTION_UP ? -1 : 1);
		return VIEW_USED;
	case ACTION_FIRST:
	case ACTION_LAST:
		scroll(d, action == ACTION_FIRST ? -(long)DHT_BUCKET_NODES
						 : (long)DHT_BUCKET_NODES);
		return VIEW_USED;
	case ACTION_PAGE_UP:
	case ACTION_HALF_UP:
		scroll(d, action == ACTION_PAGE_UP ? -page : -page / 2);
		return VIEW_USED;
	case ACTION_PAGE_DOWN:
	case ACTION_HALF_DOWN:
		scroll(d, action == ACTION_PAGE_DOWN ? page : page / 2);
		return VIEW_USED;
	case ACTION_CLOSE:
		return VIEW_CLOSE;
	default:
		return VIEW_UNUSED;
	}
}

static enum view_answer input(struct view *v, const struct input *in)
{
	if (in->kind != INPUT_MOUSE)
		return VIEW_UNUSED;
	if (in->button == MOUSE_WHEEL_UP)
		scroll(nodes_of(v), -3);
	else if (in->button == MOUSE_WHEEL_DOWN)
		scroll(nodes_of(v), 3);
	return VIEW_USED;
}

static unsigned contexts(const struct view *v)
{
	(void)v;
	return CTX_NODES | CTX_SCROLL | CTX_DIALOG;
}

const struct view_class view_nodes = {
	.size = sizeof(struct nodes_view),
	.fini = fini,
	.draw = draw,
	.contexts = contexts,
	.input = input,
	.act = act,
};
