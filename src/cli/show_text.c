/*
 * show_text.c - the text forms of show.h.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/codec.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "cli/show.h"
#include "ui/format.h"

#define LABEL "%-12s "
#define INDENT 2u

static void add_clean(struct buf *out, struct span text)
{
	char *clean = text_clean(text, 0);

	buf_add_str(out, clean);
	mem_free(clean);
}

static void add_field(struct buf *out, const char *label, const char *text)
{
	if (!text)
		return;
	buf_printf(out, LABEL, label);
	add_clean(out, span_str(text));
	buf_add_byte(out, '\n');
}

static void add_bytes(struct buf *out, uint64_t n)
{
	char text[FORMAT_MAX], count[FORMAT_MAX];

	format_size(text, n, UNITS_BINARY);
	format_count(count, n);
	if (n < 1024)
		buf_printf(out, "%s", text);
	else
		buf_printf(out, "%s (%s bytes)", text, count);
}

static void add_hashes(struct buf *out, const struct infohash *h)
{
	char hex[INFOHASH_HEX_MAX];

	if (h->has_v1) {
		hex_encode(h->v1, sizeof h->v1, hex);
		add_field(out, "info-hash v1", hex);
	}
	if (h->has_v2) {
		hex_encode(h->v2, sizeof h->v2, hex);
		add_field(out, "info-hash v2", hex);
	}
}

static void add_date(struct buf *out, int64_t unix_s)
{
	time_t t = (time_t)unix_s;
	struct tm tm;
	char text[64];

	if (unix_s == 0 || !localtime_r(&t, &tm) ||
		strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %z", &tm) == 0)
		return;
	add_field(out, "created", text);
}

static void add_trackers(struct buf *out, const struct metainfo *m)
{
	for (size_t i = 0; i < m->ntrackers; i++) {
		bool first = i == 0 ||
		             m->trackers[i].tier != m->trackers[i - 1].tier;

		buf_printf(out, LABEL, i == 0 ? "trackers" : "");
		if (first)
			buf_printf(out, "tier %" PRIu32 "  ",
				m->trackers[i].tier + 1);
		else
			buf_add_str(out, "        ");
		add_clean(out, span_str(m->trackers[i].url));
		buf_add_byte(out, '\n');
	}
}

static void add_list(struct buf *out, const char *label, const char **at,
	size_t n)
{
	for (size_t i = 0; i < n; i++)
		add_field(out, i == 0 ? label : "", at[i]);
}

/* ---- the tree ---- */

static void add_indent(struct buf *out, size_t depth)
{
	for (size_t i = 0; i < (depth + 1) * INDENT; i++)
		buf_add_byte(out, ' ');
}

/* Bytes of both paths up to and with the last slash they have in common. */
static size_t common_folders(const char *a, const char *b, size_t *depth)
{
	size_t at = 0;

	*depth = 0;
	for (size_t i = 0; a[i] && a[i] == b[i]; i++)
		if (a[i] == '/') {
			at = i + 1;
			(*depth)++;
		}
	return at;
}

static void add_file(struct buf *out, size_t index, const struct meta_file *f,
	const char *before)
{
	size_t depth;
	const char *rest = f->path + common_folders(before, f->path, &depth);
	const char *slash;

	while ((slash = strchr(rest, '/')) != NULL) {
		add_indent(out, depth++);
		add_clean(out, span_of(rest, (size_t)(slash - rest)));
		buf_add_str(out, "/\n");
		rest = slash + 1;
	}
	add_indent(out, depth);
	add_clean(out, span_str(rest));
	buf_printf(out, "  ");
	add_bytes(out, f->length);
	if (f->is_executable)
		buf_add_str(out, ", executable");
	if (f->is_symlink)
		buf_add_str(out, ", symbolic link (left out)");
	buf_printf(out, "  #%zu\n", index + 1);
}

void show_tree(const struct metainfo *m, struct buf *out)
{
	const char *before = "";

	for (size_t i = 0; i < m->nfiles; i++) {
		if (m->files[i].is_pad)
			continue;
		add_file(out, i, &m->files[i], before);
		before = m->files[i].path;
	}
}

static size_t count_files(const struct metainfo *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->nfiles; i++)
		n += !m->files[i].is_pad;
	return n;
}

void show_metainfo_text(const struct metainfo *m, struct buf *out)
{
	size_t nfiles = count_files(m);
	char size[FORMAT_MAX];

	add_field(out, "name", m->raw_name);
	add_hashes(out, &m->hash);
	buf_printf(out, LABEL, "size");
	add_bytes(out, m->content);
	buf_printf(out, " in %zu file%s\n", nfiles, format_s(nfiles));
	format_size(size, m->piece_length, UNITS_BINARY);
	buf_printf(out, LABEL "%" PRIu32 " of %s\n", "pieces", m->npieces,
		size);
	add_trackers(out, m);
	add_list(out, "web seeds", m->webseeds, m->nwebseeds);
	add_list(out, "nodes", m->nodes, m->nnodes);
	add_field(out, "private", m->is_private ? "yes" : "no");
	add_field(out, "source", m->source);
	add_field(out, "comment", m->comment);
	add_field(out, "created by", m->created_by);
	add_date(out, m->created_s);
	buf_add_str(out, "files\n");
	show_tree(m, out);
}

/* ---- links ---- */

static void add_ranges(struct buf *out, const struct magnet *m)
{
	buf_printf(out, LABEL, "files");
	for (size_t i = 0; i < m->nselect; i++) {
		const struct magnet_range *r = &m->select[i];

		buf_printf(out, "%s%" PRIu64, i ? "," : "",
			(uint64_t)r->first + 1);
		if (r->last > r->first)
			buf_printf(out, "-%" PRIu64, (uint64_t)r->last + 1);
	}
	buf_add_byte(out, '\n');
}

void show_magnet_text(const struct magnet *m, struct buf *out)
{
	add_field(out, "name", m->name);
	add_hashes(out, &m->hash);
	if (m->length) {
		buf_printf(out, LABEL, "size");
		add_bytes(out, m->length);
		buf_add_byte(out, '\n');
	}
	add_list(out, "trackers", m->trackers, m->ntrackers);
	add_list(out, "web seeds", m->webseeds, m->nwebseeds);
	for (size_t i = 0; i < m->npeers; i++) {
		buf_printf(out, LABEL, i == 0 ? "peers" : "");
		add_clean(out, span_str(m->peers[i].host));
		buf_printf(out, ":%u\n", m->peers[i].port);
	}
	if (m->nselect)
		add_ranges(out, m);
}
