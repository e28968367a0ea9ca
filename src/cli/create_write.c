/*
 * create_write.c - see create_write.h.
 */
#include "cli/create_write.h"

#include <string.h>

#include "proto/benc_write.h"

#define PIECES_WANTED 2048u
/* Beyond this, larger pieces cost a downloader more than a longer list. */
#define PIECE_USUAL_MAX (16u << 20)
#define PIECES_BEARABLE (1u << 20)

uint32_t create_piece_length(uint64_t total)
{
	uint32_t n = CREATE_PIECE_MIN;

	while (n < PIECE_USUAL_MAX && total / n > PIECES_WANTED)
		n *= 2;
	while (n < CREATE_PIECE_MAX && total / n > PIECES_BEARABLE)
		n *= 2;
	return n;
}

/* ---- trackers ---- */

static void put_tier(struct bw *w, const char *urls)
{
	bw_list(w);
	while (*urls) {
		size_t n = strcspn(urls, ",");

		if (n > 0)
			bw_span(w, span_of(urls, n));
		urls += n;
		urls += *urls == ',';
	}
	bw_end(w);
}

static void put_trackers(struct bw *w, const struct create_spec *spec)
{
	if (spec->ntiers == 0)
		return;
	bw_key(w, "announce");
	bw_span(w, span_of(spec->tiers[0], strcspn(spec->tiers[0], ",")));
	if (spec->ntiers == 1 && !strchr(spec->tiers[0], ','))
		return;
	bw_key(w, "announce-list");
	bw_list(w);
	for (size_t i = 0; i < spec->ntiers; i++)
		put_tier(w, spec->tiers[i]);
	bw_end(w);
}

static void put_webseeds(struct bw *w, const struct create_spec *spec)
{
	if (spec->nwebseeds == 0)
		return;
	bw_key(w, "url-list");
	if (spec->nwebseeds == 1) {
		bw_str(w, spec->webseeds[0]);
		return;
	}
	bw_list(w);
	for (size_t i = 0; i < spec->nwebseeds; i++)
		bw_str(w, spec->webseeds[i]);
	bw_end(w);
}

/* ---- the info dictionary ---- */

static void put_attr(struct bw *w, const struct scan_file *f)
{
	if (!f->is_executable)
		return;
	bw_key(w, "attr");
	bw_str(w, "x");
}

static void put_path(struct bw *w, const char *path)
{
	bw_key(w, "path");
	bw_list(w);
	while (*path) {
		size_t n = strcspn(path, "/");

		bw_span(w, span_of(path, n));
		path += n;
		path += *path == '/';
	}
	bw_end(w);
}

static void put_file(struct bw *w, const struct scan_file *f)
{
	bw_dict(w);
	put_attr(w, f);
	bw_key(w, "length");
	bw_int(w, (int64_t)f->length);
	put_path(w, f->path);
	bw_end(w);
}

static void put_files(struct bw *w, const struct scan *s)
{
	if (!s->is_multi) {
		put_attr(w, &s->files[0]);
		bw_key(w, "length");
		bw_int(w, (int64_t)s->files[0].length);
		return;
	}
	bw_key(w, "files");
	bw_list(w);
	for (size_t i = 0; i < s->nfiles; i++)
		put_file(w, &s->files[i]);
	bw_end(w);
}

static void put_info(struct bw *w, const struct create_spec *spec,
	const struct scan *files, struct span pieces)
{
	bw_key(w, "info");
	bw_dict(w);
	put_files(w, files);
	bw_key(w, "name");
	bw_str(w, files->name);
	bw_key(w, "piece length");
	bw_int(w, spec->piece_length);
	bw_key(w, "pieces");
	bw_span(w, pieces);
	if (spec->is_private) {
		bw_key(w, "private");
		bw_int(w, 1);
	}
	if (spec->source) {
		bw_key(w, "source");
		bw_str(w, spec->source);
	}
	bw_end(w);
}

void create_write(const struct create_spec *spec, const struct scan *files,
	struct span pieces, struct buf *out)
{
	struct bw w;

	bw_init(&w);
	bw_dict(&w);
	put_trackers(&w, spec);
	if (spec->comment) {
		bw_key(&w, "comment");
		bw_str(&w, spec->comment);
	}
	if (spec->created_by) {
		bw_key(&w, "created by");
		bw_str(&w, spec->created_by);
	}
	if (spec->created_s) {
		bw_key(&w, "creation date");
		bw_int(&w, spec->created_s);
	}
	put_info(&w, spec, files, pieces);
	put_webseeds(&w, spec);
	bw_end(&w);
	buf_add(out, buf_span(&w.out));
	bw_fini(&w);
}
