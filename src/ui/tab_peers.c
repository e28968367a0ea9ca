/*
 * tab_peers.c - the peers of one torrent.  See tabs.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ui/peer_cells.h"
#include "ui/peer_list.h"
#include "ui/tabs.h"

#define TEXT_MAX 128
#define MARKS_COLS 4 /* cursor, two marks, blank */
#define ADDRESS_MIN 22
#define ADDRESS_MAX 48
#define CLIENT_MAX 40
#define BAR_COLS 5

struct peers_tab {
	struct tab t;
	struct tab_rows rows;
	struct peer_list list;
	struct addr asked; /* whom to ban, while it is asked */
	int head;          /* rows above the peers in the last drawing */
};

static struct peers_tab *peers_of(struct tab *t)
{
	return (struct peers_tab *)(void *)t;
}

static void reset(struct tab *t)
{
	struct peers_tab *d = peers_of(t);

	d->rows = (struct tab_rows){0};
	peer_list_clear(&d->list);
}

static void fini(struct tab *t)
{
	peer_list_stop(&peers_of(t)->list);
}

static uint32_t watch(const struct tab *t)
{
	(void)t;
	return WATCH_PEERS;
}

/* The peers as they are now, in order; NULL: there are none. */
static const struct torrent_detail *follow(struct peers_tab *d)
{
	const struct torrent_detail *now = tab_detail(&d->t, WATCH_PEERS);

	if (!now || now->npeers == 0)
		return NULL;
	peer_list_update(&d->list, now->peers, now->npeers,
		d->t.screen->now_ms);
	d->rows.at = d->list.at;
	return now;
}

static void update(struct tab *t)
{
	follow(peers_of(t));
}

/* The peer under the cursor; NULL: there is none. */
static const struct peer_row *chosen(struct peers_tab *d)
{
	const struct torrent_detail *now = follow(d);

	return now ? &now->peers[d->list.order[d->list.at].at] : NULL;
}

/* --- columns
 * ---------------------------------------------------------------------- */

enum column_id {
	COL_CLIENT,
	COL_FLAGS,
	COL_FROM,
	COL_BAR,
	COL_DONE,
	COL_DOWN,
	COL_UP,
	COL_QUEUE,
	COL_RTT,
	COL_TIME,
	COL_IDLE,
	COL_GOT,
	COL_SENT,
	COLS,
};

/* In the order they stand; widths with the blank behind. */
static const struct {
	const char *title, *ascii;
	int w;
	bool left;
	int sort; /* enum peer_sort, -1: none */
} columns[COLS] = {
	[COL_CLIENT] = {"Client", "Client", 21, true, PEERS_CLIENT},
	[COL_FLAGS] = {"Flg", "Flg", 4, true, -1},
	[COL_FROM] = {"From", "From", 5, true, -1},
	[COL_BAR] = {"", "", BAR_COLS + 1, true, -1},
	[COL_DONE] = {"Done", "Done", 6, false, PEERS_DONE},
	[COL_DOWN] = {"↓/s", "Down", 7, false, PEERS_DOWN},
	[COL_UP] = {"↑/s", "Up", 7, false, PEERS_UP},
	[COL_QUEUE] = {"Rq in/out", "Rq in/out", 10, false, PEERS_QUEUE},
	[COL_RTT] = {"RTT", "RTT", 7, false, PEERS_RTT},
	[COL_TIME] = {"Time", "Time", 7, false, PEERS_TIME},
	[COL_IDLE] = {"Idle", "Idle", 7, false, PEERS_IDLE},
	[COL_GOT] = {"Got", "Got", 7, false, -1},
	[COL_SENT] = {"Sent", "Sent", 7, false, -1},
};

struct peer_columns {
	int address;
	struct {
		int x, w; /* w 0: left out */
	} at[COLS];
};

static struct peer_columns fit_columns(int w)
{
	/* Who comes first stays longest. */
	static const enum column_id by_rank[COLS] = {COL_DOWN, COL_UP, COL_DONE,
		COL_CLIENT, COL_FROM, COL_QUEUE, COL_FLAGS, COL_RTT, COL_IDLE,
		COL_TIME, COL_BAR, COL_GOT, COL_SENT};
	struct peer_columns c = {0};
	int left = w - MARKS_COLS - 1;
	int least = w >= 60 ? ADDRESS_MIN : 16;
	int x;

