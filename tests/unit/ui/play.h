/*
 * play.h - keys pressed on a screen over a scene, for tests of views and tabs:
 * what is shown then, what was asked of the engine, what is watched.
 */
#ifndef TESTS_UI_PLAY_H
#define TESTS_UI_PLAY_H

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/list.h"
#include "ui/scene.h"
#include "ui/view.h"

struct play {
	struct scene *scene;
	struct screen *s;
	struct snapshot snap;         /* the scene's, less what was removed */
	struct torrent_row *rows;     /* of snap, to be changed */
	struct torrent_detail detail; /* the scene's, of what is watched */
	struct torrent_id watched;
	uint32_t watching;
	bool rewatched;
	unsigned watches; /* times that something else was asked for */
	struct buf asked; /* "pause 1;remove 2 with data;" */
	enum err answer;  /* of commands that are asked */
	const char *why;
	bool quit;
	bool no_trackers;
	const char *off; /* a setting that is not on */
	struct notice notices[8];
	size_t nnotices;
};

/* "remove 1 with data": the kind's word, the torrent, and what it carries. */
static inline void play_word_command(struct play *p, const struct command *c)
{
	static const struct {
		enum command_kind kind;
		const char *word;
	} words[] = {
		{CMD_ADD, "add"},
		{CMD_REMOVE, "remove"},
		{CMD_PAUSE, "pause"},
		{CMD_RESUME, "resume"},
		{CMD_RECHECK, "recheck"},
		{CMD_REANNOUNCE, "reannounce"},
		{CMD_FILE_PRIORITY, "priority"},
		{CMD_ADD_PEER, "add-peer"},
		{CMD_ADD_TRACKER, "add-tracker"},
		{CMD_REMOVE_TRACKER, "remove-tracker"},
		{CMD_PIECE_FIRST, "piece-first"},
		{CMD_VERIFY_PIECE, "verify-piece"},
		{CMD_KICK, "kick"},
		{CMD_BAN, "ban"},
		{CMD_UNBAN, "unban"},
	};
	const char *word = NULL;

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (words[i].kind == c->kind)
			word = words[i].word;
	if (word)
		buf_add_str(&p->asked, word);
	else
		buf_printf(&p->asked, "command %d", (int)c->kind);
	buf_printf(&p->asked, " %u", c->torrent.slot);
	if (c->with_data)
		buf_add_str(&p->asked, " with data");
	if (c->file_end)
		buf_printf(&p->asked, " [%zu,%zu)", c->file, c->file_end);
	if (c->file_end || c->value)
		buf_printf(&p->asked, " %llu", (unsigned long long)c->value);
	if (c->text)
		buf_printf(&p->asked, " %s", c->text);
	if (c->addr.family != ADDR_NONE) {
		char addr[ADDR_TEXT_MAX];

		addr_text(&c->addr, addr);
		buf_printf(&p->asked, " %s", addr);
	}
	buf_add_byte(&p->asked, ';');
}

static inline enum err play_on_command(void *user, const struct command *c,
	struct torrent_id *id, struct fault *fault)
{
	struct play *p = user;

	(void)id;
	if (p->answer != ERR_OK)
		return fault_set(fault, p->answer, 0, "%s", p->why);
	play_word_command(p, c);
	return ERR_OK;
}

static inline void play_on_watch(void *user, struct torrent_id id,
	uint32_t what)
{
	struct play *p = user;

	p->watched = id;
	p->watching = what;
	p->rewatched = true;
	p->watches++;
	/* The engine forgets at once, too. */
	p->detail = (struct torrent_detail){.id = {0, 0}};
}

static inline bool play_on_dht(void *user, enum addr_family family,
	unsigned bucket, struct dht_detail *out)
{
	scene_dht(((struct play *)user)->scene, family, bucket, out);
	return true;
}

static inline const struct notice *play_on_notice(void *user, uint64_t after)
{
	struct play *p = user;

	for (size_t i = 0; i < p->nnotices; i++)
		if (p->notices[i].seq > after)
			return &p->notices[i];
	return NULL;
}

static inline void play_on_quit(void *user, bool at_once)
{
	(void)at_once;
	((struct play *)user)->quit = true;
}

static inline const char *play_on_setting(void *user, const char *name)
{
	struct play *p = user;

	return p->off && strcmp(p->off, name) == 0 ? "off" : "on";
}

/* Details as an engine would bring them: of what is watched only. */
static inline void play_fill_detail(struct play *p)
{
	const struct torrent_detail *d = scene_detail(p->scene);

	p->detail = (struct torrent_detail){.id = {0, 0}};
	if (!torrent_id_equal(d->id, p->watched))
		return;
	p->detail = *d;
	p->detail.what &= p->watching;
	if (!(p->watching & WATCH_PEERS))
		p->detail.npeers = 0;
	if (!(p->watching & WATCH_PIECES)) {
		p->detail.have = p->detail.wanted = p->detail.checking = NULL;
		p->detail.avail = NULL;
		p->detail.nflights = p->detail.ndone = 0;
	}
	if (!(p->watching & WATCH_FILES))
		p->detail.nfiles = 0;
	if (!(p->watching & WATCH_TRACKERS) || p->no_trackers)
		p->detail.ntrackers = 0;
}

