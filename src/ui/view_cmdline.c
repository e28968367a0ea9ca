/*
 * view_cmdline.c - the last row as a prompt: commands after ':', words of the
 * filter after '/'.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/commands.h"
#include "ui/screen.h"
#include "ui/views.h"

#define SHOWN_MAX 6

static void draw_prompt_row(struct prompt *p, const struct area *a, char sign,
	const char *hint)
{
	struct area row = area_sub(a, 0, a->h - 1, a->w, 1);
	int hint_width = draw_width(a, hint);
	int room = a->w - 1;

	draw_fill(&row, pen_on(ROLE_TEXT, GROUND_FIELD));
	draw_char(&row, 0, 0, pen_bold(ROLE_KEY), (uint32_t)sign);
	if (a->w > hint_width + 40) {
		room -= hint_width + 2;
		draw_text(&row, a->w - hint_width - 1, 0, pen_of(ROLE_DIM),
			hint);
	}
	prompt_draw(p, &row, (struct rect){1, 0, room, 1},
		pen_on(ROLE_TEXT, GROUND_FIELD), true);
}

/* --- commands
 * ----------------------------------------------------------------------- */

struct command_view {
	struct view v;
	struct prompt line;
	size_t history; /* lines back; 0: the one being typed */
	size_t chosen;  /* candidate + 1; 0: none */
	char *typed;    /* before a candidate was taken */
	char problem[FAULT_TEXT_MAX];
};

struct candidate {
	char text[COMMAND_VALUE_MAX];  /* what Tab puts there */
	char shown[COMMAND_VALUE_MAX]; /* with its arguments */
	const char *help;
};

static struct command_view *command_of(struct view *v)
{
	return (struct command_view *)(void *)v;
}

static size_t candidates(struct command_view *d, struct candidate *out)
{
	const char *line = d->typed ? d->typed : prompt_text(&d->line);
	const struct command_info *infos[SHOWN_MAX];
	struct command_value values[SHOWN_MAX];
	size_t n = command_values(d->v.screen, line, values, SHOWN_MAX);

	for (size_t i = 0; i < n; i++) {
		memcpy(out[i].text, values[i].text, sizeof out[i].text);
		memcpy(out[i].shown, values[i].text, sizeof out[i].shown);
		out[i].help = values[i].help;
	}
	if (n)
		return n;
	n = command_match(line, infos, SHOWN_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct command_info *c = infos[i];

		snprintf(out[i].text, sizeof out[i].text, "%s%s", c->name,
			*c->arguments ? " " : "");
		snprintf(out[i].shown, sizeof out[i].shown, "%s %s", c->name,
			c->arguments);
		out[i].help = c->help;
	}
	return n;
}

static void command_init(struct view *v, const void *arg)
{
	prompt_set(&command_of(v)->line, arg ? arg : "");
}

static void command_fini(struct view *v)
{
	prompt_stop(&command_of(v)->line);
	mem_free(command_of(v)->typed);
}

static void draw_candidate(const struct area *a, int y, bool chosen,
	const struct candidate *c, int width)
{
	struct pen name = pen_on(ROLE_TEXT, GROUND_FIELD);
	struct pen help = pen_on(ROLE_DIM, GROUND_FIELD);
	int w = a->w < 76 ? a->w : 76;
	struct area row = area_sub(a, 0, y, w, 1);

	if (chosen)
		name = help = pen_on(ROLE_INVERSE, GROUND_CHOICE);
	draw_fill(&row, name);
	draw_text(&row, 1, 0, name, c->shown);
	draw_field(&row, (struct rect){width + 3, 0, w - width - 4, 1}, help,
		FIT_END, c->help);
	if (chosen)
		draw_text(&row, 0, 0, name, "▸");
}

/* The rest of the best candidate, where it would be typed. */
static void draw_ghost(struct command_view *d, const struct area *a,
	const struct candidate *c)
{
	const char *line = prompt_text(&d->line);
	size_t len = strlen(line);
	struct area row = area_sub(a, 0, a->h - 1, a->w, 1);

	if (d->chosen || len == 0 || d->line.at != len ||
		strncmp(c->shown, line, len) != 0)
		return;
	draw_text(&row, 1 + (int)draw_width(a, line), 0,
		pen_on(ROLE_FAINT, GROUND_FIELD), c->shown + len);
}

static void command_draw(struct view *v, const struct area *a)
{
	struct command_view *d = command_of(v);
	struct candidate list[SHOWN_MAX];
	size_t n = candidates(d, list);
	int width = 0, y;

	for (size_t i = 0; i < n; i++)
		if (draw_width(a, list[i].shown) > width)
			width = draw_width(a, list[i].shown);
	draw_prompt_row(&d->line, a, ':',
		"Tab complete · ↑ history · Esc close");
	if (d->problem[0]) {
		struct area row = area_sub(a, 0, a->h - 2, a->w, 1);

		draw_fill(&row, pen_on(ROLE_INVERSE, GROUND_BAD_TOAST));
		draw_textf(&row, 1, 0, pen_on(ROLE_INVERSE, GROUND_BAD_TOAST),
			"! %s", d->problem);
		return;
	}
	y = a->h - 1 - (int)n;
	for (size_t i = 0; i < n; i++, y++)
		if (y > 0)
			draw_candidate(a, y, d->chosen == i + 1, &list[i],
				width);
	if (n)
		draw_ghost(d, a, &list[0]);
}

static void forget_choice(struct command_view *d)
{
	mem_free(d->typed);
	d->typed = NULL;
	d->chosen = 0;
	d->problem[0] = '\0';
}

