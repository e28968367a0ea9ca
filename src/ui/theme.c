/*
 * theme.c - see theme.h.
 */
#include "ui/theme.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/utf8.h"

enum palette {
	AURORA,
	PAPER,
	CONTRAST,
	PALETTES,
};

struct shade {
	int32_t rgb;
	int16_t x256;
};

/* What a file said; where it said nothing the palette counts. */
struct own_colors {
	bool has_role[ROLE_COUNT], has_ground[GROUND_COUNT];
	struct shade role[ROLE_COUNT], ground[GROUND_COUNT];
	uint8_t attrs[ROLE_COUNT];
};

struct theme {
	const char *name;
	enum palette palette;
	struct own_colors *own; /* NULL: none */
};

static const struct theme themes[] = {
	{"aurora", AURORA, NULL},
	{"paper", PAPER, NULL},
	{"contrast", CONTRAST, NULL},
};

/* One line of the palette: colours per theme, then the poorer terminals. */
struct entry {
	struct shade in[PALETTES];
	int8_t c16;     /* -1: the terminal's default */
	uint8_t attr16; /* enum attr bits */
	int8_t c8;
	uint8_t attr8;
	uint8_t mono;
};

#define B ATTR_BOLD
#define D ATTR_DIM
#define U ATTR_UNDERLINE
#define R ATTR_REVERSE

