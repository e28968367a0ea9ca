/*
 * view_ask.c - one line of text for the view below, in the last row.
 */
#include <stdio.h>

#include "base/mem.h"
#include "ui/screen.h"
#include "ui/views.h"

struct ask_view {
	struct view v;
	struct ask ask;
	struct prompt line;
	char problem[FAULT_TEXT_MAX];
};

static struct ask_view *ask_of(struct view *v)
{
	return (struct ask_view *)(void *)v;
}

static void ask_init(struct view *v, const void *arg)
{
	struct ask_view *d = ask_of(v);

	d->ask = *(const struct ask *)arg;
	prompt_set(&d->line, d->ask.text ? d->ask.text : "");
	d->ask.text = NULL;
}

static void ask_fini(struct view *v)
{
	prompt_stop(&ask_of(v)->line);
}

static void ask_draw(struct view *v, const struct area *a)
{
	struct ask_view *d = ask_of(v);
	struct area row = area_sub(a, 0, a->h - 1, a->w, 1);
	int x;

	draw_fill(&row, pen_on(ROLE_TEXT, GROUND_FIELD));
	x = draw_textf(&row, 0, 0, pen_bold(ROLE_KEY), "%s: ", d->ask.label);
	prompt_draw(&d->line, &row, (struct rect){x, 0, a->w - x - 1, 1},
		pen_on(ROLE_TEXT, GROUND_FIELD), true);
	if (!d->problem[0] || a->h < 2)
		return;
	row = area_sub(a, 0, a->h - 2, a->w, 1);
	draw_fill(&row, pen_on(ROLE_INVERSE, GROUND_BAD_TOAST));
	draw_textf(&row, 1, 0, pen_on(ROLE_INVERSE, GROUND_BAD_TOAST), "! %s",
		d->problem);
}

/* True when the view below took it. */
static bool tell(struct ask_view *d, const char *text)
{
	struct view *below = d->v.below;
	struct fault fault = {0};

	d->problem[0] = '\0';
	/* What asked may be gone, and its torrent with it. */
	if (!below || !below->class->answer)
		return true;
	if (below->class->answer(below, d->ask.action, text, &fault))
		return true;
	snprintf(d->problem, sizeof d->problem, "%s",
		fault.what[0] ? fault.what : err_str(fault.code));
	return false;
}

static enum view_answer ask_input(struct view *v, const struct input *in)
{
	struct ask_view *d = ask_of(v);
	bool empty = d->line.text.len == 0;

	if (in->kind == INPUT_MOUSE)
		return VIEW_USED;
	if (in->kind == INPUT_KEY && in->key == KEY_BACKSPACE_CHAR && empty)
		return VIEW_CLOSE;
	switch (prompt_input(&d->line, in)) {
	case PROMPT_CHANGED:
		d->problem[0] = '\0';
		if (d->ask.live)
			tell(d, prompt_text(&d->line));
		return VIEW_USED;
	case PROMPT_MOVED:
		return VIEW_USED;
	case PROMPT_UNUSED:
		break;
	}
	return VIEW_UNUSED;
}

static enum view_answer ask_act(struct view *v, enum action action,
	const struct input *in)
{
	struct ask_view *d = ask_of(v);

	(void)in;
	switch (action) {
	case ACTION_ACCEPT:
		return tell(d, prompt_text(&d->line)) ? VIEW_CLOSE : VIEW_USED;
	case ACTION_CLOSE:
		/* What was looked for while typing is looked for no more. */
		if (d->ask.live)
			tell(d, "");
		return VIEW_CLOSE;
	default:
		return VIEW_USED;
	}
}

static unsigned ask_contexts(const struct view *v)
{
	(void)v;
	return CTX_ASK | CTX_PROMPT;
}

const struct view_class view_ask = {
	.size = sizeof(struct ask_view),
	.init = ask_init,
	.fini = ask_fini,
	.draw = ask_draw,
	.contexts = ask_contexts,
	.input = ask_input,
	.act = ask_act,
};
