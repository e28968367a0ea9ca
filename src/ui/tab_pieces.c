/*
 * tab_pieces.c - the piece map of one torrent, large.  See tabs.h, bigmap.h.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/bigmap.h"
#include "ui/piece_lines.h"
#include "ui/tabs.h"

#define FIRST_MAX 64 /* pieces of one cell, at one press of a key */
#define VERIFY_MAX 16

struct pieces_tab {
	struct tab t;
	struct bigmap map;
	struct bigmap_shape shape; /* of the last drawing */
	bool availability;
	bool edges;
	/* Files are asked for only when something new is to be said of them:
	 * that costs the engine a look at each. */
	bool files_known; /* begins is filled in */
	struct bitfield begins;
	struct {
		uint32_t from, end; /* pieces the text is about; 0, 0: none */
		char text[256];
	} files;
};

static struct pieces_tab *pieces_of(struct tab *t)
{
	return (struct pieces_tab *)(void *)t;
}

static const struct pieces_tab *const_pieces(const struct tab *t)
{
	return (const struct pieces_tab *)(const void *)t;
}

static void forget_files(struct pieces_tab *p)
{
	bitfield_fini(&p->begins);
	memset(&p->begins, 0, sizeof p->begins);
	p->files_known = false;
	memset(&p->files, 0, sizeof p->files);
}

static void fini(struct tab *t)
{
	forget_files(pieces_of(t));
}

static void reset(struct tab *t)
{
	struct pieces_tab *p = pieces_of(t);

	forget_files(p);
	p->map = (struct bigmap){0};
	memset(&p->shape, 0, sizeof p->shape);
}

/* --- files
 * -------------------------------------------------------------------- */

static bool wants_files(const struct pieces_tab *p)
{
	uint32_t from, end;

	if (!tab_row(&p->t)->npieces || !p->shape.ncells)
		return false;
	bigmap_range(&p->shape, bigmap_cell(&p->map, &p->shape), &from, &end);
	return !p->files_known || from != p->files.from || end != p->files.end;
}

static uint32_t watch(const struct tab *t)
{
	return WATCH_PIECES | (wants_files(const_pieces(t)) ? WATCH_FILES : 0);
}

static void learn_edges(struct pieces_tab *p, const struct torrent_detail *d)
{
	forget_files(p);
	bitfield_init(&p->begins, d->npieces);
	for (size_t i = 0; i < d->nfiles; i++)
		if (!d->files[i].is_pad && d->files[i].size &&
			d->files[i].first_piece < d->npieces)
			bitfield_add(&p->begins, d->files[i].first_piece);
	p->files_known = true;
}

static void word_files(struct pieces_tab *p, const struct torrent_detail *d)
{
	const char *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < d->nfiles; i++) {
		const struct file_row *f = &d->files[i];

		if (f->is_pad || !f->size || f->first_piece >= p->files.end ||
			f->end_piece <= p->files.from)
			continue;
		if (n++ == 0)
			first = f->path;
	}
	p->files.text[0] = '\0';
	if (n == 1)
		snprintf(p->files.text, sizeof p->files.text, "%s", first);
	else if (n > 1)
		snprintf(p->files.text, sizeof p->files.text,
			"%zu files, the first %.200s", n, first);
}

static void update(struct tab *t)
{
	struct pieces_tab *p = pieces_of(t);
	const struct torrent_detail *d =
		tab_detail(t, WATCH_PIECES | WATCH_FILES);

	if (!d || !d->npieces || !wants_files(p))
		return;
	if (!p->files_known)
		learn_edges(p, d);
	bigmap_range(&p->shape, bigmap_cell(&p->map, &p->shape), &p->files.from,
		&p->files.end);
	word_files(p, d);
}

/* --- drawing
 * ------------------------------------------------------------------ */

