/*
 * utf8.c - see utf8.h.
 */
#include "base/utf8.h"

#include <wchar.h>

#include "base/mem.h"

#define UNICODE_MAX 0x10ffffu
#define MARKS_MAX 2     /* combining marks shown after one base character */
#define NAME_EXT_MAX 16 /* longest extension kept when a name is cut */

#define MIDDLE_DOT 0xb7u
#define ELLIPSIS 0x2026u

static bool put_utf8;

void text_set_utf8(bool on)
{
	put_utf8 = on;
}

bool text_is_utf8(void)
{
	return put_utf8;
}

/* What a first byte promises; need 0: it starts nothing. */
struct lead {
	uint8_t need;      /* bytes that follow */
	uint8_t low, high; /* range of the first of them */
};

static struct lead lead_of(uint8_t c)
{
	struct lead l = {.low = 0x80, .high = 0xbf};

	if (c < 0xc2 || c > 0xf4)
		return l;
	l.need = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	/* Overlong forms, surrogates, beyond the last plane. */
	if (c == 0xe0)
		l.low = 0xa0;
	else if (c == 0xed)
		l.high = 0x9f;
	else if (c == 0xf0)
		l.low = 0x90;
	else if (c == 0xf4)
		l.high = 0x8f;
	return l;
}

uint32_t utf8_decode(struct span s, size_t *used)
{
	struct lead l;
	uint32_t c;

	*used = s.n ? 1 : 0;
	if (!s.n)
		return UTF8_BAD;
	c = s.p[0];
	if (c < 0x80)
		return c;
	l = lead_of(s.p[0]);
	if (!l.need)
		return UTF8_BAD;
	c &= 0x3fu >> l.need;
	for (size_t i = 1; i <= l.need; i++) {
		if (i == s.n || s.p[i] < l.low || s.p[i] > l.high)
			return UTF8_BAD;
		c = c << 6 | (s.p[i] & 0x3fu);
		l.low = 0x80;
		l.high = 0xbf;
		*used = i + 1;
	}
	return c;
}

static bool is_scalar(uint32_t c)
{
	return c <= UNICODE_MAX && (c < 0xd800 || c > 0xdfff);
}

size_t utf8_encode(uint32_t c, char out[4])
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

	if (!is_scalar(c))
		return 0;
	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	out[0] = (char)(lead[n] | c);
	return n;
}

/* Take one scalar value off the front of *s, which is not empty. */
static uint32_t next_scalar(struct span *s)
{
	size_t used;
	uint32_t c = utf8_decode(*s, &used);

	s->p += used;
	s->n -= used;
	return c;
}

bool utf8_valid(struct span s)
{
	while (s.n)
		if (next_scalar(&s) == UTF8_BAD)
			return false;
	return true;
}

/*
 * Characters that show nothing themselves but change how others show, or
 * only make two names differ that look the same.
 */
static bool is_hidden(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0xad, 0xad},       /* soft hyphen */
		{0x34f, 0x34f},     /* combining grapheme joiner */
		{0x61c, 0x61c},     /* Arabic letter mark */
		{0x180b, 0x180f},   /* Mongolian selectors and separator */
		{0x200b, 0x200f},   /* zero-width characters, direction marks */
		{0x202a, 0x202e},   /* embeddings and overrides */
		{0x2060, 0x206f},   /* word joiner to isolates */
		{0xfe00, 0xfe0f},   /* variation selectors */
		{0xfeff, 0xfeff},   /* byte order mark */
		{0xfff9, 0xfffb},   /* interlinear annotation */
		{0x1bca0, 0x1bca3}, /* shorthand format controls */
		{0x1d173, 0x1d17a}, /* musical format controls */
		{0xe0000, 0xe0fff}, /* tags, more variation selectors */
	};

	if (c < ranges[0].first)
		return false;
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

/* Cut a cleaned name to NAME_BYTES_MAX bytes. */
static void name_cut(struct buf *name)
{
	size_t keep = NAME_BYTES_MAX;
	size_t ext = name->len - 1;

	while (ext > 0 && name->p[ext] != '.')
		ext--;
	/* A dot at the very front starts a hidden file, not an extension. */
	if (ext == 0 || name->len - ext > NAME_EXT_MAX)
		ext = name->len;
	keep -= name->len - ext;
	while ((name->p[keep] & 0xc0) == 0x80)
		keep--;
	memmove(name->p + keep, name->p + ext, name->len - ext);
	name->len = keep + (name->len - ext);
}

