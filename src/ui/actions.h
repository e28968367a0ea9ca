/*
 * actions.h - what the user can have done to torrents, in words of the engine.
 *
 * Each acts on the marked torrents, else on the chosen one; says what went
 * wrong as a toast, and returns whether something was done.  Row pointers are
 * stale afterwards.
 */
#ifndef UI_ACTIONS_H
#define UI_ACTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/command.h"
#include "ui/keys.h"

struct screen;

/* One command; a fault is shown. */
bool action_command(struct screen *s, const struct command *c,
	struct torrent_id *id);
/* The same kind for all targets. */
bool action_each(struct screen *s, enum command_kind kind);
bool action_toggle_pause(struct screen *s);
bool action_toggle_pause_all(struct screen *s);
bool action_remove(struct screen *s, const struct torrent_id *ids, size_t n,
	bool with_data);
/* The question first, unless the user switched it off; files are never deleted
 * without it. */
void action_ask_remove(struct screen *s, bool with_data);

/* What means the same wherever torrents are shown: add, pause, remove, help,
 * ...; false: it is none of these. */
bool action_run(struct screen *s, enum action action);

/* What somebody typed, told apart. */
enum source_kind {
	SOURCE_NOTHING,
	SOURCE_LINK, /* magnet link or info hash */
	SOURCE_URL,
	SOURCE_PATH,
};
enum source_kind source_classify(const char *text);

#endif