/* "── piece 1,574 ────── 12,288-16,383 of 200,000 ─". */
static void draw_cursor_rule(const struct pieces_tab *p, const struct area *a,
	int y)
{
	const struct bigmap_shape *s = &p->shape;
	char one[FORMAT_MAX], two[FORMAT_MAX], all[FORMAT_MAX];
	char right[3 * FORMAT_MAX + 16] = "";
	uint32_t from, end, cell = bigmap_cell(&p->map, s);
	int x = 2, w;

	draw_hline(a, 0, y, a->w, pen_of(ROLE_RULE), 0x2500);
	bigmap_range(s, cell, &from, &end);
	format_count(one, from);
	format_count(two, end - 1);
	if (end - from == 1) {
		x += draw_textf(a, x, y, pen_of(ROLE_TEXT), " piece %s ", one);
	} else {
		format_count(all, cell);
		x += draw_textf(a, x, y, pen_of(ROLE_TEXT),
			" cell %s: pieces %s-%s ", all, one, two);
	}
	format_count(one, s->from);
	format_count(two, s->from + s->n - 1);
	format_count(all, s->npieces);
	if (p->map.level)
		snprintf(right, sizeof right, " %s-%s of %s ", one, two, all);
	else if (s->n > s->ncells)
		snprintf(right, sizeof right, " 1 cell ≈ %u.%u ",
			(uint32_t)((uint64_t)s->n * 10 / s->ncells) / 10,
			(uint32_t)((uint64_t)s->n * 10 / s->ncells) % 10);
	w = draw_width(a, right);
	if (x + w + 3 <= a->w)
		draw_text(a, a->w - 2 - w, y, pen_of(ROLE_DIM), right);
}

/* Rows of each part; the map gets the rest. */
struct piece_parts {
	int rule, line, files, flights, legend;
};

static struct piece_parts share_rows(int h, bool complete)
{
	struct piece_parts p = {0};

	p.line = h >= 4;
	p.legend = h >= 6;
	p.rule = h >= 8;
	p.files = h >= 10;
	if (!complete)
		p.flights = h >= 28 ? 5 : h >= 22 ? 3 : h >= 17 ? 2 : 0;
	return p;
}

static bool is_asleep(const struct torrent_row *row)
{
	return row->state == TORRENT_PAUSED || row->state == TORRENT_QUEUED ||
	       row->state == TORRENT_FAULTY;
}

static void draw_files(const struct pieces_tab *p, const struct area *a, int y)
{
	char text[sizeof p->files.text + 8];

	if (!p->files.text[0])
		return;
	snprintf(text, sizeof text, "in %s", p->files.text);
	draw_field(a, (struct rect){1, y, a->w - 2, 1}, pen_of(ROLE_DIM),
		FIT_MIDDLE, text);
}

static void draw(struct tab *t, const struct area *a)
{
	struct pieces_tab *p = pieces_of(t);
	const struct torrent_row *row = tab_row(t);
	const struct torrent_detail *d = tab_detail(t, WATCH_PIECES);
	struct piecemap m = {d, t->screen->snap->now_ms,
		t->screen->opt.animations, is_asleep(row)};
	struct map_style style = {t->screen->opt.mono, p->availability};
	struct piece_parts parts = share_rows(a->h, row->is_complete);
	int rest = parts.rule + parts.line + parts.files + parts.flights +
	           parts.legend;
	struct area map = area_sub(a, 0, 0, a->w, a->h - rest);
	struct area flights;
	uint32_t from, end;
	int y = map.h;

	if (!d || !d->npieces) {
		tab_draw_nothing(a, tab_no_metadata(row));
		return;
	}
	p->shape = bigmap_fit(&p->map, d->npieces, map.w, map.h, p->edges);
	if (p->shape.ncells == 0)
		return;
	bigmap_draw(&p->map, &p->shape, &m, &map, &style,
		p->edges && p->files_known ? &p->begins : NULL);
	bigmap_range(&p->shape, bigmap_cell(&p->map, &p->shape), &from, &end);
	if (parts.rule)
		draw_cursor_rule(p, a, y++);
	if (parts.line)
		piece_lines_range(&m, a, y++, from, end);
	if (parts.files)
		draw_files(p, a, y++);
	flights = area_sub(a, 0, y, a->w, parts.flights);
	if (parts.flights)
		piece_lines_flights(&m, &flights);
	if (parts.legend) {
		struct area legend = area_sub(a, 1, a->h - 1, a->w - 2, 1);

		piecemap_draw_legend(&m, &legend, 0);
	}
}

