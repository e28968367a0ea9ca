/*
 * commands_complete.c - what may stand behind a command's name.  See
 * commands_priv.h.
 */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "core/settings.h"
#include "ui/commands_priv.h"
#include "ui/copy.h"
#include "ui/options.h"
#include "ui/screen.h"
#include "ui/stepping.h"

struct values {
	const char *front; /* "set ": what stands before the word typed */
	const char *word;
	struct command_value *out;
	size_t n, cap;
};

static void offer(struct values *v, const char *word, const char *tail,
	const char *help)
{
	struct writer w;

	if (v->n == v->cap || strncmp(word, v->word, strlen(v->word)) != 0)
		return;
	w = writer_of(v->out[v->n].text, COMMAND_VALUE_MAX - 1);
	write_str(&w, v->front);
	write_str(&w, word);
	write_str(&w, tail);
	if (w.full)
		return;
	v->out[v->n].text[w.len] = '\0';
	v->out[v->n].help = help;
	v->n++;
}

static void offer_settings(struct values *v)
{
	const struct setting_info *t = settings_table();

	for (size_t i = 0; i < SETTINGS_COUNT; i++)
		if (t[i].when != SETTING_LATER)
			offer(v, t[i].name,
				strcmp(v->front, "set ") == 0 ? " " : "",
				t[i].help);
}

static void offer_choices(struct values *v, const struct screen *s,
	const char *name)
{
	const struct setting_info *row = settings_find(name);
	char word[STEPPING_TEXT_MAX];

	if (row && row->type == SETTING_BOOL) {
		offer(v, "on", "", row->help);
		offer(v, "off", "", row->help);
	}
	for (int i = 0; row && stepping_is_choice(row) &&
			stepping_choice(s, row, i, word);
		i++)
		offer(v, word, "", row->help);
}

static void offer_labels(struct values *v, const struct screen *s)
{
	const char *labels[64];
	size_t n = options_labels(s, labels, 64);

	for (size_t i = 0; i < n; i++)
		offer(v, labels[i], "", "a label in use");
	offer(v, "none", "", "take the label away");
}

static void offer_views(struct values *v, const struct screen *s)
{
	for (size_t i = 0; i < s->views.n; i++)
		offer(v, s->views.at[i].name, "", s->views.at[i].terms);
}

static void offer_copies(struct values *v)
{
	for (int i = 0; i < COPY_COUNT; i++)
		offer(v, copy_word((enum copy_what)i), "",
			copy_label((enum copy_what)i));
}

static void offer_keys(struct values *v, size_t words)
{
	if (words == 1)
		for (size_t i = 0; key_context_name(i); i++)
			offer(v, key_context_name(i), " ", "where it counts");
	for (int i = 0; words == 3 && i < ACTION_COUNT; i++)
		if (key_action_name((enum action)i))
			offer(v, key_action_name((enum action)i), "",
				"what it does");
}

/* Behind one of these words stand the values of that setting. */
static bool offer_setting_of(struct values *v, const struct screen *s)
{
	static const char *const names[] = {
		"theme", "colors", "glyphs", "graph", "sort"};
	char front[16];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(front, sizeof front, "%s ", names[i]);
		if (strcmp(v->front, front) == 0) {
			offer_choices(v, s, names[i]);
			return true;
		}
	}
	return false;
}

size_t command_values(const struct screen *s, const char *line,
	struct command_value *out, size_t cap)
{
	const char *last = strrchr(line, ' ');
	size_t len = last ? (size_t)(last - line) + 1 : 0, words = 0;
	char front[COMMAND_VALUE_MAX], name[64] = "";
	struct values v = {front, line + len, out, 0, cap};
	const char *rest;

	if (!last || len >= sizeof front)
		return 0;
	memcpy(front, line, len);
	front[len] = '\0';
	for (size_t i = 1; i < len; i++)
		words += front[i] == ' ' && front[i - 1] != ' ';
	rest = front + strcspn(front, " ") + 1;
	if (strcmp(front, "set ") == 0 || strcmp(front, "reset ") == 0)
		offer_settings(&v);
	else if (strncmp(front, "set ", 4) == 0 && words == 2 &&
		 command_word(&rest, name, sizeof name))
		offer_choices(&v, s, name);
	else if (strcmp(front, "label ") == 0)
		offer_labels(&v, s);
	else if (strcmp(front, "copy ") == 0)
		offer_copies(&v);
	else if (strcmp(front, "view ") == 0 ||
		 strcmp(front, "view remove ") == 0)
		offer_views(&v, s);
	else if (strncmp(front, "bind ", 5) == 0)
		offer_keys(&v, words);
	else
		offer_setting_of(&v, s);
	return v.n;
}