static void take_candidate(struct command_view *d, int by)
{
	struct candidate list[SHOWN_MAX];
	size_t n;

	if (!d->typed)
		d->typed = mem_strdup(prompt_text(&d->line));
	d->problem[0] = '\0';
	n = candidates(d, list);
	if (n == 0)
		return;
	if (by > 0)
		d->chosen = d->chosen % n + 1;
	else
		d->chosen = d->chosen > 1 ? d->chosen - 1 : n;
	prompt_set(&d->line, list[d->chosen - 1].text);
	/* The only one needs no second Tab to go on from. */
	if (n == 1)
		forget_choice(d);
}

static void walk_history(struct command_view *d, int back)
{
	const struct prompt_history *h = &d->v.screen->commands;

	if (back > 0 && d->history < h->n)
		d->history++;
	else if (back < 0 && d->history > 0)
		d->history--;
	else
		return;
	forget_choice(d);
	prompt_set(&d->line, d->history ? h->lines[h->n - d->history] : "");
}

static enum view_answer run(struct command_view *d)
{
	struct screen *s = d->v.screen;
	char *line = mem_strdup(prompt_text(&d->line));
	struct fault fault = {0};
	size_t at = 0;
	bool done;

	/* What the command opens stands where this prompt stood. */
	done = command_run(s, line, &fault, &at);
	if (done) {
		prompt_history_add(&s->commands, line);
	} else {
		snprintf(d->problem, sizeof d->problem, "%s", fault.what);
		if (at <= d->line.text.len)
			d->line.at = at;
	}
	mem_free(line);
	return done ? VIEW_CLOSE : VIEW_USED;
}

static enum view_answer command_input(struct view *v, const struct input *in)
{
	struct command_view *d = command_of(v);
	bool empty = d->line.text.len == 0;

	if (in->kind == INPUT_MOUSE)
		return VIEW_USED;
	/* Backspace in an empty line leaves it. */
	if (in->kind == INPUT_KEY && in->key == KEY_BACKSPACE_CHAR && empty)
		return VIEW_CLOSE;
	switch (prompt_input(&d->line, in)) {
	case PROMPT_CHANGED:
		forget_choice(d);
		return VIEW_USED;
	case PROMPT_MOVED:
		return VIEW_USED;
	case PROMPT_UNUSED:
		break;
	}
	return VIEW_UNUSED;
}

static enum view_answer command_act(struct view *v, enum action action,
	const struct input *in)
{
	struct command_view *d = command_of(v);

	(void)in;
	switch (action) {
	case ACTION_ACCEPT:
		return run(d);
	case ACTION_COMPLETE:
		take_candidate(d, 1);
		return VIEW_USED;
	case ACTION_COMPLETE_BACK:
		take_candidate(d, -1);
		return VIEW_USED;
	case ACTION_UP:
		walk_history(d, 1);
		return VIEW_USED;
	case ACTION_DOWN:
		walk_history(d, -1);
		return VIEW_USED;
	case ACTION_CLOSE:
		return VIEW_CLOSE;
	default:
		return VIEW_UNUSED;
	}
}

static unsigned command_contexts(const struct view *v)
{
	(void)v;
	return CTX_COMMAND | CTX_PROMPT;
}

const struct view_class view_command = {
	.size = sizeof(struct command_view),
	.init = command_init,
	.fini = command_fini,
	.draw = command_draw,
	.contexts = command_contexts,
	.input = command_input,
	.act = command_act,
};

/* --- filter
 * ---------------------------------------------------------------------------
 */

struct filter_view {
	struct view v;
	struct prompt words;
};

static struct filter_view *filter_of(struct view *v)
{
	return (struct filter_view *)(void *)v;
}

static void filter_init(struct view *v, const void *arg)
{
	(void)arg;
	prompt_set(&filter_of(v)->words, v->screen->list.filter);
}

static void filter_fini(struct view *v)
{
	prompt_stop(&filter_of(v)->words);
}

static void filter_draw(struct view *v, const struct area *a)
{
	draw_prompt_row(&filter_of(v)->words, a, '/',
		a->w >= 120 ? FILTER_HINT : "words narrow · Esc clears");
}

static enum view_answer filter_input(struct view *v, const struct input *in)
{
	struct filter_view *d = filter_of(v);
	struct torrent_list *l = &v->screen->list;

	if (in->kind == INPUT_MOUSE)
		return VIEW_USED;
	if (in->kind == INPUT_KEY && in->key == KEY_BACKSPACE_CHAR &&
		d->words.text.len == 0)
		return VIEW_CLOSE;
	switch (prompt_input(&d->words, in)) {
	case PROMPT_CHANGED:
		list_set_filter(l, prompt_text(&d->words));
		return VIEW_USED;
	case PROMPT_MOVED:
		return VIEW_USED;
	case PROMPT_UNUSED:
		break;
	}
	return VIEW_UNUSED;
}

static enum view_answer filter_act(struct view *v, enum action action,
	const struct input *in)
{
	struct screen *s = v->screen;

	(void)in;
	switch (action) {
	case ACTION_ACCEPT:
		return VIEW_CLOSE;
	case ACTION_CLOSE:
		list_set_filter(&s->list, "");
		return VIEW_CLOSE;
	case ACTION_UP:
		list_move(&s->list, -1, s->now_ms);
		return VIEW_USED;
	case ACTION_DOWN:
		list_move(&s->list, 1, s->now_ms);
		return VIEW_USED;
	default:
		return VIEW_UNUSED;
	}
}

static unsigned filter_contexts(const struct view *v)
{
	(void)v;
	return CTX_FILTER | CTX_PROMPT;
}

const struct view_class view_filter = {
	.size = sizeof(struct filter_view),
	.init = filter_init,
	.fini = filter_fini,
	.draw = filter_draw,
	.contexts = filter_contexts,
	.input = filter_input,
	.act = filter_act,
};
