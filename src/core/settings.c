/*
 * settings.c - see settings.h.
 */
#include "core/settings.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/utf8.h"

#define KIB (INT64_C(1) << 10)
#define MIB (INT64_C(1) << 20)
#define GIB (INT64_C(1) << 30)
#define TEXT_BYTES_MAX 4096u /* of a value */
#define SHOWN_COLS 40u       /* of a wrong word, in a fault */

struct settings {
	int64_t number[SETTINGS_COUNT]; /* CHOICE: its place in the list */
	char *text[SETTINGS_COUNT];
	struct setting_line *lines;
	size_t nlines, lines_cap;
	uint64_t version;
};

/* What a unit multiplies by, in eighths of a byte. */
struct unit {
	const char *name;
	uint64_t eighths;
};

static const struct unit units[] = {
	{"", 8},
	{"b", 8},
	{"k", 8ull << 10},
	{"kib", 8ull << 10},
	{"m", 8ull << 20},
	{"mib", 8ull << 20},
	{"g", 8ull << 30},
	{"gib", 8ull << 30},
	{"t", 8ull << 40},
	{"tib", 8ull << 40},
	{"kb", 8000ull},
	{"mb", 8000000ull},
	{"gb", 8000000000ull},
	{"tb", 8000000000000ull},
	{"kbit", 1000ull},
	{"mbit", 1000000ull},
	{"gbit", 1000000000ull},
};

static const char *skip_spaces(const char *p)
{
	return p + strspn(p, " \t");
}

/* "k", "MiB", "mbit/s"; 0 when it is no unit. */
static uint64_t parse_unit(const char *text)
{
	size_t n = strlen(text);

	if (n >= 2 && strcasecmp(text + n - 2, "/s") == 0)
		n -= 2;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (strlen(units[i].name) == n &&
			strncasecmp(text, units[i].name, n) == 0)
			return units[i].eighths;
	return 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The digits at *p, as a number; false on overflow. */
static bool take_digits(const char **p, uint64_t *value)
{
	for (; is_digit(**p); ++*p) {
		uint64_t digit = (uint64_t)(**p - '0');

		if (*value > (UINT64_MAX - digit) / 10)
			return false;
		*value = *value * 10 + digit;
	}
	return true;
}

/* Digits after the point, in millionths; the rest are dropped. */
static uint64_t take_fraction(const char **p)
{
	uint64_t value = 0, weight = 100000;

	for (; is_digit(**p); ++*p) {
		value += (uint64_t)(**p - '0') * weight;
		weight /= 10;
	}
	return value;
}

enum err settings_parse_size(const char *text, uint64_t *out)
{
	const char *p = skip_spaces(text);
	uint64_t whole = 0, millionths = 0, eighths;

	if (strcasecmp(p, "none") == 0) {
		*out = 0;
		return ERR_OK;
	}
	if (!is_digit(*p))
		return ERR_SYNTAX;
	if (!take_digits(&p, &whole))
		return ERR_RANGE;
	if (*p == '.') {
		p++;
		millionths = take_fraction(&p);
	}
	eighths = parse_unit(skip_spaces(p));
	if (!eighths)
		return ERR_SYNTAX;
	/* So the sum below cannot overflow either: the fraction is less
	 * than one unit. */
	if (whole >= UINT64_MAX / eighths)
		return ERR_RANGE;
	*out = (whole * eighths + eighths / 8 * millionths / 125000) / 8;
	return ERR_OK;
}

static enum err parse_bool(const char *text, int64_t *out)
{
	static const char *const words[] = {
		"off", "on", "no", "yes", "false", "true", "0", "1"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*out = i % 2 ? 1 : 0;
			return ERR_OK;
		}
	}
	return ERR_SYNTAX;
}

static enum err parse_int(const char *text, int64_t *out)
{
	uint64_t value = 0;

	if (!is_digit(*text))
		return ERR_SYNTAX;
	if (!take_digits(&text, &value) || value > INT64_MAX)
		return ERR_RANGE;
	if (*text)
		return ERR_SYNTAX;
	*out = (int64_t)value;
	return ERR_OK;
}

static enum err parse_bytes(const char *text, int64_t *out)
{
	uint64_t value;
	enum err e = settings_parse_size(text, &value);

