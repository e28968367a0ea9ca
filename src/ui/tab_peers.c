/*
 * tab_peers.c - the peers of one torrent.  See tabs.h.
 */
#include "ui/tabs.h"

struct peers_tab {
	struct tab t;
	struct tab_rows rows;
};

static struct peers_tab *peers_of(struct tab *t)
{
	return (struct peers_tab *)(void *)t;
}

static void reset(struct tab *t)
{
	peers_of(t)->rows = (struct tab_rows){0};
}

static uint32_t watch(const struct tab *t)
{
	(void)t;
	return WATCH_PEERS;
}

static void draw(struct tab *t, const struct area *a)
{
	const struct torrent_detail *d = tab_detail(t, WATCH_PEERS);
	struct tab_rows *r = &peers_of(t)->rows;

	if (!d || d->npeers == 0) {
		tab_draw_nothing(a, "no peers connected");
		return;
	}
	tab_rows_fit(r, d->npeers, a->h - 1);
	draw_peers(t->screen, a, r->top);
	tab_rows_mark(a, 1 + (int)(r->at - r->top));
}

static unsigned contexts(const struct tab *t)
{
	(void)t;
	return CTX_PEERS | CTX_SCROLL;
}

static bool act(struct tab *t, enum action action, const struct input *in)
{
	(void)in;
	return tab_rows_act(&peers_of(t)->rows, action);
}

static bool mouse(struct tab *t, const struct input *in)
{
	return tab_rows_mouse(&peers_of(t)->rows, in, in->y - 1);
}

const struct tab_class tab_peers = {
	.name = "Peers",
	.size = sizeof(struct peers_tab),
	.reset = reset,
	.watch = watch,
	.draw = draw,
	.contexts = contexts,
	.act = act,
	.mouse = mouse,
};