static bool draw_motion(struct tab *t, const struct area *a)
{
	if (!tab_detail(t, WATCH_PIECES))
		return false;
	draw_fill(a, pen_on(ROLE_TEXT, GROUND_NONE));
	draw(t, a);
	return true;
}

/* --- commands
 * --------------------------------------------------------------------- */

static bool is_missing(enum piece_look look)
{
	return look != LOOK_HAVE && look != LOOK_SKIPPED &&
	       look != LOOK_CHECKING;
}

/* Pieces under the cursor of one kind: how many, and the first few of them. */
static uint32_t collect(const struct pieces_tab *p, bool missing, uint32_t most,
	uint32_t *out)
{
	struct piecemap m = {tab_detail(&p->t, WATCH_PIECES), 0, false,
		is_asleep(tab_row(&p->t))};
	uint32_t from, end, n = 0;

	if (!m.d || !p->shape.ncells || p->shape.npieces != m.d->npieces)
		return 0;
	bigmap_range(&p->shape, bigmap_cell(&p->map, &p->shape), &from, &end);
	for (uint32_t i = from; i < end; i++) {
		enum piece_look look = piecemap_look(&m, i);

		if (missing ? !is_missing(look) : look != LOOK_HAVE)
			continue;
		if (out && n < most)
			out[n] = i;
		n++;
	}
	return n;
}

static void fetch_first(struct pieces_tab *p)
{
	uint32_t pieces[FIRST_MAX], done = 0;
	uint32_t n = collect(p, true, FIRST_MAX, pieces);

	if (n > FIRST_MAX)
		n = FIRST_MAX;
	/* What is wrong with one is wrong with all. */
	while (done < n &&
		tab_command(&p->t, (struct command){.kind = CMD_PIECE_FIRST,
					   .value = pieces[done],
					   .on = true}))
		done++;
	if (done == 1)
		screen_say(p->t.screen, NEWS_GOOD,
			"piece %u is fetched before all others", pieces[0]);
	else if (done)
		screen_say(p->t.screen, NEWS_GOOD,
			"%u pieces are fetched before all others", done);
}

static void verify(struct pieces_tab *p)
{
	uint32_t pieces[VERIFY_MAX];
	uint32_t n = collect(p, false, VERIFY_MAX, pieces);

	/* Each says by itself what became of it. */
	for (uint32_t i = 0; i < n && i < VERIFY_MAX; i++)
		if (!tab_command(&p->t,
			    (struct command){.kind = CMD_VERIFY_PIECE,
				    .value = pieces[i]}))
			return;
}

/* --- keys and mouse
 * ----------------------------------------------------------- */

static unsigned contexts(const struct tab *t)
{
	(void)t;
	return CTX_PIECES | CTX_SCROLL;
}

static bool can(const struct tab *t, enum action action)
{
	const struct pieces_tab *p = const_pieces(t);
	uint32_t n;

	switch (action) {
	case ACTION_MAP_IN:
		return p->map.level + 1 < p->shape.levels;
	case ACTION_MAP_OUT:
	case ACTION_MAP_FIT:
		return p->map.level > 0;
	case ACTION_MAP_GO:
	case ACTION_AVAILABILITY:
	case ACTION_MAP_EDGES:
	case ACTION_LEFT:
	case ACTION_RIGHT:
		return p->shape.ncells > 0;
	case ACTION_PIECE_FIRST:
		return tab_row(t)->state == TORRENT_LEECHING &&
		       collect(p, true, 0, NULL) > 0;
	case ACTION_PIECE_VERIFY:
		n = collect(p, false, 0, NULL);
		return n > 0 && n <= VERIFY_MAX;
	default:
		return true;
	}
}

