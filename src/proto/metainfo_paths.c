/*
 * metainfo_paths.c - the names of a torrent's files on a disk.
 *
 * Three tables, each keyed by a folder and a name:
 *
 *	taken     names in use, of files and of folders
 *	folders   the name a folder asked for -> the folder it got
 *	counters  stem and extension -> the next number to try
 *
 * A failed try meets an entry of `taken`, and the counter of its stem never
 * goes back, so there are no more tries than names: 2,500 equal names cost
 * 2,500 steps.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "proto/metainfo_priv.h"

#define NAME_BUF (NAME_BYTES_MAX + 1)
#define EXTENSION_MAX 16u /* longer ones are part of the stem; bytes */
#define TABLE_MIN 16u     /* slots, a power of two */
#define SUFFIX_MAX 11u    /* " (1000000)" and one spare; bytes */

struct slot {
	const char *name; /* NULL: free */
	uint32_t scope;
	uint32_t value;
};

struct table {
	struct slot *slots;
	size_t cap; /* a power of two */
	size_t n;
};

struct folder {
	const char *name;
	uint32_t parent;
	uint16_t path_len; /* bytes of the path down to here */
	uint8_t depth;     /* elements of that path */
};

struct paths {
	struct arena *arena; /* of the paths given out */
	struct arena *names; /* of everything else */
	uint8_t key[16];
	size_t budget;
	struct folder *folders;
	size_t nfolders, folders_cap;
	struct table taken, asked, counters;
};

static size_t hash_of(const struct paths *p, uint32_t scope, const char *name)
{
	uint8_t text[sizeof scope + NAME_BUF];
	size_t n = strlen(name);

	assert(n < NAME_BUF);
	memcpy(text, &scope, sizeof scope);
	memcpy(text + sizeof scope, name, n);
	return (size_t)siphash(p->key, text, sizeof scope + n);
}

/* The slot of this name, or the free one where it would go. */
static struct slot *find_slot(const struct paths *p, const struct table *t,
	uint32_t scope, const char *name)
{
	size_t i = hash_of(p, scope, name) & (t->cap - 1);

	while (t->slots[i].name) {
		struct slot *s = &t->slots[i];

		if (s->scope == scope && strcmp(s->name, name) == 0)
			return s;
		i = (i + 1) & (t->cap - 1);
	}
	return &t->slots[i];
}

static bool is_crowded(const struct table *t, size_t n)
{
	return n > t->cap / 4 * 3;
}

static void table_resize(const struct paths *p, struct table *t, size_t cap)
{
	struct table old = *t;

	t->cap = cap;
	t->slots = mem_zero_array(t->cap, sizeof *t->slots);
	for (size_t i = 0; i < old.cap; i++) {
		const struct slot *s = &old.slots[i];

		if (s->name)
			*find_slot(p, t, s->scope, s->name) = *s;
	}
	mem_free(old.slots);
}

static struct slot *table_get(const struct paths *p, const struct table *t,
	uint32_t scope, const char *name)
{
	if (t->n == 0)
		return NULL;
	struct slot *s = find_slot(p, t, scope, name);
	return s->name ? s : NULL;
}

/* The name is not there yet, and is borrowed. */
static void table_put(const struct paths *p, struct table *t, uint32_t scope,
	const char *name, uint32_t value)
{
	if (is_crowded(t, t->n + 1))
		table_resize(p, t, t->cap ? t->cap * 2 : TABLE_MIN);
	*find_slot(p, t, scope, name) = (struct slot){
		.name = name,
		.scope = scope,
		.value = value,
	};
	t->n++;
}

struct paths *paths_new(struct arena *a, const char *top, const uint8_t key[16],
	size_t budget, size_t nfiles)
{
	struct paths *p = mem_zero(sizeof *p);

	p->arena = a;
	p->names = arena_new();
	memcpy(p->key, key, sizeof p->key);
	p->budget = budget;
	p->folders = mem_grow(NULL, &p->folders_cap, 1, sizeof *p->folders);
	p->folders[PATHS_TOP] = (struct folder){
		.name = top,
		.path_len = (uint16_t)(top ? strlen(top) : 0),
		.depth = top ? 1 : 0,
	};
	p->nfolders = 1;
	size_t cap = TABLE_MIN;
	while (is_crowded(&(struct table){.cap = cap}, nfiles))
		cap *= 2;
	table_resize(p, &p->taken, cap);
	return p;
}

void paths_free(struct paths *p)
{
	if (!p)
		return;
	mem_free(p->taken.slots);
	mem_free(p->asked.slots);
	mem_free(p->counters.slots);
	mem_free(p->folders);
	arena_free(p->names);
	mem_free(p);
}

static void clean_element(struct span element, char out[NAME_BUF])
{
	char *name = name_clean(element);
	size_t n = strlen(name);

	assert(n > 0 && n < NAME_BUF);
	memcpy(out, name, n + 1);
	mem_free(name);
}