/* Fresh values, as ui_refresh() does it. */
static inline void play_refresh(struct play *p)
{
	p->snap.now_ms = scene_snapshot(p->scene)->now_ms;
	p->snap.wall_s = scene_snapshot(p->scene)->wall_s;
	for (int i = 0; i < 3; i++) {
		p->rewatched = false;
		play_fill_detail(p);
		screen_update(p->s, &p->snap, &p->detail);
		if (!p->rewatched)
			return;
	}
}

static inline struct play *play_new_at(const char *scene, int cols, int rows)
{
	static const struct ui_ops ops = {
		.command = play_on_command,
		.watch = play_on_watch,
		.dht = play_on_dht,
		.notice_after = play_on_notice,
		.setting = play_on_setting,
		.quit = play_on_quit,
	};
	struct play *p = mem_zero(sizeof *p);

	p->scene = scene_new(scene);
	p->snap = *scene_snapshot(p->scene);
	p->rows = mem_dup(p->snap.rows, p->snap.nrows * sizeof *p->rows);
	p->snap.rows = p->rows;
	p->s = scene_screen(p->scene, cols, rows, TIER_UTF8, &ops, p);
	play_refresh(p);
	return p;
}

static inline struct play *play_new(const char *scene)
{
	return play_new_at(scene, 120, 36);
}

static inline void play_free(struct play *p)
{
	screen_free(p->s);
	scene_free(p->scene);
	buf_free(&p->asked);
	mem_free(p->rows);
	mem_free(p);
}

static inline void play_press(struct play *p, int32_t key)
{
	struct input in = {.kind = INPUT_KEY, .key = key};

	play_refresh(p);
	screen_input(p->s, &in);
}

static inline void play_type(struct play *p, const char *keys)
{
	for (; *keys; keys++)
		play_press(p, (unsigned char)*keys);
}

static inline void play_mouse(struct play *p, enum mouse_button button, int x,
	int y)
{
	struct input in = {
		.kind = INPUT_MOUSE, .button = button, .x = x, .y = y};

	play_refresh(p);
	screen_input(p->s, &in);
}

static inline void play_click(struct play *p, int x, int y)
{
	play_mouse(p, MOUSE_LEFT, x, y);
}

/* What the engine was asked so far. */
static inline const char *play_asked(struct play *p)
{
	*buf_reserve(&p->asked, 1) = '\0';
	return (const char *)p->asked.p;
}

static inline void play_draw(struct play *p)
{
	play_refresh(p);
	screen_draw(p->s);
	/* What was drawn may want something that comes with the next frame. */
	play_refresh(p);
	screen_draw(p->s);
}

/* One row as text; the caller frees it. */
static inline char *play_row(struct play *p, int y)
{
	const struct grid *g = &p->s->grid;
	struct buf b = {0};
	char utf8[4];

	for (int x = 0; x < g->cols; x++) {
		const struct cell *c = grid_cell(g, x, y);

		if (c->width)
			buf_add(&b, span_of(utf8, utf8_encode(c->ch[0], utf8)));
	}
	buf_add_byte(&b, '\0');
	return (char *)b.p;
}

/* Draws; whether the words stand in a row, and in which cell. */
static inline bool play_find(struct play *p, const char *words, int *x, int *y)
{
	play_draw(p);
	for (int i = 0; i < p->s->grid.rows; i++) {
		char *row = play_row(p, i);
		const char *at = strstr(row, words);

		if (at) {
			*y = i;
			row[at - row] = '\0';
			*x = (int)text_width(row);
		}
		mem_free(row);
		if (at)
			return true;
	}
	return false;
}

static inline bool play_shows(struct play *p, const char *words)
{
	int x, y;

	return play_find(p, words, &x, &y);
}

/* The chosen torrent's name. */
static inline const char *play_chosen(struct play *p)
{
	return screen_chosen(p->s)->name;
}

/* The torrent of that slot is gone. */
static inline void play_remove(struct play *p, uint32_t slot)
{
	for (size_t i = 0; i < p->snap.nrows; i++)
		if (p->rows[i].id.slot == slot) {
			memmove(&p->rows[i], &p->rows[i + 1],
				(p->snap.nrows - i - 1) * sizeof *p->rows);
			p->snap.nrows--;
			return;
		}
}

/* The set-up of a test group. */
static inline int play_locale(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return -1;
	text_set_utf8(true);
	return 0;
}

#endif
