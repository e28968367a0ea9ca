/*
 * sim_disk_run.c - what the jobs of a virtual disk do to its files.
 *
 * The same rules as src/host/files*.c: a file that is not wanted and does not
 * exist has its bytes in the part file, at their offset in the stream; pad
 * files read as zeroes; the end of a file is an error, not zeroes.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "sim_disk_priv.h"

#define PATH_BYTES 4400

static const struct meta_file *meta_of(const struct store *s, size_t i)
{
	return &s->layout->meta->files[i];
}

static bool is_real(const struct store *s, size_t i)
{
	return !meta_of(s, i)->is_pad && !meta_of(s, i)->is_symlink;
}

static struct sim_file *file_of(const struct store *s, size_t i, bool make)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof path, "%s/%s", s->dir, meta_of(s, i)->path);
	return make ? sim_file_make(s->disk->files, path)
	            : sim_file_find(s->disk->files, path);
}

/* Where a run really lies. */
struct place {
	struct sim_file *file;
	uint64_t at;
	uint64_t size; /* the file's final size; 0: it grows */
};

static struct place place_of(const struct store *s,
	const struct layout_run *run, bool make)
{
	bool wanted = bitfield_has(&s->wanted, (uint32_t)run->file);
	struct place p = {
		.file = file_of(s, run->file, make && wanted),
		.at = run->file_offset,
		.size = meta_of(s, run->file)->length,
	};

	if (p.file || wanted)
		return p;
	p.file = make ? sim_file_make(s->disk->files, s->parts)
	              : sim_file_find(s->disk->files, s->parts);
	p.at += meta_of(s, run->file)->offset;
	p.size = 0;
	return p;
}

static int read_run(const struct store *s, const struct layout_run *run,
	uint8_t *to)
{
	struct place p;

	if (!is_real(s, run->file)) {
		memset(to, 0, (size_t)run->n);
		return 0;
	}
	p = place_of(s, run, false);
	if (!p.file)
		return ENOENT;
	if (!range_ok(p.at, run->n, sim_file_size(p.file)))
		return ENODATA;
	memcpy(to, sim_file_bytes(p.file) + p.at, (size_t)run->n);
	return 0;
}

static int write_run(const struct store *s, const struct layout_run *run,
	const uint8_t *from)
{
	struct place p;

	if (!is_real(s, run->file))
		return 0;
	p = place_of(s, run, true);
	sim_file_grow(s->disk->files, p.file, p.size);
	return sim_file_write(s->disk->files, p.file, p.at,
		span_of(from, (size_t)run->n));
}

/* All runs of [offset, offset + n); 0 or an errno. */
static int transfer(const struct store *s, uint64_t offset, uint8_t *p,
	size_t n, bool write)
{
	struct layout_run run;

	while (n > 0) {
		int os;

		if (!layout_run(s->layout, offset, n, &run))
			return ERANGE;
		os = write ? write_run(s, &run, p) : read_run(s, &run, p);
		if (os)
			return os;
		offset += run.n;
		p += run.n;
		n -= (size_t)run.n;
	}
	return 0;
}

static void set_fault(struct disk_job *job, const char *verb, int os)
{
	if (os)
		fault_set(&job->fault, ERR_DISK, os, "cannot %s: %s", verb,
			strerror(os));
}

static uint8_t *gather(const struct disk_job *job)
{
	uint8_t *all = mem_alloc(job->length ? job->length : 1);
	size_t at = 0;

	for (int i = 0; i < job->nvec; i++) {
		memcpy(all + at, job->vec[i].iov_base, job->vec[i].iov_len);
		at += job->vec[i].iov_len;
	}
	return all;
}

static void run_read(struct store *s, struct disk_job *job)
{
	uint8_t *all = mem_alloc(job->length ? job->length : 1);
	size_t at = 0;
	int os = transfer(s, job->offset, all, job->length, false);

	for (int i = 0; i < job->nvec && !os; i++) {
		memcpy(job->vec[i].iov_base, all + at, job->vec[i].iov_len);
		at += job->vec[i].iov_len;
	}
	mem_free(all);
	set_fault(job, "read", os);
}

static void run_write(struct store *s, struct disk_job *job)
{
	uint8_t *all = gather(job);

	if (job->op == DISK_PUT_PIECE) {
		sha1(span_of(all, job->length), job->sha1);
		if (memcmp(job->sha1, job->expect, SHA1_LEN) != 0) {
			fault_set(&job->fault, ERR_HASH, 0, "bad piece");
			mem_free(all);
			return;
		}
	}
	set_fault(job, "write",
		transfer(s, job->offset, all, job->length, true));
	mem_free(all);
}

