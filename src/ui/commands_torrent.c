/*
 * commands_torrent.c - commands about the parts of one torrent.  See
 * commands_priv.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ui/commands_priv.h"
#include "ui/screen.h"
#include "ui/view_detail.h"
#include "ui/views.h"

#define WORD_MAX 24

/* The chosen torrent, whatever is marked; NULL: the fault says there is none.
 */
static const struct torrent_row *the_torrent(struct screen *s,
	struct fault *fault)
{
	const struct torrent_row *row = screen_chosen(s);

	if (!row)
		command_fail(fault, "no torrent is chosen");
	return row;
}

static bool send(struct screen *s, const struct command *c, struct fault *fault)
{
	if (!s->ops->command)
		return command_fail(fault, "nothing to command");
	return s->ops->command(s->user, c, NULL, fault) == ERR_OK;
}

bool command_tracker(struct screen *s, const char *rest, struct fault *fault)
{
	const struct torrent_row *row = the_torrent(s, fault);
	struct command c = {.kind = CMD_ADD_TRACKER};
	char word[WORD_MAX];

	if (!row)
		return false;
	if (!command_word(&rest, word, sizeof word) ||
		(strcmp(word, "add") != 0 && strcmp(word, "remove") != 0) ||
		!*rest)
		return command_fail(fault,
			"tracker add ADDRESS, or tracker remove ADDRESS");
	if (*word == 'r')
		c.kind = CMD_REMOVE_TRACKER;
	c.torrent = row->id;
	c.text = rest;
	if (!send(s, &c, fault))
		return false;
	screen_say(s, NEWS_GOOD, "%s %s", *word == 'r' ? "removed" : "added",
		rest);
	return true;
}

bool command_piece(struct screen *s, const char *rest, struct fault *fault)
{
	const struct torrent_row *row = the_torrent(s, fault);
	struct command c = {.kind = CMD_PIECE_FIRST, .on = true};
	char number[WORD_MAX], *end;

	if (!row)
		return false;
	if (!command_word(&rest, number, sizeof number) || *number < '0' ||
		*number > '9' ||
		(strcmp(rest, "first") != 0 && strcmp(rest, "verify") != 0))
		return command_fail(fault,
			"piece NUMBER first, or piece NUMBER verify");
	c.value = strtoull(number, &end, 10);
	if (*end)
		return command_fail(fault, "%s is no number", number);
	if (*rest == 'v')
		c.kind = CMD_VERIFY_PIECE;
	c.torrent = row->id;
	if (!send(s, &c, fault))
		return false;
	if (c.kind == CMD_PIECE_FIRST)
		screen_say(s, NEWS_GOOD,
			"piece %s is fetched before all others", number);
	return true;
}

bool command_tab(struct screen *s, const char *rest, struct fault *fault)
{
	static const char *const names[TAB_COUNT] = {
		[TAB_OVERVIEW] = "overview",
		[TAB_FILES] = "files",
		[TAB_PEERS] = "peers",
		[TAB_TRACKERS] = "trackers",
		[TAB_PIECES] = "pieces",
		[TAB_LOG] = "log",
	};
	struct view *v = s->top;

	if (!the_torrent(s, fault))
		return false;
	for (int i = 0; i < TAB_COUNT; i++) {
		if (!*rest || strncasecmp(names[i], rest, strlen(rest)) != 0)
			continue;
		while (v && v->class != &view_detail)
			v = v->below;
		if (!v)
			v = view_push(s, &view_detail, NULL);
		detail_show(v, (enum tab_id)i);
		return true;
	}
	return command_fail(fault,
		"a tab is overview, files, peers, trackers, pieces or log");
}
