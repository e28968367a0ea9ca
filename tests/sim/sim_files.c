/*
 * sim_files.c - see sim_files.h.
 */
#include "sim_files.h"

#include <errno.h>
#include <string.h>

#include "base/list.h"
#include "base/mem.h"

struct content {
	uint8_t *p;
	uint64_t size, cap;
	int64_t mtime_ns;
	bool exists;
};

struct sim_file {
	struct list link;
	char *path;
	struct content seen;   /* by the running system */
	struct content stable; /* on the medium */
	struct bitfield pages; /* ever written */
	bool dirty;
};

struct state_file {
	struct list link;
	char *path;
	struct buf bytes;
};

struct sim_files {
	struct sim *sim;
	struct list files, states;
	uint64_t capacity, used;
};

struct sim_files *sim_files_new(struct sim *s)
{
	struct sim_files *f = mem_zero(sizeof *f);

	f->sim = s;
	f->capacity = UINT64_C(1) << 50;
	list_init(&f->files);
	list_init(&f->states);
	return f;
}

static void file_free(struct sim_files *f, struct sim_file *file)
{
	list_remove(&file->link);
	f->used -= (uint64_t)bitfield_count(&file->pages) * SIM_PAGE;
	mem_free(file->path);
	mem_free(file->seen.p);
	mem_free(file->stable.p);
	bitfield_fini(&file->pages);
	mem_free(file);
}

static void state_free(struct state_file *st)
{
	list_remove(&st->link);
	mem_free(st->path);
	buf_free(&st->bytes);
	mem_free(st);
}

void sim_files_free(struct sim_files *f)
{
	list_for_each_safe (it, &f->files)
		file_free(f, container_of(it, struct sim_file, link));
	list_for_each_safe (it, &f->states)
		state_free(container_of(it, struct state_file, link));
	mem_free(f);
}

struct sim *sim_files_sim(const struct sim_files *f)
{
	return f->sim;
}

void sim_files_set_capacity(struct sim_files *f, uint64_t bytes)
{
	f->capacity = bytes;
}

uint64_t sim_files_capacity(const struct sim_files *f)
{
	return f->capacity;
}

uint64_t sim_files_used(const struct sim_files *f)
{
	return f->used;
}

struct sim_file *sim_file_find(struct sim_files *f, const char *path)
{
	list_for_each (it, &f->files) {
		struct sim_file *file = container_of(it, struct sim_file, link);

		if (strcmp(file->path, path) == 0)
			return file;
	}
	return NULL;
}

static void touch(struct sim_files *f, struct sim_file *file)
{
	uint64_t ms = sim_now(f->sim) / SIM_MTIME_STEP_MS * SIM_MTIME_STEP_MS;

	file->dirty = true;
	file->seen.mtime_ns =
		(int64_t)SIM_BEGIN_WALL_S * 1000000000 + (int64_t)ms * 1000000;
}

struct sim_file *sim_file_make(struct sim_files *f, const char *path)
{
	struct sim_file *file = sim_file_find(f, path);

	if (file)
		return file;
	file = mem_zero(sizeof *file);
	file->path = mem_strdup(path);
	file->seen.exists = true;
	bitfield_init(&file->pages, 0);
	list_push_back(&f->files, &file->link);
	touch(f, file);
	return file;
}

void sim_file_remove(struct sim_files *f, const char *path)
{
	struct sim_file *file = sim_file_find(f, path);

	if (file)
		file_free(f, file);
}

void sim_file_rename(struct sim_files *f, struct sim_file *file,
	const char *path)
{
	struct sim_file *old = sim_file_find(f, path);

	if (old && old != file)
		file_free(f, old);
	mem_free(file->path);
	file->path = mem_strdup(path);
}

uint64_t sim_file_size(const struct sim_file *file)
{
	return file->seen.size;
}

const uint8_t *sim_file_bytes(const struct sim_file *file)
{
	return file->seen.p;
}

struct disk_stat sim_file_stat(const struct sim_file *file)
{
	if (!file)
		return (struct disk_stat){.exists = false};
	return (struct disk_stat){
		.exists = true,
		.size = file->seen.size,
		.mtime_ns = file->seen.mtime_ns,
	};
}

static void content_resize(struct content *c, uint64_t size)
{
	if (size > c->cap) {
		c->p = mem_resize(c->p, (size_t)size, 1);
		c->cap = size;
	}
	if (size > c->size)
		memset(c->p + c->size, 0, (size_t)(size - c->size));
	c->size = size;
}

static void grow_pages(struct sim_file *file, uint64_t size)
{
	uint32_t n = (uint32_t)((size + SIM_PAGE - 1) / SIM_PAGE);
	struct bitfield more;

	if (n <= bitfield_size(&file->pages))
		return;
	bitfield_init(&more, n);
	for (uint32_t i = 0; i < bitfield_size(&file->pages); i++)
		if (bitfield_has(&file->pages, i))
			bitfield_add(&more, i);
	bitfield_fini(&file->pages);
	file->pages = more;
}

