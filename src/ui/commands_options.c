/*
 * commands_options.c - commands that set something.  See commands_priv.h.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "core/settings.h"
#include "ui/commands_priv.h"
#include "ui/options.h"
#include "ui/screen.h"
#include "ui/stepping.h"
#include "ui/views.h"

#define NAME_MAX_BYTES 64

bool command_word(const char **rest, char *out, size_t cap)
{
	size_t n = strcspn(*rest, " ");

	if (n == 0 || n >= cap)
		return false;
	memcpy(out, *rest, n);
	out[n] = '\0';
	*rest += n + strspn(*rest + n, " ");
	return true;
}

/* --- settings
 * -------------------------------------------------------------------------- */

static bool set(struct screen *s, const char *name, const char *value,
	struct fault *fault)
{
	const struct setting_info *row = settings_find(name);

	if (!screen_set(s, name, value, fault))
		return false;
	if (row && row->when == SETTING_LATER)
		screen_say(s, NEWS_WARN,
			"%s is accepted, but has no effect yet", name);
	else if (row && row->when == SETTING_AT_START)
		screen_say(s, NEWS_GOOD, "%s is %s after a restart", name,
			value);
	else
		screen_say(s, NEWS_GOOD, "%s is now %s", name, value);
	return true;
}

static bool tell(struct screen *s, char *name, struct fault *fault)
{
	size_t len = strlen(name);
	const struct setting_info *row;
	const char *value;

	if (len && name[len - 1] == '?')
		name[len - 1] = '\0';
	row = settings_find(name);
	value = row ? screen_setting(s, row->name) : NULL;
	if (!value)
		return command_fail(fault, "there is no setting named %.40s",
			name);
	screen_say(s, NEWS_GOOD, "%s is %s: %s", row->name,
		*value ? value : "empty", row->help);
	return true;
}

bool command_set(struct screen *s, const char *rest, struct fault *fault)
{
	char name[NAME_MAX_BYTES];

	if (!command_word(&rest, name, sizeof name))
		return command_fail(fault,
			"set NAME VALUE, or set NAME to see it");
	return *rest ? set(s, name, rest, fault) : tell(s, name, fault);
}

bool command_reset(struct screen *s, const char *rest, struct fault *fault)
{
	if (!*rest)
		return command_fail(fault, "reset NAME");
	if (!screen_reset(s, rest, fault))
		return false;
	screen_say(s, NEWS_GOOD, "%s is again %s", rest,
		settings_find(rest)->fallback);
	return true;
}

bool command_theme(struct screen *s, const char *rest, struct fault *fault)
{
	return set(s, "theme", rest, fault);
}

bool command_colors(struct screen *s, const char *rest, struct fault *fault)
{
	return set(s, "colors", strcmp(rest, "none") == 0 ? "mono" : rest,
		fault);
}

bool command_glyphs(struct screen *s, const char *rest, struct fault *fault)
{
	return set(s, "glyphs", strcmp(rest, "full") == 0 ? "utf8" : rest,
		fault);
}

bool command_graph(struct screen *s, const char *rest, struct fault *fault)
{
	return set(s, "graph", rest, fault);
}

bool command_slow(struct screen *s, const char *rest, struct fault *fault)
{
	if (strcmp(rest, "on") != 0 && strcmp(rest, "off") != 0)
		return command_fail(fault, "slow on, or slow off");
	return options_slow(s, rest[1] == 'n', fault);
}

/* --- torrents
 * -------------------------------------------------------------------------- */

/* For the marked or the chosen; says for how many. */
static bool each(struct screen *s, const struct command *c, const char *what,
	struct fault *fault)
{
	size_t n;

	if (!command_needs_torrent(s, fault))
		return false;
	n = options_each(s, c);
	if (n == 1)
		screen_say(s, NEWS_GOOD, "%s", what);
	else if (n)
		screen_say(s, NEWS_GOOD, "%s, %zu torrents", what, n);
	return true;
}

static bool limit_torrent(struct screen *s, bool up, const char *value,
	struct fault *fault)
{
	struct command c = {
		.kind = up ? CMD_TORRENT_UP_LIMIT : CMD_TORRENT_DOWN_LIMIT};
	char what[64];