/* clang-format off */
static const struct entry roles[ROLE_COUNT] = {
	[ROLE_TEXT]    = {{{0xd5dae3, 253}, {0x24292f, 235}, {0xffffff, 231}}, -1, 0, -1, 0, 0},
	[ROLE_STRONG]  = {{{0xffffff, 231}, {0x000000, 16}, {0xffffff, 231}}, -1, B, -1, B, B},
	[ROLE_DIM]     = {{{0x8b95a5, 246}, {0x57606a, 241}, {0xc8c8c8, 251}}, 7, 0, -1, 0, 0},
	[ROLE_FAINT]   = {{{0x66707f, 243}, {0x767e88, 244}, {0x9a9a9a, 247}}, 8, 0, -1, D, D},
	[ROLE_RULE]    = {{{0x3a4250, 238}, {0xc9c4ba, 251}, {0x8a8a8a, 245}}, 8, 0, -1, D, D},
	[ROLE_FOCUS]   = {{{0x5fb3ff, 75}, {0x0a63c2, 25}, {0x56b4e9, 74}}, 14, 0, 6, B, B},
	[ROLE_KEY]     = {{{0xf2b46b, 215}, {0x8a4b00, 94}, {0xf0e442, 221}}, 3, B, 3, B, B},
	[ROLE_DOWN]    = {{{0x58b8ff, 75}, {0x0a63c2, 25}, {0x56b4e9, 74}}, 14, 0, 6, 0, 0},
	[ROLE_UP]      = {{{0xff9f57, 215}, {0xa8480b, 130}, {0xe69f00, 178}}, 11, 0, 3, 0, 0},
	[ROLE_OK]      = {{{0x5fd39a, 78}, {0x1a7f4b, 29}, {0x00c896, 42}}, 10, 0, 2, 0, 0},
	[ROLE_WARN]    = {{{0xf7d154, 221}, {0x8a6100, 94}, {0xf0e442, 221}}, 11, 0, 3, B, B},
	[ROLE_ERR]     = {{{0xff6b6b, 203}, {0xc4232b, 160}, {0xff7a45, 209}}, 9, 0, 1, B, B},
	[ROLE_META]    = {{{0xb79cf7, 147}, {0x6f42c1, 61}, {0x8f9bff, 105}}, 13, 0, 5, 0, 0},
	[ROLE_HAVE]    = {{{0x2fae7d, 36}, {0x1a7f4b, 29}, {0x00a97f, 36}}, 2, 0, 2, 0, 0},
	[ROLE_PART]    = {{{0x2a8a66, 29}, {0x5fa37f, 72}, {0x008f6b, 29}}, 2, 0, 2, 0, 0},
	[ROLE_ACTIVE]  = {{{0xffd75f, 221}, {0xa07400, 136}, {0xf0e442, 221}}, 11, 0, 3, B, B},
	[ROLE_ASKED]   = {{{0xd7a84a, 179}, {0x9a7b2f, 100}, {0xc9be3a, 179}}, 3, 0, 3, 0, B},
	[ROLE_CHECKING] = {{{0xb79cf7, 147}, {0x6f42c1, 61}, {0x8f9bff, 105}}, 13, 0, 5, 0, U},
	[ROLE_FRESH0]  = {{{0xffffff, 231}, {0x000000, 16}, {0xffffff, 231}}, 15, 0, 7, B, R},
	[ROLE_FRESH1]  = {{{0xcbebde, 254}, {0x063a20, 22}, {0xcbebde, 254}}, 15, 0, 7, B, R},
	[ROLE_FRESH2]  = {{{0x97d6be, 115}, {0x0d5733, 22}, {0x97d6be, 115}}, 2, 0, 2, 0, 0},
	[ROLE_FRESH3]  = {{{0x63c29e, 73}, {0x146b3f, 29}, {0x63c29e, 73}}, 2, 0, 2, 0, 0},
	[ROLE_FRESH4]  = {{{0x2fae7d, 36}, {0x1a7f4b, 29}, {0x00a97f, 36}}, 2, 0, 2, 0, 0},
	[ROLE_NOBODY]  = {{{0xff6b6b, 203}, {0xc4232b, 160}, {0xff7a45, 209}}, 9, 0, 1, B, B},
	[ROLE_BAD]     = {{{0x16181d, 16}, {0xffffff, 231}, {0x000000, 16}}, 15, B, 7, B, R | B},
	[ROLE_SKIPPED] = {{{0x565f6e, 241}, {0xa8a29a, 247}, {0x808080, 244}}, 8, 0, -1, D, D},
	[ROLE_MISSING1] = {{{0xe0795f, 173}, {0xb4532a, 130}, {0xe69f00, 178}}, 1, 0, 1, 0, 0},
	[ROLE_MISSING2] = {{{0xb07f98, 138}, {0x94527a, 96}, {0xcc79a7, 175}}, 5, 0, 5, 0, 0},
	[ROLE_MISSING4] = {{{0x7a92c4, 104}, {0x4c66a8, 61}, {0x7ab6ff, 111}}, 6, 0, 6, 0, 0},
	[ROLE_MISSING10] = {{{0x5f9fd0, 74}, {0x2f7fb8, 31}, {0x56b4e9, 74}}, 14, 0, -1, 0, D},
	[ROLE_GRAPH_DOWN0] = {{{0x2d6ea3, 25}, {0x0a4a94, 25}, {0x56b4e9, 74}}, 6, 0, 6, 0, 0},
	[ROLE_GRAPH_DOWN1] = {{{0x3a8ac9, 68}, {0x0a63c2, 25}, {0x56b4e9, 74}}, 6, 0, 6, 0, 0},
	[ROLE_GRAPH_DOWN2] = {{{0x4aa3ea, 74}, {0x2f7fb8, 31}, {0x56b4e9, 74}}, 14, 0, 6, 0, 0},
	[ROLE_GRAPH_DOWN3] = {{{0x7cc8ff, 117}, {0x5a9fd4, 74}, {0x56b4e9, 74}}, 14, 0, 6, 0, 0},
	[ROLE_GRAPH_UP0] = {{{0xb36a32, 131}, {0x7a3408, 94}, {0xe69f00, 178}}, 3, 0, 3, 0, 0},
	[ROLE_GRAPH_UP1] = {{{0xd07f40, 173}, {0xa8480b, 130}, {0xe69f00, 178}}, 3, 0, 3, 0, 0},
	[ROLE_GRAPH_UP2] = {{{0xff9f57, 215}, {0xb4632a, 131}, {0xe69f00, 178}}, 11, 0, 3, 0, 0},
	[ROLE_GRAPH_UP3] = {{{0xffbe8a, 216}, {0xc98050, 173}, {0xe69f00, 178}}, 11, 0, 3, 0, 0},
	[ROLE_INVERSE] = {{{0x16181d, 16}, {0xffffff, 231}, {0x000000, 16}}, 0, 0, 0, 0, 0},
};

