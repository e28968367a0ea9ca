/*
 * complete.c - see complete.h.
 */
#include "ui/complete.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

char *complete_expand(const char *text, const char *home)
{
	if (text[0] == '~' && (text[1] == '/' || !text[1]) && home)
		return mem_printf("%s%s", home, text + 1);
	return mem_strdup(text);
}

static void drop_found(struct completion *c)
{
	for (size_t i = 0; i < c->n; i++)
		mem_free(c->found[i].name);
	c->n = 0;
}

void complete_stop(struct completion *c)
{
	drop_found(c);
	mem_free(c->found);
	mem_free(c->folder);
	mem_free(c->prefix);
	mem_free(c->path);
	*c = (struct completion){0};
}

void complete_type(struct completion *c, const char *text, const char *home,
	bool only_folders, const char **read)
{
	const char *slash = strrchr(text, '/');
	size_t folder = slash ? (size_t)(slash - text) + 1 : 0;
	char *typed = mem_strndup(text, folder);
	char *path = complete_expand(folder ? typed : "./", home);

	*read = NULL;
	mem_free(c->folder);
	mem_free(c->prefix);
	c->folder = typed;
	c->prefix = mem_strdup(text + folder);
	c->only_folders = only_folders;
	if (c->path && strcmp(c->path, path) == 0) {
		mem_free(path);
		return;
	}
	drop_found(c);
	mem_free(c->path);
	c->path = path;
	*read = path;
}

static bool is_torrent(const char *name)
{
	size_t len = strlen(name);

	return len > 8 && strcmp(name + len - 8, ".torrent") == 0;
}

static int by_name(const void *pa, const void *pb)
{
	const struct dir_entry *a = pa, *b = pb;

	if (a->is_dir != b->is_dir)
		return a->is_dir ? -1 : 1;
	return strcmp(a->name, b->name);
}

void complete_answer(struct completion *c, const char *path,
	const struct dir_entry *entries, size_t n)
{
	if (!c->path || strcmp(c->path, path) != 0)
		return;
	drop_found(c);
	for (size_t i = 0; i < n && c->n < COMPLETE_ENTRIES_MAX; i++) {
		if (!entries[i].is_dir && !is_torrent(entries[i].name))
			continue;
		c->found =
			mem_grow(c->found, &c->cap, c->n + 1, sizeof *c->found);
		c->found[c->n].name = mem_strdup(entries[i].name);
		c->found[c->n++].is_dir = entries[i].is_dir;
	}
	if (c->n)
		qsort(c->found, c->n, sizeof *c->found, by_name);
}

static bool matches(const struct completion *c, const struct dir_entry *e)
{
	if (c->only_folders && !e->is_dir)
		return false;
	if (e->name[0] == '.' && c->prefix[0] != '.')
		return false;
	return strncmp(e->name, c->prefix, strlen(c->prefix)) == 0;
}

size_t complete_count(const struct completion *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += matches(c, &c->found[i]);
	return n;
}

const struct dir_entry *complete_at(const struct completion *c, size_t at)
{
	for (size_t i = 0; i < c->n; i++)
		if (matches(c, &c->found[i]) && at-- == 0)
			return &c->found[i];
	return NULL;
}

char *complete_with(const struct completion *c, size_t i)
{
	const struct dir_entry *e = complete_at(c, i);

	return e ? mem_printf("%s%s%s", c->folder, e->name,
			   e->is_dir ? "/" : "")
	         : NULL;
}

char *complete_common(const struct completion *c)
{
	size_t n = complete_count(c);
	const struct dir_entry *first = complete_at(c, 0);
	size_t len;

	if (n == 0)
		return NULL;
	if (n == 1)
		return complete_with(c, 0);
	len = strlen(first->name);
	for (size_t i = 1; i < n; i++) {
		const char *other = complete_at(c, i)->name;
		size_t same = 0;

		while (same < len && other[same] == first->name[same])
			same++;
		len = same;
	}
	/* Never half a character. */
	while (len > 0 && ((unsigned char)first->name[len] & 0xc0) == 0x80)
		len--;
	if (len <= strlen(c->prefix))
		return NULL;
	return mem_printf("%s%.*s", c->folder, (int)len, first->name);
}