	for (int i = 0; i < COLS; i++) {
		enum column_id id = by_rank[i];

		if (left - columns[id].w < least)
			break;
		left -= c.at[id].w = columns[id].w;
	}
	c.address = left > 0 ? left : 0;
	if (c.address > ADDRESS_MAX && c.at[COL_CLIENT].w) {
		c.at[COL_CLIENT].w += c.address - ADDRESS_MAX;
		if (c.at[COL_CLIENT].w > CLIENT_MAX)
			c.at[COL_CLIENT].w = CLIENT_MAX;
		c.address = ADDRESS_MAX;
	}
	x = MARKS_COLS + c.address;
	for (int i = 0; i < COLS; i++) {
		c.at[i].x = x;
		x += c.at[i].w;
	}
	return c;
}

/* "I" it came to us, "O" optimistically unchoked, "S" nothing comes. */
static void flag_letters(const struct peer_row *p, char out[4])
{
	size_t n = 0;

	if (p->is_incoming)
		out[n++] = 'I';
	if (p->optimistic)
		out[n++] = 'O';
	if (p->snubbed)
		out[n++] = 'S';
	out[n] = '\0';
}

static void rate_text(char out[TEXT_MAX], uint32_t bps, enum units units)
{
	if (bps)
		format_rate_short(out, bps, units);
}

static void amount_text(char out[TEXT_MAX], uint64_t bytes, enum units units)
{
	if (bytes)
		format_size_short(out, bytes, units);
}

static void rtt_text(char out[TEXT_MAX], uint32_t ms)
{
	if (ms && ms < 1000)
		snprintf(out, TEXT_MAX, "%ums", ms);
	else if (ms)
		snprintf(out, TEXT_MAX, "%u.%us", ms / 1000, ms % 1000 / 100);
}

/* What stands in a column, and its colour; "" for what is nothing. */
static enum role value_of(enum column_id id, const struct peer_row *p,
	uint32_t npieces, enum units units, char out[TEXT_MAX])
{
	*out = '\0';
	switch (id) {
	case COL_CLIENT:
		snprintf(out, TEXT_MAX, "%s",
			p->connecting ? "(connecting)" : p->client);
		return ROLE_DIM;
	case COL_FLAGS:
		flag_letters(p, out);
		return ROLE_DIM;
	case COL_FROM:
		peer_sources(p->sources, columns[id].w - 1, out);
		return ROLE_DIM;
	case COL_DONE:
		peer_done(p, npieces, out, TEXT_MAX);
		return *out == 's' ? ROLE_OK : ROLE_DIM;
	case COL_DOWN:
		rate_text(out, p->down_bps, units);
		return ROLE_DOWN;
	case COL_UP:
		rate_text(out, p->up_bps, units);
		return ROLE_UP;
	case COL_GOT:
		amount_text(out, p->down_bytes, units);
		return ROLE_DIM;
	case COL_SENT:
		amount_text(out, p->up_bytes, units);
		return ROLE_DIM;
	default:
		break;
	}
	if (p->connecting)
		return ROLE_DIM;
	if (id == COL_QUEUE && (p->asked || p->wants))
		snprintf(out, TEXT_MAX, "%u/%u", p->asked, p->wants);
	else if (id == COL_RTT)
		rtt_text(out, p->rtt_ms);
	else if (id == COL_TIME)
		format_duration(out, p->connected_s);
	else if (id == COL_IDLE && p->idle_s)
		format_duration(out, p->idle_s);
	return ROLE_DIM;
}

static void draw_bar_of(const struct area *a, int x, int y,
	const struct peer_row *p, uint32_t npieces)
{
	if (p->connecting || !npieces)
		return;
	draw_bar(a, (struct rect){x, y, BAR_COLS, 1},
		p->is_seed
			? 1000
			: (uint32_t)((uint64_t)p->pieces_have * 1000 / npieces),
		pen_of(ROLE_HAVE), pen_of(ROLE_RULE));
}

static void draw_peer(const struct peers_tab *d, const struct area *a, int y,
	const struct peer_columns *c, const struct peer_row *p)
{
	uint32_t npieces = tab_row(&d->t)->npieces;
	char text[TEXT_MAX];

	peer_draw_marks(a, 1, y, p);
	peer_address(a, p, c->address - 1, text, sizeof text);
	draw_field(a, (struct rect){MARKS_COLS, y, c->address - 1, 1},
		pen_of(p->connecting ? ROLE_FAINT : ROLE_TEXT), FIT_END, text);
	for (int i = 0; i < COLS; i++) {
		enum role role;

		if (!c->at[i].w)
			continue;
		if (i == COL_BAR) {
			draw_bar_of(a, c->at[i].x, y, p, npieces);
			continue;
		}
		role = value_of((enum column_id)i, p, npieces,
			d->t.screen->opt.units, text);
		draw_field(a, (struct rect){c->at[i].x, y, c->at[i].w - 1, 1},
			pen_of(role), columns[i].left ? FIT_END : FIT_RIGHT,
			text);
	}
}

