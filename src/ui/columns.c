/*
 * columns.c - see columns.h.
 */
#include "ui/columns.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "ui/why.h"

#define BAR_MIN 12
#define BAR_MAX 40
#define NAME_ROOMY 54 /* from here on the bar grows instead */

static const struct {
	const char *title;
	int width; /* of the widest value */
	bool left; /* aligned */
	const char *word, *help;
} columns[COLUMN_COUNT] = {
	[COLUMN_NAME] = {"Name", 0, true, "name", "always there"},
	[COLUMN_SIZE] = {"Size", 6, false, "size", "of the wanted files"},
	[COLUMN_DONE] = {"Done", 6, false, "done", "per cent verified"},
	[COLUMN_BAR] = {"Progress", BAR_MIN, true, "bar", "progress as a bar"},
	[COLUMN_DOWN] = {"↓/s", 6, false, "down", "download, bytes a second"},
	[COLUMN_UP] = {"↑/s", 6, false, "up", "upload, bytes a second"},
	[COLUMN_ETA] = {"ETA", 6, false, "eta", "time left"},
	[COLUMN_RATIO] = {"Ratio", 5, false, "ratio", "uploaded / downloaded"},
	[COLUMN_PEERS] = {"Peers", 7, false, "peers", "connected / known"},
	[COLUMN_AVAIL] = {"Avail", 5, false, "avail", "copies in the swarm"},
	[COLUMN_LABEL] = {"Label", 6, true, "label", "its label"},
	[COLUMN_ADDED] = {"Added", 6, false, "added", "when it was added"},
	[COLUMN_TRACKER] = {"Tracker", 24, true, "tracker",
		"the last that answered"},
	[COLUMN_QUEUE] = {"#", 3, false, "queue", "place in the queue"},
	[COLUMN_LEFT] = {"Left", 6, false, "left", "bytes still missing"},
	[COLUMN_DOWNLOADED] = {"Got", 6, false, "downloaded",
		"bytes downloaded"},
	[COLUMN_UPLOADED] = {"Sent", 6, false, "uploaded", "bytes uploaded"},
	[COLUMN_PATH] = {"Folder", 24, true, "path", "where it lies"},
};

/* What leaves first when it gets narrow. */
static const uint8_t leaving[] = {COLUMN_PATH, COLUMN_TRACKER, COLUMN_UPLOADED,
	COLUMN_DOWNLOADED, COLUMN_LEFT, COLUMN_QUEUE, COLUMN_LABEL,
	COLUMN_ADDED, COLUMN_AVAIL, COLUMN_PEERS, COLUMN_SIZE, COLUMN_RATIO,
	COLUMN_BAR, COLUMN_ETA, COLUMN_UP, COLUMN_DOWN, COLUMN_DONE};

static const struct {
	const char *word, *label;
	char letter;
	bool descending;
	uint8_t column;
} sorts[SORT_COUNT] = {
	[SORT_DEFAULT] = {"activity", "Activity", 'i', true, COLUMN_COUNT},
	[SORT_DOWN] = {"speed", "Down speed", 'd', true, COLUMN_DOWN},
	[SORT_UP] = {"up", "Up speed", 'u', true, COLUMN_UP},
	[SORT_NAME] = {"name", "Name", 'n', false, COLUMN_NAME},
	[SORT_SIZE] = {"size", "Size", 's', true, COLUMN_SIZE},
	[SORT_DONE] = {"done", "Done", 'o', true, COLUMN_DONE},
	[SORT_ETA] = {"eta", "ETA", 'e', false, COLUMN_ETA},
	[SORT_RATIO] = {"ratio", "Ratio", 'r', true, COLUMN_RATIO},
	[SORT_PEERS] = {"peers", "Peers", 'p', true, COLUMN_PEERS},
	[SORT_ADDED] = {"added", "Added", 'a', true, COLUMN_ADDED},
	[SORT_STATE] = {"state", "State", 't', false, COLUMN_COUNT},
	[SORT_LABEL] = {"label", "Label", 'l', false, COLUMN_LABEL},
	[SORT_QUEUE] = {"queue", "Queue order", 'q', false, COLUMN_QUEUE},
};

const char *sort_word(enum sort_key key)
{
	return sorts[key].word;
}

const char *sort_label(enum sort_key key)
{
	return sorts[key].label;
}

