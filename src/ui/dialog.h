/*
 * dialog.h - what boxes over the dashboard have in common.  Pure.
 */
#ifndef UI_DIALOG_H
#define UI_DIALOG_H

#include <stdbool.h>

#include "core/snapshot.h"
#include "ui/complete.h"
#include "ui/draw.h"
#include "ui/input.h"
#include "ui/prompt.h"

struct screen;

/* "▸[x] word"; columns drawn. */
int dialog_check(const struct area *a, int x, int y, bool on, bool focus,
	const char *word);

/* "▸[ Start ]  [ Cancel ]": the chosen one has the mark.  Where each begins is
 * kept for the mouse. */
#define DIALOG_BUTTONS_MAX 4
struct dialog_buttons {
	const char *label[DIALOG_BUTTONS_MAX];
	int n, chosen;
	int x[DIALOG_BUTTONS_MAX + 1], y; /* of the grid, as last drawn */
};
void dialog_buttons_draw(struct dialog_buttons *b, const struct area *a, int x,
	int y, bool focus);
void dialog_buttons_step(struct dialog_buttons *b, int by);
/* The one under the mouse; -1: none. */
int dialog_buttons_at(const struct dialog_buttons *b, int x, int y);

/* --- a folder to save to, completed while it is typed ------------------- */

struct folder_field {
	struct prompt prompt;
	struct completion found;
	bool choosing; /* a candidate is chosen */
	size_t chosen;
};

void folder_field_set(struct folder_field *f, struct screen *s,
	const char *text);
void folder_field_stop(struct folder_field *f);
/* What is in a folder it asked for. */
void folder_field_read(struct folder_field *f, const char *path,
	const struct dir_entry *entries, size_t n);
/* False: the key is nothing for a line of text. */
bool folder_field_input(struct folder_field *f, struct screen *s,
	const struct input *in);
/* Tab; false: there was nothing to complete. */
bool folder_field_complete(struct folder_field *f, struct screen *s);
/* Up and down; false: there is nothing to choose from. */
bool folder_field_choose(struct folder_field *f, int by);
/* Enter; false: no candidate was chosen. */
bool folder_field_accept(struct folder_field *f, struct screen *s);
/* For a command: absolute as far as the user said; heap memory, NULL: empty. */
char *folder_field_path(struct folder_field *f, const struct screen *s);
/* 0: not known. */
uint64_t folder_field_free_bytes(struct folder_field *f, struct screen *s);

/* In the row of `at`. */
void folder_field_draw(struct folder_field *f, const struct area *a,
	struct rect at, bool focus);
void folder_field_draw_candidates(const struct folder_field *f,
	const struct area *a, struct rect at);
/* Rows of candidates, one of them chosen or not; for other fields, too. */
void dialog_candidates(const struct area *a, struct rect at,
	const struct completion *c, bool choosing, size_t chosen,
	const char *(*about)(void *user, const struct dir_entry *e),
	void *user);

#endif