static const struct entry grounds[GROUND_COUNT] = {
	[GROUND_KEEP]   = {{{-1, -1}, {-1, -1}, {-1, -1}}, -1, 0, -1, 0, 0},
	[GROUND_NONE]   = {{{-1, -1}, {-1, -1}, {0x000000, 16}}, -1, 0, -1, 0, 0},
	[GROUND_BAR]    = {{{0x232833, 235}, {0xe9e4da, 254}, {0x303030, 236}}, -1, R, -1, R, R},
	[GROUND_SELECT] = {{{0x2a3a52, 237}, {0xd6e6fa, 189}, {0x003a66, 23}}, -1, R, -1, R, R},
	[GROUND_PANEL]  = {{{0x1f242d, 235}, {0xf0ece3, 255}, {0x101010, 233}}, -1, 0, -1, 0, 0},
	[GROUND_FIELD]  = {{{0x2e3542, 237}, {0xe0dacd, 253}, {0x303030, 236}}, -1, U, -1, U, U},
	[GROUND_CHOICE] = {{{0x5fb3ff, 75}, {0x0a63c2, 25}, {0x56b4e9, 74}}, -1, R, -1, R, R},
	[GROUND_PART]   = {{{0x1e2a2a, 235}, {0xe2ece4, 254}, {0x102018, 234}}, -1, 0, -1, 0, 0},
	[GROUND_ACTIVE] = {{{0x3a3420, 236}, {0xf4ead0, 230}, {0x403a10, 237}}, -1, 0, -1, 0, 0},
	[GROUND_BAD]    = {{{0xff4d4d, 203}, {0xc4232b, 160}, {0xff7a45, 209}}, 1, 0, 1, 0, 0},
	[GROUND_GOOD_TOAST] = {{{0x5fd39a, 78}, {0x1a7f4b, 29}, {0x00c896, 42}}, 2, 0, 2, 0, R},
	[GROUND_WARN_TOAST] = {{{0xf7d154, 221}, {0x8a6100, 94}, {0xf0e442, 221}}, 3, 0, 3, 0, R},
	[GROUND_BAD_TOAST] = {{{0xff6b6b, 203}, {0xc4232b, 160}, {0xff7a45, 209}}, 1, 0, 1, 0, R},
};
/* clang-format on */

#undef B
#undef D
#undef U
#undef R

const struct theme *theme_find(const char *name)
{
	for (size_t i = 0; i < sizeof themes / sizeof themes[0]; i++)
		if (strcmp(themes[i].name, name) == 0)
			return &themes[i];
	return NULL;
}

const char *theme_names(void)
{
	return "aurora|paper|contrast";
}

static struct shade shade_of(const struct theme *t, enum role role)
{
	if (t->own && t->own->has_role[role])
		return t->own->role[role];
	return roles[role].in[t->palette];
}

static struct shade shade_behind(const struct theme *t, enum ground ground)
{
	if (t->own && t->own->has_ground[ground])
		return t->own->ground[ground];
	return grounds[ground].in[t->palette];
}

/* Colour number of an entry at 16 or 8 colours; attributes are added. */
static int32_t poor_color(const struct entry *e, enum depth depth,
	uint8_t *attrs)
{
	*attrs |= depth == DEPTH_16 ? e->attr16 : e->attr8;
	return depth == DEPTH_16 ? e->c16 : e->c8;
}

struct style theme_style(const struct theme *t, enum depth depth,
	enum role role, enum ground ground, uint8_t attrs)
{
	const struct entry *fg = &roles[role];
	const struct entry *bg = &grounds[ground];
	struct style s = {COLOR_DEFAULT, COLOR_DEFAULT, attrs};

	assert(role < ROLE_COUNT && ground < GROUND_COUNT);
	if (t->own)
		s.attrs |= t->own->attrs[role];
	switch (depth) {
	case DEPTH_TRUE:
		s.fg = shade_of(t, role).rgb;
		s.bg = shade_behind(t, ground).rgb;
		break;
	case DEPTH_256:
		s.fg = shade_of(t, role).x256;
		s.bg = shade_behind(t, ground).x256;
		break;
	case DEPTH_16:
	case DEPTH_8:
		s.fg = poor_color(fg, depth, &s.attrs);
		s.bg = poor_color(bg, depth, &s.attrs);
		break;
	case DEPTH_MONO:
		s.attrs |= fg->mono | bg->mono;
		break;
	}
	/* A reversed colour would be a coloured ground; plain reads better. */
	if ((s.attrs & ATTR_REVERSE) && depth != DEPTH_MONO) {
		s.fg = s.bg = COLOR_DEFAULT;
		s.attrs &= (uint8_t)~ATTR_DIM;
	}
	return s;
}