	if (e != ERR_OK)
		return e;
	if (value > INT64_MAX)
		return ERR_RANGE;
	*out = (int64_t)value;
	return ERR_OK;
}

static enum err parse_choice(const struct setting_info *s, const char *text,
	int64_t *out)
{
	size_t n = strlen(text);
	int64_t index = 0;

	for (const char *p = s->choices; *p; index++) {
		size_t len = strcspn(p, "|");

		if (len == n && strncasecmp(p, text, n) == 0) {
			*out = index;
			return ERR_OK;
		}
		p += len + (p[len] == '|');
	}
	return ERR_SYNTAX;
}

/* A line of text somebody may have to read. */
static enum err check_text(const char *text)
{
	size_t n = strlen(text);

	if (n > TEXT_BYTES_MAX || !utf8_valid(span_of(text, n)))
		return ERR_SYNTAX;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return ERR_SYNTAX;
	return ERR_OK;
}

static enum err parse_value(const struct setting_info *s, const char *text,
	int64_t *out)
{
	enum err e = ERR_SYNTAX;

	switch (s->type) {
	case SETTING_BOOL:
		return parse_bool(text, out);
	case SETTING_CHOICE:
		return parse_choice(s, text, out);
	case SETTING_TEXT:
		return check_text(text);
	case SETTING_INT:
		e = parse_int(text, out);
		break;
	case SETTING_RATE:
	case SETTING_SIZE:
		e = parse_bytes(text, out);
		break;
	}
	if (e == ERR_OK && (*out < s->min || *out > s->max))
		return ERR_RANGE;
	return e;
}

/* In the largest unit that keeps it exact. */
static char *print_bytes(int64_t n)
{
	if (n && n % GIB == 0)
		return mem_printf("%" PRId64 "G", n / GIB);
	if (n && n % MIB == 0)
		return mem_printf("%" PRId64 "M", n / MIB);
	if (n && n % KIB == 0)
		return mem_printf("%" PRId64 "k", n / KIB);
	return mem_printf("%" PRId64, n);
}

static char *print_choice(const struct setting_info *s, int64_t index)
{
	const char *p = s->choices;

	for (; index > 0; index--)
		p += strcspn(p, "|") + 1;
	return mem_strndup(p, strcspn(p, "|"));
}

static char *print_value(const struct setting_info *s, const char *text,
	int64_t value)
{
	switch (s->type) {
	case SETTING_BOOL:
		return mem_strdup(value ? "on" : "off");
	case SETTING_CHOICE:
		return print_choice(s, value);
	case SETTING_RATE:
	case SETTING_SIZE:
		return print_bytes(value);
	case SETTING_INT:
		return mem_printf("%" PRId64, value);
	case SETTING_TEXT:
		break;
	}
	return mem_strdup(text);
}

static void store(struct settings *s, size_t id, const char *text,
	int64_t value)
{
	char *printed = print_value(&settings_table()[id], text, value);

	if (s->text[id] && strcmp(s->text[id], printed) == 0) {
		mem_free(printed);
		return;
	}
	mem_free(s->text[id]);
	s->text[id] = printed;
	s->number[id] = value;
	s->version++;
}

struct settings *settings_new(void)
{
	struct settings *s = (struct settings *)mem_zero(sizeof *s);
	const struct setting_info *table = settings_table();

	for (size_t i = 0; i < SETTINGS_COUNT; i++) {
		int64_t value = 0;
		enum err e = parse_value(&table[i], table[i].fallback, &value);

		assert(e == ERR_OK);
		(void)e;
		store(s, i, table[i].fallback, value);
	}
	s->version = 1;
	return s;
}

void settings_free(struct settings *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < SETTINGS_COUNT; i++)
		mem_free(s->text[i]);
	for (size_t i = 0; i < s->nlines; i++) {
		mem_free(s->lines[i].key);
		mem_free(s->lines[i].value);
	}
	mem_free(s->lines);
	mem_free(s);
}

int64_t settings_int(const struct settings *s, enum setting_id id)
{
	return s->number[id];
}

bool settings_bool(const struct settings *s, enum setting_id id)
{
	return s->number[id] != 0;
}

const char *settings_text(const struct settings *s, enum setting_id id)
{
	return s->text[id];
}

uint64_t settings_version(const struct settings *s)
{
	return s->version;
}

