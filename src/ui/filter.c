/*
 * filter.c - see filter.h.
 */
#include "ui/filter.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"
#include "core/settings.h"
#include "ui/why.h"

#define VALUE_MAX 32

enum field {
	FIELD_WORD, /* of the name */
	FIELD_STATE,
	FIELD_LABEL,
	FIELD_TRACKER,
	FIELD_PATH,
	FIELD_SIZE, /* from here on numbers */
	FIELD_LEFT,
	FIELD_DONE,
	FIELD_RATIO,
	FIELD_PEERS,
	FIELD_SEEDS,
	FIELD_DOWN,
	FIELD_UP,
	FIELD_ADDED,
};

struct term {
	enum field field;
	bool hide;
	char sign;         /* '<', '>' or '=' of a number */
	struct span value; /* without quotes; empty while it is being typed */
};

static const struct {
	const char *name;
	enum field field;
} fields[] = {
	{"name", FIELD_WORD},
	{"is", FIELD_STATE},
	{"state", FIELD_STATE},
	{"label", FIELD_LABEL},
	{"tracker", FIELD_TRACKER},
	{"path", FIELD_PATH},
	{"size", FIELD_SIZE},
	{"left", FIELD_LEFT},
	{"done", FIELD_DONE},
	{"ratio", FIELD_RATIO},
	{"peers", FIELD_PEERS},
	{"seeds", FIELD_SEEDS},
	{"down", FIELD_DOWN},
	{"up", FIELD_UP},
	{"added", FIELD_ADDED},
};

/* --- reading
 * -------------------------------------------------------------------------- */

/* The next word of *text, which moves behind it; blanks between quotes belong
 * to it; empty at the end. */
static struct span next_word(const char **text)
{
	const char *p = *text + strspn(*text, " ");
	bool quoted = false;
	size_t n = 0;

	for (; p[n] && (quoted || p[n] != ' '); n++)
		if (p[n] == '"')
			quoted = !quoted;
	*text = p + n;
	return span_of(p, n);
}

static struct span unquote(struct span s)
{
	if (s.n && s.p[0] == '"')
		s = span_of(s.p + 1, s.n - 1);
	if (s.n && s.p[s.n - 1] == '"')
		s.n--;
	return s;
}

/* "label:" or "size>": the field, and its length; 0 when it is none. */
static size_t read_field(struct span word, struct term *t)
{
	size_t n = 0;

	while (n < word.n && word.p[n] >= 'a' && word.p[n] <= 'z')
		n++;
	if (n == 0 || n == word.n || !strchr(":<>=", word.p[n]))
		return 0;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		bool number = fields[i].field >= FIELD_SIZE;

		if (!span_equal(span_of(word.p, n), span_str(fields[i].name)) ||
			number != (word.p[n] != ':'))
			continue;
		t->field = fields[i].field;
		t->sign = (char)word.p[n];
		return n + 1;
	}
	return 0;
}

/* The next term; false at the end. */
static bool next_term(const char **text, struct term *t)
{
	struct span word = next_word(text);
	size_t n;

	if (!word.n)
		return false;
	*t = (struct term){.hide = word.p[0] == '-'};
	if (t->hide)
		word = span_of(word.p + 1, word.n - 1);
	n = read_field(word, t);
	t->value = unquote(span_of(word.p + n, word.n - n));
	return true;
}

/* --- words
 * ----------------------------------------------------------------------------
 */

static const char *find_word(const char *hay, struct span word)
{
	size_t len = strlen(hay);

	for (size_t i = 0; i + word.n <= len; i++)
		if (strncasecmp(hay + i, (const char *)word.p, word.n) == 0)
			return hay + i;
	return NULL;
}

static bool has_text(const char *text, struct span word)
{
	return text && find_word(text, word);
}

static bool has_label(const struct torrent_row *row, struct span word)
{
	if (word.n == 4 && memcmp(word.p, "none", 4) == 0)
		return !row->label || !*row->label;
	return has_text(row->label, word);
}

static bool is_active(const struct torrent_row *row)
{
	return row->down_bps || row->up_bps;
}