/* --- themes of the user
 * ---------------------------------------------------------------- */

static const char *const role_names[ROLE_COUNT] = {
	[ROLE_TEXT] = "text",
	[ROLE_STRONG] = "strong",
	[ROLE_DIM] = "dim",
	[ROLE_FAINT] = "faint",
	[ROLE_RULE] = "rule",
	[ROLE_FOCUS] = "focus",
	[ROLE_KEY] = "key",
	[ROLE_DOWN] = "down",
	[ROLE_UP] = "up",
	[ROLE_OK] = "ok",
	[ROLE_WARN] = "warn",
	[ROLE_ERR] = "err",
	[ROLE_META] = "meta",
	[ROLE_HAVE] = "have",
	[ROLE_PART] = "part",
	[ROLE_ACTIVE] = "active",
	[ROLE_ASKED] = "asked",
	[ROLE_CHECKING] = "checking",
	[ROLE_FRESH0] = "fresh0",
	[ROLE_FRESH1] = "fresh1",
	[ROLE_FRESH2] = "fresh2",
	[ROLE_FRESH3] = "fresh3",
	[ROLE_FRESH4] = "fresh4",
	[ROLE_NOBODY] = "nobody",
	[ROLE_BAD] = "bad",
	[ROLE_SKIPPED] = "skipped",
	[ROLE_MISSING1] = "missing1",
	[ROLE_MISSING2] = "missing2",
	[ROLE_MISSING4] = "missing4",
	[ROLE_MISSING10] = "missing10",
	[ROLE_GRAPH_DOWN0] = "graph_down0",
	[ROLE_GRAPH_DOWN1] = "graph_down1",
	[ROLE_GRAPH_DOWN2] = "graph_down2",
	[ROLE_GRAPH_DOWN3] = "graph_down3",
	[ROLE_GRAPH_UP0] = "graph_up0",
	[ROLE_GRAPH_UP1] = "graph_up1",
	[ROLE_GRAPH_UP2] = "graph_up2",
	[ROLE_GRAPH_UP3] = "graph_up3",
	[ROLE_INVERSE] = "inverse",
};

static const char *const ground_names[GROUND_COUNT] = {
	[GROUND_NONE] = "screen",
	[GROUND_BAR] = "bar",
	[GROUND_SELECT] = "selection",
	[GROUND_PANEL] = "panel",
	[GROUND_FIELD] = "field",
	[GROUND_CHOICE] = "choice",
	[GROUND_PART] = "part_ground",
	[GROUND_ACTIVE] = "active_ground",
	[GROUND_BAD] = "bad_ground",
	[GROUND_GOOD_TOAST] = "good_toast",
	[GROUND_WARN_TOAST] = "warn_toast",
	[GROUND_BAD_TOAST] = "bad_toast",
};

static int find_name(const char *const *names, int n, const char *word)
{
	for (int i = 0; i < n; i++)
		if (names[i] && strcmp(names[i], word) == 0)
			return i;
	return -1;
}

/* Of the cube of 6 x 6 x 6 and the 24 greys. */
static int16_t nearest_256(int32_t rgb)
{
	static const int levels[] = {0, 95, 135, 175, 215, 255};
	const int want[3] = {rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255};
	int best = 16, least = INT32_MAX;

	for (int c = 16; c < 256; c++) {
		int i = c - 16, sum = 0;
		int grey = 8 + 10 * (c - 232);
		const int is[3] = {c < 232 ? levels[i / 36] : grey,
			c < 232 ? levels[i / 6 % 6] : grey,
			c < 232 ? levels[i % 6] : grey};

		for (int k = 0; k < 3; k++)
			sum += (is[k] - want[k]) * (is[k] - want[k]);
		if (sum < least) {
			least = sum;
			best = c;
		}
	}
	return (int16_t)best;
}