static bool is_name(const char *name, const char *word)
{
	for (; *name && *word; name++, word++)
		if (*name != *word && !(*name == '_' && *word == '-'))
			return false;
	return *name == *word;
}

/* "off|prefer|require" to "off, prefer, require". */
static void list_choices(const char *choices, char *out, size_t cap)
{
	size_t n = 0;

	for (const char *p = choices; *p && n + 3 < cap; p++) {
		if (*p == '|') {
			out[n++] = ',';
			out[n++] = ' ';
		} else {
			out[n++] = *p;
		}
	}
	out[n] = '\0';
}

static void say_legal(const struct setting_info *s, char *out, size_t cap)
{
	char *lo, *hi;

	switch (s->type) {
	case SETTING_BOOL:
		snprintf(out, cap, "on or off");
		return;
	case SETTING_CHOICE:
		list_choices(s->choices, out, cap);
		return;
	case SETTING_TEXT:
		snprintf(out, cap, "one line of text");
		return;
	case SETTING_RATE:
		snprintf(out, cap, "a rate like 500k or 2M, 0 for none");
		return;
	case SETTING_SIZE:
	case SETTING_INT:
		break;
	}
	lo = print_value(s, NULL, s->min);
	hi = print_value(s, NULL, s->max);
	snprintf(out, cap, "a %s from %s to %s",
		s->type == SETTING_SIZE ? "size" : "number", lo, hi);
	mem_free(lo);
	mem_free(hi);
}

static enum err refuse(const struct setting_info *s, enum err e,
	const char *value, struct fault *fault)
{
	char *shown = text_clean(span_str(value), SHOWN_COLS);
	char legal[120];

	say_legal(s, legal, sizeof legal);
	fault_set(fault, e, 0, "%s cannot be \"%s\": it is %s", s->name, shown,
		legal);
	mem_free(shown);
	return e;
}

const struct setting_info *settings_find(const char *name)
{
	const struct setting_info *table = settings_table();

	for (size_t i = 0; i < SETTINGS_COUNT; i++)
		if (is_name(table[i].name, name))
			return &table[i];
	return NULL;
}

enum err settings_set(struct settings *s, const char *name, const char *value,
	struct fault *fault)
{
	const struct setting_info *row = settings_find(name);
	int64_t number = 0;
	char *shown;
	enum err e;

	if (!row) {
		shown = text_clean(span_str(name), SHOWN_COLS);
		fault_set(fault, ERR_NOENT, 0, "there is no setting \"%s\"",
			shown);
		mem_free(shown);
		return ERR_NOENT;
	}
	e = parse_value(row, value, &number);
	if (e != ERR_OK)
		return refuse(row, e, value, fault);
	store(s, (size_t)(row - settings_table()), value, number);
	return ERR_OK;
}

/* Cut white space at both ends. */
static struct span trim(struct span s)
{
	while (s.n && strchr(" \t\r", s.p[0]) && s.p[0])
		s = span_of(s.p + 1, s.n - 1);
	while (s.n && strchr(" \t\r", s.p[s.n - 1]) && s.p[s.n - 1])
		s.n--;
	return s;
}

/* A comment begins at '#' at the start or after white space. */
static struct span without_comment(struct span s)
{
	bool quoted = false;

	for (size_t i = 0; i < s.n; i++) {
		bool apart = i == 0 || s.p[i - 1] == ' ' || s.p[i - 1] == '\t';

		if (s.p[i] == '"')
			quoted = !quoted;
		if (s.p[i] == '#' && apart && !quoted)
			return span_of(s.p, i);
	}
	return s;
}

static struct span unquote(struct span s)
{
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		return span_of(s.p + 1, s.n - 2);
	return s;
}

/* Cut "name = value", or "name value"; the value may be missing. */
static void split(struct span line, struct span *name, struct span *value)
{
	size_t n = 0;

	while (n < line.n && line.p[n] != '=' && line.p[n] != ' ' &&
		line.p[n] != '\t')
		n++;
	*name = span_of(line.p, n);
	*value = trim(span_of(line.p + n, line.n - n));
	if (value->n && value->p[0] == '=')
		*value = trim(span_of(value->p + 1, value->n - 1));
	*value = unquote(*value);
}

/* --- lines that are no settings
 * ------------------------------------------------------------------ */