static bool move(struct pieces_tab *p, enum action action)
{
	int page = p->shape.rows > 2 ? p->shape.rows - 1 : 1;

	switch (action) {
	case ACTION_LEFT:
	case ACTION_RIGHT:
		bigmap_move(&p->map, &p->shape, action == ACTION_LEFT ? -1 : 1,
			0);
		return true;
	case ACTION_UP:
	case ACTION_DOWN:
		bigmap_move(&p->map, &p->shape, 0,
			action == ACTION_UP ? -1 : 1);
		return true;
	case ACTION_HALF_UP:
	case ACTION_HALF_DOWN:
		bigmap_move(&p->map, &p->shape, 0,
			action == ACTION_HALF_UP ? -(page + 1) / 2
						 : (page + 1) / 2);
		return true;
	case ACTION_PAGE_UP:
	case ACTION_PAGE_DOWN:
		bigmap_move(&p->map, &p->shape, 0,
			action == ACTION_PAGE_UP ? -page : page);
		return true;
	case ACTION_FIRST:
		p->map.cursor = 0;
		return true;
	case ACTION_LAST:
		if (p->shape.npieces)
			p->map.cursor = p->shape.npieces - 1;
		return true;
	default:
		return false;
	}
}

static bool act(struct tab *t, enum action action, const struct input *in)
{
	static const struct ask go = {
		.action = ACTION_MAP_GO, .label = "Go to piece"};
	struct pieces_tab *p = pieces_of(t);

	(void)in;
	switch (action) {
	case ACTION_MAP_IN:
		bigmap_zoom(&p->map, &p->shape, 1);
		return true;
	case ACTION_MAP_OUT:
		bigmap_zoom(&p->map, &p->shape, -1);
		return true;
	case ACTION_MAP_FIT:
		p->map.level = 0;
		return true;
	case ACTION_MAP_GO:
		tab_ask(t, &go);
		return true;
	case ACTION_AVAILABILITY:
		p->availability = !p->availability;
		return true;
	case ACTION_MAP_EDGES:
		p->edges = !p->edges;
		return true;
	case ACTION_PIECE_FIRST:
		fetch_first(p);
		return true;
	case ACTION_PIECE_VERIFY:
		verify(p);
		return true;
	default:
		return move(p, action);
	}
}

static bool answer(struct tab *t, enum action action, const char *text,
	struct fault *fault)
{
	struct pieces_tab *p = pieces_of(t);
	uint64_t piece = 0;

	if (action != ACTION_MAP_GO || !*text)
		return true;
	for (const char *c = text; *c; c++) {
		if (*c == ',' || *c == ' ')
			continue;
		if (*c < '0' || *c > '9' || piece > UINT32_MAX) {
			fault_set(fault, ERR_SYNTAX, 0,
				"the number of a piece, such as 1574");
			return false;
		}
		piece = piece * 10 + (uint64_t)(*c - '0');
	}
	if (piece >= p->shape.npieces) {
		fault_set(fault, ERR_RANGE, 0, "the last piece is %u",
			p->shape.npieces ? p->shape.npieces - 1 : 0);
		return false;
	}
	p->map.cursor = (uint32_t)piece;
	return true;
}

static bool mouse(struct tab *t, const struct input *in)
{
	struct pieces_tab *p = pieces_of(t);
	int by = in->button == MOUSE_WHEEL_UP ? -1 : 1;

	if (in->button == MOUSE_LEFT)
		return bigmap_hit(&p->shape, in->x, in->y, &p->map.cursor);
	if (in->button != MOUSE_WHEEL_UP && in->button != MOUSE_WHEEL_DOWN)
		return false;
	if (in->mods & MOD_CTRL)
		bigmap_zoom(&p->map, &p->shape, -by);
	else
		bigmap_move(&p->map, &p->shape, 0, by * 3);
	return true;
}

const struct tab_class tab_pieces = {
	.name = "Pieces",
	.size = sizeof(struct pieces_tab),
	.fini = fini,
	.reset = reset,
	.update = update,
	.watch = watch,
	.draw = draw,
	.draw_motion = draw_motion,
	.contexts = contexts,
	.can = can,
	.act = act,
	.mouse = mouse,
	.answer = answer,
};
