/*
 * screen_settings.c - what the user sets on the screen: told to the engine,
 * kept in his config file, and read from it at the start.  See screen.h.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "core/settings.h"
#include "ui/screen.h"

bool screen_keep(struct screen *s, const char *key, const char *value)
{
	return s->ops->keep && s->ops->keep(s->user, key, value);
}

const char *screen_setting(const struct screen *s, const char *name)
{
	return s->ops->setting ? s->ops->setting(s->user, name) : NULL;
}

/* "NAME VALUE" to the engine, which knows all settings. */
static bool send(struct screen *s, const char *name, const char *value,
	struct fault *fault)
{
	char *text = mem_printf("%s %s", name, value);
	struct command c = {.kind = CMD_SET, .text = text};
	enum err e = ERR_UNSUPPORTED;

	if (s->ops->command)
		e = s->ops->command(s->user, &c, NULL, fault);
	mem_free(text);
	if (e != ERR_OK && !fault->what[0])
		fault_set(fault, e, 0, "%s", err_str(e));
	return e == ERR_OK;
}

bool screen_set(struct screen *s, const char *name, const char *value,
	struct fault *fault)
{
	const struct setting_info *row = settings_find(name);
	const char *now;

	if (row && row->when == SETTING_AT_START && !s->opt.can_keep) {
		fault_set(fault, ERR_STATE, 0,
			"%s is read at the start: it belongs in the config "
			"file",
			row->name);
		return false;
	}
	if (row && strcmp(row->name, "theme") == 0 &&
		!screen_knows_theme(s, value)) {
		fault_set(fault, ERR_SYNTAX, 0,
			"there is no theme %.40s; bttui's own are %s", value,
			theme_names());
		return false;
	}
	if (!send(s, name, value, fault))
		return false;
	now = row ? screen_setting(s, row->name) : NULL;
	if (row)
		screen_keep(s, row->name, now ? now : value);
	return true;
}

bool screen_reset(struct screen *s, const char *name, struct fault *fault)
{
	const struct setting_info *row = settings_find(name);

	if (!row) {
		fault_set(fault, ERR_NOENT, 0,
			"there is no setting named %.40s", name);
		return false;
	}
	if (!screen_set(s, row->name, row->fallback, fault))
		return false;
	screen_keep(s, row->name, NULL);
	return true;
}

void screen_sort(struct screen *s, enum sort_key key, bool descending)
{
	bool reverse = descending != sort_starts_descending(key);
	struct fault fault = {0};

	list_set_sort(&s->list, key, descending);
	s->opt.sort = key;
	s->opt.sort_descending = descending;
	/* What is not kept is still sorted. */
	(void)screen_set(s, "sort", sort_word(key), &fault);
	(void)screen_set(s, "sort_reverse", reverse ? "on" : "off", &fault);
}

/* --- lines that are no settings
 * ------------------------------------------------------------------ */

/* Two words behind the first: "list A". */
static bool cut_in_two(const char *text, char *first, char *second, size_t cap)
{
	size_t n = strcspn(text, " ");

	if (!text[n] || n >= cap || strlen(text + n + 1) >= cap)
		return false;
	memcpy(first, text, n);
	first[n] = '\0';
	snprintf(second, cap, "%s", text + n + 1);
	return true;
}

static bool take_bind(struct screen *s, const char *place, const char *action,
	struct fault *fault)
{
	char context[64], key[64], name[KEY_NAME_MAX];

	if (!cut_in_two(place, context, key, sizeof context)) {
		fault_set(fault, ERR_SYNTAX, 0, "bind CONTEXT KEY ACTION");
		return false;
	}
	return keymap_bind(&s->keys, context, key, action, name, fault) ==
	       ERR_OK;
}

bool screen_take_line(struct screen *s, const char *key, const char *value,
	struct fault *fault)
{
	if (strncmp(key, "bind ", 5) == 0)
		return take_bind(s, key + 5, value, fault);
	if (strncmp(key, "view ", 5) == 0)
		return saved_put(&s->views, key + 5, value, fault) == ERR_OK;
	if (strcmp(key, "columns torrents") == 0)
		return columns_parse(value, &s->columns, fault) == ERR_OK;
	fault_set(fault, ERR_SYNTAX, 0, "%.60s: there is nothing like that",
		key);
	return false;
}

bool screen_knows_theme(const struct screen *s, const char *name)
{
	return theme_find(name) ||
	       (s->ops->has_theme && s->ops->has_theme(s->user, name));
}
