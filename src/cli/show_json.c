/*
 * show_json.c - the JSON forms of show.h.
 */
#include "base/codec.h"
#include "cli/json_out.h"
#include "cli/show.h"

static void put_hashes(struct json *j, const struct infohash *h)
{
	char hex[INFOHASH_HEX_MAX];

	if (h->has_v1)
		hex_encode(h->v1, sizeof h->v1, hex);
	json_str(j, "info_hash_v1", h->has_v1 ? hex : NULL);
	if (h->has_v2)
		hex_encode(h->v2, sizeof h->v2, hex);
	json_str(j, "info_hash_v2", h->has_v2 ? hex : NULL);
}

static void put_list(struct json *j, const char *key, const char **at, size_t n)
{
	json_array(j, key);
	for (size_t i = 0; i < n; i++)
		json_str(j, NULL, at[i]);
	json_end_array(j);
}

static void put_trackers(struct json *j, const struct metainfo *m)
{
	json_array(j, "trackers");
	for (size_t i = 0; i < m->ntrackers; i++) {
		json_object(j, NULL);
		json_str(j, "url", m->trackers[i].url);
		json_uint(j, "tier", m->trackers[i].tier);
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_files(struct json *j, const struct metainfo *m)
{
	json_array(j, "files");
	for (size_t i = 0; i < m->nfiles; i++) {
		const struct meta_file *f = &m->files[i];

		if (f->is_pad)
			continue;
		json_object(j, NULL);
		json_uint(j, "number", i + 1);
		json_str(j, "path", f->path);
		json_uint(j, "size", f->length);
		if (f->is_executable)
			json_bool(j, "executable", true);
		if (f->is_symlink)
			json_bool(j, "symlink", true);
		json_end_object(j);
	}
	json_end_array(j);
}

static void finish(struct json *j, struct buf *out)
{
	json_end_object(j);
	buf_add(out, buf_span(&j->out));
	json_fini(j);
}

void show_metainfo_json(const struct metainfo *m, struct buf *out)
{
	struct json j;

	json_init(&j);
	json_object(&j, NULL);
	json_str(&j, "name", m->raw_name);
	put_hashes(&j, &m->hash);
	json_uint(&j, "size", m->content);
	json_uint(&j, "piece_length", m->piece_length);
	json_uint(&j, "pieces", m->npieces);
	json_bool(&j, "private", m->is_private);
	json_str(&j, "source", m->source);
	json_str(&j, "comment", m->comment);
	json_str(&j, "created_by", m->created_by);
	if (m->created_s)
		json_int(&j, "created", m->created_s);
	else
		json_null(&j, "created");
	put_trackers(&j, m);
	put_list(&j, "web_seeds", m->webseeds, m->nwebseeds);
	put_list(&j, "nodes", m->nodes, m->nnodes);
	put_files(&j, m);
	finish(&j, out);
}

static void put_peers(struct json *j, const struct magnet *m)
{
	json_array(j, "peers");
	for (size_t i = 0; i < m->npeers; i++) {
		json_object(j, NULL);
		json_str(j, "host", m->peers[i].host);
		json_uint(j, "port", m->peers[i].port);
		json_end_object(j);
	}
	json_end_array(j);
}

/* File numbers count from 1, as everywhere else on the command line. */
static void put_ranges(struct json *j, const struct magnet *m)
{
	json_array(j, "select");
	for (size_t i = 0; i < m->nselect; i++) {
		json_object(j, NULL);
		json_uint(j, "first", (uint64_t)m->select[i].first + 1);
		json_uint(j, "last", (uint64_t)m->select[i].last + 1);
		json_end_object(j);
	}
	json_end_array(j);
}

void show_magnet_json(const struct magnet *m, struct buf *out)
{
	struct json j;

	json_init(&j);
	json_object(&j, NULL);
	json_str(&j, "name", m->name);
	put_hashes(&j, &m->hash);
	if (m->length)
		json_uint(&j, "size", m->length);
	else
		json_null(&j, "size");
	put_list(&j, "trackers", m->trackers, m->ntrackers);
	put_list(&j, "web_seeds", m->webseeds, m->nwebseeds);
	put_peers(&j, m);
	put_ranges(&j, m);
	finish(&j, out);
}