static const struct {
	const char *word;
	size_t words; /* that make the key */
	const char *form;
} line_kinds[] = {
	{"bind", 3, "bind CONTEXT KEY ACTION"},
	{"view", 2, "view NAME TERMS"},
	{"columns", 2, "columns PANE LIST"},
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* The first word of *s, which is left with what follows. */
static struct span take_word(struct span *s)
{
	struct span word = {s->p, 0};

	while (word.n < s->n && !is_blank(s->p[word.n]))
		word.n++;
	*s = trim(span_of(s->p + word.n, s->n - word.n));
	return word;
}

static void put_line(struct settings *s, char *key, char *value)
{
	size_t i = 0;

	while (i < s->nlines && strcmp(s->lines[i].key, key) != 0)
		i++;
	if (i == s->nlines) {
		s->lines = mem_grow(s->lines, &s->lines_cap, s->nlines + 1,
			sizeof *s->lines);
		s->lines[s->nlines++] = (struct setting_line){key, value};
	} else {
		mem_free(key);
		mem_free(s->lines[i].value);
		s->lines[i].value = value;
	}
	s->version++;
}

static enum err read_words(struct settings *s, size_t kind, struct span line,
	struct fault *fault)
{
	struct buf key = {0};
	char *value;

	for (size_t i = 0; i < line_kinds[kind].words; i++) {
		if (i)
			buf_add_byte(&key, ' ');
		buf_add(&key, take_word(&line));
	}
	buf_add_byte(&key, 0);
	line = unquote(line);
	value = mem_strndup((const char *)line.p, line.n);
	if (*value && check_text(value) == ERR_OK &&
		check_text((const char *)key.p) == ERR_OK &&
		s->nlines < SETTING_LINES_MAX) {
		put_line(s, (char *)key.p, value);
		return ERR_OK;
	}
	buf_free(&key);
	mem_free(value);
	return fault_set(fault, ERR_SYNTAX, 0, "such a line is %s",
		line_kinds[kind].form);
}

/* Which kind of line this is; the number of kinds when it is a setting. */
static size_t kind_of(struct span line)
{
	struct span word = take_word(&line);
	size_t i = 0;

	while (i < sizeof line_kinds / sizeof *line_kinds &&
		!span_equal(word, span_str(line_kinds[i].word)))
		i++;
	return i;
}

const struct setting_line *settings_lines(const struct settings *s, size_t *n)
{
	*n = s->nlines;
	return s->lines;
}

static enum err read_line(struct settings *s, struct span line,
	struct fault *fault)
{
	struct span name, value;
	char *name_text, *value_text;
	enum err e;

	line = trim(without_comment(line));
	if (!line.n)
		return ERR_OK;
	if (line.n > TEXT_BYTES_MAX || memchr(line.p, 0, line.n))
		return fault_set(fault, ERR_SYNTAX, 0, "this is no text");
	if (kind_of(line) < sizeof line_kinds / sizeof *line_kinds)
		return read_words(s, kind_of(line), line, fault);
	split(line, &name, &value);
	name_text = mem_strndup((const char *)name.p, name.n);
	value_text = mem_strndup((const char *)value.p, value.n);
	e = settings_set(s, name_text, value_text, fault);
	mem_free(name_text);
	mem_free(value_text);
	return e;
}

static void note_bad(size_t number, size_t *bad, const struct fault *what,
	struct fault *first)
{
	if (++*bad == 1)
		fault_set(first, what->code, 0, "line %zu: %.170s", number,
			what->what);
}

void settings_read(struct settings *s, struct span file, size_t *bad,
	struct fault *fault)
{
	size_t number = 0;

	*bad = 0;
	/* Some editors put a byte order mark in front. */
	if (file.n >= 3 && memcmp(file.p, "\xef\xbb\xbf", 3) == 0)
		file = span_of(file.p + 3, file.n - 3);
	while (file.n) {
		const uint8_t *end =
			(const uint8_t *)memchr(file.p, '\n', file.n);
		size_t n = end ? (size_t)(end - file.p) : file.n;
		struct fault what = {0};

		number++;
		if (read_line(s, span_of(file.p, n), &what) != ERR_OK)
			note_bad(number, bad, &what, fault);
		n += end != NULL;
		file = span_of(file.p + n, file.n - n);
	}
}
