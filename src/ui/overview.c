/*
 * overview.c - see overview.h.
 */
#include "ui/overview.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/columns.h"
#include "ui/why.h"

#define LABEL_COLS 10
#define BINS_MAX 512u

/* --- lines
 * -------------------------------------------------------------------- */

static struct overview_line *next_line(struct overview *o)
{
	struct overview_line *l;

	if (o->n == OVERVIEW_LINES)
		return NULL;
	l = &o->line[o->n++];
	*l = (struct overview_line){.role = ROLE_TEXT};
	return l;
}

/* A head, under a blank line unless it is the first. */
static void head(struct overview *o, const char *words)
{
	struct overview_line *l;

	if (o->n)
		next_line(o);
	l = next_line(o);
	if (l)
		snprintf(l->text, sizeof l->text, "%s", words);
}

static void fact(struct overview *o, const char *label, enum role role,
	const char *fmt, ...) PRINTF_LIKE(4, 5);
static void fact(struct overview *o, const char *label, enum role role,
	const char *fmt, ...)
{
	struct overview_line *l = next_line(o);
	va_list args;

	if (!l)
		return;
	l->label = label;
	l->role = role;
	va_start(args, fmt);
	vsnprintf(l->text, sizeof l->text, fmt, args);
	va_end(args);
}

