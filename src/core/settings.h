/*
 * settings.h - every setting once: name, type, range, default, help.  Pure.
 *
 * The config file, `:set`, `--help` and the settings dialog are all made from
 * settings_table().  A config file is `name value` or `name = value` lines;
 * '#' at the start of a line or after white space begins a comment; a value
 * in double quotes may hold blanks at its ends and '#'.  In names '-' may
 * stand for '_'.  Words are taken in either case.
 *
 * Three kinds of lines beside the settings are kept as they are, for the
 * screen to make sense of: `bind CONTEXT KEY ACTION`, `view NAME TERMS` and
 * `columns PANE LIST`.
 *
 * Some rows are there ahead of what they switch (SETTING_LATER): they are read,
 * checked and kept like all others, so that a file written for a newer bttui
 * is no error here, but nobody is offered them.
 */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

enum setting_type {
	SETTING_BOOL,   /* on, off */
	SETTING_INT,    /* min..max */
	SETTING_RATE,   /* bytes per second; "500k", "2M", 0: none */
	SETTING_SIZE,   /* bytes; "64M" */
	SETTING_CHOICE, /* one of choices, separated by '|' */
	SETTING_TEXT,
};

/* When a new value has an effect. */
enum setting_when {
	SETTING_LIVE,     /* at once */
	SETTING_AT_START, /* read once, from file and command line */
	SETTING_LATER,    /* none yet: what it switches does not exist */
};

/* In the order of the table. */
enum setting_id {
	SET_DOWNLOAD_DIR,
	SET_PORT,
	SET_DOWN_LIMIT,
	SET_UP_LIMIT,
	SET_SLOW_MODE, /* the next two count instead of those above */
	SET_SLOW_DOWN_LIMIT,
	SET_SLOW_UP_LIMIT,
	SET_MAX_PEERS,
	SET_MAX_PEERS_TORRENT,
	SET_UPLOAD_SLOTS,
	SET_MAX_HALF_OPEN,
	SET_BLOCK_MEMORY,
	SET_ACTIVE_DOWNLOADS, /* 0: no limit */
	SET_ACTIVE_SEEDS,
	SET_RATIO_GOAL, /* per cent */
	SET_TIME_GOAL,  /* minutes */
	SET_ENCRYPTION,
	SET_DHT,
	SET_LSD,
	SET_PEX,
	SET_UTP,
	SET_PORTMAP,
	SET_THEME,  /* one of bttui's or a file's */
	SET_COLORS, /* auto|mono|8|16|256|truecolor */
	SET_GLYPHS, /* auto|utf8|console|ascii */
	SET_GRAPH,  /* auto|braille|blocks|ascii */
	SET_FPS,
	SET_ANIMATIONS,
	SET_MOUSE,
	SET_UNITS, /* binary|si|bits */
	SET_LAYOUT,
	SET_SORT,
	SET_SORT_REVERSE,
	SET_CONFIRM_REMOVE,
	SETTINGS_COUNT,
};

struct setting_info {
	const char *name; /* "down_limit" */
	enum setting_type type;
	enum setting_when when;
	int64_t min, max;
	const char *choices;  /* CHOICE: "auto|mono|8" */
	const char *fallback; /* default, as text */
	const char *unit;
	const char *help; /* one sentence */
};

struct settings;

const struct setting_info *settings_table(void); /* SETTINGS_COUNT rows */
/* The row of that name; NULL: none. */
const struct setting_info *settings_find(const char *name);

struct settings *settings_new(void); /* all defaults */
void settings_free(struct settings *s);

/* BOOL: 0 or 1; CHOICE: the place in choices, from 0; TEXT: 0. */
int64_t settings_int(const struct settings *s, enum setting_id id);
bool settings_bool(const struct settings *s, enum setting_id id);
/* TEXT and CHOICE: the value; others: printed so that settings_set() takes it
 * back unchanged.  Owned by s, until the value changes. */
const char *settings_text(const struct settings *s, enum setting_id id);

/*   ERR_NOENT   no setting of that name
 *   ERR_SYNTAX, ERR_RANGE  the value; the fault says what is legal
 */
MUST_CHECK enum err settings_set(struct settings *s, const char *name,
	const char *value, struct fault *fault);

/*
 * Take over every line of a config file; lines that are wrong are skipped
 * and reported: *bad counts them, *fault has the first ("line 3: ...").
 */
void settings_read(struct settings *s, struct span file, size_t *bad,
	struct fault *fault);

/*
 * "500k", "1.5M", "2MiB", "0", "none" to bytes, rounded down.  k, M, G, T and
 * KiB, MiB ... are powers of 1024; kB, MB, GB, TB of 1000; kbit, Mbit, Gbit
 * an eighth of those; "/s" may follow.  In either case.
 *   ERR_SYNTAX  no such number or unit
 *   ERR_RANGE   2^61 bytes or more
 */
MUST_CHECK enum err settings_parse_size(const char *text, uint64_t *out);

/* A line that is no setting: key "bind list A", value "add". */
struct setting_line {
	char *key, *value;
};
#define SETTING_LINES_MAX 1000u

/* In the order of the file; of a key that was there twice the last value. */
const struct setting_line *settings_lines(const struct settings *s, size_t *n);

/* Grows whenever a value changes. */
uint64_t settings_version(const struct settings *s);

#endif
