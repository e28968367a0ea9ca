/*
 * view.h - one screenful of the interface, or one box over it.
 *
 * A view is a value plus a constant table of functions, and as free of I/O as
 * all that is drawn here: it gets snapshots, input and an area of cells.
 * What it wants done it does through the screen it stands on (screen.h).
 *
 * Views form a stack.  Drawing goes bottom up; input goes to the top view: a
 * text field of it first (input), then what the key table says the key means
 * in the view's contexts (act).
 */
#ifndef UI_VIEW_H
#define UI_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "core/snapshot.h"
#include "ui/complete.h"
#include "ui/draw.h"
#include "ui/input.h"
#include "ui/keys.h"

struct screen;
struct view;

enum view_answer {
	VIEW_UNUSED,
	VIEW_USED,
	VIEW_CLOSE, /* pop and free me */
};

struct view_class {
	size_t size; /* of the view's own struct */
	bool shades; /* what lies behind recedes */
	bool covers; /* what lies behind is not seen, nor drawn */

	/* All but draw may be NULL. */
	void (*init)(struct view *v, const void *arg);
	void (*fini)(struct view *v);
	/* A fresh snapshot; pointers into the last one are gone.  A view may
	 * open another, and close itself. */
	void (*update)(struct view *v);
	/* What was asked for by ui_ops has come. */
	void (*folder_read)(struct view *v, const char *path,
		const struct dir_entry *entries, size_t n);
	void (*torrent_read)(struct view *v, const char *path,
		struct span bytes, const struct fault *fault);
	/* The area is the whole grid. */
	void (*draw)(struct view *v, const struct area *a);
	/* Only what moves between two seconds; false when there is nothing.
	 * Asked of the top view alone. */
	bool (*draw_motion)(struct view *v, const struct area *a);
	unsigned (*contexts)(const struct view *v); /* enum key_context bits */
	/* Which parts of a torrent it shows (enum watch_what bits).  *id is
	 * the chosen one at first.  Asked of the uppermost view that has it. */
	uint32_t (*watch)(const struct view *v, struct torrent_id *id);
	/* What was typed into view_ask over it, for this action; false: the
	 * fault says what is wrong with it. */
	bool (*answer)(struct view *v, enum action action, const char *text,
		struct fault *fault);
	/* Whether an action would do something now: else its key is not
	 * shown. */
	bool (*can)(const struct view *v, enum action action);
	enum view_answer (*input)(struct view *v, const struct input *in);
	enum view_answer (*act)(struct view *v, enum action action,
		const struct input *in);
};

/* First member of every view's own struct. */
struct view {
	const struct view_class *class;
	struct screen *screen;
	struct view *below;
};

/* arg is passed to init() and not kept. */
struct view *view_push(struct screen *s, const struct view_class *class,
	const void *arg);

/* The dashboard, or what covers it: where the keys of a box are told of. */
const struct view *view_ground(const struct view *v);
unsigned view_contexts(const struct view *v);
bool view_can(const struct view *v, enum action action);

#endif