/* More about the last fact. */
static void more(struct overview *o, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void more(struct overview *o, const char *fmt, ...)
{
	struct overview_line *l = o->n ? &o->line[o->n - 1] : NULL;
	size_t len = l ? strlen(l->more) : 0;
	va_list args;

	if (!l || !l->label || len + 3 >= sizeof l->more)
		return;
	if (len) {
		memcpy(l->more + len, "  ", 3);
		len += 2;
	}
	va_start(args, fmt);
	vsnprintf(l->more + len, sizeof l->more - len, fmt, args);
	va_end(args);
}

/* --- transfer
 * ----------------------------------------------------------------- */

static void say_done(struct overview *o, const struct screen *s,
	const struct torrent_row *row)
{
	struct column_text done;
	char a[FORMAT_MAX], b[FORMAT_MAX];

	column_value(COLUMN_DONE, row, s->snap->wall_s, s->opt.units, &done);
	fact(o, "Done", ROLE_STRONG, "%s", done.text);
	if (!row->has_metadata) {
		if (row->why.kind == WHY_METADATA && row->why.b)
			more(o, "%u of %u parts of the metadata",
				(unsigned)row->why.a, (unsigned)row->why.b);
		return;
	}
	format_count(a, row->pieces_have);
	format_count(b, row->npieces);
	if (row->npieces)
		more(o, "%s of %s pieces", a, b);
	if (!row->size_bytes)
		return;
	format_size(a, row->size_bytes, s->opt.units);
	fact(o, "Size", ROLE_TEXT, "%s", a);
	if (row->is_complete || row->have_bytes >= row->size_bytes)
		return;
	format_size(a, row->have_bytes, s->opt.units);
	format_size(b, row->size_bytes - row->have_bytes, s->opt.units);
	more(o, "%s here, %s to come", a, b);
}

static void say_rate(struct overview *o, const struct screen *s, bool up,
	uint32_t bps, uint64_t bytes)
{
	char text[FORMAT_MAX];

	if (!bps && !bytes)
		return;
	format_rate(text, bps, s->opt.units);
	fact(o, up ? "Up" : "Down", up ? ROLE_UP : ROLE_DOWN, "%s",
		bps ? text : "0");
	format_size(text, bytes, s->opt.units);
	more(o, "%s %s", up ? "sent" : "got", text);
}

static void say_limits(struct overview *o, const struct screen *s,
	const struct torrent_row *row)
{
	const struct engine_totals *t = &s->snap->totals;
	char down[FORMAT_MAX], up[FORMAT_MAX];

	format_rate(down, row->down_limit_bps, s->opt.units);
	format_rate(up, row->up_limit_bps, s->opt.units);
	if (row->down_limit_bps && row->up_limit_bps)
		fact(o, "Limits", ROLE_TEXT, "↓ %s  ↑ %s", down, up);
	else if (row->down_limit_bps)
		fact(o, "Limits", ROLE_TEXT, "↓ %s", down);
	else if (row->up_limit_bps)
		fact(o, "Limits", ROLE_TEXT, "↑ %s", up);
	else
		fact(o, "Limits", ROLE_TEXT, "none of its own");
	format_rate(down, t->down_limit_bps, s->opt.units);
	format_rate(up, t->up_limit_bps, s->opt.units);
	if (t->down_limit_bps)
		more(o, "all together ↓ %s", down);
	if (t->up_limit_bps)
		more(o, "all together ↑ %s", up);
}

static void say_goals(struct overview *o, const struct torrent_row *row)
{
	char ratio[FORMAT_MAX], span[FORMAT_MAX];
	uint64_t s = (uint64_t)row->time_goal_min * 60;

	format_ratio(ratio, row->ratio_goal_milli, 1000);
	format_duration(span, s < UINT32_MAX ? (uint32_t)s : UINT32_MAX - 1);
	if (row->ratio_goal_milli && row->time_goal_min)
		fact(o, "Stops at", ROLE_TEXT, "ratio %s, or seeded for %s",
			ratio, span);
	else if (row->ratio_goal_milli)
		fact(o, "Stops at", ROLE_TEXT, "ratio %s", ratio);
	else if (row->time_goal_min)
		fact(o, "Stops at", ROLE_TEXT, "seeded for %s", span);
	else
		fact(o, "Stops at", ROLE_TEXT, "no goal of its own");
}

static void say_transfer(struct overview *o, const struct screen *s,
	const struct torrent_row *row)
{
	char a[FORMAT_MAX], b[FORMAT_MAX];

	head(o, "Transfer");
	say_done(o, s, row);
	say_rate(o, s, false, row->down_bps, row->down_bytes);
	say_rate(o, s, true, row->up_bps, row->up_bytes);
	format_ratio(a, row->up_bytes, row->down_bytes);
	if (*a && row->up_bytes)
		more(o, "ratio %s", a);
	if (row->down_bps && row->eta_s && row->eta_s != UINT32_MAX) {
		format_duration(a, row->eta_s);
		fact(o, "Left", ROLE_TEXT, "%s", a);
		format_clock(b, s->snap->wall_s + row->eta_s);
		if (row->eta_s < 12 * 3600)
			more(o, "done at %s", b);
	}
	if (row->seeded_s) {
		format_duration(a, row->seeded_s < UINT32_MAX
					   ? (uint32_t)row->seeded_s
					   : UINT32_MAX - 1);
		fact(o, "Seeded", ROLE_TEXT, "%s", a);
	}
	say_limits(o, s, row);
	say_goals(o, row);
	if (row->is_forced)
		fact(o, "Queue", ROLE_TEXT, "it does not wait in it");
	else if (row->place)
		fact(o, "Queue", ROLE_TEXT, "place %u", row->place);
}

/* --- swarm
 * -------------------------------------------------------------------- */

static void say_sources(struct overview *o, const struct torrent_detail *d)
{
	static const struct {
		unsigned bit;
		const char *word;
	} from[] = {
		{SOURCE_TRACKER, "tracker"},
		{SOURCE_DHT, "DHT"},
		{SOURCE_PEX, "PEX"},
		{SOURCE_LSD, "LSD"},
		{SOURCE_INCOMING, "in"},
		{SOURCE_USER, "you"},
		{SOURCE_RESUME, "earlier"},
	};
	bool any = false;

	for (size_t k = 0; k < sizeof from / sizeof from[0]; k++) {
		unsigned n = 0;

		for (size_t i = 0; i < d->npeers; i++)
			n += (d->peers[i].sources & from[k].bit) != 0;
		if (!n)
			continue;
		if (any)
			more(o, "%s %u", from[k].word, n);
		else
			fact(o, "Came by", ROLE_TEXT, "%s %u", from[k].word, n);
		any = true;
	}
}

static void say_peers(struct overview *o, const struct torrent_row *row,
	const struct torrent_detail *d)
{
	unsigned sending = 0, receiving = 0;

	fact(o, "Peers", ROLE_TEXT, "%u connected", row->peers);
	for (size_t i = 0; d && i < d->npeers; i++) {
		sending += d->peers[i].down_bps > 0;
		receiving += d->peers[i].up_bps > 0;
	}
	if (sending)
		more(o, "%u send%s to us", sending, sending == 1 ? "s" : "");
	if (receiving)
		more(o, "we send to %u", receiving);
	if (d)
		say_sources(o, d);
	if (row->known > row->peers)
		fact(o, "Known", ROLE_TEXT, "%u address%s", row->known,
			row->known == 1 ? "" : "es");
}

/* Of the pieces that are still to come. */
static void say_rarest(struct overview *o, const struct torrent_detail *d)
{
	uint32_t rarest = UINT32_MAX, nobody = 0;

	for (uint32_t i = 0; d->avail && i < d->npieces; i++) {
		if ((d->have && bitfield_has(d->have, i)) ||
			(d->wanted && !bitfield_has(d->wanted, i)))
			continue;
		if (d->avail[i] < rarest)
			rarest = d->avail[i];
		nobody += d->avail[i] == 0;
	}
	if (nobody)
		more(o, "%u missing piece%s nobody has", nobody,
			format_s(nobody));
	else if (rarest != UINT32_MAX)
		more(o, "the rarest missing piece is on %u peer%s", rarest,
			format_s(rarest));
}

static void say_swarm(struct overview *o, const struct tab *t,
	const struct torrent_row *row)
{
	const struct torrent_detail *peers = tab_detail(t, WATCH_PEERS);
	const struct torrent_detail *pieces = tab_detail(t, WATCH_PIECES);
	char text[FORMAT_MAX];

	head(o, "Swarm");
	say_peers(o, row, peers);
	fact(o, "Seeds", ROLE_TEXT, "%u here", row->seeds);
	if (row->swarm_seeds || row->swarm_peers)
		more(o, "%u in all, and %u other%s", row->swarm_seeds,
			row->swarm_peers, format_s(row->swarm_peers));
	format_copies(text, row->peers ? row->avail_milli : UINT32_MAX);
	if (*text) {
		fact(o, "Copies", row->avail_milli < 1000 ? ROLE_WARN : ROLE_OK,
			"%s", text);
		if (pieces)
			say_rarest(o, pieces);
	}
	if (row->tracker)
		fact(o, "Tracker", ROLE_TEXT, "%s", row->tracker);
	else
		fact(o, "Tracker", ROLE_DIM, "none has answered");
	format_span(text, row->why.next_announce_s);
	if (*text)
		more(o, "asked again in %s", text);
	if (row->dht_asked || row->dht_running) {
		fact(o, "DHT", ROLE_TEXT, "%s%u node%s",
			row->dht_running ? "asking, " : "asked ",
			row->dht_asked, format_s(row->dht_asked));
		if (row->dht_found)
			more(o, "found %u peer%s", row->dht_found,
				format_s(row->dht_found));
	}
}

/* --- torrent
 * ------------------------------------------------------------------ */

static void say_moment(struct overview *o, const struct screen *s,
	const char *label, int64_t then_s)
{
	int64_t ago = s->snap->wall_s - then_s;
	char text[FORMAT_MAX];

	format_moment(text, then_s, s->snap->wall_s);
	if (!*text)
		return;
	fact(o, label, ROLE_TEXT, "%s", text);
	if (ago < 60 || ago >= UINT32_MAX)
		return;
	format_span(text, (uint32_t)ago);
	more(o, "%s ago", text);
}

static void say_pieces(struct overview *o, const struct screen *s,
	const struct torrent_row *row)
{
	char n[FORMAT_MAX], size[FORMAT_MAX];

	if (!row->npieces)
		return;
	format_count(n, row->npieces);
	/* Piece lengths are powers of two: 1 MiB reads better than 1.00. */
	if (row->piece_length % (1u << 20) == 0)
		snprintf(size, sizeof size, "%u MiB", row->piece_length >> 20);
	else if (row->piece_length % 1024 == 0)
		snprintf(size, sizeof size, "%u KiB", row->piece_length >> 10);
	else
		format_size(size, row->piece_length, s->opt.units);
	fact(o, "Pieces", ROLE_TEXT, "%s of %s", n, size);
	if (row->is_sequential)
		more(o, "fetched in order");
}

static void say_torrent(struct overview *o, const struct screen *s,
	const struct torrent_row *row)
{
	char text[FORMAT_MAX];
	uint64_t bytes = 0;

	head(o, "Torrent");
	if (row->hash_hex[0])
		fact(o, "Hash", ROLE_TEXT, "%s", row->hash_hex);
	if (row->label)
		fact(o, "Label", ROLE_TEXT, "%s", row->label);
	say_pieces(o, s, row);
	if (row->has_metadata) {
		fact(o, "Private", ROLE_TEXT, row->is_private ? "yes" : "no");
		more(o, row->is_private
				? "only its trackers are asked for peers"
				: "DHT, PEX and LSD may be asked");
	}
	say_moment(o, s, "Added", row->added_s);
	say_moment(o, s, "Completed", row->completed_s);
	if (row->dir)
		fact(o, "Saved to", ROLE_TEXT, "%s", row->dir);
	if (row->is_moving)
		more(o, "being moved");
	if (row->dir && s->ops->free_bytes)
		bytes = s->ops->free_bytes(s->user, row->dir);
	else if (row->dir && s->snap->default_dir &&
		 strcmp(row->dir, s->snap->default_dir) == 0)
		bytes = s->snap->totals.free_bytes;
	format_size(text, bytes, s->opt.units);
	if (bytes)
		more(o, "%s free", text);
}

void overview_fill(struct overview *o, const struct tab *t)
{
	const struct screen *s = t->screen;
	const struct torrent_row *row = tab_row(t);

	o->n = 0;
	say_transfer(o, s, row);
	say_swarm(o, t, row);
	say_torrent(o, s, row);
}

void overview_draw_line(const struct area *a, int y,
	const struct overview_line *l)
{
	struct rect at = {LABEL_COLS + 2, y, a->w - LABEL_COLS - 3, 1};
	int w;

	if (!l->label) {
		if (l->text[0])
			tab_draw_head(a, y, l->text);
		return;
	}
	draw_field(a, (struct rect){0, y, LABEL_COLS, 1}, pen_of(ROLE_FAINT),
		FIT_RIGHT, l->label);
	w = draw_width(a, l->text);
	if (at.w > w)
		at.w = w;
	draw_field(a, at, pen_of(l->role), FIT_MIDDLE, l->text);
	at.x += at.w + 2;
	at.w = a->w - 1 - at.x;
	if (at.w > 3)
		draw_field(a, at, pen_of(ROLE_DIM), FIT_END, l->more);
}

/* --- availability
 * ------------------------------------------------------------- */

/* How many pieces lie in each column, and how many peers a column is. */
static uint32_t count_columns(const struct torrent_detail *d, int w,
	uint32_t *columns, uint32_t *most)
{
	uint32_t max = 0, step;

	for (uint32_t i = 0; i < d->npieces; i++)
		if (d->avail[i] > max)
			max = d->avail[i];
	*most = max;
	step = max / (uint32_t)w + 1;
	memset(columns, 0, (size_t)w * sizeof *columns);
	for (uint32_t i = 0; i < d->npieces; i++)
		columns[d->avail[i] / step]++;
	return step;
}

static void draw_column(const struct area *a, struct rect at, uint32_t eighths,
	enum role role)
{
	for (int y = at.h - 1; y >= 0 && eighths; y--) {
		uint32_t here = eighths < 8 ? eighths : 8;

		draw_hline(a, at.x, at.y + y, at.w, pen_of(role),
			0x2580u + here);
		eighths -= here;
	}
}

static enum role avail_role(uint32_t peers)
{
	if (peers == 0)
		return ROLE_NOBODY;
	if (peers == 1)
		return ROLE_MISSING1;
	if (peers <= 3)
		return ROLE_MISSING2;
	return peers <= 9 ? ROLE_MISSING4 : ROLE_MISSING10;
}

void overview_draw_avail(const struct torrent_detail *d, const struct area *a)
{
	int w = a->w - 2, h = a->h - 1, each;
	uint32_t *columns, step, most, peak = 1, n;

	if (!d->avail || w < 8 || h < 1 || w > (int)BINS_MAX)
		return;
	columns = mem_zero_array((size_t)w, sizeof *columns);
	step = count_columns(d, w, columns, &most);
	n = most / step + 1;
	each = w / (int)n;
	if (each > 4)
		each = 4;
	for (uint32_t i = 0; i < n; i++)
		if (columns[i] > peak)
			peak = columns[i];
	for (uint32_t i = 0; i < n; i++) {
		uint64_t full = (uint64_t)columns[i] * (uint64_t)h * 8;
		struct rect at = {1 + (int)i * each, 0, each, h};

		/* One piece is enough to be seen. */
		if (columns[i])
			draw_column(a, at, (uint32_t)((full + peak - 1) / peak),
				avail_role(i * step));
		if (i % 5 == 0)
			draw_textf(a, at.x, h, pen_of(ROLE_FAINT), "%u",
				i * step);
	}
	draw_textf(a, 1 + (int)n * each + 1, h, pen_of(ROLE_FAINT), "peers");
	mem_free(columns);
}
