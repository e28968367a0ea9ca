/*
 * peek.c - see peek.h.
 */
#include "ui/peek.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "proto/metainfo.h"

void peek_stop(struct peek *p)
{
	for (size_t i = 0; i < p->n; i++)
		mem_free(p->entry[i].path);
	mem_free(p->asked);
	*p = (struct peek){0};
}

const char *peek_known(const struct peek *p, const char *path, bool is_dir)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->entry[i].is_dir == is_dir &&
			strcmp(p->entry[i].path, path) == 0)
			return p->entry[i].text;
	return NULL;
}

bool peek_ask(struct peek *p, const char *path, bool is_dir)
{
	if (p->asked || peek_known(p, path, is_dir))
		return false;
	p->asked = mem_strdup(path);
	p->asked_dir = is_dir;
	return true;
}

/* The oldest makes room. */
static char *keep(struct peek *p, const char *path, bool is_dir)
{
	struct peek_entry *e;

	if (!p->asked || p->asked_dir != is_dir || strcmp(p->asked, path) != 0)
		return NULL;
	e = &p->entry[p->next];
	mem_free(e->path);
	e->path = p->asked;
	e->is_dir = is_dir;
	p->asked = NULL;
	p->next = (p->next + 1) % PEEK_KEPT;
	if (p->n < PEEK_KEPT)
		p->n++;
	return e->text;
}

void peek_torrent(struct peek *p, const char *path, struct span bytes,
	const struct fault *fault, enum units units)
{
	char *text = keep(p, path, false);
	struct metainfo *m = NULL;
	struct fault wrong = {0};
	char size[FORMAT_MAX];

	if (!text)
		return;
	if (fault || metainfo_parse(bytes, &m, &wrong) != ERR_OK) {
		snprintf(text, PEEK_TEXT_MAX, "broken: %.100s",
			fault ? fault->what : wrong.what);
		return;
	}
	format_size(size, m->content, units);
	snprintf(text, PEEK_TEXT_MAX, "%s, %zu file%s", size, m->nfiles,
		format_s(m->nfiles));
	metainfo_free(m);
}

void peek_folder(struct peek *p, const char *path,
	const struct dir_entry *entries, size_t n)
{
	char *text = keep(p, path, true);
	size_t torrents = 0;

	if (!text)
		return;
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(entries[i].name);

		torrents += !entries[i].is_dir && len > 8 &&
		            strcmp(entries[i].name + len - 8, ".torrent") == 0;
	}
	if (torrents)
		snprintf(text, PEEK_TEXT_MAX, "folder, %zu .torrent file%s",
			torrents, format_s(torrents));
	else
		snprintf(text, PEEK_TEXT_MAX, "folder");
}