static bool read_color(const char *word, struct shade *out)
{
	int32_t rgb = 0;

	if (strlen(word) != 6)
		return false;
	for (; *word; word++) {
		static const char digits[] = "0123456789abcdef";
		const char *at;
		char c = *word;

		if (c >= 'A' && c <= 'F')
			c = digits[10 + c - 'A'];
		at = strchr(digits, c);
		if (!at)
			return false;
		rgb = rgb << 4 | (int32_t)(at - digits);
	}
	*out = (struct shade){rgb, nearest_256(rgb)};
	return true;
}

static uint8_t read_attr(const char *word)
{
	static const struct {
		const char *word;
		uint8_t attr;
	} attrs[] = {
		{"bold", ATTR_BOLD},
		{"dim", ATTR_DIM},
		{"underline", ATTR_UNDERLINE},
		{"reverse", ATTR_REVERSE},
	};

	for (size_t i = 0; i < sizeof attrs / sizeof attrs[0]; i++)
		if (strcmp(attrs[i].word, word) == 0)
			return attrs[i].attr;
	return 0;
}

#define LINE_WORDS 8
#define WORD_MAX 24

/* The words of a line without its comment; "=" stands between blanks or not.
 * How many; -1: too many, or too long. */
static int split(struct span line, char words[LINE_WORDS][WORD_MAX])
{
	int n = 0;
	size_t len = 0;

	for (size_t i = 0; i <= line.n; i++) {
		uint8_t c = i < line.n ? line.p[i] : ' ';
		bool gap = c == ' ' || c == '\t' || c == '\r' || c == '=';

		if (c == '#' && len == 0)
			return n;
		if (gap && len)
			words[n++][len] = '\0';
		if (gap) {
			len = 0;
			continue;
		}
		if (n == LINE_WORDS || len + 1 == WORD_MAX || c < ' ')
			return -1;
		words[n][len++] = (char)c;
	}
	return n;
}

static bool read_role(struct own_colors *own, int role,
	char words[LINE_WORDS][WORD_MAX], int n)
{
	for (int i = 1; i < n; i++) {
		uint8_t attr = read_attr(words[i]);

		own->attrs[role] |= attr;
		if (attr)
			continue;
		if (!read_color(words[i], &own->role[role]))
			return false;
		own->has_role[role] = true;
	}
	return n > 1;
}

static bool read_ground(struct own_colors *own, int ground,
	char words[LINE_WORDS][WORD_MAX], int n)
{
	int at = n > 1 && strcmp(words[1], "on") == 0 ? 2 : 1;

	own->has_ground[ground] = true;
	return n == at + 1 && read_color(words[at], &own->ground[ground]);
}

static bool read_theme_line(struct theme *t, struct span line)
{
	char words[LINE_WORDS][WORD_MAX];
	int n = split(line, words), at;

	if (n <= 0)
		return n == 0;
	if (strcmp(words[0], "base") == 0) {
		const struct theme *base = n == 2 ? theme_find(words[1]) : NULL;

		if (base)
			t->palette = base->palette;
		return base != NULL;
	}
	at = find_name(role_names, ROLE_COUNT, words[0]);
	if (at >= 0)
		return read_role(t->own, at, words, n);
	at = find_name(ground_names, GROUND_COUNT, words[0]);
	return at >= 0 && read_ground(t->own, at, words, n);
}

struct theme *theme_read(struct span file, struct fault *fault)
{
	struct theme *t = mem_zero(sizeof *t);
	size_t number = 0;

	t->name = "";
	t->own = mem_zero(sizeof *t->own);
	while (file.n) {
		const uint8_t *end = memchr(file.p, '\n', file.n);
		size_t n = end ? (size_t)(end - file.p) : file.n;
		char *shown;

		number++;
		if (!read_theme_line(t, span_of(file.p, n))) {
			shown = text_clean(span_of(file.p, n), 40);
			fault_set(fault, ERR_SYNTAX, 0, "line %zu: %s", number,
				shown);
			mem_free(shown);
			theme_free(t);
			return NULL;
		}
		n += end != NULL;
		file = span_of(file.p + n, file.n - n);
	}
	return t;
}

void theme_free(struct theme *t)
{
	if (!t)
		return;
	mem_free(t->own);
	mem_free(t);
}