static void run_hash(struct store *s, struct disk_job *job)
{
	uint8_t *all = mem_alloc(job->length ? job->length : 1);
	int os = transfer(s, job->offset, all, job->length, false);

	if (!os)
		sha1(span_of(all, job->length), job->sha1);
	mem_free(all);
	set_fault(job, "read", os);
}

static void run_flush(struct store *s)
{
	struct sim_file *parts = sim_file_find(s->disk->files, s->parts);

	for (size_t i = 0; i < s->layout->meta->nfiles; i++) {
		struct sim_file *f =
			is_real(s, i) ? file_of(s, i, false) : NULL;

		if (f)
			sim_file_sync(f);
	}
	if (parts)
		sim_file_sync(parts);
}

static void run_stat(struct store *s, struct disk_job *job)
{
	for (size_t i = 0; i < s->layout->meta->nfiles; i++)
		job->stat[i] =
			sim_file_stat(is_real(s, i) ? file_of(s, i, false)
						    : NULL);
}

/* Out of the part file into its own. */
static void bring_in(struct store *s, size_t i)
{
	const struct meta_file *m = meta_of(s, i);
	struct sim_file *parts = sim_file_find(s->disk->files, s->parts);
	struct sim_file *f;
	uint64_t n = m->length;

	if (file_of(s, i, false) || !parts || n == 0 ||
		!sim_file_has_data(parts, m->offset, n))
		return;
	f = file_of(s, i, true);
	sim_file_grow(s->disk->files, f, n);
	if (sim_file_size(parts) < m->offset + n)
		n = sim_file_size(parts) > m->offset
		            ? sim_file_size(parts) - m->offset
		            : 0;
	sim_file_write(s->disk->files, f, 0,
		span_of(sim_file_bytes(parts) + m->offset, (size_t)n));
	sim_file_sync(f);
}

static void run_select(struct store *s, struct disk_job *job)
{
	for (uint32_t i = 0; i < bitfield_size(&s->wanted); i++) {
		bool was = s->selected && bitfield_has(&s->wanted, i);

		if (!bitfield_has(job->wanted, i) || was || !is_real(s, i))
			continue;
		if (meta_of(s, i)->length == 0)
			file_of(s, i, true);
		else
			bring_in(s, i);
	}
	bitfield_copy(&s->wanted, job->wanted);
	s->selected = true;
}

static void run_delete(struct store *s)
{
	char path[PATH_BYTES];

	for (size_t i = 0; i < s->layout->meta->nfiles; i++) {
		if (!is_real(s, i))
			continue;
		snprintf(path, sizeof path, "%s/%s", s->dir,
			meta_of(s, i)->path);
		sim_file_remove(s->disk->files, path);
	}
	sim_file_remove(s->disk->files, s->parts);
}

static void run_move(struct store *s, struct disk_job *job)
{
	struct sim_file *parts = sim_file_find(s->disk->files, s->parts);
	char path[PATH_BYTES];

	for (size_t i = 0; i < s->layout->meta->nfiles; i++) {
		struct sim_file *f =
			is_real(s, i) ? file_of(s, i, false) : NULL;

		if (!f)
			continue;
		snprintf(path, sizeof path, "%s/%s", job->path,
			meta_of(s, i)->path);
		sim_file_rename(s->disk->files, f, path);
	}
	snprintf(path, sizeof path, "%s%s", job->path, strrchr(s->parts, '/'));
	if (parts)
		sim_file_rename(s->disk->files, parts, path);
	mem_free(s->parts);
	s->parts = mem_strdup(path);
	mem_free(s->dir);
	s->dir = mem_strdup(job->path);
}

void sim_disk_run(struct store *s, struct disk_job *job)
{
	switch (job->op) {
	case DISK_READ:
		run_read(s, job);
		break;
	case DISK_WRITE:
	case DISK_PUT_PIECE:
		run_write(s, job);
		break;
	case DISK_HASH:
		run_hash(s, job);
		break;
	case DISK_FLUSH:
		run_flush(s);
		break;
	case DISK_MOVE:
		run_move(s, job);
		break;
	case DISK_DELETE:
		run_delete(s);
		break;
	case DISK_STAT:
		run_stat(s, job);
		break;
	case DISK_SELECT:
		run_select(s, job);
		break;
	}
}

void sim_disk_run_torn(struct store *s, struct disk_job *job)
{
	uint8_t *all = gather(job);
	uint8_t digest[SHA1_LEN];
	size_t n = (size_t)sim_between(s->disk->sim, 0, job->length);

	sha1(span_of(all, job->length), digest);
	if (job->op != DISK_PUT_PIECE ||
		memcmp(digest, job->expect, SHA1_LEN) == 0)
		transfer(s, job->offset, all, n, true);
	mem_free(all);
}
