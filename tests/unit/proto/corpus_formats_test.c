/*
 * Every row of the manifests of bencode/, gentorrents/ and magnet/ (made by
 * tests/corpus/generate.py; BTTUI_CORPUS names their folder) and of torrents/
 * (other people's files; BTTUI_COLLECTED) ends as its row says.  A row that
 * does not is printed; a table fails after its last row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/codec.h"
#include "base/hash.h"
#include "base/mem.h"
#include "metainfo_check.h"
#include "proto/bencode.h"
#include "proto/magnet.h"

#define COLUMNS_MAX 32
#define CASE_CPU_S 2 /* far more than any case may need, even instrumented */

struct manifest {
	char dir[512];
	char *text; /* cut into cells in place */
	char *next;
	char *head[COLUMNS_MAX];
	char *cell[COLUMNS_MAX];
	size_t ncols;
	unsigned rows, bad;
};

static struct span read_whole(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buf b = {0};
	size_t n;

	if (!f)
		return span_of(NULL, 0);
	do {
		uint8_t *p = buf_reserve(&b, 65536);

		n = fread(p, 1, 65536, f);
		buf_commit(&b, n);
	} while (n > 0);
	fclose(f);
	return buf_span(&b);
}

/* Cut the next line at its tabs; the number of cells, 0 at the end. */
static size_t cut_line(struct manifest *m, char **cells)
{
	size_t n = 0;

	if (!m->next || !*m->next)
		return 0;
	char *line = strsep(&m->next, "\n");
	while (line && n < COLUMNS_MAX)
		cells[n++] = strsep(&line, "\t");
	return n;
}

static void manifest_open(struct manifest *m, const char *variable,
	const char *folder)
{
	const char *root = getenv(variable);
	char path[600];

	memset(m, 0, sizeof *m);
	if (!root || !*root) {
		print_message("skipped: %s is not set\n", variable);
		skip();
	}
	snprintf(m->dir, sizeof m->dir, "%s/%s", root, folder);
	snprintf(path, sizeof path, "%s/MANIFEST.tsv", m->dir);
	struct span bytes = read_whole(path);
	if (!bytes.p)
		print_error("cannot read %s\n", path);
	assert_non_null(bytes.p);
	m->text = m->next = mem_strndup((const char *)bytes.p, bytes.n);
	mem_free((void *)(uintptr_t)bytes.p);
	m->ncols = cut_line(m, m->head);
	assert_true(m->ncols >= 3);
}

static bool manifest_row(struct manifest *m)
{
	for (size_t i = 0; i < COLUMNS_MAX; i++)
		m->cell[i] = NULL;
	if (cut_line(m, m->cell) == 0)
		return false;
	m->rows++;
	return true;
}

static const char *cell(const struct manifest *m, const char *column)
{
	for (size_t i = 0; i < m->ncols; i++) {
		if (strcmp(m->head[i], column) == 0)
			return m->cell[i] ? m->cell[i] : "";
	}
	print_error("no column %s in %s\n", column, m->dir);
	fail();
	return "";
}

/* Every case was counted and none was bad. */
static void manifest_close(struct manifest *m, unsigned at_least)
{
	print_message("%s: %u cases, %u bad\n", m->dir, m->rows, m->bad);
	assert_true(m->rows >= at_least);
	assert_int_equal(m->bad, 0);
	mem_free(m->text);
}

static void bad(struct manifest *m, const char *what, const char *detail)
{
	print_error("%s/%s: %s%s%s\n", m->dir, m->cell[0], what,
		detail[0] ? ": " : "", detail);
	m->bad++;
}

static struct span case_bytes(struct manifest *m)
{
	char path[1024];

	snprintf(path, sizeof path, "%s/%s", m->dir, m->cell[0]);
	struct span s = read_whole(path);
	size_t want = (size_t)strtoul(cell(m, "size"), NULL, 10);
	if (s.n != want)
		bad(m, "the file is missing or of another size", "");
	return s;
}

static void bytes_free(struct span s)
{
	mem_free((void *)(uintptr_t)s.p);
}

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* What the word in the column means for something that loads or does not. */
static void judge(struct manifest *m, const char *expect, bool loaded)
{
	bool must_load =
		strcmp(expect, "ok") == 0 || strcmp(expect, "valid") == 0 ||
		strcmp(expect, "repair") == 0 || strcmp(expect, "ignore") == 0;
	bool must_fail =
		strcmp(expect, "error") == 0 || strcmp(expect, "invalid") == 0;

	if (!must_load && !must_fail && strcmp(expect, "either") != 0)
		bad(m, "unknown word", expect);
	if (must_load && !loaded)
		bad(m, "should load and does not", expect);
	if (must_fail && loaded)
		bad(m, "should be refused and loads", expect);
}

