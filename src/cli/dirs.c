/*
 * dirs.c - see dirs.h.
 */
#include "cli/dirs.h"

#include "app/paths.h"
#include "base/mem.h"
#include "cli/torrent_file.h"
#include "core/settings.h"

char *dirs_download(const char *config_path)
{
	char *path = config_path ? paths_absolute(config_path) : paths_config();
	struct settings *s = settings_new();
	struct buf text = {0};
	struct fault ignored = {0};
	const char *set;
	char *dir;
	size_t bad;

	if (torrent_file_read(path, &text, &ignored) == ERR_OK)
		settings_read(s, buf_span(&text), &bad, &ignored);
	set = settings_text(s, SET_DOWNLOAD_DIR);
	dir = set && set[0] ? paths_absolute(set) : paths_download();
	buf_free(&text);
	settings_free(s);
	mem_free(path);
	return dir;
}