static bool has_state(const struct torrent_row *row, struct span word)
{
	static const struct {
		const char *word;
		enum state_sign sign;
	} words[] = {
		{"down", SIGN_DOWN},
		{"downloading", SIGN_DOWN},
		{"stalled", SIGN_STALLED},
		{"seeding", SIGN_SEED},
		{"idle", SIGN_IDLE},
		{"metadata", SIGN_META},
		{"checking", SIGN_CHECK},
		{"queued", SIGN_QUEUED},
		{"paused", SIGN_PAUSED},
		{"error", SIGN_ERROR},
		{"finished", SIGN_FINISHED},
	};

	/* A prefix is enough. */
	if (word.n <= 6 && memcmp("active", word.p, word.n) == 0)
		return is_active(row);
	if (word.n >= 2 && word.n <= 4 && memcmp("done", word.p, word.n) == 0)
		return row->is_complete;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strncmp(words[i].word, (const char *)word.p, word.n) == 0 &&
			why_sign(row) == words[i].sign)
			return true;
	return false;
}

/* --- numbers
 * --------------------------------------------------------------------------
 */

static bool read_decimal(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && (!*end || strcmp(end, "%") == 0) && *out >= 0;
}

/* "90m", "12h", "3d", "2w", in seconds. */
static bool read_age(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	if (end == text || *out < 0 || (*end && end[1]))
		return false;
	switch (*end) {
	case 'm':
		*out *= 60;
		return true;
	case 'h':
		*out *= 3600;
		return true;
	case '\0':
	case 'd':
		*out *= 86400;
		return true;
	case 'w':
		*out *= 7 * 86400;
		return true;
	default:
		return false;
	}
}

static bool read_size(const char *text, double *out)
{
	uint64_t bytes;

	if (settings_parse_size(text, &bytes) != ERR_OK)
		return false;
	*out = (double)bytes;
	return true;
}

static bool read_number(const struct term *t, double *out)
{
	char text[VALUE_MAX];

	if (t->value.n == 0 || t->value.n >= sizeof text)
		return false;
	memcpy(text, t->value.p, t->value.n);
	text[t->value.n] = '\0';
	switch (t->field) {
	case FIELD_SIZE:
	case FIELD_LEFT:
	case FIELD_DOWN:
	case FIELD_UP:
		return read_size(text, out);
	case FIELD_ADDED:
		return read_age(text, out);
	default:
		return read_decimal(text, out);
	}
}

static double share(uint64_t part, uint64_t all)
{
	return all ? (double)part / (double)all : 0;
}

static double number_of(const struct torrent_row *row, enum field field,
	int64_t wall_s)
{
	switch (field) {
	case FIELD_SIZE:
		return (double)row->size_bytes;
	case FIELD_LEFT:
		return (double)row->size_bytes - (double)row->have_bytes;
	case FIELD_DONE:
		return 100 * share(row->have_bytes, row->size_bytes);
	case FIELD_RATIO:
		return share(row->up_bytes, row->down_bytes);
	case FIELD_PEERS:
		return row->peers;
	case FIELD_SEEDS:
		return row->seeds;
	case FIELD_DOWN:
		return row->down_bps;
	case FIELD_UP:
		return row->up_bps;
	default:
		return (double)(wall_s - row->added_s);
	}
}

static bool compares(const struct term *t, double is, double wanted)
{
	if (t->sign == '<')
		return is < wanted;
	if (t->sign == '>')
		return is > wanted;
	/* What is shown with a few digits is equal when they are. */
	return is >= wanted * 0.995 && is <= wanted * 1.005;
}

/* --- both
 * -----------------------------------------------------------------------------
 */

static bool has(const struct term *t, const struct torrent_row *row)
{
	switch (t->field) {
	case FIELD_STATE:
		return has_state(row, t->value);
	case FIELD_LABEL:
		return has_label(row, t->value);
	case FIELD_TRACKER:
		return has_text(row->tracker, t->value);
	case FIELD_PATH:
		return has_text(row->dir, t->value);
	default:
		return has_text(row->name, t->value);
	}
}

static bool term_matches(const struct term *t, const struct torrent_row *row,
	int64_t wall_s)
{
	double wanted;

	if (!t->value.n)
		return true;
	if (t->field < FIELD_SIZE)
		return has(t, row) != t->hide;
	if (!read_number(t, &wanted))
		return true;
	return compares(t, number_of(row, t->field, wall_s), wanted) != t->hide;
}

bool filter_matches(const char *text, const struct torrent_row *row,
	int64_t wall_s)
{
	struct term t;

	while (next_term(&text, &t))
		if (!term_matches(&t, row, wall_s))
			return false;
	return true;
}

bool filter_find_mark(const char *text, const char *name, size_t *at,
	size_t *len)
{
	struct term t;

	while (next_term(&text, &t)) {
		const char *hit;

		if (t.hide || t.field != FIELD_WORD || !t.value.n)
			continue;
		hit = find_word(name, t.value);
		if (hit) {
			*at = (size_t)(hit - name);
			*len = t.value.n;
			return true;
		}
	}
	return false;
}
