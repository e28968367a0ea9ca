/*
 * ui_ops.c - what views ask of the world outside.  See ui_priv.h.
 */
#include <string.h>

#include "core/command.h"
#include "ui/ui_priv.h"

static enum err op_command(void *user, const struct command *c,
	struct torrent_id *id, struct fault *fault)
{
	struct ui *ui = user;

	if (ui->engine_gone)
		return fault_set(fault, ERR_CANCELED, 0, "bttui is closing");
	return engine_command(ui->cfg.engine, c, id, fault);
}

static void op_watch(void *user, struct torrent_id id, uint32_t what)
{
	struct ui *ui = user;

	if (ui->engine_gone)
		return;
	engine_watch(ui->cfg.engine, id, what);
	ui->rewatched = true;
	/* The details come with the next refresh: do not wait a second. */
	ui->full = true;
	ui_want_frame(ui, UI_KEY_FRAME_MS);
}

static bool op_dht(void *user, enum addr_family family, unsigned bucket,
	struct dht_detail *out)
{
	struct ui *ui = user;

	if (ui->engine_gone)
		return false;
	engine_dht(ui->cfg.engine, family, bucket, out);
	return true;
}

static const struct notice *op_notice(void *user, uint64_t after)
{
	struct ui *ui = user;

	return ui->engine_gone ? NULL
	                       : engine_notice_after(ui->cfg.engine, after);
}

static void op_read_folder(void *user, const char *path)
{
	loader_read_folder(((struct ui *)user)->loader, path);
}

static void op_read_torrent(void *user, const char *path)
{
	loader_read_torrent(((struct ui *)user)->loader, path);
}

static void op_quit(void *user, bool at_once)
{
	ui_ask_quit(user, at_once);
}

static void op_suspend(void *user)
{
	ui_suspend(user);
}

static void op_repaint(void *user)
{
	struct ui *ui = user;

	term_repaint(ui->term);
	ui_want_full_frame(ui);
}

static const char *op_setting(void *user, const char *name)
{
	struct ui *ui = user;
	const struct setting_info *t = settings_table();

	for (int i = 0; ui->cfg.settings && i < SETTINGS_COUNT; i++)
		if (strcmp(t[i].name, name) == 0)
			return settings_text(ui->cfg.settings,
				(enum setting_id)i);
	return NULL;
}

static bool op_keep(void *user, const char *key, const char *value)
{
	struct ui *ui = user;

	if (!ui->cfg.keep || ui->engine_gone)
		return false;
	ui->cfg.keep(ui->cfg.user, key, value);
	return true;
}

static uint64_t op_free_bytes(void *user, const char *dir)
{
	struct ui *ui = user;

	return ui->engine_gone ? 0 : engine_free_bytes(ui->cfg.engine, dir);
}

static bool op_has_theme(void *user, const char *name)
{
	return ui_has_theme(user, name);
}

static const char *op_theme_at(void *user, size_t i)
{
	return ui_theme_at(user, i);
}

static char *op_magnet(void *user, struct torrent_id id)
{
	struct ui *ui = user;

	return ui->engine_gone ? NULL : engine_magnet_link(ui->cfg.engine, id);
}

static bool op_copy(void *user, const char *text)
{
	/* The toast that tells of it makes a frame, which takes it along. */
	return term_copy(((struct ui *)user)->term, text);
}

const struct ui_ops ui_engine_ops = {
	.command = op_command,
	.watch = op_watch,
	.dht = op_dht,
	.notice_after = op_notice,
	.read_folder = op_read_folder,
	.read_torrent = op_read_torrent,
	.quit = op_quit,
	.suspend = op_suspend,
	.repaint = op_repaint,
	.setting = op_setting,
	.free_bytes = op_free_bytes,
	.keep = op_keep,
	.magnet = op_magnet,
	.copy = op_copy,
	.has_theme = op_has_theme,
	.theme_at = op_theme_at,
};

static void torrent_loaded(void *user, const char *path, struct span bytes,
	const struct fault *fault)
{
	struct ui *ui = user;

	ui_refresh(ui);
	if (ui_theme_loaded(ui, path, bytes, fault)) {
		ui_want_full_frame(ui);
		return;
	}
	screen_torrent_read(ui->screen, path, bytes, fault);
	ui_want_full_frame(ui);
}

static void folder_loaded(void *user, const char *path,
	const struct dir_entry *entries, size_t n)
{
	struct ui *ui = user;

	ui_refresh(ui);
	if (ui_themes_listed(ui, path, entries, n))
		return;
	screen_folder_read(ui->screen, path, entries, n);
	ui_want_full_frame(ui);
}

const struct loader_events ui_loader_events = {torrent_loaded, folder_loaded};