static void draw_heads(const struct peers_tab *d, const struct area *a,
	const struct peer_columns *c)
{
	bool ascii = a->grid->tier == TIER_ASCII;
	const char *mark = d->list.reversed ? "▴" : "▾";
	char text[TEXT_MAX];

	snprintf(text, sizeof text, "%sAddress",
		d->list.sort == PEERS_ADDRESS ? mark : "");
	draw_field(a, (struct rect){MARKS_COLS, 0, c->address - 1, 1},
		*text == 'A' ? pen_of(ROLE_FAINT) : pen_bold(ROLE_TEXT),
		FIT_END, text);
	for (int i = 0; i < COLS; i++) {
		bool here = columns[i].sort == (int)d->list.sort;

		if (!c->at[i].w)
			continue;
		snprintf(text, sizeof text, "%s%s", here ? mark : "",
			ascii ? columns[i].ascii : columns[i].title);
		draw_field(a, (struct rect){c->at[i].x, 0, c->at[i].w - 1, 1},
			here ? pen_bold(ROLE_TEXT) : pen_of(ROLE_FAINT),
			columns[i].left ? FIT_END : FIT_RIGHT, text);
	}
}

/* --- the chosen peer in words
 * ---------------------------------------------------------------------- */

struct words {
	char text[640];
	size_t len;
};

static void say(struct words *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void say(struct words *w, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(w->text + w->len, sizeof w->text - w->len, fmt, args);
	va_end(args);
	w->len += n > 0 ? (size_t)n : 0;
	if (w->len >= sizeof w->text)
		w->len = sizeof w->text - 1;
}

static void say_terms(struct words *w, const struct peer_row *p)
{
	say(w, "It %s and %s; we %s and %s.",
		p->they_choke ? "chokes us" : "lets us download",
		p->they_want ? "wants our pieces" : "wants nothing of ours",
		p->we_choke ? "choke it" : "let it download",
		p->we_want ? "want its pieces" : "want nothing of it");
	if (p->snubbed)
		say(w, " What we asked for does not come.");
	if (p->optimistic)
		say(w, " It is the one we try out.");
	if (p->asked)
		say(w, " %u block%s asked for.", p->asked, format_s(p->asked));
	if (p->wants)
		say(w, " %u block%s to be sent.", p->wants, format_s(p->wants));
}

static void say_past(struct words *w, const struct peer_row *p,
	enum units units)
{
	char a[TEXT_MAX] = "", b[FORMAT_MAX];

	peer_source_words(p->sources & (uint8_t)~SOURCE_INCOMING, a, sizeof a);
	say(w, "%s", p->is_incoming ? " It came to us" : " We called it");
	if (*a)
		say(w, ", known from %s", a);
	format_duration(b, p->connected_s);
	say(w, "; connected %s", b);
	format_duration(b, p->idle_s);
	if (p->idle_s)
		say(w, ", idle %s", b);
	*a = '\0';
	rtt_text(a, p->rtt_ms);
	if (*a)
		say(w, ", answers within %s", a);
	format_size(a, p->down_bytes, units);
	format_size(b, p->up_bytes, units);
	say(w, ". Got %s, sent %s.", a, b);
}

static void draw_info(const struct peers_tab *d, const struct area *a,
	const struct peer_row *p)
{
	struct area body = area_sub(a, 1, 1, a->w - 2, a->h - 1);
	struct words w = {.len = 0};
	char addr[ADDR_TEXT_MAX], from[TEXT_MAX];

	addr_text(&p->addr, addr);
	if (p->connecting) {
		peer_source_words(p->sources, from, sizeof from);
		say(&w, "Being called%s%s.", *from ? ", known from " : "",
			from);
	} else {
		say_terms(&w, p);
		say_past(&w, p, d->t.screen->opt.units);
	}
	tab_draw_head(a, 0, addr);
	draw_words(&body, pen_of(ROLE_DIM), w.text);
}

static void draw_legend(const struct area *a, const struct peer_columns *c)
{
	struct pen pen = pen_of(ROLE_FAINT);
	static const struct {
		uint32_t c;
		const char *text;
	} marks[] = {
		{0x25bc, " sends to us  "},
		{0x25bd, " we want  "},
		{0x25b2, " we send  "},
		{0x25b3, " it wants  "},
	};
	int x = 1;

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		draw_char(a, x, 0, pen, marks[i].c);
		x += 1 + draw_text(a, x + 1, 0, pen, marks[i].text);
	}
	if (c->at[COL_FLAGS].w)
		draw_text(a, x, 0, pen, "I incoming  O tried out  S stalls");
	if (c->at[COL_FROM].w)
		draw_field(a, (struct rect){1, 1, a->w - 2, 1}, pen, FIT_END,
			"From: T tracker  D DHT  P exchange  L local  "
			"I incoming  U you  R earlier");
}

