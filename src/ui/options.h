/*
 * options.h - what the user sets for torrents: labels, limits, goals, their
 * order.  Everything acts on the marked torrents, else on the chosen one.
 */
#ifndef UI_OPTIONS_H
#define UI_OPTIONS_H

#include <stdbool.h>

#include "core/command.h"
#include "ui/keys.h"

struct screen;

/* The command for each of them, its torrent filled in; a fault is shown.  How
 * many were changed. */
size_t options_each(struct screen *s, const struct command *c);
/* Those that move keep their order among themselves. */
size_t options_queue(struct screen *s, enum queue_move move);
bool options_slow(struct screen *s, bool on, struct fault *fault);
/* What a key does; false: it is none of these. */
bool options_act(struct screen *s, enum action action);

/* Labels in use, each once, in the order of letters; borrowed until the next
 * snapshot.  At most cap are told. */
size_t options_labels(const struct screen *s, const char **out, size_t cap);

#endif