/* Where the extension begins, the dot included; the end if there is none. */
static size_t extension_at(const char *name)
{
	const char *dot = strrchr(name, '.');
	size_t n = strlen(name);

	if (!dot || dot == name || n - (size_t)(dot - name) > EXTENSION_MAX)
		return n;
	return (size_t)(dot - name);
}

/* Cut at a character so that at most max bytes stay. */
static size_t cut_utf8(const char *s, size_t n, size_t max)
{
	if (n <= max)
		return n;
	while (max > 0 && ((uint8_t)s[max] & 0xc0) == 0x80)
		max--;
	return max;
}

/* The number the next file of this stem and extension should try. */
static struct slot *counter_of(struct paths *p, uint32_t scope,
	const char *stem, const char *ext)
{
	char key[NAME_BUF + 1];

	/* No name holds a slash, so stem and extension stay apart. */
	int n = snprintf(key, sizeof key, "%s/%s", stem, ext);
	assert(n > 0 && (size_t)n < NAME_BUF);
	struct slot *s = table_get(p, &p->counters, scope, key);
	if (s)
		return s;
	table_put(p, &p->counters, scope,
		arena_text(p->names, span_of(key, (size_t)n)), 2);
	return table_get(p, &p->counters, scope, key);
}

/* Change name until nothing in the folder has it. */
static void make_distinct(struct paths *p, uint32_t scope, char name[NAME_BUF])
{
	char stem[NAME_BUF], ext[EXTENSION_MAX + 1];

	if (!table_get(p, &p->taken, scope, name))
		return;
	size_t at = extension_at(name);
	size_t ext_len = strlen(name + at);
	memcpy(ext, name + at, ext_len + 1);
	/* Every number gets the same room: one stem, one counter. */
	at = cut_utf8(name, at, NAME_BYTES_MAX - ext_len - SUFFIX_MAX);
	memcpy(stem, name, at);
	stem[at] = '\0';
	struct slot *counter = counter_of(p, scope, stem, ext);
	do {
		int n = snprintf(name, NAME_BUF, "%s (%u)%s", stem,
			counter->value++, ext);
		assert(n > 0 && n < (int)NAME_BUF);
	} while (table_get(p, &p->taken, scope, name));
}

enum err paths_folder(struct paths *p, uint32_t parent, struct span element,
	uint32_t *out)
{
	char name[NAME_BUF];
	const struct folder *up = &p->folders[parent];

	clean_element(element, name);
	struct slot *s = table_get(p, &p->asked, parent, name);
	if (s) {
		*out = s->value;
		return ERR_OK;
	}
	/* Room for a number, for the file below and for the slashes. */
	size_t len = up->path_len + 1 + strlen(name) + SUFFIX_MAX;
	if (up->depth + 2u > METAINFO_DEPTH_MAX ||
		len + 1 + NAME_BYTES_MAX > METAINFO_PATH_MAX) {
		*out = parent;
		return ERR_OK;
	}
	if (p->nfolders == PATHS_FOLDERS_MAX)
		return ERR_LIMIT;
	const char *asked = arena_text(p->names, span_str(name));
	make_distinct(p, parent, name);
	const char *got = arena_text(p->names, span_str(name));
	uint32_t id = (uint32_t)p->nfolders++;
	struct folder f = {
		.name = got,
		.parent = parent,
		.path_len = (uint16_t)(up->path_len + (up->path_len ? 1u : 0u) +
				       strlen(got)),
		.depth = (uint8_t)(up->depth + 1),
	};
	p->folders = mem_grow(p->folders, &p->folders_cap, p->nfolders,
		sizeof *p->folders);
	p->folders[id] = f;
	table_put(p, &p->taken, parent, got, 0);
	table_put(p, &p->asked, parent, asked, id);
	*out = id;
	return ERR_OK;
}

/* "top/folder/.../name", written from its end. */
static char *join_path(const struct paths *p, uint32_t parent, const char *name)
{
	size_t name_len = strlen(name);
	size_t at = p->folders[parent].path_len;
	size_t n = at + (at ? 1 : 0) + name_len;
	char *path = arena_chars(p->arena, n + 1);

	memcpy(path + n - name_len, name, name_len + 1);
	for (uint32_t i = parent; at > 0; i = p->folders[i].parent) {
		size_t len = strlen(p->folders[i].name);

		path[at] = '/';
		at -= len;
		memcpy(path + at, p->folders[i].name, len);
		at -= at ? 1 : 0;
	}
	return path;
}

enum err paths_file(struct paths *p, uint32_t parent, struct span element,
	const char **out)
{
	char name[NAME_BUF];

	clean_element(element, name);
	make_distinct(p, parent, name);
	size_t name_len = strlen(name);
	size_t n = p->folders[parent].path_len + 1u + name_len + 1;
	if (n > p->budget)
		return ERR_LIMIT;
	p->budget -= n;
	char *path = join_path(p, parent, name);
	/* The last element of the path serves as the table's copy. */
	table_put(p, &p->taken, parent, path + strlen(path) - name_len, 0);
	*out = path;
	return ERR_OK;
}