/* --- the tab
 * ---------------------------------------------------------------------- */

/* Rows of each part at this size; the peers get the rest. */
struct peer_parts {
	int head, list, info, legend;
};

static struct peer_parts parts_of(const struct area *a)
{
	struct peer_parts p = {.head = a->h >= 3};

	if (a->h >= 14 && a->w >= 40)
		p.info = a->w >= 110 ? 3 : 4;
	if (a->h >= 18 && a->w >= 70)
		p.legend = 2;
	p.list = a->h - p.head - p.info - p.legend;
	return p;
}

static void draw(struct tab *t, const struct area *a)
{
	struct peers_tab *d = peers_of(t);
	const struct torrent_detail *now = follow(d);
	struct peer_columns c = fit_columns(a->w);
	struct peer_parts parts = parts_of(a);
	struct area list = area_sub(a, 0, parts.head, a->w, parts.list);
	struct area info =
		area_sub(a, 0, parts.head + parts.list, a->w, parts.info);
	struct area legend =
		area_sub(a, 0, a->h - parts.legend, a->w, parts.legend);

	if (!now) {
		tab_draw_nothing(a, "no peers connected");
		return;
	}
	d->head = parts.head;
	tab_rows_fit(&d->rows, d->list.n, list.h);
	if (parts.head)
		draw_heads(d, a, &c);
	for (size_t i = d->rows.top; i < d->rows.n; i++) {
		int y = (int)(i - d->rows.top);

		if (y >= list.h)
			break;
		if (i == d->rows.at)
			tab_rows_mark(&list, y);
		draw_peer(d, &list, y, &c, &now->peers[d->list.order[i].at]);
	}
	if (parts.info)
		draw_info(d, &info, &now->peers[d->list.order[d->list.at].at]);
	if (parts.legend)
		draw_legend(&legend, &c);
}

static unsigned contexts(const struct tab *t)
{
	(void)t;
	return CTX_PEERS | CTX_SCROLL;
}

static bool can(const struct tab *t, enum action action)
{
	const struct torrent_detail *now = tab_detail(t, WATCH_PEERS);

	switch (action) {
	case ACTION_PEER_DROP:
	case ACTION_PEER_BAN:
	case ACTION_SORT:
	case ACTION_REVERSE:
		return now && now->npeers > 0;
	default:
		return true;
	}
}

static void ask_peer(struct peers_tab *d)
{
	struct ask ask = {
		.action = ACTION_PEER_ADD, .label = "Add peer, ADDRESS:PORT"};

	tab_ask(&d->t, &ask);
}

static void ask_sort(struct peers_tab *d)
{
	struct pick pick = {.action = ACTION_SORT, .title = "Sort peers by"};

	for (int i = 0; i < PEERS_SORTS; i++) {
		enum peer_sort sort = (enum peer_sort)i;
		bool here = sort == d->list.sort;

		pick.lines[pick.n++] =
			(struct pick_line){peer_sort_letter(sort),
				peer_sort_label(sort), peer_sort_word(sort),
				!here              ? NULL
				: d->list.reversed ? "▴"
						   : "▾"};
		if (here)
			pick.at = (size_t)i;
	}
	view_push(d->t.screen, &view_pick, &pick);
}

static void ask_ban(struct peers_tab *d, const struct peer_row *p)
{
	struct pick pick = {.action = ACTION_PEER_BAN,
		.lines = {{'b', "Ban it until bttui ends", "ban", NULL},
			{'n', "Leave it alone", "leave", NULL}},
		.n = 2,
		.at = 1};
	char ip[ADDR_TEXT_MAX];

	addr_ip_text(&p->addr, ip);
	snprintf(pick.title, sizeof pick.title, "Ban %s?", ip);
	d->asked = p->addr;
	view_push(d->t.screen, &view_pick, &pick);
}