/* A description may end in ": HEX" or "info hash HEX". */
static bool hash_in(const char *detail, uint8_t out[SHA1_LEN])
{
	size_t n = strlen(detail);

	if (n < 2 * SHA1_LEN || (n > 40 && detail[n - 41] != ' '))
		return false;
	return hex_decode(span_of(detail + n - 40, 40), out, SHA1_LEN) ==
	       ERR_OK;
}

static void every_bencode_case_ends_as_stated(void **state)
{
	struct manifest m;

	(void)state;
	manifest_open(&m, "BTTUI_CORPUS", "bencode");
	while (manifest_row(&m)) {
		struct span s = case_bytes(&m);
		struct benc_file f;
		size_t used = 0;
		double began = cpu_s();

		enum err e = benc_load(&f, s, &used);
		judge(&m, cell(&m, "expect"), e == ERR_OK);
		if (e == ERR_OK && (used == 0 || used > s.n))
			bad(&m, "the value is longer than the file", "");
		if (cpu_s() - began > CASE_CPU_S)
			bad(&m, "takes too long", "");
		benc_unload(&f);
		bytes_free(s);
	}
	manifest_close(&m, 70);
}

static void check_generated(struct manifest *m, const struct metainfo *t)
{
	const char *file = m->cell[0];
	bool ignored = strcmp(cell(m, "expect"), "ignore") == 0;
	const char *flaw = metainfo_flaw(t);
	uint8_t hash[SHA1_LEN];

	if (flaw)
		bad(m, "loads, but", flaw);
	if (hash_in(cell(m, "detail"), hash) &&
		memcmp(hash, t->hash.v1, SHA1_LEN) != 0)
		bad(m, "another info-hash", "");
	if (ignored && strncmp(file, "tracker-", 8) == 0 && t->ntrackers)
		bad(m, "the tracker is kept", t->trackers[0].url);
	if (ignored && strncmp(file, "webseed-", 8) == 0 && t->nwebseeds)
		bad(m, "the web seed is kept", t->webseeds[0]);
}

static void every_hostile_torrent_ends_as_stated(void **state)
{
	struct manifest m;

	(void)state;
	manifest_open(&m, "BTTUI_CORPUS", "gentorrents");
	while (manifest_row(&m)) {
		struct span s = case_bytes(&m);
		struct metainfo *t = NULL;
		struct fault fault = {0};
		double began = cpu_s();

		enum err e = metainfo_parse(s, &t, &fault);
		if (cpu_s() - began > CASE_CPU_S)
			bad(&m, "takes too long", "");
		bytes_free(s);
		judge(&m, cell(&m, "expect"), e == ERR_OK);
		if (e && (fault.code != e || !is_clean_text(fault.what)))
			bad(&m, "refused without a clean reason", fault.what);
		if (e == ERR_OK)
			check_generated(&m, t);
		metainfo_free(t);
	}
	manifest_close(&m, 200);
}

static bool same_magnet(const struct magnet *a, const struct magnet *b)
{
	bool same = memcmp(&a->hash, &b->hash, sizeof a->hash) == 0 &&
	            !a->name == !b->name && a->length == b->length &&
	            a->ntrackers == b->ntrackers &&
	            a->nwebseeds == b->nwebseeds && a->npeers == b->npeers &&
	            a->nselect == b->nselect;

	if (same && a->name)
		same = strcmp(a->name, b->name) == 0;
	for (size_t i = 0; same && i < a->ntrackers; i++)
		same = strcmp(a->trackers[i], b->trackers[i]) == 0;
	for (size_t i = 0; same && i < a->nwebseeds; i++)
		same = strcmp(a->webseeds[i], b->webseeds[i]) == 0;
	return same;
}

static void check_magnet(struct manifest *m, const struct magnet *link)
{
	uint8_t hash[SHA1_LEN];
	struct buf out = {0};
	struct magnet *again = NULL;

	if (hash_in(cell(m, "detail"), hash) &&
		memcmp(hash, link->hash.v1, SHA1_LEN) != 0)
		bad(m, "another info-hash", "");
	if (!is_clean_text(link->name))
		bad(m, "the name is not clean", "");
	if (link->ntrackers > MAGNET_TRACKERS_MAX ||
		link->npeers > MAGNET_PEERS_MAX ||
		link->nwebseeds > MAGNET_WEBSEEDS_MAX)
		bad(m, "a list is too long", "");
	for (size_t i = 0; i < link->ntrackers; i++) {
		if (!tracker_url_ok(span_str(link->trackers[i])))
			bad(m, "keeps a tracker", link->trackers[i]);
	}
	for (size_t i = 0; i < link->nwebseeds; i++) {
		if (!webseed_url_ok(span_str(link->webseeds[i])))
			bad(m, "keeps a web seed", link->webseeds[i]);
	}
	magnet_write(link, &out);
	if (magnet_parse(buf_span(&out), &again, NULL) ||
		!same_magnet(link, again))
		bad(m, "written and read again it is another link", "");
	magnet_free(again);
	buf_free(&out);
}