char sort_letter(enum sort_key key)
{
	return sorts[key].letter;
}

bool sort_starts_descending(enum sort_key key)
{
	return sorts[key].descending;
}

enum column sort_column(enum sort_key key)
{
	return (enum column)sorts[key].column;
}

bool sort_parse(const char *word, enum sort_key *out)
{
	for (int i = 0; i < SORT_COUNT; i++)
		if (strcasecmp(word, sorts[i].word) == 0) {
			*out = (enum sort_key)i;
			return true;
		}
	if (strcasecmp(word, "down") == 0) {
		*out = SORT_DOWN;
		return true;
	}
	return false;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int state_rank(const struct torrent_row *row)
{
	static const uint8_t rank[SIGN_COUNT] = {
		[SIGN_ERROR] = 0,
		[SIGN_META] = 1,
		[SIGN_CHECK] = 2,
		[SIGN_DOWN] = 3,
		[SIGN_STALLED] = 4,
		[SIGN_SEED] = 5,
		[SIGN_IDLE] = 6,
		[SIGN_QUEUED] = 7,
		[SIGN_PAUSED] = 8,
		[SIGN_FINISHED] = 9,
	};

	return rank[why_sign(row)];
}

/* Ascending here, like all the others: the default sort is shown reversed. */
static int compare_activity(const struct torrent_row *a,
	const struct torrent_row *b)
{
	int by = compare_numbers(a->down_bps, b->down_bps);

	if (!by)
		by = compare_numbers(a->up_bps, b->up_bps);
	if (!by)
		by = state_rank(b) - state_rank(a);
	if (!by)
		by = compare_numbers((uint64_t)b->added_s,
			(uint64_t)a->added_s);
	return by;
}

static double ratio_of(const struct torrent_row *row)
{
	if (!row->down_bytes)
		return row->up_bytes ? 1e18 : -1;
	return (double)row->up_bytes / (double)row->down_bytes;
}

static double done_of(const struct torrent_row *row)
{
	if (!row->size_bytes)
		return -1;
	return (double)row->have_bytes / (double)row->size_bytes;
}

/* Those without a label stand behind the others. */
static int compare_labels(const char *a, const char *b)
{
	bool has_a = a && *a, has_b = b && *b;

	if (!has_a || !has_b)
		return has_b - has_a;
	return strcasecmp(a, b);
}

static int compare_doubles(double a, double b)
{
	return a < b ? -1 : a > b;
}

int sort_compare(enum sort_key key, const struct torrent_row *a,
	const struct torrent_row *b)
{
	switch (key) {
	case SORT_NAME:
		return strcasecmp(a->name, b->name);
	case SORT_SIZE:
		return compare_numbers(a->size_bytes, b->size_bytes);
	case SORT_DONE:
		return compare_doubles(done_of(a), done_of(b));
	case SORT_DOWN:
		return compare_numbers(a->down_bps, b->down_bps);
	case SORT_UP:
		return compare_numbers(a->up_bps, b->up_bps);
	case SORT_ETA:
		return compare_numbers(a->eta_s, b->eta_s);
	case SORT_RATIO:
		return compare_doubles(ratio_of(a), ratio_of(b));
	case SORT_PEERS:
		return compare_numbers(a->peers, b->peers);
	case SORT_ADDED:
		return compare_numbers((uint64_t)a->added_s,
			(uint64_t)b->added_s);
	case SORT_STATE:
		return state_rank(a) - state_rank(b);
	case SORT_LABEL:
		return compare_labels(a->label, b->label);
	case SORT_QUEUE: /* 0, no place, comes last */
		return compare_numbers(a->place - 1u, b->place - 1u);
	case SORT_DEFAULT:
	case SORT_COUNT:
		break;
	}
	return compare_activity(a, b);
}

/* --- fitting -----------------------------------------------------------------
 */

static int name_min(int cols)
{
	return cols < 70 ? 14 : cols < 100 ? 24 : 30;
}

void columns_default(struct column_choice *out)
{
	*out = (struct column_choice){.n = 0};
	for (int c = 0; c < COLUMN_QUEUE; c++)
		out->list[out->n++] = (uint8_t)c;
}

const char *column_word(enum column c)
{
	return columns[c].word;
}

const char *column_help(enum column c)
{
	return columns[c].help;
}

static int find_word(const char *text, size_t len)
{
	int c = 0;

	while (c < COLUMN_COUNT &&
		(strlen(columns[c].word) != len ||
			strncasecmp(columns[c].word, text, len) != 0))
		c++;
	return c;
}

static bool is_in(const struct column_choice *c, int column)
{
	return memchr(c->list, column, c->n) != NULL;
}

enum err columns_parse(const char *text, struct column_choice *out,
	struct fault *fault)
{
	struct column_choice c = {.is_own = true};

	if (strcmp(text, "default") == 0) {
		columns_default(out);
		return ERR_OK;
	}
	while (*text) {
		size_t len = strcspn(text, ", ");
		int at = find_word(text, len);

		if (len && at == COLUMN_COUNT)
			return fault_set(fault, ERR_SYNTAX, 0,
				"there is no column %.*s",
				len < 30 ? (int)len : 30, text);
		if (len && !is_in(&c, at))
			c.list[c.n++] = (uint8_t)at;
		text += len + (text[len] != '\0');
	}
	if (!is_in(&c, COLUMN_NAME)) {
		memmove(c.list + 1, c.list, c.n++);
		c.list[0] = COLUMN_NAME;
	}
	*out = c;
	return ERR_OK;
}

void columns_print(const struct column_choice *c, char out[COLUMNS_TEXT_MAX])
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < c->n; i++)
		len += (size_t)snprintf(out + len, COLUMNS_TEXT_MAX - len,
			"%s%s", i ? "," : "", columns[c->list[i]].word);
}

