/*
 * commands_priv.h - what the files commands*.c share; see commands.h.
 *
 *   commands.c           the table; what is done to torrents and the program
 *   commands_options.c   what is set: settings, options of torrents, keys
 *   commands_torrent.c   what concerns a part of one torrent
 *   commands_detail.c    files and peers of one torrent
 *   commands_complete.c  what may stand behind a command's name
 */
#ifndef UI_COMMANDS_PRIV_H
#define UI_COMMANDS_PRIV_H

#include "ui/commands.h"

typedef bool command_fn(struct screen *s, const char *rest,
	struct fault *fault);

/* Always false. */
bool command_fail(struct fault *fault, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool command_needs_torrent(struct screen *s, struct fault *fault);
/* The first word of *rest, which moves behind it and its blanks.  False when
 * there is none, or it does not fit. */
bool command_word(const char **rest, char *out, size_t cap);

command_fn command_set, command_reset, command_theme, command_colors,
	command_glyphs, command_graph, command_limit, command_slow,
	command_ratio, command_seedtime, command_label, command_queue,
	command_start, command_sort, command_columns, command_view,
	command_bind, command_unbind, command_limits, command_settings,
	command_tracker, command_piece, command_tab, command_file,
	command_files, command_peer, command_unban;

#endif