static void every_magnet_link_ends_as_stated(void **state)
{
	struct manifest m;

	(void)state;
	manifest_open(&m, "BTTUI_CORPUS", "magnet");
	while (manifest_row(&m)) {
		struct span s = case_bytes(&m);
		struct magnet *link = NULL;
		struct fault fault = {0};
		double began = cpu_s();

		enum err e = magnet_parse(s, &link, &fault);
		if (cpu_s() - began > CASE_CPU_S)
			bad(&m, "takes too long", "");
		bytes_free(s);
		judge(&m, cell(&m, "expect"), e == ERR_OK);
		if (e && (fault.code != e || !is_clean_text(fault.what)))
			bad(&m, "refused without a clean reason", fault.what);
		if (e == ERR_OK)
			check_magnet(&m, link);
		magnet_free(link);
	}
	manifest_close(&m, 30);
}

static void check_hash(struct manifest *m, const char *column, bool has,
	const uint8_t *p, size_t n)
{
	const char *want = cell(m, column);
	char hex[INFOHASH_HEX_MAX] = "";

	if (has)
		hex_encode(p, n, hex);
	if (strcmp(hex, want) != 0)
		bad(m, column, hex);
}

static void check_number(struct manifest *m, const char *column, uint64_t got)
{
	char text[32];

	snprintf(text, sizeof text, "%llu", (unsigned long long)got);
	if (strcmp(text, cell(m, column)) != 0)
		bad(m, column, text);
}

/* Files as the manifest counts them: padding is what says so by attribute,
 * while a name that says so is padding for us and a file there. */
static void check_files(struct manifest *m, const struct metainfo *t)
{
	bool by_name = strcmp(m->cell[0], "pad_file.torrent") == 0;
	uint64_t files = 0, pads = 0, links = 0, size = 0;

	for (size_t i = 0; i < t->nfiles; i++) {
		const struct meta_file *f = &t->files[i];
		bool pad = f->is_pad && !by_name;

		pads += pad;
		links += f->is_symlink;
		files += !pad && !f->is_symlink;
		size += pad ? 0 : f->length;
	}
	check_number(m, "files", files);
	check_number(m, "pad_files", pads);
	check_number(m, "symlinks", links);
	check_number(m, "total_size", size);
}

static void check_collected(struct manifest *m, const struct metainfo *t)
{
	const char *flaw = metainfo_flaw(t);

	if (flaw)
		bad(m, "loads, but", flaw);
	check_hash(m, "info_hash_v1", t->has_v1, t->hash.v1, SHA1_LEN);
	check_hash(m, "info_hash_v2", t->has_v2, t->hash.v2, SHA256_LEN);
	check_files(m, t);
	check_number(m, "piece_length", t->piece_length);
	check_number(m, "pieces", t->npieces);
	if (strcmp(cell(m, "verdict"), "valid") == 0 &&
		strcmp(cell(m, "name_in_file"), t->name) != 0)
		bad(m, "name", t->name);
}

static void every_collected_torrent_ends_as_stated(void **state)
{
	struct manifest m;

	(void)state;
	manifest_open(&m, "BTTUI_COLLECTED", "torrents");
	while (manifest_row(&m)) {
		struct span s = case_bytes(&m);
		struct metainfo *t = NULL;
		struct fault fault = {0};

		enum err e = metainfo_parse(s, &t, &fault);
		bytes_free(s);
		judge(&m, cell(&m, "verdict"), e == ERR_OK);
		if (e && (fault.code != e || !is_clean_text(fault.what)))
			bad(&m, "refused without a clean reason", fault.what);
		if (e == ERR_OK)
			check_collected(&m, t);
		else if (getenv("BTTUI_SHOW_FAULTS"))
			print_message("%s: %s\n", m.cell[0], fault.what);
		metainfo_free(t);
	}
	manifest_close(&m, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_bencode_case_ends_as_stated),
		cmocka_unit_test(every_hostile_torrent_ends_as_stated),
		cmocka_unit_test(every_magnet_link_ends_as_stated),
		cmocka_unit_test(every_collected_torrent_ends_as_stated),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 1;
	text_set_utf8(true);
	hash_setup();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	hash_teardown();
	return failed;
}