/* The name's least width while this column may stay. */
static int keep_from(const struct column_choice *choice, int column, int cols)
{
	/* Nobody asked for it, and not everybody has labels. */
	if (column == COLUMN_LABEL && !choice->is_own)
		return NAME_ROOMY;
	return name_min(cols);
}

void columns_fit(int cols, const struct column_choice *choice,
	struct columns *out)
{
	int name = cols - COLUMNS_FIRST - 1;
	int x;

	*out = (struct columns){0};
	for (size_t i = 0; i < choice->n; i++) {
		int c = choice->list[i];

		if (c == COLUMN_NAME)
			continue;
		out->at[c].w = columns[c].width;
		name -= columns[c].width + 1;
	}
	for (size_t i = 0; i < sizeof leaving; i++) {
		int c = leaving[i];

		if (!out->at[c].w || name >= keep_from(choice, c, cols))
			continue;
		name += out->at[c].w + 1;
		out->at[c].w = 0;
	}
	if (name > NAME_ROOMY && out->at[COLUMN_BAR].w) {
		int grow = name - NAME_ROOMY;

		if (grow > BAR_MAX - BAR_MIN)
			grow = BAR_MAX - BAR_MIN;
		out->at[COLUMN_BAR].w += grow;
		name -= grow;
	}
	out->at[COLUMN_NAME].w = name > 0 ? name : 0;
	x = COLUMNS_FIRST;
	for (size_t i = 0; i < choice->n; i++) {
		int c = choice->list[i];

		if (out->at[c].w) {
			out->at[c].x = x;
			x += out->at[c].w + 1;
		}
	}
}

const char *column_title(enum column c, enum glyph_tier tier)
{
	if (tier == TIER_ASCII && c == COLUMN_DOWN)
		return "Down";
	if (tier == TIER_ASCII && c == COLUMN_UP)
		return "Up";
	return columns[c].title;
}

bool column_is_left(enum column c)
{
	return columns[c].left;
}

/* --- values
 * ------------------------------------------------------------------- */

static void eta_value(const struct torrent_row *row, struct column_text *out)
{
	bool waiting = row->state == TORRENT_LEECHING && !row->is_complete;

	if (row->state == TORRENT_CHECKING && row->why.kind == WHY_CHECKING &&
		row->why.d && row->why.b > row->why.a) {
		uint64_t left = (row->why.b - row->why.a) * row->piece_length /
		                row->why.d;

		format_duration(out->text,
			left < UINT32_MAX ? (uint32_t)left : UINT32_MAX);
	} else if (waiting && (row->down_bps || row->peers)) {
		format_duration(out->text, row->eta_s);
	}
}