void sim_file_grow(struct sim_files *f, struct sim_file *file, uint64_t size)
{
	if (size <= file->seen.size)
		return;
	content_resize(&file->seen, size);
	grow_pages(file, size);
	touch(f, file);
}

/* Room for the page; false when the medium is full. */
static bool take_page(struct sim_files *f, struct sim_file *file, uint64_t page)
{
	if (bitfield_has(&file->pages, (uint32_t)page))
		return true;
	if (f->used + SIM_PAGE > f->capacity)
		return false;
	bitfield_add(&file->pages, (uint32_t)page);
	f->used += SIM_PAGE;
	return true;
}

int sim_file_write(struct sim_files *f, struct sim_file *file, uint64_t at,
	struct span bytes)
{
	while (bytes.n > 0) {
		size_t room = (size_t)(SIM_PAGE - at % SIM_PAGE);
		size_t n = bytes.n < room ? bytes.n : room;

		grow_pages(file, at + n);
		if (!take_page(f, file, at / SIM_PAGE))
			return ENOSPC;
		sim_file_grow(f, file, at + n);
		memcpy(file->seen.p + at, bytes.p, n);
		touch(f, file);
		at += n;
		bytes.p += n;
		bytes.n -= n;
	}
	return 0;
}

static void content_copy(struct content *to, const struct content *from)
{
	content_resize(to, from->size);
	if (from->size)
		memcpy(to->p, from->p, (size_t)from->size);
	to->mtime_ns = from->mtime_ns;
	to->exists = from->exists;
}

void sim_file_sync(struct sim_file *file)
{
	if (!file->dirty)
		return;
	content_copy(&file->stable, &file->seen);
	file->dirty = false;
}

void sim_files_sync(struct sim_files *f)
{
	list_for_each (it, &f->files)
		sim_file_sync(container_of(it, struct sim_file, link));
}

bool sim_file_has_data(const struct sim_file *file, uint64_t at, uint64_t n)
{
	uint64_t first = at / SIM_PAGE,
		 end = (at + n + SIM_PAGE - 1) / SIM_PAGE;

	return bitfield_count_range(&file->pages, (uint32_t)first,
		       (uint32_t)end) > 0;
}

/* One page as the medium has it. */
static void revert_page(struct sim_file *file, uint64_t at)
{
	uint64_t n = file->seen.size - at, have = 0;

	if (n > SIM_PAGE)
		n = SIM_PAGE;
	if (at < file->stable.size)
		have = file->stable.size - at < n ? file->stable.size - at : n;
	if (have)
		memcpy(file->seen.p + at, file->stable.p + at, (size_t)have);
	memset(file->seen.p + at + have, 0, (size_t)(n - have));
}

static void cut_file(struct sim_files *f, struct sim_file *file, uint32_t lucky)
{
	if (!file->dirty)
		return;
	if (!file->stable.exists && !sim_chance(f->sim, lucky)) {
		file_free(f, file); /* its name was never stored */
		return;
	}
	for (uint64_t at = 0; at < file->seen.size; at += SIM_PAGE)
		if (!sim_chance(f->sim, lucky))
			revert_page(file, at);
	if (!sim_chance(f->sim, lucky))
		content_resize(&file->seen, file->stable.size);
	if (!sim_chance(f->sim, lucky))
		file->seen.mtime_ns = file->stable.mtime_ns;
	sim_file_sync(file);
}

void sim_files_power_cut(struct sim_files *f, uint32_t lucky_permille)
{
	list_for_each_safe (it, &f->files)
		cut_file(f, container_of(it, struct sim_file, link),
			lucky_permille);
}

void sim_file_corrupt(struct sim_files *f, struct sim_file *file, uint64_t at)
{
	uint8_t byte = file->seen.p[at] ^ 0x55;

	sim_file_write(f, file, at, span_of(&byte, 1));
}

/* --- state files
 * --------------------------------------------------------------- */

static struct state_file *state_find(struct sim_files *f, const char *path)
{
	list_for_each (it, &f->states) {
		struct state_file *st =
			container_of(it, struct state_file, link);

		if (strcmp(st->path, path) == 0)
			return st;
	}
	return NULL;
}

void sim_state_save(struct sim_files *f, const char *path, struct span bytes)
{
	struct state_file *st = state_find(f, path);

	if (!st) {
		st = mem_zero(sizeof *st);
		st->path = mem_strdup(path);
		list_push_back(&f->states, &st->link);
	}
	buf_free(&st->bytes);
	buf_add(&st->bytes, bytes);
}

bool sim_state_load(struct sim_files *f, const char *path, struct span *bytes)
{
	struct state_file *st = state_find(f, path);

	if (!st)
		return false;
	*bytes = buf_span(&st->bytes);
	return true;
}

void sim_state_remove(struct sim_files *f, const char *path)
{
	struct state_file *st = state_find(f, path);

	if (st)
		state_free(st);
}

size_t sim_state_count(const struct sim_files *f)
{
	size_t n = 0;

	for (const struct list *it = f->states.next; it != &f->states;
		it = it->next)
		n++;
	return n;
}
