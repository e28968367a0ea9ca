/*
 * dirs.c - see dirs.h.
 */
#include "cli/dirs.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>

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

char *dirs_temporary(const char *name)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread yet */
	const char *tmp = getenv("TMPDIR");
	char *dir = mem_printf("%s/bttui-%s-XXXXXX",
		tmp && tmp[0] == '/' ? tmp : "/tmp", name);
	int os;

	if (mkdtemp(dir))
		return dir;
	os = errno;
	mem_free(dir);
	errno = os;
	return NULL;
}

void dirs_remove(const char *dir)
{
	char *root = mem_strdup(dir);
	char *roots[] = {root, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;

	while (fts && (entry = fts_read(fts)) != NULL)
		/* Folders when their contents are gone. */
		if (entry->fts_info != FTS_D)
			(void)remove(entry->fts_accpath);
	if (fts)
		fts_close(fts);
	mem_free(root);
}