static void drop(struct peers_tab *d, const struct peer_row *p)
{
	struct command c = {.kind = CMD_KICK, .value = p->id};
	char addr[ADDR_TEXT_MAX];

	addr_text(&p->addr, addr);
	if (tab_command(&d->t, c))
		screen_say(d->t.screen, NEWS_GOOD, "dropped %s", addr);
}

static bool act_on_peer(struct peers_tab *d, enum action action)
{
	const struct peer_row *p = chosen(d);

	if (!p)
		return false;
	switch (action) {
	case ACTION_PEER_DROP:
		drop(d, p);
		return true;
	case ACTION_PEER_BAN:
		ask_ban(d, p);
		return true;
	case ACTION_SORT:
		ask_sort(d);
		return true;
	case ACTION_REVERSE:
		peer_list_reverse(&d->list);
		return true;
	default:
		break;
	}
	if (!tab_rows_act(&d->rows, action))
		return false;
	peer_list_choose(&d->list, d->rows.at, d->t.screen->now_ms);
	return true;
}

static bool act(struct tab *t, enum action action, const struct input *in)
{
	(void)in;
	if (action == ACTION_PEER_ADD) {
		ask_peer(peers_of(t));
		return true;
	}
	return act_on_peer(peers_of(t), action);
}

static bool add_peer(struct peers_tab *d, const char *text, struct fault *fault)
{
	struct command c = {.kind = CMD_ADD_PEER};

	if (addr_parse(text, &c.addr) != ERR_OK) {
		(void)!fault_set(fault, ERR_SYNTAX, 0,
			"an address and a port: 192.0.2.7:6881 or "
			"[2001:db8::7]:6881");
		return false;
	}
	if (tab_command(&d->t, c))
		screen_say(d->t.screen, NEWS_GOOD, "calling %s", text);
	return true;
}

static bool ban(struct peers_tab *d)
{
	struct command c = {.kind = CMD_BAN, .addr = d->asked};
	char ip[ADDR_TEXT_MAX];

	addr_ip_text(&d->asked, ip);
	if (tab_command(&d->t, c))
		screen_say(d->t.screen, NEWS_GOOD,
			"%s is banned; :unban %s lets it in again", ip, ip);
	return true;
}

static bool answer(struct tab *t, enum action action, const char *text,
	struct fault *fault)
{
	struct peers_tab *d = peers_of(t);
	enum peer_sort sort;

	if (action == ACTION_PEER_ADD)
		return add_peer(d, text, fault);
	if (action == ACTION_PEER_BAN && strcmp(text, "ban") == 0)
		return ban(d);
	if (action == ACTION_SORT && peer_sort_parse(text, &sort))
		peer_list_sort(&d->list, sort);
	return true;
}

/* A click on a head sorts by it. */
static bool click_head(struct peers_tab *d, int x)
{
	struct peer_columns c = fit_columns(d->t.screen->grid.cols);

	if (x >= MARKS_COLS && x < MARKS_COLS + c.address) {
		peer_list_sort(&d->list, PEERS_ADDRESS);
		return true;
	}
	for (int i = 0; i < COLS; i++)
		if (x >= c.at[i].x && x < c.at[i].x + c.at[i].w &&
			columns[i].sort >= 0) {
			peer_list_sort(&d->list,
				(enum peer_sort)columns[i].sort);
			return true;
		}
	return false;
}

static bool mouse(struct tab *t, const struct input *in)
{
	struct peers_tab *d = peers_of(t);

	if (!follow(d))
		return false;
	if (d->head && in->y == 0 && in->button == MOUSE_LEFT)
		return click_head(d, in->x);
	if (!tab_rows_mouse(&d->rows, in, in->y - d->head))
		return false;
	peer_list_choose(&d->list, d->rows.at, d->t.screen->now_ms);
	return true;
}

const struct tab_class tab_peers = {
	.name = "Peers",
	.size = sizeof(struct peers_tab),
	.fini = fini,
	.reset = reset,
	.update = update,
	.watch = watch,
	.draw = draw,
	.contexts = contexts,
	.can = can,
	.act = act,
	.answer = answer,
	.mouse = mouse,
};