	if (settings_parse_size(value, &c.value) != ERR_OK)
		return command_fail(fault,
			"a rate: 750k, 2M, 0 for no limit of its own");
	snprintf(what, sizeof what, "%s limit of its own: %.24s",
		up ? "upload" : "download", c.value ? value : "none");
	return each(s, &c, what, fault);
}

bool command_limit(struct screen *s, const char *rest, struct fault *fault)
{
	char word[16] = "";
	bool own, up;

	own = strncmp(rest, "torrent ", 8) == 0;
	if (own)
		rest += 8 + strspn(rest + 8, " ");
	if (!command_word(&rest, word, sizeof word) ||
		(strcmp(word, "up") != 0 && strcmp(word, "down") != 0))
		return command_fail(fault,
			"limit down RATE, limit up RATE, limit torrent down "
			"RATE");
	up = *word == 'u';
	if (!*rest)
		return command_fail(fault, "a rate: 750k, 2M, 0 for no limit");
	if (own)
		return limit_torrent(s, up, rest, fault);
	return set(s, up ? "up_limit" : "down_limit", rest, fault);
}

bool command_ratio(struct screen *s, const char *rest, struct fault *fault)
{
	struct command c = {.kind = CMD_RATIO_GOAL};
	char what[64];

	if (!stepping_parse_ratio(rest, &c.value))
		return command_fail(fault,
			"ratio N: stop at 1.5, or 0 for no goal of its own");
	snprintf(what, sizeof what,
		c.value ? "stops at ratio %.20s" : "no ratio of its own", rest);
	return each(s, &c, what, fault);
}

bool command_seedtime(struct screen *s, const char *rest, struct fault *fault)
{
	struct command c = {.kind = CMD_TIME_GOAL};
	char what[64];

	if (!stepping_parse_minutes(rest, &c.value))
		return command_fail(fault,
			"seedtime 12h: m, h, d or w; 0 for no goal of its own");
	snprintf(what, sizeof what,
		c.value ? "stops after seeding for %.20s"
			: "no seeding time of its own",
		rest);
	return each(s, &c, what, fault);
}

bool command_label(struct screen *s, const char *rest, struct fault *fault)
{
	bool none =
		!*rest || strcmp(rest, "-") == 0 || strcmp(rest, "none") == 0;
	struct command c = {.kind = CMD_LABEL, .text = none ? "" : rest};
	char what[80];

	snprintf(what, sizeof what, none ? "no label" : "label %.60s", rest);
	return each(s, &c, what, fault);
}

bool command_queue(struct screen *s, const char *rest, struct fault *fault)
{
	static const char *const words[] = {"top", "up", "down", "bottom"};

	if (!command_needs_torrent(s, fault))
		return false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i], rest) == 0) {
			options_queue(s, (enum queue_move)i);
			return true;
		}
	return command_fail(fault, "queue top, up, down or bottom");
}

bool command_start(struct screen *s, const char *rest, struct fault *fault)
{
	struct command c = {.kind = CMD_FORCE, .on = true};

	if (strcmp(rest, "queued") == 0)
		c.on = false;
	else if (*rest)
		return command_fail(fault,
			"start, or start queued to wait its turn again");
	return each(s, &c, c.on ? "starts past the queue" : "waits its turn",
		fault);
}

/* --- the list
 * -------------------------------------------------------------------------- */

bool command_sort(struct screen *s, const char *rest, struct fault *fault)
{
	char word[32] = "";
	enum sort_key key;
	bool descending;

	if (!command_word(&rest, word, sizeof word) || !sort_parse(word, &key))
		return command_fail(fault,
			"sort by activity, speed, up, name, size, done, eta, "
			"ratio, peers, added, state, label, queue");
	descending = sort_starts_descending(key);
	if (strcmp(rest, "desc") == 0 || strcmp(rest, "asc") == 0)
		descending = *rest == 'd';
	else if (*rest)
		return command_fail(fault, "after the key only asc or desc");
	screen_sort(s, key, descending);
	return true;
}

