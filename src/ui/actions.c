/*
 * actions.c - see actions.h.
 */
#include "ui/actions.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "ui/options.h"
#include "ui/screen.h"
#include "ui/views.h"

bool action_command(struct screen *s, const struct command *c,
	struct torrent_id *id)
{
	struct fault fault = {0};
	enum err e;

	if (!s->ops->command)
		return false;
	e = s->ops->command(s->user, c, id, &fault);
	if (e == ERR_OK)
		return true;
	screen_say(s, e == ERR_EXISTS ? NEWS_WARN : NEWS_BAD, "%s",
		fault.what[0] ? fault.what : err_str(e));
	return false;
}

bool action_each(struct screen *s, enum command_kind kind)
{
	size_t n;
	struct torrent_id *ids = list_targets(&s->list, &n);
	bool done = false;

	for (size_t i = 0; i < n; i++) {
		struct command c = {.kind = kind, .torrent = ids[i]};

		done |= action_command(s, &c, NULL);
	}
	mem_free(ids);
	return done;
}

static bool is_stopped(const struct torrent_row *row)
{
	return row->state == TORRENT_PAUSED || row->state == TORRENT_FAULTY;
}

bool action_toggle_pause(struct screen *s)
{
	size_t n;
	struct torrent_id *ids = list_targets(&s->list, &n);
	const struct torrent_row *row = n ? list_row(s->snap, ids[0]) : NULL;
	bool resume = row && is_stopped(row);

	mem_free(ids);
	if (!row)
		return false;
	return action_each(s, resume ? CMD_RESUME : CMD_PAUSE);
}

bool action_toggle_pause_all(struct screen *s)
{
	size_t n = s->snap->nrows;
	struct torrent_id *ids = mem_array(n + 1, sizeof *ids);
	bool resume = true, done = false;

	for (size_t i = 0; i < n; i++) {
		ids[i] = s->snap->rows[i].id;
		if (!is_stopped(&s->snap->rows[i]))
			resume = false;
	}
	for (size_t i = 0; i < n; i++) {
		struct command c = {.kind = resume ? CMD_RESUME : CMD_PAUSE,
			.torrent = ids[i]};

		done |= action_command(s, &c, NULL);
	}
	mem_free(ids);
	return done;
}

bool action_remove(struct screen *s, const struct torrent_id *ids, size_t n,
	bool with_data)
{
	bool done = false;

	for (size_t i = 0; i < n; i++) {
		struct command c = {.kind = CMD_REMOVE,
			.torrent = ids[i],
			.with_data = with_data};

		done |= action_command(s, &c, NULL);
	}
	return done;
}

void action_ask_remove(struct screen *s, bool with_data)
{
	struct torrent_id *ids;
	size_t n;

	if (with_data || s->opt.confirm_remove) {
		view_push(s, &view_remove, &with_data);
		return;
	}
	ids = list_targets(&s->list, &n);
	if (n && action_remove(s, ids, n, false))
		list_targets_done(&s->list);
	mem_free(ids);
}

static bool run_torrents(struct screen *s, enum action action)
{
	switch (action) {
	case ACTION_PAUSE:
		action_toggle_pause(s);
		return true;
	case ACTION_RESUME:
		action_each(s, CMD_RESUME);
		return true;
	case ACTION_PAUSE_ALL:
		action_toggle_pause_all(s);
		return true;
	case ACTION_VERIFY:
		if (action_each(s, CMD_RECHECK))
			screen_say(s, NEWS_GOOD, "verifying data");
		return true;
	case ACTION_REANNOUNCE:
		if (action_each(s, CMD_REANNOUNCE))
			screen_say(s, NEWS_GOOD, "asking the trackers");
		return true;
	case ACTION_REMOVE:
	case ACTION_REMOVE_DATA:
		action_ask_remove(s, action == ACTION_REMOVE_DATA);
		return true;
	default:
		return false;
	}
}

bool action_run(struct screen *s, enum action action)
{
	static const enum menu_kind copy = MENU_COPY;

	switch (action) {
	case ACTION_ADD:
		view_push(s, &view_add, NULL);
		return true;
	case ACTION_COPY:
		view_push(s, &view_menu, &copy);
		return true;
	case ACTION_COMMAND:
		view_push(s, &view_command, NULL);
		return true;
	case ACTION_HELP:
		view_push(s, &view_help, NULL);
		return true;
	case ACTION_MESSAGES:
		news_dismiss(&s->news);
		view_push(s, &view_log, NULL);
		return true;
	case ACTION_QUIT:
		view_push(s, &view_quit, NULL);
		return true;
	default:
		return run_torrents(s, action) || options_act(s, action);
	}
}

static bool is_hash(const char *text)
{
	size_t len = strlen(text);

	if (len == 32)
		return strspn(text, "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == len;
	return (len == 40 || len == 64) &&
	       strspn(text, "0123456789abcdefABCDEF") == len;
}

enum source_kind source_classify(const char *text)
{
	if (!*text)
		return SOURCE_NOTHING;
	if (strncasecmp(text, "magnet:", 7) == 0 || is_hash(text))
		return SOURCE_LINK;
	if (strncasecmp(text, "http://", 7) == 0 ||
		strncasecmp(text, "https://", 8) == 0)
		return SOURCE_URL;
	return SOURCE_PATH;
}