static void peers_value(const struct torrent_row *row, struct column_text *out)
{
	bool stopped =
		row->state == TORRENT_PAUSED || row->state == TORRENT_QUEUED;
	uint32_t known = row->known;

	if (stopped && !row->peers && !known)
		return;
	if (row->peers > 9999 || known > 9999 || known <= row->peers)
		snprintf(out->text, sizeof out->text, "%u", row->peers);
	else
		snprintf(out->text, sizeof out->text, "%u/%u", row->peers,
			known);
	if (strlen(out->text) > 7)
		snprintf(out->text, sizeof out->text, "%u", row->peers);
}

static void done_value(const struct torrent_row *row, struct column_text *out)
{
	if (row->state == TORRENT_CHECKING && row->npieces)
		format_percent(out->text, row->check_done, row->npieces);
	else if (!row->has_metadata)
		snprintf(out->text, sizeof out->text, "meta");
	else if (row->is_complete)
		snprintf(out->text, sizeof out->text, "100%%");
	else
		/* Rounding may never say that all is there. */
		format_percent(out->text,
			row->have_bytes < row->size_bytes ? row->have_bytes
			: row->size_bytes                 ? row->size_bytes - 1
							  : 0,
			row->size_bytes);
	if (!row->is_complete)
		out->role = ROLE_TEXT;
}

static void text_value(const char *text, struct column_text *out)
{
	if (text)
		text_clean_to(out->text, sizeof out->text, span_str(text));
}

void column_value(enum column c, const struct torrent_row *row, int64_t wall_s,
	enum units units, struct column_text *out)
{
	out->text[0] = '\0';
	out->role = ROLE_DIM;
	switch (c) {
	case COLUMN_SIZE:
		if (row->size_bytes)
			format_size_short(out->text, row->size_bytes, units);
		break;
	case COLUMN_DONE:
		done_value(row, out);
		break;
	case COLUMN_DOWN:
		out->role = ROLE_DOWN;
		if (row->down_bps)
			format_rate_short(out->text, row->down_bps, units);
		break;
	case COLUMN_UP:
		out->role = ROLE_UP;
		if (row->up_bps)
			format_rate_short(out->text, row->up_bps, units);
		break;
	case COLUMN_ETA:
		eta_value(row, out);
		break;
	case COLUMN_RATIO:
		format_ratio(out->text, row->up_bytes, row->down_bytes);
		break;
	case COLUMN_PEERS:
		peers_value(row, out);
		break;
	case COLUMN_AVAIL:
		if (row->state == TORRENT_LEECHING && row->peers) {
			format_copies(out->text, row->avail_milli);
			if (row->avail_milli < 1000)
				out->role = ROLE_WARN;
		}
		break;
	case COLUMN_LABEL:
		text_value(row->label, out);
		break;
	case COLUMN_QUEUE:
		if (row->place)
			snprintf(out->text, sizeof out->text, "%u", row->place);
		break;
	case COLUMN_LEFT:
		if (row->size_bytes > row->have_bytes)
			format_size_short(out->text,
				row->size_bytes - row->have_bytes, units);
		break;
	case COLUMN_DOWNLOADED:
		if (row->down_bytes)
			format_size_short(out->text, row->down_bytes, units);
		break;
	case COLUMN_UPLOADED:
		if (row->up_bytes)
			format_size_short(out->text, row->up_bytes, units);
		break;
	case COLUMN_PATH:
		text_value(row->dir, out);
		break;
	case COLUMN_ADDED:
		format_age(out->text, row->added_s, wall_s);
		break;
	case COLUMN_TRACKER:
		text_value(row->tracker || !(row->dht_asked || row->dht_running)
				   ? row->tracker
				   : "DHT",
			out);
		break;
	default:
		break;
	}
}

void column_name(const struct torrent_row *row, char *out, size_t cap)
{
	if (row->name && *row->name)
		snprintf(out, cap, "%s", row->name);
	else
		snprintf(out, cap, "magnet %s", row->hash_hex);
}

uint32_t column_bar(const struct torrent_row *row)
{
	if (row->state == TORRENT_CHECKING && row->npieces)
		return (uint32_t)((uint64_t)row->check_done * 1000 /
				  row->npieces);
	if (!row->has_metadata) {
		if (row->why.kind == WHY_METADATA && row->why.b)
			return (uint32_t)(row->why.a * 1000 / row->why.b);
		return 0;
	}
	if (row->is_complete)
		return 1000;
	if (!row->size_bytes || row->have_bytes >= row->size_bytes)
		return 0;
	return (uint32_t)((double)row->have_bytes * 1000 /
			  (double)row->size_bytes);
}