bool command_columns(struct screen *s, const char *rest, struct fault *fault)
{
	char text[COLUMNS_TEXT_MAX];

	if (!*rest) {
		view_push(s, &view_columns, NULL);
		return true;
	}
	if (columns_parse(rest, &s->columns, fault) != ERR_OK)
		return false;
	columns_print(&s->columns, text);
	screen_keep(s, "columns torrents", s->columns.is_own ? text : NULL);
	return true;
}

static bool save_view(struct screen *s, const char *name, struct fault *fault)
{
	char *key;

	if (!s->list.filter[0])
		return command_fail(fault,
			"there is no filter to save: / makes one");
	if (saved_put(&s->views, name, s->list.filter, fault) != ERR_OK)
		return false;
	key = mem_printf("view %s", name);
	screen_keep(s, key, s->list.filter);
	mem_free(key);
	screen_say(s, NEWS_GOOD, "view %s is saved: %s", name, s->list.filter);
	return true;
}

static bool remove_view(struct screen *s, const char *name, struct fault *fault)
{
	char *key;

	if (!saved_remove(&s->views, name))
		return command_fail(fault, "there is no view %.40s", name);
	key = mem_printf("view %s", name);
	screen_keep(s, key, NULL);
	mem_free(key);
	screen_say(s, NEWS_GOOD, "view %s is forgotten", name);
	return true;
}

bool command_view(struct screen *s, const char *rest, struct fault *fault)
{
	const char *terms;

	if (strncmp(rest, "save ", 5) == 0)
		return save_view(s, rest + 5 + strspn(rest + 5, " "), fault);
	if (strncmp(rest, "remove ", 7) == 0)
		return remove_view(s, rest + 7 + strspn(rest + 7, " "), fault);
	terms = strcmp(rest, "all") == 0 ? "" : saved_terms(&s->views, rest);
	if (!terms)
		return command_fail(fault,
			"view NAME, view all, view save NAME, view remove "
			"NAME");
	list_set_filter(&s->list, terms);
	return true;
}

/* --- keys
 * ------------------------------------------------------------------------------
 */

struct bind_words {
	char context[NAME_MAX_BYTES], key[NAME_MAX_BYTES],
		action[NAME_MAX_BYTES];
};

static void keep_key(struct screen *s, const struct bind_words *w,
	const char *key, const char *action)
{
	char *line = mem_printf("bind %s %s", w->context, key);

	screen_keep(s, line, action);
	mem_free(line);
}

bool command_bind(struct screen *s, const char *rest, struct fault *fault)
{
	struct bind_words w;
	char key[KEY_NAME_MAX];

	if (!command_word(&rest, w.context, sizeof w.context) ||
		!command_word(&rest, w.key, sizeof w.key) ||
		!command_word(&rest, w.action, sizeof w.action) || *rest)
		return command_fail(fault,
			"bind CONTEXT KEY ACTION, as in bind list A add");
	if (keymap_bind(&s->keys, w.context, w.key, w.action, key, fault) !=
		ERR_OK)
		return false;
	keep_key(s, &w, key, w.action);
	screen_say(s, NEWS_GOOD, "%s is now %s", key, w.action);
	return true;
}

bool command_unbind(struct screen *s, const char *rest, struct fault *fault)
{
	struct bind_words w;
	char key[KEY_NAME_MAX];

	if (!command_word(&rest, w.context, sizeof w.context) ||
		!command_word(&rest, w.key, sizeof w.key) || *rest)
		return command_fail(fault, "unbind CONTEXT KEY");
	if (keymap_unbind(&s->keys, w.context, w.key, key, fault) != ERR_OK)
		return false;
	keep_key(s, &w, key, NULL);
	screen_say(s, NEWS_GOOD, "%s is again what it was", key);
	return true;
}

/* --- dialogs
 * ---------------------------------------------------------------------------
 */

bool command_limits(struct screen *s, const char *rest, struct fault *fault)
{
	(void)rest;
	(void)fault;
	view_push(s, &view_limits, NULL);
	return true;
}

bool command_settings(struct screen *s, const char *rest, struct fault *fault)
{
	(void)fault;
	view_push(s, &view_settings, *rest ? rest : NULL);
	return true;
}