char *name_clean(struct span raw)
{
	struct buf name = {0};

	/* Never longer than what came, but for the "_" of an empty name. */
	buf_reserve(&name, raw.n + 2);
	while (raw.n) {
		struct span at = raw;
		uint32_t c = next_scalar(&raw);

		if (c == UTF8_BAD || is_control(c) || c == '/')
			buf_add_byte(&name, '_');
		else if (!is_hidden(c))
			buf_add(&name, span_of(at.p, at.n - raw.n));
	}
	if (name.len == 0 || span_is(buf_span(&name), ".") ||
		span_is(buf_span(&name), "..")) {
		name.len = 0;
		buf_add_byte(&name, '_');
	}
	if (name.len > NAME_BYTES_MAX)
		name_cut(&name);
	buf_add_byte(&name, '\0');
	return (char *)name.p;
}

/* Assigned to nobody, or to whoever likes. */
static bool is_private(uint32_t c)
{
	return (c >= 0xe000 && c <= 0xf8ff) || c >= 0xf0000 ||
	       (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

int utf8_width(uint32_t c)
{
	int columns;

	if (is_control(c) || !is_scalar(c))
		return -1;
	if (c < 0x80)
		return 1;
	if (!put_utf8 || is_hidden(c) || is_private(c))
		return -1;
	/* The two that text_clean() itself puts out. */
	if (c == MIDDLE_DOT || c == ELLIPSIS)
		return 1;
	if (c == 0x2028 || c == 0x2029)
		return -1;
	columns = wcwidth((wchar_t)c);
	return columns > 2 ? -1 : columns;
}

/* What one character of a stranger becomes on the screen. */
struct glyph {
	char text[4];
	size_t len; /* 0: it is left out */
	size_t columns;
};

/* Walks a stranger's text; marks is how many more may follow, -1: no base. */
struct cleaner {
	struct span left;
	int marks;
};

static struct glyph next_glyph(struct cleaner *cl)
{
	uint32_t c = next_scalar(&cl->left);
	int width = c == UTF8_BAD ? -1 : utf8_width(c);
	struct glyph g = {.len = 0};

	if (width == 0 && cl->marks == 0)
		return g;
	/* A mark without a base would join what stands left of the text. */
	if (width < 0 || (width == 0 && cl->marks < 0)) {
		c = put_utf8 ? MIDDLE_DOT : '.';
		width = 1;
	}
	cl->marks = width ? MARKS_MAX : cl->marks - 1;
	g.len = utf8_encode(c, g.text);
	g.columns = (size_t)width;
	return g;
}

static struct span ellipsis_of(size_t max_cols)
{
	static const char dots[] = "...";

	if (put_utf8)
		return span_str("\xe2\x80\xa6");
	return span_of(dots, max_cols < 3 ? max_cols : 3);
}

char *text_clean(struct span raw, size_t max_cols)
{
	struct cleaner cl = {.left = raw, .marks = -1};
	struct span ellipsis = ellipsis_of(max_cols);
	size_t room = max_cols - (put_utf8 && max_cols ? 1 : ellipsis.n);
	size_t columns = 0;
	size_t cut = 0; /* bytes that leave room for the ellipsis */
	struct buf out = {0};

	while (cl.left.n) {
		struct glyph g = next_glyph(&cl);

		if (max_cols && g.columns > max_cols - columns) {
			out.len = cut;
			buf_add(&out, ellipsis);
			break;
		}
		buf_add(&out, span_of(g.text, g.len));
		columns += g.columns;
		if (columns <= room)
			cut = out.len;
	}
	buf_add_byte(&out, '\0');
	return (char *)out.p;
}

void text_clean_to(char *out, size_t cap, struct span raw)
{
	struct cleaner cl = {.left = raw, .marks = -1};
	struct writer w = writer_of(out, cap - 1);

	while (cl.left.n && !w.full) {
		struct glyph g = next_glyph(&cl);

		write_span(&w, span_of(g.text, g.len));
	}
	out[w.len] = '\0';
}

size_t text_width(const char *s)
{
	struct span left = span_str(s);
	size_t columns = 0;

	while (left.n) {
		uint32_t c = next_scalar(&left);
		int width = c == UTF8_BAD ? -1 : utf8_width(c);

		columns += width < 0 ? 1 : (size_t)width;
	}
	return columns;
}
