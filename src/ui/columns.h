/*
 * columns.h - the columns of the torrent list: what they are called, how wide
 * they are, what stands in them, how one sorts by them.  Pure.
 */
#ifndef UI_COLUMNS_H
#define UI_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "core/snapshot.h"
#include "ui/draw.h"
#include "ui/format.h"

enum column {
	COLUMN_NAME,
	COLUMN_SIZE,
	COLUMN_DONE,
	COLUMN_BAR,
	COLUMN_DOWN,
	COLUMN_UP,
	COLUMN_ETA,
	COLUMN_RATIO,
	COLUMN_PEERS,
	COLUMN_AVAIL,
	COLUMN_LABEL,
	COLUMN_ADDED,
	COLUMN_TRACKER,
	COLUMN_QUEUE, /* from here on shown only when asked for */
	COLUMN_LEFT,
	COLUMN_DOWNLOADED,
	COLUMN_UPLOADED,
	COLUMN_PATH,
	COLUMN_COUNT,
};

enum sort_key {
	SORT_DEFAULT, /* what moves first, then by state, then by age */
	SORT_NAME,
	SORT_SIZE,
	SORT_DONE,
	SORT_DOWN,
	SORT_UP,
	SORT_ETA,
	SORT_RATIO,
	SORT_PEERS,
	SORT_ADDED,
	SORT_STATE,
	SORT_LABEL,
	SORT_QUEUE,
	SORT_COUNT,
};

/* The word in the title, in `:sort` and in the sort menu. */
const char *sort_word(enum sort_key key);
const char *sort_label(enum sort_key key);
char sort_letter(enum sort_key key);
bool sort_parse(const char *word, enum sort_key *out);
/* Which way the first press sorts: largest first for numbers. */
bool sort_starts_descending(enum sort_key key);
enum column sort_column(enum sort_key key); /* COLUMN_COUNT: none */

/* < 0: a stands above b when ascending.  0: a tie. */
int sort_compare(enum sort_key key, const struct torrent_row *a,
	const struct torrent_row *b);

/* Which columns are wanted, from the left. */
struct column_choice {
	uint8_t list[COLUMN_COUNT];
	size_t n;
	bool is_own; /* the user's: what he asked for leaves later */
};
void columns_default(struct column_choice *out);
/* "name,size,done"; "default".
 *   ERR_SYNTAX  the fault names the word; *out is as it was */
MUST_CHECK enum err columns_parse(const char *text, struct column_choice *out,
	struct fault *fault);
#define COLUMNS_TEXT_MAX 160
void columns_print(const struct column_choice *c, char out[COLUMNS_TEXT_MAX]);
const char *column_word(enum column c); /* "size", as in such a list */
const char *column_help(enum column c);

/* Columns that fit into `cols`: x and width of each, width 0: left out. */
struct columns {
	struct {
		int x, w;
	} at[COLUMN_COUNT];
};
#define COLUMNS_FIRST 3 /* cursor, state, blank */
void columns_fit(int cols, const struct column_choice *choice,
	struct columns *out);

const char *column_title(enum column c, enum glyph_tier tier);
bool column_is_left(enum column c);

/* Its name, or what there is instead of one. */
void column_name(const struct torrent_row *row, char *out, size_t cap);
/* Thousandths of a progress bar. */
uint32_t column_bar(const struct torrent_row *row);

struct column_text {
	char text[64];
	enum role role;
};
/* Not for COLUMN_NAME and COLUMN_BAR, which are drawn otherwise. */
void column_value(enum column c, const struct torrent_row *row, int64_t wall_s,
	enum units units, struct column_text *out);

#endif
