/*
 * prompt.c - see prompt.h.
 */
#include "ui/prompt.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

void prompt_stop(struct prompt *p)
{
	buf_free(&p->text);
	*p = (struct prompt){0};
}

void prompt_set(struct prompt *p, const char *text)
{
	p->text.len = 0;
	p->at = p->left = 0;
	prompt_insert(p, span_str(text));
}

const char *prompt_text(struct prompt *p)
{
	*buf_reserve(&p->text, 1) = '\0';
	return (const char *)p->text.p;
}

static bool is_tail(const struct prompt *p, size_t i)
{
	return i < p->text.len && (p->text.p[i] & 0xc0) == 0x80;
}

static size_t before(const struct prompt *p, size_t at)
{
	if (at > 0)
		at--;
	while (at > 0 && is_tail(p, at))
		at--;
	return at;
}

static size_t after(const struct prompt *p, size_t at)
{
	if (at < p->text.len)
		at++;
	while (is_tail(p, at))
		at++;
	return at;
}

static bool is_word(uint8_t c)
{
	return c > ' ' && c != '/';
}

static size_t word_before(const struct prompt *p, size_t at)
{
	while (at > 0 && !is_word(p->text.p[at - 1]))
		at--;
	while (at > 0 && is_word(p->text.p[at - 1]))
		at--;
	return at;
}

static size_t word_after(const struct prompt *p, size_t at)
{
	while (at < p->text.len && !is_word(p->text.p[at]))
		at++;
	while (at < p->text.len && is_word(p->text.p[at]))
		at++;
	return at;
}

static enum prompt_answer erase(struct prompt *p, size_t from, size_t end)
{
	if (from == end)
		return PROMPT_MOVED;
	memmove(p->text.p + from, p->text.p + end, p->text.len - end);
	p->text.len -= end - from;
	p->at = from;
	return PROMPT_CHANGED;
}

static enum prompt_answer go(struct prompt *p, size_t to)
{
	p->at = to;
	return PROMPT_MOVED;
}

static void insert_bytes(struct prompt *p, struct span s)
{
	if (s.n > PROMPT_TEXT_MAX - p->text.len)
		return;
	buf_reserve(&p->text, s.n);
	memmove(p->text.p + p->at + s.n, p->text.p + p->at,
		p->text.len - p->at);
	memcpy(p->text.p + p->at, s.p, s.n);
	p->text.len += s.n;
	p->at += s.n;
}

void prompt_insert(struct prompt *p, struct span s)
{
	while (s.n) {
		size_t used;
		uint32_t c = utf8_decode(s, &used);

		if (c == '\n' || c == '\t')
			insert_bytes(p, span_str(" "));
		else if (c != UTF8_BAD && c >= 0x20 && !(c >= 0x7f && c < 0xa0))
			insert_bytes(p, span_of(s.p, used));
		s.p += used;
		s.n -= used;
	}
}

static enum prompt_answer alt_key(struct prompt *p, int32_t key)
{
	switch (key) {
	case 'b':
		return go(p, word_before(p, p->at));
	case 'f':
		return go(p, word_after(p, p->at));
	case 'd':
		return erase(p, p->at, word_after(p, p->at));
	case KEY_BACKSPACE_CHAR:
		return erase(p, word_before(p, p->at), p->at);
	default:
		return PROMPT_UNUSED;
	}
}

static enum prompt_answer control_key(struct prompt *p, int32_t key, bool ctrl)
{
	switch (key) {
	case KEY_LEFT_ARROW:
		return go(p, ctrl ? word_before(p, p->at) : before(p, p->at));
	case KEY_RIGHT_ARROW:
		return go(p, ctrl ? word_after(p, p->at) : after(p, p->at));
	case KEY_CTRL_('B'):
		return go(p, before(p, p->at));
	case KEY_CTRL_('F'):
		return go(p, after(p, p->at));
	case KEY_HOME_KEY:
	case KEY_CTRL_('A'):
		return go(p, 0);
	case KEY_END_KEY:
	case KEY_CTRL_('E'):
		return go(p, p->text.len);
	case KEY_BACKSPACE_CHAR:
		return erase(p, before(p, p->at), p->at);
	case KEY_DELETE:
	case KEY_CTRL_('D'):
		return erase(p, p->at, after(p, p->at));
	case KEY_CTRL_('U'):
		return erase(p, 0, p->at);
	case KEY_CTRL_('K'):
		return erase(p, p->at, p->text.len);
	case KEY_CTRL_('W'):
		return erase(p, word_before(p, p->at), p->at);
	default:
		return PROMPT_UNUSED;
	}
}

enum prompt_answer prompt_input(struct prompt *p, const struct input *in)
{
	char utf8[4];
	size_t n;

	if (in->kind == INPUT_PASTE) {
		prompt_insert(p, span_str(in->text));
		return PROMPT_CHANGED;
	}
	if (in->kind != INPUT_KEY)
		return PROMPT_UNUSED;
	if (in->mods & MOD_ALT)
		return alt_key(p, in->key);
	if (in->key < 0x20 || in->key == 0x7f || in->key >= KEY_FIRST)
		return control_key(p, in->key, in->mods & MOD_CTRL);
	n = utf8_encode((uint32_t)in->key, utf8);
	prompt_insert(p, span_of(utf8, n));
	return PROMPT_CHANGED;
}

static int width_between(const struct prompt *p, const struct area *a,
	size_t from, size_t end)
{
	struct span s = span_of(p->text.p + from, end - from);
	int cols = 0;

	while (s.n) {
		size_t used;
		uint32_t c = utf8_decode(s, &used);

		cols += grid_char_width(a->grid->tier, c);
		s.p += used;
		s.n -= used;
	}
	return cols;
}

void prompt_draw(struct prompt *p, const struct area *a, struct rect at,
	struct pen pen, bool focus)
{
	struct area field = area_rect(a, at);

	if (p->left > p->at)
		p->left = p->at;
	/* The cursor needs a column of its own at the end. */
	while (p->left < p->at &&
		width_between(p, a, p->left, p->at) > at.w - 1)
		p->left = after(p, p->left);
	draw_fill(&field, pen);
	draw_text(&field, 0, 0, pen, prompt_text(p) + p->left);
	if (focus && field.w > 0 && field.h > 0) {
		a->grid->cursor_x =
			field.x + width_between(p, a, p->left, p->at);
		a->grid->cursor_y = field.y;
		a->grid->cursor_shown = true;
	}
}

void prompt_history_add(struct prompt_history *h, const char *line)
{
	if (!*line || (h->n && strcmp(h->lines[h->n - 1], line) == 0))
		return;
	if (h->n == PROMPT_HISTORY_MAX) {
		mem_free(h->lines[0]);
		memmove(h->lines, h->lines + 1,
			(PROMPT_HISTORY_MAX - 1) * sizeof *h->lines);
		h->n--;
	}
	h->lines[h->n++] = mem_strdup(line);
}

void prompt_history_stop(struct prompt_history *h)
{
	for (size_t i = 0; i < h->n; i++)
		mem_free(h->lines[i]);
	h->n = 0;
}
