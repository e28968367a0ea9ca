/*
 * sim_torrent.c - see sim_torrent.h.
 */
#include "sim_torrent.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "proto/benc_write.h"

#define PATH_BYTES 512

/* Sizes of the files: random cuts, so that pieces span files. */
static void write_files(struct bw *w, struct rng *r, uint64_t bytes, uint32_t n)
{
	uint64_t left = bytes;

	bw_key(w, "files");
	bw_list(w);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t size = i + 1 < n ? rng_below(r, left + 1) : left;
		char name[40];

		snprintf(name, sizeof name, "file %u", i);
		bw_dict(w);
		bw_key(w, "length");
		bw_int(w, (int64_t)size);
		bw_key(w, "path");
		bw_list(w);
		bw_str(w, name);
		bw_end(w);
		bw_end(w);
		left -= size;
	}
	bw_end(w);
}

static void write_pieces(struct bw *w, const uint8_t *data, uint64_t bytes,
	uint32_t piece_length)
{
	struct buf hashes = {0};
	uint8_t digest[SHA1_LEN];

	for (uint64_t at = 0; at < bytes; at += piece_length) {
		uint64_t n =
			bytes - at < piece_length ? bytes - at : piece_length;

		sha1(span_of(data + at, (size_t)n), digest);
		buf_add(&hashes, span_of(digest, sizeof digest));
	}
	bw_key(w, "pieces");
	bw_span(w, buf_span(&hashes));
	buf_free(&hashes);
}

static void write_info(struct bw *w, struct rng *r, const uint8_t *data,
	const struct sim_plan *plan)
{
	bw_key(w, "info");
	bw_dict(w);
	if (plan->nfiles > 1) {
		write_files(w, r, plan->bytes, plan->nfiles);
	} else {
		bw_key(w, "length");
		bw_int(w, (int64_t)plan->bytes);
	}
	bw_key(w, "name");
	bw_str(w, "torrent");
	bw_key(w, "piece length");
	bw_int(w, plan->piece_length);
	write_pieces(w, data, plan->bytes, plan->piece_length);
	if (plan->is_private) {
		bw_key(w, "private");
		bw_int(w, 1);
	}
	bw_end(w);
}

static void write_trackers(struct bw *w, const char *const *urls)
{
	if (!urls || !urls[0])
		return;
	bw_key(w, "announce-list");
	bw_list(w);
	for (size_t i = 0; urls[i]; i++) {
		bw_list(w);
		bw_str(w, urls[i]);
		bw_end(w);
	}
	bw_end(w);
}

void sim_torrent_make(struct sim_torrent *t, uint64_t seed,
	const struct sim_plan *plan, const char *const *urls)
{
	struct fault f = {0};
	struct rng r;
	struct bw w;
	enum err e;

	memset(t, 0, sizeof *t);
	rng_seed(&r, seed);
	t->data = mem_alloc((size_t)plan->bytes);
	rng_fill(&r, t->data, (size_t)plan->bytes);
	bw_init(&w);
	bw_dict(&w);
	write_trackers(&w, urls);
	write_info(&w, &r, t->data, plan);
	bw_end(&w);
	t->file = w.out;
	e = metainfo_parse(buf_span(&t->file), &t->meta, &f);
	if (e != ERR_OK)
		fprintf(stderr, "the simulator's torrent: %s\n", f.what);
	assert(e == ERR_OK);
	layout_init(&t->layout, t->meta);
	infohash_wire(&t->meta->hash, t->hash);
}

void sim_torrent_fini(struct sim_torrent *t)
{
	metainfo_free(t->meta);
	buf_free(&t->file);
	mem_free(t->data);
}

static void path_of(const struct sim_torrent *t, size_t file, char *out)
{
	snprintf(out, PATH_BYTES, "%s/%s", SIM_DIR, t->meta->files[file].path);
}

void sim_torrent_write(const struct sim_torrent *t, struct sim_files *files,
	uint32_t piece)
{
	uint64_t at = layout_piece_offset(&t->layout, piece);
	uint64_t left = layout_piece_size(&t->layout, piece);
	char path[PATH_BYTES];
	struct layout_run run;

	while (left > 0 && layout_run(&t->layout, at, left, &run)) {
		struct sim_file *f;
		int os;

		path_of(t, run.file, path);
		f = sim_file_make(files, path);
		sim_file_grow(files, f, t->meta->files[run.file].length);
		os = sim_file_write(files, f, run.file_offset,
			span_of(t->data + at, (size_t)run.n));
		assert(os == 0);
		at += run.n;
		left -= run.n;
	}
}

/* The part file holds what lies in files that are not wanted. */
static bool parts_right(const struct sim_torrent *t, struct sim_files *files,
	uint64_t at, uint64_t n)
{
	char hex[INFOHASH_HEX_MAX], path[PATH_BYTES];
	const struct sim_file *f;

	infohash_hex(&t->meta->hash, hex);
	snprintf(path, sizeof path, "%s/.bttui-%s.parts", SIM_DIR, hex);
	f = sim_file_find(files, path);
	return f && range_ok(at, n, sim_file_size(f)) &&
	       memcmp(sim_file_bytes(f) + at, t->data + at, (size_t)n) == 0;
}

bool sim_torrent_is_right(const struct sim_torrent *t, struct sim_files *files,
	uint32_t piece)
{
	uint64_t at = layout_piece_offset(&t->layout, piece);
	uint64_t left = layout_piece_size(&t->layout, piece);
	char path[PATH_BYTES];
	struct layout_run run;

	while (left > 0 && layout_run(&t->layout, at, left, &run)) {
		const struct sim_file *f;
		bool ok;

		path_of(t, run.file, path);
		f = sim_file_find(files, path);
		if (f)
			ok = range_ok(run.file_offset, run.n,
				     sim_file_size(f)) &&
			     memcmp(sim_file_bytes(f) + run.file_offset,
				     t->data + at, (size_t)run.n) == 0;
		else
			ok = parts_right(t, files, at, run.n);
		if (!ok)
			return false;
		at += run.n;
		left -= run.n;
	}
	return true;
}
