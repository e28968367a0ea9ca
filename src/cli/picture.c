/*
 * picture.c - see picture.h.
 */
#include "cli/picture.h"

#include <stdio.h>

#include "cli/session_opts.h"
#include "ui/scene.h"

enum {
	OPTION_RENDER = OPTION_AFTER_SESSION,
	OPTION_SCENE,
	OPTION_STYLE,
	OPTION_THEME,
};

static const struct option_def defs[] = {
	{OPTION_RENDER, 0, "render", "COLSxROWS",
		"print a made-up screen of this size and end"},
	{OPTION_SCENE, 0, "scene", "NAME",
		"which one (default: dash; a wrong name lists them)"},
	{OPTION_STYLE, 0, "style", "text|ansi|mono|ascii",
		"how it is printed (default: text)"},
	{OPTION_THEME, 0, "theme", "NAME", "its colours (default: aurora)"},
};
const struct option_set picture_option_set =
	OPTION_SET("options for pictures", defs);

void picture_opts_init(struct picture_opts *o)
{
	*o = (struct picture_opts){
		.render = {.scene = "dash", .style = RENDER_TEXT}};
}

static enum err take_size(struct picture_opts *o, const char *value,
	struct fault *fault)
{
	enum err e =
		ui_render_parse_size(value, &o->render.cols, &o->render.rows);

	o->wanted = true;
	if (e != ERR_OK)
		fault_set(fault, e, 0, "a size like 120x36 is needed");
	return e;
}

bool picture_opts_take(struct picture_opts *o, int id, const char *value,
	enum err *err, struct fault *fault)
{
	*err = ERR_OK;
	switch (id) {
	case OPTION_RENDER:
		*err = take_size(o, value, fault);
		return true;
	case OPTION_SCENE:
		o->render.scene = value;
		return true;
	case OPTION_STYLE:
		*err = ui_render_parse_style(value, &o->render.style);
		if (*err != ERR_OK)
			fault_set(fault, *err, 0,
				"text, ansi, mono or ascii is needed");
		return true;
	case OPTION_THEME:
		o->render.theme = value;
		return true;
	default:
		return false;
	}
}

static bool has_scene(const char *name)
{
	struct scene *s = scene_new(name);

	scene_free(s);
	return s != NULL;
}

int picture_run(const struct picture_opts *o)
{
	struct buf out = {0};
	struct fault fault = {0};
	enum err e = ui_render(&o->render, &out, &fault);

	if (e != ERR_OK && !has_scene(o->render.scene))
		cli_complain("a scene is one of %s", scene_names());
	else if (e != ERR_OK)
		cli_complain("%s", fault.what);
	else if (out.len && fwrite(out.p, 1, out.len, stdout) != out.len)
		e = ERR_DISK;
	buf_free(&out);
	return e == ERR_OK ? CLI_OK : CLI_FAILED;
}
