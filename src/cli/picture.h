/*
 * picture.h - `bttui --render`: a built-in scene of the screen as text, for
 * manuals and bug reports, without a terminal and without an engine.
 */
#ifndef CLI_PICTURE_H
#define CLI_PICTURE_H

#include <stdbool.h>

#include "cli/cli.h"
#include "ui/render.h"

struct picture_opts {
	struct ui_render_opts render;
	bool wanted; /* --render was given */
};

extern const struct option_set picture_option_set;

void picture_opts_init(struct picture_opts *o);
/* False: the option is none of these. */
bool picture_opts_take(struct picture_opts *o, int id, const char *value,
	enum err *err, struct fault *fault);
/* Writes it to standard output; an exit status. */
int picture_run(const struct picture_opts *o);

#endif
