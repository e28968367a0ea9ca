/*
 * ui_themes.c - themes that are files in a folder of the user's.  See
 * ui_priv.h.
 *
 * Names are read when the interface opens and whenever something is set; a
 * theme's file when it is asked for.  Both on another thread: until the file
 * is here the theme before it stays.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/ui_priv.h"

#define THEMES_MAX 100u

static bool is_name(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n < UI_THEME_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST"
			    "UVWXYZ0123456789_-") == n;
}

void ui_list_themes(struct ui *ui)
{
	if (ui->themes_dir && ui->loader)
		loader_read_folder(ui->loader, ui->themes_dir);
}

static void drop_names(struct ui *ui)
{
	for (size_t i = 0; i < ui->nthemes; i++)
		mem_free(ui->themes[i]);
	ui->nthemes = 0;
}

bool ui_themes_listed(struct ui *ui, const char *path,
	const struct dir_entry *entries, size_t n)
{
	if (!ui->themes_dir || strcmp(path, ui->themes_dir) != 0)
		return false;
	drop_names(ui);
	for (size_t i = 0; i < n && ui->nthemes < THEMES_MAX; i++) {
		if (entries[i].is_dir || !is_name(entries[i].name) ||
			theme_find(entries[i].name))
			continue;
		ui->themes = mem_grow(ui->themes, &ui->themes_cap,
			ui->nthemes + 1, sizeof *ui->themes);
		ui->themes[ui->nthemes++] = mem_strdup(entries[i].name);
	}
	return true;
}

const char *ui_theme_at(const struct ui *ui, size_t i)
{
	return i < ui->nthemes ? ui->themes[i] : NULL;
}

bool ui_has_theme(struct ui *ui, const char *name)
{
	for (size_t i = 0; i < ui->nthemes; i++)
		if (strcmp(ui->themes[i], name) == 0)
			return true;
	ui_list_themes(ui); /* it may be new */
	return false;
}

const struct theme *ui_theme(struct ui *ui)
{
	const struct theme *t = theme_find(ui->theme);

	if (t)
		return t;
	if (ui->own_theme && strcmp(ui->own_name, ui->theme) == 0)
		return ui->own_theme;
	if (!ui->themes_dir || !ui->loader || !is_name(ui->theme))
		return theme_find("aurora");
	if (strcmp(ui->theme_asked, ui->theme) != 0) {
		char *path = mem_printf("%s/%s", ui->themes_dir, ui->theme);

		snprintf(ui->theme_asked, sizeof ui->theme_asked, "%s",
			ui->theme);
		loader_read_torrent(ui->loader, path);
		mem_free(path);
	}
	return ui->own_theme ? ui->own_theme : theme_find("aurora");
}

static void take(struct ui *ui, const char *name, struct theme *t)
{
	struct theme *old = ui->own_theme;

	snprintf(ui->own_name, sizeof ui->own_name, "%s", name);
	ui->own_theme = t;
	/* The terminal lets go of the old one before it is freed. */
	ui->settings_seen = 0;
	ui_take_settings(ui);
	theme_free(old);
}

bool ui_theme_loaded(struct ui *ui, const char *path, struct span bytes,
	const struct fault *fault)
{
	size_t n = ui->themes_dir ? strlen(ui->themes_dir) : 0;
	struct fault bad = {0};
	struct theme *t = NULL;
	char text[FAULT_TEXT_MAX + 64];

	if (!n || strncmp(path, ui->themes_dir, n) != 0 || path[n] != '/' ||
		!is_name(path + n + 1))
		return false;
	if (!fault && bytes.n > THEME_FILE_MAX)
		fault_set(&bad, ERR_LIMIT, 0, "the file is too large");
	else if (!fault)
		t = theme_read(bytes, &bad);
	ui->theme_asked[0] = '\0';
	if (t) {
		take(ui, path + n + 1, t);
		return true;
	}
	/* Asked for once only, until another one is. */
	snprintf(ui->theme_asked, sizeof ui->theme_asked, "%s", path + n + 1);
	snprintf(text, sizeof text, "theme %s: %s", path + n + 1,
		fault ? fault->what : bad.what);
	ui_complain(ui, text);
	return true;
}

void ui_themes_stop(struct ui *ui)
{
	drop_names(ui);
	mem_free(ui->themes);
	mem_free(ui->themes_dir);
	theme_free(ui->own_theme);
}
